"""Simulated figures beside published ones."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import reduce

from simulation.moments import Key, Tally, tally
from simulation.parameters import Parameters
from simulation.preferences import populate
from simulation.programs import ProgramTable
from simulation.targets import Target


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is simulated.

    Attributes:
        rounds: How often weights and parameters take turns.
        contractions: Steps of the contraction in each round.
        populations: Populations of each simulation.
        replicates: Replicates of each population.
        seed: The first seed; the fit is computed with seeds from ``seed`` + 1000 on.
        threads: Populations at a time; results do not depend on it.
    """

    rounds: int = 12
    contractions: int = 3
    populations: int = 6
    replicates: int = 1
    seed: int = 1503
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Fit:
    """A published figure beside the simulated one.

    Attributes:
        target: The published figure.
        simulated: The simulated one; None where it could not be computed.
        is_reproduced: Whether they are within two tolerances, or 1.5 points where the figure is
            only compared.
    """

    target: Target
    simulated: float | None
    is_reproduced: bool


def simulate_moments(
    programs: ProgramTable, parameters: Parameters, effort: Effort, seed: int | None = None
) -> dict[Key, float]:
    """Return the moments of simulated matches, over populations and replicates.

    Args:
        programs: The program streams.
        parameters: The parameters.
        effort: How much to simulate.
        seed: The seed of the first population; that of the effort if None.
    """
    first = effort.seed if seed is None else seed

    def one(number: int) -> Tally:
        counts = Tally()
        population = populate(programs, parameters, first + number)
        tally(programs, population, range(effort.replicates), counts)
        return counts

    with ThreadPoolExecutor(effort.threads) as pool:
        return reduce(Tally.plus, pool.map(one, range(effort.populations)), Tally()).shares()


def fit_of(
    programs: ProgramTable,
    parameters: Parameters,
    targets: Sequence[Target],
    effort: Effort,
) -> tuple[Fit, ...]:
    """Return all published figures beside simulated ones.

    Seeds are those that calibration did not use, and populations three times as many.
    """
    more = replace(effort, populations=3 * effort.populations)
    moments = simulate_moments(programs, parameters, more, effort.seed + 1000)
    fits = []
    for target in targets:
        simulated = moments.get(target.key)
        near = 0.015 if target.tolerance is None else 2 * target.tolerance
        is_reproduced = simulated is not None and abs(simulated - target.value) <= near
        fits.append(Fit(target, simulated, is_reproduced))
    return tuple(fits)
