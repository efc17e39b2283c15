"""The root fields that change something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import strawberry

from graph.auth import REQUIRES, Role
from graph.mutations import jobs
from graph.mutations.asking import RefusedError, services_of
from graph.mutations.jobs import (
    CancelJobInput,
    CancelJobPayload,
    RefreshWarehouseInput,
    RefreshWarehousePayload,
)
from graph.planner.weights import Cost

Payload = TypeVar("Payload")


def mutation(
    description: str, least: Role, *, weight: int
) -> Callable[[Callable[..., Awaitable[Payload]]], Any]:
    """Return the decorator of a mutation that a role at least may use."""
    made: Callable[[Callable[..., Awaitable[Payload]]], Any] = strawberry.mutation(
        description=description,
        metadata={REQUIRES: least},
        directives=[Cost(weight=str(weight))],
    )
    return made


async def answered(payload: Callable[..., Payload], work: Awaitable[Payload]) -> Payload:
    """Return what work gives, or a payload with the error for which it was refused."""
    try:
        return await work
    except RefusedError as refused:
        return payload(errors=[refused.error])


@strawberry.type(description="What can be changed: simulations and loads that are asked for.")
class Mutation:
    """What can be changed."""

    @mutation(
        "Cancels a job at once. A simulation's results are taken away; what a load has published"
        " stays.",
        Role.SIMULATOR,
        weight=10,
    )
    async def cancel_job(
        self,
        info: strawberry.Info[Any, Any],
        given: Annotated[
            CancelJobInput, strawberry.argument(description="Which job.", name="input")
        ],
    ) -> CancelJobPayload:
        """Cancel a job."""
        role = Role[info.context["role"]]
        return await answered(CancelJobPayload, jobs.cancel_job(services_of(info), given, role))

    @mutation(
        "Asks for a load of program files; a worker runs it, and `jobProgress` follows it.",
        Role.OPERATOR,
        weight=10,
    )
    async def refresh_warehouse(
        self,
        info: strawberry.Info[Any, Any],
        given: Annotated[
            RefreshWarehouseInput, strawberry.argument(description="What to load.", name="input")
        ],
    ) -> RefreshWarehousePayload:
        """Ask for a load."""
        work = jobs.refresh_warehouse(services_of(info), given)
        return await answered(RefreshWarehousePayload, work)
