"""What the plain Strawberry server of the benchmark takes: filters, orders and keys, as ours."""

# ruff: noqa: D101 - the types say what ours say, and nobody reads this schema
from __future__ import annotations

from enum import Enum

import strawberry


@strawberry.input
class IntFilter:
    eq: int


@strawberry.input
class UniversityFilter:
    code: IntFilter


@strawberry.input
class ProgramFilter:
    university: UniversityFilter


@strawberry.enum
class ProgramOrderField(Enum):
    QUOTA = "f.quota"


@strawberry.enum
class Direction(Enum):
    ASC = "ASC"
    DESC = "DESC"


@strawberry.input
class ProgramOrder:
    field: ProgramOrderField
    direction: Direction


@strawberry.input
class ProgramKey:
    iteration: int
    program_stream_id: int


@strawberry.input
class ProgramBy:
    key: ProgramKey
