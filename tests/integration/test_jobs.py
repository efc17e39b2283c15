"""The queue in ``ops.job`` on a real server."""

import asyncio
from uuid import uuid4

import pytest

from warehouse import jobs
from warehouse.engine import Role, connect
from warehouse.jobs import PROGRESS_CHANNEL
from warehouse.vocabulary import JobKind, JobStatus

KIND = JobKind.REFRESH_WAREHOUSE


@pytest.fixture
async def owner(database):
    async with connect(Role.OWNER, database.settings) as connection:
        yield connection


@pytest.fixture
async def other(database):
    async with connect(Role.OWNER, database.settings) as connection:
        yield connection


async def age_heartbeat(connection, job_id, seconds):
    await connection.execute(
        "UPDATE ops.job SET heartbeat_at = clock_timestamp() - make_interval(secs => $2)"
        " WHERE job_id = $1",
        job_id,
        seconds,
    )


async def test_a_job_is_queued_claimed_and_ended(owner):
    job_id = await jobs.enqueue(owner, KIND, {"source": "sample"})
    queued = await jobs.get_job(owner, job_id)
    assert (queued.status, queued.attempts, queued.is_finished) == (JobStatus.QUEUED, 0, False)

    claimed = await jobs.claim(owner, "first")
    assert claimed.job_id == job_id
    assert claimed.arguments == {"source": "sample"}
    assert (claimed.status, claimed.attempts) == (JobStatus.RUNNING, 1)

    assert await jobs.report_progress(owner, job_id, "first", progress=0.5, message="stage")
    assert await jobs.succeed(owner, job_id, "first", {"run": 7})
    ended = await jobs.get_job(owner, job_id)
    assert (ended.status, ended.progress, ended.result) == (JobStatus.SUCCEEDED, 1.0, {"run": 7})
    assert ended.is_finished
    assert ended.finished_at >= ended.started_at >= ended.created_at


async def test_there_is_no_job_in_an_empty_queue(owner):
    assert await jobs.claim(owner, "first") is None
    assert await jobs.get_job(owner, uuid4()) is None


async def test_a_job_exists_only_if_what_asked_for_it_commits(owner, other):
    asking = owner.transaction()
    await asking.start()
    await jobs.enqueue(owner, KIND, {})
    assert await jobs.claim(other, "first") is None
    await asking.rollback()
    assert await jobs.claim(other, "first") is None


async def test_jobs_are_claimed_in_the_order_in_which_they_were_asked_for(owner):
    asked = [await jobs.enqueue(owner, KIND, {"n": n}) for n in range(3)]
    assert [(await jobs.claim(owner, "first")).job_id for _ in asked] == asked


async def test_a_row_that_another_worker_is_claiming_is_skipped_not_waited_for(owner, other):
    first = await jobs.enqueue(owner, KIND, {"n": 1})
    second = await jobs.enqueue(owner, KIND, {"n": 2})
    async with owner.transaction():
        assert (await jobs.claim(owner, "first")).job_id == first
        claimed = await asyncio.wait_for(jobs.claim(other, "second"), 5)
        assert claimed.job_id == second


async def test_no_job_is_claimed_twice_by_workers_that_race(owner, database):
    asked = {await jobs.enqueue(owner, KIND, {"n": n}) for n in range(40)}

    async def claim_all(name):
        claimed = []
        async with connect(Role.OWNER, database.settings) as connection:
            while job := await jobs.claim(connection, name):
                claimed.append(job.job_id)
        return claimed

    claims = await asyncio.gather(*(claim_all(f"worker {n}") for n in range(4)))
    every = [job_id for claimed in claims for job_id in claimed]
    assert len(every) == len(asked)
    assert set(every) == asked


async def test_a_job_with_a_fresh_heartbeat_is_left_to_its_worker(owner):
    job_id = await jobs.enqueue(owner, KIND, {})
    await jobs.claim(owner, "first")
    await age_heartbeat(owner, job_id, 10)
    assert await jobs.claim(owner, "second", stale_after=20) is None


async def test_a_job_whose_worker_went_silent_is_taken_over(owner):
    job_id = await jobs.enqueue(owner, KIND, {})
    await jobs.claim(owner, "first")
    await jobs.report_progress(owner, job_id, "first", progress=0.7, message="stage")
    await age_heartbeat(owner, job_id, 30)

    taken = await jobs.claim(owner, "second", stale_after=20)
    assert (taken.job_id, taken.claimed_by, taken.attempts) == (job_id, "second", 2)
    assert (taken.progress, taken.message) == (0, None)


@pytest.mark.parametrize(
    "write",
    [
        lambda c, j: jobs.report_progress(c, j, "first", progress=0.9),
        lambda c, j: jobs.succeed(c, j, "first", {}),
        lambda c, j: jobs.fail(c, j, "first", "broken"),
        lambda c, j: jobs.release(c, j, "first", "again"),
    ],
    ids=["progress", "succeed", "fail", "release"],
)
async def test_a_worker_that_was_replaced_can_change_nothing_any_more(owner, write):
    job_id = await jobs.enqueue(owner, KIND, {})
    await jobs.claim(owner, "first")
    await age_heartbeat(owner, job_id, 30)
    await jobs.claim(owner, "second", stale_after=20)

    before = await jobs.get_job(owner, job_id)
    assert not await write(owner, job_id)
    assert await jobs.get_job(owner, job_id) == before


