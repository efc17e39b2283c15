"""Load runs with their checks and quarantined rows; published data versions."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from warehouse.masking import mask_contacts
from warehouse.vocabulary import CheckStatus, RunStatus

LOAD_LOCK = 0x5245534C  # "RESL": one load at a time, over all processes


@dataclass(frozen=True)
class Check:
    """The result of one quality check; texts are masked before they are stored."""

    name: str
    subject: str
    status: CheckStatus
    message: str
    observed: str | None = None
    expected: str | None = None


@dataclass(frozen=True)
class QuarantinedRow:
    """A source row that was kept back with all its reasons."""

    role: str
    row_number: int | None
    natural_key: str | None
    reasons: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class DataVersion:
    """A published state of the warehouse."""

    number: int
    load_run_key: int
    match_iteration_id: int
    is_sample: bool
    program_count: int
    programs_added: int
    programs_changed: int
    programs_removed: int
    published_at: dt.datetime


async def take_load_lock(connection: asyncpg.Connection) -> bool:
    """Try to become the only load at work; the lock ends with the connection."""
    taken: bool = await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOAD_LOCK)
    return taken


async def start_run(connection: asyncpg.Connection, *, source: str, is_sample: bool) -> int:
    """Record the start of a load; runs that were killed before are marked as failed."""
    await connection.execute(
        "UPDATE ops.load_run SET status = $1, error = $2, finished_at = now() WHERE status = $3",
        RunStatus.FAILED,
        "the process ended before the run did; nothing was published",
        RunStatus.RUNNING,
    )
    key: int = await connection.fetchval(
        "INSERT INTO ops.load_run (source, is_sample, status, step)"
        " VALUES ($1, $2, $3, 'land') RETURNING load_run_key",
        source, is_sample, RunStatus.RUNNING,
    )  # fmt: skip
    return key


async def enter_step(connection: asyncpg.Connection, run: int, step: str) -> None:
    """Record which step a run is at."""
    await connection.execute("UPDATE ops.load_run SET step = $2 WHERE load_run_key = $1", run, step)


async def record_files(
    connection: asyncpg.Connection, run: int, file_keys: Sequence[int], fingerprint: str
) -> None:
    """Record the files that a run reads and its fingerprint."""
    await connection.executemany(
        "INSERT INTO ops.load_run_file (load_run_key, file_key) VALUES ($1, $2)"
        " ON CONFLICT DO NOTHING",
        [(run, key) for key in file_keys],
    )
    await connection.execute(
        "UPDATE ops.load_run SET fingerprint = $2 WHERE load_run_key = $1", run, fingerprint
    )


async def run_files(connection: asyncpg.Connection, run: int) -> dict[str, int]:
    """Return the landed files of a run: role to file key."""
    rows = await connection.fetch(
        "SELECT f.role, f.file_key FROM ops.load_run_file r JOIN landing.file f USING (file_key)"
        " WHERE r.load_run_key = $1",
        run,
    )
    return {row["role"]: row["file_key"] for row in rows}


async def record_rows(
    connection: asyncpg.Connection, run: int, *, rows_in: int, quarantined: int
) -> None:
    """Record how many programs a run saw and kept back."""
    await connection.execute(
        "UPDATE ops.load_run SET program_rows_in = $2, program_rows_quarantined = $3"
        " WHERE load_run_key = $1",
        run, rows_in, quarantined,
    )  # fmt: skip


async def finish_run(
    connection: asyncpg.Connection,
    run: int,
    status: RunStatus,
    *,
    published: int | None = None,
    error: str | None = None,
) -> None:
    """Record the end of a run; one that has ended before (published, say) stays as it is."""
    await connection.execute(
        "UPDATE ops.load_run SET status = $2, program_rows_published = $3, error = $4,"
        " finished_at = clock_timestamp() WHERE load_run_key = $1 AND status = $5",
        run, status, published, _masked(error), RunStatus.RUNNING,
    )  # fmt: skip


async def store_checks(connection: asyncpg.Connection, run: int, checks: Sequence[Check]) -> None:
    """Store check results."""
    await connection.executemany(
        "INSERT INTO ops.check_result"
        " (load_run_key, name, subject, status, observed, expected, message)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            (
                run, check.name, check.subject, check.status, _masked(check.observed),
                _masked(check.expected), mask_contacts(check.message),
            )
            for check in checks
        ],
    )  # fmt: skip


async def store_quarantine(
    connection: asyncpg.Connection, run: int, rows: Sequence[QuarantinedRow]
) -> None:
    """Store quarantined rows, every text of their reasons masked."""
    await connection.executemany(
        "INSERT INTO ops.quarantine (load_run_key, role, row_number, natural_key, reasons)"
        " VALUES ($1, $2, $3, $4, $5)",
        [
            (
                run, row.role, row.row_number, row.natural_key,
                json.dumps([_masked_reason(reason) for reason in row.reasons], ensure_ascii=False),
            )
            for row in rows
        ],
    )  # fmt: skip


async def published_version(connection: asyncpg.Connection) -> DataVersion | None:
    """Return the newest data version, or None where nothing is published."""
    row = await connection.fetchrow(
        "SELECT number, load_run_key, match_iteration_id, is_sample, program_count, programs_added,"
        " programs_changed, programs_removed, published_at"
        " FROM ops.data_version ORDER BY number DESC LIMIT 1"
    )
    return None if row is None else DataVersion(**dict(row))


async def published_fingerprint(connection: asyncpg.Connection) -> str | None:
    """Return the fingerprint of the last complete run, whether it brought anything new or not."""
    value: str | None = await connection.fetchval(
        "SELECT fingerprint FROM ops.load_run WHERE status IN ('PUBLISHED', 'UNCHANGED')"
        " ORDER BY load_run_key DESC LIMIT 1"
    )
    return value


def _masked_reason(reason: dict[str, Any]) -> dict[str, Any]:
    """Mask the contacts of a reason's texts, each on its own: masks within JSON text break it."""
    return {
        name: mask_contacts(value) if isinstance(value, str) else value
        for name, value in reason.items()
    }


def _masked(text: str | None) -> str | None:
    """Mask the contacts of an optional text."""
    return None if text is None else mask_contacts(text)
