"""Workers that are killed, stopped, cut off from the database, and that fail."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time

import asyncpg
import pytest

from etl.errors import MissingFileError
from etl.worker import Timing, Worker
from warehouse import jobs
from warehouse.engine import Role, connect
from warehouse.vocabulary import JobKind, JobStatus

KIND = JobKind.REFRESH_WAREHOUSE
TIMING = Timing(beat=0.05, poll=0.2, stale_after=2.0, reconnect=20.0)
STEPS = 40

PROCESS = f"""
import os, sys, time
from etl.worker import Timing, work_until_stopped
from warehouse.vocabulary import JobKind

def slow(arguments, progress):
    with open(arguments["log"], "a") as log:
        log.write(f"{{os.getpid()}}\\n")
    for step in range({STEPS}):
        progress("stage", step, {STEPS})
        time.sleep(0.05)
    return {{"process": os.getpid()}}

timing = Timing(beat=0.1, poll=0.2, stale_after=2.0)
report = work_until_stopped(
    {{JobKind.REFRESH_WAREHOUSE: slow}}, once="--once" in sys.argv, timing=timing
)
print(report.succeeded)
"""


@pytest.fixture
async def owner(database):
    async with connect(Role.OWNER, database.settings) as connection:
        yield connection


@pytest.fixture
def start(database):
    """Start worker processes on the test's database; whatever is left of them ends with it."""
    started = []

    def start_process(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, *arguments],
            env=os.environ | {"RESIDENCY_DATABASE_URL": database.owner_url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start_process
    for process in started:
        process.kill()
        process.communicate()


def worker(database, runner, **options):
    return Worker({KIND: runner}, settings=database.settings, timing=TIMING, **options)


async def until(connection, job_id, condition, seconds=20, process=None):
    """Return the job as soon as it fulfils ``condition``; ``process`` is to do it."""
    deadline = time.monotonic() + seconds
    while True:
        job = await jobs.get_job(connection, job_id)
        if condition(job):
            return job
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, f"the job stayed {job}"
        await asyncio.sleep(0.02)


def is_under_way(job):
    return job.status is JobStatus.RUNNING and job.progress > 0


async def test_a_worker_runs_what_is_queued_and_writes_results(database, owner):
    asked = [await jobs.enqueue(owner, KIND, {"n": n}) for n in range(3)]
    report = await worker(database, lambda arguments, _: {"n": arguments["n"]}).run(once=True)
    assert report.succeeded == 3
    for n, job_id in enumerate(asked):
        job = await jobs.get_job(owner, job_id)
        assert (job.status, job.result) == (JobStatus.SUCCEEDED, {"n": n})


async def test_a_waiting_worker_is_woken_by_a_new_job(database, owner):
    idle = Worker(
        {KIND: lambda *_: {}}, settings=database.settings, timing=Timing(beat=0.05, poll=60)
    )
    running = asyncio.create_task(idle.run())
    await asyncio.sleep(0.3)
    job_id = await jobs.enqueue(owner, KIND, {})
    await until(owner, job_id, lambda job: job.is_finished, seconds=5)
    idle.stop()
    assert (await asyncio.wait_for(running, 5)).succeeded == 1


async def test_progress_goes_into_the_row_while_the_job_runs(database, owner):
    going_on = threading.Event()

    def half(_, progress):
        progress("stage", 400, 800)
        going_on.wait(10)
        return {}

    job_id = await jobs.enqueue(owner, KIND, {})
    running = asyncio.create_task(worker(database, half).run(once=True))
    job = await until(owner, job_id, is_under_way)
    assert job.message == "stage: 400 of 800"
    assert 0.5 < job.progress < 0.6
    going_on.set()
    await running


async def test_heartbeats_go_on_while_a_job_keeps_the_processor_busy(database, owner):
    stopped = threading.Event()

    def busy(_, progress):
        progress("stage", 1, 2)
        while not stopped.is_set():
            sum(range(10_000))
        return {}

    job_id = await jobs.enqueue(owner, KIND, {})
    running = asyncio.create_task(worker(database, busy).run(once=True))
    first = await until(owner, job_id, is_under_way)
    await until(owner, job_id, lambda job: job.heartbeat_at > first.heartbeat_at)
    stopped.set()
    assert (await running).succeeded == 1


async def test_a_failed_job_says_why_without_contacts_and_the_next_one_runs(database, owner):
    def broken(arguments, _):
        if arguments["broken"]:
            raise ValueError("ask jane.doe@example.org")
        return {}

    first = await jobs.enqueue(owner, KIND, {"broken": True})
    second = await jobs.enqueue(owner, KIND, {"broken": False})
    report = await worker(database, broken).run(once=True)
    assert (report.failed, report.succeeded) == (1, 1)
    failed = await jobs.get_job(owner, first)
    assert failed.status is JobStatus.FAILED
    assert failed.error.startswith("ValueError: ask ")
    assert "example.org" not in failed.error
    assert (await jobs.get_job(owner, second)).status is JobStatus.SUCCEEDED


async def test_the_error_of_a_load_stands_in_the_row_in_its_own_words(database, owner):
    def missing(*_):
        raise MissingFileError("The folder lacks a file.", "Put it there.")

    job_id = await jobs.enqueue(owner, KIND, {})
    await worker(database, missing).run(once=True)
    assert (await jobs.get_job(owner, job_id)).error == "The folder lacks a file. Put it there."


async def test_two_workers_never_run_the_same_job(database, owner):
    asked = [str(await jobs.enqueue(owner, KIND, {"n": n})) for n in range(20)]
    ran = []

    def note(arguments, _):
        ran.append(arguments["n"])
        time.sleep(0.02)
        return {}

    workers = [worker(database, note, name=f"worker {n}") for n in range(2)]
    reports = await asyncio.gather(*(one.run(once=True) for one in workers))
    assert sorted(ran) == list(range(len(asked)))
    assert sum(report.succeeded for report in reports) == len(asked)


async def test_a_cancelled_job_stops_at_its_next_progress_report(database, owner):
    reports = []

    def endless(_, progress):
        while True:
            progress("stage", len(reports), None)
            reports.append(1)
            time.sleep(0.01)

    job_id = await jobs.enqueue(owner, KIND, {})
    running = asyncio.create_task(worker(database, endless).run(once=True))
    await until(owner, job_id, is_under_way)
    assert await jobs.cancel(owner, job_id)
    report = await asyncio.wait_for(running, 10)
    assert (report.cancelled, report.failed) == (1, 0)
    job = await jobs.get_job(owner, job_id)
    assert (job.status, job.error) == (JobStatus.CANCELLED, None)


async def test_a_worker_finishes_its_job_though_its_connection_is_cut(database, owner):
    going_on = threading.Event()

    def patient(_, progress):
        progress("stage", 1, 2)
        going_on.wait(20)
        return {"done": True}

    job_id = await jobs.enqueue(owner, KIND, {})
    running = asyncio.create_task(worker(database, patient).run(once=True))
    await until(owner, job_id, is_under_way)
    await cut_all_others(owner)
    cut = await jobs.get_job(owner, job_id)
    await until(owner, job_id, lambda job: job.heartbeat_at > cut.heartbeat_at)
    await cut_all_others(owner)
    going_on.set()
    assert (await running).succeeded == 1
    assert (await jobs.get_job(owner, job_id)).result == {"done": True}


async def test_a_waiting_worker_outlives_a_cut_connection(database, owner):
    waiting = worker(database, lambda *_: {})
    running = asyncio.create_task(waiting.run())
    await asyncio.sleep(0.3)
    await cut_all_others(owner)
    job_id = await jobs.enqueue(owner, KIND, {})
    await until(owner, job_id, lambda job: job.is_finished)
    waiting.stop()
    assert (await asyncio.wait_for(running, 5)).succeeded == 1


async def test_a_job_that_lost_the_database_begins_again(database, owner):
    attempts = []

    def lose_it_once(*_):
        attempts.append(1)
        if len(attempts) == 1:
            raise RuntimeError("stage failed") from asyncpg.ConnectionDoesNotExistError("gone")
        return {}

    job_id = await jobs.enqueue(owner, KIND, {})
    report = await worker(database, lose_it_once).run(once=True)
    assert (report.released, report.succeeded) == (1, 1)
    job = await jobs.get_job(owner, job_id)
    assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 2)


