"""Couples against brute force: a stable matching is found, or its absence proven."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from simulation.couples_bounds import bounds_of
from simulation.engine import run_match
from simulation.market import NO_MATCH
from simulation.outcome import OwnSeats, Verdict
from simulation.stability import audit
from tests.markets import Plain, blocking, matchings, random_couples_market, stable_matchings

CASES = 500
NIGHTLY = 10_000


def drawn(case: int) -> tuple[Plain, OwnSeats, int]:
    """A market, a definition of a blocking couple, and how many orders are tried first."""
    random = Random(case)
    market = random_couples_market(random, seats=1 + case % 5 // 4)
    return market, list(OwnSeats)[case % 2], (0, 3)[case // 2 % 2]


def check_against_all_matchings(case: int) -> Verdict:
    market, own_seats, orders = drawn(case)
    run = run_match(market.build(), seed=case, own_seats=own_seats, orders=orders)
    is_free = own_seats == OwnSeats.FREE
    found = blocking(market, tuple(run.outcome.assignment.tolist()), own_seats_free=is_free)
    fewest = min(len(blocking(market, one, own_seats_free=is_free)) for one in matchings(market))
    method = run.outcome.method
    assert (method.verdict == Verdict.NONE_EXISTS) == (fewest > 0), case
    assert (len(found) == 0) == (fewest == 0), case
    assert len(found) == fewest or not method.is_fewest, case
    assert not run.certificate.violations, case
    blockers = sorted((one.applicants, one.programs) for one in run.certificate.blocking_pairs)
    assert blockers == sorted(found), case
    return method.verdict


def test_a_stable_matching_is_found_if_and_only_if_there_is_one() -> None:
    verdicts = Counter(check_against_all_matchings(case) for case in range(CASES))
    # The cases are hard enough to need every way to an answer.
    assert {Verdict.PROCESSED, Verdict.SEARCHED, Verdict.NONE_EXISTS} <= set(verdicts)


@pytest.mark.slow
def test_a_stable_matching_is_found_if_and_only_if_there_is_one_in_many_cases() -> None:
    for case in range(CASES, NIGHTLY):
        check_against_all_matchings(case)


def test_all_stable_matchings_lie_within_the_bounds() -> None:
    for case in range(CASES):
        market, own_seats, _ = drawn(case)
        built = market.build()
        bounds = bounds_of(built)
        for stable in stable_matchings(market, own_seats_free=own_seats == OwnSeats.FREE):
            for applicant in range(market.singles):
                row, program = market.applicants[applicant], stable[applicant]
                entry = len(row) if program == NO_MATCH else row.index(program)
                entry += built.applicants.starts[applicant]
                assert bounds.best[applicant] <= entry <= bounds.worst[applicant], case
            for couple, pairs in enumerate(market.couples):
                one, two = market.members(couple)
                pair = (stable[one], stable[two])
                if pair == (NO_MATCH, NO_MATCH):
                    assert bounds.unmatched[couple], case
                else:
                    assert bounds.pairs[built.couples.starts[couple] + pairs.index(pair)], case


def test_what_is_stable_with_own_seats_free_is_stable_with_own_seats_taken() -> None:
    for case in range(CASES):
        market, _, _ = drawn(case)
        free = stable_matchings(market, own_seats_free=True)
        assert set(free) <= set(stable_matchings(market)), case


def test_the_same_seed_gives_the_same_bytes() -> None:
    for case in range(0, CASES, 5):
        market, own_seats, orders = drawn(case)
        first, second = (
            run_match(market.build(), seed=7, own_seats=own_seats, orders=orders) for _ in range(2)
        )
        assert first.outcome.assignment.tobytes() == second.outcome.assignment.tobytes(), case
        assert first.outcome.method == second.outcome.method, case
        assert first.certificate == second.certificate, case


def test_the_auditor_finds_exactly_which_couples_block_any_matching() -> None:
    for case in range(CASES):
        market, own_seats, _ = drawn(case)
        everything = list(matchings(market))
        matching = Random(case).choice(everything)
        expected = blocking(market, matching, own_seats_free=own_seats == OwnSeats.FREE)
        found = audit(market.build(), matching, own_seats).blocking_pairs
        assert sorted((one.applicants, one.programs) for one in found) == sorted(expected), case
