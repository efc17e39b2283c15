"""The shape of variables: what of their values a plan depends on, so that plans can be shared.

Booleans, words that are no data (directions, order fields), the type inside a global id, which
members of input objects are given and which values are null shape a plan. All else is bound.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLInputType,
    GraphQLSchema,
    VariableDefinitionNode,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    type_from_ast,
)

from graph.planner.globalid import type_of
from warehouse.vocabulary import Vocabulary

Shaper = Callable[[Any], Hashable]
ABSENT = "absent"


def shaper_of(kind: GraphQLInputType) -> Shaper:
    """Return the function that gives the shape of values of a type."""
    bare: Any = get_nullable_type(kind)
    if is_list_type(bare):
        return _list_shaper(bare.of_type)
    if is_input_object_type(bare):
        shapers: dict[str, Shaper] = {}

        def shape_object(value: Any) -> Hashable:
            if value is None:
                return None
            if not shapers:  # on first use: input types may refer to themselves
                shapers.update({n: shaper_of(f.type) for n, f in bare.fields.items()})
            return tuple([(name, shapers[name](part)) for name, part in value.items()])

        return shape_object
    if is_enum_type(bare):
        is_data = issubclass(bare.extensions["strawberry-definition"].wrapped_cls, Vocabulary)
        return _is_given if is_data else _as_it_is
    if bare.name == "Boolean":
        return _as_it_is
    return _type_in_id if bare.name == "ID" else _is_given


def _list_shaper(item: GraphQLInputType) -> Shaper:
    shape = shaper_of(item)
    if shape is _is_given:
        return _is_given
    if shape is _type_in_id:
        return _types_in_ids
    return lambda value: None if value is None else tuple([shape(part) for part in value])


def _is_given(value: Any) -> Hashable:
    return value is not None


def _as_it_is(value: Any) -> Hashable:
    return value if isinstance(value, Hashable) else repr(value)


def _type_in_id(value: Any) -> Hashable:
    # An id that is none must not share a plan with null, which filters leave out.
    return None if value is None else type_of(value) or "?"


def _types_in_ids(value: Any) -> Hashable:
    """Return how many ids are given, and of which types; their order does not shape a plan."""
    return None if value is None else (len(value), frozenset(map(_type_in_id, value)))


class Shapes:
    """The shapes of one operation's variables."""

    def __init__(
        self, schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]
    ) -> None:
        self._shapers: list[tuple[str, Shaper]] = []
        for definition in definitions:
            kind: Any = type_from_ast(schema, definition.type)
            self._shapers.append((definition.variable.name.value, shaper_of(kind)))

    def of(self, variables: Mapping[str, Any]) -> Hashable:
        """Return the shape of coerced variables."""
        return tuple(
            [
                shape(variables[name]) if name in variables else ABSENT
                for name, shape in self._shapers
            ]
        )
