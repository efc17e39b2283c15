"""The worker: claims jobs of ``ops.job`` one after the other and runs each as its flow.

The flow runs in a thread with an event loop of its own, while this module's loop sends the
heartbeat and the progress, so that neither waits for the other. Nothing here imports Prefect
until the first job.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from etl.chunk_folders import forget_chunks
from etl.errors import EtlError
from simulation.errors import SimulationError
from simulation.warming import Warming
from warehouse import jobs
from warehouse.engine import owner_connection
from warehouse.errors import WarehouseError
from warehouse.jobs import Job
from warehouse.masking import mask_contacts
from warehouse.settings import Settings
from warehouse.vocabulary import JobKind

if TYPE_CHECKING:
    from etl.refresh import Progress  # its imports take a second: they come with the first job

logger = logging.getLogger(__name__)

Runner = Callable[[dict[str, Any], "Progress"], dict[str, Any]]
"""Runs a job in the calling thread: arguments and progress in, JSON-able result out."""

Result = TypeVar("Result")

STEP_SHARES: Mapping[JobKind, Mapping[str, tuple[float, float]]] = {
    JobKind.REFRESH_WAREHOUSE: {
        "wait": (0.0, 0.0),
        "prepare": (0.0, 0.1),
        "land": (0.1, 0.28),
        "stage": (0.28, 0.78),
        "check": (0.78, 0.8),
        "publish": (0.8, 0.86),
        "cut": (0.86, 0.9),
        "embed": (0.9, 0.98),
        "switch": (0.98, 1.0),
    },
    JobKind.RUN_SIMULATION: {
        "compile": (0.0, 0.0),
        "draw": (0.0, 0.02),
        "match": (0.02, 0.97),
        "store": (0.97, 1.0),
    },
    JobKind.REFRESH_SEARCH: {"cut": (0.0, 0.4), "embed": (0.4, 0.95), "switch": (0.95, 1.0)},
}
"""From which share of the whole to which each step of a job goes."""

WAITS: Mapping[str, str] = {
    "compile": "compile: waiting for the match engine to be compiled, once for each machine"
}
"""What a job says in steps in which it waits for something."""


class JobCancelledError(EtlError):
    """Raised out of a job's progress report when the job is no longer this worker's."""


@dataclass(frozen=True)
class Timing:
    """How often a worker looks and beats, in seconds."""

    beat: float = 1.0
    poll: float = 5.0
    stale_after: float = jobs.STALE_AFTER_SECONDS
    reconnect: float = 600.0
    """How long a lost database may stay away before the worker gives up."""


@dataclass
class WorkerReport:
    """How many jobs a worker ended, and how."""

    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    """Cancelled from outside, or taken over by another worker."""
    released: int = 0
    """Given back to the queue because the database went away."""


@dataclass
class Tracker:
    """Where the job's thread leaves its progress and learns that it is to stop."""

    kind: JobKind = JobKind.REFRESH_WAREHOUSE
    share: float | None = None
    message: str | None = None
    is_cancelled: bool = False
    sent: tuple[float | None, str | None] = field(default=(None, None))

    def report(self, step: str, done: int, total: int | None) -> None:
        """Take a progress report from the job's thread.

        Raises:
            JobCancelledError: the job was cancelled or taken over.
        """
        if self.is_cancelled:
            raise JobCancelledError("The job was cancelled.", "Ask for it again if need be.")
        start, end = STEP_SHARES[self.kind].get(step, (0.0, 1.0))
        part = min(done / total, 1.0) if total else 0.0
        self.share = start + (end - start) * part
        self.message = f"{step}: {done} of {total}" if total else WAITS.get(step, step)

    def news(self) -> dict[str, Any]:
        """Return what changed since the last call, as arguments of ``report_progress``."""
        now = (self.share, self.message)
        if now == self.sent:
            return {}
        self.sent = now
        return {"progress": self.share, "message": self.message}


