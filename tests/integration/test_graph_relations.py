"""Connections from every side, and filters on them, equal what Python finds in the programs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

import pytest

from graph.planner.globalid import encode
from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_comparisons import PROGRAMS, in_order

Row = dict[str, Any]
KEYS: dict[str, Callable[[Row], str]] = {
    "programs": lambda row: encode("Program", (row["iteration"], row["stream_id"])),
    "universities": lambda row: encode("University", (row["school_code"],)),
    "disciplines": lambda row: encode("Discipline", (row["discipline_id"],)),
    "sites": lambda row: encode("Site", (row["label"], row["city"], row["province"])),
    "streams": lambda row: encode("Stream", (row["stream"],)),
    "iterations": lambda row: encode("MatchIteration", (row["iteration"],)),
}
"""From a connection to the global id of the object that a program has there."""
SIDES = {
    "universities": ("programs", "disciplines", "sites"),
    "disciplines": ("programs", "universities"),
    "sites": ("programs", "universities", "disciplines"),
    "streams": ("programs",),
    "iterations": ("programs",),
}


@pytest.fixture
async def graph(published: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(published.settings, tmp_path) as graph:
        yield graph


async def programs(graph: Graph) -> list[Row]:
    """Return every program with the natural keys of its dimensions."""
    rows = await graph.rows(
        "SELECT m.match_iteration_id AS iteration, p.program_stream_id AS stream_id, f.quota,"
        " u.school_code, u.name AS university, d.discipline_id, d.name AS discipline, s.label,"
        f" s.city, s.province, t.label AS stream FROM {PROGRAMS} WHERE p.is_current"
    )
    return [dict(row) for row in rows]


def parents(side: str, selection: str) -> str:
    """Return a query for all rows of a side; every side has at most 100."""
    if side in {"streams", "iterations"}:
        return f"{{ {side} {{ id {selection} }} }}"
    return f"{{ {side}(first: 100) {{ nodes {{ id {selection} }} }} }}"


def nodes_of(found: Any) -> list[Row]:
    nodes: list[Row] = found["nodes"] if isinstance(found, dict) else found
    return nodes


@pytest.mark.parametrize("side", SIDES)
async def test_every_side_lists_what_its_programs_have(graph: Graph, side: str) -> None:
    rows = await programs(graph)
    selection = " ".join(
        f"{name}(first: 100) {{ totalCount nodes {{ id }} pageInfo {{ hasNextPage }} }}"
        f" cut_{name}: {name}(first: 1) {{ nodes {{ id }} pageInfo {{ hasNextPage }} }}"
        for name in SIDES[side]
    )
    found = nodes_of((await graph.ask(parents(side, selection)))[side])
    expected: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        for name in SIDES[side]:
            expected[KEYS[side](row)][name].add(KEYS[name](row))
    assert {node["id"] for node in found} >= expected.keys()
    for node in found:
        for name in SIDES[side]:
            page, keys = node[name], expected[node["id"]][name]
            assert {one["id"] for one in page["nodes"]} == keys
            assert page["totalCount"] == len(page["nodes"]) == len(keys)
            assert node[f"cut_{name}"]["nodes"] == page["nodes"][:1]
            assert node[f"cut_{name}"]["pageInfo"]["hasNextPage"] == (len(keys) > 1)


@pytest.mark.parametrize("side", SIDES)
async def test_programs_of_every_side_are_filtered_sorted_and_summed(
    graph: Graph, side: str
) -> None:
    rows = await programs(graph)
    order = "orderBy: [{field: QUOTA, direction: DESC}]"
    page = f"""programs(filter: {{quota: {{gte: 2}}}}, {order}, first: 100) {{
      totalCount nodes {{ programStreamId }} aggregate {{ count quota {{ sum max }} }} }}"""
    for node in nodes_of((await graph.ask(parents(side, page)))[side]):
        kept = [row for row in rows if KEYS[side](row) == node["id"] and (row["quota"] or 0) >= 2]
        expected = in_order([(r["quota"], r["stream_id"]) for r in kept], "DESC", is_word=False)
        listed = [one["programStreamId"] for one in node["programs"]["nodes"]]
        assert listed == [row[1] for row in expected]
        quotas = [row["quota"] for row in kept]
        assert node["programs"]["totalCount"] == len(kept)
        assert node["programs"]["aggregate"] == {
            "count": len(kept), "quota": {"sum": sum(quotas) if quotas else None,
                                          "max": max(quotas, default=None)}}  # fmt: skip


async def test_shared_dimensions_page_to_their_end_both_ways(graph: Graph) -> None:
    rows = await programs(graph)
    by_code: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for row in rows:
        by_code[row["school_code"]].add((row["discipline"], row["discipline_id"]))
    code, names = max(by_code.items(), key=lambda item: len(item[1]))
    for direction in ("ASC", "DESC"):
        expected = [row[1] for row in in_order(names, direction, is_word=False)]
        for way, position, edge in (("first", "after", "endCursor"),
                                    ("last", "before", "startCursor")):  # fmt: skip
            query = f"""query Page($code: Int!, $at: String) {{ university(by: {{code: $code}}) {{
              disciplines({way}: 2, {position}: $at,
                          orderBy: [{{field: NAME, direction: {direction}}}]) {{
                nodes {{ disciplineId }} pageInfo {{ {edge} hasNextPage hasPreviousPage }}
              }} }} }}"""
            found: list[int] = []
            at, more = None, True
            while more:
                page = (await graph.ask(query, code=code, at=at))["university"]["disciplines"]
                keys = [node["disciplineId"] for node in page["nodes"]]
                found = found + keys if way == "first" else keys + found
                at = page["pageInfo"][edge]
                more = page["pageInfo"]["hasNextPage" if way == "first" else "hasPreviousPage"]
            assert found == expected
            assert len(expected) > 2


async def kept(graph: Graph, side: str, condition: str) -> set[str]:
    """Return the ids that a filter of a side keeps."""
    if side in {"streams", "iterations"}:
        data = await graph.ask(f"{{ {side}(filter: {condition}) {{ id }} }}")
    else:
        selection = "{ totalCount nodes { id } }"
        data = await graph.ask(f"{{ {side}(filter: {condition}, first: 100) {selection} }}")
        assert data[side]["totalCount"] == len(data[side]["nodes"])
    return {node["id"] for node in nodes_of(data[side])}


@pytest.mark.parametrize("side", SIDES)
async def test_filters_on_programs_keep_the_sides_that_have_them(graph: Graph, side: str) -> None:
    rows = await programs(graph)
    every = await kept(graph, side, "{}")
    listed = {KEYS[side](row) for row in rows}
    assert (listed == every) == (side != "disciplines")
    large = {KEYS[side](row) for row in rows if (row["quota"] or 0) >= 4}
    not_large = {KEYS[side](row) for row in rows if (row["quota"] or 0) < 4}
    assert await kept(graph, side, "{programs: {some: {quota: {gte: 4}}}}") == large
    assert await kept(graph, side, "{programs: {none: {quota: {gte: 4}}}}") == every - large
    assert await kept(graph, side, "{programs: {every: {quota: {gte: 4}}}}") == every - not_large
    assert await kept(graph, side, "{not: {programs: {every: {quota: {gte: 4}}}}}") == not_large
    assert await kept(graph, side, "{programs: {some: {}}}") == listed
    assert await kept(graph, side, "{programs: {none: {}}}") == every - listed
    assert await kept(graph, side, "{programs: {every: {}, some: null}}") == every
    nested = "{programs: {some: {requirements: {some: {quantity: {gte: 3}}}}}}"
    letters = await graph.values(
        "SELECT program_stream_id FROM core.dim_program JOIN core.program_requirement"
        " USING (program_key) WHERE quantity >= 3"
    )
    expected = {KEYS[side](row) for row in rows if row["stream_id"] in letters}
    assert await kept(graph, side, nested) == expected


async def test_filters_on_shared_dimensions_keep_the_sides_that_share_them(graph: Graph) -> None:
    rows = await programs(graph)
    chosen = rows[0]["discipline_id"]
    condition = f"{{disciplines: {{some: {{disciplineId: {{eq: {chosen}}}}}}}}}"
    for side in ("universities", "sites"):
        expected = {KEYS[side](row) for row in rows if row["discipline_id"] == chosen}
        assert await kept(graph, side, condition) == expected
    codes = {row["school_code"] for row in rows if row["discipline_id"] == chosen}
    only = f"{{universities: {{every: {{code: {{in: {sorted(codes)}}}}}}}}}"
    others = {row["discipline_id"] for row in rows if row["school_code"] not in codes}
    expected = await kept(graph, "disciplines", f"{{disciplineId: {{notIn: {sorted(others)}}}}}")
    assert await kept(graph, "disciplines", only) == expected


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance in kilometres, by the haversine formula."""
    (lat1, lon1), (lat2, lon2) = [tuple(map(radians, place)) for place in (one, other)]
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * asin(sqrt(half))


