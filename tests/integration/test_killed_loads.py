"""Wherever a load is killed, readers keep the last complete version and the next load completes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from etl import refresh
from etl.errors import LoadAtWorkError, PublishError
from etl.refresh import RefreshRequest, exclusive_load, prepare
from tests.conftest import Database, fresh_database, in_thread
from tests.integration.conftest import pointed_to
from tests.integration.source_files import change_quota, copy_of, edit_master, remove_program
from tests.integration.stored_state import (
    Content,
    core_content,
    fetch,
    last_run,
    what_readers_see,
)
from warehouse import embedded, migrate
from warehouse.engine import owner_connection
from warehouse.jobs import is_connection_lost
from warehouse.queries import runs
from warehouse.settings import Settings, get_settings
from warehouse.vocabulary import RunStatus

PROJECT = Path(__file__).parents[2]
DRIVER = Path(__file__).with_name("killed_load.py")
SAMPLE = RefreshRequest("sample", replace=True, sample_programs=4, sample_seed=5)

OPEN_TRANSACTION = (
    "EXISTS (SELECT 1 FROM pg_stat_activity"
    " WHERE datname = current_database() AND state = 'idle in transaction')"
)
STEPS = {
    "between files": "(SELECT count(*) FROM landing.file) = 5",
    "in a COPY": "EXISTS (SELECT 1 FROM pg_stat_progress_copy WHERE datname = current_database())",
    "staging": "(SELECT count(DISTINCT program_stream_id) FROM staging.program_section)"
    " BETWEEN 10 AND 30",
    "staged": "(SELECT count(*) FROM staging.program) = 39",
    "checking": "(SELECT count(DISTINCT load_run_key) FROM ops.check_result"
    " WHERE name = 'not_empty') = 2",
    "merged": OPEN_TRANSACTION,
    "before the commit": OPEN_TRANSACTION,
}
"""Steps before the commit, each with what is true in the warehouse when a load stands there."""

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
def never_killed(migrated_server: str, loaded_template: str, changed_files: Path) -> Content:
    """What core holds after both loads, none of them killed."""
    with contextmanager(fresh_database)(migrated_server, loaded_template) as database:
        with pointed_to(database):
            load(RefreshRequest(str(changed_files)))
        return in_thread(lambda: core_content(database))


def load(request: RefreshRequest) -> refresh.RefreshResult:
    return in_thread(lambda: refresh.refresh(request))


@dataclass(frozen=True)
class HeldLoad:
    """A load in a process of its own that stands at a step."""

    process_id: int
    ready: Path
    errors: Path

    def kill(self) -> None:
        os.kill(self.process_id, signal.SIGKILL)

    def interrupt(self) -> str:
        """Interrupt the load as Ctrl-C does, let it go on, and return what it had to say."""
        os.kill(self.process_id, signal.SIGINT)
        self.ready.unlink()
        deadline = time.monotonic() + 20
        while self.is_alive():
            assert time.monotonic() < deadline, "an interrupted load goes on"
            time.sleep(0.02)
        return self.errors.read_text()

    def is_alive(self) -> bool:
        return Path(f"/proc/{self.process_id}").exists()


HoldLoad = Callable[[str, RefreshRequest], AbstractContextManager[HeldLoad]]


@pytest.fixture(scope="module")
def driver() -> Iterator[subprocess.Popen[str]]:
    """The process that the held loads are forked from."""
    with subprocess.Popen(
        [sys.executable, str(DRIVER)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT), *sys.path])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def hold_load(driver: subprocess.Popen[str], tmp_path: Path) -> HoldLoad:
    """Start a load with this process's settings, and yield it when it has come to a step."""

    @contextmanager
    def hold(step: str, request: RefreshRequest) -> Iterator[HeldLoad]:
        ready, errors = tmp_path / "ready", tmp_path / "errors"
        assert driver.stdin is not None
        assert driver.stdout is not None
        asked = {
            "step": step,
            "request": request.as_dict(),
            "ready": str(ready),
            "errors": str(errors),
            "environment": {k: v for k, v in os.environ.items() if k.startswith("RESIDENCY_")},
        }
        driver.stdin.write(json.dumps(asked) + "\n")
        driver.stdin.flush()
        held = HeldLoad(int(driver.stdout.readline()), ready, errors)
        try:
            deadline = time.monotonic() + 40
            while not ready.exists():
                assert held.is_alive(), errors.read_text()
                assert time.monotonic() < deadline, f"the load does not come to {step!r}"
                time.sleep(0.02)
            yield held
        finally:
            if held.is_alive():
                held.kill()

    return hold


