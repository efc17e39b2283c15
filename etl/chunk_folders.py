"""Finished chunks of simulations on disk: kept while a job may take them up again, then gone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from simulation.outcome import ENGINE_VERSION
from warehouse.engine import Connection
from warehouse.jobs import is_connection_lost
from warehouse.queries import simulations
from warehouse.settings import get_settings

_NAME: Final = re.compile(r"(\d+)-")
"""Names of folders begin with the number of their simulation."""


def chunk_root() -> Path:
    """Return the folder that holds a folder for each simulation at work."""
    return get_settings().data_dir.expanduser() / "simulations"


class ChunkFolder(MutableMapping[str, bytes]):
    """Finished chunks of a run as files: a run that was interrupted goes on from there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise KeyError(key) from None

    def __setitem__(self, key: str, value: bytes) -> None:
        begun = self._path(f"{key}.new")
        self._folder.mkdir(parents=True, exist_ok=True)  # it goes once somebody cancels the job
        begun.write_bytes(value)
        begun.replace(self._path(key))

    def __delitem__(self, key: str) -> None:
        self._path(key).unlink()

    def __iter__(self) -> Iterator[str]:
        return (path.name for path in self._folder.glob("*") if path.suffix != ".new")

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _path(self, key: str) -> Path:
        return self._folder / key


@contextmanager
def kept_chunks(simulation_id: int) -> Iterator[ChunkFolder]:
    """Yield where the chunks of a simulation are kept.

    They go when it ends; they stay where its process is killed or its database lost, so that the
    next attempt goes on from them.
    """
    folder = chunk_root() / f"{simulation_id}-{ENGINE_VERSION}"
    try:
        yield ChunkFolder(folder)
    except Exception as error:
        if not is_connection_lost(error):
            shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


async def forget_chunks(connection: Connection) -> int:
    """Delete chunks of simulations that have ended; return of how many.

    They are left where a worker was killed and nobody took its job over, because it was cancelled
    before.
    """
    root = chunk_root()
    # Folders first: one that a job makes meanwhile is not among them.
    there = {path: int(n[1]) for path in root.glob("*-*") if (n := _NAME.match(path.name))}
    if not there:
        return 0
    at_work = await simulations.at_work(connection, there.values())
    gone = [path for path, number in there.items() if number not in at_work]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)  # its own worker may be at it as well
    return len(gone)
