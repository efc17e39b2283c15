"""Answers as server-sent events: graphql-sse, each operation over a connection of its own.

Protocol: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md, distinct connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Final

from starlette.types import Send

from graph.freshness import NOT_KEPT
from graph.pipeline import Outcome
from graph.protocol import Header

MEDIA_TYPE: Final = "text/event-stream"
KEEP_ALIVE_SECONDS: Final = 12.0
"""Longest silence: proxies close connections that say nothing for half a minute or so."""
_COMPLETE: Final = b"event: complete\ndata:\n\n"
_SILENCE: Final = b":\n\n"


async def send_events(
    send: Send,
    outcomes: AsyncGenerator[Outcome],
    body_of: Callable[[Outcome], bytes],
    headers: list[Header],
) -> None:
    """Send an event for each answer, and one when there are no more."""
    start = [(b"content-type", MEDIA_TYPE.encode() + b"; charset=utf-8"), NOT_KEPT]
    start += [(b"x-accel-buffering", b"no"), *headers]
    await send({"type": "http.response.start", "status": 200, "headers": start})

    async def write(frame: bytes, *, more: bool = True) -> None:
        await send({"type": "http.response.body", "body": frame, "more_body": more})

    await write(_SILENCE)
    coming = asyncio.ensure_future(anext(outcomes, None))
    try:
        while True:
            await asyncio.wait({coming}, timeout=KEEP_ALIVE_SECONDS)
            if not coming.done():
                await write(_SILENCE)
                continue
            outcome = coming.result()
            if outcome is None:
                break
            coming = asyncio.ensure_future(anext(outcomes, None))
            await write(b"event: next\ndata: " + body_of(outcome) + b"\n\n")
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await outcomes.aclose()
    await write(_COMPLETE, more=False)
