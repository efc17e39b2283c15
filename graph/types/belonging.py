"""What is common to the parts of a program version: the program that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import strawberry

from graph.planner.declare import to_one
from graph.planner.sources import Owner, ToOne

if TYPE_CHECKING:
    from graph.types.program import Program

OF_PROGRAM: Final = Owner(
    "program", "Program", ToOne((("program_key", "program_key"),), is_sortable=False)
)
"""A part of a program version holds when the version does."""
ItsProgram = Annotated["Program", strawberry.lazy("graph.types.program")]


def its_program() -> Any:
    """Declare the program that a part belongs to."""
    return to_one(
        *OF_PROGRAM.relation.keys,
        description="The program, in the version at hand.",
        is_sortable=False,
    )
