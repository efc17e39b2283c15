"""Inputs made from the models of the match engine: declared once, there; described in its words.

A model becomes an input type with a member for each of its fields. A union that a field ``kind``
tells apart becomes an input that takes exactly one member, named after the kind.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, is_dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import strawberry
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from strawberry.utils.str_converters import to_camel_case

from graph.types.enums import describe

KIND: Final = "kind"
PLAIN: Final = (bool, int, float, str)
Members = dict[str, tuple[Any, Any]]
"""Annotation and field of each member of an input."""
_made: dict[str, Any] = {}


def input_of(
    model: type[BaseModel],
    *,
    name: str = "",
    description: str = "",
    without: Collection[str] = (),
    others: Members | None = None,
) -> Any:
    """Return the input type of a model, made once.

    Args:
        model: The model.
        name: Name of the type; by default that of the model.
        description: Words for the graph; by default those of the model.
        without: Fields to leave out.
        others: Further members, and those whose types are no plain values or models.
    """
    name = name or f"{model.__name__}Input"
    if name not in _made:
        given = others or {}
        members = {
            field: _member(field, info)
            for field, info in model.model_fields.items()
            if field not in {KIND, *without, *given}
        }
        text = description or (model.__doc__ or "").split("\n\n")[0]
        _made[name] = _input(name, text, members | given)
    return _made[name]


def one_of(name: str, description: str, models: tuple[type[BaseModel], ...]) -> Any:
    """Return an input that takes one of several models, by their kinds; true for an empty one."""
    members: Members = {
        kind_of(model): (
            (input_of(model) if set(model.model_fields) > {KIND} else bool) | None,
            strawberry.field(
                default=strawberry.UNSET, description=(model.__doc__ or "").split("\n\n")[0]
            ),
        )
        for model in models
    }
    return _input(name, description, members, one_of=True)


def many(kind: Any) -> Any:
    """Return the type of a list of a type that is made at run time."""
    return list[kind]


def kind_of(model: type[BaseModel]) -> str:
    """Return the word that tells a model apart in its union."""
    word: str = model.model_fields[KIND].default
    return word


def _input(name: str, description: str, members: Members, *, one_of: bool = False) -> Any:
    space: dict[str, Any] = {key: field for key, (_, field) in members.items()}
    space["__annotations__"] = {key: kind for key, (kind, _) in members.items()}
    space["__module__"] = __name__
    text = " ".join(description.split())
    return strawberry.input(type(name, (), space), description=text, one_of=one_of)


def _member(name: str, info: FieldInfo) -> tuple[Any, Any]:
    kind, words = _type_of(info.annotation, name), f"{info.description}{_default(info)}"
    if info.is_required():
        return kind, strawberry.field(description=words)
    return kind | None, strawberry.field(default=strawberry.UNSET, description=words)


def _default(info: FieldInfo) -> str:
    """Return what the description says of the default."""
    if info.is_required() or info.default in (None, (), False) or info.default_factory:
        return ""
    default = info.default
    words = ", ".join(map(str, default)) if isinstance(default, tuple) else str(default)
    return f" By default {words}."


def _type_of(annotation: Any, name: str) -> Any:
    """Return the graph's type of an annotation, without its nullability."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type_of(arguments[0], name)
    if origin in (UnionType, Union):
        (inner,) = (one for one in arguments if one is not NoneType)
        return _type_of(inner, name)
    if origin is tuple:
        return list[_type_of(arguments[0], name)]  # type: ignore[misc]
    if origin is Literal:
        return _words(name, arguments)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return input_of(annotation)
    assert annotation in PLAIN, f"{name}: {annotation} has no input type"
    return annotation


def _words(name: str, words: tuple[str, ...]) -> Any:
    """Return the enum of the words that a field takes."""
    title = f"{to_camel_case(name)[0].upper()}{to_camel_case(name)[1:]}Word"
    if title not in _made:
        make: Any = StrEnum
        made = make(title, {word.upper(): word for word in words})
        made.__doc__ = f"What '{name}' may name."
        describe(made, {word: f"The {word}." for word in words})
        _made[title] = made
    return _made[title]


def plain(value: Any) -> Any:
    """Return an input as the plain values that its model takes."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict) or not is_dataclass(value):
        return value
    given = {one.name: getattr(value, one.name) for one in fields(value)}
    return {
        name: plain(one)
        for name, one in given.items()
        if one is not strawberry.UNSET and one is not None
    }
