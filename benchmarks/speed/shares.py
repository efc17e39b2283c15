"""Where a request to ours spends processor time: statement, driver, graph, HTTP server.

One request at a time, in this process: the statement's time is that of its PostgreSQL process; the
driver's and the graph's are this process's. The HTTP server's is what the load measured beyond.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message

from benchmarks.speed.data import Warehouse
from benchmarks.speed.questions import Question
from graph.app import create_app
from warehouse.reader import Reader
from warehouse.settings import Settings

REPEATS = 200
ROUNDS = 5


@dataclass(frozen=True)
class Shares:
    """Processor seconds of one request; the graph's part includes the driver's."""

    question: str
    statement: float
    driver: float
    graph: float


class Recorder(Reader):
    """A reader that remembers the statements that it ran."""

    seen: list[tuple[Any, ...]]

    async def fetch_value(self, sql: str, *arguments: Any) -> Any:
        """Return what the statement returns, and remember it."""
        self.seen.append((sql, *arguments))
        return await super().fetch_value(sql, *arguments)


async def shares(warehouse: Warehouse, asked: list[Question]) -> list[Shares]:
    """Measure each question, least of several rounds."""
    settings = Settings(data_dir=warehouse.folder)
    async with Recorder(settings) as reader:
        reader.seen = []
        app = create_app(settings, reader=reader)
        backend = int(await reader.fetch_value("SELECT pg_backend_pid()"))
        return [await _shares(app, reader, backend, question) for question in asked]


async def _shares(app: ASGIApp, reader: Recorder, backend: int, question: Question) -> Shares:
    bodies = [
        json.dumps({"query": question.ours, "variables": variables}).encode()
        for variables, _ in question.cases
    ]

    async def whole(number: int) -> None:
        await _post(app, bodies[number % len(bodies)])

    reader.seen.clear()
    for number in range(len(bodies)):
        await whole(number)
    statements = tuple(reader.seen)

    async def statement(number: int) -> None:
        sql, *arguments = statements[number % len(statements)]
        await reader.fetch_value(sql, *arguments)

    graph, _ = await _least(whole, backend)
    driver, of_postgres = await _least(statement, backend)
    return Shares(question.name, of_postgres, driver, graph)


async def _post(app: ASGIApp, body: bytes) -> None:
    """Ask the application as an HTTP server does.

    Raises:
        RuntimeError: the status of the answer is not 200.
    """
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"content-type", b"application/json"),
            (b"accept", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
    }
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if not left:  # the client stays, and says no more
            await asyncio.Event().wait()
        return left.pop()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise RuntimeError(f"the graph answers {message['status']}")

    await app(scope, receive, send)


async def _least(work: Callable[[int], Awaitable[None]], backend: int) -> tuple[float, float]:
    """Return the processor seconds of this process and of the backend for one call."""
    own, other = [], []
    for _ in range(ROUNDS):
        before, backend_before = time.process_time(), _cpu_of(backend)
        for number in range(REPEATS):
            await work(number)
        own.append((time.process_time() - before) / REPEATS)
        other.append((_cpu_of(backend) - backend_before) / REPEATS)
    return min(own), min(other)


def _cpu_of(process: int) -> float:
    """Return the processor seconds of a process, to the nanosecond."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
