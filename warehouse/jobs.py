"""The queue of long work: rows of ``ops.job`` that one worker each claims, beats for and ends.

Whoever asks for work writes its row in the transaction of what it asks for. A claimed job
belongs to its worker while its heartbeat is fresh; every later write of the worker names both
the job and the worker, so one that was taken over or cancelled can no longer change anything.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from warehouse.errors import DatabaseUnreachableError, RoleMissingError
from warehouse.masking import mask_contacts
from warehouse.vocabulary import JobKind, JobStatus

QUEUE_CHANNEL = "residency_jobs"
"""Channel that is notified, with the job's id, when a job is queued, cancelled or given back."""

PROGRESS_CHANNEL = "residency_job_progress"
"""Channel that is notified, with the job's id, whenever a job's visible state changes."""

STALE_AFTER_SECONDS = 20.0
"""Age of a heartbeat from which a job counts as abandoned."""

MAX_ATTEMPTS = 5
"""Claims after which an abandoned job is given up: it probably kills its workers."""

_COLUMNS = (
    "job_id, kind, status, arguments, progress, message, result, error, attempts, claimed_by,"
    " heartbeat_at, created_at, started_at, finished_at"
)
_READ = f"SELECT {_COLUMNS} FROM ops.job WHERE job_id = $1"
_CLAIM = (
    "UPDATE ops.job SET status = $1, claimed_by = $2, attempts = attempts + 1,"
    " heartbeat_at = clock_timestamp(), progress = 0, message = NULL, error = NULL,"
    " started_at = coalesce(started_at, clock_timestamp())"
    " WHERE job_id = (SELECT job_id FROM ops.job WHERE status = $3 OR (status = $1"
    " AND heartbeat_at < clock_timestamp() - make_interval(secs => $4))"
    " ORDER BY created_at, job_id LIMIT 1 FOR UPDATE SKIP LOCKED)"
    f" RETURNING {_COLUMNS}"
)


@dataclass(frozen=True)
class Job:
    """One row of ``ops.job``; ``progress`` is a share from 0 to 1."""

    job_id: UUID
    kind: JobKind
    status: JobStatus
    arguments: dict[str, Any]
    progress: float
    message: str | None
    result: dict[str, Any] | None
    error: str | None
    attempts: int
    claimed_by: str | None
    heartbeat_at: dt.datetime | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None

    @property
    def is_finished(self) -> bool:
        """Whether nothing will change any more."""
        return self.status not in {JobStatus.QUEUED, JobStatus.RUNNING}


async def enqueue(
    connection: asyncpg.Connection, kind: JobKind, arguments: Mapping[str, Any]
) -> UUID:
    """Queue a job in the caller's transaction and wake the workers when that commits."""
    job_id = await enqueue_once(connection, kind, arguments, None)
    assert job_id is not None
    return job_id


async def enqueue_once(
    connection: asyncpg.Connection, kind: JobKind, arguments: Mapping[str, Any], key: str | None
) -> UUID | None:
    """Queue a job as :func:`enqueue` does; None where its idempotency key is known already."""
    job_id: UUID | None = await connection.fetchval(
        "INSERT INTO ops.job (kind, status, arguments, idempotency_token)"
        " VALUES ($1, $2, $3::text::jsonb, $4) ON CONFLICT (idempotency_token) DO NOTHING"
        " RETURNING job_id",
        kind, JobStatus.QUEUED, json.dumps(dict(arguments)), key,
    )  # fmt: skip
    if job_id is not None:
        await _notify(connection, QUEUE_CHANNEL, job_id)
    return job_id


async def count_open(connection: asyncpg.Connection) -> int:
    """Return how many jobs wait or run."""
    count: int = await connection.fetchval(
        "SELECT count(*) FROM ops.job WHERE status = ANY ($1::text[])",
        [JobStatus.QUEUED, JobStatus.RUNNING],
    )
    return count


