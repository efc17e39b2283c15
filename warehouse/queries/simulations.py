"""Simulations: asked for once, run by a job or at once, stored whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from warehouse import jobs
from warehouse.queries.simulation_results import (
    Results,
    Row,
    decoded,
    delete_results,
    read_results,
    write_results,
)
from warehouse.vocabulary import JobKind, JobStatus, SimulationKind


@dataclass(frozen=True)
class NewSimulation:
    """What is asked for; ``request`` and the data version decide the result.

    ``asked`` is the input as it was given: a repeated request is the same in it.
    """

    kind: SimulationKind
    asked: Mapping[str, Any]
    request: Mapping[str, Any]
    parameters: Mapping[str, Any]
    reproduce: str
    seed: int
    replicates: int
    data_version: int
    match_iteration_id: int
    engine_version: str
    precision: float | None = None
    name: str | None = None
    idempotency_token: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of what was asked: the same for a repeated request."""
        text = json.dumps([self.kind, self.asked], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Asked:
    """A simulation that was asked for, now or before with the same idempotency key."""

    simulation_id: int
    job_id: UUID | None
    is_new: bool
    digest: str


@dataclass(frozen=True)
class Stored:
    """A simulation as it is stored; ``results`` are None until it has succeeded."""

    row: Row
    results: Results | None


_FOUND: Final = "SELECT simulation_id, job_id, request_digest FROM simulation.simulation"


async def asked_before(connection: asyncpg.Connection, key: str | None) -> Asked | None:
    """Return the simulation that was asked for with an idempotency key; None for none."""
    if key is None:
        return None
    row = await connection.fetchrow(f"{_FOUND} WHERE idempotency_token = $1", key)
    return None if row is None else Asked(row[0], row[1], False, row[2])


async def queue(connection: asyncpg.Connection, new: NewSimulation) -> Asked:
    """Store a simulation with the job that will run it, unless it was asked for before."""
    async with connection.transaction():
        simulation_id = await _insert(connection, new, JobStatus.QUEUED)
        if simulation_id is None:
            return await _before(connection, new)
        job_id = await jobs.enqueue(
            connection, JobKind.RUN_SIMULATION, {"simulation_id": simulation_id}
        )
        await connection.execute(
            "UPDATE simulation.simulation SET job_id = $2 WHERE simulation_id = $1",
            simulation_id, job_id,
        )  # fmt: skip
    return Asked(simulation_id, job_id, True, new.digest)


async def add_done(connection: asyncpg.Connection, new: NewSimulation, results: Results) -> Asked:
    """Store a simulation that was run already, whole, unless it was asked for before."""
    async with connection.transaction():
        simulation_id = await _insert(connection, new, JobStatus.SUCCEEDED)
        if simulation_id is None:
            return await _before(connection, new)
        await write_results(connection, simulation_id, new.data_version, results)
    return Asked(simulation_id, None, True, new.digest)


async def store(connection: asyncpg.Connection, simulation_id: int, results: Results) -> bool:
    """Store the results of a simulation whose job runs; False where it does not (any more).

    The job is held meanwhile: cancelling waits until the results are there, and takes them away.
    """
    async with connection.transaction():
        row = await connection.fetchrow(
            "SELECT s.data_version_number FROM simulation.simulation s"
            " JOIN ops.job j USING (job_id)"
            " WHERE s.simulation_id = $1 AND j.status = $2 FOR UPDATE OF j, s",
            simulation_id, JobStatus.RUNNING,
        )  # fmt: skip
        if row is None:
            return False
        await delete_results(connection, simulation_id)
        await write_results(connection, simulation_id, row[0], results)
    return True


async def cancel(connection: asyncpg.Connection, job_id: UUID) -> bool:
    """Cancel a job, with the results of its simulation; False where there is nothing to cancel."""
    async with connection.transaction():
        is_cancelled = await jobs.cancel(connection, job_id)
        if is_cancelled:
            found = await connection.fetchval(
                "SELECT simulation_id FROM simulation.simulation WHERE job_id = $1", job_id
            )
            if found is not None:
                await delete_results(connection, found)
    return is_cancelled


async def forget_old(connection: asyncpg.Connection, days: int) -> int:
    """Delete simulations that ended more than ``days`` days ago; return how many."""
    status: str = await connection.execute(
        "DELETE FROM simulation.simulation"
        " WHERE coalesce(finished_at, created_at) < now() - make_interval(days => $1)"
        " AND status <> ALL ($2::text[])",
        days, [JobStatus.QUEUED, JobStatus.RUNNING],
    )  # fmt: skip
    return int(status.removeprefix("DELETE "))


async def at_work(connection: asyncpg.Connection, numbers: Iterable[int]) -> set[int]:
    """Return which of these simulations wait or run."""
    rows = await connection.fetch(
        "SELECT simulation_id FROM simulation.simulation"
        " WHERE simulation_id = ANY ($1::bigint[]) AND status = ANY ($2::text[])",
        list(numbers), [JobStatus.QUEUED, JobStatus.RUNNING],
    )  # fmt: skip
    return {row[0] for row in rows}


async def read_row(connection: asyncpg.Connection, simulation_id: int) -> Row | None:
    """Return a simulation without its results; None where there is none."""
    row = await connection.fetchrow(
        "SELECT * FROM simulation.simulation WHERE simulation_id = $1", simulation_id
    )
    return None if row is None else decoded("simulation", row)


async def read(
    connection: asyncpg.Connection, simulation_id: int, *, matches: bool = False
) -> Stored | None:
    """Return a simulation with its results; None where there is none.

    Args:
        connection: Of whoever may read.
        simulation_id: Its number.
        matches: Whether to read applicants and their applications, too.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        found = await read_row(connection, simulation_id)
        if found is None:
            return None
        if found["status"] != JobStatus.SUCCEEDED:
            return Stored(found, None)
        results = await read_results(connection, simulation_id, matches=matches)
    return Stored(found, Results(results, found["replicates_done"] or 0))


# -- writing -----------------------------------------------------------------------------------


async def _insert(
    connection: asyncpg.Connection, new: NewSimulation, status: JobStatus
) -> int | None:
    """Insert a simulation; None where its idempotency key is known."""
    values = {
        "kind": new.kind,
        "name": new.name,
        "status": status,
        "request": json.dumps(new.request),
        "request_digest": new.digest,
        "idempotency_token": new.idempotency_token,
        "reproduce": new.reproduce,
        "parameters": json.dumps(new.parameters),
        "seed": new.seed,
        "replicates": new.replicates,
        "precision": new.precision,
        "data_version_number": new.data_version,
        "match_iteration_id": new.match_iteration_id,
        "engine_version": new.engine_version,
    }
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    found: int | None = await connection.fetchval(
        f"INSERT INTO simulation.simulation ({', '.join(values)}) VALUES ({places})"
        " ON CONFLICT (idempotency_token) DO NOTHING RETURNING simulation_id",
        *values.values(),
    )
    return found


async def _before(connection: asyncpg.Connection, new: NewSimulation) -> Asked:
    found = await asked_before(connection, new.idempotency_token)
    assert found is not None, "only a known key keeps a simulation from being inserted"
    return found
