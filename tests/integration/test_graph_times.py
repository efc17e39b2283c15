"""Connections below others, and filters on related rows, read at the moment and in the iteration
of what is around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_rows import (
    FIRST,
    ITERATION,
    SECOND,
    change_quotas,
    fill,
    insert,
    settle,
    version,
)

OLDER = 1502
OLDER_QUOTA = 77
MOVED = 3_000_000
"""Distance of the surrogate keys of the older iteration's programs."""
NOT_COPIED = {"created_at", "updated_at", "deleted_at"}


@pytest.fixture
async def graph(database: Any, tmp_path: Any) -> AsyncIterator[Graph]:
    async with open_graph(database.settings, tmp_path) as graph:
        await fill(graph.owner)
        await add_older_iteration(graph)
        yield graph


async def add_older_iteration(graph: Graph) -> None:
    """Add an iteration with every second program, all with the same quota."""
    await insert(graph.owner, "core.dim_match_iteration", [
        {"match_iteration_key": 2, "match_iteration_id": OLDER, "name": "older", "year": 2024}
        | version()
    ])  # fmt: skip
    rows = await graph.rows("SELECT * FROM core.dim_program WHERE program_stream_id % 2 = 0")
    programs = [
        {name: value for name, value in row.items() if name not in NOT_COPIED}
        | {"program_key": row["program_key"] + MOVED, "match_iteration_id": OLDER,
           "match_iteration_key": 2}
        for row in rows
    ]  # fmt: skip
    await insert(graph.owner, "core.dim_program", programs)
    await insert(graph.owner, "core.fact_program", [
        {"program_key": row["program_key"], "quota": OLDER_QUOTA} for row in programs
    ])  # fmt: skip
    await settle(graph.owner)


async def rename_university(graph: Graph) -> None:
    """Give the first university a new version, and with it its programs of the new iteration."""
    await graph.owner.execute(
        "UPDATE core.dim_university SET valid_to = $1, is_current = false"
        " WHERE university_key = 1", SECOND,
    )  # fmt: skip
    (row,) = await graph.rows("SELECT * FROM core.dim_university WHERE university_key = 1")
    new = {name: value for name, value in row.items() if name not in NOT_COPIED}
    new |= version(SECOND) | {"university_key": 101, "name": "Renamed University"}
    await insert(graph.owner, "core.dim_university", [new])
    await change_quotas(graph.owner)
    await graph.owner.execute(
        "UPDATE core.dim_program SET university_key = 101 WHERE valid_from = $1"
        " AND university_key = 1", SECOND,
    )  # fmt: skip


async def counts(graph: Graph, iteration: int) -> dict[int, int]:
    """Return how many programs of an iteration hold now for each school."""
    return {
        row[0]: row[1]
        for row in await graph.rows(
            "SELECT school_code, count(*) FROM core.dim_program p JOIN core.dim_university u"
            " USING (university_key) WHERE p.is_current AND match_iteration_id = $1 GROUP BY 1",
            iteration,
        )
    }


async def test_an_iteration_has_its_own_programs_and_so_has_all_below(graph: Graph) -> None:
    data = await graph.ask(
        """{ iterations(first: 2) { number programs(first: 100) { totalCount nodes {
          iteration { number }
          university { code programs(first: 100) { totalCount nodes { iteration { number } } }
                       disciplines(filter: {programs: {some: {quota: {eq: 77}}}}) { totalCount }
          } } } } }"""
    )
    assert [one["number"] for one in data["iterations"]] == [OLDER, ITERATION]
    for one in data["iterations"]:
        expected = await counts(graph, one["number"])
        assert one["programs"]["totalCount"] == sum(expected.values())
        for node in one["programs"]["nodes"]:
            assert node["iteration"]["number"] == one["number"]
            below = node["university"]["programs"]
            assert below["totalCount"] == expected[node["university"]["code"]]
            assert {n["iteration"]["number"] for n in below["nodes"]} == {one["number"]}
            shared = node["university"]["disciplines"]["totalCount"]
            assert (shared > 0) == (one["number"] == OLDER)


