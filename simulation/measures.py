"""What an ensemble measures, and of whom: every measure is a ratio of two whole numbers.

The numerator and the denominator of each measure are counted in each replicate (for a rate, the
denominator is the same in all of them). Sums of whole numbers are exact in any order, so that
results do not depend on threads or on the order of replicates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from simulation.counting import CATEGORY_COLUMNS, RANKS
from simulation.joining import Int64
from simulation.market import Int32
from simulation.population import Population
from simulation.programs import ProgramTable


class Scope(StrEnum):
    """What a measure is of: the whole match, or one of its parts."""

    ALL = "ALL"
    CATEGORY = "CATEGORY"
    DISCIPLINE = "DISCIPLINE"
    PROVINCE = "PROVINCE"
    PROGRAM = "PROGRAM"


class Measure(StrEnum):
    """What is measured; shares are between 0 and 1.

    `MATCHED`, `UNMATCHED`: applicants with and without a match. `MATCH_RATE`: share with one.
    `FIRST_CHOICE_RATE`, `TOP_THREE_RATE`: share who obtain their first, one of their first three.
    `MEAN_RANK`: rank obtained by those who are matched, 1 for the first choice.
    `RANK_0` to `RANK_10`: share who obtain that rank; 0 for no match, 10 for that or a later one.
    `FILLED`, `UNFILLED`: seats that are and that are not. `FILL_RATE`: share that is.
    `FULL_RATE`: share of programs (of replicates, for one program) without an empty seat.
    """

    MATCHED = "MATCHED"
    UNMATCHED = "UNMATCHED"
    MATCH_RATE = "MATCH_RATE"
    FIRST_CHOICE_RATE = "FIRST_CHOICE_RATE"
    TOP_THREE_RATE = "TOP_THREE_RATE"
    MEAN_RANK = "MEAN_RANK"
    RANK_0 = "RANK_0"
    RANK_1 = "RANK_1"
    RANK_2 = "RANK_2"
    RANK_3 = "RANK_3"
    RANK_4 = "RANK_4"
    RANK_5 = "RANK_5"
    RANK_6 = "RANK_6"
    RANK_7 = "RANK_7"
    RANK_8 = "RANK_8"
    RANK_9 = "RANK_9"
    RANK_10 = "RANK_10"
    FILLED = "FILLED"
    UNFILLED = "UNFILLED"
    FILL_RATE = "FILL_RATE"
    FULL_RATE = "FULL_RATE"


RANK_MEASURES: Final = tuple(one for one in Measure if one.name.startswith("RANK_"))
"""Shares by rank, from 0; the last one is open-ended."""

PEOPLE_MEASURES: Final = (
    Measure.MATCHED,
    Measure.UNMATCHED,
    Measure.MATCH_RATE,
    Measure.FIRST_CHOICE_RATE,
    Measure.TOP_THREE_RATE,
    Measure.MEAN_RANK,
    *RANK_MEASURES,
)
SEAT_MEASURES: Final = (
    Measure.FILLED,
    Measure.UNFILLED,
    Measure.FILL_RATE,
    Measure.FULL_RATE,
)

MEASURES: Final = {
    Scope.ALL: (*PEOPLE_MEASURES, *SEAT_MEASURES),
    Scope.CATEGORY: PEOPLE_MEASURES,
    Scope.DISCIPLINE: SEAT_MEASURES,
    Scope.PROVINCE: SEAT_MEASURES,
    Scope.PROGRAM: SEAT_MEASURES,
}
"""What is measured of each part."""


class Fractions(NamedTuple):
    """Measures of some replicates: replicates x measures, in the order of `Frame.columns`."""

    above: Int64
    below: Int64


@dataclass(frozen=True, eq=False)
class Frame:
    """The parts that the scenarios of an ensemble share, and where each measure stands.

    Attributes:
        categories: Categories of applicants.
        programs: Keys of the programs of all scenarios.
        disciplines: The discipline of each program.
        provinces: The province of each program.
    """

    categories: tuple[str, ...]
    programs: tuple[str, ...]
    disciplines: tuple[str, ...]
    provinces: tuple[str, ...]

    @classmethod
    def of(cls, categories: Iterable[str], tables: Sequence[ProgramTable]) -> Frame:
        """Return the frame of these categories and of the programs of all tables."""
        programs: dict[str, tuple[str, str]] = {}
        for table in tables:
            for row in zip(table.keys, table.disciplines, table.provinces, strict=True):
                programs.setdefault(row[0], row[1:])
        return cls(
            tuple(dict.fromkeys(categories)),
            tuple(programs),
            tuple(discipline for discipline, _ in programs.values()),
            tuple(province for _, province in programs.values()),
        )

    @cached_property
    def names(self) -> dict[Scope, tuple[str, ...]]:
        """The parts of each scope, in order."""
        return {
            Scope.ALL: ("all",),
            Scope.CATEGORY: self.categories,
            Scope.DISCIPLINE: tuple(sorted(set(self.disciplines))),
            Scope.PROVINCE: tuple(sorted(set(self.provinces))),
            Scope.PROGRAM: self.programs,
        }

    @cached_property
    def columns(self) -> dict[tuple[Scope, Measure], slice]:
        """Where the measures of the parts of each scope stand."""
        found: dict[tuple[Scope, Measure], slice] = {}
        end = 0
        for scope, measures in MEASURES.items():
            for measure in measures:
                begin, end = end, end + len(self.names[scope])
                found[scope, measure] = slice(begin, end)
        return found

    @cached_property
    def width(self) -> int:
        """How many measures there are."""
        return sum(len(self.names[scope]) for scope, _ in self.columns)

    def number_of(self, keys: Iterable[str]) -> Int32:
        """Return the numbers of programs in this frame."""
        numbers = {key: number for number, key in enumerate(self.programs)}
        return np.array([numbers[key] for key in keys], dtype=np.int32)

    def sizes(self, population: Population) -> dict[Scope, tuple[Int64, Int64, Int64]]:
        """Return applicants, seats and programs with seats of each part, by scope."""
        applicants, seats = self.applicants(population), self.seats(population)
        open_programs = (seats > 0).astype(np.int64)
        found = {
            scope: (
                np.zeros(len(self.names[scope]), dtype=np.int64),
                self._grouped(groups, seats),
                self._grouped(groups, open_programs),
            )
            for scope, groups in self._groups.items()
        }
        nothing = np.zeros_like(applicants)
        found[Scope.CATEGORY] = (applicants, nothing, nothing)
        found[Scope.ALL] = (applicants.sum(keepdims=True), *found[Scope.ALL][1:])
        return found

    def applicants(self, population: Population) -> Int64:
        """Return how many applicants of each category a population has."""
        names = population.category_names
        found = np.bincount(population.categories, minlength=len(names)).tolist()
        by_name = dict(zip(names, found, strict=True))
        return np.array([by_name.get(name, 0) for name in self.categories], dtype=np.int64)

    def seats(self, population: Population) -> Int64:
        """Return the seats of each program in a population."""
        seats = np.zeros(len(self.programs), dtype=np.int64)
        seats[self.number_of(population.programs)] = population.quotas
        return seats

    @staticmethod
    def _grouped(groups: tuple[Int64, Int64], values: Int64) -> Int64:
        """Return sums by group, over the last axis."""
        order, begins = groups
        if len(order) == 0:
            return np.zeros((*values.shape[:-1], len(begins)), dtype=np.int64)
        return np.add.reduceat(values[..., order], begins, axis=-1)

    def fractions(self, applicants: Int64, seats: Int64, counts: Int32) -> Fractions:
        """Return the measures of some replicates.

        Args:
            applicants: How many applicants of each category there are.
            seats: The seats of each program of this frame, in each replicate or one row for all.
            counts: A row for each replicate, as `counting.count_replicates` writes it, for the
                categories and programs of this frame.
        """
        shape = (len(counts), self.width)
        fractions = Fractions(np.zeros(shape, dtype=np.int64), np.ones(shape, dtype=np.int64))
        people = CATEGORY_COLUMNS * len(self.categories)
        parts = (len(counts), len(self.categories), CATEGORY_COLUMNS)
        by_category: Int64 = counts[:, :people].reshape(parts).astype(np.int64)
        self._write_people(
            fractions, Scope.ALL, applicants.sum(keepdims=True), by_category.sum(1, keepdims=True)
        )
        self._write_people(fractions, Scope.CATEGORY, applicants, by_category)
        filled = counts[:, people:].astype(np.int64)
        for scope, groups in self._groups.items():
            self._write_seats(fractions, scope, groups, seats, filled)
        return fractions

    def _write_people(
        self, fractions: Fractions, scope: Scope, applicants: Int64, counted: Int64
    ) -> None:
        """Write measures of applicants; ``counted`` is replicates x parts x columns."""
        ranks = counted[:, :, :RANKS]
        matched = ranks.sum(axis=2)
        values = {
            Measure.MATCHED: (matched, np.int64(1)),
            Measure.UNMATCHED: (applicants - matched, np.int64(1)),
            Measure.MATCH_RATE: (matched, applicants),
            Measure.FIRST_CHOICE_RATE: (ranks[:, :, 0], applicants),
            Measure.TOP_THREE_RATE: (ranks[:, :, :3].sum(axis=2), applicants),
            Measure.MEAN_RANK: (counted[:, :, RANKS], matched),
            Measure.RANK_0: (applicants - matched, applicants),
        }
        for place, measure in enumerate(RANK_MEASURES[1:]):
            values[measure] = (ranks[:, :, place], applicants)
        for measure, (above, below) in values.items():
            columns = self.columns[scope, measure]
            fractions.above[:, columns] = above
            fractions.below[:, columns] = below

    @cached_property
    def _groups(self) -> dict[Scope, tuple[Int64, Int64]]:
        """For each scope of seats, programs in the order of their group, and where each begins."""
        names = {
            Scope.ALL: ("all",) * len(self.programs),
            Scope.DISCIPLINE: self.disciplines,
            Scope.PROVINCE: self.provinces,
        }
        found = {Scope.PROGRAM: (np.arange(len(self.programs)), np.arange(len(self.programs)))}
        for scope, labels in names.items():
            numbers = {name: number for number, name in enumerate(self.names[scope])}
            group = np.array([numbers[label] for label in labels], dtype=np.int64)
            order = np.argsort(group, kind="stable")
            found[scope] = (order, np.searchsorted(group[order], np.arange(len(numbers))))
        return found

    def _write_seats(
        self,
        fractions: Fractions,
        scope: Scope,
        groups: tuple[Int64, Int64],
        seats: Int64,
        filled: Int64,
    ) -> None:
        """Write measures of seats."""
        has_seats = (seats > 0).astype(np.int64)
        is_full = ((filled == seats) & (seats > 0)).astype(np.int64)
        total, taken = self._grouped(groups, seats), self._grouped(groups, filled)
        for measure, above, below in (
            (Measure.FILLED, taken, np.int64(1)),
            (Measure.FILL_RATE, taken, total),
            (Measure.UNFILLED, total - taken, np.int64(1)),
            (
                Measure.FULL_RATE,
                self._grouped(groups, is_full),
                self._grouped(groups, has_seats),
            ),
        ):
            columns = self.columns[scope, measure]
            fractions.above[:, columns] = above
            fractions.below[:, columns] = below