def seen(database: Database) -> list[dict[str, Any]]:
    return in_thread(lambda: what_readers_see(database))


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


@pytest.mark.parametrize("step", STEPS)
def test_a_load_killed_before_its_commit_leaves_no_trace_for_readers_and_the_next_completes(
    step: str,
    published: Database,
    changed_files: Path,
    never_killed: Content,
    hold_load: HoldLoad,
) -> None:
    before = seen(published)
    request = RefreshRequest(str(changed_files))
    with hold_load(step, request) as held:
        assert in_thread(lambda: fetch(published, f"SELECT ({STEPS[step]}) AS is_there")) == [
            {"is_there": True}
        ]
        assert seen(published) == before
        held.kill()
    wait_for_the_load_lock(seconds=2)
    assert seen(published) == before
    result = load(request)
    assert (result.status, result.version) == (RunStatus.PUBLISHED, 2)
    assert (result.added, result.changed, result.removed) == (0, 2, 1)
    assert [run["status"] for run in runs_of(published)] == ["PUBLISHED", "FAILED", "PUBLISHED"]
    assert runs_of(published)[1]["error"] == KILLED
    assert in_thread(lambda: core_content(published)) == never_killed


def test_a_load_killed_right_after_its_commit_has_published_and_the_next_finds_nothing_to_do(
    published: Database,
    changed_files: Path,
    never_killed: Content,
    hold_load: HoldLoad,
) -> None:
    request = RefreshRequest(str(changed_files))
    with hold_load("after the commit", request) as held:
        after = seen(published)
        held.kill()
    wait_for_the_load_lock(seconds=2)
    assert {row["number"] for row in after} == {2}
    assert load(request).status is RunStatus.UNCHANGED
    assert seen(published) == after
    assert [run["status"] for run in runs_of(published)] == ["PUBLISHED", "PUBLISHED", "UNCHANGED"]
    assert in_thread(lambda: core_content(published)) == never_killed


def test_a_load_killed_while_it_generates_the_sample_leaves_no_half_file(
    published: Database,
    hold_load: HoldLoad,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RESIDENCY_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    before = seen(published)
    with hold_load("generating", SAMPLE) as held:
        held.kill()
    wait_for_the_load_lock(seconds=2)
    assert seen(published) == before
    assert not list((tmp_path / "data" / "sample").glob("*/1503_*")), "no half file has a name"
    result = load(SAMPLE)
    assert (result.status, result.rows_published) == (RunStatus.PUBLISHED, SAMPLE.sample_programs)
    assert [run["status"] for run in runs_of(published)] == ["PUBLISHED", "FAILED", "PUBLISHED"]


def test_an_interrupted_load_ends_in_order_and_says_so(
    warehouse: Database, files: Path, hold_load: HoldLoad
) -> None:
    with hold_load("staging", RefreshRequest(str(files))) as held:
        errors = held.interrupt()
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
        f"Publishing failed: load run {run} is FAILED: another load began before"
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
    published: Database, changed_files: Path
) -> None:
    before = await core_content(published)
    request = RefreshRequest(str(changed_files))
    run = await refresh.begin(request)
    staged = await refresh.stage(await refresh.land(run, request, prepare(request)))
    async with owner_connection() as connection:
        await connection.execute("UPDATE staging.program SET length_years = 99")
        await runs.enter_step(connection, run, "check")
    with pytest.raises(PublishError) as caught:
        await refresh.publish_load(staged)
    assert str(caught.value) == (
        'Publishing failed: CheckViolationError: new row for relation "fact_program" violates check'
        ' constraint "ck_fact_program_length_is_plausible". What was published before stands; load'
        " again, and report it if it stays so."
    )
    assert await core_content(published) == before
