"""Both iterations of a run, and the size of the core, as rows of files; see `export`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulation.estimates import Differences, Estimates
from simulation.results import ScenarioResult

Row = dict[str, Any]

ALL: Final = "all"
"""What the rows of all applicants say in the place of a category."""
ESTIMATE: Final = ("mean", "low", "high", "deviation")
DIFFERENCE: Final = (*ESTIMATE, "variance_ratio")


def core_row(result: ScenarioResult) -> Row:
    """Return how many would have another outcome if programs proposed."""
    return {
        "scenario": result.scenario.name,
        "audited": len(result.certificates),
        "applicants_with_other_outcome": result.core.applicants,
        "programs_with_other_outcome": result.core.programs,
        "not_defined_because": result.core.why_not,
    }


def iteration_rows(result: ScenarioResult) -> Iterator[Row]:
    """Yield what each iteration gives: a row for each category, all first, and measure."""
    if result.iterated is None:
        return
    for one in result.iterated.iterations:
        parts = (ALL, *result.iterated.categories)
        for of_all, estimates, differences in (
            (False, one.people, one.people_differences),
            (True, one.seats, one.seats_differences),
        ):
            for measure, found in estimates.items():
                for part, category in enumerate(parts[:1] if of_all else parts):
                    yield {
                        "scenario": result.scenario.name,
                        "iteration": one.number,
                        "category": category,
                        "measure": measure.upper(),
                        **_numbers(found, differences.get(measure), part),
                    }


def carried_rows(result: ScenarioResult) -> Iterator[Row]:
    """Yield the programs whose seats carry over: how many, and how many the second one fills."""
    if result.iterated is None:
        return
    for measure, found in result.iterated.of_programs.items():
        for number, program in enumerate(result.iterated.programs):
            if result.iterated.of_programs["seats"].mean[number] > 0:
                yield {
                    "scenario": result.scenario.name,
                    "program": program,
                    "measure": measure.upper(),
                    **{name: known(getattr(found, name)[number]) for name in ESTIMATE},
                }


def known(value: float) -> float | None:
    """Return a number, or None where there is none."""
    return float(value) if math.isfinite(value) else None


def _numbers(found: Estimates, difference: Differences | None, part: int) -> Mapping[str, Any]:
    return {name: known(getattr(found, name)[part]) for name in ESTIMATE} | {
        f"difference_{name}": None if difference is None else known(getattr(difference, name)[part])
        for name in DIFFERENCE
    }
