"""What the parts of one statement share while it is built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphql import FieldNode, GraphQLObjectType

from graph.errors import AnswerError
from graph.planner.moments import Moments, Scope
from graph.planner.places import Place
from graph.planner.searches import SearchPlan
from graph.planner.selection import Operation
from graph.planner.sql import Binder, Json, Names, Parameters
from warehouse.search.searcher import Index

if TYPE_CHECKING:
    from graph.planner.rows import Rows

Searchable = Index | AnswerError | None
"""The search index of an operation that searches, or why there is none; None for others."""
ObjectJson = Callable[["Compilation", GraphQLObjectType, list[FieldNode], "Rows"], Json]
"""Builds the JSON of an object type from its rows."""


@dataclass(frozen=True, slots=True)
class PagePlan:
    """What runs of a plan need of one connection: its size, and what its cursors stand for."""

    place: Place
    identity: str
    size: Binder
    inputs: tuple[Binder | None, ...]


@dataclass(frozen=True, slots=True)
class Computation:
    """A field that Python works out for a row that the statement finds.

    ``work`` names what does so, ``given`` reads its arguments; the value is an object of ``kind``,
    of which ``nodes`` select members.
    """

    place: Place
    work: str
    given: Binder
    kind: GraphQLObjectType
    nodes: tuple[FieldNode, ...]
    operation: Operation


@dataclass(slots=True)
class Compilation:
    """One statement under construction."""

    operation: Operation
    object_json: ObjectJson
    names: Names = field(default_factory=Names)
    parameters: Parameters = field(init=False)
    pages: list[PagePlan] = field(default_factory=list)
    computations: list[Computation] = field(default_factory=list)
    index: Searchable = None
    searches: list[SearchPlan] = field(default_factory=list)
    has_marks: bool = False
    related: int = 0
    """How many filters on related rows the statement has so far."""
    moments: Moments = field(init=False)
    _scope: Scope | None = None

    def __post_init__(self) -> None:
        self.parameters = Parameters(self.operation.trail)
        self.moments = Moments(self.names, self.parameters)

    @property
    def place(self) -> Place:
        """The field at work."""
        return self.operation.trail.place

    @property
    def scope(self) -> Scope:
        """Where the field at work reads; now, in the newest iteration, unless it was said."""
        return self._scope or Scope(self.moments.now())

    @contextmanager
    def within(self, scope: Scope) -> Iterator[None]:
        """Let everything that is compiled inside read at ``scope``."""
        outside, self._scope = self._scope, scope
        try:
            yield
        finally:
            self._scope = outside
