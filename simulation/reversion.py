"""Reversion: seats that stay unfilled move to other programs during the match.

Programs say beforehand what shall become of seats that would stay unfilled: so many go to another
program, or into a pool from which listed programs are given one seat for each line. The order in
which the real operator works is not published. Here it is this:

1. Match. Every program's empty seats are counted.
2. Go through the instructions in their order. Each moves as many of the seats counted empty as it
   may. A seat that has moved rests until the next step.
3. Go through the lines of each pool in their order. Each gives one seat, once, as long as the pool
   has any that the line's program has not had before.
4. If a seat has moved, begin again.

A seat never comes back to a program that it left, which ends loops such as two programs reverting
to each other. Seats of a program that are empty leave in this order: its own first, then those that
came, by arrival. As seats only leave programs that cannot fill them, applicants do better or as
well at every step, and the procedure ends. With couples neither is certain, hence the limit of
steps; the result says if it was reached.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from simulation.engine import MatchRun, run_match
from simulation.errors import InvalidReversionError
from simulation.incremental import Revision, WhatIf, revised
from simulation.market import Int32, Market
from simulation.outcome import OwnSeats
from simulation.patience import PATIENT, Patience

STEP_LIMIT: Final = 100
"""After how many steps a market with couples is given up."""


@dataclass(frozen=True, slots=True)
class Reversion:
    """One instruction: empty seats of a program go to another one, or into a pool.

    Attributes:
        source: The program whose seats they are.
        target: The program that they go to; None for a pool.
        pool: The pool that they go into; None for a program.
        most: How many may move in all; None for as many as are empty.
    """

    source: int
    target: int | None = None
    pool: str | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """Seats waiting for programs.

    Attributes:
        name: The name that instructions use.
        lines: The programs that are given seats, one seat for each line, in this order.
    """

    name: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Seats that moved.

    Attributes:
        step: In which step, 1 for the first.
        source: The program that they left.
        target: The program that they went to; None if they went into the pool only.
        pool: The pool that they passed through, if any.
        seats: How many.
    """

    step: int
    source: int
    target: int | None
    pool: str | None
    seats: int


@dataclass(frozen=True, slots=True, eq=False)
class ReversionRun:
    """The fixed point of matching and reverting.

    Attributes:
        run: The last match, of the market with the quotas after reversion.
        quotas: Those quotas.
        moves: All seats that moved, in order.
        left_in_pools: Seats that no line took, by pool.
        steps: How many matches were run.
        is_settled: Whether a fixed point was reached; always so without couples.
    """

    run: MatchRun
    quotas: Int32
    moves: tuple[Move, ...]
    left_in_pools: dict[str, int]
    steps: int
    is_settled: bool


@dataclass(frozen=True, slots=True)
class _Seat:
    """A seat that may move, and the programs that have had it."""

    had: tuple[int, ...]


@dataclass(slots=True)
class _Ledger:
    """Where the seats are that have moved, and what the instructions have used up."""

    arrived: defaultdict[int, list[_Seat]] = field(default_factory=lambda: defaultdict(list))
    pooled: defaultdict[str, list[_Seat]] = field(default_factory=lambda: defaultdict(list))
    used: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    lines_done: set[tuple[str, int]] = field(default_factory=set)
    moves: list[Move] = field(default_factory=list)


def run_with_reversions(
    market: Market,
    instructions: Sequence[Reversion],
    pools: Sequence[Pool] = (),
    *,
    seed: int = 0,
    own_seats: OwnSeats = OwnSeats.TAKEN,
    patience: Patience = PATIENT,
) -> ReversionRun:
    """Match a market, moving empty seats until none moves any more.

    Args:
        market: The market, with the quotas before reversion.
        instructions: What shall become of empty seats, in the order in which they are followed.
        pools: The pools that the instructions name.
        seed: See `engine.run_match`.
        own_seats: See `engine.run_match`.
        patience: See `engine.run_match`.

    Raises:
        InvalidReversionError: The instructions contradict themselves.
    """
    _check(market, instructions, pools)
    matcher = _matcher(market, seed, own_seats, patience)
    ledger = _Ledger()
    quotas = market.quotas.copy()
    limit = STEP_LIMIT if len(market.couples) else int(quotas.sum()) * len(quotas) + 2
    steps, moved = 0, True
    while moved and steps < limit:
        steps += 1
        empty = quotas - np.bincount(matcher(quotas), minlength=len(quotas)).astype(np.int32)
        moved = _step(ledger, quotas, empty, instructions, pools, steps)
    settled = revised(market, Revision(), quotas)
    return ReversionRun(
        run_match(settled, seed=seed, own_seats=own_seats, patience=patience),
        quotas,
        tuple(ledger.moves),
        {pool.name: len(ledger.pooled[pool.name]) for pool in pools},
        steps,
        is_settled=not moved,
    )


