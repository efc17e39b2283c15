"""Calibration by simulated moments: parameters whose matches look like the published ones.

Two steps alternate (method of simulated moments; McFadden 1989, Pakes and Pollard 1989):

- **Weights of disciplines** by contraction, as Berry, Levinsohn and Pakes (1995) find mean
  utilities: where fewer get the discipline of their first choice than published, fewer shall wish
  for it. Where all get it, its weight is not identified and stays in proportion to seats.
- **The other parameters** by damped Gauss-Newton steps (Levenberg 1944, Marquardt 1963) on the
  distances to the published figures, in tolerances. A pull to the starting values, which are
  assumptions, settles what the figures leave open.

All draws are the same from step to step, so that differences are the parameters' doing. The fit is
computed with other seeds. The Jacobian tells what the figures identify: a parameter's uncertainty
is by how much it can move, the others following, before the figures are missed by one tolerance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from simulation.fit import Effort, Fit, fit_of, simulate_moments
from simulation.moments import Key
from simulation.parameters import Parameters
from simulation.programs import Float64, ProgramTable
from simulation.targets import Target

OnProgress = Callable[[int, int, float], None]
"""Called with the round, the rounds in all, and the misfit so far."""

SURE: Final = 0.97
"""Where more than this share gets the discipline of the first choice, its weight is not known."""
CONTRACTION: Final = 0.4
"""How far a step of the contraction moves a weight's logarithm, for a difference in log odds.

Later rounds take smaller steps, as in stochastic approximation (Robbins and Monro 1951).
"""
PULL: Final = 5.0
"""The pull to the starting values: so many steps away count as one tolerance."""


@dataclass(frozen=True, slots=True)
class Free:
    """A parameter to calibrate.

    Attributes:
        path: Where it stands, as `Parameters.with_changes` takes it.
        low: Its lowest value.
        high: Its highest value.
        step: How far it is moved to see what it does; also its scale.
    """

    path: str
    low: float
    high: float
    step: float


FREE: Final = (
    Free("groups.CMG.tastes.discipline", 0.5, 10.0, 0.4),
    Free("groups.CMG.tastes.home_school", 0.0, 8.0, 0.3),
    Free("groups.CMG.tastes.home_province", 0.0, 6.0, 0.3),
    Free("groups.CMG.list_length", 3.0, 40.0, 1.5),
    Free("groups.CMG.list_length_spread", 0.0, 2.0, 0.1),
    Free("groups.IMG.tastes.discipline", 0.5, 10.0, 0.4),
    Free("groups.IMG.list_length", 1.0, 40.0, 1.0),
    Free("groups.IMG.quality_spread", 0.3, 5.0, 0.3),
    Free("selection.interest", 0.0, 3.0, 0.1),
    Free("selection.noise", 0.1, 5.0, 0.25),
    Free("selection.screening_noise", 0.1, 5.0, 0.25),
    Free("selection.interviews_stated", 0.2, 3.0, 0.1),
)
"""What is calibrated by default; all else is assumed, and `Calibration` says so."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A calibrated parameter.

    Attributes:
        path: Where it stands.
        value: Its value.
        start: Where calibration began.
        uncertainty: By how much it can move before the figures are missed by a tolerance.
        is_identified: Whether that is less than a third of its range.
    """

    path: str
    value: float
    start: float
    uncertainty: float
    is_identified: bool


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Calibrated parameters and what they reproduce.

    Attributes:
        parameters: The parameters.
        fit: All published figures beside the simulated ones, with seeds of their own.
        estimates: What was calibrated.
        misfit: Root mean square of the distances to the figures, in tolerances, while calibrating;
            of the best round.
        effort: How much was simulated.
    """

    parameters: Parameters
    fit: tuple[Fit, ...]
    estimates: tuple[Estimate, ...]
    misfit: float
    effort: Effort


