"""The second iteration of simulated matches: who is left, over the seats that are left.

In each replicate, applicants without a match apply again, to the programs that have empty seats and
that admit them in a second iteration (`ProgramTable.second_admits`). They are the same people, with
the same tastes, and look at the seats that are left; programs interview so many for each seat and
rank them as before (`preferences.meet`). Whose partner has a match applies alone; couples of whom
both have none apply as couples again. Seats do not revert any more.

Draws are functions of ids and of nothing else, so an applicant sees in a program what they saw in
it in the first iteration, and results are the same to the bit in any order. The first iteration is
that of the ensemble, run again by the whole engine; its own numbers stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from simulation.cases import VERDICTS, Case
from simulation.chunks import Chunks, Stored
from simulation.ensemble import EnsembleChunk
from simulation.errors import RunCancelledError
from simulation.estimates import Differences, Estimates, Sums, compare, estimate
from simulation.joining import Int64
from simulation.market import NO_MATCH, Int32
from simulation.measures import Fractions, Frame
from simulation.outcome import Outcome, Verdict
from simulation.patience import never
from simulation.people import Offer, People
from simulation.preferences import groups_of, meet
from simulation.programs import ProgramTable
from simulation.progress import OnProgress
from simulation.stability import Certificate, audit

CHUNK: Final = 5
"""Replicates of a chunk: each goes through the whole engine twice."""

PEOPLE: Final = ("applicants", "matched", "unmatched")
"""What is measured of applicants, in each iteration: who take part, and what becomes of them."""
SEATS: Final = ("seats", "filled", "unfilled")
"""What is measured of seats, in each iteration."""
OF_PROGRAM: Final = ("seats", "filled")
"""What is measured of each program in the second iteration."""


class Both(NamedTuple):
    """Both iterations of a replicate.

    Attributes:
        first: The match of the first one.
        second: The match of the second one, over the same programs.
        who: The numbers in the first one of the applicants of the second one.
    """

    first: Outcome
    second: Outcome
    who: Int64

    def matches(self) -> tuple[Int32, Int32, Int32]:
        """Return iteration, program and rank of all matches; 0, `NO_MATCH` and 0 for none."""
        programs, ranks = self.first.assignment.copy(), self.first.ranks()
        programs[self.who], ranks[self.who] = self.second.assignment, self.second.ranks()
        iterations = np.where(programs == NO_MATCH, 0, 1).astype(np.int32)
        iterations[self.who] *= 2
        return iterations, programs, ranks


@dataclass(frozen=True, eq=False)
class TwoIterations:
    """A scenario whose matches go on with a second iteration.

    Attributes:
        case: The scenario, made ready to run.
        programs: Its programs.
    """

    case: Case
    programs: ProgramTable

    @cached_property
    def _offer(self) -> Offer:
        return Offer.of(self.programs)

    @cached_property
    def _groups(self) -> list[People]:
        """The people of the first iteration, under the rules of the second one."""
        population = self.case.population
        rules = self.programs.for_second_iteration(np.ones(len(self.programs), dtype=np.int32))
        second = Offer(rules, self._offer.regions)
        people = groups_of(self._offer, population.parameters, population.seed)
        return [group.under(second, population.seed) for group in people]

    def run(self, replicate: int, is_cancelled: Callable[[], bool] = never) -> Both:
        """Return both iterations of a replicate.

        Raises:
            RunCancelledError: Somebody cancelled.
        """
        case, population = self.case, self.case.population
        first = case.outcome(replicate, is_cancelled)
        who = np.flatnonzero(first.assignment == NO_MATCH)
        groups: list[People] = []
        for group in self._groups:
            within = who[(who >= group.first) & (who < group.first + len(group))] - group.first
            groups.append(group.among(within, sum(map(len, groups))))
        left = meet(
            self._offer.again(self.programs.for_second_iteration(first.unfilled())),
            groups,
            population.parameters,
            population.seed,
            _couples(population.couples, who),
            is_cancelled,
        )
        again = Case(case.name, left, case.provinces, case.seed, search_limit=case.search_limit)
        return Both(first, again.outcome(replicate, is_cancelled), who)


def _couples(couples: Int32, who: Int64) -> Int32:
    """Return the couples of whom nobody has a match, by their numbers in the second iteration."""
    both = couples[np.isin(couples, who).all(axis=1)]
    return np.searchsorted(who, both).astype(np.int32).reshape(-1, 2)


@dataclass(frozen=True, eq=False)
class IterationResult:
    """What one of two iterations gives; parts are all applicants, then each category.

    Attributes:
        number: 1 or 2.
        people: Estimates of `PEOPLE`, part by part.
        people_differences: How much more than in the first scenario; empty for that one.
        seats: Estimates of `SEATS`, each of one part.
        seats_differences: Likewise.
    """

    number: int
    people: dict[str, Estimates]
    people_differences: dict[str, Differences]
    seats: dict[str, Estimates]
    seats_differences: dict[str, Differences]


@dataclass(frozen=True, eq=False)
class IteratedResult:
    """What a scenario with a second iteration gives.

    Attributes:
        categories: Categories of applicants.
        iterations: Both iterations.
        programs: Keys of the programs of all scenarios.
        of_programs: Estimates of `OF_PROGRAM` in the second iteration, program by program.
        verdicts: How many second iterations ended with each verdict.
        certificates: The audits of the first second iterations, as many as were asked for.
        kept: Both iterations of the first replicate, if matches are to be kept.
    """

    categories: tuple[str, ...]
    iterations: tuple[IterationResult, IterationResult]
    programs: tuple[str, ...]
    of_programs: dict[str, Estimates]
    verdicts: dict[Verdict, int]
    certificates: tuple[Certificate, ...]
    kept: Both | None


class SecondIterations:
    """The second iterations of the scenarios of an ensemble, in its frame."""

    def __init__(self, cases: Sequence[TwoIterations], frame: Frame) -> None:
        """Set up; the first case is the one that the others are compared with."""
        self._cases, self._frame = cases, frame
        self._parts = 1 + len(frame.categories)
        self._totals = 2 * (len(PEOPLE) * self._parts + len(SEATS))

    def run(
        self,
        replicates: int,
        *,
        stored: Stored | None = None,
        name: str = "second",
        threads: int | None = None,
        on_progress: OnProgress | None = None,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> EnsembleChunk:
        """Return the sums of replicates 0, 1, ... of all scenarios.

        Args:
            replicates: How many.
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
        with Chunks(
            work, EnsembleChunk, stored, name, threads=threads, is_cancelled=is_cancelled
        ) as chunks:
            for chunk in chunks.results(-(-replicates // CHUNK)):
                total = chunk if total is None else total + chunk
                if on_progress is not None:
                    on_progress(total.sums[0].replicates, replicates)
        assert total is not None
        return total

    def chunk(self, first: int, number: int, is_cancelled: Callable[[], bool]) -> EnsembleChunk:
        """Run some replicates of all scenarios: a function of nothing but its numbers.

        Args:
            first: The number of the first replicate.
            number: How many replicates.
            is_cancelled: Asked between replicates for whether to stop.

        Raises:
            RunCancelledError: It was to stop.
        """
        verdicts = np.zeros((len(self._cases), len(VERDICTS)), dtype=np.int64)
        fractions: list[Fractions] = []
        for place, case in enumerate(self._cases):
            rows: list[Int64] = []
            for replicate in range(first, first + number):
                if is_cancelled():
                    raise RunCancelledError
                both = case.run(replicate, is_cancelled)
                rows.append(self._row(case, both))
                verdicts[place, VERDICTS.index(both.second.method.verdict)] += 1
            above = np.stack(rows)
            fractions.append(Fractions(above, np.ones_like(above)))
        return EnsembleChunk(tuple(Sums.of(one, fractions[0]) for one in fractions), verdicts)

    def result(
        self,
        number: int,
        total: EnsembleChunk,
        audits: int,
        is_cancelled: Callable[[], bool],
        *,
        keeps_matches: bool,
    ) -> IteratedResult:
        """Return what one scenario gives.

        Args:
            number: The number of the scenario.
            total: The sums of all scenarios.
            audits: How many replicates the auditor looks at.
            is_cancelled: Asked now and then for whether to stop.
            keeps_matches: Whether the first one is kept.

        Raises:
            RunCancelledError: It was to stop.
        """
        case = self._cases[number]
        sums = [one.only(np.arange(self._totals)) for one in total.sums]
        estimates = estimate(total.sums[number])
        differences = compare(sums[number], sums[0]) if number else None
        replicates = total.sums[0].replicates
        audited = [case.run(one, is_cancelled) for one in range(min(audits, replicates))]
        count = len(self._frame.programs)
        return IteratedResult(
            self._frame.categories,
            (
                self._iteration(0, estimates, differences),
                self._iteration(1, estimates, differences),
            ),
            self._frame.programs,
            {
                name: estimates[slice(begin, begin + count)]
                for name, begin in zip(
                    OF_PROGRAM, (self._totals, self._totals + count), strict=True
                )
            },
            dict(zip(VERDICTS, total.verdicts[number].tolist(), strict=True)),
            tuple(
                audit(one.second.market, one.second.assignment, one.second.method.own_seats)
                for one in audited
            ),
            audited[0] if keeps_matches else None,
        )

    def _row(self, case: TwoIterations, both: Both) -> Int64:
        """Return the measures of a replicate: people, seats, programs; see `_iteration`."""
        population, frame = case.case.population, self._frame
        places = np.array([frame.categories.index(one) for one in population.category_names])
        parts = places[population.categories]
        row: list[Int64] = []
        for outcome, of_part in ((both.first, parts), (both.second, parts[both.who])):
            is_matched = outcome.assignment != NO_MATCH
            everybody = np.bincount(of_part, minlength=len(frame.categories))
            matched = np.bincount(of_part[is_matched], minlength=len(frame.categories))
            for counts in (everybody, matched, everybody - matched):
                row += [counts.sum(keepdims=True), counts]
        for outcome in both[:2]:
            seats, filled = outcome.market.quotas.sum(), outcome.fill().sum()
            row.append(np.array([seats, filled, seats - filled]))
        numbers = frame.number_of(population.programs)
        for values in (both.second.market.quotas, both.second.fill()):
            of_frame = np.zeros(len(frame.programs), dtype=np.int64)
            of_frame[numbers] = values
            row.append(of_frame)
        return np.concatenate(row).astype(np.int64)

    def _iteration(
        self, place: int, estimates: Estimates, differences: Differences | None
    ) -> IterationResult:
        """Return what one iteration gives, from where its measures stand."""
        people = {
            name: slice(begin, begin + self._parts)
            for name, begin in zip(
                PEOPLE, range(place * len(PEOPLE) * self._parts, self._totals, self._parts),
                strict=False,
            )
        }  # fmt: skip
        first = 2 * len(PEOPLE) * self._parts + place * len(SEATS)
        seats = {name: slice(first + n, first + n + 1) for n, name in enumerate(SEATS)}
        return IterationResult(
            place + 1,
            {name: estimates[where] for name, where in people.items()},
            {name: differences[where] for name, where in people.items()} if differences else {},
            {name: estimates[where] for name, where in seats.items()},
            {name: differences[where] for name, where in seats.items()} if differences else {},
        )
