"""Calendar dates as program descriptions write them, in both languages.

Knows single days, lists (``January 21, 23 and 28, 2025``) and ranges (``du 29 au 31 janvier``,
``January 31 - February 1, 2025``).
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from etl.sources.carms.parsing.headings import MONTHS

_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"\d{1,2}(?!\d)(?:st|nd|rd|th|er|ere|re|e)?(?![\w:])"
_YEAR = r"(?:19|20)\d\d(?![\d-])"
_SEPARATOR = r"\s*(?:,\s*(?:and|et|&)\s|,|-|\bto\b|\bau\b|\ba\b|\band\b|\bet\b|&)\s*(?:le\s+)?"
_DAYS = rf"{_DAY}(?:{_SEPARATOR}{_DAY}){{0,20}}"
_GROUP = re.compile(
    rf"\b(?P<iso>(?:19|20)\d\d-\d\d?-\d\d?)(?!\d)"
    rf"|\b(?P<month_first>{_MONTH})\s+(?P<days>{_DAYS})(?:\s*,?\s*(?P<year>{_YEAR}))?"
    rf"|(?<![\d:])(?P<days_first>{_DAYS})\s+(?:de\s+|of\s+)?(?P<month>{_MONTH})"
    rf"(?:\s*,?\s*(?P<year_last>{_YEAR}))?"
)
_DAY_PART = re.compile(
    rf"(?P<separator>{_SEPARATOR})?(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|ere|re|e)?"
)
_RANGE = re.compile(
    r"\s*(?:-|to|through|until|au|jusqu'au)\s*(?:le\s+)?(?:[a-z]+day,?\s+|[a-z]+di,?\s+)?"
)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A day or a range in a folded text, as written: years are null where not written.

    ``start`` and ``end`` are offsets in that text. Days may be impossible: see ``days``.
    """

    year: int | None
    first: tuple[int, int]
    last: tuple[int, int]
    start: int
    end: int

    def days(self, default_year: int | None) -> tuple[dt.date, dt.date] | None:
        """Return first and last day; null where no year is known or a day does not exist."""
        year = self.year if self.year is not None else default_year
        if year is None:
            return None
        try:
            last = dt.date(year, *self.last)
            first = dt.date(year - (self.first > self.last), *self.first)
        except ValueError:
            return None
        return (first, last)


def find_dates(folded: str) -> list[FoundDate]:
    """Return the days and ranges that a folded text names, in order."""
    found: list[FoundDate] = []
    for match in _GROUP.finditer(folded):
        for item in _group_dates(match):
            if found and _RANGE.fullmatch(folded, found[-1].end, item.start) is not None:
                previous = found.pop()
                year = item.year if item.year is not None else previous.year
                item = FoundDate(year, previous.first, item.last, previous.start, item.end)  # noqa: PLW2901
            found.append(item)
    return found


def _group_dates(match: re.Match[str]) -> Iterator[FoundDate]:
    """Yield the dates of one group of days that share a month and a year."""
    if match.group("iso"):
        year, month, day = (int(part) for part in match.group("iso").split("-"))
        yield FoundDate(year, (month, day), (month, day), match.start(), match.end())
        return
    key = "days" if match.group("month_first") else "days_first"
    month = MONTHS[(match.group("month_first") or match.group("month")).rstrip(".")]
    written = match.group("year") or match.group("year_last")
    year_of_all = int(written) if written else None
    parts = list(_DAY_PART.finditer(match.group(key)))
    offset = match.start(key)
    days: list[tuple[int, int, int, int]] = []
    for part in parts:
        day = int(part.group("day"))
        start, end = offset + part.start("day"), offset + part.end()
        separator = (part.group("separator") or "").strip().removesuffix("le").strip()
        if days and separator in {"-", "to", "au", "a"}:
            days[-1] = (days[-1][0], day, days[-1][2], end)
        else:
            days.append((day, day, start, end))
    for number, (first, last, start, end) in enumerate(days):
        yield FoundDate(
            year_of_all, (month, first), (month, last),
            match.start() if number == 0 else start,
            match.end() if number == len(days) - 1 else end,
        )  # fmt: skip
