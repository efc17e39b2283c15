"""Ranges, as programs state them: a lower and an upper bound, and the words."""

from __future__ import annotations

import strawberry

from graph.planner.declare import part


@strawberry.type(description="A range of counts, as the source states it.")
class CountRange:
    """A range of counts."""

    min: int | None = part("Lower bound; null where open.")
    max: int | None = part("Upper bound, inclusive; null where open.")
    label: str | None = part("The range in the words of the source.")


@strawberry.type(description="A range of percentages (0 to 100), as the source states it.")
class PercentRange:
    """A range of percentages."""

    min: float | None = part("Lower bound in percent; null where open.")
    max: float | None = part("Upper bound in percent, inclusive; null where open.")
    label: str | None = part("The range in the words of the source.")
