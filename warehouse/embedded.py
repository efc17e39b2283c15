"""The embedded server: one PostgreSQL per data folder, shared by the processes that use it.

Each process that attaches holds a locked file ``users/<process id>``. The kernel frees the lock
when the process ends, by whatever means: a file that can be locked is stale, even if another
process has its id by now. The last one out stops the server. Attaching, releasing and stopping
take ``control.lock`` in turn.

A killed process leaves the server running; the next process attaches to it, and stops it when
it leaves. ``residency stop`` stops it at once.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from warehouse.cluster import Cluster, prepare_folder
from warehouse.credentials import scram_verifier
from warehouse.errors import EmbeddedServerError

DATABASE = "residency"
OWNER = "residency_owner"
SOCKET_PORT = 5432
SOCKET_PATH_LIMIT = 103
"""Longest path of a Unix socket, in bytes, on every system that we know (Linux: 107)."""

BOOTSTRAP = (
    "CREATE EXTENSION vector",  # only a superuser may; databases made later inherit it
    f"CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE",
    f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
)

_attached: dict[Path, EmbeddedServer] = {}
_threads = threading.RLock()


@dataclass(frozen=True)
class ServerStatus:
    """What is known of an embedded server without touching it."""

    folder: Path
    is_created: bool
    process_id: int | None
    users: tuple[int, ...]
    """Ids of the processes that are attached."""

    @property
    def is_running(self) -> bool:
        """Whether the server runs."""
        return self.process_id is not None


class EmbeddedServer:
    """This process's share in the embedded server of a folder; made by :func:`attach`."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._marks = cluster.folder / "users"
        self._owner_process = os.getpid()
        self._mark: IO[str] | None = None

    @property
    def folder(self) -> Path:
        """Folder of the server."""
        return self._cluster.folder

    def url(self, *, user: str = OWNER, database: str = DATABASE) -> str:
        """Return the address of ``database`` for ``user``; the socket needs no password."""
        host = quote(str(self._cluster.socket_dir), safe="/")
        return f"postgresql://{user}@/{database}?host={host}&port={self._cluster.port}"

    def ensure_running(self) -> None:
        """Start the server unless it answers, creating it first if need be.

        Raises:
            EmbeddedServerError: it can be neither created nor started.
        """
        with self._control():
            self._register()
            if self._cluster.answers():
                return
            try:
                self._cluster.create()
                self._cluster.start()
            except EmbeddedServerError:
                self._unregister()
                raise

    def release(self) -> None:
        """Give up this process's share; the last one out stops the server."""
        with _threads:
            _attached.pop(self.folder, None)
        if self._mark is None or self._owner_process != os.getpid():
            return
        with self._control():
            self._unregister()
            if not live_users(self._marks):
                self._cluster.stop()

    def stop(self) -> None:
        """Stop the server, whoever uses it."""
        with self._control():
            self._unregister()
            self._cluster.stop()

    def users(self) -> tuple[int, ...]:
        """Return the ids of the attached processes."""
        with self._control():
            return live_users(self._marks)

    def _unregister(self) -> None:
        if self._mark is not None:
            Path(self._mark.name).unlink(missing_ok=True)
            self._mark.close()
            self._mark = None

    def _register(self) -> None:
        live_users(self._marks)  # clears what killed processes left
        if self._mark is None:
            mark = (self._marks / str(os.getpid())).open("w")
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._mark = mark

    @contextmanager
    def _control(self) -> Iterator[None]:
        prepare_folder(self.folder)
        self._marks.mkdir(exist_ok=True)
        with _threads, (self.folder / "control.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def live_users(folder: Path) -> tuple[int, ...]:
    """Return the ids of the attached processes, and remove the marks of those that ended."""
    live = []
    for path in sorted(folder.glob("[0-9]*")):
        with path.open("r") as mark:
            try:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                live.append(int(path.name))
            else:
                path.unlink(missing_ok=True)
    return tuple(live)


def attach(folder: Path, **options: str) -> EmbeddedServer:
    """Return this process's share in the server of ``folder``; the server runs and answers.

    Creates the server and its database ``residency`` on the first call ever, which takes a few
    seconds. The share ends with the process. Blocks: call it from a thread in asynchronous code.

    Args:
        folder: folder of the server.
        options: PostgreSQL settings that hold if this call starts the server.

    Raises:
        EmbeddedServerError: the server can be neither created nor started.
    """
    folder = folder.expanduser().resolve()
    with _threads:
        server = _attached.get(folder)
        if server is None or server._owner_process != os.getpid():
            server = EmbeddedServer(cluster_of(folder, **options))
            server.ensure_running()
            atexit.register(server.release)
            _attached[folder] = server
        else:
            server.ensure_running()
        return server


def stop(folder: Path) -> bool:
    """Stop the server of ``folder``, whoever uses it; return whether it ran."""
    folder = folder.expanduser().resolve()
    if not folder.exists():
        return False
    was_running = status(folder).is_running
    with _threads:
        server = _attached.pop(folder, None) or EmbeddedServer(cluster_of(folder))
    server.stop()
    return was_running


def status(folder: Path) -> ServerStatus:
    """Return the state of the server of ``folder``; changes nothing but stale marks."""
    cluster = cluster_of(folder.expanduser().resolve())
    return ServerStatus(
        folder=cluster.folder,
        is_created=(cluster.data / "PG_VERSION").exists(),
        process_id=cluster.postmaster(),
        users=EmbeddedServer(cluster).users() if cluster.folder.exists() else (),
    )


def cluster_of(folder: Path, **options: str) -> Cluster:
    """Return the cluster of the embedded server of ``folder``."""
    return Cluster(
        folder=folder,
        socket_dir=socket_folder(folder),
        port=SOCKET_PORT,
        bootstrap=BOOTSTRAP,
        options=options,
    )


def socket_folder(folder: Path) -> Path:
    """Return where the socket goes: into ``folder``, or a short private folder if that is long.

    Raises:
        EmbeddedServerError: even the short folder's path is too long for a socket.
    """
    uid = os.geteuid()
    short = f"residency-{uid}-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    for candidate in (folder, Path(tempfile.gettempdir()) / short, Path("/tmp") / short):  # noqa: S108
        if len(os.fsencode(candidate / f".s.PGSQL.{SOCKET_PORT}")) <= SOCKET_PATH_LIMIT:
            return candidate
    raise EmbeddedServerError(
        f"the path {folder} is too long for a Unix socket, and so is the temporary folder's",
        remedy="set RESIDENCY_DATA_DIR to a path of at most 80 bytes",
    )


@contextmanager
def tcp_server(folder: Path, port: int, password: str) -> Iterator[str]:
    """Run a second server that listens on 127.0.0.1 only and wants passwords (for tests).

    Yields the address of its database ``residency`` as owner, password included.

    Raises:
        EmbeddedServerError: the server can be neither created nor started.
    """
    cluster = Cluster(
        folder=folder,
        socket_dir=socket_folder(folder),
        port=port,
        listen="127.0.0.1",
        bootstrap=(*BOOTSTRAP, f"ALTER ROLE {OWNER} PASSWORD '{scram_verifier(password)}'"),
        access=("host all all 127.0.0.1/32 scram-sha-256",),
        options={"fsync": "off"},
    )
    cluster.create()
    cluster.start()
    try:
        yield f"postgresql://{OWNER}:{quote(password, safe='')}@127.0.0.1:{port}/{DATABASE}"
    finally:
        cluster.stop()
