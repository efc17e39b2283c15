"""Leads operations to every corner of a schema: to any field of any type, by short ways."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_interface_type,
)

Composite = GraphQLObjectType | GraphQLInterfaceType


@dataclass(frozen=True)
class Goal:
    """A field of a type, and how many steps it is from each type to it."""

    type_name: str
    field_name: str
    steps: Mapping[str, int]

    def ways(self, kind: Composite) -> list[str]:
        """Return the fields of a type that lead nearer to the goal, or to it."""
        if kind.name == self.type_name:
            return [self.field_name]
        near = self.steps.get(kind.name)
        return [
            name
            for name, field in kind.fields.items()
            if near is not None and self.steps.get(get_named_type(field.type).name, near) < near
        ]

    def nearest(self, kinds: Sequence[GraphQLObjectType]) -> list[GraphQLObjectType]:
        """Return those types from which it is not farther than from others."""
        known = [kind for kind in kinds if kind.name in self.steps]
        least = min((self.steps[kind.name] for kind in known), default=0)
        return [kind for kind in known if self.steps[kind.name] == least]


class Steering:
    """All goals of a schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        kinds = [
            kind
            for name, kind in schema.type_map.items()
            if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
        ]
        self.goals = [
            Goal(kind.name, field_name, self._steps(kind, kinds))
            for kind in sorted(kinds, key=lambda kind: kind.name)
            for field_name in kind.fields
        ]

    def _steps(self, goal: GraphQLObjectType, kinds: Sequence[GraphQLObjectType]) -> dict[str, int]:
        """Return the number of fields from each type to a type."""
        before: dict[str, set[str]] = {}
        for kind in kinds:
            for field in kind.fields.values():
                before.setdefault(get_named_type(field.type).name, set()).add(kind.name)
        for kind in kinds:
            for interface in kind.interfaces:  # a fragment leads from the one to the other
                before.setdefault(kind.name, set()).add(interface.name)
        found = {goal.name: 0}
        waiting = deque([goal.name])
        while waiting:
            name = waiting.popleft()
            for other in sorted(before.get(name, ())):
                free = is_interface_type(self._schema.type_map[other])
                if other not in found:
                    found[other] = found[name] + (not free)
                    waiting.append(other)
        return found
