"""What fields weigh: the directives ``@cost`` and ``@listSize`` on every field of the SDL.

A unit of cost stands for up to 64 bytes of an answer's JSON and the work to make them. A field
counts with its weight as often as its value can occur: once for every row of every list around
it, and once for every item if it is a list itself. A row therefore costs one at least, and a
number, a word or a name one more. Weights and assumed sizes were measured on the 815 programs of
iteration 1503: nine of ten lists are no longer than their assumed size, nine of ten texts no
longer than their weight, and for the texts of sections those of the longest kinds were taken. So
64 times its cost bounds the bytes of an answer (a test measures it on the real files), and the
greatest cost that a request may have bounds its memory: 500,000 units are 32 MB.

The directives' names and arguments are those of IBM's GraphQL cost directives.
"""

from __future__ import annotations

from typing import Any, Final

import strawberry
from graphql import GraphQLField
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

UNIT_BYTES: Final = 64
"""Bytes of JSON that a unit of cost stands for."""
ASSUMED_SIZE: Final = 10
"""Rows of a list of which nothing is declared."""
PAGE_SIZE: Final = 20
"""Rows of a page where its size is not given."""
LARGEST_PAGE: Final = 100
"""Most rows of a page; more are refused by the planner, in the words of the argument."""
LARGEST_LIST: Final = 1_000
"""Most rows of any other list."""
TOTAL: Final = 10
"""Weight of a figure over all rows of a list: little to send, but every row is read."""


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="What the field adds to the cost of an operation every time that its value can"
    " occur in the answer. A unit stands for up to 64 bytes of JSON.",
)
class Cost:
    """What a field adds to the cost of an operation."""

    weight: str = strawberry.field(description="A number.")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How many items of the list the cost of an operation counts.",
)
class ListSize:
    """How many items of a list count (members by name: the schema's text is sorted)."""

    assumed_size: int | None = strawberry.field(
        default=strawberry.UNSET, description="The number where no argument gives it."
    )
    require_one_slicing_argument: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether one of the arguments must be given."
    )
    sized_fields: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Fields of the value that are the lists, where the value itself is none.",
    )
    slicing_arguments: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Arguments that give the number, or a list of which each item finds one.",
    )
    is_most = False  # not annotated: no argument of the directive
    """Whether the assumed size counts even where an argument allows more."""

    @property
    def sentence(self) -> str:
        """What the description of the field says of it."""
        arguments = " or ".join(f"`{name}`" for name in self.slicing_arguments or ())
        if not arguments:
            return f"Counts {self.assumed_size} times in the cost."
        if not self.assumed_size:
            return f"Counts once for each of {arguments} in the cost."
        if self.is_most:
            return f"Counts as often as {arguments} says in the cost, {self.assumed_size} at most."
        otherwise = f"{self.assumed_size} times where not given"
        return f"Counts as often as {arguments} says in the cost, {otherwise}."


def assumed(size: int) -> ListSize:
    """Return the size of a list that no argument cuts."""
    return ListSize(assumed_size=size)


def listed(size: int, *arguments: str) -> ListSize:
    """Return the size of a list that is whole unless ``first`` cuts it.

    Args:
        size: Assumed size of the whole list.
        arguments: Further arguments in the graph's words, each a list of what rows may be: one
            row for each item.
    """
    of_list = ListSize(
        assumed_size=size,
        slicing_arguments=["first", *arguments],
        require_one_slicing_argument=False,
    )
    of_list.is_most = True
    return of_list


def first_of(size: int) -> ListSize:
    """Return the size of a list that shows ``size`` rows unless ``first`` says how many."""
    return ListSize(
        assumed_size=size, slicing_arguments=["first"], require_one_slicing_argument=False
    )


def one_for_each(argument: str) -> ListSize:
    """Return the size of a list with one item for each of an argument that is a list."""
    return ListSize(slicing_arguments=[argument])


def of_members(argument: str, *fields: str) -> ListSize:
    """Return the size of the lists ``fields`` of a value: one item for each of an argument."""
    return ListSize(sized_fields=list(fields), slicing_arguments=[argument])


def paged() -> ListSize:
    """Return the size of a connection."""
    return ListSize(
        assumed_size=PAGE_SIZE,
        slicing_arguments=["first", "last"],
        sized_fields=["edges", "nodes"],
        require_one_slicing_argument=False,
    )


def weight_of(definition: GraphQLField) -> int:
    """Return the weight of a field; one where none is declared."""
    for directive in _directives(definition):
        if isinstance(directive, Cost):
            return int(directive.weight)
    return 1


def size_of(definition: GraphQLField) -> ListSize | None:
    """Return what is declared of the size of a field's list."""
    for directive in _directives(definition):
        if isinstance(directive, ListSize):
            return directive
    return None


def _directives(definition: GraphQLField) -> list[Any]:
    origin = definition.extensions.get("strawberry-definition")
    return origin.directives if isinstance(origin, StrawberryField) else []
