"""Estimates and differences as columns of the warehouse."""

from __future__ import annotations

import math
from collections.abc import Iterable

from simulation.estimates import Differences, Estimates
from warehouse.tables.measures import BOUNDS


def bounds(
    stem: str,
    found: Estimates | Differences | None,
    part: int,
    ends: Iterable[str] = BOUNDS,
) -> dict[str, float | None]:
    """Return the columns of an estimate, or of a difference."""
    return {
        f"{stem}_{end}": None if found is None else known(getattr(found, end)[part]) for end in ends
    }


def known(value: float) -> float | None:
    """Return a number; None for not-a-number and infinity."""
    return float(value) if math.isfinite(value) else None
