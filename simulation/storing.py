"""What a run gives, as rows of the warehouse: the other half of the bridge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from simulation.measures import RANK_MEASURES, Measure, Scope
from simulation.outcome import Outcome
from simulation.programs import Program
from simulation.results import Outcomes, RunResult, ScenarioResult
from simulation.scenario import opened_programs
from simulation.stability import Certificate
from simulation.storing_estimates import bounds
from simulation.storing_facts import facts_of
from simulation.storing_iterations import iterations_of
from warehouse.queries.simulation_results import CategoryResult, Results
from warehouse.queries.simulation_results import ScenarioResult as Rows
from warehouse.tables.measures import APPLICANTS, BOUNDS, CHANGE, SEATS

MOST_TOLD: Final = 20
"""Blocking pairs that are told in words."""

Stems = Iterable[tuple[str, Measure]]


def rows_of(result: RunResult) -> Results:
    """Return the result of a run as rows to store."""
    programs: dict[str, Program] = {}
    for scenario in result.scenarios:
        for program in scenario.programs.rows():
            programs.setdefault(program.key, program)
    likes = opened_programs(result.request.scenarios)
    scenarios = [_scenario(one, programs, likes) for one in result.scenarios]
    if result.seat_values is not None:
        _add_seat_values(scenarios[0], result)
    return Results(scenarios, result.replicates)


def _scenario(
    result: ScenarioResult, programs: Mapping[str, Program], likes: Mapping[str, str]
) -> Rows:
    everything, disciplines, provinces, of_programs, categories = (
        result.outcomes[scope]
        for scope in (Scope.ALL, Scope.DISCIPLINE, Scope.PROVINCE, Scope.PROGRAM, Scope.CATEGORY)
    )
    row = {
        "name": result.scenario.name,
        "changes": [one.model_dump(mode="json") for one in result.scenario.changes],
        "applicants": int(everything.applicants[0]),
        "programs": int(everything.programs[0]),
        "seats": int(everything.seats[0]),
        "verdicts": {one.value: count for one, count in result.verdicts.items() if count},
        **_certified(result.certificates, result.outcome),
        "core_applicants": result.core.applicants,
        "core_programs": result.core.programs,
        "core_undefined": result.core.why_not,
        **_estimates(everything, 0, [*_stems(APPLICANTS), *_stems(SEATS)]),
    }
    return Rows(
        row,
        [_program(of_programs, part, programs, likes) for part in range(len(of_programs.names))],
        [{"name": name, **_seats(disciplines, n)} for n, name in enumerate(disciplines.names)],
        [
            {"province": name or None, **_seats(provinces, part)}
            for part, name in enumerate(provinces.names)
        ],
        [_category(categories, part) for part in range(len(categories.names))],
        *facts_of(result),
        *iterations_of(result),
    )


def _stems(measures: Iterable[str]) -> Stems:
    """Return the stems of columns with what they hold: they are named alike."""
    return [(name, Measure[name.upper()]) for name in measures]


def _estimates(outcomes: Outcomes, part: int, stems: Stems) -> dict[str, float | None]:
    """Return the columns of estimates and changes of one part."""
    row: dict[str, float | None] = {}
    for stem, measure in stems:
        row |= bounds(stem, outcomes.estimates[measure], part)
        row |= bounds(f"{stem}_change", outcomes.differences.get(measure), part, CHANGE)
    return row


def _certified(certificates: tuple[Certificate, ...], outcome: Outcome | None) -> dict[str, object]:
    """Return the columns of the certificate."""
    first = certificates[0]
    told = [one for certificate in certificates for one in certificate.violations]
    if outcome is not None:
        told += [pair.explain(outcome.market) for pair in first.blocking_pairs]
    return {
        "audited": len(certificates),
        "is_stable": all(one.is_stable for one in certificates),
        "blocking_pairs": sum(len(one.blocking_pairs) for one in certificates),
        "blocking": told[:MOST_TOLD],
        "own_seats": first.own_seats.value,
        "market_digest": first.market_digest,
        "matching_digest": first.matching_digest,
        "auditor_version": first.auditor_version,
    }


def _seats(outcomes: Outcomes, part: int) -> dict[str, Any]:
    return {
        "programs": int(outcomes.programs[part]),
        "quota": int(outcomes.seats[part]),
        **_estimates(outcomes, part, _stems(SEATS)),
    }


def _program(
    outcomes: Outcomes, part: int, programs: Mapping[str, Program], likes: Mapping[str, str]
) -> dict[str, Any]:
    program = programs[outcomes.names[part]]
    return {
        "key": program.key,
        "name": program.name,
        "is_hypothetical": program.key in likes,
        "like_program": likes.get(program.key),
        "province": program.province or None,
        "quota": int(outcomes.seats[part]),
        "is_quota_modelled": program.quota_is_modelled,
        **_estimates(outcomes, part, _stems(SEATS)),
        **dict.fromkeys(_SEAT_COLUMNS),
    }


_SEAT_STEMS: Final = ("seat_value", "seat_better_off", "seat_ranks_gained")
_SEAT_COLUMNS: Final = [f"{stem}_{end}" for stem in _SEAT_STEMS for end in BOUNDS]


def _add_seat_values(rows: Rows, result: RunResult) -> None:
    """Write the values of seats into the programs of the first scenario."""
    values = result.seat_values
    assert values is not None
    numbers = {key: number for number, key in enumerate(values.programs)}
    found = (values.matched, values.better_off, values.ranks_gained)
    for row in rows.programs:
        number = numbers.get(row["key"])
        for stem, estimates in zip(_SEAT_STEMS, found, strict=True):
            if number is not None and isinstance(row, dict):
                row.update(bounds(stem, estimates, number))


def _category(outcomes: Outcomes, part: int) -> CategoryResult:
    row = {
        "category": outcomes.names[part],
        "applicants": int(outcomes.applicants[part]),
        **_estimates(outcomes, part, _stems(APPLICANTS)),
    }
    ranks = [
        {
            "rank": rank,
            "is_open_ended": measure is RANK_MEASURES[-1],
            **_estimates(outcomes, part, [("share", measure)]),
        }
        for rank, measure in enumerate(RANK_MEASURES)
    ]
    return CategoryResult(row, ranks)
