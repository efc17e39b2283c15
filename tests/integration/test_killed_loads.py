"""Wherever a load is killed, readers keep the last complete version and the next load completes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from etl import refresh
from etl.errors import LoadAtWorkError, PublishError
from etl.refresh import RefreshRequest, exclusive_load, prepare
from tests.conftest import Database, fresh_database, in_thread
from tests.integration.source_files import change_quota, copy_of, edit_master, remove_program
from tests.integration.stored_state import Content, core_content, fetch, last_run
from warehouse import embedded, migrate
from warehouse.engine import Role, owner_connection
from warehouse.jobs import is_connection_lost
from warehouse.queries import runs
from warehouse.settings import Settings, get_settings
from warehouse.vocabulary import RunStatus

PROJECT = Path(__file__).parents[2]
DRIVER = Path(__file__).with_name("killed_load.py")
SAMPLE = RefreshRequest("sample", replace=True, sample_programs=4, sample_seed=5)

LOADING_STEPS = (
    "between files", "in a COPY", "staging", "staged", "checking", "merged", "before the commit",
)  # fmt: skip
KILLED = "the process ended before the run did; nothing was published"


@pytest.fixture(scope="module")
def changed_files(sample_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's files as a later publication would have them."""
    folder = copy_of(sample_files, tmp_path_factory.mktemp("changed") / "files")
    ids: list[str] = []

    def note(rows: list[list[Any]]) -> list[list[Any]]:
        ids.extend(sorted(str(row[5]) for row in rows[1:]))
        return rows

    edit_master(folder, note)
    change_quota(folder, ids[0], 77)
    change_quota(folder, ids[1], 78)
    remove_program(folder, ids[2])
    return folder


@pytest.fixture(scope="module")
def never_killed(migrated_server: str, sample_files: Path, changed_files: Path) -> Content:
    """What core holds after both loads, none of them killed."""
    for database in fresh_database(migrated_server, "migrated"):
        with pointed_to(database):
            load(RefreshRequest(str(sample_files)))
            load(RefreshRequest(str(changed_files)))
        return in_thread(lambda: core_content(database))
    raise AssertionError("a database was made")


@contextmanager
def pointed_to(database: Database) -> Iterator[None]:
    """Point this process's settings to a database."""
    url = database.settings.database_url
    assert url is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESIDENCY_DATABASE_URL", url.get_secret_value())
        get_settings.cache_clear()
        yield
    get_settings.cache_clear()


def load(request: RefreshRequest) -> refresh.RefreshResult:
    return in_thread(lambda: refresh.refresh(request))


