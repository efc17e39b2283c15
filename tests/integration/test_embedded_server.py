"""The embedded server: shared, killed, started again, never left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from warehouse import embedded
from warehouse.cluster import Cluster
from warehouse.engine import Role, connect
from warehouse.errors import EmbeddedServerError
from warehouse.reader import Reader
from warehouse.settings import Settings

USER = """
import sys, pathlib
from warehouse import embedded
server = embedded.attach(pathlib.Path(sys.argv[1]))
print("attached", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(own_environment):
    """A data folder with a short path, its server stopped in the end."""
    path = Path(tempfile.mkdtemp(prefix="e", dir=own_environment))
    (path / "postgres").mkdir()
    yield path / "postgres"
    embedded.stop(path / "postgres")
    shutil.rmtree(path)


class OtherProcess:
    """Another process that uses the server until told to leave."""

    def __init__(self, folder):
        root = str(Path(embedded.__file__).parent.parent)
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": root},
        )
        assert self.process.stdout.readline() == b"attached\n"

    def leave(self):
        self.process.communicate(timeout=30)

    def kill(self):
        self.process.kill()
        self.process.communicate(timeout=30)


def settings(folder):
    return Settings(data_dir=folder.parent)


async def value(folder, sql="SELECT 1"):
    async with connect(Role.OWNER, settings(folder)) as connection:
        return await connection.fetchval(sql)


def wait_until_gone(pid):
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.02)


async def test_the_first_use_makes_server_database_and_owner(folder):
    assert not embedded.status(folder).is_created
    assert await value(folder, "SELECT current_user || ' ' || current_database()") == (
        "residency_owner residency"
    )
    status = embedded.status(folder)
    assert status.is_running
    assert status.users == (os.getpid(),)


async def test_settings_hold_from_the_first_start_and_nobody_listens_on_the_network(folder):
    for name, expected in {
        "jit": "off",
        "max_connections": "60",
        "shared_buffers": "192MB",
        "listen_addresses": "",
        "log_error_verbosity": "terse",
        "TimeZone": "UTC",
    }.items():
        assert await value(folder, f"SHOW {name}") == expected
    assert folder.stat().st_mode & 0o077 == 0


async def test_the_last_one_out_stops_the_server_and_no_earlier(folder):
    first, second = OtherProcess(folder), OtherProcess(folder)
    server = embedded.status(folder).process_id
    assert len(embedded.status(folder).users) == 2
    second.leave()
    assert embedded.status(folder).process_id == server
    first.leave()
    assert embedded.status(folder).process_id is None
    assert embedded.status(folder).users == ()


async def test_a_short_process_does_not_take_the_server_from_a_long_one(folder):
    async with connect(Role.OWNER, settings(folder)) as connection:
        OtherProcess(folder).leave()
        assert await connection.fetchval("SELECT 1") == 1


async def test_processes_that_start_at_once_share_one_server(folder):
    with ThreadPoolExecutor(4) as pool:
        others = list(pool.map(OtherProcess, [folder] * 4))
    assert len(embedded.status(folder).users) == 4
    for other in others:
        other.leave()
    assert not embedded.status(folder).is_running


async def test_a_killed_user_leaves_a_server_that_the_next_one_uses_and_stops(folder):
    killed = OtherProcess(folder)
    killed.kill()
    status = embedded.status(folder)
    assert status.is_running
    assert status.users == ()
    following = OtherProcess(folder)
    assert embedded.status(folder).process_id == status.process_id
    following.leave()
    assert not embedded.status(folder).is_running


async def test_the_id_of_a_killed_user_does_not_count_even_if_a_process_has_it_now(folder):
    other = OtherProcess(folder)
    stale = folder / "users" / "1"  # process 1 lives for ever
    stale.touch()
    assert embedded.status(folder).users == (other.process.pid,)
    assert not stale.exists()
    other.leave()
    assert not embedded.status(folder).is_running


