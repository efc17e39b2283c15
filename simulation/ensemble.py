"""Ensembles: the same replicates of several scenarios, counted, summed, and compared in pairs.

Replicate ``r`` of every scenario draws the same numbers for the same applicant and program, so the
differences between scenarios are taken replicate by replicate, and most of the noise cancels.

Replicates come in chunks of `CHUNK`. Sums are whole numbers, so that they are the same to the bit
for any number of threads, order of chunks, or resumption.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from simulation.cases import VERDICTS, Case, Counted
from simulation.chunks import Chunks, Stored
from simulation.counting import CATEGORY_COLUMNS
from simulation.errors import RunCancelledError
from simulation.estimates import Sums, compare, estimate, half_width
from simulation.joining import Int64
from simulation.market import Int32
from simulation.measures import Fractions, Frame, Measure, Scope
from simulation.outcome import Verdict
from simulation.progress import OnProgress

CHUNK = 20
"""Replicates of a chunk: as many as are sure to be done soon when somebody cancels."""

LEAST = 100
"""Replicates before the width of intervals is looked at."""


@dataclass(frozen=True, eq=False)
class EnsembleRun:
    """The sums of an ensemble.

    Attributes:
        frame: What was measured of whom.
        sums: The sums of each scenario.
        verdicts: For each scenario, how many replicates ended with each verdict.
        is_converged: Whether intervals are as narrow as was asked for; None if that was not asked.
    """

    frame: Frame
    sums: tuple[Sums, ...]
    verdicts: tuple[dict[Verdict, int], ...]
    is_converged: bool | None

    @property
    def replicates(self) -> int:
        """How many replicates were run."""
        return self.sums[0].replicates


@dataclass(frozen=True, eq=False)
class EnsembleChunk:
    """The sums and verdicts of some replicates of all scenarios.

    Attributes:
        sums: The sums of each scenario.
        verdicts: How many replicates ended with each verdict; scenarios x verdicts.
    """

    sums: tuple[Sums, ...]
    verdicts: Int64

    def __add__(self, other: EnsembleChunk) -> EnsembleChunk:
        pairs = zip(self.sums, other.sums, strict=True)
        return EnsembleChunk(tuple(one + two for one, two in pairs), self.verdicts + other.verdicts)

    def to_bytes(self) -> bytes:
        """Return all numbers, packed; `from_bytes` reads them."""
        buffer = io.BytesIO()
        rows = np.stack([one.to_array() for one in self.sums])
        np.savez_compressed(buffer, sums=rows, verdicts=self.verdicts)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> EnsembleChunk:
        """Return what `to_bytes` packed."""
        with np.load(io.BytesIO(data)) as arrays:
            return cls(tuple(map(Sums.from_array, arrays["sums"])), arrays["verdicts"])


class Ensemble:
    """The scenarios of an ensemble, in one frame."""

    def __init__(self, cases: Sequence[Case], frame: Frame) -> None:
        """Set up; the first case is the one that the others are compared with."""
        self._cases, self._frame = cases, frame
        self._people = [frame.applicants(case.population) for case in cases]
        self._columns = [_columns(frame, case) for case in cases]

    def run(
        self,
        replicates: int,
        *,
        precision: float | None = None,
        stored: Stored | None = None,
        name: str = "ensemble",
        threads: int | None = None,
        on_progress: OnProgress | None = None,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> EnsembleRun:
        """Run replicates 0, 1, ... of all scenarios.

        Args:
            replicates: How many at most.
            precision: Stop once no interval of match rates by category and of the fill rate, or of
                their differences between scenarios, is wider than so much to each side; see
                `is_precise`. It is looked at after each chunk from `LEAST` replicates on.
            stored: Where finished chunks are kept, to be taken up again.
            name: What they are called there, before their number.
            threads: How many threads; as many as there are cores if None.
            on_progress: Told after each chunk.
            is_cancelled: Asked several times a second.

        Raises:
            RunCancelledError: Somebody cancelled.
        """

        def work(number: int, should_stop: Callable[[], bool]) -> EnsembleChunk:
            first = number * CHUNK
            return self.chunk(first, min(CHUNK, replicates - first), should_stop)

        total: EnsembleChunk | None = None
        is_converged = None if precision is None else False
        with Chunks(
            work, EnsembleChunk, stored, name, threads=threads, is_cancelled=is_cancelled
        ) as chunks:
            for chunk in chunks.results(-(-replicates // CHUNK)):
                total = chunk if total is None else total + chunk
                done = total.sums[0].replicates
                if on_progress is not None:
                    on_progress(done, replicates)
                if precision is not None and self.is_precise(total.sums, precision):
                    is_converged = True
                    break
        assert total is not None
        verdicts = tuple(dict(zip(VERDICTS, row, strict=True)) for row in total.verdicts.tolist())
        return EnsembleRun(self._frame, total.sums, verdicts, is_converged)

    def is_precise(self, sums: Sequence[Sums], precision: float) -> bool:
        """Return whether intervals of match and fill rates are narrow enough.

        Args:
            sums: Those of each scenario.
            precision: The greatest half width, as a share: 0.001 stands for 0.1 percentage points.
        """
        if sums[0].replicates < LEAST:
            return False
        columns = self._frame.columns
        watched = np.r_[
            columns[Scope.ALL, Measure.MATCH_RATE],
            columns[Scope.CATEGORY, Measure.MATCH_RATE],
            columns[Scope.ALL, Measure.FILL_RATE],
        ]
        base = sums[0].only(watched)
        deviations = [estimate(one.only(watched)).deviation for one in sums]
        deviations += [compare(one.only(watched), base).deviation for one in sums[1:]]
        widths = half_width(base.replicates, np.concatenate(deviations))
        return bool((widths[~np.isnan(widths)] <= precision).all())

    def chunk(self, first: int, number: int, is_cancelled: Callable[[], bool]) -> EnsembleChunk:
        """Run some replicates of all scenarios: a function of nothing but its numbers.

        Args:
            first: The number of the first replicate.
            number: How many replicates.
            is_cancelled: Asked now and then for whether to stop.

        Raises:
            RunCancelledError: It was to stop.
        """
        fractions: list[Fractions] = []
        verdicts: list[Int64] = []
        for case, people, columns in zip(self._cases, self._people, self._columns, strict=True):
            if is_cancelled():
                raise RunCancelledError
            counted = case.count(first, number, is_cancelled)
            fractions.append(self._fractions(counted, people, columns))
            verdicts.append(counted.verdicts)
        sums = tuple(Sums.of(one, fractions[0]) for one in fractions)
        return EnsembleChunk(sums, np.stack(verdicts))

    def _fractions(self, counted: Counted, people: Int64, columns: Int32) -> Fractions:
        """Return the measures of counts, in the order of the frame."""
        frame = self._frame
        categories = len(frame.categories) * CATEGORY_COLUMNS
        counts = np.zeros((len(counted.counts), categories + len(frame.programs)), dtype=np.int32)
        counts[:, columns] = counted.counts
        seats = np.zeros((len(counted.seats), len(frame.programs)), dtype=np.int64)
        programs = columns[columns >= categories] - categories
        seats[:, programs] = counted.seats
        return frame.fractions(people, seats, counts)


def _columns(frame: Frame, case: Case) -> Int32:
    """Return where the counts of a case stand among those of the frame."""
    places = [frame.categories.index(name) for name in case.population.category_names]
    within = np.arange(CATEGORY_COLUMNS)
    categories = [place * CATEGORY_COLUMNS + within for place in places]
    programs = frame.number_of(case.population.programs)
    programs = programs + np.int32(len(frame.categories) * CATEGORY_COLUMNS)
    return np.concatenate([*categories, programs]).astype(np.int32)
