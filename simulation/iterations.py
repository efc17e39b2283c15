"""From the first to the second iteration: unfilled seats and unmatched applicants carry over.

Seats that the first iteration leaves unfilled come into the second one, in the same program or in
the one that is to offer them there, such as a stream that is open to graduates of all schools.
Applicants who were matched are bound and cannot apply again; those who were not can, and so can
newcomers who may apply in the second iteration only. Applications and rankings do not carry over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from simulation.errors import InvalidEditError, UnknownIdError
from simulation.intake import PairOfIds, market_from_lists
from simulation.market import NO_MATCH, Market
from simulation.outcome import Outcome


@dataclass(frozen=True, slots=True)
class CarryOver:
    """What an iteration leaves for the next one, by ids.

    Attributes:
        quotas: Unfilled seats by the program that is to offer them; every program of the first
            iteration is in it, those without seats with zero.
        unmatched: Applicants without a match.
        matched: Applicants with one.
    """

    quotas: dict[str, int]
    unmatched: tuple[str, ...]
    matched: frozenset[str]


def carry_over(outcome: Outcome, destinations: Mapping[str, str] | None = None) -> CarryOver:
    """Return what an iteration leaves for the next one.

    Args:
        outcome: The matching of the iteration.
        destinations: The program that is to offer a program's seats, where it is another one.

    Raises:
        UnknownIdError: A destination is given for a program that is not in the market.
    """
    market = outcome.market
    destinations = {} if destinations is None else destinations
    programs = [market.program_id(program) for program in range(len(market.quotas))]
    for program in destinations:
        if program not in programs:
            raise UnknownIdError(
                f"There is no program {program!r}.", "Name programs of the market.", "destinations"
            )
    quotas: Counter[str] = Counter(dict.fromkeys(programs, 0))
    for program, seats in zip(programs, outcome.unfilled().tolist(), strict=True):
        quotas[destinations.get(program, program)] += seats
    names = [market.applicant_id(applicant) for applicant in range(len(outcome.assignment))]
    is_matched = (outcome.assignment != NO_MATCH).tolist()
    return CarryOver(
        dict(quotas),
        tuple(name for name, has in zip(names, is_matched, strict=True) if not has),
        frozenset(name for name, has in zip(names, is_matched, strict=True) if has),
    )


def next_iteration(
    carried: CarryOver,
    applicants: Mapping[str, Sequence[str]],
    programs: Mapping[str, Sequence[str]],
    *,
    newcomers: Collection[str] = (),
    more_seats: Mapping[str, int] | None = None,
    couples: Mapping[tuple[str, str], Sequence[PairOfIds]] | None = None,
) -> Market:
    """Return the market of the next iteration.

    Args:
        carried: What the iteration before leaves.
        applicants: New lists of the applicants. Those without one take no part.
        programs: New lists of the programs.
        newcomers: Applicants who were not in the iteration before.
        more_seats: Seats that come to the carried ones, or go where they are below zero.
        couples: Paired lists of couples.

    Raises:
        InvalidMarketError: The new lists contradict themselves.
        InvalidEditError: Somebody applies who was matched, or whom nobody announced.
    """
    members = [member for pair in couples or () for member in pair]
    for program, ranked in programs.items():
        for applicant in ranked:
            _refuse_matched(carried, applicant, f"program {program!r}, applicant {applicant!r}")
    for applicant in (*applicants, *members):
        _refuse_matched(carried, applicant, f"applicant {applicant!r}")
        if applicant not in carried.unmatched and applicant not in newcomers:
            raise InvalidEditError(
                "The applicant was not in the iteration before.",
                "Name them among the newcomers, if they may apply now.",
                f"applicant {applicant!r}",
            )
    quotas = Counter(carried.quotas)
    quotas.update(more_seats or {})
    return market_from_lists(applicants, programs, dict(quotas), couples)


def _refuse_matched(carried: CarryOver, applicant: str, place: str) -> None:
    if applicant in carried.matched:
        raise InvalidEditError(
            "The applicant was matched in the iteration before.",
            "A match is binding; leave them out.",
            place,
        )
