"""Kernels that change a stable matching of singles and keep it the one applicants like best.

Two kinds of change need different care. With fewer seats or more applicants, all earlier rejections
stay right: whoever loses a seat proposes on from there, and the result is that of a cold run. With
more seats or fewer applicants they do not. Then a chain of vacancies (Blum, Roth and Rothblum 1997)
gives *a* stable matching: the seat goes to the first on the program's list who would rather be
there, whose old seat becomes vacant, and so on. It need not be the one that applicants like best.
What is missing are rotations (Gusfield and Irving 1989): cycles of programs, each of which would
lose somebody to the one before and take the next on its list, who is at the one after. Eliminating
all of them that lead up for applicants gives the applicant-optimal matching, as the stable
matchings are a lattice.

A matching that is applicant-optimal has no such cycle, so a new one must run through a program
that the change touched: one that took or lost somebody, or one that stands between the old and the
new place in the list of an applicant who moved up. Only those are looked at.

Everything that is changed is noted once in a log with its old value, so that a what-if is undone
without a copy of the state.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from simulation.compiled import compiled, number
from simulation.market import Int32, Lists
from simulation.matching import WITHDRAWN, MatchState


class Log(NamedTuple):
    """Old values of all that was changed since the log was opened.

    Attributes:
        applicants: Applicants and their old entries; applicants x 2.
        programs: Programs, their old free seats and old limits; programs x 3.
        has_applicant: The epoch in which each applicant was noted last.
        has_program: The epoch in which each program was noted last.
        counts: How many applicants and programs are noted, and the epoch.
    """

    applicants: Int32
    programs: Int32
    has_applicant: Int32
    has_program: Int32
    counts: Int32


class Suspects(NamedTuple):
    """Programs that may lie on a rotation, and room for the walk that finds out.

    Attributes:
        stack: The programs.
        waits: Whether a program is on the stack.
        seen: The walk in which each program was seen last.
        suitors: For each program of the walk at work, the place of the next one it would take.
        counts: How many are on the stack, the walk at work, and the first one since a rotation.
    """

    stack: Int32
    waits: Int32
    seen: Int32
    suitors: Int32
    counts: Int32


class Changing(NamedTuple):
    """A matching of singles that is being changed."""

    lists: Lists
    state: MatchState
    log: Log
    suspects: Suspects


def changing(lists: Lists, state: MatchState) -> Changing:
    """Return a matching ready to be changed, with an empty log."""
    people, programs = len(state.at), len(state.free)
    return Changing(
        lists,
        state,
        Log(
            np.empty((people, 2), dtype=np.int32),
            np.empty((programs, 3), dtype=np.int32),
            np.zeros(people, dtype=np.int32),
            np.zeros(programs, dtype=np.int32),
            np.array([0, 0, 1], dtype=np.int32),
        ),
        Suspects(
            np.empty(programs, dtype=np.int32),
            np.zeros(programs, dtype=np.int32),
            np.zeros(programs, dtype=np.int32),
            np.empty(programs, dtype=np.int32),
            np.array([0, 0, 1], dtype=np.int32),
        ),
    )


@compiled
def _note_applicant(run: Changing, applicant: int) -> None:
    log = run.log
    if log.has_applicant[applicant] != log.counts[2]:
        log.has_applicant[applicant] = log.counts[2]
        log.applicants[log.counts[0], 0] = applicant
        log.applicants[log.counts[0], 1] = run.state.at[applicant]
        log.counts[0] += 1


@compiled
def _note_program(run: Changing, program: int) -> None:
    log = run.log
    if log.has_program[program] != log.counts[2]:
        log.has_program[program] = log.counts[2]
        log.programs[log.counts[1], 0] = program
        log.programs[log.counts[1], 1] = run.state.free[program]
        log.programs[log.counts[1], 2] = run.state.limit[program]
        log.counts[1] += 1


@compiled
def _suspect(run: Changing, program: int) -> None:
    suspects = run.suspects
    if suspects.waits[program] == 0:
        suspects.waits[program] = 1
        suspects.stack[suspects.counts[0]] = program
        suspects.counts[0] += 1


@compiled
def _move(run: Changing, applicant: int, edge: int) -> None:
    """Move an applicant to another entry of their list, and the mark of their seat with them."""
    lists, state = run.lists, run.state
    _note_applicant(run, applicant)
    begin, end = lists.starts[applicant], lists.starts[applicant + 1]
    if begin <= state.at[applicant] < end:
        state.held[lists.positions[state.at[applicant]]] = 0
    state.at[applicant] = edge
    if begin <= edge < end:
        state.held[lists.positions[edge]] = 1


@compiled
def _move_up(run: Changing, applicant: int, edge: int) -> None:
    """Move an applicant up; the programs passed on the way may have another next one now."""
    for passed in range(edge, min(run.state.at[applicant], run.lists.starts[applicant + 1])):
        _suspect(run, number(run.lists.programs[passed]))
    _move(run, applicant, edge)


@compiled
def _worst_held(run: Changing, program: int, position: int) -> int:
    """Return the last place up to ``position`` that a program holds; before its list if none."""
    while position >= run.lists.program_starts[program] and run.state.held[position] == 0:
        position -= 1
    return position


@compiled
def _next_suitor(run: Changing, program: int) -> int:
    """Return the first place beyond a program's limit of somebody who would rather be there."""
    lists, at = run.lists, run.state.at
    end = lists.program_starts[program + 1]
    position = number(run.state.limit[program]) + 1
    while position < end and lists.edges[position] >= at[lists.program_applicants[position]]:
        position += 1
    return position


