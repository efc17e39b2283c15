"""Replicates of a population of singles, from draws to counts, as fast as the machine allows.

One replicate draws what both sides see in each other, orders the applicants' lists, and runs
applicant-proposing deferred acceptance. Programs' lists are never ordered: a program compares those
who ask with those it holds, and counts who is before them where its list may end sooner. Results
are those of `engine.solve` on the same lists; tests compare them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from simulation.compiled import compiled, index, number
from simulation.consideration import Consideration, draw, fresh_drawn, packed
from simulation.joining import Int64
from simulation.market import Int32

RANKS: Final = 10
"""Ranks that are counted by themselves; the last one stands for all from there on."""

CATEGORY_COLUMNS: Final = RANKS + 1
"""Numbers that are counted for each category: those with each rank, and the sum of ranks."""

_LANES: Final = 16
_SHORT: Final = 4 * _LANES
_LEAST: Final = np.int32(np.iinfo(np.int32).min)
_MOST: Final = np.int32(np.iinfo(np.int32).max)


class Table(NamedTuple):
    """Where a replicate is matched.

    Attributes:
        order: The entries of each applicant, best first.
        at: For each applicant, where in ``order`` they would propose next.
        seats: Where each program's seats begin, and the end; programs + 1 numbers.
        held: The entries that sit there, for each program the best first.
        worth: How much the program wants them.
        free: Free seats of each program.
        bar: How much a program wants the last of those it holds, once its seats are filled.
        bar_owner: Who that is.
        rivals: How much each program wants those it considers, program by program.
        queue: Room for one number for each applicant.
        lanes: Room for the values of one short list.
        long: Room for the packed entries of one long list.
    """

    order: Int32
    at: Int32
    seats: Int32
    held: Int32
    worth: Int32
    free: Int32
    bar: Int32
    bar_owner: Int32
    rivals: Int32
    queue: Int32
    lanes: Int32
    long: Int64


@compiled
def fresh_table(fixed: Consideration) -> Table:
    """Return room for a match."""
    people, programs = len(fixed.starts) - 1, len(fixed.quotas)
    seats = np.zeros(programs + 1, dtype=np.int32)
    longest = 0
    for program in range(programs):
        degree = fixed.program_starts[program + 1] - fixed.program_starts[program]
        # No more can ever sit there than are considered.
        seats[program + 1] = seats[program] + min(fixed.quotas[program], degree)
    for applicant in range(people):
        longest = max(longest, fixed.starts[applicant + 1] - fixed.starts[applicant])
    return Table(
        np.empty(len(fixed.programs), dtype=np.int32),
        np.empty(people, dtype=np.int32),
        seats,
        np.empty(seats[programs], dtype=np.int32),
        np.empty(seats[programs], dtype=np.int32),
        np.empty(programs, dtype=np.int32),
        np.empty(programs, dtype=np.int32),
        np.empty(programs, dtype=np.int32),
        np.empty(len(fixed.programs), dtype=np.int32),
        np.empty(people, dtype=np.int32),
        np.empty(_SHORT, dtype=np.int32),
        np.empty(longest, dtype=np.int64),
    )


@compiled
def _order_short(
    begin: np.uint32, count: np.uint32, likes: Int32, order: Int32, lanes: Int32
) -> int:
    """Write each entry where as many are liked better as stand before it.

    The loop over the lanes has a constant length and no branch, so that it is vectorised. Returns
    the sum of the places; equal values share a place, which makes it less than it should be.
    """
    blocks = index((count + index(_LANES - 1)) // index(_LANES))
    for lane in range(blocks * index(_LANES)):
        lanes[lane] = _LEAST
    for lane in range(count):
        lanes[lane] = likes[begin + lane]
    places = np.int64(0)
    for one in range(count):
        liking = lanes[one]
        better = np.int32(0)
        for block in range(blocks):
            for lane in range(_LANES):
                better += np.int32(lanes[block * index(_LANES) + index(lane)] > liking)
        order[begin + index(better)] = np.int32(begin + one)
        places += better
    return number(places)


@compiled
def _order_long(
    begin: np.uint32, count: np.uint32, likes: Int32, order: Int32, long: Int64
) -> None:
    """Sort the entries of one applicant, equal ones by program (entries ascend by program)."""
    for one in range(count):
        long[one] = packed(likes[begin + one], one)
    long[:count].sort()
    for one in range(count):
        order[begin + one] = begin + (long[one] & 0xFFFFFFFF)


@compiled
def _order_lists(fixed: Consideration, likes: Int32, table: Table) -> None:
    for applicant in range(index(len(fixed.lengths))):
        begin = index(fixed.starts[applicant])
        count = index(fixed.starts[applicant + index(1)] - fixed.starts[applicant])
        if count <= _SHORT:
            places = _order_short(begin, count, likes, table.order, table.lanes)
            if places == np.int64(count) * (np.int64(count) - 1) // 2:
                continue
        _order_long(begin, count, likes, table.order, table.long)


@compiled
def _begin(fixed: Consideration, wants: Int32, table: Table) -> None:
    """Free all seats, put everybody before their list, and bring together whom programs want."""
    for applicant in range(index(len(table.queue))):
        table.at[applicant] = fixed.starts[applicant]
        table.queue[applicant] = applicant
    for place in range(index(len(wants))):
        table.rivals[place] = wants[index(fixed.program_entries[place])]
    for program in range(len(fixed.quotas)):
        free = table.seats[program + 1] - table.seats[program]
        table.free[program] = free
        table.bar[program] = _LEAST if free > 0 else _MOST
        table.bar_owner[program] = _MOST if free > 0 else -1


@compiled
def _is_ranked(
    fixed: Consideration, rivals: Int32, program: np.uint32, want: np.int32, applicant: np.int32
) -> bool:
    """Return whether an applicant is on a program's list, not too far down to be."""
    begin = index(fixed.program_starts[program])
    end = index(fixed.program_starts[program + index(1)])
    length = fixed.program_lengths[program]
    if np.int32(end - begin) == length:
        return True
    better = np.int32(0)
    for place in range(begin, end):
        is_before = np.int32(fixed.program_owners[place] < applicant)
        better += np.int32(rivals[place] > want) + np.int32(rivals[place] == want) * is_before
    return bool(better < length)


