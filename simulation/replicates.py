"""Replicates of a population of singles, from draws to counts, as fast as the machine allows.

One replicate draws what both sides see in each other, orders the applicants' lists, and runs
applicant-proposing deferred acceptance. Programs' lists are never ordered: a program compares the
applicants whom it holds, and only the last one whom it would rank at all is looked for. Results are
those of `engine.solve` on the same lists; tests compare them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from simulation.compiled import compiled, index
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
        free: Free seats of each program.
        bar: What a program must want somebody more than, to take them.
        bar_owner: Where it wants them just as much: the last applicant whom it would still take.
        queue: Room for one number for each applicant.
        lanes: Room for the values of one short list.
        long: Room for the packed entries of one long list.
    """

    order: Int32
    at: Int32
    seats: Int32
    held: Int32
    free: Int32
    bar: Int32
    bar_owner: Int32
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
        longest = max(longest, degree)
    for applicant in range(people):
        longest = max(longest, fixed.starts[applicant + 1] - fixed.starts[applicant])
    return Table(
        np.empty(len(fixed.programs), dtype=np.int32),
        np.empty(people, dtype=np.int32),
        seats,
        np.empty(seats[programs], dtype=np.int32),
        np.empty(programs, dtype=np.int32),
        np.empty(programs, dtype=np.int32),
        np.empty(programs, dtype=np.int32),
        np.empty(people, dtype=np.int32),
        np.empty(_SHORT, dtype=np.int32),
        np.empty(longest, dtype=np.int64),
    )


@compiled
def _order_short(begin: int, count: int, likes: Int32, order: Int32, lanes: Int32) -> int:
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
    return places


@compiled
def _order_long(begin: int, count: int, likes: Int32, order: Int32, long: Int64) -> None:
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
def _lowest(numbers: Int64, count: int, rank: int) -> int:
    """Return the number of a rank, 0 for the lowest (Hoare's FIND, 1961); changes their order."""
    low, high = 0, count - 1
    while low < high:
        pivot = numbers[(low + high) // 2]
        left, right = low, high
        while left <= right:
            while numbers[left] < pivot:
                left += 1
            while numbers[right] > pivot:
                right -= 1
            if left <= right:
                numbers[left], numbers[right] = numbers[right], numbers[left]
                left += 1
                right -= 1
        if rank <= right:
            high = right
        elif rank >= left:
            low = left
        else:
            break
    return numbers[rank]


@compiled
def _open_programs(fixed: Consideration, wants: Int32, table: Table) -> None:
    """Free all seats and set each program's bar: the last applicant whom it ranks."""
    for program in range(len(fixed.quotas)):
        begin = fixed.program_starts[program]
        degree, length = fixed.program_starts[program + 1] - begin, fixed.program_lengths[program]
        free = table.seats[program + 1] - table.seats[program]
        table.free[program] = free
        table.bar[program], table.bar_owner[program] = _LEAST, _MOST
        if free == 0 or length == 0:
            table.bar[program], table.bar_owner[program] = _MOST, -1
        elif length < degree:
            for place in range(degree):
                entry = fixed.program_entries[begin + place]
                table.long[place] = packed(wants[entry], fixed.owners[entry])
            last = _lowest(table.long, degree, length - 1)
            table.bar[program] = -1 - (last >> 32)
            table.bar_owner[program] = last & 0xFFFFFFFF


@compiled
def _seat(fixed: Consideration, wants: Int32, table: Table, entry: int, program: int) -> int:
    """Give an applicant a seat; return whom that displaces, -1 for nobody."""
    held, begin = table.held, index(table.seats[program])
    last = index(table.seats[program + index(1)] - np.int32(1))
    displaced = np.int32(-1)
    if table.free[program] > 0:
        seat = index(last - index(table.free[program]) + index(1))
        table.free[program] -= 1
    else:
        seat = last
        displaced = fixed.owners[index(held[last])]
    want = wants[entry]
    while seat > begin:
        before = index(held[seat - index(1)])
        # Entries of one program are in the order of applicants.
        if wants[before] > want or (wants[before] == want and before < entry):
            break
        held[seat] = before
        seat -= index(1)
    held[seat] = entry
    if table.free[program] == 0:
        worst = index(held[last])
        table.bar[program] = wants[worst]
        table.bar_owner[program] = fixed.owners[worst] - 1
    return displaced


@compiled
def _propose_all(fixed: Consideration, wants: Int32, table: Table) -> None:
    """Let all applicants propose until each holds a seat or is at the end of the list."""
    order, at, queue, bar = table.order, table.at, table.queue, table.bar
    count = len(queue)
    for applicant in range(count):
        at[applicant] = fixed.starts[applicant]
        queue[applicant] = applicant
    while count > 0:
        displaced = index(0)
        for turn in range(index(count)):
            applicant = index(queue[turn])
            place = index(at[applicant])
            end = index(fixed.starts[applicant] + fixed.lengths[applicant])
            while place < end:
                entry = index(order[place])
                program, want = index(fixed.programs[entry]), wants[entry]
                place += index(1)
                if want < bar[program] or (
                    want == bar[program] and applicant > table.bar_owner[program]
                ):
                    continue
                loser = _seat(fixed, wants, table, entry, program)
                if loser >= 0:
                    queue[displaced] = loser
                    displaced += index(1)
                break
            else:
                place = end + index(1)
            at[applicant] = place
        count = int(displaced)


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
        _open_programs(fixed, drawn.wants, table)
        _propose_all(fixed, drawn.wants, table)
        _count(fixed, table, counts[row], programs_from)
