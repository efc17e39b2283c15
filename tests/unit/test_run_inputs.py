"""Inputs of runs become requests of the engine, and the mutation that asks for the same again."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import parse, validate, value_from_ast_untyped

from graph.mutations.run_inputs import mutation_text, request_of
from graph.schema import build_schema
from simulation.parameters import default_parameters

SCHEMA = build_schema()._schema
PARAMETERS = default_parameters().with_changes({"nest_scale": 0.75})
MORE = {"change_quotas": {"where": {"provinces": ["ON"]}, "each": 1}}


def again(name: str, asked: dict[str, Any]) -> Any:
    """Return the input in the mutation that asks for the same again."""
    document: Any = parse(mutation_text(SCHEMA, name, asked))
    assert validate(SCHEMA, document) == []
    field = document.definitions[0].selection_set.selections[0]
    return value_from_ast_untyped(field.arguments[0].value)


@pytest.mark.parametrize("form", ["object", "text"])
def test_parameters_come_back_whole_as_an_object_or_as_text(form: str) -> None:
    given: Any = PARAMETERS.to_json() if form == "text" else PARAMETERS.model_dump(mode="json")
    asked = {"seed": 1, "parameters": given, "idempotency_key": "mine"}
    found = again("runMatch", asked)
    assert "idempotencyKey" not in found, "it would find the first simulation"
    assert request_of({"parameters": found["parameters"]}).parameters == PARAMETERS


def test_scenarios_come_back_in_the_words_of_the_graph() -> None:
    asked = {"scenarios": [{"name": 'a "b" é', "changes": [MORE, {"without_reversions": True}]}]}
    found = again("runWhatIf", asked)
    (scenario,) = found["scenarios"]
    assert scenario["name"] == 'a "b" é'
    assert scenario["changes"] == [
        {"changeQuotas": {"where": {"provinces": ["ON"]}, "each": 1}},
        {"withoutReversions": True},
    ]


def test_the_market_as_it_is_comes_first_unless_it_is_given() -> None:
    (first, second) = request_of({"scenarios": [{"name": "x", "changes": [MORE]}]}).scenarios
    assert (first.name, first.changes, second.name) == ("as it is", (), "x")
    (own, _) = request_of(
        {"scenarios": [{"name": "mine"}, {"name": "x", "changes": [MORE]}]}
    ).scenarios
    assert own.name == "mine"