@pytest.mark.parametrize("km", [0.001, 50, 433.3, 2_000, 20_015.2])
async def test_places_within_a_distance_are_those_that_python_measures(
    graph: Graph, km: float
) -> None:
    place = (45.5, -73.6)
    sites = await graph.rows(
        "SELECT label, city, province, latitude, longitude FROM core.dim_site WHERE is_current"
    )
    near = {encode("Site", tuple(r)[:3]) for r in sites if distance(place, tuple(r)[3:]) <= km}
    circle = f"{{latitude: {place[0]}, longitude: {place[1]}, km: {km}}}"
    assert await kept(graph, "sites", f"{{within: {circle}}}") == near
    rest = {encode("Site", tuple(row)[:3]) for row in sites} - near
    assert await kept(graph, "sites", f"{{not: {{within: {circle}}}}}") == rest
    assert await kept(graph, "sites", "{within: null}") == near | rest


async def test_opposite_places_and_unknown_ones_have_an_answer(graph: Graph) -> None:
    await graph.owner.execute("UPDATE core.dim_university SET latitude = NULL WHERE school_code ="
                              " (SELECT min(school_code) FROM core.dim_university)")  # fmt: skip
    await graph.owner.execute("UPDATE core.dim_university SET latitude = 45.5, longitude = -73.6"
                              " WHERE latitude IS NOT NULL")  # fmt: skip
    query = """query Near($circle: WithinDistance!) {
      near: universities(filter: {within: $circle}) { totalCount }
      far: universities(filter: {not: {within: $circle}}) { totalCount } }"""
    (count,) = await graph.values("SELECT count(*)::int FROM core.dim_university")
    opposite = {"latitude": -45.5, "longitude": 106.4}
    for km, near in ((20_015.2, count - 1), (20_015, 0)):
        data = await graph.ask(query, circle={**opposite, "km": km})
        assert data["near"]["totalCount"] == near
        assert data["far"]["totalCount"] == count - near


