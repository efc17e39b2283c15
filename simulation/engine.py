"""The whole run of a match: solve, audit, certify."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.couples import match_couples
from simulation.errors import CouplesNotSupportedError
from simulation.market import Market
from simulation.matching import applicant_optimal, assignment_of, program_optimal
from simulation.outcome import Method, Outcome, OwnSeats, Proposing, Verdict
from simulation.patience import PATIENT, Patience
from simulation.stability import Certificate, audit


@dataclass(frozen=True, slots=True, eq=False)
class MatchRun:
    """A matching and the auditor's certificate.

    Attributes:
        outcome: The matching and how it was found.
        certificate: What the auditor says of it.
    """

    outcome: Outcome
    certificate: Certificate


def run_match(
    market: Market,
    *,
    seed: int = 0,
    own_seats: OwnSeats = OwnSeats.TAKEN,
    orders: int = 8,
    proposing: Proposing = Proposing.APPLICANTS,
    patience: Patience = PATIENT,
) -> MatchRun:
    """Match a market and audit the result.

    Args:
        market: The market.
        seed: What the orders of couples are drawn from; without couples it changes nothing.
        own_seats: How couples' own seats count.
        orders: How many orders of couples to try before the exact search.
        proposing: The side that proposes.
        patience: How long the exact search goes on.

    Raises:
        CouplesNotSupportedError: Programs shall propose in a market with couples.
        RunCancelledError: Somebody cancelled during the exact search.
    """
    outcome = solve(
        market,
        seed=seed,
        own_seats=own_seats,
        orders=orders,
        proposing=proposing,
        patience=patience,
    )
    return MatchRun(outcome, audit(market, outcome.assignment, own_seats))


def solve(
    market: Market,
    *,
    seed: int = 0,
    own_seats: OwnSeats = OwnSeats.TAKEN,
    orders: int = 8,
    proposing: Proposing = Proposing.APPLICANTS,
    patience: Patience = PATIENT,
) -> Outcome:
    """Match a market without an audit; see `run_match`."""
    if len(market.couples) == 0:
        optimal = applicant_optimal if proposing == Proposing.APPLICANTS else program_optimal
        state = optimal(market.lists, market.quotas)
        method = Method(proposing, own_seats, Verdict.PROCESSED, True, seed, orders=0, steps=0)
        return Outcome(market, assignment_of(market.lists, state), method)
    if proposing == Proposing.PROGRAMS:
        raise CouplesNotSupportedError(
            "Programs cannot propose to couples.",
            "Let applicants propose, or leave the couples out.",
        )
    assignment, method = match_couples(market, seed, own_seats, orders, patience)
    return Outcome(market, assignment, method)