async def job_of_key(connection: asyncpg.Connection, key: str) -> Job | None:
    """Return the job that was queued with an idempotency key; None for none."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM ops.job WHERE idempotency_token = $1", key
    )
    return None if row is None else _job(row)


async def claim(
    connection: asyncpg.Connection, worker: str, *, stale_after: float = STALE_AFTER_SECONDS
) -> Job | None:
    """Take the oldest job that is queued or abandoned, or None where there is none.

    Rows that another worker is just claiming are skipped, not waited for. ``stale_after`` is in
    seconds. An abandoned job that was claimed :data:`MAX_ATTEMPTS` times fails instead.
    """
    async with connection.transaction():
        await _give_up_hopeless(connection, stale_after)
        row = await connection.fetchrow(
            _CLAIM, JobStatus.RUNNING, worker, JobStatus.QUEUED, stale_after
        )
        if row is None:
            return None
        job = _job(row)
        await _notify(connection, PROGRESS_CHANNEL, job.job_id)
        return job


async def report_progress(
    connection: asyncpg.Connection,
    job_id: UUID,
    worker: str,
    *,
    progress: float | None = None,
    message: str | None = None,
) -> bool:
    """Beat for a job and say how far it is; without values it is a heartbeat only.

    Returns False where the job is no longer this worker's: cancelled, taken over or gone.
    """
    share = None if progress is None else min(max(progress, 0.0), 1.0)
    found = await connection.fetchval(
        "UPDATE ops.job SET heartbeat_at = clock_timestamp(),"
        " progress = coalesce($3, progress), message = coalesce($4, message)"
        " WHERE job_id = $1 AND claimed_by = $2 AND status = $5 RETURNING true",
        job_id, worker, share, _masked(message), JobStatus.RUNNING,
    )  # fmt: skip
    if found and (progress is not None or message is not None):
        await _notify(connection, PROGRESS_CHANNEL, job_id)
    return bool(found)


async def succeed(
    connection: asyncpg.Connection, job_id: UUID, worker: str, result: Mapping[str, Any]
) -> bool:
    """End a job with its result; False where it is no longer this worker's."""
    return await _finish(
        connection, job_id, worker, JobStatus.SUCCEEDED, result=mask_contacts(json.dumps(result))
    )


async def fail(connection: asyncpg.Connection, job_id: UUID, worker: str, error: str) -> bool:
    """End a job with its error, contacts masked; False where it is no longer this worker's."""
    return await _finish(connection, job_id, worker, JobStatus.FAILED, error=mask_contacts(error))


async def release(
    connection: asyncpg.Connection, job_id: UUID, worker: str, message: str
) -> bool:  # fmt: skip
    """Give a job back to the queue; False where it is no longer this worker's."""
    async with connection.transaction():
        found = await connection.fetchval(
            "UPDATE ops.job SET status = $3, claimed_by = NULL, heartbeat_at = NULL, message = $4"
            " WHERE job_id = $1 AND claimed_by = $2 AND status = $5 RETURNING true",
            job_id, worker, JobStatus.QUEUED, mask_contacts(message), JobStatus.RUNNING,
        )  # fmt: skip
        if found:
            await _notify(connection, QUEUE_CHANNEL, job_id)
            await _notify(connection, PROGRESS_CHANNEL, job_id)
    return bool(found)


async def cancel(connection: asyncpg.Connection, job_id: UUID) -> bool:
    """Cancel a job that has not ended; False where there is nothing to cancel.

    The worker of a running job learns of it with its next heartbeat, a second or two later, and
    stops. What was already published stays.
    """
    found = await connection.fetchval(
        "UPDATE ops.job SET status = $2, finished_at = clock_timestamp()"
        " WHERE job_id = $1 AND status = ANY ($3::text[]) RETURNING true",
        job_id, JobStatus.CANCELLED, [JobStatus.QUEUED, JobStatus.RUNNING],
    )  # fmt: skip
    if found:
        await _notify(connection, QUEUE_CHANNEL, job_id)
        await _notify(connection, PROGRESS_CHANNEL, job_id)
    return bool(found)


async def get_job(connection: asyncpg.Connection, job_id: UUID) -> Job | None:
    """Return a job, or None where there is no such job."""
    row = await connection.fetchrow(_READ, job_id)
    return None if row is None else _job(row)


