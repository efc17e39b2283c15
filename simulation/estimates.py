"""Estimates from replicates: exact sums, then means, intervals and paired differences.

Measures are ratios, estimated as the ratio of the sums; their variances and covariances are those
of the linearised ratio (the delta method; Cochran 1977, section 2.11), which for a fixed
denominator is the plain mean and variance. Intervals are those of Student's distribution, at 95 %.
They tell how far the mean over more replicates may be from this one; what is not known of the
parameters is not in them.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, fields
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulation.draws import Float64
from simulation.joining import Int64
from simulation.measures import Fractions

CONFIDENCE: Final = 0.95
"""How often intervals hold the true mean."""


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums over replicates of measures, their squares and products; whole numbers.

    ``above`` and ``below`` are the two numbers of each ratio; ``base`` marks those of the first
    scenario in the same replicates.

    Attributes:
        replicates: How many there are.
        above: Sum of numerators; the others likewise.
    """

    replicates: int
    above: Int64
    below: Int64
    above_above: Int64
    above_below: Int64
    below_below: Int64
    above_base_above: Int64
    above_base_below: Int64
    below_base_above: Int64
    below_base_below: Int64

    @classmethod
    def of(cls, one: Fractions, base: Fractions) -> Sums:
        """Return the sums over some replicates."""

        def products(a: Int64, b: Int64) -> Int64:
            return np.asarray(np.einsum("rm,rm->m", a, b), dtype=np.int64)

        return cls(
            len(one.above),
            one.above.sum(axis=0),
            one.below.sum(axis=0),
            products(one.above, one.above),
            products(one.above, one.below),
            products(one.below, one.below),
            products(one.above, base.above),
            products(one.above, base.below),
            products(one.below, base.above),
            products(one.below, base.below),
        )

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def only(self, columns: Int64) -> Sums:
        """Return the sums of some measures."""
        first, *rest = fields(self)
        return Sums(getattr(self, first.name), *(getattr(self, one.name)[columns] for one in rest))

    def to_bytes(self) -> bytes:
        """Return all sums, packed; `from_bytes` reads them."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, sums=self.to_array())
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Sums:
        """Return the sums that `to_bytes` packed."""
        with np.load(io.BytesIO(data)) as arrays:
            return cls.from_array(arrays["sums"])

    def to_array(self) -> Int64:
        """Return all sums as rows; the first number of the first row is that of replicates."""
        rows = [getattr(self, one.name) for one in fields(self)]
        return np.vstack([np.full_like(rows[1], rows[0]), *rows[1:]])

    @classmethod
    def from_array(cls, rows: Int64) -> Sums:
        """Return the sums that `to_array` wrote."""
        return cls(int(rows[0].max(initial=0)), *rows[1:])


@dataclass(frozen=True, eq=False)
class Estimates:
    """Measures of several parts, part by part. Not-a-number is what cannot be known.

    That is: a rate of nobody, and intervals and deviations of a single replicate.

    Attributes:
        mean: The mean over replicates.
        low: Where the 95 % interval of the mean begins.
        high: Where it ends.
        deviation: Standard deviation between replicates: how much one match differs from another.
    """

    mean: Float64
    low: Float64
    high: Float64
    deviation: Float64

    def __getitem__(self, parts: slice) -> Estimates:
        return Estimates(*(getattr(self, one.name)[parts] for one in fields(self)))


@dataclass(frozen=True, eq=False)
class Differences:
    """Differences of a scenario to the first one, in the same replicates.

    Attributes:
        mean: The mean difference; above zero where the scenario has more.
        low: Where the 95 % interval of the mean difference begins.
        high: Where it ends.
        deviation: Standard deviation of the difference between replicates.
        variance_ratio: How many times as many replicates would be needed without common random
            numbers; infinite where the difference is the same in all replicates.
    """

    mean: Float64
    low: Float64
    high: Float64
    deviation: Float64
    variance_ratio: Float64

    def __getitem__(self, parts: slice) -> Differences:
        return Differences(*(getattr(self, one.name)[parts] for one in fields(self)))


def estimate(sums: Sums) -> Estimates:
    """Return the estimates of all measures."""
    mean = _ratio(sums.above, sums.below)
    deviation = np.sqrt(_variance(sums))
    half = half_width(sums.replicates, deviation)
    return Estimates(mean, mean - half, mean + half, deviation)


def compare(sums: Sums, base: Sums) -> Differences:
    """Return the differences of a scenario to the first one.

    Args:
        sums: Those of the scenario.
        base: Those of the first one, over the same replicates.
    """
    mean = _ratio(sums.above, sums.below) - _ratio(base.above, base.below)
    apart = _variance(sums) + _variance(base)
    paired = apart - 2 * _covariance(sums, base)
    # Sums are exact; what is left of rounding in the last steps is no difference.
    paired = np.where(paired > 1e-12 * apart, paired, np.where(np.isnan(paired), np.nan, 0.0))
    deviation = np.sqrt(paired)
    half = half_width(sums.replicates, deviation)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = apart / paired
    return Differences(mean, mean - half, mean + half, deviation, ratio)


def _ratio(above: Int64, below: Int64) -> Float64:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below == 0, np.nan, above / below)


def _exact(scale: int, products: Int64, one: Int64, two: Int64) -> Float64:
    """Return ``scale * products - one * two`` for each measure, exact before it is rounded."""
    rows = zip(products.tolist(), one.tolist(), two.tolist(), strict=True)
    return np.array([float(scale * product - a * b) for product, a, b in rows])


def _variance(sums: Sums) -> Float64:
    """Return the variance of each linearised ratio between replicates."""
    n = sums.replicates
    ratio = _ratio(sums.above, sums.below)
    spread = (
        _exact(n, sums.above_above, sums.above, sums.above)
        - 2 * ratio * _exact(n, sums.above_below, sums.above, sums.below)
        + ratio**2 * _exact(n, sums.below_below, sums.below, sums.below)
    )
    return _scaled(np.maximum(spread, 0.0), n, sums.below, sums.below)


def _covariance(sums: Sums, base: Sums) -> Float64:
    """Return the covariance of linearised ratios of two scenarios in the same replicates."""
    n = sums.replicates
    one, two = _ratio(sums.above, sums.below), _ratio(base.above, base.below)
    spread = (
        _exact(n, sums.above_base_above, sums.above, base.above)
        - two * _exact(n, sums.above_base_below, sums.above, base.below)
        - one * _exact(n, sums.below_base_above, sums.below, base.above)
        + one * two * _exact(n, sums.below_base_below, sums.below, base.below)
    )
    return _scaled(spread, n, sums.below, base.below)


def _scaled(spread: Float64, replicates: int, below: Int64, base_below: Int64) -> Float64:
    if replicates < 2:
        return np.full(len(spread), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = spread / below / base_below
    return np.asarray(scaled * replicates / (replicates - 1), dtype=np.float64)


def half_width(replicates: int, deviation: NDArray[np.float64]) -> Float64:
    """Return half the width of the interval of a mean."""
    if replicates < 2:
        return np.full(len(deviation), np.nan)
    return deviation * (student_quantile(replicates - 1) / math.sqrt(replicates))


def student_quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
    """Return how many standard errors an interval extends to each side.

    The first terms of the expansion of Student's distribution in the normal one (Abramowitz and
    Stegun 1964, 26.7.5): too narrow by 11 % at one degree of freedom, by 0.7 % at two, by 0.1 % at
    three, and by less beyond.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / degrees**power for power, term in enumerate(terms, start=1))