class Line:
    """A connection to the warehouse that is opened again when it was lost."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.bell = asyncio.Event()
        self._settings = settings
        self._stack = AsyncExitStack()
        self._connection: Any = None

    async def do(
        self, action: Callable[[Any], Awaitable[Result]], *, patience: float = 0.0
    ) -> Result:
        """Call ``action`` with a connection, again for ``patience`` seconds while none can be had.

        Raises:
            DatabaseUnreachableError: no connection within ``patience`` (or what was raised when
                the last one broke).
        """
        deadline = asyncio.get_running_loop().time() + patience
        pause = 0.2
        while True:
            try:
                if self._connection is None or self._connection.is_closed():
                    await self._open()
                return await action(self._connection)
            except Exception as error:
                if not jobs.is_connection_lost(error):
                    raise
                await self.close()
                if asyncio.get_running_loop().time() + pause > deadline:
                    raise
                logger.warning("the database is away, trying again in %.1f s", pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def close(self) -> None:
        """Close the connection, if there is one."""
        self._connection = None
        stack, self._stack = self._stack, AsyncExitStack()
        try:
            await stack.aclose()
        except Exception as error:
            if not jobs.is_connection_lost(error):
                raise

    async def _open(self) -> None:
        await self.close()
        connection = await self._stack.enter_async_context(owner_connection(self._settings))
        self.bell = await self._stack.enter_async_context(jobs.job_bell(connection))
        self._connection = connection


class Worker:
    """Claims jobs and runs them, one at a time."""

    def __init__(
        self,
        runners: Mapping[JobKind, Runner],
        *,
        settings: Settings | None = None,
        timing: Timing | None = None,
        name: str | None = None,
    ) -> None:
        self.name = name or f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.report = WorkerReport()
        self._runners = runners
        self._timing = timing or Timing()
        self._line = Line(settings)
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Claim no further job; :meth:`run` returns when the one at hand has ended."""
        self._stopping.set()
        self._line.bell.set()

    async def run(self, *, once: bool = False) -> WorkerReport:
        """Work until :meth:`stop` is called, or with ``once`` until the queue is empty.

        Raises:
            DatabaseUnreachableError: the database stayed away for longer than Timing.reconnect.
        """
        try:
            while not self._stopping.is_set():
                job = await self._line.do(self._claim, patience=self._timing.reconnect)
                if job is not None:
                    await self._run_job(job)
                elif once:
                    break
                else:
                    await jobs.wait_for_jobs(self._line.bell, self._timing.poll)
        finally:
            await self._line.close()
        return self.report

    async def _claim(self, connection: Any) -> Job | None:
        # Cancelling rings the bell, so that what a cancelled job left goes at once.
        await forget_chunks(connection)
        return await jobs.claim(connection, self.name, stale_after=self._timing.stale_after)

    async def _run_job(self, job: Job) -> None:
        """Run a claimed job to its end, beating for it, and write the end into its row."""
        logger.info("job %s (%s) begins, attempt %d", job.job_id, job.kind, job.attempts)
        tracker = Tracker(job.kind)
        future = self._start(job, tracker)
        while not future.done():
            await self._wait(future)
            await self._beat(job.job_id, tracker)
        error = future.exception()
        if tracker.is_cancelled:
            self.report.cancelled += 1
            logger.info("job %s was cancelled or taken over", job.job_id)
        elif error is None:
            await self._end(job.job_id, "succeeded", jobs.succeed, future.result())
        elif jobs.is_connection_lost(error) and job.attempts < jobs.MAX_ATTEMPTS:
            await self._end(
                job.job_id, "released", jobs.release, "the database went away; it begins again"
            )
        else:
            await self._end(job.job_id, "failed", jobs.fail, in_words(error))

    async def _wait(self, future: asyncio.Future[dict[str, Any]]) -> None:
        """Wait for the job's end, for the next beat, or for a change in the queue.

        Cancelling a job changes the queue: the next beat learns of it at once.
        """
        bell = asyncio.ensure_future(self._line.bell.wait())
        either: set[asyncio.Future[Any]] = {future, bell}
        await asyncio.wait(either, timeout=self._timing.beat, return_when=asyncio.FIRST_COMPLETED)
        bell.cancel()
        self._line.bell.clear()

    def _start(self, job: Job, tracker: Tracker) -> asyncio.Future[dict[str, Any]]:
        """Run the job in a thread of its own; the future gets its result or error."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[dict[str, Any]] = loop.create_future()

        def settle(result: dict[str, Any] | None, error: BaseException | None) -> None:
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result or {})

        def run() -> None:
            try:
                result = self._runners[job.kind](job.arguments, tracker.report)
            except BaseException as error:  # noqa: BLE001  (whatever it is goes into the row)
                loop.call_soon_threadsafe(settle, None, error)
            else:
                loop.call_soon_threadsafe(settle, result, None)

        threading.Thread(target=run, name=f"job-{job.job_id}").start()
        return future

    async def _beat(self, job_id: UUID, tracker: Tracker) -> None:
        """Send heartbeat and progress; a database that is away is no reason to stop the job."""
        if tracker.is_cancelled:
            return
        news = tracker.news()
        try:
            is_ours = await self._line.do(
                lambda connection: jobs.report_progress(connection, job_id, self.name, **news)
            )
        except Exception as error:
            if not jobs.is_connection_lost(error):
                raise
            return
        tracker.is_cancelled = not is_ours

    async def _end(
        self,
        job_id: UUID,
        outcome: str,
        write: Callable[[Any, UUID, str, Any], Awaitable[bool]],
        value: Any,
    ) -> None:
        """Write the end of a job with ``write`` and count it."""
        is_ours = await self._line.do(
            lambda connection: write(connection, job_id, self.name, value),
            patience=self._timing.reconnect,
        )
        counted = outcome if is_ours else "cancelled"
        setattr(self.report, counted, getattr(self.report, counted) + 1)
        if counted == "failed":
            logger.warning("job %s failed: %s", job_id, value)
        else:
            logger.info("job %s %s", job_id, counted)


def in_words(error: BaseException) -> str:
    """Return what a job's row says of an error, contacts masked."""
    known = isinstance(error, EtlError | WarehouseError | SimulationError)
    words: str = mask_contacts(str(error) if known else f"{type(error).__name__}: {error}")
    return words