@contextmanager
def held_load(step: str, request: RefreshRequest, ready: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a load in a process of its own, and yield it when it has come to ``step``."""
    process = subprocess.Popen(
        [sys.executable, str(DRIVER), step, json.dumps(request.as_dict()), str(ready)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT), *sys.path])},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 40
        while not ready.exists():
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline, f"the load does not come to {step!r}"
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.communicate()


def what_readers_see(database: Database) -> list[dict[str, Any]]:
    """Return the newest version and all programs, as the graph's role reads them."""

    async def read() -> list[dict[str, Any]]:
        return await fetch(
            database,
            "SELECT v.number, v.published_at, v.is_sample, p.program_key, p.content_hash,"
            " p.updated_at, f.quota, (SELECT count(*) FROM core.program_section) AS sections"
            " FROM (SELECT * FROM ops.data_version ORDER BY number DESC LIMIT 1) v,"
            " core.dim_program p JOIN core.fact_program f USING (program_key) ORDER BY 4",
            role=Role.READER,
        )

    return in_thread(read)


def wait_for_the_load_lock(*, seconds: float) -> None:
    """Take the load lock and let go of it, within so many seconds."""

    async def take() -> None:
        async with exclusive_load():
            pass

    deadline = time.monotonic() + seconds
    while True:
        try:
            return in_thread(take)
        except LoadAtWorkError:
            assert time.monotonic() < deadline, "a killed load keeps the lock"
            time.sleep(0.05)


def runs_of(database: Database) -> list[dict[str, Any]]:
    return in_thread(
        lambda: fetch(database, "SELECT status, error FROM ops.load_run ORDER BY load_run_key")
    )


@pytest.mark.parametrize("step", LOADING_STEPS)
def test_a_load_killed_before_its_commit_leaves_no_trace_for_readers_and_the_next_completes(
    step: str,
    warehouse: Database,
    sample_files: Path,
    changed_files: Path,
    never_killed: Content,
    tmp_path: Path,
) -> None:
    load(RefreshRequest(str(sample_files)))
    before = what_readers_see(warehouse)
    request = RefreshRequest(str(changed_files))
    with held_load(step, request, tmp_path / "ready") as process:
        assert what_readers_see(warehouse) == before
        process.kill()
    wait_for_the_load_lock(seconds=2)
    assert what_readers_see(warehouse) == before
    result = load(request)
    assert (result.status, result.version) == (RunStatus.PUBLISHED, 2)
    assert (result.added, result.changed, result.removed) == (0, 2, 1)
    assert [run["status"] for run in runs_of(warehouse)] == ["PUBLISHED", "FAILED", "PUBLISHED"]
    assert runs_of(warehouse)[1]["error"] == KILLED
    assert in_thread(lambda: core_content(warehouse)) == never_killed


def test_a_load_killed_right_after_its_commit_has_published_and_the_next_finds_nothing_to_do(
    warehouse: Database,
    sample_files: Path,
    changed_files: Path,
    never_killed: Content,
    tmp_path: Path,
) -> None:
    load(RefreshRequest(str(sample_files)))
    request = RefreshRequest(str(changed_files))
    with held_load("after the commit", request, tmp_path / "ready") as process:
        published = what_readers_see(warehouse)
        process.kill()
    wait_for_the_load_lock(seconds=2)
    assert {row["number"] for row in published} == {2}
    assert load(request).status is RunStatus.UNCHANGED
    assert what_readers_see(warehouse) == published
    assert [run["status"] for run in runs_of(warehouse)] == ["PUBLISHED", "PUBLISHED", "UNCHANGED"]
    assert in_thread(lambda: core_content(warehouse)) == never_killed


def test_a_load_killed_while_it_generates_the_sample_leaves_no_half_file(
    warehouse: Database, sample_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESIDENCY_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    load(RefreshRequest(str(sample_files)))
    before = what_readers_see(warehouse)
    with held_load("generating", SAMPLE, tmp_path / "ready") as process:
        process.kill()
    wait_for_the_load_lock(seconds=2)
    assert what_readers_see(warehouse) == before
    assert not list((tmp_path / "data" / "sample").glob("*/1503_*")), "no half file has a name"
    result = load(SAMPLE)
    assert (result.status, result.rows_published) == (RunStatus.PUBLISHED, SAMPLE.sample_programs)
    assert [run["status"] for run in runs_of(warehouse)] == ["PUBLISHED", "FAILED", "PUBLISHED"]


def test_an_interrupted_load_ends_in_order_and_says_so(
    warehouse: Database, files: Path, tmp_path: Path
) -> None:
    ready = tmp_path / "ready"
    with held_load("staging", RefreshRequest(str(files)), ready) as process:
        process.send_signal(signal.SIGINT)
        ready.unlink()
        _, errors = process.communicate(timeout=20)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in errors
    assert "never awaited" not in errors
    assert runs_of(warehouse) == [
        {"status": "FAILED", "error": "The load was interrupted; nothing was published."}
    ]


def test_a_database_server_killed_while_a_load_stages_comes_back_and_the_next_load_completes(
    own_environment: Path,
    sample_files: Path,
    changed_files: Path,
    never_killed: Content,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = own_environment / "kill"
    settings = Settings(data_dir=home)
    monkeypatch.setenv("RESIDENCY_DATA_DIR", str(home))
    get_settings.cache_clear()
    killed: list[int] = []

    def kill_the_server(step: str, done: int, total: int | None) -> None:
        if step == "stage" and not killed:
            server = embedded.status(settings.postgres_dir).process_id
            assert server is not None
            os.kill(server, signal.SIGKILL)
            killed.append(server)

    try:
        in_thread(lambda: migrate.upgrade(settings))
        load(RefreshRequest(str(sample_files)))
        request = RefreshRequest(str(changed_files))
        with pytest.raises(Exception) as caught:  # noqa: PT011  (whatever the driver says)
            in_thread(lambda: refresh.refresh(request, kill_the_server))
        assert is_connection_lost(caught.value)
        assert load(request).status is RunStatus.PUBLISHED
        rows = in_thread(lambda: fetch(settings, "SELECT status FROM ops.load_run ORDER BY 1"))
        assert [row["status"] for row in rows] == ["FAILED", "PUBLISHED", "PUBLISHED"]
        assert in_thread(lambda: core_content(settings)) == never_killed
    finally:
        embedded.stop(settings.postgres_dir)
        get_settings.cache_clear()


async def test_a_load_that_its_progress_report_cancels_closes_what_it_opened(
    warehouse: Database, files: Path
) -> None:
    class CancelledByUserError(Exception):
        pass

    def cancel(step: str, done: int, total: int | None) -> None:
        if step == "stage":
            raise CancelledByUserError("enough")

    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
    with pytest.raises(CancelledByUserError):
        await refresh.refresh(RefreshRequest(str(files)), cancel)
    await asyncio.sleep(0.05)
    assert complaints == []
    run = await last_run(warehouse)
    assert (run["status"], run["error"]) == ("FAILED", "CancelledByUserError: enough")


async def test_a_load_that_lost_its_lock_and_was_overtaken_never_publishes(
    warehouse: Database, files: Path
) -> None:
    request = RefreshRequest(str(files))
    run = await refresh.begin(request)
    staged = await refresh.stage(await refresh.land(run, request, prepare(request)))
    await refresh.check(staged)
    other = await refresh.begin(request)
    with pytest.raises(PublishError) as caught:
        await refresh.publish_load(staged)
    assert str(caught.value) == (
        f"Publishing failed: HistoryError: load run {run} is FAILED: another load began before"
        " this one published. Load again when no other load is at work. What was published before"
        " stands; load again, and report it if it stays so."
    )
    await refresh.fail(run, caught.value)
    rows = await fetch(warehouse, "SELECT load_run_key, status, error FROM ops.load_run ORDER BY 1")
    assert [tuple(row.values()) for row in rows] == [
        (run, "FAILED", KILLED), (other, "RUNNING", None),
    ]  # fmt: skip
    assert await fetch(warehouse, "SELECT 1 FROM ops.data_version") == []


async def test_a_run_that_published_stays_published_whatever_comes_after(
    warehouse: Database, files: Path
) -> None:
    result = await refresh.refresh(RefreshRequest(str(files)))
    before = await last_run(warehouse)
    await refresh.fail(result.run, KeyboardInterrupt())
    assert await last_run(warehouse) == before
    assert before["status"] == "PUBLISHED"


async def test_an_error_is_what_the_caller_sees_even_if_the_database_is_gone_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RESIDENCY_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    get_settings.cache_clear()
    error = ValueError("the first thing that went wrong")
    await refresh.fail(7, error)
    get_settings.cache_clear()
    (note,) = error.__notes__
    assert note.startswith("Run 7 could not be marked as FAILED: no PostgreSQL answers at")


async def test_publishing_that_the_database_refuses_leaves_what_was_published(
    warehouse: Database, files: Path, changed_files: Path
) -> None:
    await refresh.refresh(RefreshRequest(str(files)))
    before = await core_content(warehouse)
    request = RefreshRequest(str(changed_files))
    run = await refresh.begin(request)
    staged = await refresh.stage(await refresh.land(run, request, prepare(request)))
    async with owner_connection() as connection:
        await connection.execute("UPDATE staging.program SET length_years = 99")
        await runs.enter_step(connection, run, "check")
    with pytest.raises(PublishError, match="length_is_plausible.*What was published before stands"):
        await refresh.publish_load(staged)
    assert await core_content(warehouse) == before