async def test_places_next_to_the_equator_and_the_prime_meridian_have_an_answer(
    graph: Graph,
) -> None:
    await graph.owner.execute(
        "UPDATE core.dim_site SET latitude = 0, longitude = 0"
        " WHERE site_key = (SELECT min(site_key) FROM core.dim_site)"
    )
    near = "{{within: {{latitude: {0}, longitude: {1}, km: 1}}}}"
    for tiny in ("5e-324", "-1e-310", "1e-200", "-1e-12", "1e-9"):
        for place in ((tiny, tiny), (tiny, "0"), ("0", tiny)):
            assert len(await kept(graph, "sites", near.format(*place))) == 1
        assert not await kept(graph, "sites", near.format(tiny, "-73.6"))


LATITUDE = "a latitude lies between -90 and 90. Pass decimal degrees (WGS 84)."
LONGITUDE = "a longitude lies between -180 and 180. Pass decimal degrees (WGS 84)."
KM = "a distance is more than 0 and finite. Pass kilometres."


@pytest.mark.parametrize(
    ("latitude", "longitude", "km", "message"),
    [
        ("90.1", "0", "1", f"Argument 'within.latitude' is 90.1; {LATITUDE}"),
        ("-91", "0", "1", f"Argument 'within.latitude' is -91.0; {LATITUDE}"),
        ("1e999", "0", "1", f"Argument 'within.latitude' is inf; {LATITUDE}"),
        ("0", "180.5", "1", f"Argument 'within.longitude' is 180.5; {LONGITUDE}"),
        ("0", "0", "0", f"Argument 'within.km' is 0.0; {KM}"),
        ("0", "0", "-3", f"Argument 'within.km' is -3.0; {KM}"),
        ("0", "0", "1e999", f"Argument 'within.km' is inf; {KM}"),
    ],
)
async def test_circles_that_are_none_are_refused_with_the_argument(
    graph: Graph, latitude: str, longitude: str, km: str, message: str
) -> None:
    circle = f"{{latitude: {latitude}, longitude: {longitude}, km: {km}}}"
    error = await graph.refused(f"{{ sites(filter: {{within: {circle}}}) {{ totalCount }} }}")
    assert error["message"] == message
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["path"] == ["sites"]
    assert error["locations"]


async def test_related_rows_beyond_the_limits_are_refused(graph: Graph) -> None:
    def nested(depth: int) -> str:
        names = ("programs", "university") * depth
        inner = "{code: {gte: 0}}"
        for name in reversed(names[: 2 * depth]):
            inner = f"{{programs: {{some: {inner}}}}}" if name == "programs" else (
                f"{{university: {inner}}}")  # fmt: skip
        return f"{{ universities(filter: {inner}) {{ totalCount }} }}"

    assert (await graph.ask(nested(5)))["universities"]["totalCount"] > 0
    error = await graph.refused(nested(6))
    assert error["message"] == (
        "Argument 'filter' asks for related rows ('some', 'none', 'every') 6 deep; 5 is the most."
        " Ask for less at once."
    )
    many = ", ".join(["{programs: {some: {quota: {gte: 1}}}}"] * 51)
    error = await graph.refused(f"{{ sites(filter: {{or: [{many}]}}) {{ totalCount }} }}")
    assert error["message"] == (
        "Argument 'filter' asks for related rows ('some', 'none', 'every') 51 times in one"
        " operation; 50 is the most. Ask for less at once."
    )
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
