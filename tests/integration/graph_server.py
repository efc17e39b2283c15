"""The graph behind a real server on a port of its own, and statements that wait for a lock."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from tests.integration.graph_client import Graph
from warehouse.engine import Role, connect

PATIENCE_SECONDS = 20


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[int]:
    """Serve an application for the time of the block; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def locked(graph: Graph, table: str) -> AsyncIterator[None]:
    """Keep every statement that reads a table waiting for the time of the block."""
    async with connect(Role.OWNER, graph.settings) as owner, owner.transaction():
        await owner.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


async def wait_for_statements(graph: Graph, count: int) -> None:
    """Return when just so many statements of readers are at work in the database."""
    sql = (
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
        " AND usename = 'residency_reader' AND datname = current_database()"
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await graph.values(sql) != [count]:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def post(port: int, query: str, accept: str = "application/json") -> Streams:
    """Send a request over a connection of its own; the caller reads the answer, or leaves."""
    body = json.dumps({"query": query}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: graph\r\naccept: {accept}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    return reader, writer
