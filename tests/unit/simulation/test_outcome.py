"""What a result tells: ranks, fill, proposals, and how it was found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random

import numpy as np
import pytest

from simulation import compiled, errors
from simulation.engine import run_match, solve
from simulation.incremental import Revision, WhatIf
from simulation.intake import market_from_lists
from simulation.market import MOST_SEATS, Market
from simulation.outcome import ENGINE_VERSION, Proposing, Verdict
from tests.markets import random_market

MARKET = market_from_lists(
    {"a": ["full", "gone", "empty"], "b": ["full"], "c": ["full"], "d": []},
    {"full": ["b", "c", "a"], "empty": ["a", "d"]},
    {"full": 2, "gone": 1, "empty": 3},
)
COUPLE = market_from_lists(
    {"single": ["x", "y"]},
    {"x": ["first", "single", "second"], "y": ["single", "second", "first"]},
    {"x": 1, "y": 1},
    {("first", "second"): [("x", "y"), (None, "y"), ("x", None)]},
)


def test_ranks_are_those_of_the_submitted_list() -> None:
    outcome = solve(MARKET)
    # The second choice of "a" does not rank them and was dropped; the third is still the third.
    assert outcome.ranks().tolist() == [3, 1, 1, 0]
    assert outcome.rank_counts() == {0: 1, 1: 2, 3: 1}


def test_fill_and_empty_seats_are_counted_for_each_program() -> None:
    outcome = solve(MARKET)
    assert outcome.fill().tolist() == [2, 0, 1]
    assert outcome.unfilled().tolist() == [0, 1, 2]


def test_proposals_are_entries_gone_through() -> None:
    assert solve(MARKET).proposals() == 3 + 1 + 1


def test_members_of_a_couple_have_the_rank_of_their_pair() -> None:
    outcome = solve(COUPLE)
    assert outcome.matches() == {"single": "y", "first": "x", "second": None}
    assert outcome.ranks().tolist() == [2, 3, 3]
    assert outcome.proposals() == 2 + 3


def test_a_result_tells_how_it_was_found() -> None:
    method = run_match(COUPLE, seed=5).outcome.method
    assert (method.verdict, method.seed, method.orders) == (Verdict.PROCESSED, 5, 1)
    assert method.engine_version == ENGINE_VERSION
    assert method.steps > 0


def test_a_result_is_frozen() -> None:
    with pytest.raises(ValueError, match="read-only"):
        solve(MARKET).assignment[0] = 1


def test_programs_do_not_propose_to_couples() -> None:
    with pytest.raises(errors.CouplesNotSupportedError):
        solve(COUPLE, proposing=Proposing.PROGRAMS)


def test_the_greatest_quota_needs_no_applicants() -> None:
    empty = market_from_lists({}, {}, {"x": MOST_SEATS})
    assert solve(empty).unfilled().tolist() == [MOST_SEATS]
    assert solve(empty, proposing=Proposing.PROGRAMS).unfilled().tolist() == [MOST_SEATS]


def long_chain(length: int) -> Market:
    """Everybody displaces the next one; recursion of that depth would crash."""
    names = [str(number) for number in range(length + 1)]
    return market_from_lists(
        {one: [one, names[number + 1]] for number, one in enumerate(names[:-1])} | {"new": ["0"]},
        {
            one: ["new" if number == 0 else names[number - 1], one]
            for number, one in enumerate(names[:-1])
        }
        | {names[-1]: [names[-2]]},
        dict.fromkeys(names, 1),
    )


def test_a_chain_of_displacements_may_be_of_any_length() -> None:
    outcome = solve(long_chain(20_000))
    assert outcome.rank_counts() == {1: 1, 2: 20_000}


def test_what_is_called_from_python_is_compiled_for_one_set_of_types_only() -> None:
    """A second one would be compiled at some later call, in the middle of somebody's run."""
    what_if = WhatIf(MARKET)
    what_if.change_quota(0, 1)
    what_if.withdraw(0)
    what_if.admit(0)
    what_if.seat_values()
    what_if.revise(Revision({0: [1]}))
    for market in (MARKET, COUPLE, long_chain(3)):
        run_match(market, orders=0)
        run_match(market)
    solve(MARKET, proposing=Proposing.PROGRAMS)
    called = {"join", "propose", "offer", "settle", "_find_blocking", "change_quota", "withdraw",
              "admit", "seat_values"}  # fmt: skip
    counts = {kernel.__name__: len(kernel.signatures) for kernel in compiled.KERNELS}
    assert {name: counts[name] for name in called} == dict.fromkeys(called, 1)


def test_results_do_not_depend_on_the_platforms_integers() -> None:
    assert solve(MARKET).assignment.dtype == np.int32


def test_matches_at_the_same_time_do_not_disturb_each_other() -> None:
    markets = [random_market(Random(case)).build() for case in range(16)] * 4
    alone = [solve(market).assignment.tolist() for market in markets]
    with ThreadPoolExecutor(4) as pool:
        together = [one.assignment.tolist() for one in pool.map(solve, markets)]
    assert together == alone
