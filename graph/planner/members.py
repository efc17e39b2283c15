"""The JSON of an object, member by member, in the order of the selection."""

from __future__ import annotations

from collections.abc import Callable

from graphql import FieldNode, GraphQLField, GraphQLObjectType

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
