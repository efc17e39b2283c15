"""Arguments: literals and variables of every input type, right and wrong, given and left out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLNonNull,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)

from tests.reference.values import NUL, Chooser, Values, Word

POSITIONS = {"after", "before"}
"""Arguments that take cursors."""
USUAL = {"filter": 40, "first": 60, "after": 15, "before": 10, "last": 30}
"""How often, of 100 times, an argument is given that may be left out."""
EXCLUSIVE = {"first": "last", "last": "first"}
"""Arguments that are wrong beside another."""
COMBINATIONS = {"and", "or", "not"}
Manner = Literal["as it is", "expired", "tampered"]
AS_IT_IS: Manner = "as it is"
MANNERS: Sequence[Manner] = (*([AS_IT_IS] * 10), "expired", "tampered")
GARBAGE = ("", "no cursor", "MQ", "AAAAAAAAAAAAAAAAMXxhYmN8MXwxfFtd", "🏥", NUL, "a" * 80)
WRONG: Mapping[str, Sequence[Any]] = {
    "Int": ("5", 2**31, -(2**31) - 1, 1.5, True, [[1]]),
    "Float": ("1.5", True, {}),
    "String": (5, True, {}),
    "ID": (1.5, True, {}),
    "Boolean": ("true", 0, 1),
    "Date": (20250204, "2025-02-30", "04.02.2025", ""),
    "DateTime": (0, "yesterday", "2025-02-04T25:00:00Z"),
}
"""By scalar, what no variable of it may be."""


@dataclass(frozen=True)
class Variable:
    """A variable where a value stands."""

    name: str


@dataclass(frozen=True)
class Slot:
    """A variable that is absent at first, and a cursor of the answer the second time.

    ``path`` leads to the connection by response keys, ``pick`` chooses one of its cursors, and
    ``manner`` says what is done with it: nothing, its data version is gone, or it is tampered with.
    """

    name: str
    path: tuple[str, ...]
    pick: int
    manner: Manner


def literal(value: Any) -> str:
    """Return a value as GraphQL writes it."""
    if isinstance(value, Variable):
        return f"${value.name}"
    if isinstance(value, Word):
        return value.name
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(one)}" for name, one in value.items()) + "}"
    return json.dumps(value, ensure_ascii=isinstance(value, str) and len(value) % 2 == 0)


def as_json(value: Any) -> Any:
    """Return a value as a variable has it."""
    if isinstance(value, Word):
        return value.name
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, dict):
        return {name: as_json(member) for name, member in value.items()}
    return value


@dataclass
class Inputs:
    """Makes the arguments of one operation, and its variables as they are needed."""

    choose: Chooser
    values: Values
    hint: str = ""
    """The field that the operation is to reach: a word for it is chosen where there is one."""
    definitions: list[str] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)
    _grouped_by: tuple[Any, list[Any]] | None = None
    _known: dict[tuple[str, bool, bool], list[str]] = field(default_factory=dict)

    def arguments(
        self,
        definitions: Mapping[str, GraphQLArgument],
        path: tuple[str, ...],
        field_name: str,
        always: Mapping[str, Any],
    ) -> str:
        """Return the arguments of a field in parentheses; ``always`` are given in any case."""
        found: list[str] = []
        self._grouped_by = None
        given: set[str] = set()
        for name, definition in definitions.items():
            wanted = USUAL.get(name, 25)
            if name in EXCLUSIVE and EXCLUSIVE[name] in {*given, *always}:
                wanted = 3
            if name in always:
                value: Any = always[name]
            elif not is_non_null_type(definition.type) and not self.choose.chance(wanted):
                continue
            elif name in POSITIONS:
                value = self._cursor(path)
            else:
                names = (field_name, name)
                value = self.value(definition.type, names, has_default=_has_default(definition))
                if name == "by" and isinstance(value, list):
                    self._grouped_by = definition.type, value
            given.add(name)
            found.append(f"{name}: {literal(value)}")
        return f"({', '.join(found)})" if found else ""

    def _cursor(self, path: tuple[str, ...]) -> Any:
        if self.choose.chance(5):
            return self.choose.among(GARBAGE)
        name = f"c{len(self.slots)}"
        self.definitions.append(f"${name}: String")
        manner = self.choose.among(MANNERS)
        self.slots.append(Slot(name, path, self.choose.number(0, 9), manner))
        return Variable(name)

    def condition(self) -> Any:
        """Return the argument of @skip or @include."""
        if self.choose.chance(40):
            return self.choose.chance(50)
        return self._variable(GraphQLNonNull(GraphQLBoolean), ("if",), 0)

    # -- values --------------------------------------------------------------------------------

    def value(
        self,
        kind: Any,
        names: tuple[str, ...],
        depth: int = 0,
        *,
        is_constant: bool = False,
        is_only: bool = False,
        has_default: bool = False,
    ) -> Any:
        """Return a value of an input type for a place.

        ``is_constant``: no variable may be in it. ``is_only``: it is the member of a one-of input,
        where a variable may not be null either. ``has_default``: the place has a value of its own.
        """
        if not is_constant and self.choose.chance(20):
            return self._variable(kind, names, depth, is_only=is_only, has_default=has_default)
        if not is_non_null_type(kind) and self.choose.chance(4):
            return None
        bare: Any = get_nullable_type(kind)
        if is_list_type(bare):
            return self._list(bare.of_type, names, depth, is_constant=is_constant)
        if is_input_object_type(bare):
            return self._object(bare, names, depth, is_constant=is_constant)
        if is_enum_type(bare):
            return Word(self.choose.among(self._words(bare)))
        return self.values.scalar(self.choose, bare.name, names)

    def _words(self, kind: GraphQLEnumType) -> Sequence[str]:
        """Return the words to choose from: of an order of groups, mostly those grouped by."""
        words = list(kind.values)
        hinted = [word for word in words if word.replace("_", "").lower() == self.hint.lower()]
        if hinted and self.choose.chance(40):
            return hinted
        if self._grouped_by is None or not self.choose.chance(80):
            return words
        by_type, chosen = self._grouped_by
        dimensions: Any = get_named_type(by_type)
        if kind is dimensions or not set(dimensions.values) <= set(words):
            return words
        return [word for word in words if word not in dimensions.values or Word(word) in chosen]

    def _list(self, item: Any, names: tuple[str, ...], depth: int, *, is_constant: bool) -> Any:
        if self.choose.chance(10):  # one item stands for a list of one
            return self.value(
                GraphQLNonNull(get_nullable_type(item)), names, depth, is_constant=True
            )
        count = self.choose.among((2, 1, 3, 0, 4) if names[-1] != "ids" else (2, 3, 4, 2, 1))
        found = [self.value(item, names, depth, is_constant=is_constant) for _ in range(count)]
        if names[-1] == "by" and not self.choose.chance(5):
            found = [one for index, one in enumerate(found) if one not in found[:index]]
        return found

    def _object(self, kind: Any, names: tuple[str, ...], depth: int, *, is_constant: bool) -> Any:
        if kind.is_one_of:
            name = self.choose.among(list(kind.fields))
            inner = GraphQLNonNull(get_nullable_type(kind.fields[name].type))
            return {
                name: self.value(
                    inner, (*names, name), depth + 1, is_constant=is_constant, is_only=True
                )
            }
        required = [name for name, one in kind.fields.items() if is_required_input_field(one)]
        others = [name for name in kind.fields if name not in required]
        if depth > 2:
            others = [name for name in others if not self._is_deep(kind.fields[name].type)]
        wanted = self.choose.among((1, 2, 1, 3, 1, 0)) if not required else self.choose.number(0, 1)
        chosen = {self.choose.among(others) for _ in range(wanted)} if others else set()
        return {
            name: self.value(
                kind.fields[name].type,
                names if name in COMBINATIONS else (*names, name),
                depth + 1,
                is_constant=is_constant,
                has_default=_has_default(kind.fields[name]),
            )
            for name in kind.fields
            if name in required or name in chosen
        }

    @staticmethod
    def _is_deep(kind: Any) -> bool:
        """Return whether values of an input type may hold values of its own kind."""
        bare: Any = get_nullable_type(kind)
        inner = get_nullable_type(bare.of_type) if is_list_type(bare) else bare
        return is_input_object_type(inner) and bool(COMBINATIONS & inner.fields.keys())

    # -- variables -----------------------------------------------------------------------------

    def _variable(
        self,
        kind: Any,
        names: tuple[str, ...],
        depth: int,
        *,
        is_only: bool = False,
        has_default: bool = False,
    ) -> Variable:
        """Return a variable that may stand where a value of an input type is wanted."""
        known = self._known.setdefault((str(kind), is_only, has_default), [])
        if known and self.choose.chance(20):
            return Variable(self.choose.among(known))
        name = f"v{len(self.definitions)}"
        known.append(name)
        bare: Any = get_nullable_type(kind)
        must = is_non_null_type(kind)

        def constant() -> Any:
            return self.value(GraphQLNonNull(bare), names, depth, is_constant=True)

        manners = ["required", "required", "default", "default given"]
        if has_default or not must:
            manners += ["given", "absent"]
        if not must or self.choose.chance(4):  # a null where a value is needed is an error
            manners += ["default null"] + ["null"] * (has_default or not must)
        manner = "required" if is_only else self.choose.among(manners)
        declared = f"${name}: {bare}{'!' if manner == 'required' else ''}"
        if manner.startswith("default"):
            declared += f" = {literal(constant())}"
        self.definitions.append(declared)
        if manner in {"required", "given", "default given"}:
            self.given[name] = as_json(constant())
            if self.choose.number(0, 149) == 149:
                self.given[name] = self._wrong(bare)
        elif manner in {"null", "default null"}:
            self.given[name] = None
        return Variable(name)

    def _wrong(self, kind: Any) -> Any:
        if is_list_type(kind):
            return [self._wrong(get_nullable_type(kind.of_type))]
        if is_input_object_type(kind):
            return {"nothing": 1}
        return self.choose.among(WRONG.get(kind.name, ("NO_SUCH_WORD", 1)))


def _has_default(definition: GraphQLArgument | GraphQLInputField) -> bool:
    return definition.default is not None or definition.default_value is not Undefined
