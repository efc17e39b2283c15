"""A Prefect server as a child process that ends with the process that started it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from etl.errors import PrefectSetupError
from etl.flows.settings import (
    API_URL,
    SERVER_START_SECONDS,
    configure_prefect,
    prefect_environment,
    prefect_home,
)

HOST = "127.0.0.1"
STOP_SECONDS = 10.0
_WATCH_SECONDS = 1.0


@dataclass
class PrefectServer:
    """A server on the loopback address: its port, its process and the log that it writes."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def api_url(self) -> str:
        """Address of its API."""
        return f"http://{HOST}:{self.port}/api"

    @property
    def is_healthy(self) -> bool:
        """Whether the process lives and answers."""
        return self.process.poll() is None and answers(self.api_url)

    def wait_until_ready(self, seconds: float = SERVER_START_SECONDS) -> None:
        """Wait until the server answers.

        Raises:
            PrefectSetupError: it ended, or took longer than ``seconds``.
        """
        deadline = time.monotonic() + seconds
        while not answers(self.api_url):
            if self.process.poll() is not None:
                raise self._error(f"ended with exit code {self.process.returncode} while starting")
            if time.monotonic() > deadline:
                self.stop()
                raise self._error(f"did not answer within {seconds:.0f} seconds")
            time.sleep(0.1)

    def stop(self) -> None:
        """End the process, by force where it does not listen."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()

    def _error(self, what: str) -> PrefectSetupError:
        return PrefectSetupError(
            f"The Prefect server {what}.",
            f"Its log {self.log} says why; or set PREFECT_API_URL to a server of your own.",
        )


def start_server(
    home: Path, *, database: str = "prefect.db", port: int = 0, scheduler: bool = True
) -> PrefectServer:
    """Start a Prefect server and return without waiting for it.

    Args:
        home: its PREFECT_HOME; ``database`` (SQLite) and the log stand there.
        database: name of the database file; one server at a time may use it.
        port: TCP port on the loopback address; 0 takes a free one.
        scheduler: whether it runs schedules and automations. A server for single runs does
            without and starts faster.
    """
    home.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    environment = {
        **os.environ,
        **prefect_environment(home),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / database}",
        "PREFECT_SERVER_UI_ENABLED": "true" if scheduler else "false",
    }
    environment.pop("PREFECT_API_URL", None)
    arguments = ["server", "start", "--host", HOST, "--port", str(port)]
    log = home / f"{Path(database).stem}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(os.getpid()), *arguments]
            + ([] if scheduler else ["--no-services"]),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            # Control-C in a terminal reaches the whole group; the parent stops its server itself.
            start_new_session=True,
        )
    return PrefectServer(port, process, log)


@contextlib.contextmanager
def running_server(home: Path, *, database: str = "prefect.db", port: int = 0) -> Iterator[str]:
    """Run a Prefect server with schedules for the time of the block; yields its API's address.

    Raises:
        PrefectSetupError: it does not start.
    """
    server = start_server(home, database=database, port=port)
    try:
        server.wait_until_ready()
        yield server.api_url
    finally:
        server.stop()


class PrefectSession:
    """Makes Prefect usable in this process: the user's server, or one of our own for our flows.

    Each process that runs flows has its own database (``worker-0.db``, ``worker-1.db`` …), held
    by a lock file for as long as the process lives: SQLite does not like two servers.
    """

    def __init__(self, home: Path | None = None) -> None:
        self._home = home or prefect_home()
        self._server: PrefectServer | None = None
        self._slot: IO[bytes] | None = None
        self._users_server = os.environ.get(API_URL)

    def ensure(self) -> None:
        """Have Prefect set up, with a server that answers (blocks, 6 to 15 s the first time).

        Raises:
            PrefectSetupError: no server answers and none can be started.
        """
        if self._users_server:
            configure_prefect(self._users_server, self._home)
            if not answers(self._users_server):
                raise PrefectSetupError(
                    f"No Prefect server answers at {self._users_server}.",
                    "Start it, or unset PREFECT_API_URL to have one started.",
                )
            return
        if self._server is not None and self._server.is_healthy:
            return
        port = 0
        if self._server is not None:
            # Prefect has read its settings by now: the new server takes the old one's address.
            port = self._server.port
            self._server.stop()
        self._server = start_server(
            self._home, database=self._database(), port=port, scheduler=False
        )
        configure_prefect(self._server.api_url, self._home)
        import prefect  # noqa: F401  (takes seconds, while the server starts)

        self._server.wait_until_ready()

    def close(self) -> None:
        """Stop the server, if it is ours."""
        if self._server is not None:
            self._server.stop()
        if self._slot is not None:
            self._slot.close()

    def _database(self) -> str:
        """Return the first database that no other process uses, and keep it ours."""
        self._home.mkdir(parents=True, exist_ok=True)
        number = 0
        while self._slot is None:
            slot = (self._home / f"worker-{number}.lock").open("wb")
            try:
                fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._slot = slot
            except BlockingIOError:
                slot.close()
                number += 1
        return f"{Path(self._slot.name).stem}.db"


def answers(api_url: str) -> bool:
    """Return whether a Prefect server answers at an address."""
    try:
        with urllib.request.urlopen(f"{api_url}/health", timeout=5) as response:  # noqa: S310
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    """Return a TCP port that is free on the loopback address right now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def end_with(parent: int) -> None:
    """End this process soon after ``parent`` is gone, however that went (kill -9 too)."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def main() -> None:
    """Be the server process: ``python -m etl.flows.server <parent's id> <prefect arguments>``."""
    end_with(int(sys.argv[1]))
    sys.argv = ["prefect", *sys.argv[2:]]
    runpy.run_module("prefect", run_name="__main__")


if __name__ == "__main__":
    main()
