"""The graph's front over a database that answers everything alike, to ask over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from graph.http import GraphFront
from graph.planner.cursors import CursorSigner
from graph.planner.execute import VERSION_SQL
from graph.schema import build_schema

VERSION = "1|1767268800000000"


@dataclass
class Canned:
    """Returns the same value for every statement of a plan, and keeps the statements.

    A plan puts around the value what is the same in every answer, as ``{"streams":[`` and ``]}``.
    """

    data: bytes = b""
    version: str = VERSION
    statements: list[str] = field(default_factory=list)

    async def fetch_value(self, sql: str, *arguments: Any) -> bytes:
        del arguments
        self.statements.append(sql)
        if "chr(10)" in sql:
            return self.version.encode() + b"\n" + self.data
        return self.version.encode() if sql == VERSION_SQL else self.data


@dataclass
class Asking:
    """A client of a front, and what is behind it."""

    client: httpx.AsyncClient
    front: GraphFront
    database: Canned

    async def post(self, query: str | None = None, **body: Any) -> httpx.Response:
        headers = body.pop("headers", {})
        sent = body if query is None else {"query": query, **body}
        return await self.client.post("/graphql", json=sent, headers=headers)

    async def refused(self, query: str | None = None, **body: Any) -> dict[str, Any]:
        """Return the first error of an answer without data; no statement ran."""
        before = len(self.database.statements)
        answer = (await self.post(query, **body)).json()
        assert "data" not in answer
        assert len(self.database.statements) == before
        first: dict[str, Any] = answer["errors"][0]
        return first


@asynccontextmanager
async def asking(**options: Any) -> AsyncIterator[Asking]:
    """Yield a client of a front of its own; the options are the front's."""
    database = Canned()
    front = GraphFront(build_schema(), database, CursorSigner(b"secret"), **options)
    transport = httpx.ASGITransport(app=front)
    async with httpx.AsyncClient(transport=transport, base_url="http://graph") as client:
        yield Asking(client, front, database)
