"""The match engine against its peers: matches, what-ifs, seat values, couples.

    python -m benchmarks.matching                     everything (the largest size takes minutes)
    python -m benchmarks.matching --sizes country     one size: country, continent, million
    python -m benchmarks.matching --couples --quick   couples only, few repetitions

Every repetition has a market of its own: a market that is timed again and again is three times too
fast, as the processor learns its branches. Ways alternate within a repetition, and their results
are compared. Times are medians of processor time, as other work on the machine stretches the time
of the wall clock; all ways use one core. Quote the ratios. Each size runs in a process of its own,
so that its peak memory can be told.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from rich.console import Console
from rich.table import Table

from simulation.building import build_market
from simulation.engine import run_match, solve
from simulation.incremental import WhatIf
from simulation.market import CoupleLists, Market, RankLists
from simulation.outcome import OwnSeats

LENGTH = 15
COUPLES, PAIRS = 100, 30
REPLICATES = 1_000

console = Console(highlight=False)


@dataclass(frozen=True)
class Size:
    """How large the markets of a benchmark are, and how often each way is timed."""

    applicants: int
    programs: int
    repetitions: int
    python: int
    package: int


SIZES = {
    "country": Size(4_000, 815, 40, 10, 2),
    "continent": Size(50_000, 6_500, 5, 2, 0),
    "million": Size(1_000_000, 100_000, 2, 0, 0),
}
QUICK = {
    "country": Size(4_000, 815, 15, 5, 1),
    "continent": Size(50_000, 6_500, 3, 1, 0),
    "million": Size(1_000_000, 100_000, 1, 0, 0),
}


@dataclass(frozen=True)
class Draw:
    """The lists of both sides as they come in: arrays, not yet checked or joined."""

    starts: np.ndarray
    programs: np.ndarray
    program_starts: np.ndarray
    applicants: np.ndarray
    quotas: np.ndarray

    def build(self) -> Market:
        """Check and join."""
        return build_market(
            RankLists(self.starts, self.programs),
            RankLists(self.program_starts, self.applicants),
            self.quotas,
        )


@numba.njit(cache=True)
def _draw_lists(popularity: np.ndarray, people: int, length: int, seed: int) -> np.ndarray:
    """Draw for everybody different programs by popularity, in random order of liking."""
    np.random.seed(seed)
    cumulative = np.cumsum(popularity)
    listed = np.empty((people, length), np.int32)
    for person in range(people):
        count = 0
        while count < length:
            program = np.searchsorted(cumulative, np.random.random() * cumulative[-1])
            if program not in listed[person, :count]:
                listed[person, count] = program
                count += 1
    return listed


def draw(size: Size, seed: int) -> Draw:
    """Draw a market: popular programs, good applicants, noise, 95 seats for 100 applicants."""
    random = np.random.default_rng(seed)
    people, streams = size.applicants, size.programs
    popularity = np.exp(0.7 * random.normal(size=streams))
    listed = _draw_lists(popularity, people, LENGTH, seed)
    liking = 0.7 * np.log(popularity)[listed] + random.gumbel(size=listed.shape)
    listed = np.take_along_axis(listed, np.argsort(-liking, axis=1), axis=1).ravel()
    who = np.repeat(np.arange(people, dtype=np.int32), LENGTH)
    quality = random.normal(size=people)[who] + random.normal(size=len(who))
    by_program = np.lexsort((-quality, listed))
    starts = np.zeros(streams + 1, dtype=np.int32)
    starts[1:] = np.cumsum(np.bincount(listed, minlength=streams))
    quotas = random.multinomial(int(0.95 * people), np.full(streams, 1 / streams))
    return Draw(
        np.arange(0, len(who) + 1, LENGTH, dtype=np.int32),
        listed.astype(np.int32),
        starts,
        who[by_program],
        quotas.astype(np.int32),
    )


def rows(starts: np.ndarray, items: np.ndarray) -> list[list[int]]:
    """Return arrays as plain lists."""
    plain = items.tolist()
    return [plain[begin:end] for begin, end in itertools.pairwise(starts.tolist())]


def python_checked(
    applicants: list[list[int]], programs: list[list[int]], quotas: list[int]
) -> list[dict[int, int]]:
    """Check plain lists; return the rank of each applicant for each program."""
    for row in applicants:
        if len(set(row)) < len(row) or not all(0 <= one < len(programs) for one in row):
            raise ValueError(row)
    for row in programs:
        if len(set(row)) < len(row) or not all(0 <= one < len(applicants) for one in row):
            raise ValueError(row)
    if min(quotas) < 0:
        raise ValueError(quotas)
    return [{one: rank for rank, one in enumerate(row)} for row in programs]


def python_matched(
    applicants: list[list[int]],
    programs: list[list[int]],
    quotas: list[int],
    ranks: list[dict[int, int]],
) -> list[int]:
    """Deferred acceptance as one would write it in plain Python."""
    following = [0] * len(applicants)
    held: list[list[int]] = [[] for _ in programs]
    matched = [-1] * len(applicants)
    queue = deque(range(len(applicants)))
    while queue:
        applicant = queue.popleft()
        row = applicants[applicant]
        while following[applicant] < len(row):
            program = row[following[applicant]]
            following[applicant] += 1
            rank = ranks[program].get(applicant)
            if rank is None or quotas[program] == 0:
                continue
            seats = held[program]
            if len(seats) < quotas[program]:
                seats.append(rank)
                matched[applicant] = program
                break
            worst = max(seats)
            if rank < worst:
                seats[seats.index(worst)] = rank
                displaced = programs[program][worst]
                matched[displaced] = -1
                queue.append(displaced)
                matched[applicant] = program
                break
    return matched


def package_matched(
    applicants: list[list[int]], programs: list[list[int]], quotas: list[int]
) -> list[int]:
    """Deferred acceptance by the package `matching`."""
    from matching.games import HospitalResident

    open_programs = {one for one, seats in enumerate(quotas) if seats}
    lists = {who: [p for p in row if p in open_programs] for who, row in enumerate(applicants)}
    game = HospitalResident.create_from_dictionaries(
        {who: row for who, row in lists.items() if row},
        {one: row for one, row in enumerate(programs) if row and one in open_programs},
        {one: seats for one, seats in enumerate(quotas) if programs[one] and seats},
    )
    matched = [-1] * len(applicants)
    for program, people in game.solve(optimal="resident").items():
        for person in people:
            matched[person.name] = program.name
    return matched


@numba.njit(cache=True)
def _floor(entries: np.ndarray) -> int:
    """One pass over the joined entries: less than this no algorithm can do."""
    total = 0
    for entry in entries:
        total += entry
    return total


class Clock:
    """Seconds by way."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    def time(self, way: str, work: Callable[[], Any]) -> Any:
        """Do the work and note how long it took."""
        start = time.process_time()
        result = work()
        self.seconds.setdefault(way, []).append(time.process_time() - start)
        return result

    def medians(self) -> dict[str, float]:
        """Return the median of each way."""
        return {way: statistics.median(times) for way, times in self.seconds.items()}


