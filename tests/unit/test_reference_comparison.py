"""The comparison with the reference sees what it is for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from graph.planner.cursors import CursorSigner
from tests.reference.compare import Comparison, canonical, read_json
from tests.reference.executor import Answer, Problem, Reference
from tests.reference.numbers import mean
from tests.reference.rows import VERSIONS, Moment, Tables
from tests.reference.texts import folded, global_id, key_in

SIGNER = CursorSigner(b"secret")
BAD = frozenset({"BAD_USER_INPUT"})
AT_A = Problem(("a",), BAD)


@pytest.fixture
def comparison() -> Comparison:
    return Comparison(Reference(Tables({}), SIGNER), SIGNER)


def error(*path: Any, code: str = "BAD_USER_INPUT") -> dict[str, Any]:
    return {"message": "x", "path": list(path), "extensions": {"code": code}}


def token(print_: bytes, keys: bytes, version: int = 1) -> str:
    return SIGNER.sign(print_, b"%d|1000000|%s" % (version, keys)).decode()


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ({"data": {"a": 1, "b": 2}}, Answer({"a": 1, "b": 2})),
        ({"data": {"a": 2.0}}, Answer({"a": 2})),
        ({"data": {"a": None}, "errors": [error("a")]}, Answer({"a": None}, (AT_A,))),
        ({"data": None, "errors": [error("b")]},
         Answer(None, (AT_A,), possible=(AT_A, Problem(("b",), BAD)))),
        ({"errors": [error()]}, Answer(None, (Problem((), BAD),), is_refused=True)),
    ],
)  # fmt: skip
def test_equal_answers_are_equal(comparison: Comparison, response: Any, expected: Answer) -> None:
    assert comparison.differences(response, expected) == []


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ({"data": {"b": 2, "a": 1}}, Answer({"a": 1, "b": 2})),
        ({"data": {"a": "1"}}, Answer({"a": 1})),
        ({"data": {"a": None}}, Answer({})),
        ({"data": {"a": [1, 2]}}, Answer({"a": [2, 1]})),
        ({"data": {"a": None}}, Answer({"a": None}, (AT_A,))),
        ({"data": {"a": None}, "errors": [error("a")]}, Answer({"a": None})),
        ({"data": {"a": None}, "errors": [error("a", 0)]}, Answer({"a": None}, (AT_A,))),
        ({"data": {"a": None}, "errors": [error("a", code="X")]},
         Answer({"a": None}, (AT_A,))),
        ({"data": {"a": None}, "errors": [error("a"), error("a")]},
         Answer({"a": None}, (AT_A,))),
        ({"data": None, "errors": [error("c")]}, Answer(None, possible=(AT_A,))),
        ({"data": None}, Answer(None, (AT_A,))),
        ({"errors": [error()]}, Answer({})),
        ({"data": None, "errors": [error()]}, Answer(None, (Problem((), BAD),), is_refused=True)),
    ],
)  # fmt: skip
def test_other_answers_are_not(comparison: Comparison, response: Any, expected: Answer) -> None:
    assert comparison.differences(response, expected)


def test_cursors_stand_for_each_other_one_for_one(comparison: Comparison) -> None:
    def seen(graph: str, reference: str) -> list[str]:
        return comparison.differences({"data": {"c": graph}}, Answer({"c": reference}))

    ours, theirs = token(b"a", b"[1]"), token(b"b", b"[1]")
    assert seen(ours, theirs) == seen(ours, theirs) == []
    assert comparison.reference.connections.own_tokens == {ours: theirs}
    assert comparison.tokens({"x": [{"c": ours}], "y": "no cursor"}) == [ours]
    assert seen(ours, token(b"b", b"[2]"))
    assert seen(token(b"a", b"[2]"), theirs)
    assert seen(token(b"a", b"[3]", version=2), token(b"b", b"[3]", version=1))
    assert seen(token(b"a", b"[4]"), "no cursor")


def test_members_that_come_twice_are_seen() -> None:
    with pytest.raises(AssertionError, match="comes twice"):
        read_json(b'{"data": {"a": 1, "a": 1}}')
    assert canonical({"b": 1.0, "a": [0.5, "é", None]}) == '{"b":1,"a":[0.5,"é",null]}'


def test_a_moment_has_the_versions_that_held_then() -> None:
    days = [dt.datetime(2026, 1, day, tzinfo=dt.UTC) for day in (1, 2, 3)]
    tables = Tables({VERSIONS: [
        {"number": n, "published_at": day, "match_iteration_id": n} for n, day in enumerate(days)
    ]})  # fmt: skip
    old = {"valid_from": days[0], "valid_to": days[1], "is_current": False}
    new = {"valid_from": days[1], "valid_to": None, "is_current": True}
    for moment, expected in (
        (Moment.now(tables), [new]), (Moment.at(tables, days[0]), [old]),
        (Moment.at(tables, days[1]), [new]),
        (Moment.at(tables, days[0] - dt.timedelta(1)), []),
    ):  # fmt: skip
        assert [row for row in (old, new) if moment.has(row)] == expected
    assert Moment.now(tables).iteration == 2
    assert Moment.at(tables, days[0]).iteration == 0
    assert Moment.at(tables, days[0] - dt.timedelta(1)).iteration is None


def test_texts_and_ids_are_read_as_people_and_the_graph_write_them() -> None:
    assert folded("L’ÉTÉ – Cœur") == "l'ete - coeur"
    identity = global_id("Site", ["a:b%", "c", "QC"])
    kind, key = key_in(identity) or (None, ())
    assert kind is not None
    assert (kind.name, key) == ("Site", ("a:b%", "c", "QC"))
    assert (
        key_in("!") is key_in(global_id("University", ["07"])) is key_in(global_id("Evidence", [1]))
    )


def test_means_are_those_of_sql() -> None:
    assert mean([5] * 4 + [2] * 4 + [4]) == 3.555555555555556  # numeric: 3.5555555555555556
    assert mean([2.5, 3]) == 2.75
    assert mean([0, 0, 0]) == 0
    assert mean([1] * 1 + [0] * 2) == 1 / 3