@compiled
def propose_on(run: Changing, applicant: int) -> None:
    """Let an applicant propose from the entry after their own, and all whom that displaces."""
    lists, state = run.lists, run.state
    while applicant >= 0:
        edge, end = number(state.at[applicant]) + 1, lists.starts[applicant + 1]
        while edge < end and lists.positions[edge] >= state.limit[lists.programs[edge]]:
            edge += 1
        _move(run, applicant, edge)
        applicant = -1
        if edge < end:
            program = number(lists.programs[edge])
            _note_program(run, program)
            if state.free[program] > 0:
                state.free[program] -= 1
                if state.free[program] == 0:
                    last = number(lists.program_starts[program + 1]) - 1
                    state.limit[program] = _worst_held(run, program, last)
            else:
                worst = number(state.limit[program])
                applicant = number(lists.program_applicants[worst])
                state.held[worst] = 0
                state.limit[program] = _worst_held(run, program, worst)


@compiled
def take_seat(run: Changing, program: int) -> None:
    """Take one seat from a program, which must have one."""
    state = run.state
    _note_program(run, program)
    if state.free[program] > 0:
        state.free[program] -= 1
        if state.free[program] == 0:
            last = number(run.lists.program_starts[program + 1]) - 1
            state.limit[program] = _worst_held(run, program, last)
        return
    worst = number(state.limit[program])
    state.held[worst] = 0
    state.limit[program] = _worst_held(run, program, worst)
    propose_on(run, number(run.lists.program_applicants[worst]))


@compiled
def give_seat(run: Changing, program: int) -> None:
    """Give one seat to a program, and follow the chain of vacancies."""
    lists, state = run.lists, run.state
    while program >= 0:
        _note_program(run, program)
        _suspect(run, program)
        end = number(lists.program_starts[program + 1])
        position = end if state.free[program] > 0 else _next_suitor(run, program)
        if position == end:
            state.free[program] += 1
            state.limit[program] = end
            return
        applicant = number(lists.program_applicants[position])
        left = state.at[applicant]
        _move_up(run, applicant, number(lists.edges[position]))
        state.limit[program] = position
        program = number(lists.programs[left]) if left < lists.starts[applicant + 1] else -1


@compiled
def withdraw(run: Changing, applicant: int) -> None:
    """Take an applicant out, and follow the chain of vacancies."""
    lists = run.lists
    left = run.state.at[applicant]
    for edge in range(lists.starts[applicant], lists.starts[applicant + 1]):
        _suspect(run, number(lists.programs[edge]))
    _move(run, applicant, number(WITHDRAWN))
    if left < lists.starts[applicant + 1]:
        give_seat(run, number(lists.programs[left]))


@compiled
def admit(run: Changing, applicant: int) -> None:
    """Let an applicant in who has taken no part."""
    _note_applicant(run, applicant)
    run.state.at[applicant] = run.lists.starts[applicant] - 1
    propose_on(run, applicant)


