"""The cost of an operation: what is counted, how often, and what is said of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLObjectType,
    get_introspection_query,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from graph.http import MOST_COST
from graph.limits import Limits, Validator
from graph.planner.cost import Estimate, charges, estimate
from graph.planner.documents import Documents, operation_for
from graph.planner.selection import Operation
from graph.planner.weights import PAGE_SIZE, Cost, size_of
from graph.schema import build_schema, sdl
from tests.unit.graph_front import asking

SCHEMA = build_schema()._schema
DOCUMENTS = Documents(SCHEMA, Validator(Limits()), Limits().tokens)
DOCS = Path(__file__).resolve().parents[2] / "docs"
TEXT, NAME = 160, 2
"""Weights of a section's text and of a program's name."""


def operation(text: str, **variables: Any) -> Operation:
    document = DOCUMENTS.get(text)
    assert not document.errors
    known = document.operation(None)
    coerced = DOCUMENTS.variables(known, variables)
    assert isinstance(coerced, dict)
    return operation_for(SCHEMA, document, known, coerced)


def cost(text: str, **variables: Any) -> int:
    asked = operation(text, **variables)
    return estimate(asked).of(asked.variables)


def test_a_row_counts_one_and_its_fields_their_weights() -> None:
    assert cost("{ __typename }") == 1
    assert cost("{ programs(first: 7) { nodes { quota } } }") == 1 + 7 * (1 + 1)
    assert cost("{ programs(first: 7) { nodes { name } } }") == 1 + 7 * (1 + NAME)
    assert cost("{ programs { nodes { quota } } }") == 1 + PAGE_SIZE * (1 + 1)
    assert cost("{ programs(first: 0) { nodes { quota } } }") == 1
    assert cost("{ programs(last: 3) { edges { node { quota } } } }") == 1 + 3 * (1 + 1 + 1)


def test_lists_multiply_with_what_is_assumed_or_asked_of_them() -> None:
    of_program = "query P {{ programs(first: 10) {{ nodes {{ {} }} }} }}"
    row = 1 + 10
    assert cost(of_program.format("sections { text }")) == row + 10 * 13 * (1 + TEXT)
    assert cost(of_program.format("sections(kinds: [FAQ]) { text }")) == row + 10 * (1 + TEXT)
    assert cost(of_program.format("interviewDates { startsOn }")) == row + 10 * 5 * 2


def test_nested_pages_multiply() -> None:
    text = """query N($a: Int!, $b: Int) {
      universities(first: $a) { nodes { programs(first: $b) { nodes { quota } } } } }"""
    asked = operation(text, a=2, b=3)
    found = estimate(asked)
    for a in (0, 1, 50, 100):
        for b in (0, 7, 100):
            assert found.of({"a": a, "b": b}) == 1 + a * (1 + 1 + b * 2)
    assert cost(text, a=2) == 1 + 2 * (2 + PAGE_SIZE * 2)


def test_a_page_larger_than_pages_are_is_left_to_the_argument_s_own_error() -> None:
    assert cost("{ programs(first: 1000000) { nodes { quota } } }") == 1 + 100 * 2
    text = "query N($n: Int!) { programs(first: $n) { nodes { quota } } }"
    assert cost(text, n=1_000_000) == 1 + 100 * 2
    assert cost(text, n=-5) == 1


def test_fields_that_merge_count_once_and_aliases_each() -> None:
    once = cost("{ streams { label } }")
    assert cost("{ streams { label label ...F } ...G } fragment F on Stream { label }"
                " fragment G on Query { streams { label } }") == once  # fmt: skip
    assert cost("{ a: streams { label } b: streams { label } }") == 2 * once


def test_what_is_skipped_costs_nothing() -> None:
    text = """query S($with: Boolean!) {
      programs(first: 10) { nodes { quota sections @include(if: $with) { text } } } }"""
    assert cost(text, **{"with": False}) == 1 + 10 * 2
    assert cost(text, **{"with": True}) == 1 + 10 * (2 + 13 * (1 + TEXT))


def test_where_a_row_is_of_one_of_several_types_the_dearest_counts() -> None:
    program, university = "... on Program { name quota }", "... on University { name }"
    both = cost(f'{{ node(id: "x") {{ id {program} {university} }} }}')
    assert both == cost(f'{{ node(id: "x") {{ id {program} }} }}') == 1 + 1 + NAME + 1


def test_a_long_response_key_counts_with_its_length() -> None:
    long = "k" * 640
    assert cost(f"{{ programs(first: 10) {{ nodes {{ {long}: quota }} }} }}") == 1 + 10 * (1 + 11)


def test_introspection_has_a_cost_too() -> None:
    whole = get_introspection_query(descriptions=True)
    assert 1_000 < cost(whole) < MOST_COST
    four = "query { " + " ".join(f"a{i}: __schema {{ ...F }}" for i in range(90)) + " }"
    nested = "types { fields { args { name description type { name ofType { name } } } } }"
    assert cost(f"{four} fragment F on __Schema {{ {nested} }}") > MOST_COST


def test_the_estimate_of_a_request_needs_its_page_sizes_only() -> None:
    text = """query E($n: Int!, $name: String) {
      programs(first: $n, filter: {name: {eq: $name}}) { totalCount nodes { name } } }"""
    found = estimate(operation(text, n=3, name="x"))
    assert isinstance(found, Estimate)
    assert (found.constant, len(found.terms)) == (1 + 10, 1)


def test_charges_name_the_place_in_the_answer() -> None:
    found = {c.path for c in charges(operation("{ all: programs { nodes { n: name } } }"))}
    assert found == {("all",), ("all", "nodes"), ("all", "nodes", "n")}


async def test_every_answer_says_what_it_cost() -> None:
    async with asking(most_cost=1_000) as graph:
        answer = (await graph.post("{ streams { label } }")).json()
        assert answer == {
            "data": {"streams": []},
            "extensions": {"cost": {"requested": 28, "maximum": 1_000}},
        }
        answer = (await graph.post("{ __schema { queryType { name } } }")).json()
        assert answer["data"]
        assert answer["extensions"]["cost"]["requested"] == 9
        answer = (await graph.post("{ programs(first: -1) { totalCount } }")).json()
        assert answer["errors"]
        assert answer["extensions"]["cost"]["requested"] == 11


@pytest.mark.parametrize("size", [100, 1_000_000])
async def test_pages_of_a_million_rows_are_refused_with_their_dearest_fields(size: int) -> None:
    query = """query M($n: Int!) { universities(first: $n) { nodes { programs(first: $n) { nodes {
      discipline { programs(first: $n) { nodes { sections { text } } } } } } } } }"""
    async with asking() as graph:
        error = await graph.refused(query, variables={"n": size})
        answer = (await graph.post(query, variables={"n": 1})).json()
        headers = {"accept": "application/graphql-response+json"}
        response = await graph.post(query, variables={"n": size}, headers=headers)
    extensions = error["extensions"]
    assert extensions["code"] == "COST_TOO_HIGH"
    assert extensions["maximum"] == MOST_COST
    assert str(extensions["requested"]) in error["message"]
    dearest = "universities.nodes.programs.nodes.discipline.programs.nodes.sections.text"
    assert extensions["dearest"][0] == {"path": dearest, "cost": 100**3 * 13 * TEXT}
    assert dearest in error["message"]
    assert answer["extensions"]["cost"]["requested"] < MOST_COST
    assert response.status_code == 400
    assert response.json()["extensions"]["cost"]["requested"] == extensions["requested"]


def test_the_guides_show_what_their_queries_cost() -> None:
    graph, http = ((DOCS / name).read_text(encoding="utf-8") for name in ("graph.md", "http.md"))
    shown = re.search(r"```graphql\n([^`]+)```\n\ngives .*?\"requested\": (\d+)", graph)
    assert shown
    assert cost(shown[1]) == int(shown[2])
    (query,) = re.findall(r"```graphql\n(query Costs [^`]+)```", http)
    units = [int(number.replace(",", "")) for number in re.findall(r"# ([\d,]+)", query)]
    assert cost(query) == sum(units)


def test_every_field_of_the_schema_states_its_weight_and_every_list_its_size() -> None:
    """Declare a field with graph.planner.declare, or give it directives=[Cost(weight="1")]."""
    assert set(re.findall(r"^directive @(\w+)", sdl(), re.MULTILINE)) >= {"cost", "listSize"}
    fields = {
        (name, field): definition
        for name, kind in SCHEMA.type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
        for field, definition in kind.fields.items()
    }
    sized = {place for place, definition in fields.items() if size_of(definition)}
    for definition in fields.values():
        size = size_of(definition)
        of = get_named_type(definition.type).name
        sized |= {(of, member) for member in (size.sized_fields if size else None) or ()}
    lists = {
        place
        for place, definition in fields.items()
        if is_list_type(get_nullable_type(definition.type))
        and not is_leaf_type(get_named_type(definition.type))
    }
    assert lists - sized == set()
    for place, definition in fields.items():
        directives = definition.extensions["strawberry-definition"].directives
        assert any(isinstance(directive, Cost) for directive in directives), place
        if size_of(definition):
            assert "in the cost" in (definition.description or ""), place
