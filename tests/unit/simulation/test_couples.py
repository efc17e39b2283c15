"""Couples: how they are matched, and what is said where no stable matching exists."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.couples_bounds import bounds_of
from simulation.couples_search import Found, Search
from simulation.engine import run_match, solve
from simulation.intake import market_from_lists
from simulation.market import Market
from simulation.outcome import OwnSeats, Verdict

NO_STABLE = market_from_lists(
    {"single": ["h1", "h2"]},
    {"h1": ["wife", "single"], "h2": ["single", "husband"]},
    {"h1": 1, "h2": 1},
    {("wife", "husband"): [("h1", "h2")]},
)


def test_a_couple_gets_the_first_pair_that_both_programs_take() -> None:
    market = market_from_lists(
        {"s": ["x"]},
        {"x": ["s", "f"], "y": ["f", "m"], "z": ["m"]},
        {"x": 1, "y": 1, "z": 1},
        {("f", "m"): [("x", "z"), ("y", "z")]},
    )
    assert solve(market).matches() == {"s": "x", "f": "y", "m": "z"}


def test_there_is_no_fall_back_on_one_member_alone() -> None:
    market = market_from_lists(
        {"s": ["y"]},
        {"x": ["f"], "y": ["s", "m"]},
        {"x": 1, "y": 1},
        {("f", "m"): [("x", "y")]},
    )
    assert solve(market).matches() == {"s": "y", "f": None, "m": None}


def test_no_match_for_one_member_is_a_choice_like_others() -> None:
    market = market_from_lists(
        {}, {"x": ["f", "m"]}, {"x": 2}, {("f", "m"): [(None, "x"), ("x", "x")]}
    )
    assert solve(market).matches() == {"f": None, "m": "x"}


@pytest.mark.parametrize(("seats", "expected"), [(1, None), (2, "x")])
def test_the_same_program_twice_needs_two_seats(seats: int, expected: str | None) -> None:
    market = market_from_lists({}, {"x": ["f", "m"]}, {"x": seats}, {("f", "m"): [("x", "x")]})
    assert solve(market).matches() == {"f": expected, "m": expected}


def test_when_one_is_displaced_both_withdraw_and_the_seat_is_offered_again() -> None:
    market = market_from_lists(
        {"first": ["y", "x"], "second": ["x"]},
        {"x": ["second", "f", "first"], "y": ["m", "first"]},
        {"x": 1, "y": 1},
        {("f", "m"): [("x", "y")]},
    )
    assert solve(market).matches() == {"first": "y", "second": "x", "f": None, "m": None}


def test_a_couple_asks_again_after_its_own_move() -> None:
    """Its first move displaces somebody, and with that seat its first choice becomes possible."""
    market = market_from_lists(
        {"s": ["x", "y"]},
        {"x": ["f", "s", "m"], "y": ["s", "m"]},
        {"x": 2, "y": 1},
        {("f", "m"): [("x", "x"), ("x", "y")]},
    )
    for own_seats in OwnSeats:
        assert run_match(market, own_seats=own_seats).certificate.is_stable


def test_exact_search_finds_what_no_order_finds() -> None:
    """The second choice tempts the couple again and again; the third one would be stable."""
    market = market_from_lists(
        {"single": ["x", "y"]},
        {"x": ["first", "single", "second"], "y": ["single", "second"]},
        {"x": 1, "y": 1},
        {("first", "second"): [("x", "y"), (None, "x"), ("x", None)]},
    )
    run = run_match(market, orders=30)
    assert run.outcome.method.verdict == Verdict.SEARCHED
    assert run.certificate.is_stable
    assert run.outcome.matches() == {"single": "y", "first": "x", "second": None}


def test_where_none_is_stable_the_blocking_pairs_are_fewest_and_explained() -> None:
    run = run_match(NO_STABLE)
    assert run.outcome.method.verdict == Verdict.NONE_EXISTS
    assert run.outcome.method.is_fewest
    (pair,) = run.certificate.blocking_pairs
    assert "would rather have choice" in pair.explain(NO_STABLE)


def copies(count: int) -> Market:
    """The market without a stable matching, so many times side by side."""
    quotas: dict[str, int] = {}
    lists: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
    couples: dict[tuple[str, str], list[tuple[str | None, str | None]]] = {}
    for copy in range(count):
        lists[0][f"s{copy}"] = [f"h{copy}", f"k{copy}"]
        lists[1][f"h{copy}"] = [f"w{copy}", f"s{copy}"]
        lists[1][f"k{copy}"] = [f"s{copy}", f"m{copy}"]
        quotas |= {f"h{copy}": 1, f"k{copy}": 1}
        couples[f"w{copy}", f"m{copy}"] = [(f"h{copy}", f"k{copy}")]
    return market_from_lists(*lists, quotas, couples)


def test_several_conflicts_give_one_blocking_pair_each() -> None:
    run = run_match(copies(3))
    assert run.outcome.method.verdict == Verdict.NONE_EXISTS
    assert run.outcome.method.is_fewest
    assert len(run.certificate.blocking_pairs) == 3


def test_in_a_large_market_few_blocking_pairs_are_not_claimed_to_be_fewest() -> None:
    run = run_match(copies(700))
    assert run.outcome.method.verdict == Verdict.NONE_EXISTS
    assert not run.outcome.method.is_fewest
    assert len(run.certificate.blocking_pairs) == 700


def test_a_search_that_ends_at_its_limit_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    given_up = Search(Found.LIMIT, None, literals=0)
    monkeypatch.setattr("simulation.couples.search", lambda *_, **__: given_up)
    for orders in (0, 2):
        run = run_match(NO_STABLE, orders=orders)
        assert run.outcome.method.verdict == Verdict.UNDECIDED
        assert not run.outcome.method.is_fewest
        assert not run.certificate.violations


def test_orders_are_drawn_from_the_seed() -> None:
    first, second, other = (run_match(NO_STABLE, seed=seed) for seed in (1, 1, 2))
    assert first.outcome.method == second.outcome.method
    assert other.outcome.method.seed == 2


def test_bounds_decide_what_is_the_same_in_every_stable_matching() -> None:
    market = market_from_lists(
        {"s": ["x"], "t": ["y"]},
        {"x": ["s", "f"], "y": ["f", "t"], "z": ["m"]},
        {"x": 1, "y": 1, "z": 1},
        {("f", "m"): [("x", "z"), ("y", "z"), ("y", None)]},
    )
    bounds = bounds_of(market)
    assert bounds.pairs.tolist() == [False, True, False]
    assert bounds.unmatched.tolist() == [False]
    singles = market.couple_of < 0
    assert np.array_equal(bounds.best[singles], bounds.worst[singles])
