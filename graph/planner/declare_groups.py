"""The words in which types of groups are declared: dimensions, measures, and lists of groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, dataclass_transform

import strawberry
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryList
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from graph.planner.declare import declared
from graph.planner.derived import (
    GROUP_TYPES,
    Breakdown,
    Dimension,
    GroupList,
    GroupTotals,
    GroupType,
    Measure,
    Share,
)
from graph.planner.sources import SOURCE
from graph.planner.weights import assumed, first_of

Class = TypeVar("Class", bound=type)
Term = Dimension | Measure | Share


def dimension(path: str, description: str, *, sort: str | None = None) -> Any:
    """Declare a field by which rows are grouped.

    Args:
        path: Where the rows have it, in the graph's words (``site.province``).
        description: What it is.
        sort: The column of a related row by which groups are sorted before its natural key.
    """
    return declared(Dimension(path, sort), description)


def measure(sql: str, description: str) -> Any:
    """Declare an aggregate over the rows of a group; the SQL writes paths in braces."""
    return declared(Measure(sql), description)


def share(description: str) -> Any:
    """Declare the share, 0 to 1, of the owners of rows that have rows in a group.

    The owners are those that the list is over, with the group's values in their own dimensions.
    """
    return declared(Share(), description)


def totals(description: str) -> Any:
    """Declare the aggregates of a group, of the kind that connections have."""
    return declared(GroupTotals(), description)


def breakdown(description: str) -> Any:
    """Declare the groups of a group by the dimensions of another type of groups."""
    return declared(Breakdown(), description, size=assumed(3))


def group_list(
    description: str,
    arguments: Sequence[StrawberryArgument],
    *,
    flags: Mapping[str, str] | None = None,
) -> Any:
    """Declare a list of groups; ``flags`` are arguments that add a dimension (argument: field)."""
    return declared(GroupList(flags or {}), description, arguments, size=first_of(100))


@dataclass_transform(kw_only_default=True)
def group_type(
    over: str,
    *,
    default_order: Sequence[tuple[str, bool]] = (),
    terms: Mapping[str, Measure] | None = None,
    description: str,
) -> Callable[[Class], Class]:
    """Make a class a type of groups of the rows of a table type.

    Args:
        over: Name of the table type.
        default_order: Words of the default order, each with whether it is descending; the
            dimensions follow anyway.
        terms: Further words to sort by.
        description: What one group is.
    """

    def declare(cls: Class) -> Class:
        fields = {n: field for n, field in vars(cls).items() if isinstance(field, StrawberryField)}
        made = strawberry.type(cls, description=description)
        words: dict[str, Term] = dict(terms or {})
        dimensions: dict[str, str] = {}
        for name, field in fields.items():
            source = field.metadata.get(SOURCE)
            if isinstance(source, Dimension):
                dimensions[name.upper()] = field.graphql_name or to_camel_case(name)
            if isinstance(source, Term) and not isinstance(field.type, StrawberryList):
                words[name.upper()] = source
        kind = GroupType(cls.__name__, over, dimensions, words, tuple(default_order))
        GROUP_TYPES[kind.name] = kind
        return made

    return declare
