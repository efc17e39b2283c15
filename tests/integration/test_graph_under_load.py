"""A real server: clients that leave, crowds, slow statements, bodies without end, and parts."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_rows import Rows, fill
from tests.integration.graph_server import locked, post, served, wait_for_statements

CLIENTS = 64
SMALL = Rows(programs=5)
STREAMS = "{ streams { label } }"
IN_PARTS = '{ streams { label } ... @defer(label: "later") { sites { totalCount } } }'


@pytest.fixture
async def graph(database: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(database.settings, tmp_path) as graph:
        await fill(graph.owner, SMALL)
        yield graph


@pytest.mark.parametrize("query", [STREAMS, "{ streams { label } __schema { description } }"])
async def test_a_client_that_leaves_takes_its_statement_with_it(graph: Graph, query: str) -> None:
    """Planned or executed, the statement ends at once, and not when its lock is free."""
    async with served(graph.app) as port, locked(graph, "core.dim_stream"):
        _, writer = await post(port, query)
        await wait_for_statements(graph, 1)
        writer.close()
        await writer.wait_closed()
        await wait_for_statements(graph, 0)
    metrics = (await graph.client.get("/metrics")).text
    assert 'residency_graph_responses_total{status="499"} 1' in metrics
    assert await graph.ask(STREAMS)


async def ask_all(port: int, query: str) -> list[httpx.Response]:
    limits = httpx.Limits(max_connections=CLIENTS)
    base = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=base, limits=limits, timeout=60) as client:
        asking = (client.post("/graphql", json={"query": query}) for _ in range(CLIENTS))
        return await asyncio.gather(*asking)


async def test_many_clients_on_few_connections_are_all_answered(
    database: Database, tmp_path: Path
) -> None:
    settings = database.settings.model_copy(update={"read_connections": 2})
    async with open_graph(settings, tmp_path) as graph, served(graph.app) as port:
        await fill(graph.owner, SMALL)
        for _ in range(3):
            answers = await ask_all(port, "{ programs { nodes { name sections { text } } } }")
            assert {answer.status_code for answer in answers} == {200}
            assert len({json.dumps(answer.json()["data"]) for answer in answers}) == 1
        assert graph.reader.open_connections == 2


async def test_a_crowd_beyond_the_queue_is_told_to_come_back(
    database: Database, tmp_path: Path
) -> None:
    places = {"read_connections": 2, "read_queue": 8}
    settings = database.settings.model_copy(update=places)
    async with open_graph(settings, tmp_path) as graph, served(graph.app) as port:
        await fill(graph.owner, SMALL)
        assert await graph.ask(STREAMS)
        async with locked(graph, "core.dim_stream"):
            crowd = asyncio.create_task(ask_all(port, STREAMS))
            refused = f'code="DATABASE_BUSY"}} {CLIENTS - 10}'
            async with asyncio.timeout(20):
                while refused not in graph.app.front.metrics.text():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        answers = await crowd
        assert Counter(answer.status_code for answer in answers) == {200: 10, 503: CLIENTS - 10}
        for answer in answers:
            if answer.status_code == 503:
                assert int(answer.headers["retry-after"]) > 0
                (error,) = answer.json()["errors"]
                assert error["extensions"]["code"] == "DATABASE_BUSY"
        assert await graph.ask(STREAMS)


async def test_a_statement_that_takes_too_long_is_stopped_and_told(
    database: Database, tmp_path: Path
) -> None:
    settings = database.settings.model_copy(update={"statement_timeout_ms": 100})
    async with open_graph(settings, tmp_path) as graph:
        await fill(graph.owner, SMALL)
        async with locked(graph, "core.dim_stream"):
            answer = await graph.raw(STREAMS)
        assert answer.status_code == 503
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "STATEMENT_TIMEOUT"


@pytest.mark.parametrize("is_chunked", [False, True])
async def test_a_body_without_end_is_refused_before_its_end(graph: Graph, is_chunked: bool) -> None:
    size, piece = 10_000_000, b" " * 100_000
    framing = "transfer-encoding: chunked" if is_chunked else f"content-length: {size}"
    async with served(graph.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /graphql HTTP/1.1\r\nhost: g\r\ncontent-type: application/json\r\n{framing}"
        writer.write(head.encode() + b"\r\n\r\n")
        sent = 0
        answer = asyncio.create_task(reader.readuntil(b"\r\n\r\n"))
        while sent < size and not answer.done():
            chunk = b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece
            writer.write(chunk)
            await asyncio.sleep(0.005)
            sent += len(piece)
        assert (await answer).startswith(b"HTTP/1.1 413 ")
        assert sent < size
        writer.close()


async def frame(reader: asyncio.StreamReader) -> Any:
    """Return the next part of a multipart answer in HTTP's chunks."""
    async with asyncio.timeout(20):
        await reader.readuntil(b"\r\n---\r\n")
        await reader.readuntil(b"\r\n\r\n")
        return json.loads(await reader.readuntil(b"}\r\n"))


async def test_the_first_part_comes_while_later_ones_are_at_work(graph: Graph) -> None:
    async with served(graph.app) as port:
        async with locked(graph, "core.dim_site"):
            reader, writer = await post(port, IN_PARTS, "multipart/mixed, application/json")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            first = await frame(reader)
            assert first["data"]["streams"]
            assert first["pending"] == [{"id": "0", "path": [], "label": "later"}]
            assert first["hasNext"] is True
            await wait_for_statements(graph, 1)
        second = await frame(reader)
        assert second["incremental"] == [{"id": "0", "data": {"sites": {"totalCount": 3}}}]
        assert second["hasNext"] is False
        writer.close()


async def test_a_client_that_leaves_between_parts_takes_the_others_with_it(graph: Graph) -> None:
    async with served(graph.app) as port, locked(graph, "core.dim_site"):
        reader, writer = await post(port, IN_PARTS, "multipart/mixed, application/json")
        assert (await frame(reader))["hasNext"] is True
        await wait_for_statements(graph, 1)
        writer.close()
        await writer.wait_closed()
        await wait_for_statements(graph, 0)
