"""The JSON of an object, member by member, in the order of the selection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from graphql import FieldNode, GraphQLField, GraphQLObjectType, is_non_null_type

from graph.errors import NotPlannableError
from graph.planner.encode import computed, graph_type_of
from graph.planner.selection import Operation, Selecting
from graph.planner.sql import Json

Member = Callable[[GraphQLField, list[FieldNode]], Json]
"""Builds the JSON of one member from its definition and the nodes that select it."""


def members_json(
    operation: Operation, kind: GraphQLObjectType, nodes: Iterable[Selecting], member: Member
) -> Json:
    """Return the JSON of an object type with what nodes select on it.

    Raises:
        NotPlannableError: a selected field is of introspection.
    """
    return operation.trail.object(partial(_members, operation, kind, nodes, member))


def _members(
    operation: Operation, kind: GraphQLObjectType, nodes: Iterable[Selecting], member: Member
) -> Json:
    json = Json().literal("{")
    for index, (key, found) in enumerate(operation.below(kind, nodes).items()):
        json.literal(f'{"," if index else ""}"{key}":')
        name = found[0].name.value
        if name == "__typename":
            json.literal(f'"{kind.name}"')
        elif name.startswith("__"):
            raise NotPlannableError("introspection is resolved")
        else:
            definition = kind.fields[name]
            build = partial(member, definition, found)
            json.append(operation.trail.field(key, definition.type, build))
    return json.literal("}")


def cells_json(
    operation: Operation,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    cells: Mapping[str, str | Member],
) -> Json:
    """Return the JSON of an object whose members a select computes.

    ``cells`` are the expressions of their values, or what makes the JSON of a member.
    """

    def member(definition: GraphQLField, found: list[FieldNode]) -> Json:
        cell = cells[found[0].name.value]
        if not isinstance(cell, str):
            return cell(definition, found)
        nullable = not is_non_null_type(definition.type)
        return Json().expression(computed(cell, graph_type_of(definition), nullable=nullable))

    return members_json(operation, kind, nodes, member)
