"""What an operator asks: the last runs, their checks, and what was kept back."""

from __future__ import annotations

from typing import Any

import asyncpg


async def last_runs(connection: asyncpg.Connection, *, limit: int = 10) -> list[dict[str, Any]]:
    """Return the newest load runs, newest first."""
    rows = await connection.fetch(
        "SELECT r.load_run_key AS run, r.source, r.is_sample, r.status, r.step,"
        " r.program_rows_in AS rows_in, r.program_rows_published AS published,"
        " r.program_rows_quarantined AS quarantined, v.number AS version, r.error,"
        " r.started_at, r.finished_at"
        " FROM ops.load_run r LEFT JOIN ops.data_version v USING (load_run_key)"
        " ORDER BY r.load_run_key DESC LIMIT $1",
        limit,
    )
    return [dict(row) for row in rows]


async def run_checks(connection: asyncpg.Connection, run: int) -> list[dict[str, Any]]:
    """Return the check results of a run, failed ones first."""
    rows = await connection.fetch(
        "SELECT name, subject, status, observed, expected, message FROM ops.check_result"
        " WHERE load_run_key = $1"
        " ORDER BY array_position(ARRAY['FAILED', 'WARNED', 'PASSED'], status), check_result_key",
        run,
    )
    return [dict(row) for row in rows]


async def run_quarantine(connection: asyncpg.Connection, run: int) -> list[dict[str, Any]]:
    """Return the quarantined rows of a run, one entry per reason."""
    rows = await connection.fetch(
        "SELECT q.natural_key, r.value ->> 'reason_code' AS reason_code,"
        " r.value ->> 'file' AS file, (r.value ->> 'row')::integer AS row,"
        " r.value ->> 'field' AS field,"
        " r.value ->> 'message' AS message"
        " FROM ops.quarantine q, jsonb_array_elements(q.reasons) r"
        " WHERE q.load_run_key = $1 ORDER BY q.quarantine_key",
        run,
    )
    return [dict(row) for row in rows]
