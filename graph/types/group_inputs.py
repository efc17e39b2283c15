"""Inputs of lists of groups, made from the declared dimensions and measures."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import strawberry
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import get_object_definition

from graph.planner.declare import argument
from graph.planner.derived import GROUP_TYPES
from graph.types.enums import SortDirection, describe
from graph.types.generate import make_input


def words_of(cls: type, name: str, doc: str, words: Mapping[str, str]) -> Any:
    """Return an enum of the graph with words and their descriptions."""
    make: Any = StrEnum
    made: Any = make(name, {word: word for word in words})
    made.__doc__ = doc
    made.__module__ = cls.__module__
    describe(made, words)
    return made


def described(cls: type) -> dict[str, str]:
    """Return the descriptions of a type's fields, by the words that stand for them."""
    definition = get_object_definition(cls, strict=True)
    return {field.python_name.upper(): field.description or "" for field in definition.fields}


def dimension_words(cls: type, name: str, doc: str) -> Any:
    """Return the enum of a type's dimensions."""
    about = described(cls)
    dimensions = GROUP_TYPES[cls.__name__].dimensions
    return words_of(cls, name, doc, {word: about[word] for word in dimensions})


def group_order(cls: type, terms: Mapping[str, str] | None = None) -> Any:
    """Return the order of a type of groups; ``terms`` describes words that are no fields of it."""
    name = cls.__name__
    about = described(cls) | dict(terms or {})
    words = {word: about[word] for word in GROUP_TYPES[name].terms}
    fields = words_of(cls, f"{name}OrderField", f"What {name} objects can be sorted by.", words)
    return make_input(
        f"{name}Order",
        f"One key by which to sort {name} objects. Objects sort by their name or label, then by"
        " their natural key; texts count without case and accents first, then by their code points,"
        " words of a vocabulary by their letters.",
        {
            "field": (fields, strawberry.field(description="What to sort by.")),
            "direction": (
                SortDirection,
                strawberry.field(
                    default=SortDirection.ASC,
                    description="Which way; groups without a value come last either way.",
                ),
            ),
        },
    )


def group_arguments(order: Any, default_order: str) -> list[StrawberryArgument]:
    """Return the arguments of all lists of groups: filter, orderBy, first, offset."""
    name = "ProgramFilter"
    kept: Any = Annotated[name, strawberry.lazy("graph.types.program")]
    return [
        argument("filter", kept | None, "Which programs to count."),
        argument(
            "order_by", list[order] | None,
            f"How to sort; by default {default_order}. Ties are broken by the dimensions, upwards,"
            " in the order of `by` or of the fields.",
        ),
        argument("first", int | None, "How many groups at most: 100 by default, 1000 at most."),
        argument("offset", int | None, "Number of groups to leave out from the start."),
    ]  # fmt: skip
