"""What scenarios give for simulated applicants: by category, and one by one."""

from __future__ import annotations

import strawberry

from graph.planner.declare import column, table_type, to_many, to_one
from graph.types.enums import ApplicantCategory
from graph.types.estimate import Difference, Estimate, difference, estimate
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.paging import Connection
from graph.types.seat_outcomes import ItsScenario, ProgramOutcome, its_scenario

CATEGORY = "simulation.category_outcome"
RANK = "simulation.rank_outcome"


@table_type(RANK, natural_key=["category_outcome_id", "rank"])
class RankOutcome:
    """How many simulated applicants of a category obtain a rank of their list."""

    rank: int = column()
    is_open_ended: bool = column()
    share: Estimate | None = estimate(RANK, "share", "Share of the applicants of the category.")
    share_change: Difference | None = difference(RANK, "share", "Share")


RankOutcomeFilter = filter_input(RankOutcome)
RankOutcomeListFilter = list_filter(RankOutcome)
RankOutcomeOrder = order_input(RankOutcome)


@table_type(CATEGORY, natural_key=["scenario_id", "category"])
class CategoryOutcome:
    """What a scenario gives for the simulated applicants of a category."""

    category: ApplicantCategory = column()
    applicants: int = column()
    matched: Estimate | None = estimate(CATEGORY, "matched")
    matched_change: Difference | None = difference(CATEGORY, "matched")
    unmatched: Estimate | None = estimate(CATEGORY, "unmatched")
    unmatched_change: Difference | None = difference(CATEGORY, "unmatched")
    match_rate: Estimate | None = estimate(CATEGORY, "match_rate")
    match_rate_change: Difference | None = difference(CATEGORY, "match_rate")
    first_choice_rate: Estimate | None = estimate(CATEGORY, "first_choice_rate")
    first_choice_rate_change: Difference | None = difference(CATEGORY, "first_choice_rate")
    top_three_rate: Estimate | None = estimate(CATEGORY, "top_three_rate")
    top_three_rate_change: Difference | None = difference(CATEGORY, "top_three_rate")
    mean_rank: Estimate | None = estimate(CATEGORY, "mean_rank")
    mean_rank_change: Difference | None = difference(CATEGORY, "mean_rank")
    ranks: list[RankOutcome] = to_many(
        RankOutcome,
        ("category_outcome_id", "category_outcome_id"),
        order=["rank"],
        description="Shares of the ranks that are obtained; rank 0 stands for no match.",
    )
    scenario: ItsScenario = its_scenario()


CategoryOutcomeFilter = filter_input(CategoryOutcome)
CategoryOutcomeListFilter = list_filter(CategoryOutcome)
CategoryOutcomeOrder = order_input(CategoryOutcome)


@table_type(
    "simulation.application", natural_key=["scenario_id", "applicant_ordinal", "iteration", "rank"]
)
class SimulatedApplication:
    """An entry of a simulated applicant's rank order list."""

    iteration: int = column()
    rank: int = column()
    program_rank: int | None = column()
    is_match: bool = column()
    program: ProgramOutcome = to_one(
        ("scenario_id", "scenario_id"),
        ("program_ordinal", "ordinal"),
        description="The program, with what the scenario gives for it.",
        is_sortable=False,
    )


SimulatedApplicationFilter = filter_input(SimulatedApplication)
SimulatedApplicationListFilter = list_filter(SimulatedApplication)
SimulatedApplicationOrder = order_input(SimulatedApplication)


@table_type("simulation.match_outcome", natural_key=["scenario_id", "ordinal"])
class ApplicantOutcome:
    """What became of a simulated applicant."""

    applicant: str = column()
    category: ApplicantCategory = column()
    list_length: int = column()
    rank: int | None = column()
    iteration: int | None = column()
    program: ProgramOutcome | None = to_one(
        ("scenario_id", "scenario_id"),
        ("program_ordinal", "ordinal"),
        description="The program of the match; null for no match.",
        is_sortable=False,
    )
    applications: list[SimulatedApplication] = to_many(
        SimulatedApplication,
        ("scenario_id", "scenario_id"),
        ("ordinal", "applicant_ordinal"),
        order=["iteration", "rank"],
        description="The applicant's rank order list, the first choice first; then that of the"
        " second iteration, where there is one.",
    )
    scenario: ItsScenario = its_scenario()


ApplicantOutcomeFilter = filter_input(ApplicantOutcome)
ApplicantOutcomeListFilter = list_filter(ApplicantOutcome)
ApplicantOutcomeOrder = order_input(ApplicantOutcome)


@strawberry.type(description="A page of what scenarios give for categories of applicants.")
class CategoryOutcomeConnection(Connection[CategoryOutcome]):
    """A page of what scenarios give for categories of applicants."""


@strawberry.type(description="A page of what became of simulated applicants.")
class ApplicantOutcomeConnection(Connection[ApplicantOutcome]):
    """A page of what became of simulated applicants."""
