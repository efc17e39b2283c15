"""What all flows share: their progress, and running one to its end in a thread of its own.

Importing this module imports Prefect: call :func:`etl.flows.settings.configure_prefect` before.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, cast

from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker

from etl.refresh import Progress, no_progress

DRAIN_SECONDS = 10.0
"""How long a run waits at its end for its logs and events to reach Prefect's server."""

PROGRESS: ContextVar[Progress] = ContextVar("progress", default=no_progress)
"""Where the run at work reports its progress; flow parameters can only be JSON."""


def run_flow(
    flow: Callable[[Any], Awaitable[dict[str, Any]]], argument: Any, progress: Progress
) -> dict[str, Any]:
    """Run a flow in an event loop of its own and return the job's result (blocks).

    Raises:
        Exception: whatever ended the flow, contacts masked.
    """

    async def run() -> dict[str, Any]:
        try:
            return await flow(argument)
        finally:
            await send_what_is_waiting()

    for name in ("prefect.flow_runs", "prefect.task_runs"):
        # To Prefect's server only: whoever called gets the error itself, and tells it once.
        logging.getLogger(name).propagate = False
    token = PROGRESS.set(progress)
    try:
        return asyncio.run(run())
    finally:
        PROGRESS.reset(token)


async def send_what_is_waiting() -> None:
    """Send Prefect's waiting logs and events, so that none is sent after its server ended."""
    for service in (APILogWorker, EventsWorker):
        # Prefect's annotation covers its two ways; within an event loop it is always a coroutine.
        await cast("Awaitable[object]", service.drain_all(timeout=DRAIN_SECONDS, at_exit=False))
