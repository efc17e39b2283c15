"""What the parts of one statement share while it is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphql import FieldNode, GraphQLObjectType

from graph.planner.moments import Moments
from graph.planner.selection import Operation
from graph.planner.sql import Binder, Json, Names, Parameters

if TYPE_CHECKING:
    from graph.planner.rows import Rows

ObjectJson = Callable[["Compilation", GraphQLObjectType, list[FieldNode], "Rows"], Json]
"""Builds the JSON of an object type from its rows."""


@dataclass(frozen=True, slots=True)
class PagePlan:
    """What runs of a plan need of one connection: its size, and what its cursors stand for."""

    root: str
    identity: str
    size: Binder
    inputs: tuple[Binder | None, ...]


@dataclass(slots=True)
class Compilation:
    """One statement under construction."""

    operation: Operation
    object_json: ObjectJson
    names: Names = field(default_factory=Names)
    parameters: Parameters = field(default_factory=Parameters)
    pages: list[PagePlan] = field(default_factory=list)
    has_cursors: bool = False
    moments: Moments = field(init=False)

    @property
    def root(self) -> str:
        """Response key of the root field at work."""
        return self.parameters.root

    def __post_init__(self) -> None:
        self.moments = Moments(self.names, self.parameters)