async def has_unfinished_jobs(connection: asyncpg.Connection) -> bool:
    """Return whether a job waits or is at work."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM ops.job WHERE status = ANY ($1::text[]))",
        [JobStatus.QUEUED, JobStatus.RUNNING],
    )
    return found


@asynccontextmanager
async def job_bell(
    connection: asyncpg.Connection, channel: str = QUEUE_CHANNEL
) -> AsyncIterator[asyncio.Event]:
    """Yield an event that is set by every notification of ``channel``, and by a lost connection.

    Open it before the first look into the queue: what comes after that look rings.
    """
    bell = asyncio.Event()

    def ring(*_: object) -> None:
        bell.set()

    await connection.add_listener(channel, ring)
    connection.add_termination_listener(ring)
    try:
        yield bell
    finally:
        connection.remove_termination_listener(ring)
        if not connection.is_closed():
            await connection.remove_listener(channel, ring)


async def wait_for_jobs(bell: asyncio.Event, timeout: float) -> bool:  # noqa: ASYNC109
    """Wait until the bell rings, ``timeout`` seconds at most; returns whether it rang.

    The time limit is the fallback: jobs also become claimable without a notification, when
    their worker dies.
    """
    try:
        await asyncio.wait_for(bell.wait(), timeout)
    except TimeoutError:
        return False
    bell.clear()
    return True


def is_connection_lost(error: BaseException | None) -> bool:
    """Return whether an error, or one behind it, says that the database is away for a while."""
    # A bare ConnectionError is asyncpg's; behind another error it can be a download's.
    if isinstance(error, ConnectionError):
        return True
    while error is not None:
        if isinstance(error, _LOST):
            return not isinstance(error, RoleMissingError)
        error = error.__cause__ or error.__context__
    return False


_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # The server's farewell came between the two halves of a statement.
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    DatabaseUnreachableError,
)


async def _give_up_hopeless(connection: asyncpg.Connection, stale_after: float) -> None:
    """Fail the abandoned jobs that were claimed too often."""
    rows = await connection.fetch(
        "UPDATE ops.job SET status = $1, finished_at = clock_timestamp(), error = $2"
        " WHERE job_id IN (SELECT job_id FROM ops.job WHERE status = $3 AND attempts >= $5"
        " AND heartbeat_at < clock_timestamp() - make_interval(secs => $4) FOR UPDATE SKIP LOCKED)"
        " RETURNING job_id",
        JobStatus.FAILED,
        f"The worker died {MAX_ATTEMPTS} times while it ran this job. See the worker's log and"
        " the machine's memory, then ask for the work again.",
        JobStatus.RUNNING, stale_after, MAX_ATTEMPTS,
    )  # fmt: skip
    for row in rows:
        await _notify(connection, PROGRESS_CHANNEL, row["job_id"])


async def _finish(
    connection: asyncpg.Connection,
    job_id: UUID,
    worker: str,
    status: JobStatus,
    *,
    result: str | None = None,
    error: str | None = None,
) -> bool:
    """Write the end of a job that is still this worker's."""
    found = await connection.fetchval(
        "UPDATE ops.job SET status = $3, result = $4::text::jsonb, error = $5,"
        " progress = CASE WHEN $3 = $6 THEN 1 ELSE progress END,"
        " heartbeat_at = clock_timestamp(), finished_at = clock_timestamp()"
        " WHERE job_id = $1 AND claimed_by = $2 AND status = $7 RETURNING true",
        job_id, worker, status, result, error, JobStatus.SUCCEEDED, JobStatus.RUNNING,
    )  # fmt: skip
    if found:
        await _notify(connection, PROGRESS_CHANNEL, job_id)
    return bool(found)


async def _notify(connection: asyncpg.Connection, channel: str, job_id: UUID) -> None:
    await connection.execute("SELECT pg_notify($1, $2)", channel, str(job_id))


def _job(row: Mapping[str, Any]) -> Job:
    """Make a :class:`Job` of a row, whether or not the connection decodes JSON itself."""
    values = dict(row)
    for name in ("arguments", "result"):
        if isinstance(values[name], str):
            values[name] = json.loads(values[name])
    values["kind"] = JobKind[values["kind"]]
    values["status"] = JobStatus[values["status"]]
    return Job(**values)


def _masked(text: str | None) -> str | None:
    return None if text is None else mask_contacts(text)
