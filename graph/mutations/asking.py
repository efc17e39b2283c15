"""What all mutations share: who serves them, ids in their input, and errors as data."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import strawberry

from graph.planner.declare import declared
from graph.planner.globalid import key_of
from graph.planner.sources import TABLE_TYPES, KeyOf
from graph.planner.weights import Cost, assumed
from graph.types.enums import describe

if TYPE_CHECKING:
    from graph.services import Services


class UserErrorCode(StrEnum):
    """What kept a mutation from doing what its input asks."""

    INVALID = "INVALID"
    UNKNOWN = "UNKNOWN"
    CONTRADICTION = "CONTRADICTION"
    TOO_LARGE = "TOO_LARGE"
    NOT_READY = "NOT_READY"
    ALREADY_ENDED = "ALREADY_ENDED"
    KEY_REUSED = "KEY_REUSED"
    BUSY = "BUSY"
    FORBIDDEN = "FORBIDDEN"


describe(
    UserErrorCode,
    {
        "INVALID": "A value that it may not have.",
        "UNKNOWN": "It names something that does not exist.",
        "CONTRADICTION": "Parts of the input contradict each other.",
        "TOO_LARGE": "It asks for more than may be asked for.",
        "NOT_READY": "What it needs is not there yet, such as loaded data.",
        "ALREADY_ENDED": "What it would change has ended.",
        "KEY_REUSED": "The idempotency key belongs to another request.",
        "BUSY": "Too much is asked for at the moment; try again later.",
        "FORBIDDEN": "Whoever asks may not do this.",
    },
)


@strawberry.type(
    description="Why a mutation did not do what its input asks, so that whoever asked can mend it."
)
class UserError:
    """Why a mutation did not do what its input asks."""

    code: UserErrorCode = strawberry.field(
        description="Kind of error.", directives=[Cost(weight="1")]
    )
    path: list[str] = strawberry.field(
        description="Where in the arguments, from `input` on; numbers count from 0.",
        directives=[Cost(weight="2")],
    )
    message: str = strawberry.field(description="What is wrong.", directives=[Cost(weight="4")])
    how_to_fix: str = strawberry.field(description="What to do.", directives=[Cost(weight="4")])


class RefusedError(Exception):
    """Raised out of a mutation's work; becomes an error of its payload."""

    def __init__(self, code: UserErrorCode, path: tuple[str, ...], message: str, fix: str) -> None:
        super().__init__(message)
        self.error = UserError(code=code, path=["input", *path], message=message, how_to_fix=fix)


def errors_field() -> Any:
    """Declare the errors of a payload."""
    return strawberry.field(
        description=f"Why nothing was done; empty where it was. {assumed(1).sentence}",
        directives=[Cost(weight="1"), assumed(1)],
        default_factory=list,
    )


def job_field(description: str) -> Any:
    """Declare the job of a payload, which has its key in ``job_id``."""
    return declared(KeyOf("job_id"), description, default=None)


def services_of(info: strawberry.Info[Any, Any]) -> Services:
    """Return what serves the operation at work."""
    services: Services = info.context["services"]
    return services


def key_argument(given: str, kind: str, argument: str) -> UUID:
    """Return the key in a global id of a job.

    Raises:
        BadUserInputError: it is no global id of the type.
    """
    return UUID(key_of(given, TABLE_TYPES[kind], argument)[0])
