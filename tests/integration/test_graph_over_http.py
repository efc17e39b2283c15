"""The graph as a web page, a probe and an impatient client meet it."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.app import create_app
from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_rows import fill
from warehouse.settings import Settings

DEVELOPMENT = "http://localhost:5173"
PREFLIGHT = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type,apollo-require-preflight",
}
FILTERED = """query Filtered($quota: Int!, $after: String) {
  programs(first: 5, after: $after, filter: {quota: {gte: $quota}}) {
    nodes { quota } pageInfo { endCursor }
  }
}"""


@pytest.fixture
async def graph(database: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(database.settings, tmp_path) as graph:
        await fill(graph.owner)
        yield graph


@pytest.mark.parametrize(
    "origin",
    [DEVELOPMENT, "http://127.0.0.1:3000", "http://[::1]:4321", "https://app.localhost"],
)
async def test_pages_of_this_machine_may_read(graph: Graph, origin: str) -> None:
    headers = {"origin": origin}
    asked = await graph.client.options("/graphql", headers=headers | PREFLIGHT)
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == origin
    assert "POST" in asked.headers["access-control-allow-methods"]
    allowed = asked.headers["access-control-allow-headers"]
    assert allowed == PREFLIGHT["access-control-request-headers"]
    answer = await graph.raw("{ dataVersion { number } }", headers=headers)
    assert answer.json()["data"] == {"dataVersion": {"number": 1}}
    assert answer.headers["access-control-allow-origin"] == origin
    assert "Origin" in answer.headers["vary"]
    assert "Server-Timing" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://localhost.evil.example",
        "http://evil.example/localhost",
        "http://127.0.0.1.evil.example",
        "null",
    ],
)
async def test_pages_from_elsewhere_may_not(graph: Graph, origin: str) -> None:
    headers = {"origin": origin}
    asked = await graph.client.options("/graphql", headers=headers | PREFLIGHT)
    assert asked.status_code == 400
    assert "access-control-allow-origin" not in asked.headers
    answer = await graph.raw("{ dataVersion { number } }", headers=headers)
    assert "access-control-allow-origin" not in answer.headers


async def test_pages_from_elsewhere_may_read_where_a_setting_names_them(
    database: Database, tmp_path: Path
) -> None:
    allowed = "https://one.example/, https://two.example"
    settings = database.settings.model_copy(update={"allowed_origins": allowed})
    async with open_graph(settings, tmp_path) as graph:
        for origin in ("https://one.example", "https://two.example", DEVELOPMENT):
            answer = await graph.raw("{ __typename }", headers={"origin": origin})
            assert answer.headers["access-control-allow-origin"] == origin
    settings = database.settings.model_copy(update={"allowed_origins": "*"})
    async with open_graph(settings, tmp_path) as graph:
        answer = await graph.raw("{ __typename }", headers={"origin": "https://any.example"})
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_options_and_head_are_answered_without_a_body(graph: Graph) -> None:
    answer = await graph.client.options("/graphql")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, POST, OPTIONS"
    for path in ("/healthz", "/readyz", "/schema.graphql", "/metrics"):
        assert (await graph.client.head(path)).status_code == 200
    query = {"query": "{ dataVersion { number } }"}
    assert (await graph.client.head("/graphql", params=query)).status_code == 200


async def test_people_who_open_the_root_are_led_to_the_graph(graph: Graph) -> None:
    answer = await graph.client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/graphql")
    page = await graph.client.get("/graphql/", headers={"accept": "text/html"})
    assert "graphiql" in page.text.lower()


async def test_cursors_fit_their_filter_whoever_asked_first(graph: Graph) -> None:
    """A filter written in the document around a variable: the plan is shared, its values not."""

    async def page(quota: int, after: str | None = None) -> Any:
        return (await graph.ask(FILTERED, quota=quota, after=after))["programs"]

    cursors = {quota: (await page(quota))["pageInfo"]["endCursor"] for quota in (2, 5)}
    for quota, cursor in cursors.items():
        following = await page(quota, cursor)
        assert all(node["quota"] >= quota for node in following["nodes"])
    error = await graph.refused(FILTERED, quota=5, after=cursors[2])
    assert error["extensions"]["code"] == "CURSOR_INVALID"


@pytest.mark.parametrize(
    "identity",
    ["DataVersion:1", "Evidence:1:0", "University:--7", "University:" + "9" * 5_000, "Program:1"],
)
async def test_ids_of_nothing_that_has_ids_are_the_clients_error(
    graph: Graph, identity: str
) -> None:
    encoded = base64.b64encode(identity.encode()).decode()
    error = await graph.refused("query N($id: ID!) { node(id: $id) { id } }", id=encoded)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "'id'" in error["message"]
    assert error["locations"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ('filter: {lastApprovedOn: {eq: "2025-02-30"}}', 'Write a day of the calendar as "2025-'),
        ("filter: {lastApprovedOn: {eq: 20250204}}", "Write a day of the calendar"),
        ('asOf: "yesterday"', 'Write a time as "2025-02-04T09:30:00Z"'),
        ("filter: {quota: {gt: 3000000000}}", "32-bit"),
        (
            f"filter: {{quota: {{in: {list(range(1_001))}}}}}",
            "'quota.in' has 1001 values; at most 1000",
        ),
        ('filter: {site: {label: {startsWith: "\\u0000"}}}', "U+0000"),
        ("filter: {language: {eq: DE}}", "'DE'"),
    ],
)
async def test_wrong_values_are_shown_where_they_stand(
    graph: Graph, arguments: str, words: str
) -> None:
    error = await graph.refused(f"{{ programs({arguments}) {{ totalCount }} }}")
    assert words in error["message"]
    assert error["locations"][0]["column"] > len("{ programs(")


async def test_dates_in_variables_are_named_by_their_variable(graph: Graph) -> None:
    query = "query At($asOf: DateTime) { programs(asOf: $asOf) { totalCount } }"
    error = await graph.refused(query, asOf="2026-13-01")
    assert "'$asOf'" in error["message"]
    assert "Write a time" in error["message"]


async def test_what_nobody_foresaw_is_masked_json(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*arguments: Any, **options: Any) -> None:
        del arguments, options
        raise LookupError("inner workings")

    monkeypatch.setattr(graph.app.front.pipeline.planner, "answer", fail)
    answer = await graph.raw("{ streams { label } }")
    assert answer.status_code == 500
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "inner workings" not in answer.text
    assert "inner workings" in caplog.text
    assert 'path="failed"} 1' in (await graph.client.get("/metrics")).text


async def test_a_statement_ends_when_its_client_has_gone(graph: Graph) -> None:
    """Its read connection is free again; others need not wait for the abandoned statement."""
    slow = "SELECT convert_to(pg_sleep(30)::text, 'UTF8')"
    real = graph.reader.fetch_value
    graph.reader.fetch_value = lambda sql, *_: real(slow)  # type: ignore[method-assign]
    body = json.dumps({"query": "{ streams { label } }"}).encode()
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])
    has_gone = asyncio.Event()

    async def receive() -> dict[str, Any]:
        for message in messages:
            return message
        await has_gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        del message

    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"",
             "headers": [(b"content-type", b"application/json")]}  # fmt: skip
    request = asyncio.create_task(graph.app(scope, receive, send))
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND state ="
    asleep += " 'active' AND pid <> pg_backend_pid()"

    async def wait_until_asleep(count: int) -> None:
        async with asyncio.timeout(5):
            while await graph.values(asleep) != [count]:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)

    await wait_until_asleep(1)
    has_gone.set()
    await request
    await wait_until_asleep(0)
    assert 'status="499"} 1' in (await graph.client.get("/metrics")).text


async def test_a_database_that_is_not_migrated_is_told_apart_from_a_fault(
    empty_database: Database, tmp_path: Path
) -> None:
    async with open_graph(empty_database.settings, tmp_path) as graph:
        answer = await graph.raw("{ programs { totalCount } }")
        assert answer.status_code == 503
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "DATABASE_UNAVAILABLE"
        assert "residency migrate" in error["message"]
        ready = await graph.client.get("/readyz")
        assert (ready.status_code, ready.text[:11]) == (503, "not ready: ")
        assert "residency migrate" in ready.text.lower()
        assert (await graph.client.get("/healthz")).status_code == 200
        page = await graph.client.get("/graphql", headers={"accept": "text/html"})
        assert page.status_code == 200


async def test_a_database_that_is_down_or_empty_is_told_as_such(
    database: Database, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    address = f"postgresql://nobody:secret-word@127.0.0.1:{port}/nothing"
    app = create_app(Settings(database_url=address, data_dir=tmp_path))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://graph") as client:
        answer = await client.post("/graphql", json={"query": "{ streams { label } }"})
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "DATABASE_UNAVAILABLE"
        assert "127.0.0.1" not in answer.text
        ready = await client.get("/readyz")
        assert ready.status_code == 503
        assert "secret-word" not in ready.text
        assert (await client.get("/healthz")).status_code == 200
    async with open_graph(database.settings, tmp_path) as graph:
        assert (await graph.client.get("/readyz")).text.startswith("not ready: no data version")
