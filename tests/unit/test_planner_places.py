"""What fields that fail take with them, on types that the graph's own do not have."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from graphql import GraphQLField, GraphQLObjectType, build_schema, get_named_type

from graph.errors import AnswerError, BadUserInputError
from graph.planner.places import Place, Trail, settled
from graph.planner.sql import Json

SCHEMA = build_schema("""
type Query { maybe: Box sure: Box! boxes: [Box]! sureBoxes: [Box!]! lists: [Box!] }
type Box { name: String size: Int! inner: Box sureInner: Box! inners: [Box!]! }
""")


def place(trail: Trail, keys: str) -> Place:
    """Return the place to which keys lead, having gone there."""
    found: list[Place] = []

    def go(kind: Any, rest: list[str]) -> Json:
        if not rest:
            found.append(trail.place)
            return Json()
        if rest[0] == "{}":
            return trail.object(lambda: go(kind, rest[1:]))
        definition: GraphQLField = kind.fields[rest[0]]
        inner = get_named_type(definition.type)
        return trail.field(rest[0], definition.type, lambda: go(inner, rest[1:]))

    assert isinstance(SCHEMA.query_type, GraphQLObjectType)
    go(SCHEMA.query_type, keys.split("."))
    return found[0]


MARK = {"!": 0}


@pytest.mark.parametrize(
    ("failed", "data", "left", "paths"),
    [
        ("maybe", {"maybe": MARK, "sure": {}}, {"maybe": None, "sure": {}}, [["maybe"]]),
        ("sure", {"maybe": None, "sure": MARK}, None, [["sure"]]),
        ("maybe.{}.size", {"maybe": {"name": "x", "size": MARK}}, {"maybe": None},
         [["maybe", "size"]]),
        ("maybe.{}.name", {"maybe": {"name": MARK}}, {"maybe": {"name": None}},
         [["maybe", "name"]]),
        ("maybe.{}.size", {"maybe": None}, {"maybe": None}, []),
        ("boxes.{}.size", {"boxes": [{"size": MARK}, None, {"size": MARK}]},
         {"boxes": [None, None, None]}, [["boxes", 0, "size"], ["boxes", 2, "size"]]),
        ("sureBoxes.{}.size", {"sureBoxes": []}, {"sureBoxes": []}, []),
        ("sureBoxes.{}.size", {"sureBoxes": [{"size": MARK}, {"size": MARK}]}, None,
         [["sureBoxes", 0, "size"]]),
        ("lists.{}.size", {"lists": [{"size": MARK}]}, {"lists": None}, [["lists", 0, "size"]]),
        ("lists.{}", {"lists": [MARK, MARK]}, {"lists": None}, [["lists", 0]]),
        ("boxes.{}", {"boxes": [MARK, MARK]}, {"boxes": [None, None]},
         [["boxes", 0], ["boxes", 1]]),
        ("sure.{}.sureInner.{}.inners.{}.size",
         {"sure": {"sureInner": {"inners": [{"size": MARK}]}}}, None,
         [["sure", "sureInner", "inners", 0, "size"]]),
        ("sure.{}.inner.{}.inners.{}.size",
         {"sure": {"name": "y", "inner": {"inners": [{"size": MARK}]}}},
         {"sure": {"name": "y", "inner": None}}, [["sure", "inner", "inners", 0, "size"]]),
    ],
)  # fmt: skip
def test_a_field_that_fails_takes_with_it_what_may_not_be_without_it(
    failed: str, data: Any, left: Any, paths: list[list[Any]]
) -> None:
    where = place(Trail(), failed)
    found, errors = settled(orjson.dumps(data), [(where, BadUserInputError("wrong"))])
    assert (None if found is None else orjson.loads(found)) == left
    assert [error.path for error in errors] == paths


def test_fields_left_out_are_marked_and_others_fail_where_they_stand() -> None:
    gone = place(Trail(), "boxes.{}.inner")
    trail = Trail(frozenset({gone}))
    boxes: Any = SCHEMA.query_type and SCHEMA.query_type.fields["boxes"].type
    box: Any = SCHEMA.type_map["Box"]

    def fails() -> Json:
        raise AnswerError("no")

    def members() -> Json:
        trail.field("size", box.fields["size"].type, fails)
        return trail.field("inner", box.fields["inner"].type, fails)

    json = trail.field("boxes", boxes, lambda: trail.object(members))
    assert json.constant == '{"!":0}'
    assert trail.left_out == [gone]
    assert [error.place and error.place.keys for error in trail.errors] == [("boxes", "{}", "size")]


def test_only_root_fields_are_known_to_be_executed() -> None:
    trail = Trail()
    assert place(trail, "sure").is_vital
    assert not place(trail, "maybe").is_vital
    assert not place(trail, "sure.{}.size").is_vital
    assert place(trail, "maybe").is_root
    assert trail.place.is_vital
