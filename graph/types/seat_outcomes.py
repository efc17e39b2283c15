"""What scenarios give for seats: of programs, disciplines and provinces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from graph.planner.declare import column, table_type, to_one
from graph.types.discipline import Discipline
from graph.types.enums import Province
from graph.types.estimate import Difference, Estimate, difference, estimate
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.paging import Connection
from graph.types.program import Program
from graph.types.university import University

if TYPE_CHECKING:
    from graph.types.simulation import Scenario

ItsScenario = Annotated["Scenario", strawberry.lazy("graph.types.simulation")]
PROGRAM = "simulation.program_outcome"
DISCIPLINE = "simulation.discipline_outcome"
PROVINCE = "simulation.province_outcome"


def its_scenario() -> Any:
    """Declare the scenario that an outcome belongs to."""
    return to_one(("scenario_id", "scenario_id"), description="The scenario.", is_sortable=False)


@table_type(PROGRAM, natural_key=["scenario_id", "ordinal"])
class ProgramOutcome:
    """What a scenario gives for a program stream with simulated applicants."""

    key: str = column()
    name: str = column()
    province: Province | None = column()
    quota: int = column()
    is_quota_modelled: bool = column()
    is_hypothetical: bool = column()
    like_program: str | None = column()
    filled: Estimate | None = estimate(PROGRAM, "filled")
    filled_change: Difference | None = difference(PROGRAM, "filled")
    unfilled: Estimate | None = estimate(PROGRAM, "unfilled")
    unfilled_change: Difference | None = difference(PROGRAM, "unfilled")
    fill_rate: Estimate | None = estimate(PROGRAM, "fill_rate")
    fill_rate_change: Difference | None = difference(PROGRAM, "fill_rate")
    seat_value: Estimate | None = estimate(
        PROGRAM,
        "seat_value",
        "Applicants more with a match if this program alone had one more seat; null where it was"
        " not asked for.",
    )
    seat_better_off: Estimate | None = estimate(
        PROGRAM, "seat_better_off", "Applicants who would be better off then; null likewise."
    )
    seat_ranks_gained: Estimate | None = estimate(
        PROGRAM,
        "seat_ranks_gained",
        "Ranks that applicants with a match would gain then together; null likewise.",
    )
    scenario: ItsScenario = its_scenario()
    program: Program | None = to_one(
        ("program_key", "program_key"),
        description="The program, in the version that was read; null for one that a scenario"
        " opens.",
        is_sortable=False,
    )
    discipline: Discipline | None = to_one(
        ("discipline_key", "discipline_key"),
        description="Its discipline; that of the program which it is like, if a scenario opens it.",
    )
    university: University | None = to_one(
        ("university_key", "university_key"),
        description="Its university; that of the program which it is like, if a scenario opens it.",
    )


ProgramOutcomeFilter = filter_input(ProgramOutcome)
ProgramOutcomeListFilter = list_filter(ProgramOutcome)
ProgramOutcomeOrder = order_input(ProgramOutcome)


@table_type(DISCIPLINE, natural_key=["scenario_id", "ordinal"])
class DisciplineOutcome:
    """What a scenario gives for the programs of a discipline with simulated applicants."""

    name: str = column()
    programs: int = column()
    quota: int = column()
    filled: Estimate | None = estimate(DISCIPLINE, "filled")
    filled_change: Difference | None = difference(DISCIPLINE, "filled")
    unfilled: Estimate | None = estimate(DISCIPLINE, "unfilled")
    unfilled_change: Difference | None = difference(DISCIPLINE, "unfilled")
    fill_rate: Estimate | None = estimate(DISCIPLINE, "fill_rate")
    fill_rate_change: Difference | None = difference(DISCIPLINE, "fill_rate")
    scenario: ItsScenario = its_scenario()
    discipline: Discipline | None = to_one(
        ("discipline_key", "discipline_key"),
        description="The discipline; null for one that no published program has.",
        is_sortable=False,
    )


DisciplineOutcomeFilter = filter_input(DisciplineOutcome)
DisciplineOutcomeListFilter = list_filter(DisciplineOutcome)
DisciplineOutcomeOrder = order_input(DisciplineOutcome)


@table_type(PROVINCE, natural_key=["scenario_id", "ordinal"])
class ProvinceOutcome:
    """What a scenario gives for the programs of a province with simulated applicants."""

    province: Province | None = column()
    programs: int = column()
    quota: int = column()
    filled: Estimate | None = estimate(PROVINCE, "filled")
    filled_change: Difference | None = difference(PROVINCE, "filled")
    unfilled: Estimate | None = estimate(PROVINCE, "unfilled")
    unfilled_change: Difference | None = difference(PROVINCE, "unfilled")
    fill_rate: Estimate | None = estimate(PROVINCE, "fill_rate")
    fill_rate_change: Difference | None = difference(PROVINCE, "fill_rate")
    scenario: ItsScenario = its_scenario()


ProvinceOutcomeFilter = filter_input(ProvinceOutcome)
ProvinceOutcomeListFilter = list_filter(ProvinceOutcome)
ProvinceOutcomeOrder = order_input(ProvinceOutcome)


@strawberry.type(description="A page of what scenarios give for programs.")
class ProgramOutcomeConnection(Connection[ProgramOutcome]):
    """A page of what scenarios give for programs."""


@strawberry.type(description="A page of what scenarios give for disciplines.")
class DisciplineOutcomeConnection(Connection[DisciplineOutcome]):
    """A page of what scenarios give for disciplines."""


@strawberry.type(description="A page of what scenarios give for provinces.")
class ProvinceOutcomeConnection(Connection[ProvinceOutcome]):
    """A page of what scenarios give for provinces."""
