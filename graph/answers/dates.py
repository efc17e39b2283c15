"""Days in questions: "January 25", "le 25 janvier 2025", "in January"."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from graph.answers.words import Term

AUTUMN = 9
"""Months from this on are those of the year before the match."""
LEADING = ("unit_on", "filler", "in", "comma")


@dataclass(frozen=True, slots=True)
class Days:
    """A day, or the days from ``first`` to ``last``; ``end`` is the place behind their terms."""

    first: dt.date
    last: dt.date
    end: int


def days_in(terms: list[Term], at: int, year: int | None) -> Days | None:
    """Return the day or month that stands at a place; None where there is none.

    Args:
        terms: The terms of the question.
        at: Where to look; words before the date are passed.
        year: Year of the match, for dates that name none.
    """
    while at < len(terms) and terms[at].sense(*LEADING) and not terms[at].sense("month"):
        at += 1
    day = _number(terms, at)
    month = _month(terms, at + 1) if day is not None else _month(terms, at)
    if month is None:
        return None
    at += 2 if day is not None else 1
    if day is None:
        day = _number(terms, at)
        day = day if day is not None and day <= 31 else None
        at += day is not None
    stated, at = _year(terms, at)
    if stated is None:
        stated = year - (month >= AUTUMN) if year is not None else None
    if stated is None:
        return None
    last = calendar.monthrange(stated, month)[1]
    if day is None:
        return Days(dt.date(stated, month, 1), dt.date(stated, month, last), at)
    if not 1 <= day <= last:
        return None
    return Days(dt.date(stated, month, day), dt.date(stated, month, day), at)


def _year(terms: list[Term], at: int) -> tuple[int | None, int]:
    """Return a year that follows, with or without a comma before it, and the place behind it."""
    for skipped in (0, 1):
        found = _number(terms, at + skipped)
        between = terms[at : at + skipped]
        if found is not None and 1990 <= found <= 2100 and all(t.sense("comma") for t in between):
            return found, at + skipped + 1
    return None, at


def _number(terms: list[Term], at: int) -> int | None:
    sense = terms[at].sense("number") if at < len(terms) else None
    return int(sense.value) if sense else None


def _month(terms: list[Term], at: int) -> int | None:
    sense = terms[at].sense("month") if at < len(terms) else None
    return int(sense.value) if sense else None
