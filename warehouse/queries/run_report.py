"""What a load run did: its row, its checks, and the reasons of what it kept back."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from warehouse.queries.runs import Check
from warehouse.vocabulary import CheckStatus, RunStatus


@dataclass(frozen=True)
class RunReport:
    """One load run; counts are programs, None where the run did not come that far."""

    run: int
    source: str
    status: RunStatus
    step: str
    version: int | None
    rows_in: int | None
    rows_published: int | None
    rows_quarantined: int | None
    seconds: float
    error: str | None
    checks: tuple[Check, ...]
    quarantine_reasons: dict[str, int]
    """Reason code to how often it was given; a row can have several reasons."""


async def run_report(connection: asyncpg.Connection, run: int) -> RunReport:
    """Return what a run did so far.

    Raises:
        LookupError: there is no such run.
    """
    row = await connection.fetchrow(
        "SELECT source, status, step, program_rows_in, program_rows_published,"
        " program_rows_quarantined, error, (SELECT number FROM ops.data_version v"
        " WHERE v.load_run_key = r.load_run_key) AS version,"
        " extract(epoch FROM coalesce(finished_at, clock_timestamp()) - started_at) AS seconds"
        " FROM ops.load_run r WHERE load_run_key = $1",
        run,
    )
    if row is None:
        raise LookupError(f"there is no load run {run}")
    return RunReport(
        run=run,
        source=row["source"],
        status=RunStatus[row["status"]],
        step=row["step"],
        version=row["version"],
        rows_in=row["program_rows_in"],
        rows_published=row["program_rows_published"],
        rows_quarantined=row["program_rows_quarantined"],
        seconds=float(row["seconds"]),
        error=row["error"],
        checks=await _checks(connection, run),
        quarantine_reasons=await _reasons(connection, run),
    )


async def _checks(connection: asyncpg.Connection, run: int) -> tuple[Check, ...]:
    rows = await connection.fetch(
        "SELECT name, subject, status, message, observed, expected FROM ops.check_result"
        " WHERE load_run_key = $1 ORDER BY check_result_key",
        run,
    )
    return tuple(Check(**{**row, "status": CheckStatus[row["status"]]}) for row in rows)


async def _reasons(connection: asyncpg.Connection, run: int) -> dict[str, int]:
    rows = await connection.fetch(
        "SELECT reason ->> 'reason_code' AS code, count(*) AS times"
        " FROM ops.quarantine, jsonb_array_elements(reasons) AS reason"
        " WHERE load_run_key = $1 GROUP BY 1 ORDER BY 2 DESC, 1",
        run,
    )
    return {row["code"]: row["times"] for row in rows}
