"""Limits hold for documents made to tire the server, in linear time."""

from __future__ import annotations

import time

import pytest
from graphql import parse

from graph.limits import Limits, Meter, Validator, excesses
from graph.planner.documents import Documents
from graph.schema import build_schema

SCHEMA = build_schema()._schema


def bomb(levels: int) -> str:
    """Return fragments each of which spreads the next one twice."""
    parts = [f"fragment F{i} on Program {{ ...F{i + 1} ...F{i + 1} }}" for i in range(levels)]
    return " ".join(
        ("{ programs { nodes { ...F0 } } }", *parts, f"fragment F{levels} on Program {{ name }}")
    )


def documents() -> Documents:
    limits = Limits()
    return Documents(SCHEMA, Validator(limits), limits.tokens)


def test_a_bomb_of_fragments_is_measured_once_each_and_refused_fast() -> None:
    started = time.perf_counter()
    (error,) = documents().get(bomb(30)).errors
    assert time.perf_counter() - started < 1
    assert error.extensions["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert error.extensions["limit"] == "fields"


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("{" + " ".join(f"a{i}: __typename" for i in range(101)) + "}", "aliases"),
        ("{ __typename " + "@skip(if: false) " * 101 + "}", "directives"),
        ("{ programs" + " { nodes { university { programs" * 5 + " { totalCount" + " }" * 16 + " }",
         "depth"),
    ],
)  # fmt: skip
def test_too_much_of_one_kind_is_named(text: str, limit: str) -> None:
    errors = excesses(parse(text), Limits())
    assert [error.extensions["limit"] for error in errors] == [limit]


def test_too_many_tokens_are_refused_while_parsing() -> None:
    (error,) = documents().get("{ " + "streams { label } " * 2_000 + "}").errors
    assert error.extensions["code"] == "GRAPHQL_PARSE_FAILED"


def test_fragments_in_a_circle_or_unknown_are_left_to_the_other_rules() -> None:
    circle = "{ programs { nodes { ...A } } } fragment A on Program { ...A }"
    (error,) = documents().get(circle).errors
    assert "Cannot spread fragment 'A' within itself" in error.message
    (error,) = documents().get("{ ...Nope }").errors
    assert "Unknown fragment" in error.message


def test_the_introspection_of_tools_passes() -> None:
    from graphql import get_introspection_query

    assert not documents().get(get_introspection_query(descriptions=True)).errors


def test_measures_of_a_fragment_count_at_every_spread() -> None:
    document = parse("{ a: x { ...F } b: x { ...F } } fragment F on T { c: d e }")
    measures = Meter(document).measure(document.definitions[0].selection_set)
    assert (measures.depth, measures.fields, measures.aliases) == (2, 6, 4)
