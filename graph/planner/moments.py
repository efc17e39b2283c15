"""Which versions of rows an operation reads: those that hold now, or held at a time.

Without a time, the current ones. With ``asOf``, those valid then. A later page reads as of the
data version that its cursor is pinned to, so nothing is lost or repeated while a load publishes.

A connection below another, and filters on related rows, read at the moment and in the match
iteration of what is around them, unless they say otherwise: see :class:`Scope`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from graph.errors import AnswerError, CursorExpiredError, CursorInvalidError
from graph.planner.places import Place
from graph.planner.rows import Rows
from graph.planner.sql import Binder, Names, Parameters

VERSIONS = "ops.data_version"
COLUMNS = "number, published_at, match_iteration_id"
PIN = "number::text || '|' || (extract(epoch FROM published_at) * 1000000)::int8::text"
"""What tells one data version from another, whatever became of the database: number and time."""
NEWEST = f"COALESCE((SELECT {PIN} FROM {VERSIONS} ORDER BY number DESC LIMIT 1), '0|0')"
"""The newest data version, as an SQL expression of type text."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition that must not hold, and the error if it does."""

    condition: str
    error: AnswerError


@dataclass(frozen=True, slots=True)
class Moment:
    """A state of the warehouse: the name of its data version's row, and its time if not now."""

    version: str
    time: str | None = None

    def condition(self, rows: Rows) -> list[str]:
        """Return the condition that a version of a row holds at this moment."""
        rows = rows.holder()
        if not rows.kind.is_versioned:
            return []
        if self.time is None:
            return [rows.column("is_current")]
        valid_to = rows.column("valid_to")
        return [
            f"{rows.column('valid_from')} <= {self.time}",
            f"({valid_to} IS NULL OR {valid_to} > {self.time})",
        ]

    def iteration(self) -> str:
        """Return the newest match iteration of this state."""
        return f"(SELECT match_iteration_id FROM {self.version})"

    def pin(self) -> str:
        """Return what a cursor keeps of this state: ``number|microseconds``."""
        return f"COALESCE((SELECT {PIN} FROM {self.version}), '0|0')"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a field reads: what the connections and the root field around it say.

    Attributes:
        moment: The state of the warehouse.
        iteration: Number of the match iteration as SQL; None for the newest of the moment.
        given: Iteration and time as arguments give them, here or further out: part of what a
            cursor stands for.
    """

    moment: Moment
    iteration: str | None = None
    given: tuple[Binder | None, Binder | None] = (None, None)

    def conditions(self, rows: Rows) -> list[str]:
        """Return the conditions that rows hold at the moment, and are of the iteration."""
        found = self.moment.condition(rows)
        holder = rows.holder()
        if holder.kind.has_iteration:
            iteration = self.iteration or self.moment.iteration()
            found.append(f"{holder.column('match_iteration_id')} = {iteration}")
        return found


@dataclass(slots=True)
class Moments:
    """The states that a statement reads, each selected once at its head."""

    names: Names
    parameters: Parameters
    heads: list[str] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    _now: Moment | None = None

    def now(self) -> Moment:
        """Return the newest state."""
        if self._now is None:
            self._now = Moment(self._head("ORDER BY number DESC LIMIT 1"))
        return self._now

    def as_of(self, time: Binder) -> Moment:
        """Return the state at a time."""
        placeholder = self.parameters.add(time, "timestamptz")
        where = f"WHERE published_at <= {placeholder} ORDER BY number DESC LIMIT 1"
        return Moment(self._head(where), placeholder)

    def value(self, binder: Binder, sql_type: str) -> str:
        """Return a value that a statement may read anywhere, or nowhere at all."""
        name = self.names.new("w")
        placeholder = self.parameters.add(binder, sql_type)
        self.heads.append(f"{name} AS MATERIALIZED (SELECT {placeholder} AS value)")
        return f"(SELECT value FROM {name})"

    def of_version(self, number: int) -> Moment:
        """Return the state of a data version."""
        head = self._head(f"WHERE number = {number}")
        return Moment(head, f"(SELECT published_at FROM {head})")

    def pinned(self, number: Binder, time: Binder, argument: str, place: Place) -> Moment:
        """Return the state that a cursor is pinned to; the statement fails if it is gone."""
        at = self.parameters.add(time, "timestamptz")
        version = self.parameters.add(number, "int4")
        head = self._head(f"WHERE number = {version} AND published_at = {at}")
        error = CursorExpiredError(
            f"Argument '{argument}' is a cursor of a data version that is no longer kept."
            f" Ask for the first page again, without '{argument}'.",
            place=place,
        )
        self.guards.append(Guard(f"NOT EXISTS (SELECT FROM {head})", error))
        return Moment(head, at)

    def require_equal(self, one: Moment, other: Moment, place: Place) -> None:
        """Let the statement fail where two cursors are pinned to different states."""
        error = CursorInvalidError(
            "Arguments 'after' and 'before' are cursors of different data versions. Take both"
            " from pages that follow each other.",
            place=place,
        )
        number = "SELECT number FROM"
        condition = f"({number} {one.version}) <> ({number} {other.version})"
        self.guards.append(Guard(condition, error))

    def _head(self, clauses: str) -> str:
        name = self.names.new("v")
        self.heads.append(f"{name} AS MATERIALIZED (SELECT {COLUMNS} FROM {VERSIONS} {clauses})")
        return name
