"""The servers under test: each one process, on the same PostgreSQL, started and stopped here."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, Self

import httpx

from benchmarks.speed.data import Warehouse, environment_of
from graph.ide.node import find_node

PEER_FOLDER = Path(__file__).parent.parent / "postgraphile"
START_SECONDS = 60
OURS, PLAIN, PEER = "ours", "plain Strawberry", "PostGraphile"
OUR_PACKAGES = ("strawberry-graphql", "graphql-core", "uvicorn", "uvloop", "httptools", "asyncpg")


@dataclass
class Server:
    """A GraphQL server in a process of its own; a context manager that ends it."""

    name: str
    command: list[str]
    environment: dict[str, str]
    folder: Path
    port: int
    process: subprocess.Popen[str] | None = None
    start_seconds: float = 0.0
    client: httpx.Client = field(init=False)
    log: IO[str] = field(init=False)

    def __post_init__(self) -> None:
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - lives as long as the server
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60)

    def __enter__(self) -> Self:
        started = time.perf_counter()
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        while not self._listens():
            is_late = time.perf_counter() - started > START_SECONDS
            if is_late or self.process.poll() is not None:
                self.__exit__()
                raise RuntimeError(f"{self.name} does not start: {self._said()}")
            time.sleep(0.005)
        self.start_seconds = time.perf_counter() - started
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.client.close()

    @property
    def pid(self) -> int:
        """Process id of the server."""
        assert self.process is not None
        return self.process.pid

    def ask(self, query: str, variables: dict[str, Any]) -> tuple[Any, bytes, float]:
        """Return data, body and seconds of one request.

        Raises:
            RuntimeError: the answer has errors.
        """
        started = time.perf_counter()
        answer = self.client.post("/graphql", json={"query": query, "variables": variables})
        seconds = time.perf_counter() - started
        found = answer.json()
        if answer.status_code != 200 or found.get("errors"):
            raise RuntimeError(f"{self.name} answers {answer.status_code}: {answer.text[:2000]}")
        return found["data"], answer.content, seconds

    def first_line(self) -> str:
        """Return the first line that the server printed."""
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def _said(self) -> str:
        self.log.seek(0)
        return self.log.read()[-2000:]

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


def ours(warehouse: Warehouse) -> Server:
    """Return the product as it is shipped: ``residency serve``."""
    port = free_port()
    command = [sys.executable, "-m", "residency", "serve", "--port", str(port)]
    return Server(OURS, command, warehouse.environment, Path.cwd(), port)


def plain(warehouse: Warehouse) -> Server:
    """Return the hand-written Strawberry server with data loaders."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.plain_strawberry"]
    return Server(PLAIN, command, _environment(warehouse, port), Path.cwd(), port)


def postgraphile(warehouse: Warehouse) -> Server:
    """Return PostGraphile 5."""
    port = free_port()
    environment = _environment(warehouse, port)
    environment |= {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    command = [str(find_node().program), "server.mjs"]
    return Server(PEER, command, environment, PEER_FOLDER, port)


def install_postgraphile() -> None:
    """Install the pinned packages, unless they are there."""
    lock, done = PEER_FOLDER / "package-lock.json", PEER_FOLDER / "node_modules" / ".installed"
    if not done.exists() or done.read_bytes() != lock.read_bytes():
        find_node().run_npm("ci", folder=PEER_FOLDER)
        done.write_bytes(lock.read_bytes())


def peer_versions(server: Server) -> dict[str, str]:
    """Return the versions that really run.

    Raises:
        RuntimeError: it is not PostGraphile 5, or Node is too old for it.
    """
    found: dict[str, str] = json.loads(server.first_line())
    if not re.match(r"5\.", found["postgraphile"]) or int(found["node"].split(".")[0]) < 22:
        raise RuntimeError(f"PostGraphile 5 on Node 22 or newer is wanted, this is {found}")
    return found


def our_versions() -> dict[str, str]:
    """Return the versions that matter to the Python servers."""
    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python} | {name: version(name) for name in OUR_PACKAGES}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _environment(warehouse: Warehouse, port: int) -> dict[str, str]:
    return environment_of(warehouse.folder) | {
        "BENCHMARK_DATABASE": json.dumps(warehouse.connection),
        "BENCHMARK_PORT": str(port),
    }