async def test_a_killed_postmaster_is_started_again_with_all_that_was_committed(folder):
    await value(folder, "CREATE TABLE public.kept AS SELECT 7 AS a")
    server = embedded.status(folder).process_id
    os.kill(server, signal.SIGKILL)
    wait_until_gone(server)
    assert not embedded.status(folder).is_running
    assert await value(folder, "SELECT a FROM public.kept") == 7
    assert embedded.status(folder).process_id != server


async def test_the_reader_outlives_a_killed_postmaster(folder):
    await value(folder, "CREATE ROLE residency_reader LOGIN")
    async with Reader(settings(folder)) as reader:
        assert await reader.fetch_value("SELECT 1") == 1
        server = embedded.status(folder).process_id
        os.kill(server, signal.SIGKILL)
        wait_until_gone(server)
        assert await reader.fetch_value("SELECT 2") == 2


async def test_a_killed_server_whose_id_another_process_has_now_starts(folder):
    await value(folder)
    server = embedded.status(folder).process_id
    os.kill(server, signal.SIGKILL)
    wait_until_gone(server)
    pid_file = folder / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert not embedded.status(folder).is_running
    assert await value(folder) == 1


async def test_an_id_file_cut_short_does_not_keep_the_server_from_starting(folder):
    await value(folder)
    server = embedded.status(folder).process_id
    os.kill(server, signal.SIGKILL)
    wait_until_gone(server)
    (folder / "data" / "postmaster.pid").write_text("")
    assert await value(folder) == 1


async def test_a_creation_that_was_killed_begins_again(folder):
    half = folder / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    assert await value(folder) == 1
    assert not half.exists()


async def test_stop_stops_whoever_uses_it_and_says_whether_it_ran(folder):
    other = OtherProcess(folder)
    assert embedded.stop(folder) is True
    assert not embedded.status(folder).is_running
    assert embedded.stop(folder) is False
    other.leave()
    assert await value(folder) == 1


async def test_a_long_path_gets_its_socket_elsewhere(own_environment):
    long = own_environment / ("long" * 25) / "postgres"
    long.mkdir(parents=True)
    try:
        assert await value(long) == 1
        socket = embedded.socket_folder(long)
        assert socket != long
        assert socket.stat().st_mode & 0o077 == 0
    finally:
        embedded.stop(long)
        shutil.rmtree(embedded.socket_folder(long))


def test_a_path_that_is_too_long_everywhere_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(embedded, "SOCKET_PATH_LIMIT", 10)
    with pytest.raises(EmbeddedServerError, match="RESIDENCY_DATA_DIR to a path of at most"):
        embedded.socket_folder(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedServerError, match="RESIDENCY_DATA_DIR"):
        embedded.attach(tmp_path / "file" / "postgres")


def test_a_server_that_does_not_start_is_told_with_its_log(folder):
    with pytest.raises(EmbeddedServerError, match=r"does not start: .*shared_buffers"):
        embedded.attach(folder, shared_buffers="nonsense")
    assert embedded.status(folder).users == ()
    assert embedded.attach(folder).folder == folder


async def test_the_log_holds_no_row(folder):
    await value(folder, "CREATE TABLE public.t (mail text CHECK (false))")
    with pytest.raises(Exception, match="violates check constraint"):
        await value(folder, "INSERT INTO public.t VALUES ('anna@example.org')")
    assert "anna" not in (folder / "server.log").read_text()


async def test_the_server_with_passwords_listens_on_this_machine_only(tcp_address):
    async with connect(Role.OWNER, Settings(database_url=tcp_address)) as connection:
        assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
        stored = await connection.fetchval("SHOW password_encryption")
        assert stored == "scram-sha-256"


def test_a_cluster_keeps_its_name_to_its_folder(tmp_path):
    one, other = Cluster(tmp_path / "a", tmp_path), Cluster(tmp_path / "b", tmp_path)
    assert one.name != other.name