@compiled
def _walk(run: Changing, program: int) -> int:
    """Follow programs to the one that holds their next suitor; return one on a cycle, or -1."""
    lists, state, suspects = run.lists, run.state, run.suspects
    suspects.counts[1] += 1
    walk = suspects.counts[1]
    while suspects.seen[program] < suspects.counts[2]:
        suspects.seen[program] = walk
        position = number(lists.program_starts[program + 1])
        if state.free[program] == 0:
            position = _next_suitor(run, program)
        if position == lists.program_starts[program + 1]:
            return -1
        applicant = number(lists.program_applicants[position])
        if state.at[applicant] == lists.starts[applicant + 1]:
            return -1
        suspects.suitors[program] = position
        program = number(lists.programs[state.at[applicant]])
    return program if suspects.seen[program] == walk else -1


@compiled
def _rotate(run: Changing, first: int) -> None:
    """Eliminate the rotation that runs through a program."""
    lists, state = run.lists, run.state
    program = first
    while True:
        _note_program(run, program)
        position = run.suspects.suitors[program]
        applicant = number(lists.program_applicants[position])
        following = number(lists.programs[state.at[applicant]])
        _move_up(run, applicant, number(lists.edges[position]))
        _suspect(run, following)
        state.limit[program] = position
        program = following
        if program == first:
            return


@compiled
def improve(run: Changing) -> None:
    """Eliminate all rotations through suspects, so that applicants do as well as they can."""
    suspects = run.suspects
    suspects.counts[2] = suspects.counts[1] + 1
    while suspects.counts[0] > 0:
        program = number(suspects.stack[suspects.counts[0] - 1])
        on_cycle = _walk(run, program)
        if on_cycle < 0:
            # No longer a suspect; what was seen on the way leads nowhere either.
            suspects.counts[0] -= 1
            suspects.waits[program] = 0
        else:
            _rotate(run, on_cycle)
            suspects.counts[2] = suspects.counts[1] + 1


@compiled
def change_quota(run: Changing, program: int, seats: int) -> None:
    """Give seats to a program, or take them if the number is below zero."""
    for _ in range(seats):
        give_seat(run, program)
    for _ in range(-seats):
        take_seat(run, program)
    improve(run)


@compiled
def forget(run: Changing) -> None:
    """Empty the log: what is now cannot be undone any more."""
    run.log.counts[0] = 0
    run.log.counts[1] = 0
    run.log.counts[2] += 1


@compiled
def undo(run: Changing) -> None:
    """Restore all that the log notes, and empty it."""
    lists, state, log = run.lists, run.state, run.log
    for row in range(log.counts[0]):
        applicant = log.applicants[row, 0]
        if lists.starts[applicant] <= state.at[applicant] < lists.starts[applicant + 1]:
            state.held[lists.positions[state.at[applicant]]] = 0
        state.at[applicant] = log.applicants[row, 1]
    for row in range(log.counts[0]):
        applicant = log.applicants[row, 0]
        if lists.starts[applicant] <= state.at[applicant] < lists.starts[applicant + 1]:
            state.held[lists.positions[state.at[applicant]]] = 1
    for row in range(log.counts[1]):
        program = log.programs[row, 0]
        state.free[program] = log.programs[row, 1]
        state.limit[program] = log.programs[row, 2]
    forget(run)


@compiled
def seat_values(run: Changing, values: Int32) -> None:
    """Write what one more seat of each program would change; the matching stays as it is.

    Args:
        run: A matching whose log is empty; it is empty again afterwards.
        values: For each program, how many more applicants are matched, how many are better off,
            and how many ranks those gain who were matched already; programs x 3.
    """
    lists, state, log = run.lists, run.state, run.log
    for program in range(len(state.free)):
        give_seat(run, program)
        improve(run)
        matched, better, ranks = 0, 0, 0
        for row in range(log.counts[0]):
            applicant, before = log.applicants[row, 0], log.applicants[row, 1]
            gain = before - state.at[applicant]
            if gain > 0:
                better += 1
                if before == lists.starts[applicant + 1]:
                    matched += 1
                else:
                    ranks += gain
        values[program, 0], values[program, 1], values[program, 2] = matched, better, ranks
        undo(run)
