"""SQL text: JSON that grows piece by piece, and values that are bound, never written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from graphql import Node

if TYPE_CHECKING:
    from graph.planner.places import Place, Trail
    from graph.planner.request import Request

Binder = Callable[["Request"], Any]
"""Gives the value of a parameter for one request; raises AnswerError for a value not allowed."""

Owner = tuple["Place", Node | None]
"""The field that a parameter belongs to, and the place of its value in the document."""

MARK = "\x01"
"""Stands around what Python finishes (cursors); JSON text escapes it, so it is never data."""
COMPUTED = "\x03"
"""The same around what Python works out for a row."""
GUARD = "\x02"
"""First character of an answer that is not JSON but the number of the guard that failed."""


def quote(text: str) -> str:
    """Return an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(slots=True)
class Json:
    """A JSON text under construction: literals, and SQL expressions of type text, never null."""

    parts: list[tuple[bool, str]] = field(default_factory=list)

    def literal(self, text: str) -> Self:
        """Append text as it stands."""
        if self.parts and self.parts[-1][0]:
            self.parts[-1] = (True, self.parts[-1][1] + text)
        elif text:
            self.parts.append((True, text))
        return self

    def expression(self, sql: str) -> Self:
        """Append an SQL expression that yields JSON text."""
        self.parts.append((False, sql))
        return self

    def append(self, other: Json) -> Self:
        """Append another JSON text."""
        for is_literal, text in other.parts:
            if is_literal:
                self.literal(text)
            else:
                self.expression(text)
        return self

    def parted(self) -> tuple[str, Json, str]:
        """Return the text before the first expression, what follows, and the text after the last.

        A long answer is copied for each text that is put around it: outer ones are best put last.
        """
        rest = list(self.parts)
        before = rest.pop(0)[1] if rest and rest[0][0] else ""
        after = rest.pop()[1] if rest and rest[-1][0] else ""
        return before, Json(rest), after

    @property
    def constant(self) -> str | None:
        """The text, if no expression is in it."""
        if not self.parts:
            return ""
        return self.parts[0][1] if len(self.parts) == 1 and self.parts[0][0] else None

    def sql(self) -> str:
        """Return one SQL expression of type text."""
        pieces = [quote(text) if is_literal else text for is_literal, text in self.parts]
        if not pieces:
            return "''"
        return pieces[0] if len(pieces) == 1 else "(" + " || ".join(pieces) + ")"


@dataclass(slots=True)
class Parameters:
    """The values of a statement, in the order of their numbers.

    An error in a value is an error of the field at work, which ``trail`` knows.
    """

    trail: Trail
    binders: list[Binder] = field(default_factory=list)
    owners: list[Owner] = field(default_factory=list)

    def add(
        self,
        binder: Binder,
        sql_type: str,
        node: Node | None = None,
        place: Place | None = None,
    ) -> str:
        """Return the placeholder of a new value, cast to ``sql_type``.

        Args:
            binder: Gives the value.
            sql_type: Type of the database.
            node: Where the value stands in the document.
            place: The field that it belongs to, if that is not the one at work.
        """
        self.binders.append(binder)
        self.owners.append((place or self.trail.place, node))
        return f"${len(self.binders)}::{sql_type}"


@dataclass(slots=True)
class Names:
    """Names that are unique in a statement."""

    last: int = 0

    def new(self, prefix: str) -> str:
        """Return the next name that begins with ``prefix``."""
        self.last += 1
        return f"{prefix}{self.last}"


def constant(value: object) -> Binder:
    """Return the binder of a value that no request changes."""
    return lambda request: value


def conjunction(conditions: Iterable[str]) -> str:
    """Return the conditions joined with AND; ``true`` where there are none."""
    return " AND ".join(conditions) or "true"
