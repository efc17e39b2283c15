"""The flow ``refresh_warehouse``: prepare, land, stage, check, publish, search.

It wires :mod:`etl.refresh` and nothing else. Importing this module imports Prefect: call
:func:`etl.flows.settings.configure_prefect` before.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from etl import refresh
from etl.errors import DownloadError, LoadAtWorkError
from etl.flows.artifacts import write_artifacts
from etl.flows.masking import mask_error, masked
from etl.flows.refresh_search import search_after_load
from etl.flows.running import PROGRESS, run_flow
from etl.refresh import Landed, Progress, RefreshRequest, RefreshResult, Staged, no_progress
from etl.sources.carms.files import SourceFiles
from warehouse.jobs import is_connection_lost
from warehouse.queries.publishing import Publication
from warehouse.queries.runs import Check
from warehouse.vocabulary import CheckStatus, RunStatus

RETRY_SECONDS = [2.0, 10.0, 30.0]
"""Pauses before the second, third and fourth attempt of a step that failed on I/O."""

LOCK_WAIT_SECONDS = 1800.0
"""How long a run waits for another load to end."""

_LOCK_POLL_SECONDS = 1.0


def is_worth_retrying(
    _task: Task[..., Any], _task_run: TaskRun, state: State[Any]
) -> bool:  # fmt: skip
    """Whether a step failed on I/O that may work a moment later.

    A lost database connection is not retried here: the load lock went with it, so the whole run
    begins again.
    """
    error = state.data
    return isinstance(error, DownloadError | OSError) and not is_connection_lost(error)


@task(
    name="prepare",
    retries=len(RETRY_SECONDS),
    retry_delay_seconds=RETRY_SECONDS,
    retry_condition_fn=is_worth_retrying,
    cache_policy=NO_CACHE,
    persist_result=False,
)
@masked
def prepare(request: RefreshRequest, progress: Progress) -> SourceFiles:
    """Bring the four files to a local folder."""
    return refresh.prepare(request, progress)


@task(
    name="land",
    retries=len(RETRY_SECONDS),
    retry_delay_seconds=RETRY_SECONDS,
    retry_condition_fn=is_worth_retrying,
    cache_policy=NO_CACHE,
    persist_result=False,
)
@masked
async def land(
    run: int, request: RefreshRequest, files: SourceFiles, progress: Progress
) -> Landed:  # fmt: skip
    """Land the files as received."""
    return await refresh.land(run, request, files, progress)


@task(name="stage", cache_policy=NO_CACHE, persist_result=False)
@masked
async def stage(landed: Landed, progress: Progress) -> Staged:
    """Check, parse and stage the programs."""
    return await refresh.stage(landed, progress)


@task(name="check", cache_policy=NO_CACHE, persist_result=False)
@masked
async def check(staged: Staged) -> list[Check]:
    """Run the quality checks."""
    return await refresh.check(staged)


@task(name="publish", cache_policy=NO_CACHE, persist_result=False)
@masked
async def publish(staged: Staged) -> Publication:
    """Publish what is staged."""
    return await refresh.publish_load(staged)


@flow(name="refresh_warehouse", persist_result=False, retries=0)
@masked
async def refresh_warehouse(request: dict[str, Any]) -> dict[str, Any]:
    """Load the program files and publish them; ``request`` is RefreshRequest.as_dict()."""
    progress, clock = PROGRESS.get(), Stopwatch()
    asked = RefreshRequest.from_dict(request)
    async with when_no_load_is_at_work(progress):
        run = await refresh.begin(asked)
        try:
            result = await load(run, asked, progress, clock)
        except BaseException as error:
            await refresh.fail(run, mask_error(error))
            await write_artifacts(run, clock.seconds)
            raise
    await write_artifacts(run, clock.seconds)
    return as_job_result(result) | {"search": await search_after_load(progress)}


async def load(
    run: int, request: RefreshRequest, progress: Progress, clock: Stopwatch
) -> RefreshResult:
    """Take a run through its steps."""
    with clock.step("prepare"):
        progress("prepare", 0, None)
        files = prepare(request, progress)
    with clock.step("land"):
        landed = await land(run, request, files, progress)
    if landed.is_unchanged:
        return RefreshResult(run, RunStatus.UNCHANGED)
    with clock.step("stage"):
        staged = await stage(landed, progress)
    with clock.step("check"):
        progress("check", 0, None)
        checks = await check(staged)
    with clock.step("publish"):
        progress("publish", 0, None)
        publication = await publish(staged)
    return refresh.result_of(staged, checks, publication)


def as_job_result(result: RefreshResult) -> dict[str, Any]:
    """Return a refresh's result as JSON-able values; checks are counted by status."""
    return {
        "run": result.run,
        "status": result.status.value,
        "version": result.version,
        "rows_in": result.rows_in,
        "rows_published": result.rows_published,
        "rows_quarantined": result.rows_quarantined,
        "added": result.added,
        "changed": result.changed,
        "removed": result.removed,
        "checks": {
            status.value.lower(): sum(check.status is status for check in result.checks)
            for status in CheckStatus
        },
    }


def run_refresh(arguments: dict[str, Any], progress: Progress = no_progress) -> dict[str, Any]:
    """Run the flow in an event loop of its own and return the job's result (blocks).

    Raises:
        EtlError: the load ended before it published.
    """
    return run_flow(refresh_warehouse, arguments, progress)


class Stopwatch:
    """Seconds per step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Take the time of a step, also of one that fails."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = time.monotonic() - started


@asynccontextmanager
async def when_no_load_is_at_work(progress: Progress) -> AsyncIterator[None]:
    """Hold the load lock, after waiting for another load to end.

    Raises:
        LoadAtWorkError: the other load took longer than :data:`LOCK_WAIT_SECONDS`.
    """
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    async with AsyncExitStack() as stack:
        while True:
            try:
                await stack.enter_async_context(refresh.exclusive_load())
                break
            except LoadAtWorkError:
                if time.monotonic() > deadline:
                    raise
            progress("wait", 0, None)
            await asyncio.sleep(_LOCK_POLL_SECONDS)
        yield
