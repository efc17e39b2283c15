"""Whatever stands in a request, it is run or refused with an error that says what to do."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from simulation.applying import apply
from simulation.errors import SimulationError
from simulation.runs import RunRequest
from tests.populations import few_applicants, offered

PROGRAMS, PARAMETERS = offered(), few_applicants()
REQUEST: dict[str, Any] = {
    "replicates": 5,
    "precision": 0.01,
    "reversions": [{"source": {"categories": ["CMG"]}, "target": {"categories": ["IMG"]}}],
    "scenarios": [
        {
            "name": "all",
            "changes": [
                {"kind": "change_quotas", "where": {"disciplines": ["Surgery"]}, "percent": 5},
                {"kind": "change_quotas", "where": {"programs": ["1-1"]}, "each": 1},
                {"kind": "change_quotas", "where": {"provinces": ["QC"]}, "total": 1},
                {"kind": "move_seats", "source": "1-1", "target": "1-2", "seats": 1},
                {"kind": "open_program", "program": "n", "quota": 2, "like": "1-3"},
                {"kind": "close_programs", "where": {"programs": ["1-0"]}},
                {"kind": "change_applicants", "group": "CMG", "percent": 5.5},
                {"kind": "change_tastes", "parameter": "selection.noise", "factor": 1.2},
                {"kind": "revert_seats", "source": {"categories": ["CMG"]},
                 "target": {"categories": ["IMG"]}, "same": ["university"], "most": 3},
                {"kind": "add_couples", "group": "CMG", "couples": 2},
            ],
        }
    ],
}  # fmt: skip
ODD = (
    None, -1, 0, 1, 0.5, 1e308, 10**30, True, float("nan"), float("inf"), "", "1", "1-1", "é",
    "\x00", "x" * 10_000, ".", "groups", "groups.CMG", "groups..x", [], {}, [None], [[]],
)  # fmt: skip


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if place:
        yield place
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        if isinstance(inner, dict | list):
            yield from places(inner, (*place, key))
        else:
            yield (*place, key)


@pytest.mark.parametrize("cases", [pytest.param(range(400), id="some"),
    pytest.param(range(400, 20_000), id="many", marks=pytest.mark.slow)])  # fmt: skip
def test_odd_values_anywhere_are_taken_or_refused(cases: range) -> None:
    where = list(places(REQUEST))
    refusals: list[SimulationError] = []
    for case in cases:
        random = Random(case)
        odd = copy.deepcopy(REQUEST)
        *parents, last = random.choice(where)
        target: Any = odd
        for parent in parents:
            target = target[parent]
        if random.random() < 0.8:
            target[last] = random.choice(ODD)
        else:
            del target[last]
        try:
            request = RunRequest.of(odd)
            for scenario in request.scenarios:
                apply(scenario, PROGRAMS, PARAMETERS, request.reversions)
        except SimulationError as error:
            refusals.append(error)
    assert 0 < len(refusals) < len(cases)
    assert all(one.problem and one.remedy and len(str(one)) < 3_000 for one in refusals)
