"""Schema ``core``: what a program version has many of; rows live and die with their version."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from warehouse.tables.base import surrogate_key, table, timestamp
from warehouse.tables.column import check, column, one_of, text
from warehouse.tables.programs import DESCRIPTION, LARGEST_LIST, bounded, key_of
from warehouse.vocabulary import (
    DateSource,
    RequirementKind,
    RequirementStatus,
    SectionKind,
    SelectionComponent,
    SelectionPhase,
    TrainingSiteForm,
)


class ProgramChild(SQLModel):
    """Columns of every child of a program version."""

    program_key: int = key_of("The program version.", "dim_program.program_key", is_indexed=False)
    ordinal: int = column(
        "0-based position within the program version, in the order of the document.",
        sa_type=Integer,
        nullable=False,
    )
    evidence_ordinal: int = column(
        "Number of the supporting span in program_evidence.", sa_type=Integer, nullable=False
    )
    created_at: dt.datetime = timestamp(
        "When this row was written.", default_now=True, nullable=False
    )


def child(schema_comment: str | None, *constraints: Any, grain: str) -> tuple[Any, ...]:
    """Return ``__table_args__`` of a child: its position is one of few, its evidence exists."""
    return table(
        "core",
        schema_comment,
        UniqueConstraint("program_key", "ordinal"),
        bounded("ordinal", LARGEST_LIST),
        ForeignKeyConstraint(
            ["program_key", "evidence_ordinal"],
            ["core.program_evidence.program_key", "core.program_evidence.ordinal"],
        ),
        *constraints,
        grain=grain,
    )


class ProgramSection(ProgramChild, table=True):
    """A whole section of a program description, contacts masked."""

    __tablename__ = "program_section"
    __table_args__ = child(
        __doc__, one_of("kind", SectionKind), grain="one section of a program version"
    )

    section_key: int = surrogate_key("Surrogate key of the section.")
    kind: str = text("Which section it is.", nullable=False, source=DESCRIPTION)
    heading: str = text("Heading as written.", nullable=False, source=DESCRIPTION)
    text_: str = text(
        "Text below the heading, as markdown: NFC, unwrapped, links intact, contacts masked.",
        nullable=False,
        source=DESCRIPTION,
        column_kwargs={"name": "text"},
    )


class ProgramRequirement(ProgramChild, table=True):
    """An item that applicants to a program submit, with its status."""

    __tablename__ = "program_requirement"
    __table_args__ = child(
        __doc__,
        one_of("kind", RequirementKind),
        one_of("status", RequirementStatus),
        check("quantity_is_plausible", "quantity BETWEEN 0 AND 50"),
        check("words_are_a_range", "min_words <= max_words"),
        Index("ix_program_requirement_kind_status", "kind", "status", "program_key"),
        grain="one requested item of a program version",
    )

    requirement_key: int = surrogate_key("Surrogate key of the requirement.")
    kind: str = text("What kind of item.", nullable=False, source=DESCRIPTION)
    label: str = text("Title of the item as written.", nullable=False, source=DESCRIPTION)
    status: str | None = text(
        "The status heading above it; null where none is in force.",
        default=None,
        source=DESCRIPTION,
    )
    quantity: int | None = column(
        "How many are requested; null where not stated.",
        sa_type=Integer,
        unit="documents",
        default=None,
        source=DESCRIPTION,
    )
    min_words: int | None = column(
        "Least number of words; null where there is none.",
        sa_type=Integer,
        unit="words",
        default=None,
        source=DESCRIPTION,
    )
    max_words: int | None = column(
        "Greatest number of words; null where there is none.",
        sa_type=Integer,
        unit="words",
        default=None,
        source=DESCRIPTION,
    )


class RequirementTest(SQLModel, table=True):
    """A test that a program accepts as proof for a requirement."""

    __tablename__ = "requirement_test"
    __table_args__ = table(
        "core",
        __doc__,
        UniqueConstraint("program_key", "requirement_ordinal", "ordinal"),
        bounded("ordinal", LARGEST_LIST),
        ForeignKeyConstraint(
            ["program_key", "requirement_ordinal"],
            ["core.program_requirement.program_key", "core.program_requirement.ordinal"],
        ),
        grain="one accepted test of a requirement",
    )

    requirement_test_key: int = surrogate_key("Surrogate key of the accepted test.")
    program_key: int = column("The program version.", sa_type=BigInteger, nullable=False)
    requirement_ordinal: int = column(
        "Position of the requirement within the program version.", sa_type=Integer, nullable=False
    )
    ordinal: int = column(
        "0-based position within the requirement.", sa_type=Integer, nullable=False
    )
    name: str = text(
        "Name of the test (IELTS_ACADEMIC, TOEFL_IBT, TCF …).", nullable=False, source=DESCRIPTION
    )
    minimum_score: str | None = text(
        "Least accepted score, as stated; null where not stated.", default=None, source=DESCRIPTION
    )


class SelectionCriterion(ProgramChild, table=True):
    """What a program says it looks at when it selects and ranks applicants."""

    __tablename__ = "selection_criterion"
    __table_args__ = child(
        __doc__,
        one_of("phase", SelectionPhase),
        one_of("component", SelectionComponent),
        check("weight_is_a_share", "weight_percent BETWEEN 0 AND 100"),
        Index("ix_selection_criterion_component", "component", "phase", "program_key"),
        Index(
            "ix_selection_criterion_greatest_weight",
            sql("weight_percent DESC NULLS LAST"),
            "program_key",
        ),
        grain="one stated criterion of a program version",
    )

    criterion_key: int = surrogate_key("Surrogate key of the criterion.")
    phase: str = text("Part of the selection it belongs to.", nullable=False, source=DESCRIPTION)
    component: str = text("What it speaks of.", nullable=False, source=DESCRIPTION)
    label: str = text("The component as the program names it.", nullable=False, source=DESCRIPTION)
    is_evaluated: bool | None = column(
        "Whether the program evaluates it; false is a stated fact, null is not stated.",
        sa_type=Boolean,
        default=None,
        source=DESCRIPTION,
    )
    text_: str | None = text(
        "What the program says of it, contacts masked; null where it says nothing.",
        default=None,
        source=DESCRIPTION,
        column_kwargs={"name": "text"},
    )
    weight_percent: float | None = column(
        "Stated weight; null where the prose states none.",
        sa_type=Float,
        unit="percent",
        default=None,
        source=DESCRIPTION,
    )


class InterviewDate(ProgramChild, table=True):
    """A day, or a range of days, on which a program interviews."""

    __tablename__ = "interview_date"
    __table_args__ = child(
        __doc__,
        one_of("source", DateSource),
        check("dates_are_a_range", "ends_on >= starts_on"),
        Index("ix_interview_date_starts_on", "starts_on", "program_key"),
        grain="one interview day or range of days of a program version",
    )

    interview_date_key: int = surrogate_key("Surrogate key of the interview date.")
    starts_on: dt.date = column(
        "First day, a calendar date without time zone.",
        sa_type=Date,
        nullable=False,
        source=DESCRIPTION,
    )
    ends_on: dt.date = column(
        "Last day (inclusive); equals the first where one day is stated.",
        sa_type=Date,
        nullable=False,
        source=DESCRIPTION,
    )
    source: str = text("Whether a list or prose states it.", nullable=False, source=DESCRIPTION)


class ProgramTrainingSite(ProgramChild, table=True):
    """A place where residents of a program train, as its description names it."""

    __tablename__ = "program_training_site"
    __table_args__ = child(
        __doc__,
        one_of("form", TrainingSiteForm),
        grain="one named training site of a program version",
    )

    training_site_key: int = surrogate_key("Surrogate key of the training site.")
    name: str = text("Name as written.", nullable=False, source=DESCRIPTION)
    form: str = text("Whether a list or prose names it.", nullable=False, source=DESCRIPTION)


class ProgramContact(ProgramChild, table=True):
    """A contact of a program. Restricted: no reader, search, log or answer sees this table."""

    __tablename__ = "program_contact"
    __table_args__ = child(__doc__, grain="one contact of a program version")

    contact_key: int = surrogate_key("Surrogate key of the contact.")
    name: str | None = text("Name of the person or office.", default=None, source=DESCRIPTION)
    title: str | None = text("Role of the person.", default=None, source=DESCRIPTION)
    email: str | None = text("E-mail address.", default=None, source=DESCRIPTION)
    phone: str | None = text("Telephone number.", default=None, source=DESCRIPTION)
