"""Building markets: the checks of all inputs, and the join of the two sides' lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from simulation.errors import (
    ContradictoryListError,
    DuplicateIdError,
    InvalidArraysError,
    InvalidCoupleError,
    InvalidQuotaError,
    UnknownIdError,
)
from simulation.joining import Fault, Side, join, locate
from simulation.market import (
    NEVER,
    NO_MATCH,
    CoupleLists,
    Int32,
    Market,
    OneSided,
    RankLists,
    frozen,
    name_of,
)

_NO_COUPLES: Final = CoupleLists.none()


def build_market(
    applicants: RankLists,
    programs: RankLists,
    quotas: ArrayLike,
    couples: CoupleLists | None = None,
    applicant_ids: Sequence[str] | None = None,
    program_ids: Sequence[str] | None = None,
) -> Market:
    """Return the market of these lists, checked and joined.

    Args:
        applicants: One list for each applicant; those of couples' members are empty.
        programs: One list for each program.
        quotas: Seats of each program.
        couples: Paired lists of couples, if there are any.
        applicant_ids: Names of the applicants.
        program_ids: Names of the programs.

    Raises:
        InvalidMarketError: One of its kinds, which names the place.
    """
    couples = _NO_COUPLES if couples is None else couples
    names = (
        _checked_ids(applicant_ids, len(applicants), "applicant"),
        _checked_ids(program_ids, len(programs), "program"),
    )
    seats = _checked_quotas(quotas, len(programs), names[1])
    sides = (Side(applicants.starts, applicants.items), Side(programs.starts, programs.items))
    positions, edges, faults, mutual = join(*sides)
    _raise_fault(faults, applicants, programs, names)
    couple_of = _couple_of(couples, applicants, names[0])
    _check_pairs(couples, len(programs), names)
    couple_positions = _couple_positions(couples, programs, couple_of)
    for array in (positions, edges, couple_of, couple_positions):
        array.flags.writeable = False
    return Market(
        applicants, programs, seats, couples, positions, edges, couple_positions, couple_of,
        _one_sided(applicants, programs, int(mutual[0]), couple_positions), *names,
    )  # fmt: skip


def _checked_ids(ids: Sequence[str] | None, count: int, kind: str) -> tuple[str, ...] | None:
    if ids is None:
        return None
    names = tuple(ids)
    if len(names) != count:
        raise InvalidArraysError(
            f"There are {len(names)} {kind} ids for {count} lists.", "Give one id for each list."
        )
    if len(set(names)) < count:
        seen: set[str] = set()
        repeated = next(name for name in names if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise DuplicateIdError(
            f"The id stands for two {kind}s.", "Give each its own.", place=f"{kind} {repeated!r}"
        )
    return names


def _checked_quotas(quotas: ArrayLike, count: int, names: Sequence[str] | None) -> Int32:
    given = np.asarray(quotas)
    seats = frozen(given, "quotas")
    if seats.shape != (count,):
        raise InvalidQuotaError(
            f"There are {seats.size} quotas for {count} programs.", "Give one for each program."
        )
    below = np.flatnonzero(seats < 0)
    if len(below):
        raise InvalidQuotaError(
            f"The quota is {given[below[0]]}.",
            "Give a whole number of at least zero.",
            place=f"program {name_of(names, below[0])!r}",
        )
    return seats


def _raise_fault(
    faults: Int32,
    applicants: RankLists,
    programs: RankLists,
    names: tuple[Sequence[str] | None, Sequence[str] | None],
) -> None:
    sides = (("applicant", applicants, names[0]), ("program", programs, names[1]))
    for (kind, owner, entry), own, other in zip(faults.tolist(), sides, sides[::-1], strict=True):
        if kind == Fault.NONE:
            continue
        owners, lists, ids = own
        rank = entry - int(lists.starts[owner]) + 1
        item = int(lists.items[entry])
        place = f"{owners} {name_of(ids, owner)!r}, rank {rank}"
        if kind == Fault.UNKNOWN:
            raise UnknownIdError(
                f"There is no {other[0]} {item}.", f"List only {other[0]}s of the market.", place
            )
        first = int(np.flatnonzero(lists.of(owner) == item)[0]) + 1
        raise ContradictoryListError(
            f"The list has {other[0]} {name_of(other[2], item)!r} already at rank {first}.",
            "List each one once.",
            place,
        )


def _couple_of(couples: CoupleLists, applicants: RankLists, names: Sequence[str] | None) -> Int32:
    """Return the couple and side of every applicant, after checks of the members."""
    couple_of = np.full(len(applicants), -1, dtype=np.int32)
    for couple, pair in enumerate(couples.members):
        for side, member in enumerate(pair):
            place = f"couple {couple + 1}, member {side + 1}"
            if not 0 <= member < len(applicants):
                raise UnknownIdError(
                    f"There is no applicant {member}.", "Pair applicants of the market.", place
                )
            name = name_of(names, member)
            if couple_of[member] >= 0:
                raise InvalidCoupleError(
                    f"Applicant {name!r} is in a couple already.",
                    "Pair each applicant once, with another one.",
                    place,
                )
            if len(applicants.of(member)):
                raise InvalidCoupleError(
                    f"Applicant {name!r} has a list of their own as well.",
                    "A couple is matched by its paired list only; leave the other one out.",
                    place,
                )
            couple_of[member] = 2 * couple + side
    return couple_of


def _check_pairs(
    couples: CoupleLists,
    programs: int,
    names: tuple[Sequence[str] | None, Sequence[str] | None],
) -> None:
    for couple in range(len(couples)):
        seen: dict[tuple[int, int], int] = {}
        first, second = (name_of(names[0], member) for member in couples.members[couple])
        for rank, (one, two) in enumerate(couples.of(couple).tolist(), start=1):
            place = f"couple {first!r} and {second!r}, rank {rank}"
            if not (NO_MATCH <= one < programs and NO_MATCH <= two < programs):
                missing = one if not NO_MATCH <= one < programs else two
                raise UnknownIdError(
                    f"There is no program {missing}.", "List only programs of the market.", place
                )
            if one == two == NO_MATCH:
                raise InvalidCoupleError(
                    "The pair leaves both without a program.",
                    "Leave it out: that is what happens at the end of the list anyway.",
                    place,
                )
            if (one, two) in seen:
                raise ContradictoryListError(
                    f"The list has this pair already at rank {seen[one, two]}.",
                    "List each pair once.",
                    place,
                )
            seen[one, two] = rank


def _couple_positions(couples: CoupleLists, programs: RankLists, couple_of: Int32) -> Int32:
    """Return where the programs of every pair rank its members."""
    found = np.full(couples.pairs.shape, NO_MATCH, dtype=np.int32)
    if len(couples) == 0:
        return found
    owners = np.repeat(np.arange(len(couples)), np.diff(couples.starts))
    for side in (0, 1):
        wanted = couples.pairs[:, side] != NO_MATCH
        found[wanted, side] = locate(
            Side(programs.starts, programs.items),
            couples.pairs[wanted, side],
            couples.members[owners[wanted], side],
        )
    return found


def _one_sided(
    applicants: RankLists, programs: RankLists, mutual: int, couple_positions: Int32
) -> OneSided:
    of_couples = np.unique(couple_positions)
    found = int(((of_couples != NO_MATCH) & (of_couples != NEVER)).sum())
    return OneSided(
        len(applicants.items) - mutual,
        len(programs.items) - mutual - found,
        int((couple_positions == NEVER).any(axis=1).sum()),
    )