@dataclass(slots=True)
class _Search:
    """The state of a calibration: parameters, and the moments that they give."""

    programs: ProgramTable
    targets: Sequence[Target]
    free: Sequence[Free]
    effort: Effort
    start: Float64
    parameters: Parameters
    moments: dict[Key, float] = field(default_factory=dict)

    def simulate(self, parameters: Parameters, seed: int | None = None) -> dict[Key, float]:
        """Return the moments of matches with these parameters."""
        return simulate_moments(self.programs, parameters, self.effort, seed)

    def misfit(self) -> float:
        """Return the root mean square of the distances to all figures with a tolerance."""
        told = [target for target in self.targets if target.tolerance is not None]
        return _rms(self.distances(told, self.moments))

    def fitted(self) -> list[Target]:
        """Return the figures that the Gauss-Newton steps follow."""
        by_weights = {key for key in map(_weight_target, self.targets) if key}
        return [
            target
            for target in self.targets
            if target.tolerance is not None and target.key not in by_weights
        ]

    def residuals(self, moments: Mapping[Key, float]) -> Float64:
        """Return the distances to those figures, in tolerances."""
        return self.distances(self.fitted(), moments)

    @staticmethod
    def distances(targets: Sequence[Target], moments: Mapping[Key, float]) -> Float64:
        """Return the distances to some figures, in tolerances."""
        return np.array(
            [
                (moments.get(target.key, 0.0) - target.value) / (target.tolerance or 1.0)
                for target in targets
            ]
        )

    def values(self) -> Float64:
        """Return the values of the free parameters."""
        return np.array([_value(self.parameters, one.path) for one in self.free])


def calibrate(
    programs: ProgramTable,
    start: Parameters,
    targets: Sequence[Target],
    effort: Effort | None = None,
    free: Sequence[Free] = FREE,
    on_progress: OnProgress = lambda *_: None,
) -> Calibration:
    """Return parameters whose simulated matches come close to published figures.

    Args:
        programs: The program streams.
        start: Where to begin; what is not free stays as it is here.
        targets: The published figures.
        effort: How much to simulate.
        free: What to calibrate.
        on_progress: Called after each round.

    Raises:
        InvalidParametersError: A free parameter does not exist.
    """
    effort = effort or Effort()
    first = np.array([_value(start, one.path) for one in free])
    search = _Search(programs, targets, free, effort, first, start)
    search.moments = search.simulate(start)
    damping, jacobian = 1.0, np.zeros((0, len(free)))
    best = (search.misfit(), search.parameters, jacobian)
    for number in range(1, effort.rounds + 1):
        for _ in range(effort.contractions):
            _contract(search, CONTRACTION / (1 + (number - 1) / 3))
        if free:
            jacobian = _jacobian(search)
            damping = _step(search, jacobian, damping)
        on_progress(number, effort.rounds, search.misfit())
        if search.misfit() < best[0]:
            best = (search.misfit(), search.parameters, jacobian)
    misfit, search.parameters, jacobian = best
    return Calibration(
        search.parameters,
        fit_of(programs, search.parameters, targets, effort),
        _estimates(search, jacobian),
        misfit,
        effort,
    )


def _weight_target(target: Target) -> Key | None:
    """Return the key of a figure that the weight of a discipline is fitted to."""
    if target.moment == "first_discipline":
        return target.key
    if (
        target.moment == "success"
        and target.value < SURE
        and not target.subject.endswith("|Family Medicine")
    ):
        return target.key
    return None


def _contract(search: _Search, strength: float) -> None:
    """Move the weights of disciplines towards the published figures, once."""
    changes: dict[str, dict[str, float]] = {}
    for target in search.targets:
        group, _, discipline = target.subject.partition("|")
        if _weight_target(target) is None or group not in search.parameters.groups:
            continue
        # More wishes raise the share of first choices, and lower the share that succeeds.
        sign = 1.0 if target.moment == "first_discipline" else -1.0
        gap = _log_odds(target.value) - _log_odds(search.moments.get(target.key, 0.0))
        weights = changes.setdefault(group, weights_of(search.programs, search.parameters, group))
        weights[discipline] *= math.exp(sign * strength * max(-2.0, min(2.0, gap)))
    for group, weights in changes.items():
        total = sum(weights.values())
        scaled = {name: round(weight / total, 6) for name, weight in weights.items()}
        search.parameters = search.parameters.with_changes({f"groups.{group}.interests": scaled})
    search.moments = search.simulate(search.parameters)


