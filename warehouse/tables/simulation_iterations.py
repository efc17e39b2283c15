"""Schema ``simulation``: what came out of two iterations of simulated matches."""

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Index, Integer, SmallInteger
from sqlmodel import SQLModel

from warehouse.tables.base import table
from warehouse.tables.column import check, column, one_of, text
from warehouse.tables.measures import CARRIED, ITERATION_APPLICANTS, ITERATION_SEATS, estimates
from warehouse.tables.simulation import scenario_id, simulation_key
from warehouse.vocabulary import ApplicantCategory

if TYPE_CHECKING:
    IterationEstimates = SQLModel
    CarriedEstimates = SQLModel
else:
    IterationEstimates = estimates({**ITERATION_APPLICANTS, **ITERATION_SEATS})
    CarriedEstimates = estimates({}, alone=CARRIED)


class IterationOutcome(IterationEstimates, table=True):
    """What one of two iterations gives in a scenario with simulated applicants."""

    __tablename__ = "iteration_outcome"
    __table_args__ = table(
        "simulation",
        __doc__,
        one_of("category", ApplicantCategory),
        check("iteration_is_first_or_second", "iteration IN (1, 2)"),
        Index("ix_iteration_outcome_simulation_id", "simulation_id"),
        grain="one iteration of a scenario, for all applicants or for a category",
    )

    scenario_id: int = scenario_id(primary_key=True)
    ordinal: int = column(
        "Number of the row within the scenario.",
        sa_type=Integer,
        primary_key=True,
        nullable=False,
    )
    simulation_id: int = simulation_key(is_indexed=False)
    iteration: int = column(
        "The iteration: 1, or 2 for the one in which those without a match apply again.",
        sa_type=SmallInteger,
        unit="iteration",
        nullable=False,
    )
    category: str | None = text(
        "Category of the applicants; null for all of them, and then with seats.", default=None
    )
    audited: int | None = column(
        "Matchings of the iteration that the auditor looked at; null in rows of a category.",
        sa_type=Integer,
        unit="matchings",
        default=None,
    )
    is_stable: bool | None = column(
        "Whether nobody blocks any of them; null in rows of a category.",
        sa_type=Boolean,
        default=None,
    )
    blocking_pairs: int | None = column(
        "Pairs that block one of them; null in rows of a category.",
        sa_type=Integer,
        unit="pairs",
        default=None,
    )


class CarriedSeats(CarriedEstimates, table=True):
    """Seats of a program that simulated matches carry over into a second iteration."""

    __tablename__ = "carried_seats"
    __table_args__ = table(
        "simulation",
        __doc__,
        Index("ix_carried_seats_simulation_id", "simulation_id"),
        grain="one program stream in a scenario with two iterations, if seats were ever left",
    )

    scenario_id: int = scenario_id(primary_key=True)
    ordinal: int = column(
        "Number of the row within the scenario.",
        sa_type=Integer,
        primary_key=True,
        nullable=False,
    )
    simulation_id: int = simulation_key(is_indexed=False)
    program_ordinal: int = column(
        "The program's outcome in the scenario.", sa_type=Integer, nullable=False
    )
