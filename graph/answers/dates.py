"""Days in questions: "January 25", "le 25 janvier 2025", "in January", "before February 3"."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from graph.answers.words import Term

AUTUMN: Final = 9
"""Months from this on are those of the year before the match."""
LEADING: Final = ("unit_on", "filler", "in", "comma", "at_fr")
DAYS: Final = 31


@dataclass(frozen=True, slots=True)
class Days:
    """A day, or the days from ``first`` to ``last``; ``end`` is the place behind their terms.

    None is an open end.
    """

    first: dt.date | None
    last: dt.date | None
    end: int


def days_in(terms: Sequence[Term], at: int, year: int | None) -> Days | None:
    """Return the days that stand at a place; None where there are none.

    Args:
        terms: The terms of the question.
        at: Where to look; words before the date are passed.
        year: Year of the match, for dates that name none.
    """
    start = _leading(terms, at)
    if start < len(terms):
        side = terms[start].sense("before", "after")
        if side is not None:
            found = _date(terms, start + 1, year)
            return _open(found, is_before=side.role == "before") if found else None
        if terms[start].sense("between"):
            return _span(_date(terms, start + 1, year), terms, year)
    found = _date(terms, at, year)
    return _span(found, terms, year) or found


def _open(found: Days, *, is_before: bool) -> Days:
    """Return the days before a date, or after it; both exclude it."""
    one = dt.timedelta(days=1)
    if is_before:
        assert found.first is not None
        return Days(None, found.first - one, found.end)
    assert found.last is not None
    return Days(found.last + one, None, found.end)


def _span(first: Days | None, terms: Sequence[Term], year: int | None) -> Days | None:
    """Return the days from one date to another that follows."""
    if first is None or first.end >= len(terms) or first.first is None:
        return None
    if not terms[first.end].sense("and", "to", "at_fr"):
        return None
    last = _date(terms, first.end + 1, year)
    if last is None:
        day = _number(terms, _leading(terms, first.end + 1))
        most = calendar.monthrange(first.first.year, first.first.month)[1]
        if day is None or not first.first.day < day <= most or first.first != first.last:
            return None
        end = _leading(terms, first.end + 1) + 1
        stated, end = _year(terms, end)
        date = first.first.replace(day=day, year=stated or first.first.year)
        return Days(first.first.replace(year=date.year), date, end)
    return replace(last, first=first.first)


def _leading(terms: Sequence[Term], at: int) -> int:
    while at < len(terms) and terms[at].sense(*LEADING) and not terms[at].sense("month"):
        at += 1
    return at


def _date(terms: Sequence[Term], at: int, year: int | None) -> Days | None:
    at = _leading(terms, at)
    day = _number(terms, at)
    inner = at + 1
    if day is not None and inner < len(terms) and terms[inner].sense("filler"):
        inner += 1  # the 25th of January
    month = _month(terms, inner) if day is not None else _month(terms, at)
    if month is None:
        return None
    at = inner + 1 if day is not None else at + 1
    if day is None:
        day = _number(terms, at)
        day = day if day is not None and day <= DAYS else None
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


def _year(terms: Sequence[Term], at: int) -> tuple[int | None, int]:
    """Return a year that follows, with or without a comma before it, and the place behind it."""
    for skipped in (0, 1):
        found = _number(terms, at + skipped)
        between = terms[at : at + skipped]
        if found is not None and 1990 <= found <= 2100 and all(t.sense("comma") for t in between):
            return found, at + skipped + 1
    return None, at


def _number(terms: Sequence[Term], at: int) -> int | None:
    sense = terms[at].sense("number") if at < len(terms) else None
    return int(sense.value) if sense else None


def _month(terms: Sequence[Term], at: int) -> int | None:
    sense = terms[at].sense("month") if at < len(terms) else None
    return int(sense.value) if sense else None
