"""Ensembles: full replicates a second, what-ifs in pairs, and the value of a seat everywhere.

    python -m benchmarks.ensemble            everything
    python -m benchmarks.ensemble --quick    a tenth of it

4,000 applicants and 815 programs, consideration lists of 15. In each replicate both sides'
preferences are drawn anew over these lists, ordered, matched and counted. Wall time is that of all
threads, and is stretched by whatever else the machine does; how much that was is printed beside it.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.matching import LENGTH, SIZES, draw
from simulation.cases import Case
from simulation.chunks import cores
from simulation.draws import keys_of
from simulation.engine import solve
from simulation.ensemble import Ensemble
from simulation.estimates import compare
from simulation.measures import Frame, Measure, Scope
from simulation.population import Population
from simulation.seats import seat_values
from simulation.stability import audit

DISCIPLINES = 37
CATEGORIES = ("CMG", "IMG")
REPLICATES = 4_000
SEAT_REPLICATES = 1_000

console = Console(highlight=False)


def population() -> Population:
    """Draw applicants, programs and consideration lists as the benchmark of the engine has them."""
    size = SIZES["country"]
    people, streams = size.applicants, size.programs
    drawn, random = draw(size, 1), np.random.default_rng(2)
    entries = np.sort(drawn.programs.reshape(people, LENGTH), axis=1).ravel()
    popularity = np.log(np.bincount(entries, minlength=streams) + 1.0)
    quality = random.normal(size=people)
    names = tuple(f"person-{number}" for number in range(people))
    keys = tuple(f"stream-{number}" for number in range(streams))
    disciplines = tuple(f"discipline-{number}" for number in range(DISCIPLINES))
    return Population(
        applicants=names,
        categories=(np.arange(people) % 4 == 3).astype(np.int8),
        category_names=CATEGORIES,
        applicant_keys=keys_of(names),
        homes=np.full(people, -1, dtype=np.int32),
        home_names=(),
        programs=keys,
        program_keys=keys_of(keys),
        quotas=drawn.quotas,
        nests=random.integers(DISCIPLINES, size=streams).astype(np.int32),
        nest_names=disciplines,
        nest_keys=keys_of(disciplines),
        offsets=drawn.starts.astype(np.int64),
        entries=entries,
        applicant_value=(0.7 * popularity[entries]).astype(np.float32),
        program_value=quality[np.repeat(np.arange(people), LENGTH)].astype(np.float32),
        nest_scale=0.5,
        program_noise=1.0,
        list_length=np.full(people, LENGTH, dtype=np.int32),
        program_list_length=np.full(streams, people, dtype=np.int32),
        couples=np.zeros((0, 2), dtype=np.int32),
        parameters=cast("Any", None),
        seed=1,
    )


@dataclass(frozen=True)
class Timed:
    """How long something took, and what share of the machine others had meanwhile."""

    seconds: float
    processor: float
    others: float


def busy() -> float:
    """Return the seconds that the machine's processors have worked so far."""
    with open("/proc/stat", encoding="ascii") as file:  # noqa: PTH123  # not a file to be read whole
        user, nice, system, _, _, irq, softirq, steal, *_ = map(int, file.readline().split()[1:])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def timed(work: Callable[[], object]) -> Timed:
    """Do the work and tell how long it took."""
    machine, own, start = busy(), time.process_time(), time.perf_counter()
    work()
    seconds, processor = time.perf_counter() - start, time.process_time() - own
    others = max(0.0, busy() - machine - processor)
    return Timed(seconds, processor, others / (seconds * (os.cpu_count() or 1)))


def cases() -> tuple[Case, Case]:
    """Return the market as it is, and with two seats more at one program."""
    whom = population()
    more = whom.quotas.copy()
    more[0] += 2
    nowhere = np.zeros(len(more), dtype=np.int32)
    return (
        Case("as it is", whom, nowhere, whom.seed),
        Case("two seats more", replace(whom, quotas=more), nowhere, whom.seed),
    )


def ensemble(*of: Case) -> Ensemble:
    """Return an ensemble of these scenarios."""
    nests = of[0].population.nests.tolist()
    disciplines = tuple(of[0].population.nest_names[one] for one in nests)
    provinces = tuple(f"province-{number % 10}" for number in range(len(nests)))
    return Ensemble(of, Frame(CATEGORIES, of[0].population.programs, disciplines, provinces))


def check(case: Case, replicates: int) -> None:
    """Hold some replicates against the whole engine and the auditor."""
    counted = case.count(0, replicates, lambda: False)
    for replicate in range(replicates):
        outcome = solve(case.market(replicate))
        filled = counted.counts[replicate, -len(case.population.programs) :]
        assert (filled == outcome.fill()).all()
        assert audit(outcome.market, outcome.assignment).is_stable


def main() -> None:
    """Time everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the replicates")
    scale = 10 if parser.parse_args().quick else 1
    replicates, seats = REPLICATES // scale, SEAT_REPLICATES // scale
    base, more = cases()
    check(base, 10)
    ensemble(base, more).run(40)
    seat_values(base, 20)
    table = Table(
        "what", "replicates", "threads", "s", "per s", "per s of a processor", "others had"
    )
    for name, work, count, threads in (
        ("full replicates", lambda: ensemble(base).run(replicates, threads=1), replicates, 1),
        ("full replicates", lambda: ensemble(base).run(replicates), replicates, cores()),
        ("two scenarios", lambda: ensemble(base, more).run(replicates), replicates, cores()),
        ("a seat more, every program", lambda: seat_values(base, seats), seats, cores()),
    ):
        took = timed(work)
        table.add_row(
            name, f"{count:,}", str(threads), f"{took.seconds:.2f}",
            f"{count / took.seconds:,.0f}", f"{count / took.processor:,.0f}", f"{took.others:.0%}",
        )  # fmt: skip
    console.print(table)
    run = ensemble(base, more).run(replicates)
    matched = run.frame.columns[Scope.ALL, Measure.MATCHED]
    found = compare(run.sums[1], run.sums[0])[matched]
    console.print(
        f"Two seats more at one program: {found.mean[0]:+.3f} applicants matched"
        f" ({found.low[0]:+.3f} to {found.high[0]:+.3f}); without common random numbers it would"
        f" take {found.variance_ratio[0]:,.0f} times as many replicates."
    )


if __name__ == "__main__":
    main()
