"""A client of the graph over a warehouse, with the owner's plain SQL beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from graph.app import create_app
from warehouse.engine import Role, connect
from warehouse.reader import Reader
from warehouse.settings import Settings


class CountingReader(Reader):
    """A reader that keeps the statements it ran."""

    statements: list[str]

    async def fetch_value(self, sql: str, *arguments: Any) -> Any:
        self.statements.append(sql)
        return await super().fetch_value(sql, *arguments)


@dataclass
class Graph:
    """A client of the graph, and the owner's connection beside it."""

    client: httpx.AsyncClient
    owner: Any
    reader: CountingReader
    settings: Settings
    app: Any
    timing: str = ""

    async def raw(
        self, query: str, variables: Any = None, operation_name: str | None = None, **options: Any
    ) -> httpx.Response:
        self.reader.statements.clear()
        body = {"query": query, "variables": variables, "operationName": operation_name}
        response = await self.client.post("/graphql", json=body, **options)
        self.timing = response.headers.get("server-timing", "")
        return response

    async def ask(self, query: str, path: str = "planned", **variables: Any) -> Any:
        """Return the data of an operation that has no errors and went the given way."""
        answer = (await self.raw(query, variables)).json()
        assert "errors" not in answer, answer["errors"]
        assert f'path;desc="{path}"' in self.timing
        if path == "planned":
            assert len(self.reader.statements) == 1
        return answer["data"]

    async def refused(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the only error of an operation."""
        (error,) = (await self.raw(query, variables)).json()["errors"]
        assert error["extensions"]["requestId"]
        return error

    async def rows(self, sql: str, *arguments: Any) -> list[Any]:
        return await self.owner.fetch(sql, *arguments)

    async def values(self, sql: str, *arguments: Any) -> list[Any]:
        """Return the first column of a statement's rows."""
        return [row[0] for row in await self.rows(sql, *arguments)]


@asynccontextmanager
async def open_graph(settings: Settings, folder: Path) -> AsyncIterator[Graph]:
    """Yield a client of a graph of its own; ``folder`` keeps its secret."""
    chosen = settings.model_copy(update={"data_dir": folder})
    async with CountingReader(chosen) as reader:
        reader.statements = []
        app = create_app(chosen, reader=reader)
        transport = httpx.ASGITransport(app=app)
        async with (
            connect(Role.OWNER, chosen) as owner,
            httpx.AsyncClient(transport=transport, base_url="http://graph") as client,
        ):
            yield Graph(client, owner, reader, chosen, app)
