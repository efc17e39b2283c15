"""What Schemathesis (SCHEMATHESIS_HOOKS) does to the operations that it generates as valid ones.

Random ids, cursors, sizes and keys are refused before anything else of an operation is read. So in
three of four operations they are made good: pages of 0 to 100 from the start, keys and ids of
objects that exist. The fourth, and all that Schemathesis makes wrong on purpose, stay as they are.
"""

from __future__ import annotations

import json
import os
import zlib
from functools import lru_cache
from typing import Any
from uuid import UUID

import schemathesis
from graphql import (
    ArgumentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    Visitor,
    parse,
    parse_value,
    print_ast,
    visit,
)
from hypothesis import strategies as st

from graph.planner.globalid import encode
from tests.clients.test_readme import ask

ADDRESS = "FUZZED_ADDRESS"
MOST = 100
# Arguments that may be left out, and of which hardly any random value is a good one.
RANDOM = {"after", "asOf", "before", "iteration", "last"}
DIMENSIONS = parse_value("[PROVINCE]")
UNASKED = (("job", "Job", (UUID(int=0),)), ("simulation", "Simulation", (2**31 - 1,)))
"""Root fields of what nobody has asked for, with the types and keys of good ids."""

schemathesis.graphql.scalar("JSON", st.dictionaries(st.text(), st.integers(), max_size=3).map(
    lambda value: StringValueNode(value=json.dumps(value))
))  # fmt: skip


@lru_cache
def known() -> dict[str, list[str]]:
    """Return literals that the server knows: keys by the root field that takes them, and ids."""
    data: Any = ask(
        os.environ[ADDRESS],
        """{ universities(first: 5) { nodes { id code name } }
             disciplines(first: 5) { nodes { id disciplineId name } }
             programs(first: 5) { nodes { id programStreamId iteration { number } } } }""",
    )["data"]
    keys: dict[str, list[str]] = {}
    for root, name, number in (
        ("universities", "university", "code"),
        ("disciplines", "discipline", "disciplineId"),
    ):
        keys[name] = [
            f"{{{member}: {json.dumps(node[member])}}}"
            for node in data[root]["nodes"]
            for member in ("id", number, "name")
        ]
    programs = data["programs"]["nodes"]
    key = "{{key: {{iteration: {iteration[number]}, programStreamId: {programStreamId}}}}}"
    by_id = '{{id: "{id}"}}'
    keys["program"] = [form.format(**node) for node in programs for form in (key, by_id)]
    keys["id"] = [f'"{node["id"]}"' for root in data.values() for node in root["nodes"]]
    keys |= {name: [f'"{encode(kind, key)}"'] for name, kind, key in UNASKED}
    keys["ids"] = [json.dumps([node["id"] for node in programs[:n]]) for n in range(1, 5)]
    return keys


class MakeGood(Visitor):
    """Makes the values good that would end an operation early; ``seed`` chooses among several."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed

    def enter_argument(self, node: ArgumentNode, *where: Any) -> ArgumentNode:
        """Make the value of an argument good."""
        (*_, field) = where[-1]
        return ArgumentNode(name=node.name, value=self._value(field.name.value, node))

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> ObjectFieldNode | None:
        """Leave a random id out of a filter."""
        is_filter = node.name.value == "id" and isinstance(node.value, ObjectValueNode)
        return ObjectFieldNode(name=node.name, value=NullValueNode()) if is_filter else None

    def _value(self, field: str, argument: ArgumentNode) -> ValueNode:
        name, value = argument.name.value, argument.value
        if name in RANDOM or (field, name) == ("programGroups", "orderBy"):
            return NullValueNode()
        if name == "first" and isinstance(value, IntValueNode):
            return IntValueNode(value=str(int(value.value) % (MOST + 1)))
        if name == "by" and isinstance(value, ListValueNode):
            return _without_repeats(value)
        is_of_field = name == "by" or field in {"job", "simulation"}
        literals = known().get(field if is_of_field else name)
        return value if literals is None else parse_value(literals[self.seed % len(literals)])


def _without_repeats(given: ListValueNode) -> ValueNode:
    """Return a list of dimensions that has none twice, and at least one."""
    dimensions = {print_ast(value): value for value in given.values}
    return ListValueNode(values=tuple(dimensions.values())) if dimensions else DIMENSIONS


@schemathesis.hook
def before_call(context: Any, case: schemathesis.Case, **_: Any) -> None:
    """Make three of four operations good that are meant to be valid."""
    del context
    seed = zlib.crc32(case.body.encode())
    if case.meta and case.meta.generation.mode.is_positive and seed % 4:
        case.body = print_ast(visit(parse(case.body), MakeGood(seed // 4)))
