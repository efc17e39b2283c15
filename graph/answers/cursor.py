"""A place in the terms of a question, and what has been understood up to there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from graph.answers.errors import NotUnderstoodError
from graph.answers.intents import Condition
from graph.answers.words import Sense, Term

FILLERS: Final = ("filler", "relative", "yes_no")
PREPOSITIONS: Final = ("in", "at", "at_fr", "for", "with")
JOINING: Final = ("and", "or", "comma")


@dataclass(slots=True)
class Draft:
    """What has been understood so far."""

    head: str = ""
    target: str = ""
    item: Sense | None = None
    conditions: list[Condition] = field(default_factory=list)
    per: str = ""
    superlative: str = ""
    measure: str = ""
    aspects: list[str] = field(default_factory=list)
    verbs: set[str] = field(default_factory=set)
    extreme_day: str = ""

    def has(self, about: str) -> bool:
        """Whether there is a condition of a kind."""
        return any(condition.about == about for condition in self.conditions)


class Cursor:
    """Reads the terms of one question from left to right.

    Args:
        terms: The terms.
        year: Year of the match, for dates without one.
    """

    def __init__(self, terms: list[Term], year: int | None) -> None:
        self.terms = terms
        self.year = year
        self.at = 0
        self.draft = Draft()
        self.preposition = ""
        self.is_not = False
        self.is_outside = False

    def _peek(self, ahead: int = 0) -> Term | None:
        place = self.at + ahead
        return self.terms[place] if place < len(self.terms) else None

    def _sense(self, *roles: str) -> Sense | None:
        term = self._peek()
        return term.sense(*roles) if term else None

    def _take(self, *roles: str) -> Sense | None:
        """Return and pass what plays a part here."""
        found = self._sense(*roles)
        if found:
            self.at += 1
        return found

    def _skip(self, *roles: str) -> None:
        while self._take(*(roles or FILLERS)):
            pass

    def _fail(self) -> NotUnderstoodError:
        term = self._peek()
        return NotUnderstoodError(f"not understood: {term.text!r}" if term else "it ends too early")

    def _add(self, found: Condition) -> None:
        if self.draft.has(found.about) and found.about != "requirement":
            raise NotUnderstoodError(f"a second condition on {found.about}")
        self.draft.conditions.append(found)
        self.preposition = ""
