"""How the server runs the graph's statements, whatever it knows of the tables."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from graph.ide.examples import example_queries
from tests.integration import graph_rows
from tests.integration.graph_client import Graph, open_graph


@pytest.fixture
async def graph(
    database: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Graph]:
    """A graph over tables that were just filled: the server has gathered no statistics."""

    async def no_statistics(connection: Any) -> None:
        del connection

    monkeypatch.setattr(graph_rows, "settle", no_statistics)
    async with open_graph(database.settings, tmp_path) as graph:
        await graph_rows.fill(graph.owner)
        yield graph


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes_of(below)


async def test_the_lists_of_a_page_are_read_once_before_statistics_are_gathered(
    graph: Graph,
) -> None:
    query = "{ programs(first: 50) { nodes { requirements { kind tests { name } } } } }"
    nodes = (await graph.ask(query))["programs"]["nodes"]
    requirements = [item for node in nodes for item in node["requirements"]]
    (sql,) = graph.reader.statements
    explained = await graph.owner.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
    (top,) = json.loads(explained)
    read = {"program_requirement": 0.0, "requirement_test": 0.0}
    for node in nodes_of(top["Plan"]):
        if node.get("Relation Name") in read:
            read[node["Relation Name"]] += node["Actual Rows"] * node["Actual Loops"]
    # The server rounds the rows of each loop to hundredths.
    assert read["program_requirement"] == pytest.approx(len(requirements), abs=2)
    tests = sum(len(item["tests"]) for item in requirements)
    assert read["requirement_test"] == pytest.approx(tests, abs=2)


@pytest.mark.parametrize("programs", [57, 570])
async def test_every_example_is_one_statement_however_many_rows_there_are(
    database: Any, tmp_path: Any, programs: int
) -> None:
    asked = 0
    async with open_graph(database.settings, tmp_path) as graph:
        await graph_rows.fill(graph.owner, graph_rows.Rows(programs=programs))
        for example in example_queries(graph_rows.ITERATION, [20_003, 20_006, 20_009]):
            if not example.is_query or "ask(" in example.query:
                continue  # a question takes a few statements of its own
            answer = (await graph.raw(example.query, dict(example.variables))).json()
            codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
            if "SEARCH_INDEX_MISSING" in codes:  # rows made here have none: see test_graph_search
                continue
            assert codes <= {"NOT_FOUND"}, answer["errors"]  # a university of the real files
            assert len(graph.reader.statements) == 1, example.title
            asked += 1
    assert asked >= 18
