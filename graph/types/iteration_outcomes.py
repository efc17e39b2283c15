"""What two iterations of simulated matches give, and the seats that carry over between them."""

from __future__ import annotations

from typing import Any

import strawberry

from graph.planner.declare import column, table_type, to_one
from graph.types.enums import ApplicantCategory
from graph.types.estimate import Difference, Estimate, difference, estimate
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.paging import Connection
from graph.types.seat_outcomes import ItsScenario, ProgramOutcome, its_scenario
from warehouse.tables.measures import CARRIED, ITERATION_APPLICANTS, ITERATION_SEATS

ITERATION = "simulation.iteration_outcome"
SEATS = "simulation.carried_seats"
_WORDS = {name: words for name, (words, _) in {**ITERATION_APPLICANTS, **ITERATION_SEATS}.items()}
_OF_ALL = "; null in rows of a category"


def _estimate(measure: str) -> Any:
    more = _OF_ALL if measure in ITERATION_SEATS else ""
    return estimate(ITERATION, measure, f"{_WORDS[measure]}{more}.")


def _difference(measure: str) -> Any:
    return difference(ITERATION, measure, _WORDS[measure])


@table_type(ITERATION, natural_key=["scenario_id", "ordinal"])
class IterationOutcome:
    """What one of two iterations gives in a scenario with simulated applicants."""

    iteration: int = column()
    category: ApplicantCategory | None = column()
    audited: int | None = column()
    is_stable: bool | None = column()
    blocking_pairs: int | None = column()
    applicants: Estimate | None = _estimate("applicants")
    applicants_change: Difference | None = _difference("applicants")
    matched: Estimate | None = _estimate("matched")
    matched_change: Difference | None = _difference("matched")
    unmatched: Estimate | None = _estimate("unmatched")
    unmatched_change: Difference | None = _difference("unmatched")
    seats: Estimate | None = _estimate("seats")
    seats_change: Difference | None = _difference("seats")
    filled: Estimate | None = _estimate("filled")
    filled_change: Difference | None = _difference("filled")
    unfilled: Estimate | None = _estimate("unfilled")
    unfilled_change: Difference | None = _difference("unfilled")
    scenario: ItsScenario = its_scenario()


IterationOutcomeFilter = filter_input(IterationOutcome)
IterationOutcomeListFilter = list_filter(IterationOutcome)
IterationOutcomeOrder = order_input(IterationOutcome)


@table_type(SEATS, natural_key=["scenario_id", "ordinal"])
class CarriedSeats:
    """Seats of a program that simulated matches carry over into a second iteration."""

    seats: Estimate | None = estimate(SEATS, "seats", f"{CARRIED['seats'][0]}.")
    filled: Estimate | None = estimate(SEATS, "filled", f"{CARRIED['filled'][0]}.")
    program: ProgramOutcome = to_one(
        ("scenario_id", "scenario_id"),
        ("program_ordinal", "ordinal"),
        description="The program, with what the first iteration gives for it.",
        is_sortable=False,
    )
    scenario: ItsScenario = its_scenario()


CarriedSeatsFilter = filter_input(CarriedSeats)
CarriedSeatsListFilter = list_filter(CarriedSeats)
CarriedSeatsOrder = order_input(CarriedSeats)


@strawberry.type(description="A page of what iterations give.")
class IterationOutcomeConnection(Connection[IterationOutcome]):
    """A page of what iterations give."""


@strawberry.type(description="A page of seats of programs that carry over.")
class CarriedSeatsConnection(Connection[CarriedSeats]):
    """A page of seats of programs that carry over."""
