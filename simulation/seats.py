"""What one more seat of each program is worth, over replicates: one ranked answer for the country.

In each replicate the market is matched once; then each program by itself gets a seat more, which
the incremental engine follows exactly (`vacancies`), and loses it again. All programs of a
replicate share its draws, so that their values can be compared.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulation.cases import Case
from simulation.chunks import Chunks, Stored
from simulation.ensemble import OnProgress
from simulation.errors import CouplesNotSupportedError, RunCancelledError
from simulation.estimates import Estimates, Sums, estimate
from simulation.incremental import WhatIf
from simulation.joining import Int64
from simulation.measures import Fractions
from simulation.results import SeatValues

CHUNK = 10
"""Replicates of a chunk."""


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
        CouplesNotSupportedError: The scenario has couples or reversions.
        RunCancelledError: Somebody cancelled.
    """
    require_singles(case)

    def work(number: int, should_stop: Callable[[], bool]) -> Sums:
        first = number * CHUNK
        last = min(first + CHUNK, replicates)
        rows: list[Int64] = []
        for replicate in range(first, last):
            if should_stop():
                raise RunCancelledError
            by_program = WhatIf(case.market(replicate)).seat_values()
            rows.append(by_program.ravel(order="F").astype(np.int64))
        values = Fractions(np.stack(rows), np.ones((len(rows), len(rows[0])), dtype=np.int64))
        return Sums.of(values, values)

    total: Sums | None = None
    with Chunks(work, Sums, stored, name, threads=threads, is_cancelled=is_cancelled) as chunks:
        for sums in chunks.results(-(-replicates // CHUNK)):
            total = sums if total is None else total + sums
            if on_progress is not None:
                on_progress(total.replicates, replicates)
    assert total is not None
    return _values(case.population.programs, estimate(total), total.replicates)


def require_singles(case: Case) -> None:
    """Refuse a scenario whose seats cannot be valued.

    Raises:
        CouplesNotSupportedError: It has couples or reversions.
    """
    if not case.is_compiled:
        raise CouplesNotSupportedError(
            "Values of seats are exact only without couples and reversions.",
            "Leave them out, or ask for scenarios that give the seats.",
            f"scenario {case.name!r}",
        )


def _values(programs: tuple[str, ...], estimates: Estimates, replicates: int) -> SeatValues:
    count = len(programs)
    matched, better_off, ranks = (
        estimates[slice(part * count, (part + 1) * count)] for part in range(3)
    )
    return SeatValues(programs, matched, better_off, ranks, replicates)
