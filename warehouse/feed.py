"""What becomes of jobs, told to whoever watches: one connection for all watchers of a process.

The database notifies of every change. A change is read once, however many watch the job; a watcher
who is slow misses states in between, never the last one.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any, Final
from uuid import UUID

from warehouse.engine import Role, connect
from warehouse.errors import DatabaseBusyError
from warehouse.jobs import PROGRESS_CHANNEL, is_connection_lost
from warehouse.settings import Settings, get_settings
from warehouse.vocabulary import JobKind, JobStatus

_log = logging.getLogger(__name__)
LOOK_SECONDS: Final = 15.0
"""How often to look where nothing is notified: a notification can be lost with a connection."""
LONGEST_PAUSE: Final = 5.0
"""Longest pause between attempts to reach a database that is away, in seconds."""


@dataclass(frozen=True)
class JobState:
    """What everybody may see of a job; ``progress`` is a share from 0 to 1."""

    job_id: UUID
    kind: JobKind
    status: JobStatus
    progress: float
    message: str | None
    error: str | None
    attempts: int
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None

    @property
    def is_finished(self) -> bool:
        """Whether nothing will change any more."""
        return self.status not in {JobStatus.QUEUED, JobStatus.RUNNING}


SHOWN: Final = ", ".join(one.name for one in fields(JobState))
"""The columns of a job that the reader may see."""
_READ: Final = f"SELECT {SHOWN} FROM ops.job WHERE job_id = ANY ($1::uuid[])"


@dataclass(eq=False)
class _Watcher:
    """Somebody who watches a job: its newest state, and a bell for when there is one."""

    state: JobState | None = None
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, state: JobState | None) -> None:
        self.state = state
        self.bell.set()


class JobFeed:
    """Tells watchers of jobs about every change.

    Args:
        settings: Where to connect.
        most: Watchers at a time.
    """

    def __init__(self, settings: Settings | None = None, *, most: int = 1_000) -> None:
        self._settings = settings or get_settings()
        self._most = most
        self._watchers: defaultdict[UUID, set[_Watcher]] = defaultdict(set)
        self._changed: set[UUID] = set()
        self._bell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def watchers(self) -> int:
        """How many watch."""
        return sum(map(len, self._watchers.values()))

    async def watch(self, job_id: UUID) -> AsyncGenerator[JobState]:
        """Yield the state of a job now, and each later one until it has ended.

        Yields nothing where there is no such job. Close the iterator to stop watching.

        Raises:
            DatabaseBusyError: too many watch already.
        """
        if self.watchers >= self._most:
            raise DatabaseBusyError(
                f"{self._most} watchers of jobs are connected", remedy="try again in a moment"
            )
        watcher = _Watcher()
        self._watchers[job_id].add(watcher)
        self._note(job_id)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            while True:
                await watcher.bell.wait()
                watcher.bell.clear()
                state = watcher.state
                if state is None:
                    return
                yield state
                if state.is_finished:
                    return
        finally:
            self._watchers[job_id].discard(watcher)
            if not self._watchers[job_id]:
                del self._watchers[job_id]

    async def close(self) -> None:
        """Close the connection; watchers hear nothing more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def _note(self, job_id: UUID) -> None:
        self._changed.add(job_id)
        self._bell.set()

    async def _run(self) -> None:
        """Listen while somebody watches, through losses of the connection."""
        pause = 0.2
        while self._watchers:
            try:
                async with connect(Role.READER, self._settings) as connection:
                    await self._listen(connection)
                    return
            except Exception as error:  # noqa: BLE001 - logged, and tried again
                if not is_connection_lost(error):
                    _log.exception("the feed of jobs failed")
                else:
                    _log.warning("the feed of jobs lost the database: %s", error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            self._changed.update(self._watchers)

    async def _listen(self, connection: Any) -> None:
        def on_change(_connection: object, _process: int, _channel: str, payload: object) -> None:
            job_id = UUID(str(payload))
            if job_id in self._watchers:
                self._note(job_id)

        def on_loss(_connection: object) -> None:
            self._changed.update(self._watchers)  # to read them fails, and finds another connection
            self._bell.set()

        await connection.add_listener(PROGRESS_CHANNEL, on_change)
        connection.add_termination_listener(on_loss)
        while self._watchers:
            changed, self._changed = self._changed & set(self._watchers), set()
            if changed:
                await self._tell(connection, changed)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._bell.wait()
            if not self._bell.is_set():
                self._changed.update(self._watchers)
            self._bell.clear()

    async def _tell(self, connection: Any, changed: set[UUID]) -> None:
        found = {row["job_id"]: _state(row) for row in await connection.fetch(_READ, list(changed))}
        for job_id in changed:
            state = found.get(job_id)
            for watcher in self._watchers.get(job_id, ()):
                if state is None or state != watcher.state:
                    watcher.tell(state)


def _state(row: Any) -> JobState:
    values = dict(row)
    values["kind"] = JobKind[values["kind"]]
    values["status"] = JobStatus[values["status"]]
    return JobState(**values)