def _log_odds(share: float) -> float:
    """Return the logarithm of the odds, finite for shares of zero and one."""
    return math.log((share + 0.005) / (1.005 - share))


def weights_of(programs: ProgramTable, parameters: Parameters, group: str) -> dict[str, float]:
    """Return the weights of all disciplines of a group, as shares of one."""
    stated = parameters.groups[group].interests
    seats: dict[str, float] = {}
    for discipline, admits, announced in zip(
        programs.disciplines, programs.admits, programs.announced.tolist(), strict=True
    ):
        category = parameters.groups[group].category
        is_open = any(entry.split("+")[0] == category for entry in admits)
        seats[discipline] = seats.get(discipline, 0.0) + announced * is_open
    weights = {name: stated.get(name, count) for name, count in seats.items()}
    total = sum(weights.values()) or 1.0
    return {name: max(weight / total, 1e-6) for name, weight in weights.items()}


def _jacobian(search: _Search) -> Float64:
    """Return what each free parameter does to each distance; figures x parameters."""
    here, columns = search.residuals(search.moments), []
    for one, value in zip(search.free, search.values().tolist(), strict=True):
        # Away from a bound, so that the step has its full length.
        step = one.step if value + one.step <= one.high else -one.step
        moved = search.parameters.with_changes({one.path: value + step})
        columns.append((search.residuals(search.simulate(moved)) - here) / step)
    return np.column_stack(columns)


def _step(search: _Search, jacobian: Float64, damping: float) -> float:
    """Take the best of a few damped Gauss-Newton steps, if one is better; returns the damping."""
    scale = np.array([one.step for one in search.free])
    low = np.array([one.low for one in search.free])
    high = np.array([one.high for one in search.free])
    values, here = search.values(), search.residuals(search.moments)
    pull = 1.0 / (PULL * scale)
    best = _cost(here, (values - search.start) * pull)
    scaled = jacobian * scale
    gradient = scaled.T @ here + (pull * scale) * ((values - search.start) * pull)
    curvature = scaled.T @ scaled + np.diag((pull * scale) ** 2)
    for _ in range(4):
        damped = curvature + damping * np.diag(np.diag(curvature) + 1e-3)
        tried = np.clip(values - scale * np.linalg.solve(damped, gradient), low, high)
        changes: dict[str, Any] = {
            one.path: round(value, 4)
            for one, value in zip(search.free, tried.tolist(), strict=True)
        }
        parameters = search.parameters.with_changes(changes)
        moments = search.simulate(parameters)
        cost = _cost(search.residuals(moments), (tried - search.start) * pull)
        if cost < best:
            search.parameters, search.moments = parameters, moments
            return max(damping / 4, 1e-3)
        damping *= 4
    return damping


def _cost(residuals: Float64, pulled: Float64) -> float:
    return float(residuals @ residuals + pulled @ pulled)


def _estimates(search: _Search, jacobian: Float64) -> tuple[Estimate, ...]:
    """Return what was calibrated, with what the figures say of it."""
    information = jacobian.T @ jacobian
    values, vectors = np.linalg.eigh(information)
    variances = (vectors**2) @ (1.0 / np.maximum(values, 1e-12))
    return tuple(
        Estimate(
            one.path,
            value,
            start,
            float(min(math.sqrt(variance), one.high - one.low)),
            math.sqrt(variance) < (one.high - one.low) / 3,
        )
        for one, value, start, variance in zip(
            search.free, search.values().tolist(), search.start.tolist(), variances, strict=True
        )
    )


def _value(parameters: Parameters, path: str) -> float:
    return float(parameters.at(path))


def _rms(residuals: Float64) -> float:
    return float(np.sqrt(np.mean(residuals**2))) if len(residuals) else 0.0
