"""The generated operations are valid, and reach every corner of the schema."""

from __future__ import annotations

import random
from typing import Any

from graphql import TypeInfo, TypeInfoVisitor, Visitor, parse, validate, visit
from hypothesis import HealthCheck, Phase, given, settings

from graph.limits import Limits, excesses
from graph.planner.sources import TABLE_TYPES
from graph.rules import RULES
from graph.schema import build_schema as declared_schema
from tests.reference.operations import GeneratedOperation, build, operations
from tests.reference.rows import VERSIONS, Tables
from tests.reference.schema import read_schema
from tests.reference.steering import Steering
from tests.reference.values import Values

SCHEMA = read_schema()
DECLARED = declared_schema()._schema
NAMES = {name for kind in TABLE_TYPES.values() for name in (kind.table, *kind.beside)}
VALUES = Values(DECLARED, Tables(dict.fromkeys({VERSIONS, *NAMES}, ())))
GOALS = Steering(SCHEMA).goals


class Selected(Visitor):
    """Notes the fields that documents select, as ``Type.field``."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.found: set[str] = set()

    def enter_field(self, node: Any, *_: object) -> None:
        self.found.add(f"{self.types.get_parent_type()}.{node.name.value}")


def test_every_generated_operation_is_valid_and_within_the_limits_of_documents() -> None:
    limits = Limits()

    @settings(
        max_examples=200, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(operations(SCHEMA, VALUES))
    def is_valid(operation: GeneratedOperation) -> None:
        document = parse(operation.text, max_tokens=limits.tokens)
        assert validate(DECLARED, document, RULES) == []
        assert excesses(document, limits) == []
        assert {slot.name for slot in operation.slots}.isdisjoint(operation.variables)

    is_valid()


def test_the_smallest_operation_asks_for_nothing_but_the_type() -> None:
    assert build(b"", SCHEMA, VALUES, GOALS).text == "{ __typename }"


def test_operations_are_led_to_every_field() -> None:
    types = TypeInfo(SCHEMA)
    selected = Selected(types)
    chosen = random.Random(1)
    for _ in range(500):
        text = build(chosen.randbytes(1_200), SCHEMA, VALUES, GOALS).text
        visit(parse(text), TypeInfoVisitor(types, selected))
    wanted = {f"{goal.type_name}.{goal.field_name}" for goal in GOALS}
    missing = wanted - selected.found
    assert len(missing) < len(wanted) / 20, sorted(missing)
