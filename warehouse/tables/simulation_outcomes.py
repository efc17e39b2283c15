"""Schema ``simulation``: what came out of scenarios, for programs and for simulated applicants."""

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, ForeignKey, Index, Integer, SmallInteger, UniqueConstraint
from sqlmodel import SQLModel

from warehouse.tables.base import table
from warehouse.tables.column import check, column, one_of, text
from warehouse.tables.measures import APPLICANTS, SEATS, estimates
from warehouse.tables.simulation import (
    dimension,
    identity,
    ordinal,
    scenario_id,
    simulation_key,
)
from warehouse.vocabulary import ApplicantCategory, Province

if TYPE_CHECKING:
    SeatEstimates = SQLModel
    ApplicantEstimates = SQLModel
    RankEstimates = SQLModel
    ProgramEstimates = SQLModel
else:
    SeatEstimates = estimates(SEATS)
    ApplicantEstimates = estimates(APPLICANTS)
    RankEstimates = estimates({"share": ("Share of the applicants", "fraction of 1")})
    ProgramEstimates = estimates(
        SEATS,
        alone={
            "seat_value": ("Applicants more with a match if it had one more seat", "applicants"),
            "seat_better_off": ("Applicants better off if it had one more seat", "applicants"),
            "seat_ranks_gained": ("Ranks that matched applicants gain then together", "ranks"),
        },
    )


class ProgramOutcome(ProgramEstimates, table=True):
    """What a scenario gives for a program stream with simulated applicants."""

    __tablename__ = "program_outcome"
    __table_args__ = table(
        "simulation",
        __doc__,
        one_of("province", Province),
        check("is_hypothetical_where_like", "is_hypothetical = (like_program IS NOT NULL)"),
        Index("ix_program_outcome_simulation_id", "simulation_id"),
        grain="one program stream in a scenario",
    )

    scenario_id: int = scenario_id(primary_key=True)
    ordinal: int = ordinal("Number of the program within the scenario.", primary_key=True)
    simulation_id: int = simulation_key(is_indexed=False)
    key: str = text("Match iteration and program stream id, such as 1503-27447.", nullable=False)
    name: str = text("Name of the program stream.", nullable=False)
    is_hypothetical: bool = column(
        "Whether there is no such program: a scenario of the simulation opens it.",
        sa_type=Boolean,
        nullable=False,
    )
    like_program: str | None = text(
        "Key of the program that one which a scenario opens is like, and whose discipline,"
        " university and province it has; null for a program that exists.",
        default=None,
    )
    program_key: int | None = dimension(
        "The program, in the version that was read; null for one that a scenario opens.",
        "dim_program.program_key",
    )
    discipline_key: int | None = dimension("The discipline.", "dim_discipline.discipline_key")
    university_key: int | None = dimension("The university.", "dim_university.university_key")
    province: str | None = text("Province of the site; null where not known.", default=None)
    quota: int = column("Seats.", sa_type=Integer, unit="positions", nullable=False)
    is_quota_modelled: bool = column(
        "Whether the source states no quota, and this one is a guess.",
        sa_type=Boolean,
        nullable=False,
    )


class DisciplineOutcome(SeatEstimates, table=True):
    """What a scenario gives for the programs of a discipline with simulated applicants."""

    __tablename__ = "discipline_outcome"
    __table_args__ = table(
        "simulation",
        __doc__,
        Index("ix_discipline_outcome_simulation_id", "simulation_id"),
        grain="one discipline in a scenario",
    )

    scenario_id: int = scenario_id(primary_key=True)
    ordinal: int = ordinal("Number of the discipline within the scenario.", primary_key=True)
    simulation_id: int = simulation_key(is_indexed=False)
    name: str = text("Name of the discipline.", nullable=False)
    discipline_key: int | None = dimension("The discipline.", "dim_discipline.discipline_key")
    programs: int = column("Programs.", sa_type=Integer, unit="programs", nullable=False)
    quota: int = column("Seats.", sa_type=Integer, unit="positions", nullable=False)


class ProvinceOutcome(SeatEstimates, table=True):
    """What a scenario gives for the programs of a province with simulated applicants."""

    __tablename__ = "province_outcome"
    __table_args__ = table(
        "simulation",
        __doc__,
        one_of("province", Province),
        Index("ix_province_outcome_simulation_id", "simulation_id"),
        grain="one province in a scenario",
    )

    scenario_id: int = scenario_id(primary_key=True)
    ordinal: int = ordinal("Number of the province within the scenario.", primary_key=True)
    simulation_id: int = simulation_key(is_indexed=False)
    province: str | None = text("The province; null for sites in none.", default=None)
    programs: int = column("Programs.", sa_type=Integer, unit="programs", nullable=False)
    quota: int = column("Seats.", sa_type=Integer, unit="positions", nullable=False)


