"""How the server would run the pages of the examples over 100,000 programs, 10,000 simulations.

Totals, aggregates, groups and analytics read all that they count, so they are left out: what is
looked at is the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import FieldNode, Visitor, parse, print_ast, visit
from graphql.language.visitor import REMOVE

from graph.ide.examples import example_queries
from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_rows import ITERATION, Rows, fill
from warehouse.reader import SESSION

GENERATED = Path(__file__).parents[2] / "benchmarks" / "speed" / "generated.sql"
PROGRAMS = 100_000
PAGES = re.compile(r"nodes|edges|program|node|history")
"""In what is left of an example, if it shows anything but numbers."""
RANKED = re.compile(r"searchPrograms|similar|ask\(")
"""In examples that weigh every program against something: they read all of them."""
COUNTED = {"totalCount", "aggregate", "programGroups", "analytics"}
"""Fields that read every row that they count."""

DIMENSIONS = """
INSERT INTO core.dim_location (location_key, city, province, latitude, longitude, content_hash,
                               valid_from)
SELECT 100 + n, 'City ' || n, 'ON', 42 + n / 10.0, -80, '', '2026-01-01'
FROM generate_series(1, 60) n;
INSERT INTO core.dim_university (university_key, school_code, name, city, province, languages,
                                 location_key, content_hash, valid_from)
SELECT 100 + n, 1000 + n, 'University ' || n, 'City ' || n, 'ON', '{EN}', 100 + n, '', '2026-01-01'
FROM generate_series(1, 16) n;
INSERT INTO core.dim_discipline (discipline_key, discipline_id, name, content_hash, valid_from)
SELECT 100 + n, 1000 + n, 'Discipline ' || n, '', '2026-01-01' FROM generate_series(1, 35) n;
INSERT INTO core.dim_site (site_key, label, city, province, latitude, longitude, is_place,
                           location_key, content_hash, valid_from)
SELECT 100 + n, 'Site ' || n, 'City ' || n, 'ON', 42 + n / 20.0, -80, true, 101 + n % 60, '',
       '2026-01-01'
FROM generate_series(1, 120) n;
"""
VARIED = """
INSERT INTO core.requirement_test (program_key, requirement_ordinal, ordinal, name, minimum_score)
SELECT program_key, 6, n, 'TEF', 'B2' FROM core.dim_program, generate_series(0, 1) n
ORDER BY program_key, n;
DELETE FROM core.program_requirement WHERE kind = 'PHOTO' AND program_key % 10 > 0;
UPDATE core.program_requirement SET quantity = 1 + program_key % 5 WHERE kind = 'REFERENCE_LETTER';
UPDATE core.interview_date SET starts_on = starts_on + (program_key % 60)::int,
                               ends_on = ends_on + (program_key % 60)::int;
UPDATE core.selection_criterion SET weight_percent = 1 + program_key % 100
WHERE weight_percent IS NOT NULL;
"""
"""Values that programs do not all share, as in real files: else a filter keeps all or none."""
SIMULATIONS = """
INSERT INTO ops.job (kind, status, arguments)
SELECT 'RUN_SIMULATION', 'SUCCEEDED', '{}' FROM generate_series(1, 10000);
INSERT INTO simulation.simulation (
    kind, status, job_id, request, request_digest, reproduce, parameters, seed, replicates,
    data_version_number, match_iteration_id, engine_version, created_at)
SELECT 'MATCH', 'SUCCEEDED', job_id, '{}', '', '', '{}', 7, 1, 1, 1503, '1.0',
       timestamptz '2026-01-01' + row_number() OVER () * interval '1 minute'
FROM ops.job;
"""
SMALL = {
    "data_version", "dim_discipline", "dim_location", "dim_match_iteration", "dim_site",
    "dim_stream", "dim_university", "eligibility_rule",
}  # fmt: skip
"""Tables of a page or two, which grow with neither: reading all of it is right."""


@pytest.fixture
async def graph(database: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    """A graph over many programs with short texts, and simulations, where statistics are there."""
    async with open_graph(database.settings, tmp_path) as graph:
        await fill(graph.owner, Rows(programs=3))
        await graph.owner.execute(DIMENSIONS)
        await graph.owner.execute(f"SET benchmark.programs = {PROGRAMS}; {GENERATED.read_text()}")
        await graph.owner.execute(VARIED)
        await graph.owner.execute(SIMULATIONS)
        await graph.owner.execute("VACUUM (ANALYZE)")
        yield graph


class WithoutCounts(Visitor):
    """Takes out what counts rows, and whatever is empty without it."""

    def leave_field(self, node: FieldNode, *_: Any) -> Any:
        if node.name.value in COUNTED:
            return REMOVE
        is_empty = node.selection_set is not None and not node.selection_set.selections
        return REMOVE if is_empty else None


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes_of(below)


async def plan_of(graph: Graph, sql: str) -> dict[str, Any]:
    """Return the plan that the server makes of a statement whatever its parameters."""
    count = max(map(int, re.findall(r"\$(\d+)", sql)), default=0)
    arguments = f"({', '.join(['NULL'] * count)})" if count else ""
    await graph.owner.execute(f"PREPARE looked_at AS {sql}")
    try:
        explained = await graph.owner.fetchval(
            f"EXPLAIN (FORMAT JSON) EXECUTE looked_at{arguments}"
        )
    finally:
        await graph.owner.execute("DEALLOCATE looked_at")
    (top,) = json.loads(explained)
    plan: dict[str, Any] = top["Plan"]
    return plan


@pytest.mark.slow
async def test_no_page_of_the_examples_reads_programs_or_simulations_from_end_to_end(
    graph: Graph,
) -> None:
    for name, value in SESSION.items():
        await graph.owner.execute(f"SET {name} = {value}")
    looked_at, read_whole = 0, []
    for example in example_queries(ITERATION, [100_001, 100_002, 100_003]):
        query = print_ast(visit(parse(example.query), WithoutCounts()))
        if not example.is_query or not PAGES.search(query) or RANKED.search(query):
            continue
        looked_at += 1
        await graph.ask(query, **example.variables)
        (sql,) = graph.reader.statements
        read_whole += [
            (example.title, node["Relation Name"], node.get("Filter"))
            for node in nodes_of(await plan_of(graph, sql))
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] not in SMALL
        ]
    assert read_whole == []
    assert looked_at >= 12
