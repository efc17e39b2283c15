"""Simulations that a job runs: to the end, killed and taken up again, cancelled at once."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from etl import simulate
from etl.chunk_folders import ChunkFolder, chunk_root, kept_chunks
from etl.worker import Timing, Worker
from simulation.outcome import ENGINE_VERSION
from simulation.parameters import default_parameters
from simulation.runs import RunRequest
from simulation.warming import Warming
from tests.conftest import Database
from tests.integration.simulated import new_simulation
from warehouse import jobs
from warehouse.engine import Role, connect
from warehouse.queries import simulations
from warehouse.settings import get_settings
from warehouse.vocabulary import JobKind, JobStatus

TIMING = Timing(beat=0.5, poll=0.2, stale_after=2.0)


@pytest.fixture
async def owner(published: Database) -> AsyncIterator[Any]:
    async with connect(Role.OWNER, published.settings) as connection:
        yield connection


async def asked(connection: Any, replicates: int = 40, **others: Any) -> simulations.Asked:
    request = RunRequest(replicates=replicates, **others)
    new = new_simulation(
        1,
        1503,
        request=request.model_dump(mode="json"),
        parameters=default_parameters().model_dump(mode="json"),
        replicates=replicates,
    )
    return await simulations.queue(connection, new)


def runner(arguments: dict[str, Any], progress: Callable[..., None]) -> dict[str, Any]:
    """Run a simulation as the flow does, without Prefect."""

    async def run() -> dict[str, Any]:
        number = arguments["simulation_id"]
        with kept_chunks(number) as chunks:
            found = await simulate.read(number)
            result = simulate.simulate(found, chunks, progress)
            return await simulate.store(found, result)

    return asyncio.run(run())


def worker() -> Worker:
    return Worker({JobKind.RUN_SIMULATION: runner}, timing=TIMING)


async def test_a_worker_runs_a_simulation_to_its_end(owner: Any) -> None:
    found = await asked(owner)
    report = await worker().run(once=True)
    assert (report.succeeded, report.failed) == (1, 0)
    stored = await simulations.read(owner, found.simulation_id)
    assert stored is not None
    assert stored.results is not None
    assert (stored.row["status"], stored.row["replicates_done"]) == (JobStatus.SUCCEEDED, 40)
    assert stored.row["finished_at"] is not None
    assert stored.results.scenarios[0].row["is_stable"]
    assert not list((get_settings().data_dir / "simulations").iterdir())


async def test_a_run_that_waits_for_the_engine_says_so_and_can_be_cancelled(owner: Any) -> None:
    found = await asked(owner)
    with Warming((sys.executable, "-c", "import time; time.sleep(120)")) as warming:

        def waiting(arguments: dict[str, Any], progress: Callable[..., None]) -> dict[str, Any]:
            warming.wait(lambda: progress("compile", 0, None))
            return runner(arguments, progress)

        work = Worker({JobKind.RUN_SIMULATION: waiting}, timing=TIMING)
        task = asyncio.create_task(work.run(once=True))
        async with asyncio.timeout(60):
            while await owner.fetchval("SELECT message FROM ops.job") is None:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        message = await owner.fetchval("SELECT message FROM ops.job")
        assert message.startswith("compile: waiting for the match engine to be compiled")
        assert found.job_id is not None
        assert await simulations.cancel(owner, found.job_id)
        assert (await task).cancelled == 1


async def test_what_is_wrong_ends_the_simulation_with_its_reason(owner: Any) -> None:
    found = await asked(owner)
    await owner.execute("UPDATE simulation.simulation SET match_iteration_id = 1")
    report = await worker().run(once=True)
    assert report.failed == 1
    stored = await simulations.read(owner, found.simulation_id)
    assert stored is not None
    assert stored.row["status"] == JobStatus.FAILED
    assert stored.row["error"].startswith("No programs of match iteration 1 in data version 1")


async def test_a_simulation_goes_on_after_its_worker_died_and_gives_the_same(owner: Any) -> None:
    found = await asked(owner, replicates=60)
    dead = await jobs.claim(owner, "dead")
    assert dead is not None
    read = await simulate.read(found.simulation_id)
    folder = get_settings().data_dir / "simulations" / f"{found.simulation_id}-{ENGINE_VERSION}"
    chunks = ChunkFolder(folder)
    expected = simulate.simulate(read, chunks, lambda *_: None)
    kept = set(chunks)
    assert len(kept) == 3
    del chunks[sorted(kept)[1]]  # what the dead worker had not finished
    await owner.execute("UPDATE ops.job SET heartbeat_at = now() - interval '1 hour'")
    report = await worker().run(once=True)
    assert report.succeeded == 1
    stored = await simulations.read(owner, found.simulation_id)
    assert stored is not None
    assert stored.results is not None
    everything = stored.results.scenarios[0].row
    from simulation.storing import rows_of

    assert everything.items() >= rows_of(expected).scenarios[0].row.items()


async def test_cancelling_stops_the_engine_at_once_and_stores_nothing(owner: Any) -> None:
    found = await asked(owner, replicates=100_000)
    work = worker()
    task = asyncio.create_task(work.run(once=True))
    async with asyncio.timeout(60):
        while await owner.fetchval("SELECT progress FROM ops.job") <= 0.02:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    started = time.monotonic()
    assert found.job_id is not None
    assert await simulations.cancel(owner, found.job_id)
    report = await task
    assert time.monotonic() - started < 20, "an engine that goes on would take minutes"
    assert (report.cancelled, report.succeeded) == (1, 0)
    stored = await simulations.read(owner, found.simulation_id)
    assert stored is not None
    assert (stored.row["status"], stored.results) == (JobStatus.CANCELLED, None)
    assert not list((get_settings().data_dir / "simulations").iterdir())


KILLED = """
import sys, time
from etl.chunk_folders import kept_chunks
with kept_chunks(int(sys.argv[1])) as chunks:
    chunks["ensemble-0"] = b"finished"
    print("at work", flush=True)
    time.sleep(120)
"""


async def test_chunks_of_a_job_that_was_killed_go_once_it_is_cancelled(owner: Any) -> None:
    found = await asked(owner)
    assert await jobs.claim(owner, "killed") is not None
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(found.simulation_id), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"at work\n"
    process.kill()
    await process.wait()
    ChunkFolder(chunk_root() / "999-0.9")["ensemble-0"] = b"of a simulation that was forgotten"
    kept = f"{found.simulation_id}-{ENGINE_VERSION}"
    assert left() == [kept, "999-0.9"]
    work = Worker({}, timing=Timing(poll=60.0))
    task = asyncio.create_task(work.run())
    async with asyncio.timeout(30):
        while left() != [kept]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        assert found.job_id is not None
        assert await simulations.cancel(owner, found.job_id)
        while left():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    work.stop()
    await task


def left() -> list[str]:
    """Return the folders of chunks that there are."""
    return sorted(path.name for path in chunk_root().iterdir())
