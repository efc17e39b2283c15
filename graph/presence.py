"""Work for a client that goes away is stopped: nobody reads its answer, others wait for its place.

The server tells an application that a client left only when asked. Most answers are there before
a task that asks would have started, so one starts for the slow ones only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Final, TypeVar

from starlette.types import Receive

from graph.errors import RequestError

Result = TypeVar("Result")
PATIENCE: Final = 0.05
"""Seconds after which it is worth asking whether the client is still there."""
CLIENT_GONE: Final = 499
"""Status in the counters; no client sees it."""


async def while_connected(receive: Receive, work: Awaitable[Result]) -> Result:
    """Return what ``work`` returns; the request's body has been read.

    Raises:
        RequestError: the client went away; the work was cancelled.
    """
    watch = _Watch(receive)
    timer = asyncio.get_running_loop().call_later(PATIENCE, watch.begin)
    try:
        return await work
    except asyncio.CancelledError:
        if not watch.has_cancelled:
            raise
        watch.worker.uncancel()
        raise RequestError(CLIENT_GONE, "The client went away.") from None
    finally:
        timer.cancel()
        watch.end()


class _Watch:
    """Cancels the task that made it when the client goes away."""

    def __init__(self, receive: Receive) -> None:
        worker = asyncio.current_task()
        assert worker is not None
        self.worker: asyncio.Task[Any] = worker
        self.has_cancelled = False
        self._receive = receive
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin to listen for the client."""
        self._task = asyncio.get_running_loop().create_task(self._listen())

    def end(self) -> None:
        """Listen no longer."""
        if self._task is not None:
            self._task.cancel()

    async def _listen(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.has_cancelled = True
        self.worker.cancel()
