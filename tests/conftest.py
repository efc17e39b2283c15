"""What all tests share: an embedded server of their own, fresh databases, no network."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
import pytest

from warehouse import embedded, migrate
from warehouse.engine import Role, connect, database_url
from warehouse.settings import Settings, get_settings

Result = TypeVar("Result")

LOCAL = {None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::", socket.gethostname()}
PASSWORDS = {"reader_password": "reader pässword", "app_password": "app/pass@word"}
TEMPLATE = "migrated"
DROP_ATTEMPTS = 20


def refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Audit hook: only this machine and Unix sockets can be reached."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
    else:
        return
    if host not in LOCAL:
        raise PermissionError(f"tests have no network, and this one wants {host}")


sys.addaudithook(refuse_network)


def in_thread(work: Callable[[], Awaitable[Result]]) -> Result:
    """Run asynchronous work to its end in a loop of its own, whatever loops the test has."""

    async def run() -> Result:
        return await work()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(run())).result()


def fast_folder() -> str:
    """Return where files are made fastest: memory if there is plenty, else the usual place."""
    memory = Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > 2 << 30:
        return str(memory)
    return "/tmp"


@pytest.fixture(scope="session", autouse=True)
def own_environment() -> Iterator[Path]:
    """Hide the user's settings and data folder from the tests; yields a short folder instead."""
    folder = Path(tempfile.mkdtemp(prefix="rg", dir=fast_folder()))
    with pytest.MonkeyPatch.context() as patch:
        for name in tuple(os.environ):
            if name.startswith("RESIDENCY_") and name != "RESIDENCY_SHARED":
                patch.delenv(name)
        patch.setenv("RESIDENCY_DATA_DIR", str(folder / "own"))
        get_settings.cache_clear()
        yield folder
    get_settings.cache_clear()
    embedded.stop(folder / "own" / "postgres")
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server(own_environment: Path) -> Iterator[embedded.EmbeddedServer]:
    """An embedded server of this test run."""
    folder = own_environment / "pg"
    yield embedded.attach(folder, fsync="off")
    embedded.stop(folder)


@pytest.fixture(scope="session")
def tcp_address(own_environment: Path) -> Iterator[str]:
    """Owner's address of a second server, over TCP with passwords."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with embedded.tcp_server(own_environment / "tcp", port, "own'er pässword:/@") as address:
        yield address


@dataclass(frozen=True)
class Database:
    """A database of one test."""

    name: str
    settings: Settings

    @property
    def owner_url(self) -> str:
        return database_url(self.settings, Role.OWNER)

    @property
    def reader_url(self) -> str:
        return database_url(self.settings, Role.READER)

    @property
    def app_url(self) -> str:
        return database_url(self.settings, Role.APP)


def settings_for(address: str, name: str, **others: Any) -> Settings:
    """Return settings for database ``name`` of the server at ``address`` (of its owner)."""
    url = urlsplit(address)._replace(path=f"/{name}").geturl()
    return Settings(database_url=url, **(PASSWORDS | others))


def execute(address: str, statement: str) -> None:
    """Run a statement on the database ``residency``, as owner."""

    async def run() -> None:
        async with connect(Role.OWNER, settings_for(address, embedded.DATABASE)) as connection:
            await connection.execute(statement)

    in_thread(run)


def fresh_database(address: str, template: str | None) -> Iterator[Database]:
    """Yield a new database, empty or a copy of ``template``, and drop it."""
    name = f"t{uuid.uuid4().hex[:12]}"
    execute(
        address,
        f"CREATE DATABASE {name}"
        + (f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""),
    )
    try:
        yield Database(name, settings_for(address, name))
    finally:
        drop_database(address, name)


def drop_database(address: str, name: str) -> None:
    """Drop a database; one in which autovacuum works at this moment cannot be, so try again."""
    for attempt in range(DROP_ATTEMPTS):
        try:
            execute(address, f"DROP DATABASE {name} WITH (FORCE)")
        except asyncpg.InsufficientPrivilegeError:
            if attempt + 1 == DROP_ATTEMPTS:
                raise
            time.sleep(0.5)
        else:
            return


def migrated_template(address: str) -> str:
    """Make a migrated database to copy from; return the address."""
    execute(address, f"CREATE DATABASE {TEMPLATE}")
    in_thread(lambda: migrate.upgrade(settings_for(address, TEMPLATE)))
    return address


@pytest.fixture(scope="session")
def migrated_server(server: embedded.EmbeddedServer) -> str:
    """Address of the embedded server, which has a migrated template."""
    return migrated_template(server.url())


@pytest.fixture(scope="session")
def migrated_tcp_server(tcp_address: str) -> str:
    """Address of the server with passwords, which has a migrated template."""
    return migrated_template(tcp_address)


@pytest.fixture
def database(migrated_server: str) -> Iterator[Database]:
    """A fresh, migrated, empty warehouse on the embedded server."""
    yield from fresh_database(migrated_server, TEMPLATE)


@pytest.fixture
def empty_database(server: embedded.EmbeddedServer) -> Iterator[Database]:
    """A database without any schema of ours on the embedded server."""
    yield from fresh_database(server.url(), None)


@pytest.fixture
def tcp_database(migrated_tcp_server: str) -> Iterator[Database]:
    """A fresh, migrated, empty warehouse on a server over TCP with passwords."""
    yield from fresh_database(migrated_tcp_server, TEMPLATE)


@pytest.fixture
def empty_tcp_database(tcp_address: str) -> Iterator[Database]:
    """A database without any schema of ours on a server over TCP with passwords."""
    yield from fresh_database(tcp_address, None)
