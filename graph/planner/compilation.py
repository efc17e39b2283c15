"""What the parts of one statement share while it is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphql import FieldNode, GraphQLObjectType

from graph.planner.moments import Moments
from graph.planner.places import Place
from graph.planner.selection import Operation
from graph.planner.sql import Binder, Json, Names, Parameters

if TYPE_CHECKING:
    from graph.planner.rows import Rows

ObjectJson = Callable[["Compilation", GraphQLObjectType, list[FieldNode], "Rows"], Json]
"""Builds the JSON of an object type from its rows."""


@dataclass(frozen=True, slots=True)
class PagePlan:
    """What runs of a plan need of one connection: its size, and what its cursors stand for."""

    place: Place
    identity: str
    size: Binder
    inputs: tuple[Binder | None, ...]
    parent: int | None


@dataclass(slots=True)
class Compilation:
    """One statement under construction."""

    operation: Operation
    object_json: ObjectJson
    names: Names = field(default_factory=Names)
    parameters: Parameters = field(init=False)
    pages: list[PagePlan] = field(default_factory=list)
    enclosing_page: int | None = None
    has_cursors: bool = False
    moments: Moments = field(init=False)

    @property
    def place(self) -> Place:
        """The field at work."""
        return self.operation.trail.place

    def __post_init__(self) -> None:
        self.parameters = Parameters(self.operation.trail)
        self.moments = Moments(self.names, self.parameters)
