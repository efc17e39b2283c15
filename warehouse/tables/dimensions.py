"""Schema ``core``: conformed dimensions, each a type-2 history."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Float, Index, Integer, SmallInteger
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from warehouse.tables.base import Versioned, surrogate_key, table
from warehouse.tables.column import check, column, one_of, text
from warehouse.vocabulary import ApplicantCategory, Province

MASTER = "program master"
REFERENCE = "reference table"


def current_key(name: str, *columns: str) -> Index:
    """Return the unique index that allows one current version per natural key."""
    return Index(f"uq_{name}_current", *columns, unique=True, postgresql_where=sql("is_current"))


def one_validity(name: str, *columns: str) -> Index:
    """Return the unique index that keeps one version per natural key and publish time."""
    return Index(f"uq_{name}_valid_from", *columns, "valid_from", unique=True)


def latitude(of: str) -> Any:
    """Return the nullable WGS 84 latitude column of ``of``."""
    return column(
        f"Latitude of {of}, WGS 84.",
        sa_type=Float,
        unit="degrees north",
        default=None,
        source=REFERENCE,
    )


def longitude(of: str) -> Any:
    """Return the nullable WGS 84 longitude column of ``of``."""
    return column(
        f"Longitude of {of}, WGS 84.",
        sa_type=Float,
        unit="degrees east",
        default=None,
        source=REFERENCE,
    )


class DimMatchIteration(Versioned, table=True):
    """A match iteration: one run of the residency match, with its own lists and deadlines."""

    __tablename__ = "dim_match_iteration"
    __table_args__ = table(
        "core",
        __doc__,
        current_key("dim_match_iteration", "match_iteration_id"),
        one_validity("dim_match_iteration", "match_iteration_id"),
        grain="one version of a match iteration",
    )

    match_iteration_key: int = surrogate_key("Surrogate key of the version.")
    match_iteration_id: int = column(
        "Number of the iteration in the match's own systems (1503); the natural key.",
        sa_type=Integer,
        nullable=False,
        source="program descriptions",
    )
    name: str = text(
        "Name of the iteration, in English.", nullable=False, source="program descriptions"
    )
    year: int | None = column(
        "Calendar year of the match; null where no document states it.",
        sa_type=SmallInteger,
        unit="year",
        default=None,
        source="program descriptions",
    )


class DimDiscipline(Versioned, table=True):
    """A medical discipline that residents train in, as the match lists it."""

    __tablename__ = "dim_discipline"
    __table_args__ = table(
        "core",
        __doc__,
        current_key("dim_discipline", "discipline_id"),
        one_validity("dim_discipline", "discipline_id"),
        grain="one version of a discipline",
    )

    discipline_key: int = surrogate_key("Surrogate key of the version.")
    discipline_id: int = column(
        "Number of the discipline in the match's own systems; the natural key.",
        sa_type=Integer,
        nullable=False,
        source="discipline list",
    )
    name: str = text(
        "Name of the discipline, in English.", nullable=False, source="discipline list"
    )
    name_fr: str | None = text(
        "Name of the discipline in French; null where no reference states one.",
        default=None,
        source=REFERENCE,
    )


class DimLocation(Versioned, table=True):
    """A Canadian town or city: the conformed place that sources of every kind join on."""

    __tablename__ = "dim_location"
    __table_args__ = table(
        "core",
        __doc__,
        current_key("dim_location", "city", "province"),
        one_validity("dim_location", "city", "province"),
        one_of("province", Province),
        grain="one version of a city in a province",
    )

    location_key: int = surrogate_key("Surrogate key of the version.")
    city: str = text(
        "City or town; natural key with the province.", nullable=False, source=REFERENCE
    )
    province: str = text(
        "Province or territory; natural key with the city.", nullable=False, source=REFERENCE
    )
    latitude: float | None = latitude("the city")
    longitude: float | None = longitude("the city")


class DimUniversity(Versioned, table=True):
    """A university whose medical school offers residency programs."""

    __tablename__ = "dim_university"
    __table_args__ = table(
        "core",
        __doc__,
        current_key("dim_university", "school_code"),
        one_validity("dim_university", "school_code"),
        one_of("province", Province),
        grain="one version of a university",
    )

    university_key: int = surrogate_key("Surrogate key of the version.")
    school_code: int = column(
        "The match's code of the school (school_id divided by 65,536); the natural key.",
        sa_type=Integer,
        nullable=False,
        source=MASTER,
    )
    name: str = text(
        "Name of the university as the master file writes it.", nullable=False, source=MASTER
    )
    city: str = text("City of the main campus.", nullable=False, source=REFERENCE)
    province: str = text("Province of the main campus.", nullable=False, source=REFERENCE)
    latitude: float | None = latitude("the main campus")
    longitude: float | None = longitude("the main campus")
    languages: list[str] = column(
        "Languages in which the medical school teaches.",
        sa_type=ARRAY(Text),
        nullable=False,
        source=REFERENCE,
    )
    location_key: int = column(
        "City of the main campus.",
        sa_type=BigInteger,
        foreign_key="core.dim_location.location_key",
        nullable=False,
        index=True,
    )


class DimSite(Versioned, table=True):
    """A site label of the program master, with the place that it stands for."""

    __tablename__ = "dim_site"
    __table_args__ = table(
        "core",
        __doc__,
        current_key("dim_site", "label", "city", "province"),
        one_validity("dim_site", "label", "city", "province"),
        one_of("province", Province),
        check("latitude_is_on_earth", "latitude BETWEEN -90 AND 90"),
        check("longitude_is_on_earth", "longitude BETWEEN -180 AND 180"),
        grain="one version of a site label at a place",
    )

    site_key: int = surrogate_key("Surrogate key of the version.")
    label: str = text(
        "Site as the master file writes it; natural key with city and province.",
        nullable=False,
        source=MASTER,
    )
    city: str = text(
        "City or town where training at the site is centred.", nullable=False, source=REFERENCE
    )
    province: str = text(
        "Province or territory of the site, not of the school.", nullable=False, source=REFERENCE
    )
    latitude: float | None = latitude("the site")
    longitude: float | None = longitude("the site")
    is_place: bool = column(
        "Whether the label names a place; if not, the school's main campus stands for it.",
        sa_type=Boolean,
        nullable=False,
        source=REFERENCE,
    )
    note: str | None = text(
        "How the label was mapped, where that is not obvious.", default=None, source=REFERENCE
    )
    location_key: int = column(
        "City of the site.",
        sa_type=BigInteger,
        foreign_key="core.dim_location.location_key",
        nullable=False,
        index=True,
    )


class DimStream(Versioned, table=True):
    """A stream: a set of positions of a program with rules of its own on who may apply."""

    __tablename__ = "dim_stream"
    __table_args__ = table(
        "core",
        __doc__,
        current_key("dim_stream", "label"),
        one_validity("dim_stream", "label"),
        one_of("applicant_category", ApplicantCategory),
        grain="one version of a stream label",
    )

    stream_key: int = surrogate_key("Surrogate key of the version.")
    label: str = text(
        "Stream as the master file writes it; the natural key.", nullable=False, source=MASTER
    )
    applicant_category: str = text("Who may apply.", nullable=False, source=REFERENCE)
    is_return_of_service: bool = column(
        "Whether the label itself says that a return of service is attached.",
        sa_type=Boolean,
        nullable=False,
        source=REFERENCE,
    )
    is_military: bool = column(
        "Whether the stream is open to sponsored military trainees (MOTP, MMTP).",
        sa_type=Boolean,
        nullable=False,
        source=REFERENCE,
    )
