"""What every stable matching with couples must look like: bounds from markets without couples.

Put a stand-in for a couple's member, who lists one program only, wherever the couple may end up.
Whatever the couples do, the singles' part of a stable matching is a stable matching of a market
with some of the stand-ins. More applicants make no applicant better off (Gale and Sotomayor 1985;
Roth and Sotomayor 1990), hence:

- with the stand-ins of decided couples only, the applicant-optimal matching is the best that any
  single applicant can hope for, and a pair that the programs would not even take then is out;
- with all stand-ins, the program-optimal matching is the worst that can happen to a single
  applicant, and a couple can fall back on a pair whose stand-ins are held even then. It holds in
  every stable matching of that market or in none (the rural hospitals theorem, Roth 1986).

Each bound makes others tighter, so they are repeated until nothing changes. The bounds hold for
both ways of counting a couple's own seats: a pair that its programs take with those seats counted
as taken is also taken with those seats free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulation.market import NEVER, NO_MATCH, Int32, Lists, Market, frozen
from simulation.matching import WITHDRAWN, MatchState, fresh_state, offer, propose

Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """What is left open; everything else is the same in every stable matching.

    Attributes:
        best: For each single applicant, the best entry that they may get.
        worst: For each single applicant, the worst entry that they may get.
        pairs: For each pair of a couple, whether the couple may get it.
        unmatched: For each couple, whether it may get none.
        rounds: How often the bounds were tightened.
    """

    best: Int32
    worst: Int32
    pairs: Mask
    unmatched: Mask
    rounds: int


@dataclass(frozen=True, slots=True, eq=False)
class _StandIns:
    """The market in which every member of a couple is replaced by stand-ins.

    Attributes:
        lists: Lists of the singles, then one list of one entry for each stand-in.
        of_pair: The stand-ins of both members of every pair; -1 where the pair names no program.
        singles: The applicants who are in no couple.
    """

    lists: Lists
    of_pair: Int32
    singles: Int32


def bounds_of(market: Market, lenient: int | None = None) -> Bounds:
    """Return the bounds on all stable matchings of a market with couples.

    Args:
        market: The market.
        lenient: A couple out of whose list any one pair may be taken before; the bounds then hold
            in all the markets that result.
    """
    spare = np.zeros(len(market.couples), dtype=np.int32)
    if lenient is not None:
        spare[lenient] = 1
    stand_ins = _stand_ins(market)
    possible = (market.couple_positions != NEVER).all(axis=1)
    unmatched = np.ones(len(market.couples), dtype=np.bool_)
    rounds = 0
    while True:
        rounds += 1
        before = int(possible.sum()) + int(unmatched.sum())
        decided = _decided(market, possible, unmatched)
        best, limits = _least_competition(market, stand_ins, decided)
        possible &= decided | _may_be_taken(market, limits)
        worst, held = _most_competition(market, stand_ins, possible)
        possible, unmatched = _fall_back(market, possible, held, spare)
        if int(possible.sum()) + int(unmatched.sum()) == before:
            return Bounds(best, worst, possible, unmatched, rounds)


def no_bounds(market: Market) -> Bounds:
    """Return bounds that leave everything open that both sides list."""
    starts = market.applicants.starts
    return Bounds(
        starts[:-1],
        starts[1:],
        (market.couple_positions != NEVER).all(axis=1),
        np.ones(len(market.couples), dtype=np.bool_),
        rounds=0,
    )


def _stand_ins(market: Market) -> _StandIns:
    lists = market.lists
    places = market.couple_positions
    named = (places != NO_MATCH) & (places != NEVER)
    positions, index = np.unique(places[named], return_inverse=True)
    of_pair = np.full(places.shape, -1, dtype=np.int32)
    of_pair[named] = index
    programs = np.searchsorted(lists.program_starts, positions, side="right") - 1
    applicants, entries = len(market.applicants), len(lists.programs)
    holders, edges = lists.program_applicants.copy(), lists.edges.copy()
    holders[positions] = applicants + np.arange(len(positions))
    edges[positions] = entries + np.arange(len(positions))
    ends = entries + 1 + np.arange(len(positions))
    return _StandIns(
        Lists(
            frozen(np.concatenate([lists.starts, ends]), "starts"),
            frozen(np.concatenate([lists.programs, programs]), "programs"),
            frozen(np.concatenate([lists.positions, positions]), "positions"),
            lists.program_starts,
            frozen(holders, "holders"),
            frozen(edges, "edges"),
        ),
        of_pair,
        np.flatnonzero(market.couple_of < 0).astype(np.int32),
    )


def _run(market: Market, stand_ins: _StandIns, active: Int32, programs_propose: bool) -> MatchState:
    """Match the singles and the active stand-ins."""
    lists = stand_ins.lists
    state = fresh_state(lists, market.quotas)
    before = lists.starts[1:] if programs_propose else state.at.copy()
    who = np.concatenate([stand_ins.singles, len(market.applicants) + active]).astype(np.int32)
    state.at[:] = WITHDRAWN
    state.at[who] = before[who]
    if programs_propose:
        offer(lists, state, np.empty(len(market.quotas), dtype=np.int32))
    else:
        propose(lists, state, who, len(who))
    return state


def _decided(market: Market, possible: Mask, unmatched: Mask) -> Mask:
    """Return the pairs that their couples are sure to get."""
    lengths = np.diff(market.couples.starts)
    owners = np.repeat(np.arange(len(lengths)), lengths)
    choices = np.bincount(owners[possible], minlength=len(lengths)) + unmatched
    decided: Mask = possible & (choices == 1)[owners]
    return decided


def _least_competition(market: Market, stand_ins: _StandIns, decided: Mask) -> tuple[Int32, Int32]:
    """Return the best entry of every applicant, and the programs' tightest limits."""
    active = _active(stand_ins, decided)
    best = _run(market, stand_ins, active, programs_propose=False).at
    limits = _run(market, stand_ins, active, programs_propose=True).limit
    return best[: len(market.applicants)], limits