@pytest.mark.parametrize("root", ["universities", "programs"])
async def test_an_iteration_given_further_out_holds_below(graph: Graph, root: str) -> None:
    inner = "totalCount aggregate { quota { max } }"
    university = f"""code programs {{ {inner} }} same: programs(iteration: null) {{ {inner} }}
      other: programs(iteration: {ITERATION}) {{ {inner} }}"""
    nodes = university if root == "universities" else f"university {{ {university} }}"
    query = f"""query In($iteration: Int) {{
      {root}(first: 100, iteration: $iteration) {{ nodes {{ {nodes} }} }} }}"""
    older, newest = await counts(graph, OLDER), await counts(graph, ITERATION)
    for iteration, expected in ((OLDER, older), (ITERATION, newest), (None, newest)):
        found = (await graph.ask(query, iteration=iteration))[root]["nodes"]
        for node in found:
            school = node.get("university", node)
            assert school["programs"]["totalCount"] == expected.get(school["code"], 0)
            assert school["same"] == school["programs"]
            assert school["other"]["totalCount"] == newest[school["code"]]
            if iteration == OLDER:
                assert school["programs"]["aggregate"]["quota"]["max"] == OLDER_QUOTA


async def test_filters_on_programs_look_into_the_iteration_at_hand(graph: Graph) -> None:
    query = """query In($iteration: Int, $filter: UniversityFilter) {
      universities(iteration: $iteration, filter: $filter) { totalCount }
      programs(iteration: $iteration, filter: {university: $filter}) { totalCount }
      iterations(filter: {programs: {some: {university: $filter}}}) { number } }"""
    older = {"programs": {"some": {"quota": {"eq": OLDER_QUOTA}}}}
    schools = await counts(graph, OLDER)
    data = await graph.ask(query, iteration=OLDER, filter=older)
    assert data["universities"]["totalCount"] == len(schools)
    assert data["programs"]["totalCount"] == sum(schools.values())
    assert [one["number"] for one in data["iterations"]] == [OLDER]
    data = await graph.ask(query, filter=older)
    assert data["universities"]["totalCount"] == data["programs"]["totalCount"] == 0
    data = await graph.ask(query, iteration=OLDER)
    assert data["universities"]["totalCount"] == len(await counts(graph, ITERATION))


BELOW = "programs(first: 100) { totalCount aggregate { quota { max } } nodes { quota } }"


async def test_a_time_given_further_out_holds_below(graph: Graph) -> None:
    now = f"""query At($asOf: DateTime, $by: ProgramBy!) {{
      programs(asOf: $asOf, first: 100) {{ nodes {{ quota university {{ code {BELOW}
        disciplines(filter: {{programs: {{some: {{quota: {{eq: 99}}}}}}}}) {{ totalCount }} }} }} }}
      program(by: $by, asOf: $asOf) {{ quota university {{ {BELOW} }} stream {{ {BELOW} }} }}
      university(by: {{code: 7}}, asOf: $asOf) {{ name {BELOW} }}
      universities(asOf: $asOf, filter: {{programs: {{some: {{quota: {{eq: 99}}}}}}}}) {{
        totalCount }}
      streams(asOf: $asOf) {{ {BELOW} }}
      iterations(asOf: $asOf) {{ {BELOW} }} }}"""
    by = {"key": {"iteration": ITERATION, "programStreamId": 20_009}}
    before = await graph.ask(now, by=by)
    await rename_university(graph)
    after = await graph.ask(now, by=by)
    assert after != before
    assert after["universities"]["totalCount"] > 0 == before["universities"]["totalCount"]
    assert after["university"]["name"] == "Renamed University"
    assert await graph.ask(now, by=by, asOf=FIRST.isoformat()) == before
    assert await graph.ask(now, by=by, asOf=SECOND.isoformat()) == after


