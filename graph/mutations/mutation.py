"""The root fields that change something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import strawberry

from graph.auth import REQUIRES, Role
from graph.mutations import jobs, simulations
from graph.mutations.asking import RefusedError, services_of
from graph.mutations.jobs import (
    CancelJobInput,
    CancelJobPayload,
    RefreshWarehouseInput,
    RefreshWarehousePayload,
)
from graph.mutations.run_inputs import RunMatchInput, RunWhatIfInput
from graph.mutations.simulations import RunMatchPayload, RunWhatIfPayload
from graph.planner.weights import Cost
from warehouse.vocabulary import SimulationKind

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


async def _simulated(
    info: strawberry.Info[Any, Any],
    payload: Callable[..., Payload],
    given: Any,
    kind: SimulationKind,
) -> Payload:
    """Return the payload of a run that is asked for."""

    async def work() -> Payload:
        asked = await simulations.ask(services_of(info), given, kind, info.schema._schema)
        job_id = None if asked.job_id is None else str(asked.job_id)
        return payload(simulation_id=asked.simulation_id, job_id=job_id)

    return await answered(payload, work())


@strawberry.type(description="What can be changed: simulations and loads that are asked for.")
class Mutation:
    """What can be changed."""

    @mutation(
        "Matches simulated applicants with the programs of an iteration, once or many times. Small"
        " runs are done when the answer comes; long ones are run by a job, which `jobProgress`"
        " follows.",
        Role.SIMULATOR,
        weight=1_000,
    )
    async def run_match(
        self,
        info: strawberry.Info[Any, Any],
        given: Annotated[
            RunMatchInput, strawberry.argument(description="What to match.", name="input")
        ],
    ) -> RunMatchPayload:
        """Run a match."""
        return await _simulated(info, RunMatchPayload, given, SimulationKind.MATCH)

    @mutation(
        "Compares scenarios with the market as it is, over the same simulated applicants and the"
        " same draws. Small runs are done when the answer comes; long ones are run by a job.",
        Role.SIMULATOR,
        weight=1_000,
    )
    async def run_what_if(
        self,
        info: strawberry.Info[Any, Any],
        given: Annotated[
            RunWhatIfInput, strawberry.argument(description="What to compare.", name="input")
        ],
    ) -> RunWhatIfPayload:
        """Run a what-if."""
        return await _simulated(info, RunWhatIfPayload, given, SimulationKind.WHAT_IF)

    @mutation(
        "Cancels a job at once. A simulation's results are taken away; what a load has published"
        " stays. There are no accounts: whoever may run simulations may cancel any of them; loads"
        " are cancelled by operators.",
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
