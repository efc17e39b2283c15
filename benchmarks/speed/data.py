"""The warehouses to measure on: the real files (or the sample), and many generated programs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from warehouse import embedded
from warehouse.engine import Role, connect, database_url
from warehouse.settings import Settings

HERE = Path(__file__).parent
VIEWS = HERE.parent / "postgraphile" / "views.sql"
GENERATED = HERE / "generated.sql"
SAMPLE_PROGRAMS = 815
SAMPLED_PROGRAMS = 200
"""How many programs are asked for one by one."""


@dataclass(frozen=True)
class University:
    """A university by the keys that the servers know it by, and its number of programs."""

    code: int
    key: int
    programs: int


@dataclass(frozen=True)
class Warehouse:
    """A loaded warehouse on an embedded server that runs."""

    name: str
    folder: Path
    iteration: int
    programs: int
    streams: Sequence[int]
    """Some program stream ids, spread over all."""
    universities: Sequence[University]
    postgres_version: str

    @property
    def environment(self) -> dict[str, str]:
        """Environment of a process that works on it."""
        return environment_of(self.folder)

    @property
    def connection(self) -> dict[str, str]:
        """Host, user and database of a reading connection."""
        parts = urlsplit(database_url(Settings(data_dir=self.folder), Role.READER))
        host = parse_qs(parts.query)["host"][0]
        return {"host": host, "user": parts.username or "", "database": parts.path.lstrip("/")}

    @property
    def postmaster(self) -> int:
        """Process id of the server."""
        found = embedded.status(self.folder / "postgres").process_id
        assert found is not None, "the benchmark itself keeps the server up"
        return found


def environment_of(folder: Path) -> dict[str, str]:
    """Return the environment in which ``folder`` is the data folder, with default settings."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith("RESIDENCY_")}
    return kept | {"RESIDENCY_DATA_DIR": str(folder)}


async def load_real(folder: Path) -> Warehouse:
    """Load the real files, or the sample where they are not there."""
    shared = Path(os.environ.get("RESIDENCY_SHARED", "../shared")) / "data" / "carms"
    name = f"real files ({SAMPLE_PROGRAMS} programs)"
    source = ["--source", str(shared)]
    if not shared.is_dir():
        name = f"sample ({SAMPLE_PROGRAMS} programs)"
        source = ["--programs", str(SAMPLE_PROGRAMS)]
    if not _is_loaded(folder):
        _residency(folder, "load", *source)
        await _execute(folder, VIEWS.read_text())
        await _settle(folder)
    return await _warehouse(name, folder)


async def load_generated(folder: Path, programs: int) -> Warehouse:
    """Load a sample for its dimensions, and put generated programs in the place of its own."""
    if not _is_loaded(folder):
        files = folder / "files"
        _residency(folder, "sample", str(files), "--programs", str(SAMPLE_PROGRAMS), "--short")
        _residency(folder, "load", "--source", str(files))
        await _execute(folder, VIEWS.read_text())
        size = f"SET benchmark.programs = {programs};"
        await _execute(folder, f"BEGIN; {size} {GENERATED.read_text()} COMMIT;")
        await _settle(folder)
    return await _warehouse(f"{programs:,} generated programs", folder)


def stop(folder: Path) -> None:
    """Stop the embedded server of a folder."""
    embedded.stop(folder / "postgres")


def _is_loaded(folder: Path) -> bool:
    return (folder / "benchmark-ready").exists()


async def _settle(folder: Path) -> None:
    """Do what the server's own housekeeping does within a minute or two of a load."""
    await _execute(folder, "VACUUM (ANALYZE)")
    (folder / "benchmark-ready").touch()


def _residency(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "residency", *arguments]
    subprocess.run(command, env=environment_of(folder), stdout=subprocess.DEVNULL, check=True)


async def _execute(folder: Path, script: str) -> None:
    async with connect(Role.OWNER, Settings(data_dir=folder)) as connection:
        await connection.execute(script)


async def _warehouse(name: str, folder: Path) -> Warehouse:
    async with connect(Role.OWNER, Settings(data_dir=folder)) as connection:
        iteration: int = await connection.fetchval(
            "SELECT match_iteration_id FROM ops.data_version ORDER BY number DESC LIMIT 1"
        )
        streams = await connection.fetch(
            "SELECT program_stream_id FROM peer.program WHERE match_iteration_id = $1"
            " ORDER BY md5(program_stream_id::text) LIMIT $2",
            iteration,
            SAMPLED_PROGRAMS,
        )
        universities = await connection.fetch(
            "SELECT u.code, u.university_key AS key, count(*) AS programs"
            " FROM peer.program JOIN peer.university u USING (university_key)"
            " GROUP BY 1, 2 ORDER BY 1"
        )
        version: str = await connection.fetchval("SHOW server_version")
        programs: int = await connection.fetchval("SELECT count(*) FROM peer.program")
    return Warehouse(
        name,
        folder,
        iteration,
        programs,
        tuple(row["program_stream_id"] for row in streams),
        tuple(University(**row) for row in universities),
        version,
    )
