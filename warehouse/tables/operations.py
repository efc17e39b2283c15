"""Schema ``ops``: load runs, checks, quarantine, audit, jobs and versions."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, Boolean, Computed, Float, ForeignKey, Index, Integer, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

from warehouse.tables.base import surrogate_key, table, timestamp
from warehouse.tables.column import check, column, one_of, text
from warehouse.vocabulary import (
    CheckStatus,
    JobKind,
    JobStatus,
    RunStatus,
    SearchRefreshStatus,
    SkipReason,
)


def run_key(*, nullable: bool = False) -> Any:
    """Return the foreign key to the load run."""
    return column(
        "The load run.",
        sa_type=BigInteger,
        foreign_key="ops.load_run.load_run_key",
        nullable=nullable,
        index=True,
    )


def count(description: str, unit: str) -> Any:
    """Return a column that counts from 0."""
    return column(
        description,
        sa_type=Integer,
        unit=unit,
        nullable=False,
        default=0,
        column_kwargs={"server_default": "0"},
    )


def numbered(key: str, description: str) -> Any:
    """Return a column with the surrogate key of few rows as the number that people know."""
    return column(
        description,
        sa_type=Integer,
        default=None,
        nullable=False,
        sa_column_args=[Computed(f"{key}::integer", persisted=True)],
    )


class LoadRun(SQLModel, table=True):
    """One attempt to load a set of source files."""

    __tablename__ = "load_run"
    __table_args__ = table(
        "ops",
        __doc__,
        one_of("status", RunStatus),
        check(
            "rows_balance",
            "status NOT IN ('PUBLISHED', 'UNCHANGED')"
            " OR program_rows_in = program_rows_published + program_rows_quarantined",
        ),
        grain="one attempt to load",
    )

    load_run_key: int = surrogate_key("Surrogate key of the run.")
    source: str = text("Where the files came from: folder, public or sample.", nullable=False)
    is_sample: bool = column(
        "Whether the files are the generated sample.", sa_type=Boolean, nullable=False
    )
    fingerprint: str | None = text(
        "SHA-256 over everything that decides the result: the files, the iteration, the parser's"
        " version, the reference tables and the limits; a run with the fingerprint of the"
        " published version has nothing to do.",
        default=None,
    )
    status: str = text("State of the run.", nullable=False)
    step: str = text("Step at work, or the last one: land, stage, check, publish.", nullable=False)
    program_rows_in: int | None = column(
        "Programs seen in the files.", sa_type=Integer, unit="programs", default=None
    )
    program_rows_published: int | None = column(
        "Programs that passed and stand in the published version.",
        sa_type=Integer,
        unit="programs",
        default=None,
    )
    program_rows_quarantined: int | None = column(
        "Programs kept back, each with its reasons.", sa_type=Integer, unit="programs", default=None
    )
    error: str | None = text("Why the run failed or was stopped, contacts masked.", default=None)
    started_at: dt.datetime = timestamp("Start of the run.", default_now=True, nullable=False)
    finished_at: dt.datetime | None = timestamp("End of the run; null while it runs.", default=None)


class LoadRunFile(SQLModel, table=True):
    """Which landed files a run read."""

    __tablename__ = "load_run_file"
    __table_args__ = table("ops", __doc__, grain="one landed file of a run")

    load_run_key: int = column(
        "The load run.",
        sa_type=BigInteger,
        foreign_key="ops.load_run.load_run_key",
        primary_key=True,
        nullable=False,
    )
    file_key: int = column(
        "The landed file.",
        sa_type=BigInteger,
        foreign_key="landing.file.file_key",
        primary_key=True,
        nullable=False,
    )


class CheckResult(SQLModel, table=True):
    """The result of a quality check of a run."""

    __tablename__ = "check_result"
    __table_args__ = table(
        "ops", __doc__, one_of("status", CheckStatus), grain="one check of one subject in a run"
    )

    check_result_key: int = surrogate_key("Surrogate key of the result.")
    load_run_key: int = run_key()
    name: str = text("Name of the check.", nullable=False)
    subject: str = text("What was checked: a file, a program, the whole load.", nullable=False)
    status: str = text("Result of the check.", nullable=False)
    observed: str | None = text("What was found.", default=None)
    expected: str | None = text("What was expected.", default=None)
    message: str = text("What it means and what to do, contacts masked.", nullable=False)
    created_at: dt.datetime = timestamp("When it was checked.", default_now=True, nullable=False)


class Quarantine(SQLModel, table=True):
    """A source row that was kept back, with all its reasons."""

    __tablename__ = "quarantine"
    __table_args__ = table("ops", __doc__, grain="one row kept back in a run")

    quarantine_key: int = surrogate_key("Surrogate key of the row.")
    load_run_key: int = run_key()
    role: str = text("Role of the file in which the row stands.", nullable=False)
    row_number: int | None = column(
        "1-based row or document number in that file.", sa_type=Integer, default=None
    )
    natural_key: str | None = text(
        "Natural key of the row; null where it has none that can be read.", default=None
    )
    reasons: list[dict[str, Any]] = column(
        "All reasons, each with reason_code, file, row, field and message (contacts masked).",
        sa_type=JSONB,
        nullable=False,
    )
    created_at: dt.datetime = timestamp("When it was kept back.", default_now=True, nullable=False)


class DataVersion(SQLModel, table=True):
    """A published state of the warehouse; what cursors and ``asOf`` refer to."""

    __tablename__ = "data_version"
    __table_args__ = table(
        "ops", __doc__, check("number_is_positive", "number > 0"), grain="one published state"
    )

    number: int = column(
        "Number of the version, counting from 1.",
        sa_type=Integer,
        primary_key=True,
        nullable=False,
        column_kwargs={"autoincrement": False},
    )
    load_run_key: int = run_key()
    match_iteration_id: int = column(
        "Newest match iteration in this version.", sa_type=Integer, nullable=False
    )
    is_sample: bool = column(
        "Whether the version holds generated sample data.", sa_type=Boolean, nullable=False
    )
    program_count: int = column(
        "Current programs in this version.", sa_type=Integer, unit="programs", nullable=False
    )
    programs_added: int = column(
        "Programs that are new.", sa_type=Integer, unit="programs", nullable=False
    )
    programs_changed: int = column(
        "Programs with a new version.", sa_type=Integer, unit="programs", nullable=False
    )
    programs_removed: int = column(
        "Programs that the source no longer has.", sa_type=Integer, unit="programs", nullable=False
    )
    published_at: dt.datetime = timestamp(
        "Publish time; equals valid_from of the rows that it brought.", nullable=False, unique=True
    )


class AuditEntry(SQLModel, table=True):
    """Who did what to the warehouse."""

    __tablename__ = "audit"
    __table_args__ = table(
        "ops", __doc__, Index("ix_audit_action_at", "action", "at"), grain="one action"
    )

    audit_key: int = surrogate_key("Surrogate key of the entry.")
    at: dt.datetime = timestamp("When.", default_now=True, nullable=False)
    actor: str = text("Database role and program that acted.", nullable=False)
    action: str = text("What was done (publish, migrate, stop, ask …).", nullable=False)
    subject: str = text("To what; of a question its words, redacted.", nullable=False)
    details: dict[str, Any] | None = column(
        "Particulars of the action.", sa_type=JSONB, default=None
    )


class Job(SQLModel, table=True):
    """Long work that was asked for; a worker claims it and runs it as a flow."""

    __tablename__ = "job"
    __table_args__ = table(
        "ops",
        __doc__,
        one_of("kind", JobKind),
        one_of("status", JobStatus),
        check("progress_is_a_share", "progress BETWEEN 0 AND 1"),
        Index("ix_job_queue", "status", "created_at"),
        grain="one piece of long work",
    )

    job_id: uuid.UUID = column(
        "Identifier of the job.",
        sa_type=Uuid,
        default=None,
        primary_key=True,
        nullable=False,
        column_kwargs={"server_default": func.gen_random_uuid()},
    )
    kind: str = text("What it does.", nullable=False)
    status: str = text(
        "State of the job.",
        nullable=False,
        default="QUEUED",
        column_kwargs={"server_default": "QUEUED"},
    )
    arguments: dict[str, Any] = column("Typed input of the job.", sa_type=JSONB, nullable=False)
    idempotency_token: str | None = text(
        "Key by which whoever asked recognises the request; null for none.",
        default=None,
        unique=True,
    )
    progress: float = column(
        "Share done.",
        sa_type=Float,
        unit="fraction of 1",
        default=0,
        nullable=False,
        column_kwargs={"server_default": "0"},
    )
    message: str | None = text("What it is doing, contacts masked.", default=None)
    result: dict[str, Any] | None = column("What it gave.", sa_type=JSONB, default=None)
    error: str | None = text("Why it failed, contacts masked.", default=None)
    attempts: int = column(
        "How often a worker claimed it.",
        sa_type=Integer,
        default=0,
        nullable=False,
        column_kwargs={"server_default": "0"},
    )
    claimed_by: str | None = text("Worker that runs it.", default=None)
    heartbeat_at: dt.datetime | None = timestamp("Last sign of life of the worker.", default=None)
    created_at: dt.datetime = timestamp("When it was asked for.", default_now=True, nullable=False)
    started_at: dt.datetime | None = timestamp("When a worker first claimed it.", default=None)
    finished_at: dt.datetime | None = timestamp("When it ended.", default=None)


class IndexVersion(SQLModel, table=True):
    """A version of the search index: an embedder with its settings over the passages.

    Versions stand side by side; queries use the active one.
    """

    __tablename__ = "index_version"
    __table_args__ = table(
        "ops",
        __doc__,
        Index("uq_index_version_active", "is_active", unique=True, postgresql_where="is_active"),
        grain="one version of the search index",
    )

    index_version_key: int = surrogate_key("Surrogate key of the version.")
    number: int | None = numbered("index_version_key", "Number of the version.")
    embedder: str = text("Embedder and its settings, in words.", nullable=False)
    settings: dict[str, Any] = column(
        "What the vectors depend on, without secrets; other settings make another version.",
        sa_type=JSONB,
        nullable=False,
    )
    analysis: str = text("Version of the analysis of its passages.", nullable=False)
    dimensions: int = column(
        "Length of a vector.", sa_type=Integer, unit="components", nullable=False
    )
    is_active: bool = column("Whether queries use it.", sa_type=Boolean, nullable=False)
    data_version_number: int | None = column(
        "Number of the data version that it covers; null until it is complete.",
        sa_type=Integer,
        default=None,
    )
    passage_count: int = count("Number of current passages when last refreshed.", "passages")
    vector_count: int = count("How many of them have a vector.", "passages")
    created_at: dt.datetime = timestamp("When it was made.", default_now=True, nullable=False)
    activated_at: dt.datetime | None = timestamp(
        "When queries last began to use it; null if they never did.", default=None
    )
    withdrawn_at: dt.datetime | None = timestamp(
        "When it was rolled back; null if it was not. Refreshing does not return to it by itself.",
        default=None,
    )


class SearchRefresh(SQLModel, table=True):
    """One refresh of the search index, with what it did."""

    __tablename__ = "search_refresh"
    __table_args__ = table(
        "ops",
        __doc__,
        one_of("status", SearchRefreshStatus),
        grain="one refresh of the search index",
    )

    search_refresh_key: int = surrogate_key("Surrogate key of the refresh.")
    number: int | None = numbered("search_refresh_key", "Number of the refresh.")
    index_version_key: int | None = column(
        "The index version that it made or brought up to date; null where it did not get so far,"
        " or the version is no longer kept.",
        sa_type=BigInteger,
        default=None,
        index=True,
        sa_column_args=[ForeignKey("ops.index_version.index_version_key", ondelete="SET NULL")],
    )
    data_version_number: int | None = column(
        "Number of the data version whose programs it read.", sa_type=Integer, default=None
    )
    status: str = text("State of the refresh.", nullable=False)
    programs_cut: int = count("Program versions whose texts were cut.", "programs")
    passages_added: int = count("Passages that no program had before.", "passages")
    passages_removed: int = count("Passages that no program has any more.", "passages")
    embedded: int = count("Passages that were embedded.", "passages")
    kept: int = count("Current passages that had a vector already.", "passages")
    skipped: int = count("Current passages without a vector.", "passages")
    unknown_share: float | None = column(
        "Share of the words in current passages that a fitted embedder does not know; null for"
        " others.",
        sa_type=Float,
        unit="fraction of 1",
        default=None,
    )
    proposal: str | None = text("What it proposes to do next; null if nothing.", default=None)
    error: str | None = text("Why it failed, contacts masked.", default=None)
    started_at: dt.datetime = timestamp("When it began.", default_now=True, nullable=False)
    finished_at: dt.datetime | None = timestamp("When it ended.", default=None)
    seconds: float | None = column(
        "How long it took; null until it ends.", sa_type=Float, unit="seconds", default=None
    )


class SearchSkip(SQLModel, table=True):
    """How many passages have no vector after a refresh, for one reason."""

    __tablename__ = "search_skip"
    __table_args__ = table(
        "ops", __doc__, one_of("reason", SkipReason), grain="one reason in one refresh"
    )

    search_refresh_key: int = column(
        "The refresh.",
        sa_type=BigInteger,
        nullable=False,
        primary_key=True,
        sa_column_args=[ForeignKey("ops.search_refresh.search_refresh_key", ondelete="CASCADE")],
    )
    reason: str = text("Why there is no vector.", nullable=False, primary_key=True)
    passage_count: int = column(
        "Number of passages.", sa_type=Integer, unit="passages", nullable=False
    )
