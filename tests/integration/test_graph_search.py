"""Searching in the graph: one statement, every filter, stable pages, passages with highlights."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from etl.search_refresh import SearchRequest, refresh_search
from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph
from warehouse.search.analysis import lexeme, words
from warehouse.search.versions import roll_back
from warehouse.vocabulary import Language

PAGE = """query ($text: String!, $filter: ProgramFilter, $mode: SearchMode, $first: Int,
  $after: String) {
  searchPrograms(query: $text, filter: $filter, mode: $mode, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage endCursor }
    interpretation { correctedQuery language concepts }
    edges { cursor score { total lexical semantic } node { programStreamId name language }
      passages(first: 2) { text language section heading start end score
        highlights { start end } } }
    facets { disciplines { value count } provinces { value count } streams { value count } }
  }
}"""
QUERY = "research in family medicine"


@pytest.fixture
async def graph(indexed: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(indexed.settings, tmp_path) as graph:
        yield graph


async def search(graph: Graph, text: str = QUERY, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await graph.ask(PAGE, text=text, **variables))["searchPrograms"]
    return found


async def test_a_search_is_one_statement_with_scores_passages_and_facets(graph: Graph) -> None:
    found = await search(graph)
    assert found["totalCount"] > 5
    totals = [edge["score"]["total"] for edge in found["edges"]]
    assert totals == sorted(totals, reverse=True)
    first = found["edges"][0]
    assert first["score"]["lexical"] > 0
    assert first["score"]["semantic"] > 0
    for name in ("disciplines", "streams"):
        assert sum(value["count"] for value in found["facets"][name]) == found["totalCount"]
