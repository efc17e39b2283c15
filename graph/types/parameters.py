"""What applicants are drawn with, as types made from the engine's models: declared once, there.

A model becomes a type with a member for each of its fields, in its words. Mappings become lists
whose items carry the name: of values as `NamedValue`, of models with a member more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin

import strawberry
from pydantic import BaseModel

from graph.errors import BadUserInputError
from graph.planner.declare import part
from graph.planner.weights import assumed
from simulation.errors import SimulationError
from simulation.parameters import Parameters

NAME: Final = "name"
SIZES: Final[Mapping[str, int]] = {"groups": 2, "interests": 50, "credentials": 2, "homes": 20}
"""Items of lists that count in the cost."""


@strawberry.type(description="A number with what it is of.")
class NamedValue:
    """A number with what it is of."""

    name: str = part("What it is of: a discipline, a university, a credential.")
    value: float = part("The number.")


def type_of(model: type[BaseModel], *, name: str = "", is_named: bool = False) -> Any:
    """Return the type of a model.

    Args:
        model: The model.
        name: Name of the type; by default that of the model.
        is_named: Whether it has its name in a mapping besides.
    """
    members = {field: _member(field, info) for field, info in model.model_fields.items()}
    if is_named:
        members = {NAME: (str, part("Its name, by which changes and results call it."))} | members
    space: dict[str, Any] = {field: declared for field, (_, declared) in members.items()}
    space["__annotations__"] = {field: kind for field, (kind, _) in members.items()}
    space["__module__"] = __name__
    text = " ".join((model.__doc__ or "").split("\n\n")[0].split())
    return strawberry.type(type(name or model.__name__, (), space), description=text)


def _member(field: str, info: Any) -> tuple[Any, Any]:
    """Return the type of a field and its declaration."""
    annotation, words = info.annotation, info.description
    if get_origin(annotation) is Mapping:
        _, inner = get_args(annotation)
        is_model = isinstance(inner, type) and issubclass(inner, BaseModel)
        item = type_of(inner, is_named=True) if is_model else NamedValue
        return _many(item), part(words, size=assumed(SIZES[field]))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return type_of(annotation), part(words)
    return annotation, part(words)


def _many(kind: Any) -> Any:
    """Return the type of a list of a type that is made at run time."""
    return list[kind]


def shown(model: BaseModel, **more: Any) -> SimpleNamespace:
    """Return a model as its type has it: mappings as lists of what is named."""
    values = {field: _shown(getattr(model, field)) for field in type(model).model_fields}
    return SimpleNamespace(**more, **values)


def _shown(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return shown(value)
    if isinstance(value, Mapping):
        return [
            shown(one, name=name)
            if isinstance(one, BaseModel)
            else NamedValue(name=name, value=one)
            for name, one in value.items()
        ]
    return value


async def typed_parameters(key: Sequence[Any], arguments: Mapping[str, Any]) -> SimpleNamespace:
    """Return stored parameters; ``key`` has them as the statement read them.

    Raises:
        BadUserInputError: another version of the engine stored them, with other fields.
    """
    del arguments
    try:
        return shown(Parameters.of(key[0]))
    except SimulationError as error:
        raise BadUserInputError(
            "These parameters were stored by another version of the engine, whose fields were"
            " others. Ask for 'parameters', which shows them as they were."
        ) from error


if TYPE_CHECKING:

    class SimulationParameters:
        """What applicants are drawn with."""
else:
    SimulationParameters = type_of(Parameters, name="SimulationParameters")
