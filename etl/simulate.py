"""A simulation that a job runs: read, run in chunks that survive the process, stored whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.errors import SimulationGoneError
from simulation.bridge import OfferedPrograms, read_programs
from simulation.outcome import ENGINE_VERSION
from simulation.results import RunResult
from simulation.runs import RunRequest, run
from simulation.storing import rows_of
from warehouse.engine import Role, connect
from warehouse.jobs import is_connection_lost
from warehouse.queries import simulations
from warehouse.settings import get_settings

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Asked:
    """A simulation that is to be run, and the programs that it runs on."""

    simulation_id: int
    request: RunRequest
    offered: OfferedPrograms


class ChunkFolder(MutableMapping[str, bytes]):
    """Finished chunks of a run as files: a run that was interrupted goes on from there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def __getitem__(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise KeyError(key) from None

    def __setitem__(self, key: str, value: bytes) -> None:
        begun = self._path(f"{key}.new")
        begun.write_bytes(value)
        begun.replace(self._path(key))

    def __delitem__(self, key: str) -> None:
        self._path(key).unlink()

    def __iter__(self) -> Iterator[str]:
        return (path.name for path in self._folder.iterdir() if path.suffix != ".new")

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _path(self, key: str) -> Path:
        return self._folder / key


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


@contextmanager
def kept_chunks(simulation_id: int) -> Iterator[ChunkFolder]:
    """Yield where the chunks of a simulation are kept.

    They go when it ends; they stay where its process is killed or its database lost, so that the
    next attempt goes on from them.
    """
    data = get_settings().data_dir.expanduser()
    folder = data / "simulations" / f"{simulation_id}-{ENGINE_VERSION}"
    try:
        yield ChunkFolder(folder)
    except Exception as error:
        if not is_connection_lost(error):
            shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


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