async def test_a_killed_workers_job_is_taken_over_and_completed(owner, start, tmp_path):
    log = tmp_path / "log"
    job_id = await jobs.enqueue(owner, KIND, {"log": str(log)})
    first = start()
    await until(owner, job_id, is_under_way, process=first)
    first.kill()
    second = start()

    job = await until(owner, job_id, lambda job: job.is_finished, process=second)
    assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 2)
    assert job.result == {"process": second.pid}
    assert log.read_text().split() == [str(first.pid), str(second.pid)]


async def test_sigterm_lets_the_job_at_hand_end_and_takes_no_other(owner, start, tmp_path):
    arguments = {"log": str(tmp_path / "log")}
    first, second = [await jobs.enqueue(owner, KIND, arguments) for _ in range(2)]
    process = start()
    await until(owner, first, is_under_way, process=process)
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output.strip(), errors) == (0, "1", "")
    assert (await jobs.get_job(owner, first)).status is JobStatus.SUCCEEDED
    assert (await jobs.get_job(owner, second)).status is JobStatus.QUEUED


async def test_a_second_signal_ends_the_worker_at_once(owner, start, tmp_path):
    job_id = await jobs.enqueue(owner, KIND, {"log": str(tmp_path / "log")})
    process = start()
    await until(owner, job_id, is_under_way, process=process)
    process.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 128 + signal.SIGTERM
    assert (await jobs.get_job(owner, job_id)).status is JobStatus.RUNNING


async def cut_all_others(connection):
    """End every other connection to the database, as a restart of the server does."""
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"  # the server's own workers are not ours to end
    )