def run_worker(*, once: bool = False) -> WorkerReport:
    """Be a worker that runs flows until SIGTERM or SIGINT; see :func:`work_until_stopped`."""
    from etl.flows.server import PrefectSession

    session, warming = PrefectSession(), Warming()

    def refresh(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
        session.ensure()
        from etl.flows.refresh_warehouse import run_refresh

        return run_refresh(arguments, progress)

    def refresh_search(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
        session.ensure()
        from etl.flows.refresh_search import run_search_refresh

        return run_search_refresh(arguments, progress)

    def simulate(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
        warming.wait(lambda: progress("compile", 0, None))
        session.ensure()
        from etl.flows.run_simulation import run_simulation

        return run_simulation(arguments, progress)

    runners = {
        JobKind.REFRESH_WAREHOUSE: refresh,
        JobKind.REFRESH_SEARCH: refresh_search,
        JobKind.RUN_SIMULATION: simulate,
    }
    try:
        with warming:
            return work_until_stopped(runners, once=once)
    finally:
        session.close()


def work_until_stopped(
    runners: Mapping[JobKind, Runner], *, once: bool = False, timing: Timing | None = None
) -> WorkerReport:
    """Be a worker until SIGTERM or SIGINT; blocks, for use as a process of its own.

    The first signal lets the job at hand end; a second one ends the process at once, and the
    next worker takes the job over. With ``once``, also returns when the queue is empty.
    """

    async def work() -> WorkerReport:
        worker = Worker(runners, timing=timing)
        _stop_on_signals(worker)
        return await worker.run(once=once)

    return asyncio.run(work())


def _stop_on_signals(worker: Worker) -> None:
    """Let the first SIGTERM or SIGINT stop the worker in order, and the second at once."""
    signals: list[int] = []

    def on_signal(number: int) -> None:
        if signals:
            os._exit(128 + number)
        signals.append(number)
        logger.info("signal %d: no further jobs", number)
        worker.stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number)
