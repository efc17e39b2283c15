"""What one more seat of each program is worth, over replicates: one ranked answer for the country.

In each replicate the market is matched once; then each program by itself gets a seat more, which
the incremental engine follows exactly (`vacancies`), and loses it again. All programs of a
replicate share its draws, so that their values can be compared.

The incremental engine knows no couples, and a seat that reverts ends elsewhere: in those markets
each program's seat is a cold run of the whole engine. Somebody may do worse there for a seat more,
and counts against those who do better.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from simulation.cases import Case
from simulation.chunks import Chunks, Stored
from simulation.errors import RunCancelledError
from simulation.estimates import Estimates, Sums, estimate
from simulation.incremental import WhatIf
from simulation.joining import Int64
from simulation.market import Int32, frozen
from simulation.measures import Fractions
from simulation.progress import OnProgress
from simulation.results import SeatValues

CHUNK = 10
"""Replicates of a chunk."""

COLD_CHUNK = 1
"""Replicates of a chunk where each seat is a run of its own."""


def seat_values(
    case: Case,
    replicates: int,
    *,
    stored: Stored | None = None,
    name: str = "seats",
    threads: int | None = None,
    on_progress: OnProgress | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> SeatValues:
    """Return what one more seat of each program would change, each by itself.

    Args:
        case: The scenario.
        replicates: How many replicates.
        stored: Where finished chunks are kept, to be taken up again.
        name: What they are called there, before their number.
        threads: How many threads; as many as there are cores if None.
        on_progress: Told after each chunk.
        is_cancelled: Asked several times a second.

    Raises:
        RunCancelledError: Somebody cancelled.
    """
    size = CHUNK if case.is_compiled else COLD_CHUNK

    def work(number: int, should_stop: Callable[[], bool]) -> Sums:
        first = number * size
        last = min(first + size, replicates)
        rows: list[Int64] = []
        for replicate in range(first, last):
            if should_stop():
                raise RunCancelledError
            by_program = _of_replicate(case, replicate, should_stop)
            rows.append(by_program.ravel(order="F").astype(np.int64))
        values = Fractions(np.stack(rows), np.ones((len(rows), len(rows[0])), dtype=np.int64))
        return Sums.of(values, values)

    total: Sums | None = None
    with Chunks(work, Sums, stored, name, threads=threads, is_cancelled=is_cancelled) as chunks:
        for sums in chunks.results(-(-replicates // size)):
            total = sums if total is None else total + sums
            if on_progress is not None:
                on_progress(total.replicates, replicates)
    assert total is not None
    return _values(case.population.programs, estimate(total), total.replicates)


def _of_replicate(case: Case, replicate: int, should_stop: Callable[[], bool]) -> Int32:
    """Return the values of one replicate, as `WhatIf.seat_values` does; programs x 3."""
    market = case.market(replicate)
    if case.is_compiled:
        return WhatIf(market).seat_values()
    before = case.matched(market, should_stop).ranks()
    values = np.empty((len(market.quotas), 3), dtype=np.int32)
    for program in range(len(market.quotas)):
        if should_stop():
            raise RunCancelledError
        more = market.quotas.copy()
        more[program] += 1
        with_more = replace(market, quotas=frozen(more, "quotas"))
        after = case.matched(with_more, should_stop).ranks()
        values[program] = _gains(before, after)
    return values


def _gains(before: Int32, after: Int32) -> tuple[int, int, int]:
    """Return how many more are matched, are better off, and how many ranks the matched gain.

    Whoever does worse counts against those who do better.
    """
    worst = max(int(before.max(initial=0)), int(after.max(initial=0))) + 1
    old, new = np.where(before > 0, before, worst), np.where(after > 0, after, worst)
    both = (before > 0) & (after > 0)
    return (
        int((after > 0).sum() - (before > 0).sum()),
        int(np.sign(old - new).sum()),
        int((before - after)[both].sum()),
    )


def _values(programs: tuple[str, ...], estimates: Estimates, replicates: int) -> SeatValues:
    count = len(programs)
    matched, better_off, ranks = (
        estimates[slice(part * count, (part + 1) * count)] for part in range(3)
    )
    return SeatValues(programs, matched, better_off, ranks, replicates)
