"""What all tables share: metadata with named constraints, keys, timestamps, type-2 columns."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, Identity, MetaData, Text, func, text
from sqlmodel import SQLModel

from warehouse.tables.column import column

SCHEMAS = {
    "landing": "Files and records exactly as received; nothing is ever lost here.",
    "staging": "Typed rows of the load at work; truncated by the next load.",
    "core": "The star: conformed dimensions, programs with their history, and their children.",
    "mart": "Derived tables and views for analysts.",
    "search": "Passages and vectors.",
    "simulation": "Markets, matches and what-ifs.",
    "ops": "Load runs, checks, quarantine, audit, jobs and data versions.",
}
"""Every schema of the warehouse with its comment."""

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata: MetaData = SQLModel.metadata
metadata.naming_convention = NAMING_CONVENTION


def table(schema: str, comment: str | None, *constraints: Any, grain: str) -> tuple[Any, ...]:
    """Return ``__table_args__``: the class docstring is the table comment.

    ``grain`` says in one phrase what one row is; it goes to the data dictionary.
    """
    if not comment:
        raise ValueError("a table needs a docstring: it is the table's comment")
    first_paragraph = " ".join(comment.strip().split("\n\n")[0].split())
    options = {"schema": schema, "comment": first_paragraph, "info": {"grain": grain}}
    return (*constraints, options)


def surrogate_key(description: str) -> Any:
    """Return an identity primary key; it joins rows and means nothing outside the warehouse."""
    return column(
        description,
        sa_type=BigInteger,
        default=None,
        primary_key=True,
        nullable=False,
        sa_column_args=[Identity()],
    )


def timestamp(description: str, *, default_now: bool = False, **field: Any) -> Any:
    """Return a ``timestamptz`` column, by default filled with the transaction's time."""
    kwargs = {"server_default": func.now()} if default_now else {}
    if default_now:
        field.setdefault("default", None)
    return column(
        description, sa_type=DateTime(timezone=True), column_kwargs=kwargs, unit="UTC", **field
    )


class Timestamped(SQLModel):
    """Row times that every table of the star has."""

    created_at: dt.datetime = timestamp(
        "When this row was written.", default_now=True, nullable=False
    )
    updated_at: dt.datetime = timestamp(
        "When this row last changed; a load that brings nothing new leaves it.",
        default_now=True,
        nullable=False,
    )


class Versioned(Timestamped):
    """Type-2 history: one row per version of a natural key, half-open in publish time.

    Kimball & Ross, *The Data Warehouse Toolkit*, 3rd ed., ch. 5 (slowly changing dimension,
    type 2).
    """

    content_hash: str = column(
        "SHA-256 over everything the version states, in hexadecimal.", sa_type=Text, nullable=False
    )
    valid_from: dt.datetime = timestamp(
        "Publish time from which this version holds (inclusive).", nullable=False
    )
    valid_to: dt.datetime | None = timestamp(
        "Publish time from which this version no longer holds (exclusive); null while it holds.",
        default=None,
    )
    is_current: bool = column(
        "Whether this is the version that holds now.",
        sa_type=Boolean,
        default=True,
        nullable=False,
        column_kwargs={"server_default": text("true")},
    )
    deleted_at: dt.datetime | None = timestamp(
        "Publish time at which the source no longer had this row; null otherwise.", default=None
    )
