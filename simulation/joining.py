"""Joining the rank order lists of the two sides, and finding faults on the way.

The join is linear in the number of entries: the applicants' entries are sorted by program by
counting, then each program's list is laid out over the applicants once.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from simulation.compiled import compiled
from simulation.market import NEVER, Int32

_NEVER = np.int32(NEVER)


class Fault(IntEnum):
    """What is wrong with an entry of a rank order list."""

    NONE = 0
    UNKNOWN = 1
    REPEATED = 2


class Side(NamedTuple):
    """Rank order lists of one side: where each list begins, and the items."""

    starts: Int32
    items: Int32


class Joined(NamedTuple):
    """Two sides, joined.

    Attributes:
        positions: Where each entry of an applicant stands in the program's list.
        edges: Where each entry of a program stands in the applicant's list.
        faults: Kind (see `Fault`), owner of the list, and entry of the first fault in applicants'
            lists and of the first one in programs' lists; 2 x 3. With one, the rest is not filled.
    """

    positions: Int32
    edges: Int32
    faults: Int32


@compiled
def _count(side: Side, count: Int32, fault: Int32) -> None:
    """Count how often each item is listed, or stop at the first fault."""
    last = np.full(len(count), -1, dtype=np.int32)
    for owner in range(len(side.starts) - 1):
        for entry in range(side.starts[owner], side.starts[owner + 1]):
            item = side.items[entry]
            if item < 0 or item >= len(count):
                fault[0], fault[1], fault[2] = 1, owner, entry
                return
            if last[item] == owner:
                fault[0], fault[1], fault[2] = 2, owner, entry
                return
            last[item] = owner
            count[item] += 1


@compiled
def _sort_by_item(side: Side, ends: Int32) -> Int32:
    """Return owner and entry of all entries in the order of items, owners in order within.

    ``ends`` counts how often each item is listed; it becomes where the item's entries end.
    """
    total = 0
    for item in range(len(ends)):
        total, ends[item] = total + ends[item], total
    ordered = np.empty((total, 2), dtype=np.int32)
    for owner in range(len(side.starts) - 1):
        for entry in range(side.starts[owner], side.starts[owner + 1]):
            slot = ends[side.items[entry]]
            ends[side.items[entry]] = slot + 1
            ordered[slot, 0] = owner
            ordered[slot, 1] = entry
    return ordered


@compiled
def _lay_out(programs: Side, ordered: Int32, ends: Int32, joined: Joined, people: int) -> None:
    """Lay each program's list over the applicants and meet their entries there."""
    # A place below the start of the list at work is one of an earlier program.
    place = np.full(people, -1, dtype=np.int32)
    slot = 0
    for program in range(len(ends)):
        begin = programs.starts[program]
        for position in range(begin, programs.starts[program + 1]):
            applicant = programs.items[position]
            if applicant < 0 or applicant >= people or place[applicant] >= begin:
                repeated = 0 <= applicant < people
                joined.faults[1, 0] = 2 if repeated else 1
                joined.faults[1, 1], joined.faults[1, 2] = program, position
                return
            place[applicant] = position
        while slot < ends[program]:
            position = place[ordered[slot, 0]]
            if position >= begin:
                joined.positions[ordered[slot, 1]] = position
                joined.edges[position] = ordered[slot, 1]
            slot += 1


@compiled
def join(applicants: Side, programs: Side) -> Joined:
    """Return where each entry stands in the other side's list, both ways, and faults."""
    joined = Joined(
        np.full(len(applicants.items), _NEVER, dtype=np.int32),
        np.full(len(programs.items), _NEVER, dtype=np.int32),
        np.zeros((2, 3), dtype=np.int32),
    )
    ends = np.zeros(len(programs.starts) - 1, dtype=np.int32)
    _count(applicants, ends, joined.faults[0])
    if joined.faults[0, 0] == 0:
        ordered = _sort_by_item(applicants, ends)
        _lay_out(programs, ordered, ends, joined, len(applicants.starts) - 1)
    return joined


def locate(lists: Side, owners: Int32, wanted: Int32) -> Int32:
    """Return where in the list of each owner the wanted item stands, `NEVER` where it does not.

    The wanted pairs are sorted and the lists searched in them, so that few are found in many.
    """
    if len(wanted) == 0:
        return np.zeros(0, dtype=np.int32)
    width = np.int64(max(int(lists.items.max(initial=0)), int(wanted.max())) + 1)
    keys, back = np.unique(owners * width + wanted, return_inverse=True)
    lengths = np.diff(lists.starts)
    entries = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths) * width + lists.items
    slots = np.minimum(np.searchsorted(keys, entries), len(keys) - 1)
    hits = np.flatnonzero(keys[slots] == entries)
    found = np.full(len(keys), _NEVER, dtype=np.int32)
    found[slots[hits]] = hits
    return found[back]
