"""Answers that clients keep: confirmed while the data are the same, and never a moment longer."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_rows import FIRST, Rows, change_quotas, fill, publish
from warehouse.engine import Role, connect

PROGRAMS = "query P($n: Int = 3) { programs(first: $n) { edges { cursor node { name } } } }"
VERSIONS = "{ dataVersion { number } programs(first: 1) { nodes { url } } }"
PUBLICATIONS = 60


@pytest.fixture
async def graph(database: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(database.settings, tmp_path) as graph:
        await fill(graph.owner, Rows(programs=9))
        yield graph


async def get(graph: Graph, query: str = PROGRAMS, **options: Any) -> httpx.Response:
    held = options.pop("held", None)
    headers = options.pop("headers", {}) | ({"if-none-match": held} if held else {})
    parameters = {"query": query} | {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in options.items()
    }
    graph.reader.statements.clear()
    return await graph.client.get("/graphql", params=parameters, headers=headers)


async def test_a_kept_answer_is_confirmed_by_a_look_at_the_version_alone(graph: Graph) -> None:
    first = await get(graph)
    assert first.status_code == 200
    assert len(graph.reader.statements) == 1
    assert first.headers["etag"].startswith('W/"')
    assert first.headers["cache-control"] == "no-cache"
    assert {"Accept", "Accept-Encoding", "Origin"} == set(first.headers["vary"].split(", "))
    again = await get(graph, held=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == "no-cache"
    assert 'path;desc="unchanged"' in again.headers["server-timing"]
    (statement,) = graph.reader.statements
    assert "core." not in statement
    assert (await get(graph)).content == first.content  # cursors are the same, too


async def test_the_tag_is_found_among_several_weak_or_strong(graph: Graph) -> None:
    tag = (await get(graph)).headers["etag"]
    for held in (f'"other", {tag}', tag.removeprefix("W/"), f'W/"x",{tag},W/"y"'):
        assert (await get(graph, held=held)).status_code == 304
    for held in ('"other"', "*", "nonsense", tag.replace('"', "")):
        assert (await get(graph, held=held)).status_code == 200


async def test_a_new_data_version_ends_all_tags(graph: Graph) -> None:
    old = await get(graph, "{ programs { nodes { quota } } }")
    await change_quotas(graph.owner)
    new = await get(graph, "{ programs { nodes { quota } } }", held=old.headers["etag"])
    assert new.status_code == 200
    assert new.headers["etag"] != old.headers["etag"]
    assert new.content != old.content


async def test_a_tag_is_of_one_request_alone(graph: Graph) -> None:
    tags = {
        (await get(graph)).headers["etag"],
        (await get(graph, variables={"n": 4})).headers["etag"],
        (await get(graph, PROGRAMS + " ")).headers["etag"],
        (await get(graph, PROGRAMS.replace("name", "url"))).headers["etag"],
    }
    assert len(tags) == 4
    for tag in tags - {(await get(graph)).headers["etag"]}:
        assert (await get(graph, held=tag)).status_code == 200


async def test_a_tag_is_of_this_graph_s_secret_and_limits(
    graph: Graph, database: Database, tmp_path: Path
) -> None:
    tag = (await get(graph)).headers["etag"]
    async with open_graph(database.settings, tmp_path) as other:
        assert (await get(other, held=tag)).status_code == 304
    limited = database.settings.model_copy(update={"max_cost": 1_000})
    async with open_graph(limited, tmp_path) as other:
        assert (await get(other, held=tag)).status_code == 200
    folder = tmp_path / "another"
    async with open_graph(database.settings, folder) as other:
        assert (await get(other, held=tag)).status_code == 200


async def test_the_same_number_published_again_is_another_version(graph: Graph) -> None:
    """A database that was made anew counts its versions from one again."""
    tag = (await get(graph)).headers["etag"]
    await graph.owner.execute("DELETE FROM ops.data_version")
    await graph.owner.execute("DELETE FROM ops.load_run")
    await publish(graph.owner, 1, FIRST + dt.timedelta(seconds=1), 9)
    assert (await get(graph, held=tag)).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "{ programs(first: -1) { totalCount } }",
        "{ nothing }",
        "{ __schema { description } }",
        "{ streams { label } __schema { description } }",
        "{ __typename }",
    ],
)
async def test_answers_with_errors_or_of_more_than_data_are_not_kept(
    graph: Graph, query: str
) -> None:
    answer = await get(graph, query)
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


async def test_posts_have_no_tags(graph: Graph) -> None:
    answer = await graph.raw(PROGRAMS, headers={"if-none-match": "*"})
    assert answer.status_code == 200
    assert "etag" not in answer.headers


async def test_heads_have_the_tag_of_the_get(graph: Graph) -> None:
    tag = (await get(graph)).headers["etag"]
    answer = await graph.client.head("/graphql", params={"query": PROGRAMS})
    assert answer.headers["etag"] == tag
    held = {"if-none-match": tag}
    answer = await graph.client.head("/graphql", params={"query": PROGRAMS}, headers=held)
    assert answer.status_code == 304


async def test_pages_of_other_origins_are_named_once_in_vary(graph: Graph) -> None:
    answer = await get(graph, headers={"origin": "http://localhost:3000"})
    named = answer.headers["vary"].split(", ")
    assert sorted(named) == ["Accept", "Accept-Encoding", "Origin"]
    assert "ETag" in answer.headers["access-control-expose-headers"]


async def publish_often(graph: Graph, published: list[int]) -> None:
    """Publish version after version, each with its number in the data."""
    async with connect(Role.OWNER, graph.settings) as owner:
        for number in range(2, PUBLICATIONS):
            async with owner.transaction():
                await owner.execute("UPDATE core.dim_program SET url = $1", f"v{number}")
                await publish(owner, number, FIRST + dt.timedelta(seconds=number), 9)
            published[0] = number
            await asyncio.sleep(0.005)


async def test_a_tag_never_confirms_or_names_another_version_while_loads_publish(
    graph: Graph,
) -> None:
    """Each answer is of one version; a confirmed one is not older than the request."""
    published = [1]
    await graph.owner.execute("UPDATE core.dim_program SET url = 'v1'")
    of_tag: dict[str, int] = {}
    confirmed = 0
    writing = asyncio.create_task(publish_often(graph, published))

    async def read(*, is_holding: bool) -> None:
        nonlocal confirmed
        held = ""
        while not writing.done():
            before = published[0]
            answer = await get(graph, VERSIONS, held=held if is_holding else "")
            if answer.status_code == 304:
                confirmed += 1
                assert of_tag[held] >= before
                continue
            data = answer.json()["data"]
            number = data["dataVersion"]["number"]
            assert data["programs"]["nodes"] == [{"url": f"v{number}"}]
            held = answer.headers["etag"]
            assert of_tag.setdefault(held, number) == number
            assert number >= before

    readers = (read(is_holding=is_holding) for is_holding in (True, True, False, False))
    await asyncio.gather(*readers, writing)
    assert len(of_tag) == len(set(of_tag.values())) > 1
    assert confirmed
