"""Lists sort, cut and filter as Python does with the whole list."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLList, GraphQLObjectType, get_named_type, get_nullable_type, is_leaf_type

from graph.planner.sources import ORDERS, TABLE_TYPES, ToMany, source_of
from graph.schema import build_schema
from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_comparisons import PROGRAMS, comparable, in_order, paged
from warehouse.tables.programs import LARGEST_LIST

SCHEMA = build_schema()._schema
NEEDED = {"evidence": "field: SELECTION_CRITERIA"}
"""Arguments that a list cannot do without."""


def lists_of(kind: str) -> dict[str, str]:
    """Return the lists of related rows of a type, with the type of the rows."""
    found = SCHEMA.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    return {
        name: get_named_type(definition.type).name
        for name, definition in found.fields.items()
        if isinstance(source_of(definition), ToMany)
    }


def leaves(kind: str) -> dict[str, bool]:
    """Return the fields of a type that hold one value, and whether it is a word."""
    found = SCHEMA.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    return {
        name: hasattr(get_named_type(definition.type), "values")
        for name, definition in found.fields.items()
        if is_leaf_type(get_named_type(definition.type))
        and not isinstance(get_nullable_type(definition.type), GraphQLList)
        and name != "id"
    }


def field_of(term: str) -> str:
    """Return the field that a member of an order enum stands for."""
    return re.sub("_([a-z])", lambda match: match[1].upper(), term.lower())


def sorted_list(rows: list[Any], term: str, direction: str, kind: str) -> list[Any]:
    """Return rows in an order; ties and rows without a value keep theirs."""
    field = field_of(term)
    is_word = leaves(kind)[field]
    stated = [row for row in rows if row[field] is not None]
    stated.sort(
        key=lambda row: comparable(row[field], is_word=is_word), reverse=direction == "DESC"
    )
    return stated + [row for row in rows if row[field] is None]


@pytest.fixture
async def graph(published: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(published.settings, tmp_path) as graph:
        yield graph


def test_every_list_has_the_arguments_that_all_lists_have() -> None:
    found = 0
    for kind in TABLE_TYPES:
        if kind not in SCHEMA.type_map:
            continue
        for name, rows in lists_of(kind).items():
            arguments = SCHEMA.type_map[kind].fields[name].args
            types = {argument: str(arguments[argument].type) for argument in arguments}
            assert types["filter"] == f"{rows}Filter"
            assert types["orderBy"] == f"[{rows}Order!]"
            assert (types["first"], types["offset"]) == ("Int", "Int")
            found += 1
    assert found >= 7


@pytest.mark.parametrize("name", lists_of("Program"))
async def test_every_order_and_cut_of_a_list_is_that_of_python(graph: Graph, name: str) -> None:
    kind = lists_of("Program")[name]
    needed = f"{NEEDED[name]}, " if name in NEEDED else ""
    fields = " ".join(leaves(kind))
    terms = ORDERS[kind]
    assert terms
    for term in terms:
        for direction in ("ASC", "DESC"):
            by = f"{needed}orderBy: [{{field: {term}, direction: {direction}}}]"
            data = await graph.ask(
                f"""query Lists($first: Int!, $offset: Int!) {{ programs(first: 60) {{ nodes {{
                  whole: {name}({needed}first: {LARGEST_LIST}) {{ {fields} }}
                  sorted: {name}({by}) {{ {fields} }}
                  start: {name}({by}, first: $first) {{ {fields} }}
                  rest: {name}({by}, offset: $offset) {{ {fields} }}
                  middle: {name}({by}, first: $first, offset: $offset) {{ {fields} }}
                  last: {name}({by}, first: $first, offset: {2**31 - 1}) {{ {fields} }}
                  none: {name}({needed}first: 0) {{ {fields} }} }} }} }}""",
                first=3, offset=2,
            )  # fmt: skip
            sizes = set()
            for node in data["programs"]["nodes"]:
                expected = sorted_list(node["whole"], term, direction, kind)
                assert node["sorted"] == expected
                assert node["start"] == expected[:3]
                assert node["rest"] == expected[2:]
                assert node["middle"] == expected[2:5]
                assert node["last"] == node["none"] == []
                sizes.add(len(expected))
            assert max(sizes) > 1


async def test_lists_below_lists_are_cut_and_filtered_for_each_row(graph: Graph) -> None:
    tests = "name minimumScore"
    data = await graph.ask(
        f"""query Tests($names: StringFilter) {{ programs(first: 60) {{ nodes {{
          requirements {{ label kind tests {{ {tests} }} }}
          cut: requirements(offset: 1, first: 4, orderBy: [{{field: KIND}}, {{field: LABEL}}]) {{
            label kind
            tests(first: 2, orderBy: [{{field: NAME, direction: DESC}}]) {{ {tests} }}
            evidence {{ start }} }}
          kept: requirements(filter: {{tests: {{some: {{name: $names}}}}}}) {{
            label kind tests(filter: {{name: $names}}) {{ {tests} }} }} }} }} }}""",
        names={"startsWith": "t"},
    )
    found = 0
    for node in data["programs"]["nodes"]:
        every = node["requirements"]
        ordered = sorted(every, key=lambda row: (row["kind"], comparable(row["label"], is_word=0)))
        for row, expected in zip(node["cut"], ordered[1:5], strict=True):
            assert (row["label"], row["kind"]) == (expected["label"], expected["kind"])
            sorted_tests = sorted_list(expected["tests"], "NAME", "DESC", "RequirementTest")
            assert row["tests"] == sorted_tests[:2]
            assert row["evidence"]["start"] > 0
        kept = []
        for row in every:
            tests_kept = [test for test in row["tests"] if test["name"].lower().startswith("t")]
            if tests_kept:
                kept.append(row | {"tests": tests_kept})
        assert node["kept"] == kept
        found += len(kept)
    assert found


async def test_root_lists_are_filtered_sorted_and_cut(graph: Graph) -> None:
    labels = await graph.values("SELECT label FROM core.dim_stream WHERE is_current")
    expected = sorted(labels, key=lambda label: comparable(label, is_word=False))
    data = await graph.ask(
        """query Streams($first: Int, $offset: Int) {
          streams { label }
          down: streams(orderBy: [{field: LABEL, direction: DESC}]) { label }
          cut: streams(first: $first, offset: $offset) { label }
          img: streams(filter: {label: {contains: "img"}}) { label programs(first: 1) {
            totalCount nodes { stream { label } } } }
          iterations(orderBy: [{field: YEAR}], first: 1) { number year } }""",
        first=2, offset=1,
    )  # fmt: skip
    assert [row["label"] for row in data["streams"]] == expected
    assert [row["label"] for row in data["down"]] == expected[::-1]
    assert [row["label"] for row in data["cut"]] == expected[1:3]
    assert [row["label"] for row in data["img"]] == [one for one in expected if "IMG" in one]
    for row in data["img"]:
        (count,) = await graph.values(
            f"SELECT count(*) FROM {PROGRAMS} WHERE p.is_current AND t.label = $1", row["label"]
        )
        assert row["programs"]["totalCount"] == count
        assert row["programs"]["nodes"] == [{"stream": {"label": row["label"]}}][:count]
    assert len(data["iterations"]) == 1


async def test_null_is_as_if_nothing_were_said(graph: Graph) -> None:
    query = """query Nulls($filter: ProgramRequirementFilter, $orderBy: [ProgramRequirementOrder!],
                           $first: Int, $offset: Int) { programs(first: 100) { nodes {
      requirements(filter: $filter, orderBy: $orderBy, first: $first, offset: $offset) { label }
      plain: requirements { label } } } }"""
    for variables in ({}, dict.fromkeys(("filter", "orderBy", "first", "offset"))):
        for node in (await graph.ask(query, **variables))["programs"]["nodes"]:
            assert node["requirements"] == node["plain"]


ROWS = "this list has at most 500 rows. Pass a number from 0 to 500."
LEFT_OUT = "it counts the rows to leave out. Pass a number from 0 to 2147483647."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("first: 501", f"Argument 'first' is 501; {ROWS}"),
        ("first: -1", f"Argument 'first' is -1; {ROWS}"),
        ("offset: -1", f"Argument 'offset' is -1; {LEFT_OUT}"),
    ],
)
async def test_cuts_that_are_none_are_refused_with_the_argument(
    graph: Graph, arguments: str, message: str
) -> None:
    for path, query in (
        (
            ["programs", "nodes", 0, "requirements"],
            f"{{ programs {{ nodes {{ requirements({arguments}) {{ label }} }} }} }}",
        ),
        (["streams"], f"{{ streams({arguments}) {{ label }} }}"),
    ):
        error = await graph.refused(query)
        assert error["message"] == message
        assert error["path"] == path
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert error["locations"]


async def test_root_lists_count_in_the_cost(graph: Graph) -> None:
    inner = "programs(first: 100) { nodes { sections { text } } }"
    error = await graph.refused(f"{{ streams {{ {inner} }} }}")
    assert error["extensions"]["code"] == "COST_TOO_HIGH"
    assert (await graph.ask(f"{{ streams(first: 2) {{ {inner} }} }}"))["streams"]


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("is_backward", [False, True])
async def test_pages_by_name_are_complete_over_case_and_accents(
    graph: Graph, direction: str, is_backward: bool
) -> None:
    """Whatever stands in the names: pages of seven, every way, against Python's sort."""
    letters = [
        "e",
        "É",
        "è",
        "E\u0301",
        "œ",
        "Oe",
        "z",
        "Z",
        "Ø",
        "日本",
        "ẞ",
        "ﬁ",
        "’",
        "'",
        "Σ",
        "",
    ]
    await graph.owner.execute(
        "UPDATE core.dim_program SET name = ($1::text[])[1 + program_stream_id % 16]"
        " || ($1::text[])[1 + program_stream_id % 7]", letters,
    )  # fmt: skip
    rows = await graph.rows("SELECT name, program_stream_id FROM core.dim_program")
    expected = [row[1] for row in in_order(rows, direction, is_word=False)]
    assert await paged(graph, "NAME", direction, size=7, is_backward=is_backward) == expected
    assert len({row[0] for row in rows}) > 20
