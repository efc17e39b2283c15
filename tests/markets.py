"""Markets for the tests of the match: plain lists, drawn at random, and solved by brute force.

Nothing here knows the engine's algorithms; the definitions are written out as in the textbooks.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import TypeVar

from simulation.building import build_market
from simulation.market import NO_MATCH, CoupleLists, Market, RankLists

Assignment = tuple[int, ...]
Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Plain:
    """A market as plain lists; the members of couples are the last applicants, in order."""

    applicants: list[list[int]]
    programs: list[list[int]]
    quotas: list[int]
    couples: list[list[tuple[int, int]]] = field(default_factory=list)

    @property
    def singles(self) -> int:
        return len(self.applicants) - 2 * len(self.couples)

    def members(self, couple: int) -> tuple[int, int]:
        return self.singles + 2 * couple, self.singles + 2 * couple + 1

    def build(self) -> Market:
        members = [self.members(couple) for couple in range(len(self.couples))]
        return build_market(
            RankLists.from_rows(self.applicants),
            RankLists.from_rows(self.programs),
            self.quotas,
            CoupleLists.from_rows(members, self.couples),
        )

    def with_list(self, applicant: int, row: list[int]) -> Plain:
        rows = [row if who == applicant else old for who, old in enumerate(self.applicants)]
        return replace(self, applicants=rows)


def random_market(random: Random, applicants: int = 14, programs: int = 7) -> Plain:
    """Draw a market of singles: incomplete lists, one-sided entries, seats from none to three."""
    people, streams = random.randint(1, applicants), random.randint(1, programs)
    return Plain(
        [random.sample(range(streams), random.randint(0, streams)) for _ in range(people)],
        [random.sample(range(people), random.randint(0, people)) for _ in range(streams)],
        [random.randint(0, 3) for _ in range(streams)],
    )


def random_couples_market(random: Random, seats: int = 1) -> Plain:
    """Draw a small market with couples; with few seats, some have no stable matching."""
    singles, couples, streams = random.randint(0, 3), random.randint(1, 3), random.randint(2, 4)
    people = singles + 2 * couples
    pairs = [
        pair
        for pair in itertools.product(range(NO_MATCH, streams), repeat=2)
        if pair != (NO_MATCH, NO_MATCH)
    ]
    rows = [random.sample(range(streams), random.randint(0, streams)) for _ in range(singles)]
    return Plain(
        rows + [[] for _ in range(2 * couples)],
        [random.sample(range(people), random.randint(people // 2, people)) for _ in range(streams)],
        [random.randint(0 if random.random() < 0.1 else 1, seats) for _ in range(streams)],
        [random.sample(pairs, random.randint(1, min(len(pairs), 6))) for _ in range(couples)],
    )


def matchings(market: Plain) -> Iterator[Assignment]:
    """Yield every matching that both sides list and that fits the quotas."""
    options: list[list[Assignment]] = [
        [(program,) for program in row if applicant in market.programs[program]] + [(NO_MATCH,)]
        for applicant, row in enumerate(market.applicants[: market.singles])
    ]
    for couple, row in enumerate(market.couples):
        members = market.members(couple)
        options.append([pair for pair in row if _is_ranked(market, members, pair)])
        options[-1].append((NO_MATCH, NO_MATCH))
    for choice in itertools.product(*options):
        assignment = tuple(itertools.chain.from_iterable(choice))
        fill = [assignment.count(program) for program in range(len(market.quotas))]
        if all(count <= seats for count, seats in zip(fill, market.quotas, strict=True)):
            yield assignment


def blocking(
    market: Plain, assignment: Assignment, *, own_seats_free: bool = False
) -> list[tuple[Assignment, Assignment]]:
    """Return who blocks a matching, and with which programs."""
    found: list[tuple[Assignment, Assignment]] = []
    for applicant, row in enumerate(market.applicants[: market.singles]):
        found += [
            ((applicant,), (program,))
            for program in _better(row, assignment[applicant])
            if applicant in market.programs[program]
            and _chosen(market, assignment, program, {applicant}, set())
        ]
    for couple, row in enumerate(market.couples):
        members = market.members(couple)
        has = (assignment[members[0]], assignment[members[1]])
        found += [
            (members, pair)
            for pair in _better(row, has)
            if _is_ranked(market, members, pair)
            and _takes(market, assignment, members, pair, own_seats_free)
        ]
    return found


def stable_matchings(market: Plain, *, own_seats_free: bool = False) -> list[Assignment]:
    """Return all stable matchings."""
    return [
        assignment
        for assignment in matchings(market)
        if not blocking(market, assignment, own_seats_free=own_seats_free)
    ]


def rank(market: Plain, applicant: int, program: int) -> int:
    """Return where a single applicant ranks a program; none at all comes after the last."""
    row = market.applicants[applicant]
    return len(row) if program == NO_MATCH else row.index(program)


def _better(row: list[Choice], has: Choice) -> list[Choice]:
    return row[: row.index(has)] if has in row else row


def _is_ranked(market: Plain, members: tuple[int, int], pair: tuple[int, int]) -> bool:
    return all(
        program == NO_MATCH or member in market.programs[program]
        for member, program in zip(members, pair, strict=True)
    )


def _takes(
    market: Plain,
    assignment: Assignment,
    members: tuple[int, int],
    pair: tuple[int, int],
    own_seats_free: bool,
) -> bool:
    if pair[0] == pair[1]:
        return _chosen(market, assignment, pair[0], set(members), set())
    leaving = set(members) if own_seats_free else set()
    return all(
        program == NO_MATCH or _chosen(market, assignment, program, {member}, leaving - {member})
        for member, program in zip(members, pair, strict=True)
    )


def _chosen(
    market: Plain, assignment: Assignment, program: int, incoming: set[int], leaving: set[int]
) -> bool:
    """Whether a program's best choice from those it has and the incoming has all the incoming."""
    has = {applicant for applicant, where in enumerate(assignment) if where == program}
    pool = sorted((has - leaving) | incoming, key=market.programs[program].index)
    return incoming <= set(pool[: market.quotas[program]])
