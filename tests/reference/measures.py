"""What is measured of groups, by the field that shows it. Written from their descriptions."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.reference.numbers import mean
from tests.reference.rows import Record
from tests.reference.walks import at

Rows = Sequence[Record]
Measured = Callable[[Rows], Any]


def stated(rows: Rows, path: str) -> list[Any]:
    """Return the values that rows state."""
    return [value for row in rows if (value := at(row, path)) is not None]


def distinct(*paths: str) -> Measured:
    """Return the measure of how many combinations of values there are."""
    return lambda rows: len({tuple(at(row, path) for path in paths) for row in rows})


def programs(rows: Rows) -> int:
    """Return how many programs rows belong to."""
    return len({(row.owner() or row).key() for row in rows})


def of_stated(function: Callable[[list[Any]], Any], path: str) -> Measured:
    """Return the measure of a function of the stated values; null where there are none."""

    def measure(rows: Rows) -> Any:
        values = stated(rows, path)
        return function(values) if values else None

    return measure


def count_of(path: str) -> Measured:
    """Return the measure of how many rows state a value."""
    return lambda rows: len(stated(rows, path))


def median(values: list[Any]) -> float:
    """Return the middle value, or the mean of the two in the middle."""
    return float(statistics.median(values))


def evaluated(wanted: bool) -> Measured:
    """Return the measure of how many programs say that they evaluate something, or do not."""
    return lambda rows: programs([row for row in rows if at(row, "isEvaluated") is wanted])


MEASURES: Mapping[str, Measured] = {
    "programCount": programs,
    "positions": of_stated(sum, "quota"),
    "quotaStatedCount": count_of("quota"),
    "universityCount": distinct("university.code"),
    "siteCount": distinct("site.label", "site.city", "site.province"),
    "provinceCount": distinct("site.province"),
    "disciplineCount": distinct("discipline.disciplineId"),
    "meanLengthYears": of_stated(mean, "lengthYears"),
    "medianLengthYears": of_stated(median, "lengthYears"),
    "lengthStatedCount": count_of("lengthYears"),
    "itemCount": len,
    "leastQuantity": of_stated(min, "quantity"),
    "medianQuantity": of_stated(median, "quantity"),
    "greatestQuantity": of_stated(max, "quantity"),
    "medianMaxWords": of_stated(median, "maxWords"),
    "evaluatedCount": evaluated(True),
    "notEvaluatedCount": evaluated(False),
    "weightStatedCount": count_of("weightPercent"),
    "meanWeightPercent": of_stated(mean, "weightPercent"),
    "latitude": of_stated(max, "site.location.latitude"),
    "longitude": of_stated(max, "site.location.longitude"),
    "siteLabels": lambda rows: sorted({at(row, "site.label") for row in rows}),
}
WORDS: Mapping[str, Measured] = {
    "COUNT": len,
    "QUOTA_SUM": of_stated(sum, "quota"),
    "QUOTA_AVG": of_stated(mean, "quota"),
}
"""What groups can be sorted by that no field of theirs shows."""