def _most_competition(market: Market, stand_ins: _StandIns, possible: Mask) -> tuple[Int32, Mask]:
    """Return the worst entry of every applicant, and for each pair if it is held all the same."""
    state = _run(market, stand_ins, _active(stand_ins, possible), programs_propose=True)
    first = len(market.applicants)
    is_held = state.at[first:] < stand_ins.lists.starts[first + 1 :]
    is_held &= state.at[first:] != WITHDRAWN
    # The index -1, of a member who stays without a program, finds the appended True.
    held = np.append(is_held, True)[stand_ins.of_pair].all(axis=1)
    return state.at[:first], held & possible


def _active(stand_ins: _StandIns, pairs: Mask) -> Int32:
    chosen = np.unique(stand_ins.of_pair[pairs])
    return chosen[chosen >= 0].astype(np.int32)


def _may_be_taken(market: Market, limits: Int32) -> Mask:
    """Return which pairs their programs might take, given the limits of least competition."""
    pairs, places = market.couples.pairs, market.couple_positions
    closed = (pairs != NO_MATCH) & (places >= limits[pairs])
    may: Mask = ~closed.any(axis=1)
    return may


def _fall_back(market: Market, possible: Mask, held: Mask, spare: Int32) -> tuple[Mask, Mask]:
    """Return pairs and couples with all that is worse than a sure fall-back taken out."""
    possible = possible.copy()
    unmatched = np.ones(len(market.couples), dtype=np.bool_)
    for couple in range(len(market.couples)):
        begin, end = market.couples.starts[couple], market.couples.starts[couple + 1]
        sure = np.flatnonzero(held[begin:end])
        if len(sure) > spare[couple]:
            possible[begin + sure[spare[couple]] + 1 : end] = False
            unmatched[couple] = False
    return possible, unmatched
