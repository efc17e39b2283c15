"""Matching with couples: processing in several orders, then exact search.

With couples a stable matching need not exist (Roth 1984), and whether one does is NP-complete
(Ronn 1990). In markets like the North American ones the procedure of Roth and Peranson (1999)
nearly always finds one, as large markets with few couples suggest (Kojima, Pathak and Roth 2013).
Here it is repeated with other orders of the couples. Where no order gives a stable matching, the
exact search finds one, or proves that there is none and returns a matching with few blocking pairs.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulation.couples_bounds import bounds_of, no_bounds
from simulation.couples_search import Excused, Found, search
from simulation.market import NO_MATCH, Int32, Market
from simulation.matching import MatchState, applicant_optimal, assignment_of
from simulation.outcome import Method, OwnSeats, Proposing, Verdict
from simulation.patience import PATIENT, Patience
from simulation.roth_peranson import fresh_processing, settle
from simulation.stability import audit

STEPS_PER_COUPLE: Final = 50
"""When to give up an order. Markets of published size need fewer than ten steps a couple."""

FEW: Final = 3
"""Up to how many blocking pairs it is worth looking for a matching with one."""

SMALL: Final = 2_000
"""Up to how many entries of applicants the whole market is searched, where none is stable."""


def match_couples(
    market: Market,
    seed: int = 0,
    own_seats: OwnSeats = OwnSeats.TAKEN,
    orders: int = 8,
    patience: Patience = PATIENT,
) -> tuple[Int32, Method]:
    """Return the program of each applicant in a market with couples, and how it was found.

    Args:
        market: The market.
        seed: What the orders of couples are drawn from; the first one is that of the market.
        own_seats: How couples' own seats count.
        orders: How many orders of couples to try before the exact search.
        patience: How long that goes on.

    Raises:
        RunCancelledError: Somebody cancelled during the exact search.
    """
    attempts: list[Int32] = []
    steps = 0
    singles = applicant_optimal(market.lists, market.quotas)
    for attempt, order in enumerate(couple_orders(len(market.couples), seed, orders), start=1):
        assignment, steps = _process(market, singles, order, own_seats)
        if steps >= 0:
            return assignment, _method(Verdict.PROCESSED, own_seats, seed, attempt, steps)
        attempts.append(assignment)
    assignment, verdict, is_fewest = _search(market, attempts, own_seats, seed, patience)
    return assignment, _method(verdict, own_seats, seed, orders, -steps, is_fewest=is_fewest)


def _method(
    verdict: Verdict,
    own_seats: OwnSeats,
    seed: int,
    orders: int,
    steps: int,
    *,
    is_fewest: bool = True,
) -> Method:
    return Method(Proposing.APPLICANTS, own_seats, verdict, is_fewest, seed, orders, steps)


def couple_orders(couples: int, seed: int, count: int) -> list[Int32]:
    """Return orders of the couples: that of the market, then seeded ones."""
    random = np.random.Generator(np.random.PCG64(seed))
    natural = np.arange(couples, dtype=np.int32)
    return [natural, *(random.permutation(natural) for _ in range(count - 1))][:count]


def step_limit(market: Market) -> int:
    """Return after how many steps an order of the couples of a market is given up."""
    return STEPS_PER_COUPLE * (20 + len(market.couples))


def _process(
    market: Market, singles: MatchState, order: Int32, own_seats: OwnSeats
) -> tuple[Int32, int]:
    """Return the matching of one order, and its steps; minus them if it was given up."""
    run = fresh_processing(market, singles)
    steps = settle(run, order, own_seats == OwnSeats.FREE, step_limit(market))
    assignment = assignment_of(market.lists, run.state)
    placed = run.pair_at < market.couples.starts[1:]
    assignment[market.couples.members[placed]] = market.couples.pairs[run.pair_at[placed]]
    return assignment, steps


def _search(
    market: Market, attempts: list[Int32], own_seats: OwnSeats, seed: int, patience: Patience
) -> tuple[Int32, Verdict, bool]:
    """Return a matching, what is known of it, and if no matching has fewer blocking pairs."""
    bounds = bounds_of(market)
    found = search(market, bounds, own_seats, seed=seed, patience=patience)
    if found.assignment is not None:
        return found.assignment, Verdict.SEARCHED, True
    if found.found is Found.LIMIT:
        assignment, _ = _least_blocked(market, attempts, own_seats)
        return assignment, Verdict.UNDECIDED, False
    assignment, blocking = _fewest(market, attempts, own_seats, seed, patience)
    if blocking > 1 and len(market.positions) + len(market.couples.pairs) <= SMALL:
        whole = search(
            market, no_bounds(market), own_seats, Excused.EVERYBODY, seed=seed, patience=patience
        )
        if whole.found is Found.BEST and whole.assignment is not None:
            return whole.assignment, Verdict.NONE_EXISTS, True
    # One cannot be beaten, as none is impossible.
    return assignment, Verdict.NONE_EXISTS, blocking == 1


def _fewest(
    market: Market, attempts: list[Int32], own_seats: OwnSeats, seed: int, patience: Patience
) -> tuple[Int32, int]:
    """Return a matching with few blocking pairs, and their number, where none is stable.

    First all couples may block, within the bounds of stable matchings. If that leaves a few
    blocking pairs, each couple that blocks may also fall below what it was sure of, and it is seen
    if one blocking pair is enough then.
    """
    excused = search(
        market, bounds_of(market), own_seats, Excused.COUPLES, seed=seed, patience=patience
    )
    candidates = [one for one in (*attempts, excused.assignment) if one is not None]
    assignment, blocking = _least_blocked(market, candidates, own_seats)
    if 1 < blocking <= FEW:
        for couple in _blocking_couples(market, assignment, own_seats):
            bounds = bounds_of(market, lenient=couple)
            single = search(
                market, bounds, own_seats, Excused.COUPLES, most=1, seed=seed, patience=patience
            )
            if single.assignment is not None:
                return single.assignment, 1
    return assignment, blocking


def _blocking_couples(market: Market, assignment: Int32, own_seats: OwnSeats) -> list[int]:
    """Return the couples that block a matching."""
    blocking = audit(market, assignment, own_seats).blocking_pairs
    sides = {int(market.couple_of[pair.applicants[0]]) for pair in blocking}
    return sorted({side // 2 for side in sides if side >= 0})


def _least_blocked(
    market: Market, candidates: list[Int32], own_seats: OwnSeats
) -> tuple[Int32, int]:
    """Return the matching with the fewest blocking pairs, and their number."""
    if not candidates:
        candidates = [np.full(len(market.applicants), NO_MATCH, dtype=np.int32)]
    counts = [len(audit(market, one, own_seats).blocking_pairs) for one in candidates]
    best = int(np.argmin(counts))
    return candidates[best], counts[best]
