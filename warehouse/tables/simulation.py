"""Schema ``simulation``: runs of the match over simulated applicants, and what came out of them.

What came out stands in :mod:`warehouse.tables.simulation_outcomes`. Everything below a run hangs on
its scenarios and goes with them. No applicant here is a person.
"""

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import SQLModel

from warehouse.tables.base import table, timestamp
from warehouse.tables.column import check, column, one_of, text
from warehouse.tables.measures import APPLICANTS, SEATS, estimates
from warehouse.vocabulary import JobStatus, SimulationKind

if TYPE_CHECKING:
    Summary = SQLModel
else:
    Summary = estimates({**APPLICANTS, **SEATS})


def simulation_key(*, is_indexed: bool = True) -> Any:
    """Return the foreign key to the simulation."""
    return column(
        "The simulation.",
        sa_type=Integer,
        sa_column_args=[ForeignKey("simulation.simulation.simulation_id", ondelete="CASCADE")],
        nullable=False,
        index=is_indexed,
    )


def scenario_id(*, is_indexed: bool = False, primary_key: bool = False) -> Any:
    """Return the foreign key to the scenario."""
    return column(
        "The scenario.",
        sa_type=Integer,
        sa_column_args=[ForeignKey("simulation.scenario.scenario_id", ondelete="CASCADE")],
        nullable=False,
        index=is_indexed,
        primary_key=primary_key,
    )


def identity(description: str) -> Any:
    """Return an identity primary key of 32 bits, which the graph can show."""
    return column(
        description,
        sa_type=Integer,
        default=None,
        primary_key=True,
        nullable=False,
        sa_column_args=[Identity()],
    )


def dimension(description: str, target: str) -> Any:
    """Return a nullable foreign key to the version of a dimension that was read.

    When real data take the place of a sample, or the other way, what is left is the name.
    """
    return column(
        description,
        sa_type=BigInteger,
        sa_column_args=[ForeignKey(f"core.{target}", ondelete="SET NULL")],
        default=None,
        index=True,
    )


def ordinal(description: str, *, primary_key: bool = False) -> Any:
    """Return a number within the scenario, part of the natural key."""
    return column(description, sa_type=Integer, nullable=False, primary_key=primary_key)


class Simulation(SQLModel, table=True):
    """A run of the match over simulated applicants: one match, or scenarios side by side."""

    __tablename__ = "simulation"
    __table_args__ = table(
        "simulation",
        __doc__,
        one_of("kind", SimulationKind),
        one_of("status", JobStatus),
        check("is_always_simulated", "is_simulated"),
        check("replicates_are_positive", "replicates > 0"),
        Index("ix_simulation_created_at", "created_at"),
        grain="one run that was asked for",
    )

    simulation_id: int = identity("Number of the simulation, in the order of asking.")
    kind: str = text("What it asks.", nullable=False)
    name: str | None = text("Name that whoever asked gave; null for none.", default=None)
    status: str = text("State of the simulation.", nullable=False)
    is_simulated: bool = column(
        "Always true: no applicant here is a person.",
        sa_type=Boolean,
        default=True,
        nullable=False,
        column_kwargs={"server_default": sql("true")},
    )
    job_id: uuid.UUID | None = column(
        "The job that runs it; null where it was done when the answer came.",
        sa_type=Uuid,
        foreign_key="ops.job.job_id",
        default=None,
        unique=True,
    )
    request: dict[str, Any] = column(
        "Everything that decides the result, besides data version and engine version.",
        sa_type=JSONB,
        nullable=False,
    )
    request_digest: str = text("SHA-256 of the request, in hexadecimal.", nullable=False)
    idempotency_token: str | None = text(
        "Key by which whoever asked recognises the request; null for none.",
        default=None,
        unique=True,
    )
    reproduce: str = text("The mutation that gives the same result again.", nullable=False)
    parameters: dict[str, Any] = column(
        "What the simulated applicants are drawn with.", sa_type=JSONB, nullable=False
    )
    seed: int = column(
        "What everything random is drawn from.", sa_type=Integer, unit="any", nullable=False
    )
    replicates: int = column(
        "Replicates that were asked for, at most.",
        sa_type=Integer,
        unit="replicates",
        nullable=False,
    )
    replicates_done: int | None = column(
        "Replicates that were run; fewer than asked for where intervals were narrow enough.",
        sa_type=Integer,
        unit="replicates",
        default=None,
    )
    precision: float | None = column(
        "Half width of the interval at which to stop; null for none.",
        sa_type=Float,
        unit="fraction of 1",
        default=None,
    )
    data_version_number: int = column(
        "Data version whose programs and quotas were read.",
        sa_type=Integer,
        foreign_key="ops.data_version.number",
        nullable=False,
        index=True,
    )
    match_iteration_id: int = column(
        "Match iteration whose programs were read.", sa_type=Integer, nullable=False
    )
    engine_version: str = text("Version of the match engine.", nullable=False)
    error: str | None = text("Why it failed; null otherwise.", default=None)
    created_at: dt.datetime = timestamp("When it was asked for.", default_now=True, nullable=False)
    finished_at: dt.datetime | None = timestamp("When it ended.", default=None)


