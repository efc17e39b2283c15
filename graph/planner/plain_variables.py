"""Variables whose values are what coercion would make of them, as those of most requests are.

Coercion looks at types and values with great care each time. Where all variables are of built-in
scalar types and have values of exactly those, it would return the values as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    NamedTypeNode,
    NonNullTypeNode,
    VariableDefinitionNode,
)

Check = Callable[[Any], bool]


def _is_int(value: Any) -> bool:
    return type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_boolean(value: Any) -> bool:
    return value is True or value is False


PLAIN: Final[Mapping[str, Check]] = {
    "Int": _is_int,
    "String": _is_text,
    "ID": _is_text,
    "Boolean": _is_boolean,
}
"""Whether coercion leaves a value as it is, by the name of the type."""


class PlainVariables:
    """The variables of one operation.

    Args:
        definitions: As the document has them.
    """

    def __init__(self, definitions: Sequence[VariableDefinitionNode]) -> None:
        checks = [_check_of(definition) for definition in definitions]
        self._checks = None if None in checks else [check for check in checks if check]

    def of(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the values of the variables; None where they have to be coerced."""
        if self._checks is None:
            return None
        values: dict[str, Any] = {}
        for name, is_required, is_plain in self._checks:
            value = given.get(name)
            if value is None:
                if is_required:
                    return None
                if name in given:
                    values[name] = None
            elif is_plain(value):
                values[name] = value
            else:
                return None
        return values


def _check_of(definition: VariableDefinitionNode) -> tuple[str, bool, Check] | None:
    kind = definition.type
    is_required = isinstance(kind, NonNullTypeNode)
    named = kind.type if isinstance(kind, NonNullTypeNode) else kind
    if definition.default_value is not None or not isinstance(named, NamedTypeNode):
        return None
    check = PLAIN.get(named.name.value)
    return None if check is None else (definition.variable.name.value, is_required, check)
