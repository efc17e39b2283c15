"""Inputs that name one object: by its global id, or by a key of its own."""

from __future__ import annotations

from typing import Any

import strawberry

GLOBAL_ID = "Global id."


def key(description: str) -> Any:
    """Return a member of an input of which exactly one is given."""
    return strawberry.field(default=strawberry.UNSET, description=description)


@strawberry.input(description="The natural key of a program.")
class ProgramKey:
    """The natural key of a program."""

    iteration: int = strawberry.field(description="Number of the match iteration.")
    program_stream_id: int = strawberry.field(description="Number of the program stream.")


@strawberry.input(one_of=True, description="How to find a program; exactly one member.")
class ProgramBy:
    """How to find a program."""

    id: strawberry.ID | None = key(GLOBAL_ID)
    key: ProgramKey | None = key("Iteration and program stream id.")


@strawberry.input(one_of=True, description="How to find a university; exactly one member.")
class UniversityBy:
    """How to find a university."""

    id: strawberry.ID | None = key(GLOBAL_ID)
    code: int | None = key("The match's code of the school.")
    name: str | None = key("Name as the master file writes it.")


@strawberry.input(one_of=True, description="How to find a discipline; exactly one member.")
class DisciplineBy:
    """How to find a discipline."""

    id: strawberry.ID | None = key(GLOBAL_ID)
    discipline_id: int | None = key("Number of the discipline in the match's own systems.")
    name: str | None = key("English name.")
