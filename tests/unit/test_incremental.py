"""Deferred fragments of the root: each a part and a statement of its own, in the client's form."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from graph.http import GraphFront
from graph.incremental import parts_form
from graph.planner.execute import Answer, Timings, masked
from graph.planner.plan import Plan
from graph.planner.request import Request
from tests.unit.graph_front import VERSION, Asking, asking

NEW = "multipart/mixed;incrementalSpec=v0.2, application/json"
APOLLO = "multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json"
QUERY = """query Parts($later: Boolean = true) {
  streams { label }
  ...Slow @defer(if: $later, label: "slow")
  ... @defer { sites { totalCount } }
}
fragment Slow on Query { universities { totalCount } }"""


class ByRoot:
    """Runs plans: answers each root field with its name, and each plan with a data version."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.versions: list[str] = []
        self.failing = ""

    async def run(
        self, plan: Plan, request: Request, timings: Timings, *, with_version: bool = False
    ) -> Answer:
        del request
        if plan.constant is not None:
            return Answer(plan.constant)
        self.statements.append(plan.sql)
        timings.statements += 1
        text = plan.before.decode() + plan.sql
        roots = [root for root in ("streams", "sites", "universities") if f'"{root}":' in text]
        if self.failing in roots:
            raise masked(LookupError("inner workings"))
        version = self.versions.pop(0) if self.versions else VERSION
        data = json.dumps({root: f"all {root}" for root in roots}).encode()
        return Answer(data, version=version.encode() if with_version else b"")


def parts_of(response: httpx.Response) -> list[dict[str, Any]]:
    """Return the JSON of the parts of a multipart answer, as its grammar gives them."""
    kind = response.headers["content-type"]
    assert 'boundary="-"' in kind
    content, end = response.content, b"\r\n-----\r\n"
    assert content.endswith(end)
    before, *parts = content.removesuffix(end).split(b"\r\n---\r\n")
    assert before == b""
    bodies = []
    for part in parts:
        head, _, body = part.partition(b"\r\n\r\n")
        assert head.lower() == b"content-type: application/json; charset=utf-8"
        bodies.append(json.loads(body))
    return bodies


async def ask(graph: Asking, accept: str, query: str = QUERY, **variables: Any) -> httpx.Response:
    return await graph.post(query, variables=variables, headers={"accept": accept})


def replace(front: GraphFront) -> ByRoot:
    database = ByRoot()
    front.pipeline.planner.run = database.run
    return database


async def test_parts_come_with_ids_in_the_form_of_graphql_core() -> None:
    async with asking() as graph:
        database = replace(graph.front)
        response = await ask(graph, NEW)
        first, *later = parts_of(response)
        assert len(database.statements) == 3
        metrics = graph.front.metrics.text()
    assert response.headers["content-type"].endswith("; incrementalSpec=v0.2")
    assert 'path;desc="planned"' in response.headers["server-timing"]
    assert first["data"] == {"streams": "all streams"}
    assert first["pending"] == [
        {"id": "0", "path": [], "label": "slow"},
        {"id": "1", "path": []},
    ]
    assert first["extensions"]["cost"]["requested"] > 0
    assert [part["hasNext"] for part in (first, *later)] == [True, True, False]
    found = {part["incremental"][0]["id"]: part for part in later}
    for number, key in (("0", "universities"), ("1", "sites")):
        assert found[number]["incremental"] == [{"data": {key: f"all {key}"}, "id": number}]
        assert found[number]["completed"] == [{"id": number}]
    assert "residency_graph_statements_total 3" in metrics


async def test_parts_come_with_paths_and_labels_in_apollo_s_first_form() -> None:
    async with asking() as graph:
        replace(graph.front)
        response = await ask(graph, APOLLO)
        first, *later = parts_of(response)
    assert response.headers["content-type"].endswith("; deferSpec=20220824")
    assert set(first) == {"data", "extensions", "hasNext"}
    entries = [part["incremental"][0] for part in later]
    assert {"data": {"sites": "all sites"}, "path": []} in entries
    slow = {"data": {"universities": "all universities"}, "path": [], "label": "slow"}
    assert slow in entries
    assert all(set(part) == {"incremental", "hasNext"} for part in later)


async def test_a_client_that_names_nothing_but_parts_gets_them_and_whole_what_has_none() -> None:
    async with asking() as graph:
        replace(graph.front)
        assert len(parts_of(await ask(graph, "multipart/mixed"))) == 3
        whole = await ask(graph, "multipart/mixed", "{ streams { label } }")
    assert whole.status_code == 200
    assert whole.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("accept", ["application/json", "*/*", "multipart/mixed;q=0, */*"])
