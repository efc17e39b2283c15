"""The graph tells which search index is in use, and what refreshing it did, in one statement."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from etl.search_refresh import refresh_search
from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph
from warehouse.search.versions import roll_back

ASKED = """{
  searchIndex {
    number embedder dimensions isActive dataVersion passageCount vectorCount activatedAt withdrawnAt
    refreshes(orderBy: [{field: NUMBER, direction: DESC}]) {
      number status embedded kept skipped seconds unknownShare error
      skips { reason passageCount }
    }
  }
}"""


@pytest.fixture
async def graph(indexed: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(indexed.settings, tmp_path) as graph:
        yield graph


async def test_the_index_in_use_with_its_refreshes_is_one_statement(graph: Graph) -> None:
    index = (await graph.ask(ASKED))["searchIndex"]
    (refresh,) = index["refreshes"]
    assert (index["number"], index["isActive"], index["dataVersion"]) == (1, True, 1)
    assert index["passageCount"] == index["vectorCount"] + refresh["skipped"]
    assert refresh["status"] == "COMPLETE"
    assert refresh["embedded"] == index["vectorCount"]
    assert refresh["skips"] == [{"reason": "NO_WORDS", "passageCount": refresh["skipped"]}]
    assert refresh["seconds"] > 0


async def test_what_refreshing_does_shows_at_once(graph: Graph) -> None:
    before = await graph.raw(ASKED)
    assert "etag" not in before.headers, "no data version stands for the index"
    await refresh_search()
    refreshes = (await graph.ask("{ searchRefreshes { number status embedded } }"))[
        "searchRefreshes"
    ]
    assert [refresh["status"] for refresh in refreshes] == ["COMPLETE", "UNCHANGED"]
    await graph.owner.execute("UPDATE ops.index_version SET is_active = false")
    await graph.owner.execute(
        "INSERT INTO ops.index_version (embedder, settings, analysis, dimensions, is_active,"
        " activated_at) VALUES ('another', '{}', 'x', 3, true, now())"
    )
    assert (await graph.ask(ASKED))["searchIndex"]["embedder"] == "another"
    await roll_back(graph.owner)
    assert (await graph.ask(ASKED))["searchIndex"]["number"] == 1
    versions = await graph.ask("{ searchIndexes { number isActive withdrawnAt } }")
    assert [version["isActive"] for version in versions["searchIndexes"]] == [True, False]


async def test_without_an_index_it_is_null(graph: Graph) -> None:
    await graph.owner.execute("DELETE FROM ops.index_version")
    assert await graph.ask(ASKED) == {"searchIndex": None}
