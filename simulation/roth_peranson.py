"""Processing couples one after the other, as Roth and Peranson (1999) describe it.

Single applicants are matched first. Then each couple in turn asks for the first pair of its list
that both programs would take. Whoever is displaced asks again from the top of their list; when one
member of a couple is displaced, both withdraw. A program that somebody left is looked at again:
everybody who would rather be there asks again. A couple also asks again after its own move, since
those it displaced leave seats behind that were not free before. When nobody is left to ask, the
matching is stable. That need not happen: with couples there may be no stable matching, and even
where there is one the procedure may go in circles, hence the limit of steps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from simulation.compiled import compiled, number
from simulation.market import NEVER, Int32, Lists, Market
from simulation.matching import MatchState

_NEVER = np.int32(NEVER)


class CoupleArrays(NamedTuple):
    """What the kernels need to know of couples; see `simulation.market`.

    Attributes:
        starts: Where each couple's list begins; couples + 1.
        pairs: Programs of both members; entries x 2.
        positions: Where those programs rank the members; entries x 2.
        couple_of: Twice the couple's number plus the side, for every applicant; -1 for singles.
        quotas: Seats of each program.
    """

    starts: Int32
    pairs: Int32
    positions: Int32
    couple_of: Int32
    quotas: Int32


class Agenda(NamedTuple):
    """Who asks next: stacks without repetition.

    Attributes:
        units: Applicants by number, couples by the number of applicants plus their own.
        waits: Whether a unit is on the stack.
        left: Programs that somebody left.
        is_left: Whether a program is on that stack.
        counts: How many units and how many programs are on the stacks.
    """

    units: Int32
    waits: Int32
    left: Int32
    is_left: Int32
    counts: Int32


class Processing(NamedTuple):
    """A run of the procedure.

    Attributes:
        lists: The joined lists.
        state: Where the singles are, and the seats; changed in place.
        couples: The couples.
        pair_at: For each couple, the entry of its list where it is, the end of it for nowhere;
            changed in place.
        agenda: Who asks next.
    """

    lists: Lists
    state: MatchState
    couples: CoupleArrays
    pair_at: Int32
    agenda: Agenda


def fresh_processing(market: Market, singles: MatchState) -> Processing:
    """Return a run that begins at a stable matching of the singles, which is copied."""
    couples = market.couples
    units, programs = len(market.applicants) + len(couples), len(market.quotas)
    return Processing(
        market.lists,
        MatchState(
            singles.at.copy(), singles.held.copy(), singles.free.copy(), singles.limit.copy()
        ),
        CoupleArrays(
            couples.starts, couples.pairs, market.couple_positions, market.couple_of, market.quotas
        ),
        couples.starts[1:].copy(),
        Agenda(
            np.empty(units, dtype=np.int32),
            np.zeros(units, dtype=np.int32),
            np.empty(programs, dtype=np.int32),
            np.zeros(programs, dtype=np.int32),
            np.zeros(2, dtype=np.int32),
        ),
    )


@compiled
def _call(agenda: Agenda, unit: int) -> None:
    """Have a unit ask again."""
    if agenda.waits[unit] == 0:
        agenda.waits[unit] = 1
        agenda.units[agenda.counts[0]] = unit
        agenda.counts[0] += 1


@compiled
def _note_left(agenda: Agenda, program: int) -> None:
    """Have a program looked at again."""
    if agenda.is_left[program] == 0:
        agenda.is_left[program] = 1
        agenda.left[agenda.counts[1]] = program
        agenda.counts[1] += 1


@compiled
def _note_pair_left(run: Processing, pair: int) -> None:
    """Have the programs of a pair looked at again."""
    for program in run.couples.pairs[pair]:
        if program >= 0:
            _note_left(run.agenda, number(program))


@compiled
def _release(run: Processing, program: int, position: int) -> None:
    """Give back one seat."""
    run.state.held[position] = 0
    run.state.free[program] += 1
    run.state.limit[program] = run.lists.program_starts[program + 1]


@compiled
def _withdraw(run: Processing, couple: int) -> None:
    """Give back the seats of a couple."""
    pairs, positions = run.couples.pairs, run.couples.positions
    pair, end = run.pair_at[couple], run.couples.starts[couple + 1]
    if pair < end:
        for side in range(2):
            if pairs[pair, side] >= 0:
                _release(run, number(pairs[pair, side]), number(positions[pair, side]))
    run.pair_at[couple] = end


@compiled
def _displace(run: Processing, program: int, position: int) -> None:
    """Turn out who sits at a position of a program's list; of a couple, both."""
    applicant = number(run.lists.program_applicants[position])
    side = number(run.couples.couple_of[applicant])
    if side < 0:
        run.state.at[applicant] = run.lists.starts[applicant + 1]
        _release(run, program, position)
        _call(run.agenda, applicant)
    else:
        _note_pair_left(run, number(run.pair_at[side // 2]))
        _withdraw(run, side // 2)
        _call(run.agenda, len(run.couples.couple_of) + side // 2)


@compiled
def _take(run: Processing, program: int, position: int) -> None:
    """Take a seat of a program that accepts; the worst one it holds goes, if it is full."""
    state = run.state
    if state.free[program] == 0:
        _displace(run, program, number(state.limit[program]))
    state.held[position] = 1
    state.free[program] -= 1
    if state.free[program] == 0:
        worst = run.lists.program_starts[program + 1] - 1
        while state.held[worst] == 0:
            worst -= 1
        state.limit[program] = worst


@compiled
def _settle_single(run: Processing, applicant: int) -> None:
    """Move a single applicant to the first entry that is better and open."""
    lists, state = run.lists, run.state
    current, edge = number(state.at[applicant]), number(lists.starts[applicant])
    while edge < current and lists.positions[edge] >= state.limit[lists.programs[edge]]:
        edge += 1
    if edge >= current:
        return
    state.at[applicant] = edge
    if current < lists.starts[applicant + 1]:
        _release(run, number(lists.programs[current]), number(lists.positions[current]))
        _note_left(run.agenda, number(lists.programs[current]))
    _take(run, number(lists.programs[edge]), number(lists.positions[edge]))


@compiled
def _accepts_both(run: Processing, program: int, one: int, two: int) -> bool:
    """Whether a program is sure to keep both members of a couple, given their positions."""
    better = 0
    for position in range(run.lists.program_starts[program], max(one, two)):
        if position != one and position != two:  # noqa: PLR1714  # no tuples in a kernel
            better += run.state.held[position]
    return bool(better <= run.couples.quotas[program] - 2)


@compiled
def _accepts(run: Processing, pair: int) -> bool:
    """Whether the programs of a pair would take both members, seats as they are now."""
    programs, positions = run.couples.pairs[pair], run.couples.positions[pair]
    if positions[0] == _NEVER or positions[1] == _NEVER:
        return False
    if programs[0] == programs[1]:
        return _accepts_both(run, programs[0], positions[0], positions[1])
    for side in range(2):
        program, position = programs[side], positions[side]
        if program >= 0 and run.state.held[position] == 0 and position >= run.state.limit[program]:
            return False
    return True


@compiled
def _settle_couple(run: Processing, couple: int, own_seats_free: bool) -> None:
    """Move a couple to the first pair that is better and open."""
    current, pair = number(run.pair_at[couple]), number(run.couples.starts[couple])
    end = run.couples.starts[couple + 1]
    if own_seats_free:
        _withdraw(run, couple)
    while pair < current and not _accepts(run, pair):
        pair += 1
    if not own_seats_free:
        if pair == current:
            return
        _withdraw(run, couple)
    run.pair_at[couple] = pair
    if pair == end:
        return
    for side in range(2):
        if run.couples.pairs[pair, side] >= 0:
            program, position = run.couples.pairs[pair, side], run.couples.positions[pair, side]
            _take(run, number(program), number(position))
    if pair < current:
        if current < end:
            _note_pair_left(run, current)
        _call(run.agenda, len(run.couples.couple_of) + couple)


@compiled
def _invite(run: Processing, program: int) -> None:
    """Let everybody ask again who may rather be at a program that somebody left."""
    lists, state = run.lists, run.state
    begin, end = lists.program_starts[program], lists.program_starts[program + 1]
    # The last one called asks first: the one whom the program likes best.
    for position in range(end - 1, begin - 1, -1):
        applicant = number(lists.program_applicants[position])
        if state.held[position] == 1:
            continue
        if run.couples.couple_of[applicant] >= 0:
            couple = number(run.couples.couple_of[applicant]) // 2
            if run.pair_at[couple] > run.couples.starts[couple]:
                _call(run.agenda, len(run.couples.couple_of) + couple)
        elif position < state.limit[program] and lists.edges[position] < state.at[applicant]:
            _call(run.agenda, applicant)


@compiled
def settle(run: Processing, order: Int32, own_seats_free: bool, step_limit: int) -> int:
    """Bring couples into a stable matching of singles, one after the other.

    Args:
        run: A fresh run; changed in place.
        order: The couples in the order in which they come in.
        own_seats_free: Whether a couple's own seats count as free when it asks for better ones.
        step_limit: After how many steps to give up.

    Returns:
        How many times somebody asked, or minus that number if the limit was reached.
    """
    agenda, singles = run.agenda, len(run.couples.couple_of)
    steps = 0
    for couple in order:
        _call(agenda, singles + number(couple))
        while agenda.counts[0] + agenda.counts[1] > 0:
            if steps >= step_limit:
                return -steps
            if agenda.counts[0] > 0:
                agenda.counts[0] -= 1
                unit = number(agenda.units[agenda.counts[0]])
                agenda.waits[unit] = 0
                steps += 1
                if unit < singles:
                    _settle_single(run, unit)
                else:
                    _settle_couple(run, unit - singles, own_seats_free)
            else:
                agenda.counts[1] -= 1
                program = number(agenda.left[agenda.counts[1]])
                agenda.is_left[program] = 0
                _invite(run, program)
    return steps
