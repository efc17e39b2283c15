"""What two iterations give, as rows of the warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulation.estimates import Differences, Estimates
from simulation.results import ScenarioResult
from simulation.second_iteration import IterationResult
from simulation.stability import Certificate
from simulation.storing_estimates import bounds
from warehouse.tables.measures import CHANGE

Row = dict[str, Any]


def iterations_of(result: ScenarioResult) -> tuple[list[Row], list[Row]]:
    """Return the rows of both iterations, and of the seats of programs that carry over.

    Both are empty where there is one iteration.
    """
    iterated = result.iterated
    if iterated is None:
        return [], []
    rows: list[Row] = []
    audits = (result.certificates, iterated.certificates)
    for iteration, certificates in zip(iterated.iterations, audits, strict=True):
        rows.append(
            {
                "iteration": iteration.number,
                "category": None,
                **_audit(certificates),
                **_columns(iteration.people, iteration.people_differences, 0),
                **_columns(iteration.seats, iteration.seats_differences, 0),
            }
        )
        rows += [_category(iteration, n, name) for n, name in enumerate(iterated.categories, 1)]
    carried = [
        {
            "program_ordinal": number,
            **{
                key: value
                for name, estimates in iterated.of_programs.items()
                for key, value in bounds(name, estimates, number).items()
            },
        }
        for number in range(len(iterated.programs))
        if iterated.of_programs["seats"].mean[number] > 0
    ]
    return rows, carried


def _category(iteration: IterationResult, part: int, name: str) -> Row:
    nothing = _columns(iteration.seats, iteration.seats_differences, None)
    return {
        "iteration": iteration.number,
        "category": name,
        **_audit(None),
        **_columns(iteration.people, iteration.people_differences, part),
        **nothing,
    }


def _audit(certificates: tuple[Certificate, ...] | None) -> Row:
    if certificates is None:
        return dict.fromkeys(("audited", "is_stable", "blocking_pairs"))
    return {
        "audited": len(certificates),
        "is_stable": all(one.is_stable for one in certificates),
        "blocking_pairs": sum(len(one.blocking_pairs) for one in certificates),
    }


def _columns(
    estimates: Mapping[str, Estimates], differences: Mapping[str, Differences], part: int | None
) -> Row:
    """Return the columns of measures of a part; of no part, all null."""
    row: Row = {}
    for name, found in estimates.items():
        row |= bounds(name, None if part is None else found, part or 0)
        change = None if part is None else differences.get(name)
        row |= bounds(f"{name}_change", change, part or 0, CHANGE)
    return row