async def test_clients_that_take_no_parts_get_a_plain_answer_of_one_statement(accept: str) -> None:
    async with asking() as graph:
        database = replace(graph.front)
        response = await ask(graph, accept)
        assert len(database.statements) == 1
    assert response.headers["content-type"].startswith("application/json")
    assert set(response.json()["data"]) == {"streams", "universities", "sites"}


@pytest.mark.parametrize(
    ("query", "first", "later"),
    [
        (QUERY.replace("$later: Boolean = true", "$later: Boolean = false"),
         {"streams", "universities"}, [{"sites"}]),
        ("{ streams { label } ... @defer(if: false) { sites { totalCount } } }",
         {"streams", "sites"}, []),
        ("{ streams { label } ... @defer @skip(if: true) { sites { totalCount } } }",
         {"streams"}, []),
        ("{ streams { label } ... @defer { streams { label } sites { totalCount } } }",
         {"streams", "sites"}, []),
        ("{ ... @defer { sites { totalCount } } }", set(), [{"sites"}]),
        ("""{ ...A } fragment A on Query { streams { label } ...B @defer }
         fragment B on Query { sites { totalCount } }""", {"streams"}, [{"sites"}]),
        ("{ ... @include(if: false) { streams { label } ... @defer { sites { totalCount } } } }",
         set(), []),
        ("""{ streams { label } ... @defer { sites { totalCount }
         ... @defer { universities { totalCount } } } }""",
         {"streams"}, [{"sites", "universities"}]),
        ("{ streams { label ... @defer { isMilitary } } }", {"streams"}, []),
        ("{ sites(first: 1) { nodes { ... @defer { label } } } }", {"sites"}, []),
        ("{ sites(first: 1) { nodes @stream(initialCount: 0) { label } } }", {"sites"}, []),
    ],
)  # fmt: skip
async def test_what_is_deferred_where_decides_what_comes_when(
    query: str, first: set[str], later: list[set[str]]
) -> None:
    async with asking() as graph:
        database = replace(graph.front)
        response = await ask(graph, NEW, query)
        if later:
            head, *rest = parts_of(response)
            found = [set(part["incremental"][0]["data"]) for part in rest]
        else:
            head, found = response.json(), []
            assert "multipart" not in response.headers["content-type"]
        assert len(database.statements) == bool(first) + len(later)
    assert (set(head["data"]), found) == (first, later)


async def test_what_the_planner_leaves_comes_in_parts_as_well() -> None:
    query = "{ streams { label } ... @defer { __schema { queryType { name } } } }"
    async with asking() as graph:
        replace(graph.front)
        first, later = parts_of(await ask(graph, NEW, query))
        whole = (await ask(graph, "application/json", query)).json()
    assert first["data"] == {"streams": "all streams"}
    schema = {"__schema": {"queryType": {"name": "Query"}}}
    assert later["incremental"][0]["data"] == schema
    assert whole["data"] == {"streams": "all streams", **schema}


@pytest.mark.parametrize("accept", [NEW, APOLLO])
async def test_a_part_that_fails_says_so_and_takes_nothing_with_it(accept: str) -> None:
    async with asking() as graph:
        replace(graph.front).failing = "sites"
        first, *later = parts_of(await ask(graph, accept))
    assert first["data"] == {"streams": "all streams"}
    member = "completed" if accept is NEW else "incremental"
    (failed,) = [p[member][0] for p in later if "errors" in p[member][0]]
    assert failed["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "inner workings" not in str(failed)
    if accept is NEW:
        assert failed["id"] == "1"
        assert "data" not in failed
    else:
        assert (failed["data"], failed["path"]) == (None, [])


async def test_parts_of_newer_data_than_the_first_are_refused() -> None:
    async with asking() as graph:
        replace(graph.front).versions = [VERSION, VERSION, "2|1767268800000001"]
        _, *later = parts_of(await ask(graph, NEW))
    errors = [e for part in later for c in part["completed"] for e in c.get("errors", ())]
    assert [error["extensions"]["code"] for error in errors] == ["DATA_VERSION_CHANGED"]


async def test_an_answer_without_data_has_no_parts() -> None:
    async with asking() as graph:
        replace(graph.front).failing = "streams"
        response = await ask(graph, NEW)
    assert response.headers["content-type"].startswith("application/json")
    assert response.json()["errors"]


def test_the_form_of_parts_follows_the_client() -> None:
    assert parts_form("application/json") is None
    assert parts_form("multipart/mixed;q=0") is None
    plain, quoted = (
        parts_form("multipart/mixed"),
        parts_form('multipart/mixed; deferSpec="20220824"'),
    )
    assert plain is not None
    assert quoted is not None
    assert (plain.is_legacy, plain.content_type) == (False, b'multipart/mixed; boundary="-"')
    assert quoted.is_legacy
