"""The engine against brute force, and the theorems that hold for singles.

Every case is drawn from its number, so that a failure names the case that shows it.
"""

from __future__ import annotations

import itertools
from random import Random

import pytest

from simulation.core import core_of
from simulation.engine import run_match, solve
from simulation.market import NO_MATCH, Market
from simulation.outcome import Proposing
from simulation.stability import audit
from tests.markets import Plain, blocking, random_market, rank, stable_matchings

CASES = 500
NIGHTLY = 10_000


def assignment(market: Market, proposing: Proposing = Proposing.APPLICANTS) -> tuple[int, ...]:
    return tuple(solve(market, proposing=proposing).assignment.tolist())


def small(case: int) -> Plain:
    return random_market(Random(case), applicants=5, programs=4)


def ranks(market: Plain, matched: tuple[int, ...]) -> list[int]:
    return [rank(market, applicant, program) for applicant, program in enumerate(matched)]


def check_against_all_stable_matchings(case: int) -> None:
    market = small(case)
    stable = stable_matchings(market)
    best, worst = assignment(market.build()), assignment(market.build(), Proposing.PROGRAMS)
    assert best in stable, case
    assert worst in stable, case
    for other in stable:
        for low, mid, high in zip(
            ranks(market, best), ranks(market, other), ranks(market, worst), strict=True
        ):
            assert low <= mid <= high, case
    assert (len(core_of(market.build()).applicants()) == 0) == (len(stable) == 1), case
    check_rural_hospitals(market, stable)


def check_rural_hospitals(market: Plain, stable: list[tuple[int, ...]]) -> None:
    """The same are matched, and the same seats filled, in all stable matchings."""
    assert len({tuple(program == NO_MATCH for program in one) for one in stable}) == 1
    for program, seats in enumerate(market.quotas):
        holders = {tuple(a for a, where in enumerate(one) if where == program) for one in stable}
        assert len({len(held) for held in holders}) == 1
        if len(next(iter(holders))) < seats:
            assert len(holders) == 1


def test_both_sides_get_the_best_of_all_stable_matchings_when_they_propose() -> None:
    for case in range(CASES):
        check_against_all_stable_matchings(case)


@pytest.mark.slow
def test_both_sides_get_the_best_of_all_stable_matchings_in_many_cases() -> None:
    for case in range(CASES, NIGHTLY):
        check_against_all_stable_matchings(case)


def test_no_list_but_the_true_one_gets_an_applicant_more() -> None:
    for case in range(CASES):
        market = small(case)
        applicant = Random(case).randrange(len(market.applicants))
        honest = rank(market, applicant, assignment(market.build())[applicant])
        programs = market.applicants[applicant]
        for length in range(len(programs) + 1):
            for row in itertools.permutations(programs, length):
                changed = market.with_list(applicant, list(row)).build()
                assert rank(market, applicant, assignment(changed)[applicant]) >= honest, case


def test_a_seat_more_makes_no_applicant_worse_off() -> None:
    for case in range(CASES):
        market = random_market(Random(case))
        before = ranks(market, assignment(market.build()))
        market.quotas[Random(case).randrange(len(market.quotas))] += 1
        after = ranks(market, assignment(market.build()))
        assert all(now <= then for now, then in zip(after, before, strict=True)), case


def test_the_order_of_applicants_and_programs_changes_nothing() -> None:
    for case in range(CASES):
        random, market = Random(case), random_market(Random(case))
        people = random.sample(range(len(market.applicants)), len(market.applicants))
        streams = random.sample(range(len(market.programs)), len(market.programs))
        new_person = {old: new for new, old in enumerate(people)}
        new_stream = {old: new for new, old in enumerate(streams)} | {NO_MATCH: NO_MATCH}
        shuffled = Plain(
            [[new_stream[one] for one in market.applicants[who]] for who in people],
            [[new_person[one] for one in market.programs[which]] for which in streams],
            [market.quotas[which] for which in streams],
        )
        expected = assignment(market.build())
        found = assignment(shuffled.build())
        assert [new_stream[expected[who]] for who in people] == list(found), case


def test_the_auditor_finds_exactly_who_blocks_by_the_definition() -> None:
    for case in range(CASES):
        random, market = Random(case), small(case)
        built = market.build()
        anything = tuple(
            random.choice([program for program in row if who in market.programs[program]] or [-1])
            for who, row in enumerate(market.applicants)
        )
        if any(anything.count(program) > seats for program, seats in enumerate(market.quotas)):
            continue
        expected = blocking(market, anything)
        found = audit(built, anything).blocking_pairs
        assert sorted((one.applicants, one.programs) for one in found) == sorted(expected), case


def test_every_run_carries_a_certificate_of_stability() -> None:
    for case in range(CASES):
        market = random_market(Random(case)).build()
        for proposing in Proposing:
            assert run_match(market, proposing=proposing).certificate.is_stable, case
