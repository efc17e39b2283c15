"""The load, phase by phase; bulk loading against its peers; and how it scales.

    python -m benchmarks.load                 everything (the 100-fold load takes minutes)
    python -m benchmarks.load --phases        the whole load, phase by phase
    python -m benchmarks.load --bulk          the same rows by our writer, pandas.to_sql, bare COPY
    python -m benchmarks.load --scale 1 10    1 and 10 times the programs, short documents

Everything runs on an embedded server in a temporary folder; what you have loaded is not touched.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

PROGRAMS = 815
ROUNDS = 5
MEMORY_LIMIT_GIB = 1.5

console = Console(highlight=False)


def main() -> None:
    """Run what the arguments ask for."""
    arguments = _arguments()
    if arguments.child:
        asyncio.run(_child(arguments.child))
        return
    with tempfile.TemporaryDirectory(prefix="rgb", dir="/tmp") as folder:
        os.environ["RESIDENCY_DATA_DIR"] = folder
        os.environ.pop("RESIDENCY_DATABASE_URL", None)
        from warehouse import embedded
        from warehouse.settings import get_settings

        everything = not (arguments.phases or arguments.bulk or arguments.scale)
        try:
            if arguments.phases or everything:
                phases()
            if arguments.bulk or everything:
                asyncio.run(bulk())
            if arguments.scale or everything:
                scale(arguments.scale or [1, 10, 100])
        finally:
            embedded.stop(get_settings().postgres_dir)


def phases() -> None:
    """Load the real files, or the sample of the same size, and print every phase."""
    shared = Path(os.environ.get("RESIDENCY_SHARED", "../shared")) / "data" / "carms"
    source = str(shared) if shared.exists() else f"sample:{PROGRAMS}"
    measured = _measure({"source": source, "short": False})
    table = Table("phase", "seconds", "ms per program", title=f"Load of {measured['what']}")
    for name, seconds in measured["phases"].items():
        table.add_row(name, f"{seconds:.2f}", f"{seconds * 1000 / measured['programs']:.2f}")
    console.print(table)
    console.print(
        f"{measured['programs']} programs, peak memory {measured['peak_gib']:.2f} GiB"
        f" ({measured['peak_gib'] / MEMORY_LIMIT_GIB:.2f} of the limit of {MEMORY_LIMIT_GIB} GiB)"
    )


async def bulk() -> None:
    """Load the same evidence rows three ways, alternating, and print the ratios of medians."""
    import pandas as pd
    from sqlalchemy import create_engine

    from warehouse.engine import database_url, owner_connection
    from warehouse.migrate import upgrade
    from warehouse.queries.staging import COLUMNS, StagingWriter

    await upgrade()
    table, columns = "program_evidence", COLUMNS["program_evidence"]
    rows = [_evidence_row(number) for number in range(60_000)]
    mappings = [dict(zip(columns, row, strict=True)) for row in rows]
    frame = pd.DataFrame(rows, columns=list(columns))
    url = database_url().replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)

    async def ours() -> None:
        async with owner_connection() as connection, StagingWriter(connection) as writer:
            for mapping in mappings:
                await writer.write(table, mapping)

    async def bare_copy() -> None:
        async with owner_connection() as connection:
            await connection.copy_records_to_table(
                table, schema_name="staging", columns=columns, records=rows
            )

    async def pandas_to_sql() -> None:
        frame.to_sql(table, engine, schema="staging", if_exists="append", index=False)

    ways: dict[str, Callable[[], Any]] = {
        "ours": ours, "bare COPY": bare_copy, "pandas.to_sql": pandas_to_sql,
    }  # fmt: skip
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            async with owner_connection() as connection:
                await connection.execute(f"TRUNCATE staging.{table}")
            start = time.perf_counter()
            await way()
            seconds[name].append(time.perf_counter() - start)
    engine.dispose()
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    result = Table(
        "way",
        "seconds (median)",
        "rows per second",
        "ratio to ours",
        title=f"{len(rows)} evidence rows, {ROUNDS} alternating rounds",
    )
    for name, median in medians.items():
        result.add_row(
            name, f"{median:.3f}", f"{len(rows) / median:,.0f}", f"{median / medians['ours']:.2f}"
        )
    console.print(result)


def scale(factors: list[int]) -> None:
    """Load 1, 10, 100 … times the programs with short documents, each in a process of its own."""
    table = Table(
        "programs",
        "seconds",
        "ms per program",
        "ratio to the first",
        "peak GiB",
        "of the limit",
        title="Scaling, short documents",
    )
    first = 0.0
    for factor in factors:
        measured = _measure({"source": f"sample:{PROGRAMS * factor}", "short": True})
        load_seconds = sum(measured["phases"].values())
        each = load_seconds * 1000 / measured["programs"]
        first = first or each
        table.add_row(
            str(measured["programs"]),
            f"{load_seconds:.1f}",
            f"{each:.2f}",
            f"{each / first:.2f}",
            f"{measured['peak_gib']:.2f}",
            f"{measured['peak_gib'] / MEMORY_LIMIT_GIB:.2f}",
        )
    console.print(table)


def _measure(task: dict[str, Any]) -> dict[str, Any]:
    """Run one load in a fresh process on a fresh server, so that its peak memory is its own."""
    from warehouse import embedded

    with tempfile.TemporaryDirectory(prefix="rgb", dir="/tmp") as folder:
        environment = {**os.environ, "RESIDENCY_DATA_DIR": folder}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.load", "--child", json.dumps(task)],
                env=environment,
                stdout=subprocess.PIPE,
                check=True,
                text=True,
            )
        finally:
            embedded.stop(Path(folder) / "postgres")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


async def _child(task_text: str) -> None:
    """Load once and print the seconds of each phase and this process's peak memory."""
    from etl import refresh
    from etl.sources.carms.files import find_source_files
    from warehouse.migrate import upgrade
    from warehouse.settings import get_settings

    task = json.loads(task_text)
    await upgrade()
    folder = Path(task["source"])
    if task["source"].startswith("sample:"):
        folder = get_settings().data_dir / "files"
        size = int(task["source"].removeprefix("sample:"))
        # Generated in a process of its own: its memory is not the load's.
        command = [sys.executable, "-m", "residency", "sample", str(folder)]
        command += ["--programs", str(size), *(["--short"] if task["short"] else [])]
        subprocess.run(command, check=True)
    request = refresh.RefreshRequest(str(folder))
    seconds: dict[str, float] = {}

    async def timed(name: str, work: Any) -> Any:
        start = time.perf_counter()
        result = await work
        seconds[name] = time.perf_counter() - start
        return result

    run = await refresh.begin(request)
    start = time.perf_counter()
    files = find_source_files(folder)
    seconds["find and digest files"] = time.perf_counter() - start
    landed = await timed("land", refresh.land(run, request, files))
    staged = await timed("stage (check, parse, COPY)", refresh.stage(landed))
    await timed("check", refresh.check(staged))
    await timed("publish", refresh.publish_load(staged))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    what = "the sample" if task["source"].startswith("sample:") else "the real files"
    print(
        json.dumps({"what": what, "programs": staged.rows_in, "phases": seconds, "peak_gib": peak})
    )


def _evidence_row(number: int) -> tuple[Any, ...]:
    """Return a made-up evidence row of typical length."""
    return (
        1503,
        26_000 + number // 70,
        number % 70,
        "REQUIREMENTS",
        number,
        f"program_documents/1503-{26_000 + number // 70}/page_content",
        "SUPPORTING_DOCUMENTATION",
        number,
        number + 120,
        "A line of evidence. " * 6,
        "1",
    )


def _arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--phases", action="store_true")
    parser.add_argument("--bulk", action="store_true")
    parser.add_argument("--scale", nargs="+", type=int, metavar="FACTOR")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
