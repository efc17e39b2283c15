"""Results of a match: who is where, on which rank, how it was found, and what certifies it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from simulation.market import NO_MATCH, Int32, Market, frozen

ENGINE_VERSION: Final = "1.0"
"""Changes whenever the same inputs and seed could give another result."""


class OwnSeats(StrEnum):
    """How a couple's own seats count when it asks whether a better pair would take it.

    `TAKEN` is the usual definition of a blocking couple (Roth 1984; Klaus and Klijn 2005; Kojima,
    Pathak and Roth 2013): a program takes a member if it prefers them to somebody it has, or has a
    seat free, while both partners still sit where they are. `FREE` asks more of a stable matching:
    the seats that the couple would give up count as free already. A matching that is stable with
    `FREE` is stable with `TAKEN`, not the other way round.
    """

    TAKEN = "TAKEN"
    FREE = "FREE"


class Verdict(StrEnum):
    """What is known about the matching of a run.

    `PROCESSED`: stable, found by deferred acceptance and the processing of couples.
    `SEARCHED`: stable, found by exact search after the processing of couples went in circles.
    `NONE_EXISTS`: no stable matching exists, proven; the matching is one with few blocking pairs.
    `UNDECIDED`: the search ended at its limit; the matching is the best one seen.
    """

    PROCESSED = "PROCESSED"
    SEARCHED = "SEARCHED"
    NONE_EXISTS = "NONE_EXISTS"
    UNDECIDED = "UNDECIDED"


class Proposing(StrEnum):
    """Which side proposes."""

    APPLICANTS = "APPLICANTS"
    PROGRAMS = "PROGRAMS"


@dataclass(frozen=True, slots=True)
class Method:
    """How a matching was found; with the market, all that is needed to find it again.

    Attributes:
        proposing: The side that proposed.
        own_seats: How couples' own seats count.
        verdict: What is known about the matching.
        is_fewest: Whether no matching has fewer blocking pairs, proven.
        seed: What the orders of couples are drawn from.
        orders: How many orders of couples were tried.
        steps: How often somebody asked while couples were processed, in the last order.
        engine_version: The version of this engine.
    """

    proposing: Proposing
    own_seats: OwnSeats
    verdict: Verdict
    is_fewest: bool
    seed: int
    orders: int
    steps: int
    engine_version: str = ENGINE_VERSION


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A matching of a market.

    Attributes:
        market: The market.
        assignment: The program of each applicant, `NO_MATCH` for none.
        method: How it was found.
    """

    market: Market
    assignment: Int32
    method: Method

    def __post_init__(self) -> None:
        object.__setattr__(self, "assignment", frozen(self.assignment, "assignment"))

    def ranks(self) -> Int32:
        """Return the rank that each applicant obtained, 1 for the first choice, 0 for no match.

        Ranks are those of the submitted list; members of a couple have the rank of their pair.
        """
        ranks = _ranks_of_singles(self.market, self.assignment)
        couples = self.market.couples
        for couple, (one, two) in enumerate(couples.members):
            got = (couples.of(couple) == self.assignment[[one, two]]).all(axis=1)
            ranks[[one, two]] = np.argmax(got) + 1 if got.any() else 0
        return ranks

    def fill(self) -> Int32:
        """Return how many seats of each program are filled."""
        placed = self.assignment[self.assignment != NO_MATCH]
        return np.bincount(placed, minlength=len(self.market.quotas)).astype(np.int32)

    def unfilled(self) -> Int32:
        """Return how many seats of each program are empty."""
        return self.market.quotas - self.fill()

    def proposals(self) -> int:
        """Return how many entries of their lists the applicants went through.

        An applicant who got the third choice went through three entries, one who got none through
        the whole list. Restarts of couples' processing are counted in `Method.steps`.
        """
        ranks = self.ranks()
        lengths = np.diff(self.market.applicants.starts)
        couples = self.market.couples
        for members, length in zip(couples.members, np.diff(couples.starts), strict=True):
            lengths[members[0]] = length
            ranks[members[1]] = 0
        return int(np.where(ranks > 0, ranks, lengths).sum())

    def rank_counts(self) -> dict[int, int]:
        """Return how many applicants obtained each rank; 0 stands for no match."""
        return dict(sorted(Counter(self.ranks().tolist()).items()))

    def matches(self) -> dict[str, str | None]:
        """Return the program of each applicant by their names; None for no match."""
        return {
            self.market.applicant_id(applicant): (
                None if program == NO_MATCH else self.market.program_id(program)
            )
            for applicant, program in enumerate(self.assignment.tolist())
        }


def _ranks_of_singles(market: Market, assignment: Int32) -> Int32:
    starts, programs = market.applicants.starts, market.applicants.items
    lengths = np.diff(starts)
    owners = np.repeat(np.arange(len(lengths)), lengths)
    hits = np.flatnonzero(programs == assignment[owners])
    ranks = np.zeros(len(lengths), dtype=np.int32)
    ranks[owners[hits]] = hits - starts[owners[hits]] + 1
    return ranks
