"""Estimates from sums: means, intervals, ratios and differences, against plain arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.estimates import Sums, compare, estimate, student_quantile
from simulation.measures import Fractions

REPLICATES = 400


def drawn(seed: int) -> tuple[Fractions, Fractions]:
    """Two scenarios that share most of their noise: a count, a rate, and a mean rank."""
    random = np.random.default_rng(seed)
    shared = random.poisson(50, size=REPLICATES)
    matched = random.binomial(90, 0.8, size=REPLICATES)
    one, two = (
        Fractions(
            np.stack(
                [shared + extra, matched, 3 * matched + random.poisson(9, REPLICATES)], axis=1
            ),
            np.stack([np.ones_like(shared), np.full_like(shared, 90), matched], axis=1),
        )
        for extra in (0, random.binomial(5, 0.5, size=REPLICATES))
    )
    return one, two


def test_means_intervals_and_deviations_are_those_of_the_replicates() -> None:
    one, _ = drawn(1)
    found = estimate(Sums.of(one, one))
    shares = one.above[:, :2] / one.below[:, :2]
    assert found.mean[:2] == pytest.approx(shares.mean(axis=0))
    assert found.deviation[:2] == pytest.approx(shares.std(axis=0, ddof=1))
    half = 1.9659 * shares.std(axis=0, ddof=1) / np.sqrt(REPLICATES)
    assert (found.high - found.mean)[:2] == pytest.approx(half, rel=1e-4)
    assert found.mean - found.low == pytest.approx(found.high - found.mean)


def test_a_ratio_of_two_counts_is_that_of_their_sums_with_the_linearised_variance() -> None:
    one, _ = drawn(2)
    found = estimate(Sums.of(one, one))
    above, below = one.above[:, 2].astype(float), one.below[:, 2].astype(float)
    ratio = above.sum() / below.sum()
    assert found.mean[2] == pytest.approx(ratio)
    residuals = (above - ratio * below) / below.mean()
    assert found.deviation[2] == pytest.approx(residuals.std(ddof=1))


def test_differences_are_taken_replicate_by_replicate() -> None:
    one, two = drawn(3)
    found = compare(Sums.of(two, one), Sums.of(one, one))
    gaps = (two.above - one.above)[:, 0]
    assert found.mean[0] == pytest.approx(gaps.mean())
    assert found.deviation[0] == pytest.approx(gaps.std(ddof=1))
    apart = one.above[:, 0].var(ddof=1) + two.above[:, 0].var(ddof=1)
    assert found.variance_ratio[0] == pytest.approx(apart / gaps.var(ddof=1))
    assert found.variance_ratio[0] > 10


def test_a_difference_that_never_varies_has_no_width() -> None:
    one, _ = drawn(4)
    more = Fractions(one.above + one.below, one.below)
    found = compare(Sums.of(more, one), Sums.of(one, one))
    assert found.mean == pytest.approx(1)
    assert found.deviation[:2].tolist() == [0, 0]
    assert found.variance_ratio[0] == np.inf


def test_sums_do_not_depend_on_the_order_of_their_parts() -> None:
    one, two = drawn(5)
    parts = [
        Sums.of(
            Fractions(two.above[part], two.below[part]), Fractions(one.above[part], one.below[part])
        )
        for part in (slice(0, 7), slice(7, 200), slice(200, REPLICATES))
    ]
    whole = Sums.of(two, one).to_array().tolist()
    assert (parts[0] + parts[1] + parts[2]).to_array().tolist() == whole
    assert (parts[2] + (parts[0] + parts[1])).to_array().tolist() == whole
    assert Sums.from_array(Sums.of(two, one).to_array()).to_array().tolist() == whole


def test_what_cannot_be_known_is_not_a_number() -> None:
    nobody = Fractions(np.zeros((1, 1), dtype=np.int64), np.zeros((1, 1), dtype=np.int64))
    found = estimate(Sums.of(nobody, nobody))
    assert np.isnan([found.mean[0], found.low[0], found.deviation[0]]).all()
    single = Fractions(np.full((1, 1), 5), np.full((1, 1), 10))
    found = estimate(Sums.of(single, single))
    assert found.mean[0] == 0.5
    assert np.isnan([found.low[0], found.high[0], found.deviation[0]]).all()


@pytest.mark.parametrize(
    ("degrees", "value"), [(5, 2.570582), (9, 2.262157), (29, 2.045230), (999, 1.962341)]
)
def test_quantiles_of_students_distribution_are_those_of_its_tables(
    degrees: int, value: float
) -> None:
    assert student_quantile(degrees) == pytest.approx(value, rel=2e-4)


def test_intervals_hold_the_true_mean_as_often_as_they_say() -> None:
    random = np.random.default_rng(7)
    held = 0
    for _ in range(2000):
        sample = random.binomial(60, 0.3, size=(20, 1))
        found = estimate(Sums.of(*[Fractions(sample, np.ones_like(sample))] * 2))
        held += int(found.low[0] <= 18 <= found.high[0])
    assert held / 2000 == pytest.approx(0.95, abs=0.015)
