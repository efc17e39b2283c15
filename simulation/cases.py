"""A scenario made ready to run: its population, its rules, and any replicate of it.

Replicates of singles run compiled (`counting`). Where there are couples, or seats that revert,
each replicate goes through the whole engine instead, which takes some ten times as long, and more
where couples need the exact search.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from simulation.building import build_market
from simulation.consideration import Consideration, consider, drawn_lists
from simulation.counting import CATEGORY_COLUMNS, RANKS, count_replicates
from simulation.engine import solve
from simulation.errors import RunCancelledError
from simulation.joining import Int64
from simulation.market import Int32, Market
from simulation.outcome import Outcome, Verdict
from simulation.pairing import with_couples
from simulation.patience import SEARCH_LIMIT, Patience, never
from simulation.population import Population
from simulation.reversion import Pool, Reversion, ReversionRun, run_with_reversions

VERDICTS: Final = tuple(Verdict)
"""The order in which verdicts are counted."""


class Counted(NamedTuple):
    """What some replicates of a case counted.

    Attributes:
        counts: A row for each replicate; see `counting.count_replicates`.
        seats: The seats of each program, in each replicate or, as one row, in all.
        verdicts: How many replicates ended with each verdict; see `VERDICTS`.
    """

    counts: Int32
    seats: Int64
    verdicts: Int64


@dataclass(frozen=True, eq=False)
class Case:
    """A scenario made ready to run.

    Attributes:
        name: The name of the scenario.
        population: Whom and what it matches.
        provinces: A number for the province of each program; couples look at them.
        seed: What replicates are drawn from.
        reversions: What becomes of seats that stay empty.
        pools: The pools that reversions name.
        search_limit: How long the exact search for couples goes on; see `Patience`.
    """

    name: str
    population: Population
    provinces: Int32
    seed: int
    reversions: Sequence[Reversion] = ()
    pools: Sequence[Pool] = field(default=())
    search_limit: float = SEARCH_LIMIT

    @cached_property
    def fixed(self) -> Consideration:
        """What the replicates share, as kernels take it."""
        return consider(self.population)

    @property
    def is_compiled(self) -> bool:
        """Whether replicates run in the compiled loop: no couples, no reversions."""
        return not len(self.population.couples) and not self.reversions

    def market(self, replicate: int) -> Market:
        """Return the market of one replicate, with the lists that everybody submits."""
        applicants, programs = drawn_lists(self.fixed, self.seed, replicate)
        population, couples = self.population, None
        if len(population.couples):
            applicants, couples = with_couples(applicants, population.couples, self.provinces)
        return build_market(
            applicants,
            programs,
            population.quotas,
            couples,
            population.applicants,
            population.programs,
        )

    def outcome(self, replicate: int, is_cancelled: Callable[[], bool] = never) -> Outcome:
        """Return the matching of one replicate by the whole engine.

        Where seats reverted, the market of the outcome has the seats after that.

        Raises:
            RunCancelledError: Somebody cancelled during an exact search.
        """
        return self.matched(self.market(replicate), is_cancelled)

    def matched(self, market: Market, is_cancelled: Callable[[], bool] = never) -> Outcome:
        """Return the matching of a market of this case by the whole engine; see `outcome`."""
        reverted = self.reverted(market, is_cancelled)
        if reverted is not None:
            return reverted.run.outcome
        return solve(market, seed=self.seed, patience=Patience(self.search_limit, is_cancelled))

    def reverted(
        self, market: Market, is_cancelled: Callable[[], bool] = never
    ) -> ReversionRun | None:
        """Return the run of a market of this case with its reversions; None where it has none."""
        if not self.reversions:
            return None
        patience = Patience(self.search_limit, is_cancelled)
        return run_with_reversions(
            market, self.reversions, self.pools, seed=self.seed, patience=patience
        )

    def count(self, first: int, number: int, is_cancelled: Callable[[], bool]) -> Counted:
        """Run replicates and count.

        Args:
            first: The number of the first one.
            number: How many they are.
            is_cancelled: Asked between replicates that take long, and during exact searches.

        Raises:
            RunCancelledError: Somebody cancelled.
        """
        population = self.population
        width = CATEGORY_COLUMNS * len(population.category_names) + len(population.programs)
        counts = np.zeros((number, width), dtype=np.int32)
        seats = population.quotas[None, :].astype(np.int64)
        verdicts = np.zeros(len(VERDICTS), dtype=np.int64)
        if self.is_compiled:
            count_replicates(self.fixed, np.uint64(self.seed), np.uint64(first), counts)
            verdicts[VERDICTS.index(Verdict.PROCESSED)] = number
            return Counted(counts, seats, verdicts)
        seats = np.repeat(seats, number, axis=0)
        for row in range(number):
            if is_cancelled():
                raise RunCancelledError
            outcome = self.outcome(first + row, is_cancelled)
            self._write(outcome, counts[row])
            seats[row] = outcome.market.quotas
            verdicts[VERDICTS.index(outcome.method.verdict)] += 1
        return Counted(counts, seats, verdicts)

    def _write(self, outcome: Outcome, counts: Int32) -> None:
        """Write the counts of one replicate."""
        ranks = outcome.ranks()
        placed = ranks > 0
        column = self.population.categories.astype(np.int64) * CATEGORY_COLUMNS
        np.add.at(counts, (column + np.minimum(ranks, RANKS) - 1)[placed], 1)
        np.add.at(counts, (column + RANKS)[placed], ranks[placed])
        counts[CATEGORY_COLUMNS * len(self.population.category_names) :] = outcome.fill()
