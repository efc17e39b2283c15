"""Markets: applicants, programs with quotas, and the rank order lists of both sides.

A program here is a program stream, the unit that a match fills. Rank order lists are compressed
rows of `int32`, best first: the list of owner ``i`` is ``items[starts[i]:starts[i + 1]]``. Ties
cannot be written down in this form; repeated entries, unknown numbers and negative quotas are
refused when a market is built. Everything is copied and frozen: no run can change a market.

The lists of the two sides are joined once. ``positions[edge]`` is where the program of an
applicant's entry ranks that applicant, as an index into the programs' items, and
``edges[position]`` is the way back. An entry that only one side lists is dropped by writing
`NEVER` there, a number beyond every index: it is never acceptable and never preferred. Ranks are
therefore those of the lists as submitted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulation.errors import InvalidArraysError

Int32: TypeAlias = NDArray[np.int32]

NEVER: Final = int(np.iinfo(np.int32).max)
"""Stands for the place of an entry in a list that does not have it."""

MOST_SEATS: Final = 100_000
"""Seats that a program of a file or a scenario has at most."""
NO_MATCH: Final = -1
"""Stands for the program of somebody who has none."""


def frozen(values: ArrayLike, what: str) -> Int32:
    """Return a read-only `int32` copy of whole numbers; ``what`` names them in errors.

    Raises:
        InvalidArraysError: They are no whole numbers, or too large for the engine.
    """
    array = np.asarray(values)
    if array.size == 0:
        array = array.astype(np.int32)
    if array.dtype.kind not in "iu":
        raise InvalidArraysError(
            f"{what} holds {array.dtype} values.", "Give whole numbers.", place=what
        )
    if (
        array.dtype != np.int32
        and not -NEVER < array.min(initial=0) <= array.max(initial=0) < NEVER
    ):
        raise InvalidArraysError(
            f"{what} holds numbers from {array.min()} to {array.max()}.",
            f"The engine numbers applicants, programs and entries below {NEVER}.",
            place=what,
        )
    copy = np.array(array, dtype=np.int32, order="C", copy=True)
    copy.flags.writeable = False
    return copy


@dataclass(frozen=True, slots=True, eq=False)
class RankLists:
    """Rank order lists of one side, best first, as compressed rows.

    Attributes:
        starts: Where each owner's list begins in ``items``, and the end; owners + 1 numbers.
        items: Programs (in applicants' lists) or applicants (in programs' lists).
    """

    starts: Int32
    items: Int32

    def __post_init__(self) -> None:
        for field in ("starts", "items"):
            object.__setattr__(self, field, frozen(getattr(self, field), field))
        starts = self.starts
        fits = (
            starts.ndim == self.items.ndim == 1
            and len(starts) > 0
            and starts[0] == 0
            and starts[-1] == len(self.items)
            and bool((starts[1:] >= starts[:-1]).all())
        )
        if not fits:
            raise InvalidArraysError(
                "The starts of rank order lists must rise from 0 to the number of items.",
                "Give one start for every owner, in order, and the number of items last.",
            )

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, owner: int) -> Int32:
        """Return the list of one owner, best first."""
        return self.items[self.starts[owner] : self.starts[owner + 1]]

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[int]]) -> RankLists:
        """Return the lists given as one sequence of numbers for each owner."""
        lists = [np.asarray(row, dtype=np.int64) for row in rows]
        starts = np.zeros(len(lists) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in lists], out=starts[1:])
        items = np.concatenate(lists) if lists else np.zeros(0, dtype=np.int64)
        return cls(starts, items)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False)
class CoupleLists:
    """Couples and their paired lists: entry ``k`` wants both programs at once.

    Attributes:
        members: The two applicants of each couple; couples x 2.
        starts: Where each couple's list begins in ``pairs``, and the end; couples + 1 numbers.
        pairs: The programs of the first and of the second member; entries x 2. `NO_MATCH` for
            one of them means that this member stays without a program. Both may be the same.
    """

    members: Int32
    starts: Int32
    pairs: Int32

    def __post_init__(self) -> None:
        for field in ("members", "starts", "pairs"):
            object.__setattr__(self, field, frozen(getattr(self, field), field))
        shaped = (
            self.members.shape == (len(self.starts) - 1, 2)
            and self.pairs.ndim == 2
            and self.pairs.shape[1] == 2
            and self.starts[0] == 0
            and self.starts[-1] == len(self.pairs)
            and bool((self.starts[1:] >= self.starts[:-1]).all())
        )
        if not shaped:
            raise InvalidArraysError(
                "Couples need two members each and lists of pairs of programs.",
                "Give members as couples x 2, pairs as entries x 2, and starts as in rank lists.",
            )

    def __len__(self) -> int:
        return len(self.members)

    def of(self, couple: int) -> Int32:
        """Return the list of one couple, best first; entries x 2."""
        return self.pairs[self.starts[couple] : self.starts[couple + 1]]

    @classmethod
    def none(cls) -> CoupleLists:
        """Return the lists of no couple at all."""
        return cls.from_rows([], [])

    @classmethod
    def from_rows(
        cls, members: Sequence[tuple[int, int]], rows: Iterable[Sequence[tuple[int, int]]]
    ) -> CoupleLists:
        """Return the lists given as one sequence of pairs for each couple."""
        lists = [np.asarray(row, dtype=np.int64).reshape(-1, 2) for row in rows]
        starts = np.zeros(len(lists) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in lists], out=starts[1:])
        pairs = np.concatenate(lists) if lists else np.zeros((0, 2), dtype=np.int64)
        return cls(np.reshape(members, (-1, 2)), starts, pairs)  # type: ignore[arg-type]


class OneSided(NamedTuple):
    """How many entries were dropped because the other side does not list them.

    Attributes:
        applicants: Entries of single applicants whose program does not rank them.
        programs: Entries of programs whose applicant (or couple) does not list them.
        couples: Pairs of couples of which at least one program does not rank the member.
    """

    applicants: int
    programs: int
    couples: int


class Lists(NamedTuple):
    """The joined arrays of a market, as the kernels take them."""

    starts: Int32
    programs: Int32
    positions: Int32
    program_starts: Int32
    program_applicants: Int32
    edges: Int32


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """A market, validated, joined and frozen. Build one with `building` or `intake`.

    Attributes:
        applicants: Lists of the applicants; empty for members of couples.
        programs: Lists of the programs.
        quotas: Seats of each program.
        couples: The couples and their paired lists.
        positions: For every entry of an applicant, where the program ranks that applicant.
        edges: For every entry of a program, where that (single) applicant lists the program.
        couple_positions: For every pair of a couple, where its programs rank the members;
            `NO_MATCH` where the pair names none.
        couple_of: Twice the couple's number, plus one for its second member; -1 for singles.
        one_sided: Entries that were dropped.
        applicant_ids: Names of the applicants; their numbers where there are none.
        program_ids: Names of the programs; their numbers where there are none.
    """

    applicants: RankLists
    programs: RankLists
    quotas: Int32
    couples: CoupleLists
    positions: Int32
    edges: Int32
    couple_positions: Int32
    couple_of: Int32
    one_sided: OneSided
    applicant_ids: tuple[str, ...] | None
    program_ids: tuple[str, ...] | None

    @property
    def lists(self) -> Lists:
        """The joined arrays, as the kernels take them."""
        return Lists(
            self.applicants.starts,
            self.applicants.items,
            self.positions,
            self.programs.starts,
            self.programs.items,
            self.edges,
        )

    def applicant_id(self, applicant: int) -> str:
        """Return the name of an applicant."""
        return name_of(self.applicant_ids, applicant)

    def program_id(self, program: int) -> str:
        """Return the name of a program."""
        return name_of(self.program_ids, program)


def name_of(ids: Sequence[str] | None, number: int) -> str:
    """Return the id of a number, or the number itself where there are no ids."""
    return str(number) if ids is None else ids[number]
