"""Deferred acceptance, applicants proposing and programs proposing.

Gale and Shapley (1962) gave the procedure, Roth (1984) and Roth and Peranson (1999) describe its
use in the North American matches. Every applicant proposes down the own list; a program holds the
best proposals up to its quota and turns the rest away. The result is the stable matching that
every applicant likes best; with the programs proposing it is the one that applicants like least
(Gusfield and Irving 1989). The order in which applicants propose does not change either of them.

The state of a run needs no heap and no matrix. A program's ``limit`` is the place in its list from
which on it turns applicants away: the end of the list while seats are free, then the place of the
worst applicant it holds, which only moves up. Looking for the next worst is a walk up the list, so
a run is linear in the number of entries.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulation.compiled import compiled, index
from simulation.market import NO_MATCH, Int32, Lists

Flags: TypeAlias = NDArray[np.uint8]

WITHDRAWN = -1
"""Entry of an applicant who takes no part: there is nothing that they would prefer to it."""


class MatchState(NamedTuple):
    """A matching of singles, as the kernels change it in place.

    Attributes:
        at: For each applicant, the entry of their list where they are; the end of the list for
            nowhere, `WITHDRAWN` for applicants who take no part.
        held: For each entry of a program's list, whether the program holds that applicant.
        free: Free seats of each program.
        limit: For each program, the place in its list from which on it turns applicants away.
    """

    at: Int32
    held: Flags
    free: Int32
    limit: Int32


def fresh_state(lists: Lists, quotas: Int32) -> MatchState:
    """Return the state before anybody has proposed: all seats free, everybody before their list."""
    closed = lists.program_starts[:-1] - np.int32(1)
    limit = np.where(quotas > 0, lists.program_starts[1:], closed)
    return MatchState(
        lists.starts[:-1] - np.int32(1),
        np.zeros(len(lists.edges), dtype=np.uint8),
        quotas.copy(),
        limit,
    )


@compiled
def propose(lists: Lists, state: MatchState, queue: Int32, count: int) -> None:
    """Let applicants propose from their next entry on, until all hold a seat or are at the end.

    Args:
        lists: The joined lists.
        state: The state so far; changed in place.
        queue: The applicants who propose, the first ``count`` of it; overwritten.
        count: How many they are.
    """
    at, held, free, limit = state
    while count > 0:
        displaced = index(0)
        for turn in range(index(count)):
            applicant = index(queue[turn])
            edge, end = index(at[applicant] + 1), index(lists.starts[applicant + index(1)])
            while edge < end and lists.positions[edge] >= limit[index(lists.programs[edge])]:
                edge += index(1)
            at[applicant] = edge
            if edge == end:
                continue
            program = index(lists.programs[edge])
            held[index(lists.positions[edge])] = 1
            if free[program] > 0:
                free[program] -= 1
                if free[program] > 0:
                    continue
                worst = index(lists.program_starts[program + index(1)] - 1)
            else:
                worst = index(limit[program])
                held[worst] = 0
                queue[displaced] = lists.program_applicants[worst]
                displaced += index(1)
                worst -= index(1)
            while held[worst] == 0:
                worst -= index(1)
            limit[program] = worst
        count = int(displaced)


@compiled
def _offer_seats(
    lists: Lists, state: MatchState, program: int, position: int, losers: Int32
) -> tuple[int, int]:
    """Let one program offer its free seats from a place of its list on.

    Returns the place where it stopped, and how many programs lost somebody to it; those stand in
    ``losers``.
    """
    at, held, free, _ = state
    lost = 0
    end = lists.program_starts[program + 1]
    while free[program] > 0 and position < end:
        applicant, edge = lists.program_applicants[position], lists.edges[position]
        current = at[applicant]
        if edge < current:
            if current < lists.starts[applicant + 1]:
                left = lists.programs[current]
                held[lists.positions[current]] = 0
                free[left] += 1
                losers[lost] = left
                lost += 1
            at[applicant] = edge
            held[position] = 1
            free[program] -= 1
        position += 1
    return position, lost


@compiled
def offer(lists: Lists, state: MatchState, queue: Int32) -> None:
    """Let programs offer their free seats down their lists; applicants keep the best offer.

    Args:
        lists: The joined lists.
        state: Everybody at the end of their list (or withdrawn) and all seats free; changed in
            place into the stable matching that programs like best.
        queue: Room for one number for each program.
    """
    _, held, free, limit = state
    cursor = lists.program_starts[:-1].copy()
    waiting = np.ones(len(free), dtype=np.uint8)
    losers = np.empty(free.max() if len(free) > 0 else 0, dtype=np.int32)
    count = len(free)
    for program in range(count):
        queue[program] = program
    while count > 0:
        count -= 1
        program = queue[count]
        waiting[program] = 0
        cursor[program], lost = _offer_seats(lists, state, program, cursor[program], losers)
        for left in losers[:lost]:
            if waiting[left] == 0:
                waiting[left] = 1
                queue[count] = left
                count += 1
    for program in range(len(free)):
        limit[program] = lists.program_starts[program + 1]
        if free[program] == 0:
            worst = cursor[program] - 1
            while worst >= lists.program_starts[program] and held[worst] == 0:
                worst -= 1
            limit[program] = worst


def applicant_optimal(lists: Lists, quotas: Int32) -> MatchState:
    """Return the state after applicant-proposing deferred acceptance."""
    state = fresh_state(lists, quotas)
    queue = np.arange(len(state.at), dtype=np.int32)
    propose(lists, state, queue, len(queue))
    return state


def program_optimal(lists: Lists, quotas: Int32) -> MatchState:
    """Return the state after program-proposing deferred acceptance."""
    state = fresh_state(lists, quotas)
    state.at[:] = lists.starts[1:]
    offer(lists, state, np.empty(len(quotas), dtype=np.int32))
    return state


def assignment_of(lists: Lists, state: MatchState) -> Int32:
    """Return the program of each applicant, `NO_MATCH` for none."""
    placed = (state.at >= lists.starts[:-1]) & (state.at < lists.starts[1:])
    assignment = np.full(len(state.at), NO_MATCH, dtype=np.int32)
    assignment[placed] = lists.programs[state.at[placed]]
    return assignment
