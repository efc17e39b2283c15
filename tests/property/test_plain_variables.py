"""Values that are taken as they are, beside what coercion makes of them."""

from __future__ import annotations

from typing import Any

from graphql import OperationDefinitionNode, build_schema, parse
from graphql.execution.values import get_variable_values
from hypothesis import given
from hypothesis import strategies as st

from graph.planner.plain_variables import PlainVariables

SCHEMA = build_schema(
    "type Query { a(s: String, i: ID, b: Boolean, f: Float, x: In, w: Word): Int }"
    " input In { a: Int } enum Word { A }"
)
TYPES = ["Int", "String", "ID", "Boolean", "Float", "Word", "In", "[Int]"]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**33), 2**33),
    st.floats(),
    st.text(max_size=3),
    st.sampled_from(["A", 2**31 - 1, 2**31, -(2**31), -(2**31) - 1]),
    st.lists(st.integers(0, 3), max_size=2),
    st.dictionaries(st.sampled_from("ab"), st.integers(0, 3), max_size=2),
)
VARIABLES = st.lists(
    st.tuples(st.sampled_from(TYPES), st.booleans(), st.sampled_from(["", " = null", " = 1"])),
    max_size=3,
)
GIVEN = st.dictionaries(st.sampled_from(["v0", "v1", "v2", "other"]), VALUES, max_size=4)


def definitions_of(variables: list[tuple[str, bool, str]]) -> Any:
    """Return variable definitions of an operation, valid or not."""
    written = [
        f"$v{i}: {kind}{'!' if is_required else ''}{default}"
        for i, (kind, is_required, default) in enumerate(variables)
    ]
    document = parse(f"query {'(' if written else ''}{', '.join(written)}"
                     f"{')' if written else ''} {{ a }}")  # fmt: skip
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    return operation.variable_definitions or ()


@given(VARIABLES, GIVEN)
def test_values_taken_as_they_are_are_what_coercion_makes_of_them(
    variables: list[tuple[str, bool, str]], values: dict[str, Any]
) -> None:
    definitions = definitions_of(variables)
    taken = PlainVariables(definitions).of(values)
    if taken is not None:
        coerced = get_variable_values(SCHEMA, definitions, values)
        assert not isinstance(coerced, list)
        assert taken == coerced.coerced
        assert list(map(type, taken.values())) == list(map(type, coerced.coerced.values()))


def test_usual_values_are_taken_as_they_are() -> None:
    definitions = definitions_of(
        [("Int", True, ""), ("String", False, ""), ("ID", True, ""), ("Boolean", False, "")]
    )
    values = {"v0": 1, "v1": None, "v2": "x"}
    assert PlainVariables(definitions).of(values) == values
