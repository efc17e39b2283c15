"""Estimates: means over replicates of a simulation, and how much more than the first scenario's."""

from __future__ import annotations

from typing import Any

import strawberry

from graph.planner.declare import embedded, part
from warehouse.tables.measures import APPLICANTS, BOUNDS, CHANGE, SEATS

WORDS = {name: words for name, (words, _) in {**APPLICANTS, **SEATS}.items()}
"""What is estimated, in the warehouse's words."""


@strawberry.type(
    description="A mean over the replicates of a simulation, with its 95 % confidence interval. It"
    " is about simulated applicants, never a forecast for anybody."
)
class Estimate:
    """A mean over replicates with its interval."""

    mean: float | None = part("Mean over the replicates.")
    low: float | None = part("Lower end of the interval; null for one replicate.")
    high: float | None = part("Upper end of the interval; null for one replicate.")


@strawberry.type(
    description="How much more a scenario gives than the first one: the mean over the replicates,"
    " which draw the same numbers in both, with its 95 % confidence interval. It is about simulated"
    " applicants, never a forecast for anybody."
)
class Difference:
    """How much more a scenario gives than the first one."""

    mean: float | None = part("Mean over the replicates; above zero where it gives more.")
    low: float | None = part("Lower end of the interval; null for one replicate.")
    high: float | None = part("Upper end of the interval; null for one replicate.")
    variance_ratio: float | None = part(
        "How many times as many replicates it would take to know it as well without common random"
        " numbers; null for one replicate, and where it is the same in all."
    )


def estimate(table: str, measure: str, description: str = "") -> Any:
    """Declare the estimate of a measure; null where it was not estimated."""
    words = description or f"{WORDS[measure]}{_SCALES.get(measure, '')}."
    return embedded(table, words, **{end: f"{measure}_{end}" for end in BOUNDS})


def difference(table: str, measure: str, words: str = "") -> Any:
    """Declare how much more of a measure a scenario gives than the first one; null for that."""
    return embedded(
        table,
        f"{words or WORDS[measure]}: how much more than in the first scenario; null for the first.",
        **{end: f"{measure}_change_{end}" for end in CHANGE},
    )


_SCALES = {
    "match_rate": ", from 0 to 1",
    "fill_rate": ", from 0 to 1; null where there is no seat",
}
"""What more is said of some."""
