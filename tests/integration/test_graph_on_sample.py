"""On the sample, the graph filters as plain SQL does, and sorts as Python does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph.planner.folding import fold, fold_sql
from graph.planner.sources import ORDERS as DECLARED_ORDERS
from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_comparisons import (
    FILTERS,
    ORDERS,
    filtered,
    filtered_by_sql,
    paged,
    paged_in_python,
)


@pytest.fixture
async def graph(published: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(published.settings, tmp_path) as graph:
        yield graph


async def test_every_filter_keeps_what_sql_keeps(graph: Graph) -> None:
    for condition, sql in FILTERS.items():
        assert await filtered(graph, condition) == await filtered_by_sql(graph, sql), condition


async def test_texts_fold_in_sql_as_they_do_in_python(graph: Graph) -> None:
    texts = await graph.values("SELECT text FROM core.program_section UNION"
                               " SELECT name FROM core.dim_university UNION SELECT ''")  # fmt: skip
    texts += ["L’ÎLE – Été", "Sacré-Cœur", "ŒÆ e\u0301 \u1e9b\u0323", "ASCII only", "日本"]
    texts += [
        "ÀÉÎÕÜŸÇÑ Ångström K",
        "ΑΒΓ Ω",
        "Привет",
        "\u0130\u0131ß\u1e9eØøŁłĐđ",
        "ﬁ ①½",
        "\ud55c",
    ]
    sql = f"SELECT {fold_sql('given')} FROM unnest($1::text[]) AS given"
    assert await graph.values(sql, texts) == [fold(text) for text in texts]
    assert any(text.isascii() for text in texts)
    assert not all(text.isascii() for text in texts)


async def test_every_order_is_that_of_python_both_ways(graph: Graph) -> None:
    assert ORDERS.keys() == DECLARED_ORDERS["Program"].keys()
    for field in ORDERS:
        for direction in ("ASC", "DESC"):
            expected = await paged_in_python(graph, field, direction)
            for is_backward in (False, True):
                found = await paged(graph, field, direction, size=17, is_backward=is_backward)
                assert found == expected, (field, direction, is_backward)
