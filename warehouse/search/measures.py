"""Measures of rankings against graded judgements, with bootstrap intervals.

nDCG@k after Järvelin & Kekäläinen (ACM TOIS 20(4), 2002) with the grade itself as gain, as
trec_eval has it; recall and reciprocal rank count what is graded :data:`RELEVANT` or more.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Final, TypeVar

import numpy as np

DEPTH: Final = 10
RECALL_DEPTH: Final = 100
RELEVANT: Final = 2
RESAMPLES: Final = 2_000
SEED: Final = 1503
INTERVAL: Final = (2.5, 97.5)
"""Percentiles that an interval reaches from and to."""

Name = TypeVar("Name", bound=Hashable)


def ndcg(ranked: Sequence[Name], grades: Mapping[Name, int], depth: int = DEPTH) -> float:
    """Return the discounted gain of the first results as a share of the greatest possible."""
    best = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(one, 0) for one in ranked[:depth]]) / best if best else 0.0


def _gain(found: Sequence[int]) -> float:
    return sum(grade / log2(place + 2) for place, grade in enumerate(found))


def recall(ranked: Sequence[Name], grades: Mapping[Name, int], least: int = RELEVANT) -> float:
    """Return the share of what is relevant that is among the first hundred results."""
    wanted = {one for one, grade in grades.items() if grade >= least}
    return len(wanted & set(ranked[:RECALL_DEPTH])) / len(wanted) if wanted else 0.0


def reciprocal_rank(
    ranked: Sequence[Name], grades: Mapping[Name, int], least: int = RELEVANT
) -> float:
    """Return 1 divided by the place of the first relevant result; 0 where there is none."""
    places = (place for place, one in enumerate(ranked, 1) if grades.get(one, 0) >= least)
    return 1 / next(places, float("inf"))


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over queries with its bootstrap interval of 95 %."""

    mean: float
    low: float
    high: float


def interval(values: Sequence[float]) -> Interval:
    """Return the mean of values, one for each query, and its percentile bootstrap interval.

    For a difference of two rankings, give the differences query by query (paired bootstrap).
    """
    found = np.asarray(values, dtype=float)
    rng = np.random.default_rng(SEED)
    means = found[rng.integers(0, len(found), (RESAMPLES, len(found)))].mean(axis=1)
    low, high = np.percentile(means, INTERVAL)
    return Interval(float(found.mean()), float(low), float(high))
