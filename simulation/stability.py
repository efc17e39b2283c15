"""The auditor: is a matching stable, and if not, who blocks it and why.

It works from the lists as submitted, not from the joined arrays, and imports nothing of the
solver, so that a fault there cannot hide here. The definitions are those of Roth and Sotomayor
(1990) for singles and of Kojima, Pathak and Roth (2013) for couples; see `OwnSeats` for the one
choice there is.

An applicant and a program block a matching if the applicant likes the program better than what
they have, and the program has a seat free or likes the applicant better than somebody it has. A
couple blocks with a pair of programs if it likes the pair better than what it has, and the programs
would take both: each by itself, or both at once where the pair is one program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from simulation.compiled import compiled
from simulation.errors import InvalidMatchingError
from simulation.market import NO_MATCH, Int32, Market, frozen
from simulation.outcome import OwnSeats

AUDITOR_VERSION: Final = "1.0"


@dataclass(frozen=True, slots=True)
class BlockingPair:
    """An applicant, or both members of a couple, and the programs that would rather have them.

    Attributes:
        applicants: One applicant, or the two members of a couple.
        programs: The program of each of them; `NO_MATCH` for a member who would stay without.
        rank: The rank of this choice in their list.
        current_rank: The rank that they have; 0 for no match.
        displaced: For each program, the applicants who would have to go; empty where seats are
            free.
    """

    applicants: tuple[int, ...]
    programs: tuple[int, ...]
    rank: int
    current_rank: int
    displaced: tuple[tuple[int, ...], ...]

    def explain(self, market: Market) -> str:
        """Return in a sentence who blocks and why."""
        who = " and ".join(repr(market.applicant_id(one)) for one in self.applicants)
        now = f"choice {self.current_rank}" if self.current_rank else "no match"
        why = []
        for program, displaced in zip(self.programs, self.displaced, strict=True):
            if program == NO_MATCH:
                continue
            ranks = ", ".join(repr(market.applicant_id(one)) for one in displaced)
            reason = f"ranks them above {ranks}" if displaced else "has a seat for them"
            why.append(f"{market.program_id(program)!r} {reason}")
        return f"{who} would rather have choice {self.rank} than {now}: {'; '.join(why)}."


@dataclass(frozen=True, slots=True)
class Certificate:
    """What an audit found.

    Attributes:
        own_seats: The definition of a blocking couple that was used.
        blocking_pairs: Everybody who blocks the matching.
        violations: Breaches that make it no matching of this market at all: seats beyond a quota,
            a program that one side does not list, a couple outside its paired list.
        applicants: How many applicants were audited.
        entries: How many entries of rank order lists were audited.
        market_digest: Identifies the market; BLAKE2b over lists, quotas and names.
        matching_digest: Identifies the matching.
        auditor_version: The version of this auditor.
    """

    own_seats: OwnSeats
    blocking_pairs: tuple[BlockingPair, ...]
    violations: tuple[str, ...]
    applicants: int
    entries: int
    market_digest: str
    matching_digest: str
    auditor_version: str = AUDITOR_VERSION

    @property
    def is_stable(self) -> bool:
        """Whether the matching is valid and nobody blocks it."""
        return not self.blocking_pairs and not self.violations


def audit(
    market: Market, assignment: ArrayLike, own_seats: OwnSeats = OwnSeats.TAKEN
) -> Certificate:
    """Return what speaks against a matching, if anything.

    Args:
        market: The market.
        assignment: The program of each applicant, `NO_MATCH` for none.
        own_seats: How couples' own seats count.

    Raises:
        InvalidMatchingError: The assignment is not one number of a program for each applicant.
    """
    programs = _checked(market, assignment)
    sides = (market.applicants, market.programs)
    entries = sum(len(side.items) for side in sides) + len(market.couples.pairs)
    blocking = list(_blocking_singles(market, programs))
    if len(market.couples):
        blocking += _blocking_couples(market, programs, own_seats)
    return Certificate(
        own_seats,
        tuple(blocking),
        tuple(_violations(market, programs)),
        len(programs),
        entries,
        market_digest(market),
        hashlib.blake2b(programs.tobytes(), digest_size=16).hexdigest(),
    )


def market_digest(market: Market) -> str:
    """Return a digest of everything that decides a match."""
    digest = hashlib.blake2b(digest_size=16)
    couples = market.couples
    for array in (
        market.applicants.starts, market.applicants.items, market.programs.starts,
        market.programs.items, market.quotas, couples.members, couples.starts, couples.pairs,
    ):  # fmt: skip
        digest.update(len(array).to_bytes(8, "little"))
        digest.update(np.ascontiguousarray(array).tobytes())
    for names in (market.applicant_ids, market.program_ids):
        digest.update("\n".join(names or ()).encode())
    return digest.hexdigest()


def _checked(market: Market, assignment: ArrayLike) -> Int32:
    programs = np.asarray(assignment)
    fits = programs.shape == (len(market.applicants),) and programs.dtype.kind in "iu"
    if not fits or (
        programs.size and not -1 <= programs.min() <= programs.max() < len(market.quotas)
    ):
        raise InvalidMatchingError(
            "The matching is not one of this market.",
            f"Give {len(market.applicants)} numbers of programs below {len(market.quotas)}, or -1.",
        )
    return np.ascontiguousarray(programs, dtype=np.int32)


def _violations(market: Market, programs: Int32) -> Iterator[str]:
    """Yield why this is no matching of the market."""
    fill = np.bincount(programs[programs != NO_MATCH], minlength=len(market.quotas))
    for program in np.flatnonzero(fill > market.quotas).tolist():
        yield (
            f"Program {market.program_id(program)!r} has {fill[program]} applicants"
            f" for {market.quotas[program]} seats."
        )
    lists, couples = market.programs, market.couples
    owners = np.repeat(np.arange(len(lists)), np.diff(lists.starts))
    ranked = np.zeros(len(programs), dtype=np.bool_)
    ranked[lists.items[programs[lists.items] == owners]] = True
    for applicant in np.flatnonzero(~ranked & (programs != NO_MATCH)).tolist():
        yield (
            f"Program {market.program_id(programs[applicant])!r} does not rank"
            f" applicant {market.applicant_id(applicant)!r}."
        )
    listed = _listed(market, programs)
    alone = market.couple_of < 0
    for applicant in np.flatnonzero(~listed & alone & (programs != NO_MATCH)).tolist():
        yield (
            f"Applicant {market.applicant_id(applicant)!r} does not list"
            f" program {market.program_id(programs[applicant])!r}."
        )
    for couple, (one, two) in enumerate(couples.members):
        pair = programs[[one, two]]
        if (pair != NO_MATCH).any() and not (couples.of(couple) == pair).all(axis=1).any():
            names = f"{market.applicant_id(one)!r} and {market.applicant_id(two)!r}"
            yield f"Couple {names} does not list the pair of programs that it has."


def _listed(market: Market, programs: Int32) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    lists = market.applicants
    owners = np.repeat(np.arange(len(lists)), np.diff(lists.starts))
    listed = np.zeros(len(programs), dtype=np.bool_)
    listed[owners[lists.items == programs[owners]]] = True
    return listed


class _Submitted(NamedTuple):
    """A market and a matching, as the kernel takes them."""

    starts: Int32
    listed: Int32
    program_starts: Int32
    ranked: Int32
    quotas: Int32
    couple_of: Int32
    programs: Int32


def _blocking_singles(market: Market, programs: Int32) -> Iterator[BlockingPair]:
    submitted = _Submitted(
        market.applicants.starts,
        market.applicants.items,
        market.programs.starts,
        market.programs.items,
        market.quotas,
        market.couple_of,
        frozen(programs, "assignment"),
    )
    found = np.zeros((16, 5), dtype=np.int32)
    count = _find_blocking(submitted, found)
    if count > len(found):
        found = np.zeros((count, 5), dtype=np.int32)
        _find_blocking(submitted, found)
    for applicant, program, rank, current, displaced in found[:count].tolist():
        yield BlockingPair(
            (applicant,), (program,), rank, current, ((displaced,) if displaced >= 0 else (),)
        )


@compiled
def _rank_if_preferred(market: _Submitted, applicant: int, program: int) -> tuple[int, int]:
    """Return the rank of a program above the one that an applicant has, and the latter's rank.

    Each is 0 if there is none.
    """
    rank = 0
    for edge in range(market.starts[applicant], market.starts[applicant + 1]):
        if market.listed[edge] == market.programs[applicant]:
            return rank, edge - market.starts[applicant] + 1
        if market.listed[edge] == program:
            rank = edge - market.starts[applicant] + 1
    return rank, 0


@compiled
def _find_blocking(market: _Submitted, found: Int32) -> int:
    """Write down single applicants and programs that block, and return how many they are.

    A row is the applicant, the program, its rank in the applicant's list, the rank that the
    applicant has (0 for none), and the applicant who would have to go (-1 for nobody).
    """
    count = 0
    for program in range(len(market.quotas)):
        begin, end = market.program_starts[program], market.program_starts[program + 1]
        seated, worst = 0, begin - 1
        for position in range(begin, end):
            if market.programs[market.ranked[position]] == program:
                seated += 1
                worst = position
        is_full = seated >= market.quotas[program]
        for position in range(begin, worst if is_full else end):
            applicant = market.ranked[position]
            if market.programs[applicant] == program or market.couple_of[applicant] >= 0:
                continue
            rank, current = _rank_if_preferred(market, applicant, program)
            if rank > 0:
                if count < len(found):
                    found[count, 0], found[count, 1] = applicant, program
                    found[count, 2], found[count, 3] = rank, current
                    found[count, 4] = market.ranked[worst] if is_full else -1
                count += 1
    return count


class _Seating:
    """Who sits where, by program, and where programs rank the members of couples."""

    def __init__(self, market: Market, programs: Int32) -> None:
        lists = market.programs
        owners = np.repeat(np.arange(len(lists)), np.diff(lists.starts))
        entries = np.flatnonzero(programs[lists.items] == owners)
        bounds = np.searchsorted(entries, lists.starts)
        self._bounds: list[int] = bounds.tolist()
        self._places: list[int] = entries.tolist()
        self._people: list[int] = lists.items[entries].tolist()
        self._quotas: list[int] = market.quotas.tolist()
        ranked = np.flatnonzero(market.couple_of[lists.items] >= 0)
        keys = zip(owners[ranked].tolist(), lists.items[ranked].tolist(), strict=True)
        self._place_of = dict(zip(keys, ranked.tolist(), strict=True))

    def displaced_by(
        self, program: int, incoming: tuple[int, ...], apart: tuple[int, ...]
    ) -> tuple[int, ...] | None:
        """Return whom a program gives up to have all the incoming; None if it would not.

        The program chooses its best from those it has, less those set ``apart``, and the incoming.
        """
        places = [self._place_of.get((program, applicant)) for applicant in incoming]
        known = [place for place in places if place is not None]
        if len(known) < len(incoming):
            return None
        begin, end = self._bounds[program], self._bounds[program + 1]
        has = [
            (place, applicant)
            for place, applicant in zip(
                self._places[begin:end], self._people[begin:end], strict=True
            )
            if applicant not in apart
        ]
        left = self._quotas[program] - len(incoming)
        if left < sum(place < max(known) for place, _ in has):
            return None
        return tuple(applicant for _, applicant in has[left:])


def _blocking_couples(
    market: Market, programs: Int32, own_seats: OwnSeats
) -> Iterator[BlockingPair]:
    seating = _Seating(market, programs)
    for couple, (one, two) in enumerate(market.couples.members.tolist()):
        has = [int(programs[one]), int(programs[two])]
        pairs = market.couples.of(couple).tolist()
        current = pairs.index(has) + 1 if has in pairs else 0
        for rank, pair in enumerate(pairs[: current - 1] if current else pairs, start=1):
            displaced = _displaced(seating, (one, two), pair, own_seats)
            if displaced is not None:
                yield BlockingPair((one, two), tuple(pair), rank, current, displaced)


def _displaced(
    seating: _Seating, members: tuple[int, int], pair: list[int], own_seats: OwnSeats
) -> tuple[tuple[int, ...], ...] | None:
    """Return whom each program would give up to have the couple; None if one would not have it."""
    if pair[0] == pair[1]:
        displaced = seating.displaced_by(pair[0], members, apart=members)
        return None if displaced is None else (displaced, ())
    result: list[tuple[int, ...]] = []
    for member, program in zip(members, pair, strict=True):
        apart = members if own_seats == OwnSeats.FREE else (member,)
        displaced = () if program == NO_MATCH else seating.displaced_by(program, (member,), apart)
        if displaced is None:
            return None
        result.append(displaced)
    return tuple(result)
