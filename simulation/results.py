"""What a run gives: outcomes of each scenario, differences between them, certificates, seat values.

Everything here is simulated: no applicant is a person. Rates are shares between 0 and 1, and
not-a-number stands for what cannot be known (see `estimates`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from simulation.core import CoreSize
from simulation.estimates import Differences, Estimates
from simulation.joining import Int64
from simulation.market import NO_MATCH, Int32
from simulation.measures import Measure, Scope
from simulation.outcome import Outcome, Verdict
from simulation.population import Population
from simulation.programs import ProgramTable
from simulation.scenario import Scenario
from simulation.second_iteration import IteratedResult
from simulation.stability import Certificate

if TYPE_CHECKING:
    from simulation.runs import RunRequest


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Measures of the parts of one scope, such as all provinces.

    Attributes:
        scope: What the parts are.
        names: Their names: keys of programs, names of disciplines, provinces and categories.
        applicants: Applicants of each part; zeros where the scope has only seats.
        seats: Seats of each part, before reversions; zeros where the scope has only applicants.
        programs: Programs with seats of each part.
        estimates: What was measured, part by part.
        differences: Differences to the first scenario; empty for the first one.
    """

    scope: Scope
    names: tuple[str, ...]
    applicants: Int64
    seats: Int64
    programs: Int64
    estimates: Mapping[Measure, Estimates]
    differences: Mapping[Measure, Differences]


@dataclass(frozen=True, slots=True, eq=False)
class ScenarioResult:
    """What one scenario gives.

    Attributes:
        scenario: The scenario.
        programs: Its programs; their numbers are those of the outcome's market.
        population: Its applicants.
        outcomes: What was measured, by scope. Programs are those of all scenarios, in the same
            order for each; those that a scenario does not have, have no seats there.
        verdicts: How many replicates ended with each verdict.
        certificates: The audits of the first replicates, as many as were asked for.
        outcome: The match of the first replicate, if it was to be kept.
        core: How many would have another outcome if programs proposed, in the replicates that were
            audited.
        iterated: What a second iteration gives; None where there is none. All else is of the first.
    """

    scenario: Scenario
    programs: ProgramTable
    population: Population
    outcomes: Mapping[Scope, Outcomes]
    verdicts: Mapping[Verdict, int]
    certificates: tuple[Certificate, ...]
    outcome: Outcome | None
    core: CoreSize
    iterated: IteratedResult | None

    def matches(self, outcome: Outcome) -> tuple[Int32, Int32, Int32]:
        """Return iteration, program and rank of all matches; 0, `NO_MATCH` and 0 for none.

        Args:
            outcome: The match of the first replicate, that of the first iteration.
        """
        if self.iterated is not None and self.iterated.kept is not None:
            return self.iterated.kept.matches()
        iterations = (outcome.assignment != NO_MATCH).astype(np.int32)
        return iterations, outcome.assignment, outcome.ranks()

    @property
    def is_stable(self) -> bool:
        """Whether all audited replicates are stable; of the first iteration."""
        return all(one.is_stable for one in self.certificates)


@dataclass(frozen=True, slots=True, eq=False)
class SeatValues:
    """What one more seat of each program would change, each by itself.

    Attributes:
        programs: Keys of the programs.
        matched: How many more applicants are matched.
        better_off: How many applicants obtain a better rank, or a match, less those who do worse,
            as some may with couples or reversions.
        ranks_gained: How many ranks those gain together who were matched before.
        replicates: How many replicates the estimates are of.
    """

    programs: tuple[str, ...]
    matched: Estimates
    better_off: Estimates
    ranks_gained: Estimates
    replicates: int

    def ranking(self) -> Int32:
        """Return the numbers of the programs, the most valuable seat first.

        That is where most applicants more are matched; where equal, where most are better off, then
        where they gain most ranks, then by key.
        """
        keys = np.argsort(np.argsort(np.array(self.programs, dtype=np.str_)))
        order = np.lexsort(
            (keys, -self.ranks_gained.mean, -self.better_off.mean, -self.matched.mean)
        )
        return order.astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """The result of a run.

    Attributes:
        request: What was asked for; with the programs and the engine's version, all that is needed
            to get the same again.
        data_version: What the programs are, in words; empty where the caller did not say.
        engine_version: The version of the engine.
        replicates: How many replicates were run.
        is_converged: Whether intervals are as narrow as was asked for; None if that was not asked.
        scenarios: What each scenario gives, in the order of the request.
        seat_values: What one more seat would change in the first scenario, if that was asked.
    """

    is_simulated: ClassVar[bool] = True
    """Always true: no applicant is a person."""

    request: RunRequest
    data_version: str
    engine_version: str
    replicates: int
    is_converged: bool | None
    scenarios: tuple[ScenarioResult, ...]
    seat_values: SeatValues | None
