"""Loading from the command: here and now, or as a job of a worker."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from etl.refresh import RefreshRequest, RefreshResult, is_published, prepare, refresh
from etl.sample.generate import generate_sample
from residency.console import console, progress_bars, say, step_progress
from residency.errors import LoadFailedError, WorkerDiedError
from residency.searching import refresh_here
from warehouse.engine import owner_connection
from warehouse.jobs import Job, enqueue, get_job
from warehouse.migrate import upgrade
from warehouse.queries.runs import published_version
from warehouse.vocabulary import JobKind, JobStatus, RunStatus

POLL_SECONDS = 0.3
SEARCH_STEPS = frozenset({"cut", "embed", "switch"})
"""Steps of a load after its data are published."""


def load_here(source: str, *, replace: bool, programs: int, seed: int) -> None:
    """Load ``source`` in this process, and bring the search index up to it.

    Raises:
        EtlError: the load ended before publishing.
        SearchError: the load is published, and the index is as it was before.
    """
    request = RefreshRequest(source, replace, programs, seed)

    async def work() -> RefreshResult:
        await upgrade()
        return await refresh(request, report)

    with step_progress() as report:
        result = asyncio.run(work())
    say(describe(asdict(result)))
    refresh_here(rebuild=False)


def describe(result: Mapping[str, Any]) -> str:
    """Return in one sentence what a load did; ``result`` is a RefreshResult's or a job's."""
    if result["status"] == RunStatus.UNCHANGED:
        return "Nothing to do: the files hold what is already published."
    return (
        f"Published data version {result['version']}: {result['rows_published']} programs"
        f" ({result['added']} added, {result['changed']} changed, {result['removed']} removed),"
        f" {result['rows_quarantined']} quarantined."
    )


def write_sample(folder: Path, *, programs: int, seed: int, short: bool) -> None:
    """Write generated source files with a progress bar."""
    with progress_bars() as bars:
        task = bars.add_task("Writing programs", total=programs)
        summary = generate_sample(
            folder,
            programs=programs,
            seed=seed,
            short_documents=short,
            on_progress=lambda done: bars.update(task, completed=done),
        )
    console.print(
        f"{summary.programs} programs ({summary.french_documents} French) in {summary.folder},"
        f" {summary.bytes_written / 1e6:.1f} MB."
    )


async def load_by_worker(request: RefreshRequest, worker: subprocess.Popen[bytes]) -> None:
    """Ask the worker for a load and draw its progress until it is done.

    Returns at once where the published version was made of the same files.

    Raises:
        LoadFailedError: the load ended with an error.
        WorkerDiedError: the worker ended before the load did.
    """
    if request.kind != "public" and await is_published(
        request, await asyncio.to_thread(prepare, request)
    ):
        say("The files are those of the published version; nothing to load.")
        return
    async with owner_connection() as connection:
        job_id = await enqueue(connection, JobKind.REFRESH_WAREHOUSE, request.as_dict())
        job = await _watch(connection, job_id, worker)
        version = await published_version(connection)
    if not job.is_finished:
        assert version is not None, "what is being indexed is published"
        say(
            f"Published data version {version.number}: {version.program_count} programs. The"
            " search index follows."
        )
        return
    if job.status is not JobStatus.SUCCEEDED:
        raise LoadFailedError(
            job.error or f"The load ended as {job.status}.",
            "`residency status --checks` and `--quarantine` tell more.",
        )
    assert job.result is not None, "a job that succeeded has a result"
    say(describe(job.result))


async def _watch(connection: object, job_id: UUID, worker: subprocess.Popen[bytes]) -> Job:
    """Draw the progress of a load until its data are published, or it ended without."""
    with progress_bars() as bars:
        task = bars.add_task("Starting the flow", total=1.0)
        while True:
            job = await get_job(connection, job_id)
            assert job is not None
            bars.update(task, completed=job.progress, description=job.message or "Waiting")
            if job.is_finished or (job.message or "").partition(":")[0] in SEARCH_STEPS:
                return job
            if worker.poll() is not None:
                raise WorkerDiedError(
                    f"The worker ended with code {worker.returncode} before the load was done.",
                    "Start it with `residency worker`; it takes the load up again.",
                )
            await asyncio.sleep(POLL_SECONDS)