async def test_a_job_that_kills_its_workers_is_given_up(owner):
    job_id = await jobs.enqueue(owner, KIND, {})
    for attempt in range(jobs.MAX_ATTEMPTS):
        assert (await jobs.claim(owner, f"worker {attempt}")).job_id == job_id
        await age_heartbeat(owner, job_id, 30)
    assert await jobs.claim(owner, "last") is None
    given_up = await jobs.get_job(owner, job_id)
    assert given_up.status is JobStatus.FAILED
    assert given_up.error.startswith("The worker died 5 times while it ran this job.")


async def test_a_released_job_goes_back_to_the_queue(owner):
    job_id = await jobs.enqueue(owner, KIND, {})
    await jobs.claim(owner, "first")
    assert await jobs.release(owner, job_id, "first", "the database went away")
    assert (await jobs.get_job(owner, job_id)).status is JobStatus.QUEUED
    assert (await jobs.claim(owner, "second")).job_id == job_id


async def test_a_queued_job_that_is_cancelled_is_never_claimed(owner):
    job_id = await jobs.enqueue(owner, KIND, {})
    assert await jobs.cancel(owner, job_id)
    assert await jobs.claim(owner, "first") is None
    cancelled = await jobs.get_job(owner, job_id)
    assert cancelled.status is JobStatus.CANCELLED
    assert cancelled.finished_at is not None


async def test_the_worker_of_a_cancelled_job_learns_it_with_its_next_heartbeat(owner):
    job_id = await jobs.enqueue(owner, KIND, {})
    await jobs.claim(owner, "first")
    assert await jobs.report_progress(owner, job_id, "first")
    assert await jobs.cancel(owner, job_id)
    assert not await jobs.report_progress(owner, job_id, "first")
    assert not await jobs.succeed(owner, job_id, "first", {})


async def test_what_has_ended_cannot_be_cancelled(owner):
    job_id = await jobs.enqueue(owner, KIND, {})
    await jobs.claim(owner, "first")
    await jobs.succeed(owner, job_id, "first", {})
    assert not await jobs.cancel(owner, job_id)
    assert not await jobs.cancel(owner, uuid4())


async def test_progress_is_kept_between_nothing_and_all(owner):
    job_id = await jobs.enqueue(owner, KIND, {})
    await jobs.claim(owner, "first")
    await jobs.report_progress(owner, job_id, "first", progress=1.5)
    assert (await jobs.get_job(owner, job_id)).progress == 1.0


async def test_no_contact_reaches_a_job_row(owner):
    address, phone = "director@example.org", "416-555-0123"
    first, second = [await jobs.enqueue(owner, KIND, {}) for _ in range(2)]
    await jobs.claim(owner, "w")
    await jobs.report_progress(owner, first, "w", message=f"asking {address}")
    await jobs.fail(owner, first, "w", f"no answer from {address} or {phone}")
    await jobs.claim(owner, "w")
    await jobs.succeed(owner, second, "w", {"said": f"write to {address}"})
    for job_id in (first, second):
        job = await jobs.get_job(owner, job_id)
        shown = f"{job.message} {job.error} {job.result}"
        assert address not in shown
        assert phone not in shown


async def test_a_queued_job_rings_the_bell_when_it_is_committed(owner, other):
    async with jobs.job_bell(other) as bell:
        async with owner.transaction():
            await jobs.enqueue(owner, KIND, {})
            assert not await jobs.wait_for_jobs(bell, 0.2)
        assert await jobs.wait_for_jobs(bell, 5)
        assert not await jobs.wait_for_jobs(bell, 0.05)


async def test_waiting_ends_without_a_notification_too(owner):
    async with jobs.job_bell(owner) as bell:
        assert not await jobs.wait_for_jobs(bell, 0.05)


async def test_a_lost_connection_rings_the_bell(owner, other):
    async with jobs.job_bell(other) as bell:
        await owner.execute("SELECT pg_terminate_backend($1)", other.get_server_pid())
        assert await jobs.wait_for_jobs(bell, 5)


async def test_every_visible_change_of_a_job_is_announced(owner, other):
    heard = []
    await other.add_listener(PROGRESS_CHANNEL, lambda *args: heard.append(args[3]))
    job_id = await jobs.enqueue(owner, KIND, {})
    await jobs.claim(owner, "first")
    await jobs.report_progress(owner, job_id, "first")
    await jobs.report_progress(owner, job_id, "first", progress=0.5)
    await jobs.succeed(owner, job_id, "first", {})
    await other.execute("SELECT 1")
    assert heard == [str(job_id)] * 3


async def test_the_role_of_the_graph_may_ask_for_and_cancel_a_job(database, owner):
    async with connect(Role.APP, database.settings) as app:
        job_id = await jobs.enqueue(app, KIND, {})
        assert await jobs.cancel(app, job_id)
        assert (await jobs.get_job(app, job_id)).status is JobStatus.CANCELLED
