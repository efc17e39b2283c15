"""Draws: uniform, Gumbel and normal, independent of each other, and the same for ever."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from simulation.draws import (
    Float64,
    Purpose,
    bits_of,
    gumbels,
    keys_of,
    mixed,
    normals,
    pair_key,
    pair_keys,
    stream,
    uniforms,
)

COUNT = 100_000
PEOPLE = keys_of(f"person-{number}" for number in range(400))
STREAMS = keys_of(f"stream-{number}" for number in range(250))
PAIRS = pair_keys(np.repeat(PEOPLE, len(STREAMS)), np.tile(STREAMS, len(PEOPLE)))
STREAM = stream(1503, Purpose.APPLICANT_PROGRAM, 0)


def distance_to_uniform(shares: Float64) -> float:
    """Kolmogorov and Smirnov's statistic, in units of its size at random; 1.95 is 1 in 1,000."""
    ordered = np.sort(shares)
    steps = np.arange(1, len(ordered) + 1) / len(ordered)
    gap = max((steps - ordered).max(), (ordered - steps + 1 / len(ordered)).max())
    return float(gap * math.sqrt(len(ordered)))


def correlation(one: Float64, two: Float64) -> float:
    """Correlation in units of its standard deviation at random."""
    return float(np.corrcoef(one, two)[0, 1] * math.sqrt(len(one)))


def test_uniform_draws_are_uniform_in_every_digit() -> None:
    draws = uniforms(STREAM, PAIRS)
    assert 0 < draws.min() < draws.max() < 1
    for scale in (1, 2**8, 2**16, 2**24):
        assert distance_to_uniform(draws * scale % 1) < 1.95


def test_cells_of_pairs_of_draws_are_filled_evenly() -> None:
    """Serial test (Knuth, volume 2, 3.3.2): no structure between neighbours in the plane."""
    draws = uniforms(STREAM, PAIRS)
    cells, _, _ = np.histogram2d(draws[:-1], draws[1:], bins=30, range=((0, 1), (0, 1)))
    expected = (len(draws) - 1) / cells.size
    chi_square = float(((cells - expected) ** 2 / expected).sum())
    degrees = cells.size - 1
    assert abs(chi_square - degrees) < 3.3 * math.sqrt(2 * degrees)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(
            (1503, Purpose.APPLICANT_PROGRAM, 0),
            (1503, Purpose.APPLICANT_PROGRAM, 1),
            id="replicates that follow each other",
        ),
        pytest.param(
            (1503, Purpose.APPLICANT_PROGRAM, 0),
            (1503, Purpose.PROGRAM_APPLICANT, 0),
            id="purposes",
        ),
        pytest.param(
            (1503, Purpose.APPLICANT_PROGRAM, 0),
            (1504, Purpose.APPLICANT_PROGRAM, 0),
            id="seeds that follow each other",
        ),
    ],
)
def test_streams_are_independent(
    first: tuple[int, Purpose, int], second: tuple[int, Purpose, int]
) -> None:
    one, two = (uniforms(stream(*which), PAIRS) for which in (first, second))
    assert abs(correlation(one, two)) < 3.3
    assert distance_to_uniform((one - two) % 1) < 1.95


def test_draws_of_one_applicant_and_of_one_program_are_independent() -> None:
    draws = uniforms(STREAM, PAIRS).reshape(len(PEOPLE), len(STREAMS))
    for one, two in itertools.pairwise(range(40)):
        assert abs(correlation(draws[one], draws[two])) < 4
        assert abs(correlation(draws[:, one], draws[:, two])) < 4
    # Means of rows and columns spread as those of independent numbers do.
    for means, size in ((draws.mean(axis=1), len(STREAMS)), (draws.mean(axis=0), len(PEOPLE))):
        assert means.std() * math.sqrt(12 * size) == pytest.approx(1, abs=0.15)


def test_a_pair_of_draws_over_many_replicates_is_independent() -> None:
    """What matters to an ensemble: two entries of the same list, replicate by replicate."""
    keys = PAIRS[[0, 1, len(STREAMS)]]
    draws = np.array(
        [uniforms(stream(7, Purpose.APPLICANT_PROGRAM, r), keys) for r in range(20_000)]
    )
    for one, two in itertools.combinations(range(3), 2):
        assert abs(correlation(draws[:, one], draws[:, two])) < 3.3
        assert distance_to_uniform((draws[:, one] + draws[:, two]) % 1) < 1.95
    assert abs(correlation(draws[:-1, 0], draws[1:, 0])) < 3.3


def test_each_bit_of_the_input_changes_half_of_the_output() -> None:
    inputs = PAIRS[:2000]
    outputs = np.array([mixed(one) for one in inputs], dtype=np.uint64)
    for bit in range(64):
        other = np.array([mixed(one ^ np.uint64(1 << bit)) for one in inputs], dtype=np.uint64)
        flipped = np.unpackbits((outputs ^ other).view(np.uint8)).mean()
        assert flipped == pytest.approx(0.5, abs=0.01)


def test_gumbel_draws_are_of_that_distribution() -> None:
    draws = gumbels(STREAM, PAIRS).astype(np.float64)
    assert distance_to_uniform(np.exp(-np.exp(-draws))) < 1.95
    assert draws.mean() == pytest.approx(np.euler_gamma, abs=0.015)
    assert draws.std() == pytest.approx(math.pi / math.sqrt(6), abs=0.015)
    # The tails as well: more than 8 is one in 3,000, less than -2 one in 1,600.
    assert (draws > 8).sum() == pytest.approx(COUNT * -math.expm1(-math.exp(-8)), abs=20)
    assert (draws < -2).sum() == pytest.approx(COUNT * math.exp(-math.exp(2)), abs=26)


def test_gumbel_draws_are_exact_to_the_last_digits() -> None:
    draws = gumbels(STREAM, PAIRS[:5000]).astype(np.float64)
    upper = np.array([bits_of(STREAM, key) for key in PAIRS[:5000]], dtype=np.uint64)
    shares = ((upper >> np.uint64(41)).astype(np.float64) + 0.5) * 2.0**-23
    assert np.abs(draws + np.log(-np.log(shares))).max() < 2e-6


def test_normal_draws_are_of_that_distribution() -> None:
    draws = normals(STREAM, PAIRS)
    shares = np.array([0.5 * math.erfc(-one / math.sqrt(2)) for one in draws[:20_000].tolist()])
    assert distance_to_uniform(shares) < 1.95
    assert draws.mean() == pytest.approx(0, abs=0.01)
    assert draws.std() == pytest.approx(1, abs=0.01)


def test_draws_are_those_of_yesterday() -> None:
    """Results are kept and compared across versions: no change may move them."""
    key = pair_keys(keys_of(["person-0"]), keys_of(["stream-0"]))
    assert int(key[0]) == 9797122416268638456
    assert uniforms(STREAM, key).tolist() == [0.2724768800904812]
    assert gumbels(STREAM, key).tolist() == [-0.26251935958862305]


def test_the_hash_is_that_of_splitmix() -> None:
    """The first two outputs of SplitMix64 from the seed 0, as published with its source code."""
    golden = 0x9E3779B97F4A7C15
    assert mixed(np.uint64(golden)) == 0xE220A8397B1DCDAF
    assert mixed(np.uint64(2 * golden % 2**64)) == 0x6E789E6AA1B965F4


def test_a_pair_has_an_order() -> None:
    one, two = PEOPLE[0], STREAMS[0]
    assert pair_key(one, two) != pair_key(two, one)


def test_numbers_of_purposes_are_their_own() -> None:
    assert len({purpose.value for purpose in Purpose}) == len(Purpose.__members__)
