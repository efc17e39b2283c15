"""Stored simulations for tests of the graph, without running any."""

from __future__ import annotations

from typing import Any

from warehouse.queries import simulations
from warehouse.queries.simulation_results import CategoryResult, Results, ScenarioResult
from warehouse.tables.measures import BOUNDS, ITERATION_SEATS
from warehouse.vocabulary import SimulationKind

PROGRAMS = 3


def estimated(**means: float) -> dict[str, float]:
    """Return the columns of estimates with intervals of one tenth."""
    return {
        f"{name}_{end}": mean + shift
        for name, mean in means.items()
        for end, shift in (("mean", 0.0), ("low", -0.1), ("high", 0.1))
    }


def new_simulation(version: int, iteration: int, **others: Any) -> simulations.NewSimulation:
    """Return a simulation to ask for."""
    values: dict[str, Any] = {
        "kind": SimulationKind.WHAT_IF,
        "asked": {},
        "request": {"seed": 7, "scenarios": ["as it is", "more seats"]},
        "parameters": {"name": "test"},
        "reproduce": "mutation { runWhatIf(input: {}) { errors { code } } }",
        "seed": 7,
        "replicates": 50,
        "data_version": version,
        "match_iteration_id": iteration,
        "engine_version": "1.0",
    }
    return simulations.NewSimulation(**(values | others))


def results(keys: list[tuple[str, str, str]], *, scenarios: int = 2) -> Results:
    """Return outcomes of programs, each a key, a name and a discipline."""
    return Results([_scenario(number, keys) for number in range(scenarios)], replicates_done=40)


def _scenario(number: int, keys: list[tuple[str, str, str]]) -> ScenarioResult:
    change = estimated(matched_change=float(number)) if number else {}
    programs = [
        {
            "key": key,
            "name": name,
            "is_hypothetical": False,
            "like_program": None,
            "province": "ON",
            "quota": 2 + number,
            "is_quota_modelled": False,
            **estimated(filled=1.5 + place, fill_rate=0.5),
        }
        for place, (key, name, _) in enumerate(keys)
    ]
    applicants = len(keys)
    return ScenarioResult(
        row={
            "name": "more seats" if number else "as it is",
            "changes": [{"kind": "quota", "by": 1}] if number else [],
            "applicants": applicants,
            "programs": len(keys),
            "seats": 2 * len(keys),
            "audited": 1,
            "is_stable": True,
            "blocking_pairs": 0,
            "blocking": [],
            "verdicts": {"PROCESSED": 40},
            "core_applicants": 1.0 + number,
            "core_programs": 2.0,
            "own_seats": "TAKEN",
            "auditor_version": "1.0",
            **estimated(matched=2.5, match_rate=0.9, mean_rank=1.4, filled=2.5),
            **change,
        },
        programs=programs,
        disciplines=[
            {"name": name, "programs": 1, "quota": 2, **estimated(filled=1.0)}
            for name in dict.fromkeys(discipline for _, _, discipline in keys)
        ],
        provinces=[{"province": "ON", "programs": len(keys), "quota": 6, **estimated(filled=4.0)}],
        categories=[
            CategoryResult(
                {"category": "CMG", "applicants": applicants, **estimated(matched=2.5)},
                [
                    {"rank": rank, "is_open_ended": False, **estimated(share=share)}
                    for rank, share in ((0, 0.1), (1, 0.7), (2, 0.2))
                ],
            )
        ],
        matches=[
            (place, f"CMG-{place + 1}", "CMG", len(keys), 1, place, 1)
            for place in range(applicants)
        ],
        applications=[
            (place, rank + 1, (place + rank) % len(keys), 1, rank == 0, 1)
            for place in range(applicants)
            for rank in range(len(keys))
        ],
        iterations=[
            _iteration(iteration, category) for iteration in (1, 2) for category in (None, "CMG")
        ],
        carried=[
            {"program_ordinal": place, **estimated(seats=1.0 + place, filled=0.5)}
            for place in range(min(2, len(keys)))
        ],
    )


def _iteration(iteration: int, category: str | None) -> dict[str, object]:
    seats = {} if category else estimated(seats=3.0, filled=1.0, unfilled=2.0)
    audit = {} if category else {"audited": 1, "is_stable": True, "blocking_pairs": 0}
    row: dict[str, object] = dict.fromkeys(
        f"{stem}_{end}" for stem in ITERATION_SEATS for end in BOUNDS
    )
    row |= dict.fromkeys(("audited", "is_stable", "blocking_pairs"))
    people = estimated(applicants=4.0 - iteration, matched=1.0, unmatched=3.0 - iteration)
    return row | {"iteration": iteration, "category": category, **audit, **people, **seats}
