"""The graph's speed beside PostGraphile 5 and a plain Strawberry server.

    python -m benchmarks.graph                 everything, some twelve minutes
    python -m benchmarks.graph --real          only the real files (or the sample of that size)
    python -m benchmarks.graph --generated     only 50,000 generated programs
    python -m benchmarks.graph --quick         fewer and shorter rounds, for a first look
    python -m benchmarks.graph --data FOLDER   keep the loaded warehouses there for the next run

Each server is one process on the same PostgreSQL, with the same rows. Answers are compared before
anything is timed. Servers take turns, in the other order every other round; figures are ratios of
the same round. docs/benchmarks.md says what they mean. Results go to benchmarks/results/ too.
Needs Linux, and a network for PostGraphile's packages the first time.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import os
import platform
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.speed import data, report, servers
from benchmarks.speed.ceiling import ceiling
from benchmarks.speed.data import Warehouse
from benchmarks.speed.measuring import Cell, Load, Patience, cold, compare, quietest_cell
from benchmarks.speed.processes import resident_mib
from benchmarks.speed.questions import Question, questions
from benchmarks.speed.shares import shares

RESULTS = Path(__file__).parent / "results"
GENERATED_PROGRAMS = 50_000
CONNECTIONS = 16
SWEEP = (1, 4, 16, 64)
NAMES = ("Q1", "Q2", "Q2t", "Q3")
CEILING_BYTES = (3_000, 50_000, 140_000)

console = Console(highlight=False)


def main() -> None:
    """Run what the arguments ask for."""
    arguments = _arguments()
    # A terminated run ends its servers too.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    os.environ.pop("RESIDENCY_DATABASE_URL", None)
    servers.install_postgraphile()
    result: dict[str, Any] = {"machine": _machine(), "settings": vars(arguments) | {"data": None}}
    result["ceiling"] = _ceilings(arguments.seconds)
    both = not (arguments.real or arguments.generated)
    with ExitStack() as stack:
        folder = arguments.data
        if folder is None:
            made = tempfile.TemporaryDirectory(prefix="rgb", dir="/tmp")
            folder = Path(stack.enter_context(made))
        stack.callback(data.stop, folder / "generated")
        stack.callback(data.stop, folder / "real")
        if arguments.real or both:
            warehouse = asyncio.run(data.load_real(folder / "real"))
            result["real"] = _measure(warehouse, arguments, is_generated=False)
        if arguments.generated or both:
            loading = data.load_generated(folder / "generated", arguments.programs)
            result["generated"] = _measure(asyncio.run(loading), arguments, is_generated=True)
    result["machine"]["load_average_after"] = os.getloadavg()
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"graph-{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(result, indent=2) + "\n")
    console.print(f"All figures: {path}")


def _measure(
    warehouse: Warehouse, arguments: argparse.Namespace, *, is_generated: bool
) -> dict[str, Any]:
    """Measure everything on one warehouse, print it, and return it."""
    console.rule(f"{warehouse.name}, PostgreSQL {warehouse.postgres_version}")
    asked = [q for q in questions(warehouse) if q.name in arguments.questions]
    makers = (servers.ours, servers.postgraphile, servers.plain)
    colds = [cold(make(warehouse), questions(warehouse)[0]) for make in makers]
    console.print(report.cold_table(colds))
    with ExitStack() as stack:
        running = [stack.enter_context(make(warehouse)) for make in makers]
        versions = servers.our_versions() | servers.peer_versions(running[1])
        console.print("Runs: " + ", ".join(f"{name} {v}" for name, v in versions.items()))
        loads = [compare(question, running) for question in asked]
        console.print(f"All servers gave equal answers to {_count(asked)} requests.")
        cells = _rounds(loads, warehouse, arguments)
        memory = {server.name: resident_mib(server.pid) for server in running}
        sweep = _sweep(loads, warehouse, arguments)
    for question in asked:
        console.print(report.cells_table(cells, question, memory))
    console.print(report.connections_table(sweep))
    parts = asyncio.run(shares(warehouse, asked))
    console.print(report.shares_table(parts, cells))
    found = report.verdicts(cells, asked, is_generated=is_generated)
    report.say_verdicts(console, found)
    errors = sum(cell.errors for cell in (*cells, *sweep))
    console.print(f"{errors} wrong answers under load.")
    return {
        "data": warehouse.name,
        "postgres": warehouse.postgres_version,
        "versions": versions,
        "cells": report.as_json(cells),
        "sweep": report.as_json(sweep),
        "shares": report.as_json(parts),
        "cold": report.as_json(colds),
        "memory_mib": memory,
        "verdicts": [{**report.as_json([v])[0], "reached": v.is_reached} for v in found],
    }


def _rounds(
    loads: list[list[Load]], warehouse: Warehouse, arguments: argparse.Namespace
) -> list[Cell]:
    """Load the servers in turn, in the other order every other round."""
    cells = []
    with console.status("Measuring ...") as status:
        for number in range(arguments.rounds):
            for of_question in loads:
                for load in of_question if number % 2 == 0 else reversed(of_question):
                    status.update(f"Round {number + 1}: {load.question.name}, {load.server.name}")
                    cells.append(
                        quietest_cell(
                            load,
                            warehouse,
                            round_number=number,
                            connections=CONNECTIONS,
                            seconds=arguments.seconds,
                            patience=Patience(arguments.attempts, arguments.patience),
                        )
                    )
    return cells


def _sweep(
    loads: list[list[Load]], warehouse: Warehouse, arguments: argparse.Namespace
) -> list[Cell]:
    """Load ours on few and on many connections."""
    return [
        quietest_cell(
            of_question[0],
            warehouse,
            round_number=0,
            connections=connections,
            seconds=arguments.seconds,
            patience=Patience(arguments.attempts, arguments.patience),
        )
        for of_question in loads
        for connections in SWEEP
    ]


def _ceilings(seconds: float) -> list[dict[str, float]]:
    """Measure the load generator against constant answers, and print what it reaches."""
    found = []
    for size in CEILING_BYTES:
        reached = ceiling(servers.free_port(), size, CONNECTIONS, seconds)
        each = reached.client_cpu / reached.answers
        console.print(
            f"The load generator's ceiling with answers of {size:,} bytes: {reached.rate:,.0f}"
            f" requests/s, {each * 1e6:.0f} microseconds of processor time for each."
        )
        found.append({"bytes": size, "rate": reached.rate, "client_cpu": each})
    return found


def _count(asked: list[Question]) -> int:
    return sum(len(question.cases) for question in asked)


def _machine() -> dict[str, Any]:
    cpu = Path("/proc/cpuinfo").read_text().partition("model name")[2].split("\n", 1)[0]
    found = {
        "cpu": cpu.strip("\t: "),
        "processors": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "kernel": platform.release(),
        "load_average_before": os.getloadavg(),
    }
    console.print("Machine: " + ", ".join(f"{name} {value}" for name, value in found.items()))
    return found


def _arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--generated", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--programs", type=int, default=GENERATED_PROGRAMS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument(
        "--attempts",
        type=int,
        default=3,
        help="of a measurement while other processes take a tenth of the machine or more",
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=0,
        metavar="SECONDS",
        help="to wait at most, before a measurement, for other processes to rest",
    )
    parser.add_argument("--questions", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--data", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds = 2, 1.0
    return arguments


if __name__ == "__main__":
    main()
