"""Publishing: one transaction from staging to ``core`` and a new data version."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from warehouse.errors import HistoryError
from warehouse.history import DIMENSIONS, PROGRAM, MergeResult, merge, retire
from warehouse.queries.eligibility import EligibilityRow, replace_eligibility_rules
from warehouse.queries.staging import COLUMNS
from warehouse.tables.staging import CHILDREN, NATURAL_KEY
from warehouse.vocabulary import RunStatus

PUBLISHED_CHANNEL = "residency_published"
"""Channel that is notified, with the version's number, when a data version is published."""

CORE_TABLES = (
    "requirement_test", "program_section", "program_requirement", "selection_criterion",
    "interview_date", "program_training_site", "program_contact", "program_evidence",
    "fact_program", "dim_program", "dim_site", "dim_university", "dim_location", "dim_discipline",
    "dim_stream", "dim_match_iteration",
)  # fmt: skip
"""``core`` in the order in which foreign keys let go of it."""


@dataclass(frozen=True)
class Publication:
    """What publishing did: ``version`` is None where nothing had changed."""

    version: int | None
    published_at: dt.datetime
    programs: MergeResult
    program_count: int


async def publish(
    connection: asyncpg.Connection,
    run: int,
    *,
    match_iteration_id: int,
    is_sample: bool,
    rules: Sequence[EligibilityRow],
) -> Publication:
    """Merge staging into ``core``, and record the data version, in one transaction.

    Readers see the state before it or the one after it. Where nothing changed, nothing is
    written but the end of the run. Data of a sample never mix with real ones: where the
    published version is a sample and this one is not, or the other way, the old rows go.

    Raises:
        HistoryError: another load began since, or staging refers to what does not exist.
    """
    async with connection.transaction():
        await _hold_run(connection, run)
        published_at = await _publish_time(connection)
        await _drop_other_kind(connection, is_sample=is_sample)
        dimensions = [
            await merge(
                connection,
                spec,
                published_at=published_at,
                match_iteration_id=match_iteration_id,
                run=run,
            )
            for spec in DIMENSIONS
        ]
        programs = await merge(
            connection,
            PROGRAM,
            published_at=published_at,
            match_iteration_id=match_iteration_id,
            run=run,
        )
        await _insert_facts_and_children(connection, published_at)
        changed = await replace_eligibility_rules(connection, rules)
        retired = 0
        for spec in reversed(DIMENSIONS):
            retired += await retire(connection, spec, published_at=published_at)
        count = await connection.fetchval("SELECT count(*) FROM core.dim_program WHERE is_current")
        version = None
        if programs.touched or retired or changed or any(result.touched for result in dimensions):
            version = await _record_version(
                connection, run, published_at, programs, count, match_iteration_id, is_sample
            )
            await _analyze(connection)
        await _finish(connection, run, version)
    return Publication(version, published_at, programs, count)


async def _hold_run(connection: asyncpg.Connection, run: int) -> None:
    """Make sure that staging is still this run's, and hold the run's row until the end.

    A load that lost the connection with its lock can be overtaken by another, which marks it as
    failed before it empties staging.
    """
    status = await connection.fetchval(
        "SELECT status FROM ops.load_run WHERE load_run_key = $1 FOR UPDATE", run
    )
    if status != RunStatus.RUNNING:
        raise HistoryError(
            f"load run {run} is {status}: another load began before this one published",
            remedy="load again when no other load is at work",
        )


async def _publish_time(connection: asyncpg.Connection) -> dt.datetime:
    """Return this transaction's publish time, later than every earlier one."""
    value: dt.datetime = await connection.fetchval(
        "SELECT greatest(transaction_timestamp(), max(published_at) + interval '1 microsecond')"
        " FROM ops.data_version"
    )
    return value


async def _drop_other_kind(connection: asyncpg.Connection, *, is_sample: bool) -> None:
    """Remove sample rows before real ones come in, and the reverse."""
    other: bool | None = await connection.fetchval(
        "SELECT is_sample FROM ops.data_version ORDER BY number DESC LIMIT 1"
    )
    if other is None or other == is_sample:
        return
    for table in CORE_TABLES:
        # DELETE, not TRUNCATE: readers at work keep the snapshot that they have.
        await connection.execute(f"DELETE FROM core.{table}")


async def _insert_facts_and_children(
    connection: asyncpg.Connection, published_at: dt.datetime
) -> None:
    """Insert the facts and children of the program versions that this publication brought."""
    keys = {name for name, _ in NATURAL_KEY}
    facts = await connection.fetch(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'core' AND table_name = 'fact_program'"
    )
    stated = [row["column_name"] for row in facts if row["column_name"] in COLUMNS["program"]]
    await connection.execute(_insert("fact_program", "program", stated), published_at)
    for child in CHILDREN:
        columns = [name for name in COLUMNS[child] if name not in keys]
        await connection.execute(_insert(child, child, columns), published_at)


def _insert(core: str, staging: str, columns: list[str]) -> str:
    """Return the insert of the rows of new program versions into a ``core`` table."""
    return (
        f"INSERT INTO core.{core} (program_key, {', '.join(columns)})"
        f" SELECT p.program_key, {', '.join(f's.{name}' for name in columns)}"
        f" FROM core.dim_program p JOIN staging.{staging} s"
        " USING (match_iteration_id, program_stream_id) WHERE p.valid_from = $1"
    )


async def _record_version(
    connection: asyncpg.Connection,
    run: int,
    published_at: dt.datetime,
    programs: MergeResult,
    count: int,
    match_iteration_id: int,
    is_sample: bool,
) -> int:
    """Record the new data version, audit it, and tell whoever listens."""
    number: int = await connection.fetchval(
        "INSERT INTO ops.data_version (number, load_run_key, match_iteration_id, is_sample,"
        " program_count, programs_added, programs_changed, programs_removed, published_at)"
        " SELECT coalesce(max(number), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8"
        " FROM ops.data_version RETURNING number",
        run, match_iteration_id, is_sample, count,
        programs.added, programs.changed, programs.removed, published_at,
    )  # fmt: skip
    details = {"added": programs.added, "changed": programs.changed, "removed": programs.removed}
    await connection.execute(
        "INSERT INTO ops.audit (actor, action, subject, details)"
        " VALUES (session_user, 'publish', $1, $2)",
        f"data version {number}", json.dumps(details),
    )  # fmt: skip
    await connection.execute("SELECT pg_notify($1, $2)", PUBLISHED_CHANNEL, str(number))
    return number


async def _analyze(connection: asyncpg.Connection) -> None:
    """Let the server count the new rows, so that readers' plans fit them from the first query.

    Left to the server's own schedule, the graph's pages took nine times as long for a minute.
    """
    tables = ", ".join(f"core.{name}" for name in CORE_TABLES)
    await connection.execute(f"ANALYZE {tables}, ops.data_version")


async def _finish(connection: asyncpg.Connection, run: int, version: int | None) -> None:
    """Record the end of the run within the publishing transaction."""
    status = RunStatus.UNCHANGED if version is None else RunStatus.PUBLISHED
    await connection.execute(
        "UPDATE ops.load_run SET status = $2, finished_at = clock_timestamp(),"
        " program_rows_published = (SELECT count(*) FROM staging.program)"
        " WHERE load_run_key = $1",
        run, status,
    )  # fmt: skip
