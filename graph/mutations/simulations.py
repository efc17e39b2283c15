"""Mutations of simulations: checked, then run at once or queued, stored whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import strawberry
from graphql import GraphQLSchema
from pydantic import ValidationError
from strawberry.utils.str_converters import to_camel_case

from graph.mutations.asking import (
    RefusedError,
    UserError,
    UserErrorCode,
    errors_field,
    job_field,
)
from graph.mutations.jobs import check_queue, checked_key, key_reused
from graph.mutations.run_inputs import asked_of, mutation_text, paths_of, refused, request_of
from graph.planner.declare import declared
from graph.planner.sources import KeyOf
from graph.services import Services
from graph.simulating import matches_of
from graph.types.job import Job
from graph.types.simulation import Simulation
from simulation.applying import Setting, apply
from simulation.bridge import OfferedPrograms
from simulation.errors import SimulationError
from simulation.outcome import ENGINE_VERSION
from simulation.parameters import default_parameters
from simulation.runs import RunRequest
from warehouse.masking import mask_contacts
from warehouse.queries import simulations
from warehouse.queries.simulations import Asked, NewSimulation
from warehouse.vocabulary import ApplicantCategory, SimulationKind

LONGEST_NAME = 100


def simulation_field() -> Any:
    """Declare the simulation of a payload, which has its key in ``simulation_id``."""
    return declared(
        KeyOf("simulation_id"),
        "The simulation: done where it was small, else with the job that runs it; null where"
        " nothing was asked for.",
        default=None,
    )


@strawberry.type(description="The match of simulated applicants that was asked for.")
class RunMatchPayload:
    """The match that was asked for."""

    simulation_id: strawberry.Private[int | None] = None
    job_id: strawberry.Private[str | None] = None
    simulation: Simulation | None = simulation_field()
    job: Job | None = job_field("The job that runs it; null where it is done.")
    errors: list[UserError] = errors_field()


@strawberry.type(description="The comparison over simulated applicants that was asked for.")
class RunWhatIfPayload:
    """The comparison that was asked for."""

    simulation_id: strawberry.Private[int | None] = None
    job_id: strawberry.Private[str | None] = None
    simulation: Simulation | None = simulation_field()
    job: Job | None = job_field("The job that runs it; null where it is done.")
    errors: list[UserError] = errors_field()


async def ask(services: Services, given: Any, kind: SimulationKind, schema: GraphQLSchema) -> Asked:
    """Check what is asked for, and run or queue it.

    Raises:
        RefusedError: it cannot be run; nothing was stored.
    """
    asked = asked_of(given)
    key = checked_key(asked.get("idempotency_key"))
    request = _checked(asked, services)
    if request.parameters is None:  # later versions may be calibrated otherwise
        request = request.model_copy(update={"parameters": default_parameters()})
    offered = await _offered(services, asked)
    try:
        offered.check_iterations(request.iterations)
    except SimulationError as error:
        raise refused(error, ("iterations",)) from error
    settings = _settings(asked, request, offered)
    new = _new(asked, request, offered, kind, schema)
    is_small = matches_of(request, settings) <= services.settings.small_run
    is_for_here = is_small and await services.simulator.is_ready()
    async with services.writing() as connection:
        await simulations.forget_old(connection, services.settings.keep_simulations_days)
        before = await simulations.asked_before(connection, key)
        if before is not None:
            return _same(before, new)
        if not is_for_here or services.simulator.is_busy:
            await check_queue(connection, services)
            return _same(await simulations.queue(connection, new), new)
    results = await services.simulator.run(request, offered)
    async with services.writing() as connection:
        return _same(await simulations.add_done(connection, new, results), new)


def _same(found: Asked, new: NewSimulation) -> Asked:
    """Return what was asked for, if it is what is asked for now."""
    if found.digest != new.digest:
        raise key_reused()
    return found


def _checked(asked: dict[str, Any], services: Services) -> RunRequest:
    """Return the request; refuse what is wrong whatever the programs are."""
    try:
        request = request_of(asked)
    except ValidationError as error:
        raise _invalid(error, asked) from error
    most = services.settings.max_replicates
    if request.replicates > most:
        raise RefusedError(
            UserErrorCode.TOO_LARGE, ("replicates",),
            f"{request.replicates} replicates are more than the {most} that may be asked for.",
            "Ask for fewer; intervals shrink with the square root of their number.",
        )  # fmt: skip
    name = asked.get("name", "")
    if len(name) > LONGEST_NAME or mask_contacts(name) != name or "\x00" in name:
        raise RefusedError(
            UserErrorCode.INVALID, ("name",),
            f"The name is longer than {LONGEST_NAME} characters, or no plain name.",
            "Give a short one.",
        )  # fmt: skip
    for path, text in _texts(request.model_dump(mode="json")):
        if mask_contacts(text) != text or "\x00" in text:
            raise RefusedError(
                UserErrorCode.INVALID, _in_input(path, asked),
                "The text looks like an e-mail address or a telephone number, or is no plain text.",
                "Give it another name: simulations are shown to everybody.",
            )  # fmt: skip
    known = set(ApplicantCategory.values())
    for group, one in (request.parameters or default_parameters()).groups.items():
        if one.category not in known:
            raise RefusedError(
                UserErrorCode.UNKNOWN, ("parameters", "groups", group, "category"),
                f"{one.category!r} is no category of applicants.",
                f"Give one of {', '.join(sorted(known))}.",
            )  # fmt: skip
        if group != one.category:  # outcomes are stored by category
            raise RefusedError(
                UserErrorCode.INVALID, ("parameters", "groups", group),
                f"The group of category {one.category!r} has another name.",
                "Name each group as its category, one group for each.",
            )  # fmt: skip
    return request


def _texts(value: Any, *path: str | int) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield all texts of plain values, names of members as well, each with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield (*path, key), key
            yield from _texts(one, *path, key)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            kind = (one["kind"],) if path[-1] == "changes" else ()
            yield from _texts(one, *path, number, *kind)


def _in_input(path: Sequence[str | int], asked: dict[str, Any]) -> tuple[str, ...]:
    """Return the place in the input of a place in the request."""
    words = [to_camel_case(str(part)) for part in path]
    if words[:1] == ["scenarios"] and len(words) > 1:
        given = asked.get("scenarios", [])
        is_added = bool(given) and bool(given[0].get("changes"))
        words[1] = str(int(words[1]) - is_added)
    return tuple(words)


def _invalid(error: ValidationError, asked: dict[str, Any]) -> RefusedError:
    """Return the error for values that the engine does not take, at their place in the input."""
    first = error.errors(include_url=False, include_context=False)[0]
    path = _in_input(first["loc"], asked)
    kind = first["type"]
    code = UserErrorCode.INVALID
    if kind in {"too_long", "less_than_equal", "less_than"}:
        code = UserErrorCode.TOO_LARGE
    elif kind == "value_error":
        code = UserErrorCode.CONTRADICTION
    return RefusedError(
        code, path, f"{first['msg'].removeprefix('Value error, ')}.",
        "Correct the value; the schema describes every member.",
    )  # fmt: skip


async def _offered(services: Services, asked: dict[str, Any]) -> OfferedPrograms:
    try:
        return await services.simulator.programs(asked.get("iteration"), asked.get("data_version"))
    except SimulationError as error:
        path = next((("dataVersion",) for name in ("data_version",) if name in asked), ())
        raise refused(error, path or (("iteration",) if "iteration" in asked else ())) from error


def _settings(
    asked: dict[str, Any], request: RunRequest, offered: OfferedPrograms
) -> list[Setting]:
    """Apply every scenario, so that one that contradicts itself is refused before anything runs."""
    parameters = request.parameters or default_parameters()
    settings: list[Setting] = []
    for scenario, path in zip(request.scenarios, paths_of(asked, request), strict=True):
        try:
            settings.append(apply(scenario, offered.programs, parameters, request.reversions))
        except SimulationError as error:
            raise refused(error, path) from error
    return settings


def _new(
    asked: dict[str, Any],
    request: RunRequest,
    offered: OfferedPrograms,
    kind: SimulationKind,
    schema: GraphQLSchema,
) -> NewSimulation:
    iteration = offered.iteration
    assert request.parameters is not None
    parameters = request.parameters.model_dump(mode="json")
    again = asked | {
        "seed": request.seed,
        "parameters": parameters,
        "iteration": iteration.match_iteration_id,
        "data_version": iteration.data_version,
    }
    name = "runMatch" if kind is SimulationKind.MATCH else "runWhatIf"
    return NewSimulation(
        kind=kind,
        asked={key: value for key, value in asked.items() if key != "idempotency_key"},
        request=request.model_dump(mode="json"),
        parameters=parameters,
        reproduce=mutation_text(schema, name, again),
        seed=request.seed,
        replicates=request.replicates,
        precision=request.precision,
        data_version=iteration.data_version,
        match_iteration_id=iteration.match_iteration_id,
        engine_version=ENGINE_VERSION,
        name=asked.get("name"),
        idempotency_token=asked.get("idempotency_key"),
    )
