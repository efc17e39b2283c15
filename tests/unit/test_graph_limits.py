"""Limits hold for documents made to tire the server, and refusing them takes linear work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from graphql import get_introspection_query, parse

from benchmarks.bombs import DOCUMENTS, LARGE_BODY, VALIDATION, aliased_bomb, bomb, chain
from graph.limits import Limits, Meter, Validator, excesses
from graph.planner.documents import Documents
from graph.schema import build_schema
from tests.unit.graph_front import asking

SCHEMA = build_schema()._schema


def documents() -> Documents:
    limits = Limits()
    return Documents(SCHEMA, Validator(limits), limits.tokens, limits.characters)


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_that_is_too_much_is_refused_with_code_and_limit(name: str) -> None:
    text, code, limit = DOCUMENTS[name]
    async with asking() as graph:
        extensions = (await graph.refused(text))["extensions"]
    assert (extensions["code"], extensions.get("limit")) == (code, limit)


@pytest.mark.parametrize("bombs", [bomb, aliased_bomb])
def test_refusing_a_bomb_takes_work_in_proportion_to_its_levels(
    bombs: Callable[[int], str],
) -> None:
    """Counted in calls, which no other load on the machine changes."""

    def calls(levels: int) -> int:
        document = parse(bombs(levels))
        count = 0

        def note(frame: Any, event: str, argument: Any) -> None:
            nonlocal count
            count += event == "call"

        sys.setprofile(note)
        try:
            assert excesses(document, Limits())
        finally:
            sys.setprofile(None)
        return count

    few, more, many = calls(16), calls(32), calls(64)
    assert more - few == pytest.approx((many - more) / 2, rel=0.1)


def test_fragments_in_a_circle_or_unknown_are_left_to_the_other_rules() -> None:
    circle = "{ programs { nodes { ...A } } } fragment A on Program { ...A }"
    (error,) = documents().get(circle).errors
    assert "Cannot spread fragment 'A' within itself" in error.message
    (error,) = documents().get("{ ...Nope }").errors
    assert "Unknown fragment" in error.message


@pytest.mark.parametrize("length", [300, 540])
def test_a_chain_of_fragments_is_refused_or_answered_but_never_breaks(length: int) -> None:
    for error in documents().get(chain(length)).errors:
        assert error.extensions is not None
        assert error.extensions["code"] == VALIDATION


def test_a_fragment_that_nobody_uses_is_measured_too() -> None:
    text = "{ __typename } fragment F on Program { " + "name " * 300 + "}"
    (error,) = documents().get(text).errors
    assert error.extensions is not None
    assert error.extensions["limit"] == "breadth"


def test_the_introspection_of_tools_passes() -> None:
    assert not documents().get(get_introspection_query(descriptions=True)).errors


def test_measures_of_a_fragment_count_at_every_spread() -> None:
    document = parse("{ a: x { ...F } b: x { ...F } } fragment F on T { c: d e }")
    measures = Meter(document).measure(document.definitions[0].selection_set)
    assert (measures.depth, measures.breadth, measures.selections) == (2, 2, 8)
    assert measures.aliases == 4


def test_wrong_documents_do_not_drive_out_right_ones() -> None:
    known = documents()
    right = known.get("{ streams { label } }")
    for number in range(500):
        assert known.get(f"{{ nothing{number} }}").errors
    assert known.get("{ streams { label } }") is right
    assert len(known.refused) == known.refused.most


@pytest.mark.parametrize(
    "variables", [{"f": {"quota": {"in": [1] * 6_000}}}, {"f": {"or": [{"quota": {}}] * 3_000}}]
)
async def test_too_many_values_in_variables_are_refused(variables: dict[str, Any]) -> None:
    query = "query Q($f: ProgramFilter) { programs(filter: $f) { totalCount } }"
    async with asking() as graph:
        error = await graph.refused(query, variables=variables)
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert "5000 values" in error["message"]


async def test_a_body_of_10_mb_is_refused_unread() -> None:
    async with asking() as graph:
        answer = await graph.client.post(
            "/graphql", content=b" " * LARGE_BODY, headers={"content-type": "application/json"}
        )
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_the_errors_of_a_refused_document_do_not_keep_its_nodes() -> None:
    for error in documents().get("{ programs(first: x) { nodes { nothing } } }").errors:
        assert error.nodes is None
        assert error.locations