async def test_a_connection_with_a_time_of_its_own_reads_at_that(graph: Graph) -> None:
    await rename_university(graph)
    query = """query At($out: DateTime, $in: DateTime) { programs(asOf: $out, first: 100) { nodes {
      university { name programs(asOf: $in, first: 50) { aggregate { quota { max } } nodes {
        university { programs(first: 1) { aggregate { quota { max } } } } } } } } } }"""
    first, second = FIRST.isoformat(), SECOND.isoformat()
    for out, inner in ((first, second), (second, first), (None, first), (first, None)):
        data = await graph.ask(query, **{"out": out, "in": inner})
        names = {node["university"]["name"] for node in data["programs"]["nodes"]}
        assert ("Renamed University" in names) == (out != first)
        largest = 99 if (inner or out) == second else 12
        found = set()
        for node in data["programs"]["nodes"]:
            below = node["university"]["programs"]
            deeper = {
                one["university"]["programs"]["aggregate"]["quota"]["max"] for one in below["nodes"]
            }
            assert deeper == {below["aggregate"]["quota"]["max"]}
            found |= deeper
        assert max(found) == largest


async def test_programs_of_a_dimension_are_found_by_whatever_version_they_point_to(
    graph: Graph,
) -> None:
    """Programs of the older iteration still point to the old version of the university."""
    older, newest = await counts(graph, OLDER), await counts(graph, ITERATION)
    await rename_university(graph)
    query = """query U($iteration: Int) { universities(iteration: $iteration,
        filter: {name: {startsWith: "renamed"}, programs: {some: {language: {ne: null}}}}) {
      nodes { code programs { totalCount } disciplines { nodes {
        universities(filter: {code: {eq: 7}}) { totalCount nodes { name } } } } } } }"""
    for iteration, expected in ((OLDER, older), (None, newest)):
        (school,) = (await graph.ask(query, iteration=iteration))["universities"]["nodes"]
        assert school["programs"]["totalCount"] == expected[school["code"]]
        for discipline in school["disciplines"]["nodes"]:
            assert discipline["universities"]["nodes"] == [{"name": "Renamed University"}]


PAGES = """query Pages($after: String, $inner: String, $asOf: DateTime, $iteration: Int) {
  programs(first: 20, after: $after, asOf: $asOf, iteration: $iteration) {
    pageInfo { endCursor }
    nodes { university { code
      programs(first: 2, after: $inner) { totalCount edges { cursor node { id quota } } } } } } }"""


async def test_below_a_later_page_everything_is_read_in_the_state_of_the_first(
    graph: Graph,
) -> None:
    first = (await graph.ask(PAGES))["programs"]
    after = first["pageInfo"]["endCursor"]
    second = (await graph.ask(PAGES, after=after))["programs"]
    cursors = [n["university"]["programs"]["edges"][-1]["cursor"] for n in first["nodes"]]
    rest = (await graph.ask(PAGES, inner=cursors[0]))["programs"]["nodes"][0]
    await rename_university(graph)
    assert (await graph.ask(PAGES, after=after))["programs"] == second
    later = (await graph.ask(PAGES, inner=cursors[0]))["programs"]["nodes"][0]
    assert later == rest
    assert any(
        edge["node"]["quota"] is not None for edge in later["university"]["programs"]["edges"]
    )


@pytest.mark.parametrize("other", [{"asOf": FIRST.isoformat()}, {"iteration": OLDER}])
async def test_a_cursor_below_is_of_the_time_and_iteration_around_it(
    graph: Graph, other: dict[str, Any]
) -> None:
    for given, changed in (({}, other), (other, {})):
        page = (await graph.ask(PAGES, **given))["programs"]["nodes"][0]["university"]
        cursor = page["programs"]["edges"][0]["cursor"]
        assert (await graph.ask(PAGES, inner=cursor, **given))["programs"]["nodes"]
        error = await graph.refused(PAGES, inner=cursor, **changed)
        assert error["extensions"]["code"] == "CURSOR_INVALID"
        assert error["message"] == (
            "Argument 'after' is a cursor of another list: its field, filter, order, iteration or"
            " time differ. Keep them unchanged from page to page."
        )
