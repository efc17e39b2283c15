"""Schema ``core``: programs with their history, one fact row per version, and their evidence."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    Float,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text
from sqlmodel import SQLModel

from warehouse.tables.base import Timestamped, Versioned, surrogate_key, table, timestamp
from warehouse.tables.column import check, column, one_of, text
from warehouse.tables.dimensions import MASTER, current_key, one_validity
from warehouse.vocabulary import (
    AccreditationStatus,
    DocumentPart,
    Language,
    ProgramField,
    ReturnOfServiceStatus,
    SectionKind,
)

DESCRIPTION = "program description"
MAXIMUM_QUOTA = 250
"""Larger quotas are absurd (the largest stated one is 127): they go to quarantine."""
LARGEST_LIST = 500
"""Most rows of one kind that a program version has (the longest published list has 76).

More go to quarantine, so that a list of the graph needs no limit to be bounded.
"""
MOST_EVIDENCE = 8 * LARGEST_LIST
"""Most spans of a program version: one for each row of its lists and for each of its facts."""


def bounded(ordinal: str, most: int) -> CheckConstraint:
    """Return the check that a program version, or a requirement, has at most ``most`` rows."""
    return check(f"{ordinal}_is_bounded", f"{ordinal} BETWEEN 0 AND {most - 1}")


def key_of(description: str, target: str, *, is_indexed: bool = True) -> Any:
    """Return a required foreign key to ``core``; another index may begin with it already."""
    return column(
        description,
        sa_type=BigInteger,
        foreign_key=f"core.{target}",
        nullable=False,
        index=is_indexed,
    )


class DimProgram(Versioned, table=True):
    """A residency program stream: what an applicant ranks. One row per version.

    The natural key is the match iteration and the program stream id.
    """

    __tablename__ = "dim_program"
    __table_args__ = table(
        "core",
        __doc__,
        current_key("dim_program", "match_iteration_id", "program_stream_id"),
        one_validity("dim_program", "match_iteration_id", "program_stream_id"),
        one_of("language", Language),
        check("validity_is_forward", "valid_to IS NULL OR valid_to > valid_from"),
        check("current_is_open", "is_current = (valid_to IS NULL)"),
        Index(
            "ix_dim_program_current_discipline",
            "discipline_key",
            "match_iteration_id",
            "program_stream_id",
            postgresql_where="is_current",
        ),
        Index(
            "ix_dim_program_current_university",
            "university_key",
            "match_iteration_id",
            "program_stream_id",
            postgresql_where="is_current",
        ),
        Index("ix_dim_program_validity", "valid_from", "valid_to"),
        grain="one version of a program stream in a match iteration",
    )

    program_key: int = surrogate_key("Surrogate key of the version.")
    match_iteration_id: int = column(
        "Number of the match iteration; natural key with the program stream id.",
        sa_type=Integer,
        nullable=False,
        source=MASTER,
    )
    program_stream_id: int = column(
        "Number of the program stream in the match's own systems; natural key with the iteration.",
        sa_type=Integer,
        nullable=False,
        source=MASTER,
    )
    name: str = text(
        "School, discipline, site and stream, as the master file writes them.",
        nullable=False,
        source=MASTER,
    )
    url: str = text("Address of the published program description.", nullable=False, source=MASTER)
    language: str = text(
        "Language of the description document itself.",
        nullable=False,
        source=DESCRIPTION,
    )
    application_languages: list[str] = column(
        "Languages in which the program accepts applications; empty where not stated.",
        sa_type=ARRAY(Text),
        nullable=False,
        source=DESCRIPTION,
    )
    match_iteration_key: int = key_of(
        "The match iteration.", "dim_match_iteration.match_iteration_key"
    )
    discipline_key: int = key_of("The discipline.", "dim_discipline.discipline_key")
    university_key: int = key_of("The university.", "dim_university.university_key")
    site_key: int = key_of("The site.", "dim_site.site_key")
    stream_key: int = key_of("The stream.", "dim_stream.stream_key")


class FactProgram(Timestamped, table=True):
    """What a program version states in numbers, dates and codes."""

    __tablename__ = "fact_program"
    __table_args__ = table(
        "core",
        __doc__,
        one_of("accreditation", AccreditationStatus),
        one_of("return_of_service_status", ReturnOfServiceStatus),
        check("quota_is_plausible", f"quota BETWEEN 0 AND {MAXIMUM_QUOTA}"),
        check("length_is_plausible", "length_years > 0 AND length_years <= 10"),
        check("volume_is_a_range", "application_volume_min <= application_volume_max"),
        check(
            "offer_is_a_range",
            "interview_offer_percent_min BETWEEN 0 AND interview_offer_percent_max"
            " AND interview_offer_percent_max <= 100",
        ),
        Index("ix_fact_program_quota", "quota", "program_key"),
        # The other way round: without a quota comes last here too.
        Index("ix_fact_program_largest_quota", sql("quota DESC NULLS LAST"), "program_key"),
        grain="one program version",
    )

    program_key: int = column(
        "The program version.",
        sa_type=BigInteger,
        foreign_key="core.dim_program.program_key",
        primary_key=True,
        nullable=False,
    )
    quota: int | None = column(
        "Approximate number of positions; null where not stated.",
        sa_type=Integer,
        unit="positions",
        default=None,
        source=DESCRIPTION,
    )
    length_years: float | None = column(
        "Length of the residency; null where not stated.",
        sa_type=Float,
        unit="years",
        default=None,
        source=DESCRIPTION,
    )
    accreditation: str | None = text(
        "Accreditation status; null where not stated.", default=None, source=DESCRIPTION
    )
    last_approved_on: dt.date | None = column(
        "Day on which the program last approved its description; null where not stated.",
        sa_type=Date,
        default=None,
        source=DESCRIPTION,
    )
    application_volume_min: int | None = column(
        "Lower bound of the average number of applications in the last five years.",
        sa_type=Integer,
        unit="applications",
        default=None,
        source=DESCRIPTION,
    )
    application_volume_max: int | None = column(
        "Upper bound of the average number of applications; null where open.",
        sa_type=Integer,
        unit="applications",
        default=None,
        source=DESCRIPTION,
    )
    application_volume_label: str | None = text(
        "The application bucket as stated (51 - 200).", default=None, source=DESCRIPTION
    )
    interview_offer_percent_min: float | None = column(
        "Lower bound of the average share of applicants offered an interview.",
        sa_type=Float,
        unit="percent",
        default=None,
        source=DESCRIPTION,
    )
    interview_offer_percent_max: float | None = column(
        "Upper bound of the average share of applicants offered an interview.",
        sa_type=Float,
        unit="percent",
        default=None,
        source=DESCRIPTION,
    )
    interview_offer_label: str | None = text(
        "The interview offer bucket as stated (26 - 50 %).", default=None, source=DESCRIPTION
    )
    return_of_service_status: str | None = text(
        "Whether a return of service is attached; null where the text states neither.",
        default=None,
        source=DESCRIPTION,
    )
    return_of_service_text: str | None = text(
        "What the program says of return of service, contacts masked; null where it says nothing.",
        default=None,
        source=DESCRIPTION,
    )


class ProgramEvidence(SQLModel, table=True):
    """Where a value was read: a span of a landed record, as received.

    The span is half-open and counts code points of the payload before any normalisation.
    """

    __tablename__ = "program_evidence"
    __table_args__ = table(
        "core",
        __doc__,
        UniqueConstraint("program_key", "ordinal"),
        bounded("ordinal", MOST_EVIDENCE),
        one_of("field", ProgramField),
        one_of("section", (*SectionKind.values(), *DocumentPart.values())),
        check("span_is_a_range", "span_start >= 0 AND span_end >= span_start"),
        Index("ix_program_evidence_program_key_field", "program_key", "field"),
        grain="one span that supports one value of one program version",
    )

    evidence_key: int = surrogate_key("Surrogate key of the span.")
    program_key: int = key_of("The program version.", "dim_program.program_key", is_indexed=False)
    ordinal: int = column(
        "0-based number of the span within the program version.", sa_type=Integer, nullable=False
    )
    field: str = text("The program's field that the span supports.", nullable=False)
    record_key: int = column(
        "The landed record: a JSON document or a CSV cell.",
        sa_type=BigInteger,
        foreign_key="landing.record.record_key",
        nullable=False,
        index=True,
    )
    record_name: str = text(
        "The record in words: file role, natural key and field.", nullable=False
    )
    section: str = text("Part of the document in which the span stands.", nullable=False)
    span_start: int = column(
        "First code point of the span.", sa_type=Integer, unit="code points", nullable=False
    )
    span_end: int = column(
        "Code point after the last of the span.",
        sa_type=Integer,
        unit="code points",
        nullable=False,
    )
    quote: str | None = text(
        "The text of the span as received, contacts masked; null for whole sections.", default=None
    )
    parser_version: str = text("Version of the parser that read the value.", nullable=False)
    created_at: dt.datetime = timestamp(
        "When this row was written.", default_now=True, nullable=False
    )
