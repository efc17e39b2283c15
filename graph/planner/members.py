"""The JSON of an object, member by member, in the order of the selection."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from graphql import FieldNode, GraphQLField, GraphQLObjectType, is_non_null_type

from graph.planner.encode import computed, graph_type_of
from graph.planner.selection import Operation
from graph.planner.sql import Json

Member = Callable[[GraphQLField, list[FieldNode]], Json]
"""Builds the JSON of one member from its definition and the nodes that select it."""


def members_json(
    operation: Operation, kind: GraphQLObjectType, nodes: list[FieldNode], member: Member
) -> Json:
    """Return the JSON of an object type with what nodes select on it."""
    json = Json().literal("{")
    for index, (key, found) in enumerate(operation.below(kind, nodes).items()):
        json.literal(f'{"," if index else ""}"{key}":')
        name = found[0].name.value
        if name == "__typename":
            json.literal(f'"{kind.name}"')
        else:
            json.append(member(kind.fields[name], found))
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
