"""What operators read of the front: the way of each answer, errors by code, and caches."""

from __future__ import annotations

import pytest

from tests.unit.graph_front import asking

QUERY = "query Q($n: Int) { programs(first: $n) { totalCount } }"


async def test_the_metrics_tell_ways_refusals_and_how_caches_do() -> None:
    async with asking() as graph:
        for size in (1, 2, 3):
            await graph.post(QUERY, variables={"n": size})
        await graph.post("{ nothing }")
        await graph.post("{ nothing }")
        await graph.post("{ __schema { description } }")
        await graph.client.get("/graphql", params={"query": "{ streams { label } }"})
        lines = graph.front.metrics.text().splitlines()
    for line in (
        'residency_graph_operations_total{path="planned"} 4',
        'residency_graph_operations_total{path="executed"} 1',
        'residency_graph_operations_total{path="refused"} 2',
        'residency_graph_errors_total{code="GRAPHQL_VALIDATION_FAILED"} 2',
        'residency_graph_cache_requests_total{cache="plans",result="hit"} 2',
        'residency_graph_cache_requests_total{cache="plans",result="miss"} 3',
        'residency_graph_cache_entries{cache="plans"} 2',
        'residency_graph_cache_requests_total{cache="documents",result="hit"} 2',
        'residency_graph_cache_entries{cache="documents"} 3',
        'residency_graph_cache_requests_total{cache="refused_documents",result="hit"} 1',
        'residency_graph_cache_entries{cache="refused_documents"} 1',
    ):
        assert line in lines


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("{ streams { label } }", "planned"),
        ("{ __typename }", "planned"),
        ("{ __schema { description } }", "executed"),
        ("{ nothing }", "refused"),
    ],
)
async def test_every_answer_says_which_way_it_went_and_how_long_it_took(
    query: str, path: str
) -> None:
    async with asking() as graph:
        timing = (await graph.post(query)).headers["server-timing"]
    names = [item.split(";")[0].strip() for item in timing.split(",")]
    assert names == ["plan", "db", "total", "path"]
    assert timing.endswith(f'path;desc="{path}"')