def _check(market: Market, instructions: Sequence[Reversion], pools: Sequence[Pool]) -> None:
    names = [pool.name for pool in pools]
    if len(set(names)) < len(names):
        raise InvalidReversionError("Two pools share a name.", "Name each pool once.")
    for number, one in enumerate(instructions, start=1):
        _check_instruction(market, one, names, f"reversion {number}")
    for pool in pools:
        for line, program in enumerate(pool.lines, start=1):
            _check_program(market, program, f"pool {pool.name!r}, line {line}")


def _check_program(market: Market, program: int, place: str) -> None:
    if not 0 <= program < len(market.quotas):
        raise InvalidReversionError(
            f"There is no program {program}.", "Name programs of the market.", place
        )


def _check_instruction(market: Market, one: Reversion, pools: list[str], place: str) -> None:
    if (one.target is None) == (one.pool is None):
        raise InvalidReversionError(
            "Seats go to a program or into a pool.", "Name exactly one of them.", place
        )
    if one.pool is not None and one.pool not in pools:
        raise InvalidReversionError(
            f"There is no pool {one.pool!r}.", f"Use one of {pools}.", place
        )
    _check_program(market, one.source, place)
    if one.target is not None:
        _check_program(market, one.target, place)
    if one.source == one.target:
        raise InvalidReversionError(
            f"Program {market.program_id(one.source)!r} reverts to itself.",
            "Name another program.",
            place,
        )
    if one.most is not None and one.most < 0:
        raise InvalidReversionError(
            f"{one.most} seats may move.", "Give at least zero, or no limit.", place
        )


def _matcher(
    market: Market, seed: int, own_seats: OwnSeats, patience: Patience
) -> Callable[[Int32], Int32]:
    """Return what matches the market with given quotas; returns the programs of those placed."""
    if len(market.couples):

        def cold(quotas: Int32) -> Int32:
            with_quotas = revised(market, Revision(), quotas)
            run = run_match(with_quotas, seed=seed, own_seats=own_seats, patience=patience)
            programs = run.outcome.assignment
            return programs[programs >= 0]

        return cold
    what_if = WhatIf(market)

    def warm(quotas: Int32) -> Int32:
        difference = quotas - what_if.quotas
        for program in np.flatnonzero(difference).tolist():
            what_if.change_quota(program, int(difference[program]))
        programs = what_if.assignment()
        return programs[programs >= 0]

    return warm


def _step(
    ledger: _Ledger,
    quotas: Int32,
    empty: Int32,
    instructions: Sequence[Reversion],
    pools: Sequence[Pool],
    step: int,
) -> bool:
    """Move empty seats once; changes the quotas and returns if any seat moved."""
    resting: list[tuple[int, _Seat]] = []
    before = len(ledger.moves)
    for number, one in enumerate(instructions):
        most = int(empty[one.source])
        if one.most is not None:
            most = min(most, one.most - ledger.used[number])
        seats = _leaving(ledger, quotas, one.source, most, one.target)
        if not seats:
            continue
        ledger.used[number] += len(seats)
        quotas[one.source] -= len(seats)
        empty[one.source] -= len(seats)
        ledger.moves.append(Move(step, one.source, one.target, one.pool, len(seats)))
        if one.target is None:
            ledger.pooled[str(one.pool)] += seats
        else:
            resting += [(one.target, seat) for seat in seats]
    for pool in pools:
        resting += _from_pool(ledger, pool, step)
    for program, seat in resting:
        quotas[program] += 1
        ledger.arrived[program].append(seat)
    return len(ledger.moves) > before


def _leaving(
    ledger: _Ledger, quotas: Int32, source: int, most: int, target: int | None
) -> list[_Seat]:
    """Take up to so many seats from a program that may go to the target: own ones first."""
    arrived = ledger.arrived[source]
    own = int(quotas[source]) - len(arrived)
    seats = [_Seat((source,)) for _ in range(min(own, most))]
    stay: list[_Seat] = []
    for seat in arrived:
        if len(seats) < most and target not in seat.had:
            seats.append(_Seat((*seat.had, source)))
        else:
            stay.append(seat)
    ledger.arrived[source] = stay
    return seats


def _from_pool(ledger: _Ledger, pool: Pool, step: int) -> list[tuple[int, _Seat]]:
    """Give the seats of a pool to its lines."""
    given: list[tuple[int, _Seat]] = []
    waiting = ledger.pooled[pool.name]
    for line, program in enumerate(pool.lines):
        if (pool.name, line) in ledger.lines_done:
            continue
        seat = next((one for one in waiting if program not in one.had), None)
        if seat is not None:
            waiting.remove(seat)
            ledger.lines_done.add((pool.name, line))
            ledger.moves.append(Move(step, seat.had[-1], program, pool.name, 1))
            given.append((program, seat))
    return given
