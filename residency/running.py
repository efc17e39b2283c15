"""`residency run` and `residency serve`: everything that must be up while people ask."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from residency.console import say
from residency.errors import NothingLoadedError
from warehouse.engine import Role, connect, database_url, owner_connection
from warehouse.jobs import enqueue, has_unfinished_jobs
from warehouse.migrate import upgrade
from warehouse.queries.runs import DataVersion, published_version
from warehouse.search.versions import active_version
from warehouse.settings import Settings, get_settings
from warehouse.vocabulary import JobKind

GRACE_SECONDS = 20
PAUSE_SECONDS = 1.0
"""Between a worker's death and the next one."""
WORKER: Final = (sys.executable, "-m", "residency", "worker")


def run_everything(
    source: str | None, *, host: str | None, port: int | None, replace: bool
) -> None:
    """Migrate, load if asked for or needed, and serve until interrupted.

    Raises:
        EtlError, CommandError, WarehouseError: what went wrong, with its remedy.
    """
    settings = get_settings()
    say("Starting PostgreSQL." if settings.is_embedded else "Connecting to PostgreSQL.")
    database_url(settings)
    asyncio.run(upgrade())
    with worker_process() as worker:
        version = asyncio.run(_bring_up(source, worker, replace=replace))
        with tended(worker):
            _serve(settings, version, host=host, port=port)


def serve_graph(*, host: str | None, port: int | None) -> None:
    """Serve what is loaded until interrupted.

    Raises:
        NothingLoadedError: no data version is published.
    """
    settings = get_settings()
    database_url(settings)
    version = asyncio.run(_published())
    if version is None:
        raise NothingLoadedError(
            "No data version is published.", "Load one with `residency run` or `residency load`."
        )
    _serve(settings, version, host=host, port=port)


@contextmanager
def worker_process() -> Iterator[subprocess.Popen[bytes]]:
    """Run `residency worker` beside this process, and end it with it."""
    worker = subprocess.Popen(WORKER)
    try:
        yield worker
    finally:
        _stop(worker)


@contextmanager
def tended(worker: subprocess.Popen[bytes]) -> Iterator[None]:
    """Start another worker whenever one dies, so that jobs go on; one that ends in order may."""
    at_work, lock, is_over = [worker], threading.Lock(), threading.Event()

    def tend() -> None:
        while code := at_work[0].wait():
            is_over.wait(PAUSE_SECONDS)
            with lock:
                if is_over.is_set():
                    return
                say(f"The worker died (exit code {code}). Starting another one.")
                at_work[0] = subprocess.Popen(WORKER)

    thread = threading.Thread(target=tend, name="tend-worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        with lock:
            is_over.set()
        _stop(at_work[0])
        thread.join()


def _stop(worker: subprocess.Popen[bytes]) -> None:
    """End a worker: in order, or at once where that takes too long."""
    worker.terminate()
    try:
        worker.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


async def _bring_up(
    source: str | None, worker: subprocess.Popen[bytes], *, replace: bool
) -> DataVersion:
    """Load what is asked for or, where nothing is published, the sample."""
    version = await _published()
    if source is not None or version is None:
        # Parsers and generator are slow to import, and not needed to serve.
        from etl.refresh import RefreshRequest
        from residency.loading import load_by_worker

        await load_by_worker(RefreshRequest(source or "sample", replace), worker)
        version = await _published()
    assert version is not None, "a load that succeeds publishes a version"
    await _ask_for_index(version)
    return version


async def _ask_for_index(version: DataVersion) -> None:
    """Let the worker bring the search index up to a data version, unless it will or did."""
    async with owner_connection() as connection:
        index = await active_version(connection)
        covers = index is not None and index.data_version_number == version.number
        if not (covers or await has_unfinished_jobs(connection)):
            await enqueue(connection, JobKind.REFRESH_SEARCH, {})


async def _published() -> DataVersion | None:
    """Return the newest data version, as the graph's own role sees it."""
    async with connect(Role.READER) as connection:
        return await published_version(connection)


def _serve(settings: Settings, version: DataVersion, *, host: str | None, port: int | None) -> None:
    """Run the web server until interrupted."""
    import uvicorn

    from graph.app import create_app
    from graph.subscriptions.websocket import LARGEST_MESSAGE
    from simulation.warming import Warming

    # uvicorn raises the signal that ended it once more; without a handler that would end this
    # process on the spot, with the worker and PostgreSQL still at work.
    signal.signal(signal.SIGTERM, _end)
    host, port = host or settings.host, settings.port if port is None else port
    kind = "generated sample data" if version.is_sample else "real data"
    say(f"Data version {version.number}: {version.program_count} programs, {kind}.")
    say(f"GraphiQL: [bold]http://{host}:{port}/graphql[/]  (Ctrl+C stops)")
    with Warming() as warming:
        uvicorn.run(
            create_app(settings, warming=warming), host=host, port=port,
            log_level=settings.log_level.lower(), access_log=False, ws_max_size=LARGEST_MESSAGE,
        )  # fmt: skip


def _end(number: int, _: FrameType | None) -> None:
    """End the process in order: context managers close, and the embedded server is released."""
    sys.exit(128 + number)
