"""``residency flows serve``: Prefect's server, the daily refresh, and a sensor for new files."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.errors import FlowServiceError, PrefectSetupError
from etl.flows.sensor import FolderSensor, memory_file
from etl.flows.server import PrefectServer, answers, start_server
from etl.flows.settings import API_URL, configure_prefect, prefect_home

if TYPE_CHECKING:
    from prefect.runner import Runner

logger = logging.getLogger(__name__)

DEPLOYMENT = "refresh"
"""Name of the deployment; in full ``refresh_warehouse/refresh``."""

REFRESH_FLOW = "etl.flows.refresh_warehouse:refresh_warehouse"


@dataclass(frozen=True)
class ServeOptions:
    """What to serve.

    Attributes:
        request: What a scheduled run loads (``RefreshRequest.as_dict()``).
        cron: When a scheduled run starts, in UTC; five fields.
        every: Starts runs at this interval instead of by ``cron``.
        folder: Folder in which the sensor looks for new files; None for no sensor.
        port: Port of the Prefect server (its user interface too); 0 takes a free one.
        poll_seconds: How often the sensor looks, and how often due runs are asked for.
        flow: Flow to serve, as ``module:name``.
    """

    request: dict[str, Any] = field(default_factory=lambda: {"source": "public"})
    cron: str = "0 5 * * *"
    every: timedelta | None = None
    folder: Path | None = None
    port: int = 4200
    poll_seconds: float = 5.0
    flow: str = REFRESH_FLOW


def serve_flows(options: ServeOptions) -> None:
    """Serve flows until SIGTERM or SIGINT; blocks, and ends its child processes on the way out.

    Uses the server that PREFECT_API_URL names, else starts one with a database of its own
    (``flows.db`` in :func:`prefect_home`).

    Raises:
        PrefectSetupError: no Prefect server answers.
        FlowServiceError: the server or the runner ended by itself.
    """
    # Runs have a working folder of their own.
    folder = None if options.folder is None else options.folder.expanduser().resolve()
    with _server(options.port) as server:
        asyncio.run(_serve(options, folder, server))


@contextlib.contextmanager
def _server(port: int) -> Iterator[PrefectServer | None]:
    """Set Prefect up with a server; yields ours, or None where the user has one."""
    home = prefect_home()
    if users := os.environ.get(API_URL):
        configure_prefect(users, home)
        if not answers(users):
            raise PrefectSetupError(
                f"No Prefect server answers at {users}.",
                "Start it, or unset PREFECT_API_URL to have one started.",
            )
        yield None
        return
    server = start_server(home, database="flows.db", port=port)
    configure_prefect(server.api_url, home)
    try:
        server.wait_until_ready()
        logger.info("Prefect's server listens at %s", server.api_url.removesuffix("/api"))
        yield server
    finally:
        server.stop()


async def _serve(options: ServeOptions, folder: Path | None, server: PrefectServer | None) -> None:
    """Run runner and sensor side by side until a signal comes or one of them ends."""
    from prefect.runner import Runner

    runner = Runner(
        name="residency",
        query_seconds=options.poll_seconds,
        pause_on_shutdown=False,
        limit=1,
    )
    deployment = await _deployment(options)
    await runner.aadd_deployment(deployment)
    tasks = [asyncio.create_task(_run(runner), name="runner")]
    if folder is not None:
        name = f"{deployment.flow_name}/{deployment.name}"
        tasks.append(asyncio.create_task(_watch(options, folder, name), name="sensor"))
    if server is not None:
        tasks.append(asyncio.create_task(_guard(server), name="server"))
    stopping = asyncio.create_task(_stop_signal(runner), name="signal")
    done, _ = await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, stopping):
        task.cancel()
    ends = await asyncio.gather(*tasks, stopping, return_exceptions=True)
    if stopping in done:
        return
    errors = [end for end in ends if isinstance(end, Exception)]
    raise FlowServiceError(
        f"Serving flows ended by itself ({', '.join(task.get_name() for task in done)}).",
        f"See {prefect_home()} for the server's log, then start it again.",
    ) from (errors[0] if errors else None)


async def _deployment(options: ServeOptions) -> Any:
    """Return the deployment with its schedule."""
    from prefect.flows import Flow
    from prefect.types.entrypoint import EntrypointType

    module, _, name = options.flow.partition(":")
    flow: Flow[..., Any] = getattr(importlib.import_module(module), name)
    schedule: dict[str, Any] = (
        {"interval": options.every} if options.every else {"cron": options.cron}
    )
    return await flow.ato_deployment(
        DEPLOYMENT,
        parameters={"request": options.request},
        entrypoint_type=EntrypointType.MODULE_PATH,
        **schedule,
    )


async def _run(runner: Runner) -> None:
    """Start runs when they are due, each in a process of its own."""
    await runner.start()


async def _guard(server: PrefectServer) -> None:
    """Return when the server has ended."""
    while server.process.poll() is None:  # noqa: ASYNC110  (a process has no event to wait for)
        await asyncio.sleep(1)


async def _watch(options: ServeOptions, folder: Path, deployment: str) -> None:
    """Start a run of the deployment whenever new files have arrived in ``folder``."""
    import httpx
    from prefect.deployments.flow_runs import arun_deployment
    from prefect.exceptions import PrefectException

    sensor = FolderSensor(folder, memory_file(prefect_home(), folder))
    request = {**options.request, "source": str(folder)}
    while True:
        arrival = await asyncio.to_thread(sensor.look)
        if arrival is not None:
            try:
                await arun_deployment(
                    deployment,
                    parameters={"request": request},
                    timeout=0,
                    idempotency_key=arrival.key,
                    tags=["arrival"],
                )
            except (PrefectException, httpx.HTTPError, OSError) as error:
                logger.warning("the arrival in %s could not start a run: %s", folder, error)
            else:
                logger.info("new files in %s: a run begins", folder)
                sensor.remember(arrival)
        await asyncio.sleep(options.poll_seconds)


async def _stop_signal(runner: Runner) -> None:
    """Return when SIGTERM or SIGINT comes."""
    # The runner sets a SIGTERM handler of its own when it starts; ours comes after it.
    while not runner.started:  # noqa: ASYNC110  (the runner has no event for that)
        await asyncio.sleep(0.05)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
