"""Paired lists of simulated couples, from what both members would submit alone.

Nothing is published of how couples order pairs of programs. Here a couple adds the ranks that both
programs have in the members' own lists, and as many ranks again as it would give up to live in one
province; lower sums come first. After its best pairs come those with one of them unmatched. Couples
of real lists do better to state their own (`intake`).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulation.market import NO_MATCH, CoupleLists, Int32, RankLists

APART: Final = 8
"""Ranks that a couple gives up for two programs in one province."""

PAIRS: Final = 50
"""Pairs of two programs that a couple lists at most."""

ALONE: Final = 3
"""Programs of each member that a couple lists, last, with the other one unmatched."""


def with_couples(
    lists: RankLists, couples: Int32, provinces: Int32
) -> tuple[RankLists, CoupleLists]:
    """Return the lists with those of couples' members emptied, and the couples' paired lists.

    Args:
        lists: What everybody would submit alone.
        couples: The members; couples x 2.
        provinces: A number for the province of each program.
    """
    rows = [_pairs(lists.of(one), lists.of(two), provinces) for one, two in couples.tolist()]
    lengths = np.diff(lists.starts)
    lengths[couples] = 0
    is_member = np.zeros(len(lists), dtype=np.bool_)
    is_member[couples] = True
    stay = ~np.repeat(is_member, np.diff(lists.starts))
    singles = RankLists(np.concatenate(([0], np.cumsum(lengths))), lists.items[stay])
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows])))
    pairs = np.concatenate(rows) if rows else np.zeros((0, 2), dtype=np.int32)
    return singles, CoupleLists(couples, starts, pairs)


def _pairs(one: Int32, two: Int32, provinces: Int32) -> Int32:
    """Return the paired list of a couple; pairs x 2."""
    first, second = np.repeat(np.arange(len(one)), len(two)), np.tile(np.arange(len(two)), len(one))
    apart = provinces[one[first]] != provinces[two[second]]
    best = np.argsort(first + second + APART * apart, kind="stable")[:PAIRS]
    together = np.stack([one[first[best]], two[second[best]]], axis=1)
    alone = [(program, NO_MATCH) for program in one[:ALONE].tolist()]
    alone += [(NO_MATCH, program) for program in two[:ALONE].tolist()]
    last = np.array(alone, dtype=np.int32).reshape(-1, 2)
    return np.concatenate([together, last]).astype(np.int32)