@compiled
def _propose_all(fixed: Consideration, wants: Int32, table: Table) -> None:
    """Let all applicants propose until each holds a seat or is at the end of the list.

    One function, as calls that pass tables of arrays take longer than what they do.
    """
    order, at, queue, free = table.order, table.at, table.queue, table.free
    held, worth, bar, bar_owner = table.held, table.worth, table.bar, table.bar_owner
    count = len(queue)
    while count > 0:
        waiting = index(0)
        for turn in range(index(count)):
            applicant = index(queue[turn])
            place, end = index(at[applicant]), index(fixed.ends[applicant])
            program, want, entry = index(0), np.int32(0), index(0)
            while place < end:
                entry = index(order[place])
                program, want = index(fixed.programs[entry]), wants[entry]
                is_wanted = want > bar[program] or (
                    want == bar[program] and np.int32(applicant) < bar_owner[program]
                )
                if is_wanted and (
                    free[program] == 0
                    or _is_ranked(fixed, table.rivals, program, want, np.int32(applicant))
                ):
                    break
                place += index(1)
            at[applicant] = np.int32(place + index(1))
            if place == end:
                continue
            begin, last = index(table.seats[program]), index(table.seats[program + index(1)] - 1)
            seat = last
            if free[program] > 0:
                seat -= index(free[program] - 1)
                free[program] -= 1
            else:
                queue[waiting] = fixed.owners[index(held[last])]
                waiting += index(1)
            # Entries of one program are in the order of applicants.
            while seat > begin and (
                worth[seat - index(1)] < want
                or (worth[seat - index(1)] == want and held[seat - index(1)] > np.int32(entry))
            ):
                worth[seat], held[seat] = worth[seat - index(1)], held[seat - index(1)]
                seat -= index(1)
            worth[seat], held[seat] = want, np.int32(entry)
            if free[program] == 0:
                bar[program], bar_owner[program] = worth[last], fixed.owners[index(held[last])]
        count = int(waiting)


@compiled
def _count(fixed: Consideration, table: Table, counts: Int32, programs_from: int) -> None:
    """Add up ranks by category, and filled seats by program."""
    for applicant in range(len(table.at)):
        rank = table.at[applicant] - fixed.starts[applicant]
        if rank <= fixed.lengths[applicant]:
            column = fixed.categories[applicant] * CATEGORY_COLUMNS
            counts[column + min(rank, RANKS) - 1] += 1
            counts[column + RANKS] += rank
    for program in range(len(fixed.quotas)):
        seats = table.seats[program + 1] - table.seats[program]
        counts[programs_from + program] = seats - table.free[program]


@compiled
def count_replicates(
    fixed: Consideration, seed: np.uint64, first: np.uint64, counts: Int32
) -> None:
    """Run replicates and count.

    Args:
        fixed: What the replicates share.
        seed: What they are drawn from.
        first: The number of the first one.
        counts: A row of zeros for each replicate: for each category, how many applicants obtained
            rank 1, 2, ... and `RANKS` or more, and the sum of all ranks; then the filled seats of
            each program.
    """
    drawn, table = fresh_drawn(fixed), fresh_table(fixed)
    programs_from = counts.shape[1] - len(fixed.quotas)
    for row in range(len(counts)):
        draw(fixed, seed, np.uint64(first + np.uint64(row)), drawn)
        _order_lists(fixed, drawn.likes, table)
        _begin(fixed, drawn.wants, table)
        _propose_all(fixed, drawn.wants, table)
        _count(fixed, table, counts[row], programs_from)
