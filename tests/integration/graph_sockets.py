"""A client of graphql-transport-ws over a real socket, and one of server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import websockets

PROTOCOL = "graphql-transport-ws"
PATIENCE_SECONDS = 20


@dataclass
class Socket:
    """A connection that is acknowledged."""

    connection: Any

    async def say(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self.connection.recv())
        return message

    async def subscribe(self, name: str, query: str, **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        await self.say(id=name, type="subscribe", payload=payload)

    async def close_code(self) -> int:
        await self.connection.wait_closed()
        code: int = self.connection.close_code
        return code


@asynccontextmanager
async def opened(port: int, *, protocol: str = PROTOCOL, **options: Any) -> AsyncIterator[Socket]:
    """Yield a connection that has not said anything yet."""
    address = f"ws://127.0.0.1:{port}/graphql"
    subprotocols: Any = [protocol]
    async with websockets.connect(address, subprotocols=subprotocols, **options) as connection:
        yield Socket(connection)


@asynccontextmanager
async def acknowledged(port: int, payload: Any = None, **options: Any) -> AsyncIterator[Socket]:
    """Yield a connection on which operations may be asked."""
    async with opened(port, **options) as socket:
        await socket.say(type="connection_init", payload=payload or {})
        assert await socket.hear() == {"type": "connection_ack"}
        yield socket


async def events(port: int, query: str, **variables: Any) -> AsyncIterator[tuple[str, Any]]:
    """Yield the events of an operation: their kinds and data."""
    timeout = httpx.Timeout(PATIENCE_SECONDS)
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=timeout) as client,
        client.stream(
            "POST",
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"accept": "text/event-stream"},
        ) as response,
    ):
        kind = ""
        async for line in response.aiter_lines():
            name, _, value = line.partition(":")
            if name == "event":
                kind = value.strip()
            elif name == "data":
                yield kind, json.loads(value) if value.strip() else None
