"""Means as SQL defines them: totals of the graph equal those of plain statements."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext

GROUP = 4
"""Decimal digits that PostgreSQL keeps together."""
LEAST = 16
"""Significant digits of a quotient, at least."""


def mean(values: Sequence[float]) -> float:
    """Return the mean of numbers in the decimal arithmetic of PostgreSQL.

    A quotient has 16 significant digits at least, cut at a group of four: its last digit need not
    be that of the exact quotient (select_div_scale in src/backend/utils/adt/numeric.c).
    """
    total = sum((Decimal(str(value)) for value in values), Decimal(0))
    if not total:
        return 0.0
    count = Decimal(len(values))
    (weight, first), (other_weight, other_first) = _leading(total), _leading(count)
    weight -= other_weight + (first <= other_first)
    scale = max(LEAST - GROUP * weight, -int(total.normalize().as_tuple().exponent), 0)
    with localcontext() as context:
        context.prec = 100
        return float((total / count).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP))


def _leading(number: Decimal) -> tuple[int, int]:
    """Return the weight of the first group of four digits that is not zero, and the group."""
    weight = abs(number).adjusted() // GROUP
    return weight, int(abs(number).scaleb(-GROUP * weight))
