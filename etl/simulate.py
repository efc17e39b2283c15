"""A simulation that a job runs: read, run in chunks that survive the process, stored whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from etl.chunk_folders import ChunkFolder
from etl.errors import SimulationGoneError
from simulation.bridge import OfferedPrograms, read_programs
from simulation.results import RunResult
from simulation.runs import RunRequest, run
from simulation.storing import rows_of
from warehouse.engine import Role, connect
from warehouse.queries import simulations
from warehouse.settings import get_settings

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Asked:
    """A simulation that is to be run, and the programs that it runs on."""

    simulation_id: int
    request: RunRequest
    offered: OfferedPrograms


async def read(simulation_id: int) -> Asked:
    """Return a simulation that is to be run.

    Raises:
        SimulationGoneError: there is none of this number.
        NoProgramsError: the programs that it was asked for with are no longer there.
    """
    async with connect(Role.OWNER) as connection:
        stored = await simulations.read(connection, simulation_id)
        if stored is None:
            raise SimulationGoneError(
                f"There is no simulation {simulation_id}.", "Ask for it again."
            )
        row = stored.row
        offered = await read_programs(
            connection, row["match_iteration_id"], row["data_version_number"]
        )
    return Asked(simulation_id, RunRequest.of(row["request"]), offered)


def simulate(asked: Asked, chunks: ChunkFolder, progress: Progress) -> RunResult:
    """Run a simulation; chunks that are there already are not run again.

    Raises:
        SimulationError: the request contradicts the programs.
        JobCancelledError: somebody cancelled; raised by ``progress``.
    """
    done = [0, asked.request.replicates]

    def on_progress(number: int, of: int) -> None:
        done[:] = number, of
        progress("match", number, of)

    def is_cancelled() -> bool:
        progress("match", *done)
        return False

    return run(
        asked.request,
        asked.offered.programs,
        on_progress,
        is_cancelled,
        data_version=str(asked.offered.iteration.data_version),
        stored=chunks,
    )


async def store(asked: Asked, result: RunResult) -> dict[str, Any]:
    """Store what came out, unless the job was cancelled meanwhile, and return the job's result."""
    async with connect(Role.OWNER) as connection:
        is_stored = await simulations.store(connection, asked.simulation_id, rows_of(result))
        await simulations.forget_old(connection, get_settings().keep_simulations_days)
    return {
        "simulation": asked.simulation_id,
        "replicates": result.replicates,
        "is_stored": is_stored,
    }
