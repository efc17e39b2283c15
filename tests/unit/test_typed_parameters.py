"""Typed parameters: every field of the engine's models, with its words and its value."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import get_named_type
from pydantic import BaseModel
from strawberry.utils.str_converters import to_camel_case

from graph.errors import BadUserInputError
from graph.schema import build_schema
from graph.types.parameters import NamedValue, shown, typed_parameters
from simulation.parameters import ApplicantGroup, Parameters, Selection, Tastes, default_parameters

TYPES: dict[str, type[BaseModel]] = {
    "SimulationParameters": Parameters,
    "ApplicantGroup": ApplicantGroup,
    "Tastes": Tastes,
    "Selection": Selection,
}


def test_every_field_of_the_models_is_in_the_graph_with_its_words() -> None:
    schema = build_schema()._schema
    for name, model in TYPES.items():
        definition: Any = schema.type_map[name]
        expected = {to_camel_case(field) for field in model.model_fields}
        assert set(definition.fields) - {"name"} == expected - {"name"}
        for field, info in model.model_fields.items():
            assert definition.fields[to_camel_case(field)].description.startswith(info.description)
    simulation: Any = schema.type_map["Simulation"]
    assert get_named_type(simulation.fields["typedParameters"].type).name == "SimulationParameters"
    assert "parameters" in simulation.fields, "clients that read it as JSON go on"


def plain(value: Any) -> Any:
    """Return shown parameters as plain values again."""
    if isinstance(value, SimpleNamespace):
        return {name: plain(one) for name, one in vars(value).items()}
    if isinstance(value, list):
        return dict(named(value))
    return value


def named(values: list[Any]) -> Iterator[tuple[str, Any]]:
    for one in values:
        if isinstance(one, NamedValue):
            yield one.name, one.value
        else:
            fields = plain(one)
            yield fields.pop("name"), fields


def test_every_value_is_shown() -> None:
    parameters = default_parameters()
    assert plain(shown(parameters)) == parameters.model_dump(mode="json")


def test_parameters_of_another_version_are_refused_with_the_remedy() -> None:
    with pytest.raises(BadUserInputError, match="Ask for 'parameters'"):
        asyncio.run(typed_parameters([{"name": "old", "gone": 1}], {}))
