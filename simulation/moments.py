"""What a simulated match says of the quantities that are published of real ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np

from simulation.building import build_market
from simulation.consideration import consider, drawn_lists
from simulation.engine import solve
from simulation.market import NO_MATCH, Int32, RankLists
from simulation.outcome import Outcome
from simulation.population import NO_HOME, Population
from simulation.programs import ProgramTable
from simulation.regions import Regions

Key: TypeAlias = tuple[str, str]

LAST_RANK: Final = 7
"""Ranks from this one on are published as one."""
ATLANTIC: Final = ("NS", "NB", "PE")
"""Provinces that are published as one."""


@dataclass(slots=True)
class Tally:
    """Counts over replicates, of which moments are the ratios.

    Attributes:
        parts: How many fulfil a condition, by moment and subject.
        wholes: Of how many.
    """

    parts: defaultdict[Key, float] = field(default_factory=lambda: defaultdict(float))
    wholes: defaultdict[Key, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, moment: str, subject: str, part: float, whole: float) -> None:
        """Count some that fulfil a condition, of so many."""
        self.parts[moment, subject] += part
        self.wholes[moment, subject] += whole

    def plus(self, other: Tally) -> Tally:
        """Return the counts of both."""
        both = Tally()
        for one in (self, other):
            for key, whole in one.wholes.items():
                both.add(*key, one.parts[key], whole)
        return both

    def shares(self) -> dict[Key, float]:
        """Return the ratios; a moment of which there was nobody is left out."""
        return {key: self.parts[key] / whole for key, whole in self.wholes.items() if whole > 0}


def tally(
    programs: ProgramTable, population: Population, replicates: Iterable[int], into: Tally
) -> None:
    """Match replicates of a population, as singles, and count what is published of real matches.

    The moments, with their subjects:

    - ``rank`` (``CMG|1`` to ``CMG|7+``) and ``unmatched`` (``CMG``): shares of the group's
      applicants who rank at least one program; ``rank_if_matched``: of those matched.
    - ``first_discipline`` (``CMG|Dermatology``): share whose first program is of the discipline.
    - ``success``: share of those who are matched to it; ``unmatched_by_first``: who have no match.
    - ``first_if_matched``: share of those matched to the discipline for whom it was the first.
    - ``place`` (``CMG|own school``, ``CMG|other school of the province``, ``CMG|other province``):
      shares of those matched, of graduates of universities of the table.
    - ``fill`` (a discipline): share of seats that are filled; ``unfilled_share`` (a discipline and
      province): share of its unfilled seats that are there.
    """
    fixed = consider(population)
    for replicate in replicates:
        applicants, ranked = drawn_lists(fixed, population.seed, replicate)
        market = build_market(applicants, ranked, population.quotas)
        outcome = solve(market)
        _tally_applicants(population, applicants, outcome, into)
        _tally_places(programs, population, outcome, into)
        _tally_seats(programs, population, outcome, into)


def first_nests(population: Population, lists: RankLists) -> Int32:
    """Return the discipline of each applicant's first program; -1 for those who list none."""
    listed = np.diff(lists.starts) > 0
    first = np.full(len(lists), -1, dtype=np.int32)
    first[listed] = population.nests[lists.items[lists.starts[:-1][listed]]]
    return first


def _tally_applicants(
    population: Population, lists: RankLists, outcome: Outcome, into: Tally
) -> None:
    ranks = outcome.ranks()
    first = first_nests(population, lists)
    matched = outcome.assignment != NO_MATCH
    got = np.where(matched, population.nests[np.maximum(outcome.assignment, 0)], -1)
    for number, group in enumerate(population.category_names):
        active = (population.categories == number) & (first >= 0)
        everybody, placed = int(active.sum()), int((active & matched).sum())
        into.add("unmatched", group, everybody - placed, everybody)
        for rank in range(1, LAST_RANK + 1):
            here = ranks >= rank if rank == LAST_RANK else ranks == rank
            name = f"{group}|{rank}+" if rank == LAST_RANK else f"{group}|{rank}"
            into.add("rank", name, int((active & here).sum()), everybody)
            into.add("rank_if_matched", name, int((active & here).sum()), placed)
        for nest, discipline in enumerate(population.nest_names):
            wants, has = active & (first == nest), active & (got == nest)
            both, firsts = int((wants & has).sum()), int(wants.sum())
            name = f"{group}|{discipline}"
            into.add("first_discipline", name, firsts, everybody)
            into.add("success", name, both, firsts)
            into.add("unmatched_by_first", name, int((wants & ~matched).sum()), firsts)
            into.add("first_if_matched", name, both, int(has.sum()))


def _tally_places(
    programs: ProgramTable, population: Population, outcome: Outcome, into: Tally
) -> None:
    regions = Regions.of(programs)
    program = np.maximum(outcome.assignment, 0)
    home = np.maximum(population.homes, 0)
    counted = (outcome.assignment != NO_MATCH) & (population.homes != NO_HOME)
    stays = regions.of_program[program] == home
    near = ~stays & regions.same_province(programs)[home, program]
    places = {
        "own school": stays,
        "other school of the province": near,
        "other province": ~stays & ~near,
    }
    for number, group in enumerate(population.category_names):
        matched = counted & (population.categories == number)
        for name, here in places.items():
            into.add("place", f"{group}|{name}", int((matched & here).sum()), int(matched.sum()))


def _tally_seats(
    programs: ProgramTable, population: Population, outcome: Outcome, into: Tally
) -> None:
    filled, unfilled = outcome.fill(), outcome.unfilled()
    for nest, discipline in enumerate(population.nest_names):
        here = population.nests == nest
        into.add("fill", discipline, int(filled[here].sum()), int(population.quotas[here].sum()))
        places: defaultdict[str, int] = defaultdict(int)
        for program in np.flatnonzero(here).tolist():
            province = programs.provinces[program]
            places["+".join(ATLANTIC) if province in ATLANTIC else province] += int(
                unfilled[program]
            )
        total = sum(places.values())
        for place, seats in places.items():
            into.add("unfilled_share", f"{discipline}|{place}", seats, total)
