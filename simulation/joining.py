"""Joining the rank order lists of the two sides, and finding faults on the way.

The join is linear in the number of entries: the applicants' entries are sorted by program by
counting, then each program's list is laid out over the applicants once.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulation.compiled import compiled, index
from simulation.market import NEVER, Int32

Int64: TypeAlias = NDArray[np.int64]

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
        mutual: How many entries both sides have; one number.
    """

    positions: Int32
    edges: Int32
    faults: Int32
    mutual: Int64


@compiled
def _count(side: Side, count: Int32, fault: Int32) -> None:
    """Count how often each item is listed, or stop at the first fault."""
    last = np.full(len(count), -1, dtype=np.int32)
    items = index(len(count))
    for owner in range(len(side.starts) - 1):
        for entry in range(index(side.starts[owner]), index(side.starts[owner + 1])):
            # A number below zero is beyond all others here.
            item = index(side.items[entry])
            if item >= items or last[item] == owner:
                fault[0] = 1 if item >= items else 2
                fault[1], fault[2] = owner, entry
                return
            last[item] = owner
            count[item] += 1


@compiled
def _sort_by_item(side: Side, ends: Int32) -> Int64:
    """Return all entries in the order of items, owners in order within.

    ``ends`` counts how often each item is listed; it becomes where the item's entries end. Each
    number returned holds the owner in its upper half and the entry in its lower half.
    """
    total = 0
    for item in range(len(ends)):
        total, ends[item] = total + ends[item], total
    ordered = np.empty(total, dtype=np.int64)
    for owner in range(len(side.starts) - 1):
        for entry in range(index(side.starts[owner]), index(side.starts[owner + 1])):
            listed = index(side.items[entry])
            slot = ends[listed]
            ends[listed] = slot + 1
            ordered[index(slot)] = (np.int64(owner) << 32) | np.int64(entry)
    return ordered


@compiled
def _lay_out(programs: Side, ordered: Int64, ends: Int32, joined: Joined, people: int) -> None:
    """Lay each program's list over the applicants and meet their entries there."""
    # A place below the start of the list at work is one of an earlier program.
    place = np.full(people, -1, dtype=np.int32)
    everybody, slot = index(people), index(0)
    for program in range(len(ends)):
        begin = programs.starts[program]
        for position in range(index(begin), index(programs.starts[program + 1])):
            applicant = index(programs.items[position])
            if applicant >= everybody or place[applicant] >= begin:
                joined.faults[1, 0] = 1 if applicant >= everybody else 2
                joined.faults[1, 1], joined.faults[1, 2] = program, position
                return
            place[applicant] = position
        end = index(ends[program])
        while slot < end:
            found = place[index(ordered[slot] >> 32)]
            if found >= begin:
                edge = index(ordered[slot] & 0xFFFFFFFF)
                joined.positions[edge] = found
                joined.edges[index(found)] = np.int32(edge)
                joined.mutual[0] += 1
            slot += index(1)


@compiled
def join(applicants: Side, programs: Side) -> Joined:
    """Return where each entry stands in the other side's list, both ways, and faults."""
    joined = Joined(
        np.full(len(applicants.items), _NEVER, dtype=np.int32),
        np.full(len(programs.items), _NEVER, dtype=np.int32),
        np.zeros((2, 3), dtype=np.int32),
        np.zeros(1, dtype=np.int64),
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
