"""Runs of the match over simulated applicants, and their scenarios."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.scalars import JSON

from graph.planner.declare import (
    argument,
    column,
    declared,
    embedded,
    part,
    table_type,
    to_many,
    to_one,
)
from graph.planner.sources import Computed, GlobalId, Through
from graph.types.data_version import DataVersion
from graph.types.enums import JobStatus, SimulationKind
from graph.types.estimate import Difference, Estimate, difference, estimate
from graph.types.explanation import Explanation
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.job import Job
from graph.types.paging import Connection, Node, connection
from graph.types.parameters import SimulationParameters

if TYPE_CHECKING:
    from graph.types.applicant_outcomes import ApplicantOutcomeConnection, CategoryOutcomeConnection
    from graph.types.iteration_outcomes import (
        CarriedSeatsConnection,
        IterationOutcomeConnection,
    )
    from graph.types.seat_outcomes import (
        DisciplineOutcomeConnection,
        ProgramOutcomeConnection,
        ProvinceOutcomeConnection,
    )

SCENARIO = "simulation.scenario"
_SEATS = "graph.types.seat_outcomes"
_APPLICANTS = "graph.types.applicant_outcomes"
_ITERATIONS = "graph.types.iteration_outcomes"
EXPLANATION_WEIGHT = 20_000
"""A run is repeated and traced: as much as a page of 100 programs in full detail."""


@strawberry.type(
    description="What the auditor, which shares no code with the solver, found in matches of"
    " simulated applicants."
)
class Certificate:
    """What the auditor found."""

    audited: int = part("Matchings that were looked at.")
    is_stable: bool = part("Whether nobody blocks any of them.")
    blocking_pairs: int = part("Pairs that block one of them.")
    own_seats: str = part(
        "Whether seats that a couple would give up count as TAKEN or FREE when it asks for better"
        " ones."
    )
    market_digest: str | None = part("Digest of the market of the first replicate.")
    matching_digest: str | None = part("Digest of the matching of the first replicate.")
    auditor_version: str = part("Version of the auditor.")


@strawberry.type(
    description="How much the side that proposes matters: who would have another outcome if"
    " programs proposed instead of applicants, on average over the audited matchings of simulated"
    " applicants."
)
class Core:
    """The size of the core."""

    applicants_with_other_outcome: float | None = part(
        "Applicants who would have another program; null where it is not defined."
    )
    programs_with_other_outcome: float | None = part(
        "Programs that would have other applicants; null where it is not defined."
    )
    not_defined_because: str | None = part(
        "Why it is not defined, as with couples; null where it is."
    )


@strawberry.type(
    description="Where a simulation can be had as a file, which says that applicants are simulated."
)
class SimulationExports:
    """Where a simulation can be had as a file."""

    csv: str = part("Path of a ZIP of CSV files, one for each table.")
    json: str = part("Path of everything as one JSON document.")
    html: str = part("Path of a report on one page with plots, which needs no network.")


@table_type(SCENARIO, natural_key=["simulation_id", "ordinal"])
class Scenario:
    """A scenario of a simulation."""

    ordinal: int = column()
    name: str = column()
    changes: JSON = column(is_filterable=False, is_sortable=False, weight=10)
    applicants: int = column()
    programs: int = column()
    seats: int = column()
    matched: Estimate | None = estimate(SCENARIO, "matched")
    matched_change: Difference | None = difference(SCENARIO, "matched")
    unmatched: Estimate | None = estimate(SCENARIO, "unmatched")
    unmatched_change: Difference | None = difference(SCENARIO, "unmatched")
    match_rate: Estimate | None = estimate(SCENARIO, "match_rate")
    match_rate_change: Difference | None = difference(SCENARIO, "match_rate")
    first_choice_rate: Estimate | None = estimate(SCENARIO, "first_choice_rate")
    first_choice_rate_change: Difference | None = difference(SCENARIO, "first_choice_rate")
    top_three_rate: Estimate | None = estimate(SCENARIO, "top_three_rate")
    top_three_rate_change: Difference | None = difference(SCENARIO, "top_three_rate")
    mean_rank: Estimate | None = estimate(SCENARIO, "mean_rank")
    mean_rank_change: Difference | None = difference(SCENARIO, "mean_rank")
    filled: Estimate | None = estimate(SCENARIO, "filled")
    filled_change: Difference | None = difference(SCENARIO, "filled")
    unfilled: Estimate | None = estimate(SCENARIO, "unfilled")
    unfilled_change: Difference | None = difference(SCENARIO, "unfilled")
    fill_rate: Estimate | None = estimate(SCENARIO, "fill_rate")
    fill_rate_change: Difference | None = difference(SCENARIO, "fill_rate")
    variance_ratio: float | None = column(
        "matched_change_variance_ratio",
        description="The variance ratio of `matchedChange`, which has it as well.",
    )
    certificate: Certificate = embedded(
        SCENARIO,
        "Whether the matchings are stable.",
        audited="audited",
        is_stable="is_stable",
        blocking_pairs="blocking_pairs",
        own_seats="own_seats",
        market_digest="market_digest",
        matching_digest="matching_digest",
        auditor_version="auditor_version",
    )
    core: Core = embedded(
        SCENARIO,
        "How many would have another outcome if programs proposed.",
        applicants_with_other_outcome="core_applicants",
        programs_with_other_outcome="core_programs",
        not_defined_because="core_undefined",
    )
    verdicts: JSON = column(is_filterable=False, is_sortable=False, weight=2)
    blocking: list[str] = column(is_filterable=False, is_sortable=False, weight=5)
    program_outcomes: Annotated[ProgramOutcomeConnection, strawberry.lazy(_SEATS)] = connection(
        "ProgramOutcome", _SEATS, "What it gives for each program stream.",
        through=Through("scenario_id"), is_timeless=True,
    )  # fmt: skip
    discipline_outcomes: Annotated[DisciplineOutcomeConnection, strawberry.lazy(_SEATS)] = (
        connection(
            "DisciplineOutcome", _SEATS, "What it gives for the programs of each discipline.",
            through=Through("scenario_id"), is_timeless=True,
        )
    )  # fmt: skip
    province_outcomes: Annotated[ProvinceOutcomeConnection, strawberry.lazy(_SEATS)] = connection(
        "ProvinceOutcome", _SEATS, "What it gives for the programs of each province.",
        through=Through("scenario_id"), is_timeless=True,
    )  # fmt: skip
    category_outcomes: Annotated[CategoryOutcomeConnection, strawberry.lazy(_APPLICANTS)] = (
        connection(
            "CategoryOutcome", _APPLICANTS, "What it gives for each category of applicants.",
            through=Through("scenario_id"), is_timeless=True,
        )
    )  # fmt: skip
    iteration_outcomes: Annotated[IterationOutcomeConnection, strawberry.lazy(_ITERATIONS)] = (
        connection(
            "IterationOutcome", _ITERATIONS,
            "What each of two iterations gives, for all applicants and for each category; empty"
            " where there is one iteration. All else is of the first one, unless it says so.",
            through=Through("scenario_id"), is_timeless=True,
        )
    )  # fmt: skip
    carried_seats: Annotated[CarriedSeatsConnection, strawberry.lazy(_ITERATIONS)] = connection(
        "CarriedSeats", _ITERATIONS,
        "Programs whose seats carry over into the second iteration; empty where there is none.",
        through=Through("scenario_id"), is_timeless=True,
    )  # fmt: skip
    applicant_outcomes: Annotated[ApplicantOutcomeConnection, strawberry.lazy(_APPLICANTS)] = (
        connection(
            "ApplicantOutcome", _APPLICANTS,
            "What became of each simulated applicant in the first replicate; empty where matches"
            " are not kept.",
            through=Through("scenario_id"), is_timeless=True,
        )
    )  # fmt: skip


ScenarioFilter = filter_input(Scenario)
ScenarioListFilter = list_filter(Scenario)
ScenarioOrder = order_input(Scenario)


@table_type("simulation.simulation", natural_key=["simulation_id"])
class Simulation(Node):
    """A run of the match over simulated applicants."""

    id: strawberry.ID = declared(GlobalId(), "Global id.")
    number: int = column("simulation_id")
    kind: SimulationKind = column()
    name: str | None = column()
    status: JobStatus = column()
    is_simulated: bool = column()
    reproduce: str = column(is_filterable=False, is_sortable=False, weight=120)
    parameters: JSON = column(is_filterable=False, is_sortable=False, weight=100)
    typed_parameters: SimulationParameters | None = declared(
        Computed("typed_parameters", ("parameters",)),
        "What applicants are drawn with, as `parameters` has it, with a type for each part.",
        weight=10,
    )
    seed: int = column()
    replicates: int = column()
    replicates_done: int | None = column()
    precision: float | None = column()
    iteration: int = column("match_iteration_id")
    engine_version: str = column()
    error: str | None = column()
    created_at: dt.datetime = column()
    finished_at: dt.datetime | None = column()
    data_version: DataVersion = to_one(
        ("data_version_number", "number"),
        description="Data version whose programs and quotas were read.",
        is_sortable=False,
    )
    job: Job | None = to_one(
        ("job_id", "job_id"),
        description="The job that runs it; null where it was done when the answer came.",
        is_sortable=False,
    )
    scenarios: list[Scenario] = to_many(
        Scenario,
        ("simulation_id", "simulation_id"),
        order=["ordinal"],
        description="Its scenarios with what they give, the one that others are compared with"
        " first; empty until it has succeeded.",
        size=2,
    )
    exports: SimulationExports = declared(
        Computed("exports", ("simulation_id",)), "Where it can be had as a file."
    )
    explanation: Explanation | None = declared(
        Computed("explanation", ("simulation_id",)),
        "Why an applicant, or a program, got what it got in the first iteration of the first"
        " replicate: the chain of"
        " proposals, displacements and withdrawals, couples' as well, in words and as data. The run"
        " is repeated for it.",
        [
            argument("applicant", str | None, "Identifier of a simulated applicant."),
            argument("program", str | None, "A program by its key, such as 1503-27447."),
            argument("scenario", int, "Number of the scenario, from 0.", default=0),
        ],
        weight=EXPLANATION_WEIGHT,
    )


SimulationFilter = filter_input(Simulation)
SimulationListFilter = list_filter(Simulation)
SimulationOrder = order_input(Simulation)


@strawberry.type(description="A page of simulations.")
class SimulationConnection(Connection[Simulation]):
    """A page of simulations."""