class CategoryOutcome(ApplicantEstimates, table=True):
    """What a scenario gives for the simulated applicants of a category."""

    __tablename__ = "category_outcome"
    __table_args__ = table(
        "simulation",
        __doc__,
        one_of("category", ApplicantCategory),
        UniqueConstraint("scenario_id", "category"),
        Index("ix_category_outcome_simulation_id", "simulation_id"),
        grain="one category of applicants in a scenario",
    )

    category_outcome_id: int = identity("Surrogate key of the row.")
    scenario_id: int = scenario_id()
    simulation_id: int = simulation_key(is_indexed=False)
    category: str = text("The category.", nullable=False)
    applicants: int = column(
        "Simulated applicants.", sa_type=Integer, unit="applicants", nullable=False
    )


class RankOutcome(RankEstimates, table=True):
    """How many simulated applicants of a category obtain a rank of their list."""

    __tablename__ = "rank_outcome"
    __table_args__ = table(
        "simulation",
        __doc__,
        check("rank_is_none_or_positive", "rank >= 0"),
        grain="one rank that applicants of a category obtain in a scenario",
    )

    category_outcome_id: int = column(
        "The category's outcome.",
        sa_type=Integer,
        sa_column_args=[
            ForeignKey("simulation.category_outcome.category_outcome_id", ondelete="CASCADE")
        ],
        primary_key=True,
        nullable=False,
    )
    rank: int = column(
        "The rank, 1 for the first choice; 0 for no match.",
        sa_type=SmallInteger,
        unit="rank",
        primary_key=True,
        nullable=False,
    )
    is_open_ended: bool = column(
        "Whether it stands for all further ranks, too.", sa_type=Boolean, nullable=False
    )


class MatchOutcome(SQLModel, table=True):
    """What became of a simulated applicant in the first replicate."""

    __tablename__ = "match_outcome"
    __table_args__ = table(
        "simulation",
        __doc__,
        one_of("category", ApplicantCategory),
        check("rank_goes_with_program", "(rank IS NULL) = (program_ordinal IS NULL)"),
        check("iteration_goes_with_program", "(iteration IS NULL) = (program_ordinal IS NULL)"),
        check("iteration_is_first_or_second", "iteration IN (1, 2)"),
        Index("ix_match_outcome_program", "scenario_id", "program_ordinal"),
        grain="one simulated applicant in a scenario whose matches are kept",
    )

    scenario_id: int = scenario_id(primary_key=True)
    ordinal: int = ordinal("Number of the applicant within the scenario.", primary_key=True)
    applicant: str = text("Identifier of the simulated applicant.", nullable=False)
    category: str = text("Category of the applicant.", nullable=False)
    list_length: int = column(
        "Programs that the applicant ranked, in the iteration of the match or else in the first.",
        sa_type=Integer,
        unit="programs",
        nullable=False,
    )
    rank: int | None = column(
        "Rank that the applicant obtained, in the list of the iteration of the match; null for no"
        " match.",
        sa_type=Integer,
        unit="rank",
        default=None,
    )
    iteration: int | None = column(
        "Iteration in which the applicant was matched, 1 or 2; null for no match.",
        sa_type=SmallInteger,
        unit="iteration",
        default=None,
    )
    program_ordinal: int | None = column(
        "The program's outcome in the scenario; null for no match.", sa_type=Integer, default=None
    )


class Application(SQLModel, table=True):
    """An entry of a simulated applicant's rank order list in the first replicate."""

    __tablename__ = "application"
    __table_args__ = table(
        "simulation",
        __doc__,
        check("rank_is_positive", "rank > 0"),
        check("iteration_is_first_or_second", "iteration IN (1, 2)"),
        Index("ix_application_program", "scenario_id", "program_ordinal"),
        grain="one entry of a simulated applicant's list",
    )

    scenario_id: int = scenario_id(primary_key=True)
    applicant_ordinal: int = ordinal(
        "Number of the applicant within the scenario.", primary_key=True
    )
    iteration: int = column(
        "Iteration of the list: 1, or 2 for one of those who were without a match.",
        sa_type=SmallInteger,
        unit="iteration",
        primary_key=True,
        nullable=False,
    )
    rank: int = column(
        "Rank in the applicant's list, 1 for the first choice.",
        sa_type=SmallInteger,
        unit="rank",
        primary_key=True,
        nullable=False,
    )
    program_ordinal: int = ordinal("The program's outcome in the scenario.")
    program_rank: int | None = column(
        "Rank of the applicant in the program's list; null where the program does not rank them.",
        sa_type=Integer,
        unit="rank",
        default=None,
    )
    is_match: bool = column("Whether it became the match.", sa_type=Boolean, nullable=False)