OURS, OURS_MATCH, FLOOR = "ours: check, join, match", "ours: match only", "one pass over entries"
PYTHON, PYTHON_MATCH = "plain Python: check, rank, match", "plain Python: match only"
PACKAGE = "package `matching`"
WARM, VALUES = "what-if: two seats, and undo", "what-if: value of a seat, every program"


def measure(size: Size) -> dict[str, Any]:
    """Time every way on markets of one size."""
    clock = Clock()
    warm_up = draw(SIZES["country"], 0).build()
    what_if = WhatIf(warm_up)
    what_if.change_quota(0, 2)
    what_if.undo()
    what_if.seat_values()
    _floor(warm_up.positions)
    solve(warm_up)
    for repetition in range(size.repetitions):
        drawn = draw(size, seed=1 + repetition)
        plain = None
        if repetition < max(size.python, size.package):
            plain = (
                rows(drawn.starts, drawn.programs),
                rows(drawn.program_starts, drawn.applicants),
                drawn.quotas.tolist(),
            )
        expected = clock.time(OURS, lambda drawn=drawn: solve(drawn.build())).assignment.tolist()
        if plain and repetition < size.python:
            start = time.process_time()
            ranks = python_checked(*plain)
            found = clock.time(
                PYTHON_MATCH, lambda plain=plain, ranks=ranks: python_matched(*plain, ranks)
            )
            clock.seconds.setdefault(PYTHON, []).append(time.process_time() - start)
            assert found == expected
        if plain and repetition < size.package:
            sys.setrecursionlimit(1_000_000)
            assert expected == clock.time(PACKAGE, lambda plain=plain: package_matched(*plain))
        market = draw(size, seed=100_001 + repetition).build()
        clock.time(OURS_MATCH, lambda market=market: solve(market))
        clock.time(FLOOR, lambda market=market: _floor(market.positions))
        _time_what_ifs(clock, market, repetition)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"medians": clock.medians(), "peak_gib": peak}


def _time_what_ifs(clock: Clock, market: Market, seed: int) -> None:
    """Time what-ifs at programs drawn anew, and all seat values of the market once."""
    what_if = WhatIf(market)
    random = np.random.default_rng(seed)
    for program in random.integers(len(market.quotas), size=20).tolist():

        def two_seats(program: int = program) -> None:
            what_if.change_quota(program, 2)
            what_if.undo()

        clock.time(WARM, two_seats)
    clock.time(VALUES, what_if.seat_values)


