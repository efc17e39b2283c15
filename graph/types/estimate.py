"""Estimates: means over replicates of a simulation, with their intervals."""

from __future__ import annotations

from typing import Any

import strawberry

from graph.planner.declare import embedded, part
from warehouse.tables.measures import BOUNDS


@strawberry.type(
    description="A mean over the replicates of a simulation, with its 95 % confidence interval. It"
    " is about simulated applicants, never a forecast for anybody."
)
class Estimate:
    """A mean over replicates with its interval."""

    mean: float | None = part("Mean over the replicates.")
    low: float | None = part("Lower end of the interval; null for one replicate.")
    high: float | None = part("Upper end of the interval; null for one replicate.")


def estimate(table: str, measure: str, description: str) -> Any:
    """Declare the estimate of a measure; null where it was not estimated."""
    return embedded(table, description, **{end: f"{measure}_{end}" for end in BOUNDS})