class Scenario(Summary, table=True):
    """A scenario: its changes, what it gives with simulated applicants, and its certificate."""

    __tablename__ = "scenario"
    __table_args__ = table(
        "simulation",
        __doc__,
        UniqueConstraint("simulation_id", "ordinal"),
        check("ordinal_is_bounded", "ordinal BETWEEN 0 AND 10"),
        grain="one scenario of a simulation",
    )

    scenario_id: int = identity("Surrogate key of the scenario.")
    simulation_id: int = simulation_key(is_indexed=False)
    ordinal: int = ordinal("Place among the scenarios, from 0; the first is compared with.")
    name: str = text("Name of the scenario.", nullable=False)
    changes: list[Any] = column(
        "What it changes, in order; empty for nothing.", sa_type=JSONB, nullable=False
    )
    applicants: int = column(
        "Simulated applicants.", sa_type=Integer, unit="applicants", nullable=False
    )
    programs: int = column(
        "Program streams that take part.", sa_type=Integer, unit="programs", nullable=False
    )
    seats: int = column("Seats of all programs.", sa_type=Integer, unit="positions", nullable=False)
    audited: int = column(
        "Matchings that the auditor, which shares no code with the solver, looked at.",
        sa_type=Integer,
        unit="matchings",
        nullable=False,
    )
    is_stable: bool = column("Whether nobody blocks any of them.", sa_type=Boolean, nullable=False)
    blocking_pairs: int = column(
        "Pairs that block one of them.", sa_type=Integer, unit="pairs", nullable=False
    )
    blocking: list[str] = column(
        "Some of the pairs that block, and breaches of the market's rules, in words.",
        sa_type=ARRAY(Text),
        nullable=False,
    )
    core_applicants: float | None = column(
        "Applicants who would have another program if programs proposed, on average over the"
        " audited matchings; null where that is not defined.",
        sa_type=Float,
        unit="applicants",
        default=None,
    )
    core_programs: float | None = column(
        "Programs that would have other applicants then, on average; null likewise.",
        sa_type=Float,
        unit="programs",
        default=None,
    )
    core_undefined: str | None = text(
        "Why the size of the core is not defined; null where it is.", default=None
    )
    verdicts: dict[str, int] = column(
        "How many replicates ended with each verdict.", sa_type=JSONB, nullable=False
    )
    own_seats: str = text(
        "Whether seats that a couple would give up count as TAKEN or FREE when it asks for better"
        " ones.",
        nullable=False,
    )
    market_digest: str | None = text(
        "Digest of the market of the first replicate: lists, quotas and names.", default=None
    )
    matching_digest: str | None = text(
        "Digest of the matching of the first replicate.", default=None
    )
    auditor_version: str = text("Version of the auditor.", nullable=False)