def report(name: str, size: Size, measured: dict[str, Any]) -> None:
    """Print the medians of one size and their ratios."""
    medians = measured["medians"]
    table = Table(
        "way",
        "ms",
        "ratio to ours",
        title=f"{name}: {size.applicants:,} applicants, {size.programs:,} programs,"
        f" lists of {LENGTH}",
    )
    for way in (OURS, PYTHON, PACKAGE, OURS_MATCH, PYTHON_MATCH, FLOOR, WARM, VALUES):
        if way in medians:
            base = medians[OURS_MATCH if way in {OURS_MATCH, PYTHON_MATCH, FLOOR} else OURS]
            table.add_row(way, f"{medians[way] * 1000:.3f}", f"{medians[way] / base:,.4g}")
    console.print(table)
    console.print(
        f"A what-if is {medians[OURS] / medians[WARM]:,.0f} times faster than a cold run"
        f" ({medians[OURS_MATCH] / medians[WARM]:,.0f} times than the match alone);"
        f" values of all seats in {REPLICATES:,} replicates:"
        f" {medians[VALUES] * REPLICATES:,.1f} s; peak memory {measured['peak_gib']:.2f} GiB.\n"
    )


def with_couples(size: Size, seed: int) -> Market:
    """Draw a market and pair some applicants: nearby programs first, then one of them alone."""
    drawn = draw(size, seed)
    random = np.random.default_rng(seed)
    lists = rows(drawn.starts, drawn.programs)
    region = random.integers(18, size=size.programs)
    members = random.permutation(size.applicants)[: 2 * COUPLES].reshape(-1, 2).tolist()
    paired: list[list[tuple[int, int]]] = []
    for one, two in members:
        ranked = sorted(
            (i + j + (0 if region[x] == region[y] else 8), x, y)
            for i, x in enumerate(lists[one])
            for j, y in enumerate(lists[two])
        )
        alone = [(x, -1) for x in lists[one][:3]] + [(-1, y) for y in lists[two][:3]]
        paired.append([(x, y) for _, x, y in ranked[:PAIRS]] + alone)
        lists[one], lists[two] = [], []
    return build_market(
        RankLists.from_rows(lists),
        RankLists(drawn.program_starts, drawn.applicants),
        drawn.quotas,
        CoupleLists.from_rows([(one, two) for one, two in members], paired),
    )


def couples(repetitions: int) -> None:
    """Time markets with couples to a verdict and a certificate, by both definitions."""
    size = SIZES["country"]
    import ortools.sat.python.cp_model  # noqa: F401  # loading it takes as long as several markets

    for own_seats in OwnSeats:
        run_match(with_couples(size, 0), own_seats=own_seats)
    table = Table(
        "own seats", "median ms", "90 % within ms", "verdicts", "blocking pairs",
        title=f"{COUPLES} couples among {size.applicants:,} applicants, {repetitions} markets,"
        " audit included",
    )  # fmt: skip
    for own_seats in OwnSeats:
        clock, verdicts, blocking = Clock(), Counter[str](), Counter[int]()
        for repetition in range(repetitions):
            market = with_couples(size, 1 + repetition)
            run = clock.time(
                "run",
                lambda market=market, own_seats=own_seats: run_match(market, own_seats=own_seats),
            )
            verdicts[run.outcome.method.verdict.value] += 1
            blocking[len(run.certificate.blocking_pairs)] += 1
        times = sorted(clock.seconds["run"])
        table.add_row(
            own_seats.value,
            f"{statistics.median(times) * 1000:.0f}",
            f"{times[int(0.9 * (len(times) - 1))] * 1000:.0f}",
            ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()),
            ", ".join(f"{count} with {pairs}" for pairs, count in sorted(blocking.items())),
        )
    console.print(table)


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="*", choices=SIZES, help="which sizes (default: all)")
    parser.add_argument("--couples", action="store_true", help="couples only")
    parser.add_argument("--quick", action="store_true", help="few repetitions")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sizes = QUICK if arguments.quick else SIZES
    if arguments.child:
        print(json.dumps(measure(sizes[arguments.child])))
        return
    if not arguments.couples:
        for name in arguments.sizes or sizes:
            command = [sys.executable, "-m", "benchmarks.matching", "--child", name]
            command += ["--quick"] if arguments.quick else []
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            report(name, sizes[name], json.loads(done.stdout.splitlines()[-1]))
    if arguments.couples or not arguments.sizes:
        couples(5 if arguments.quick else 20)


if __name__ == "__main__":
    main()
