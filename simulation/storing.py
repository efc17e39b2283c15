"""What a run gives, as rows of the warehouse: the other half of the bridge."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from simulation.estimates import Differences, Estimates
from simulation.market import NEVER, NO_MATCH, Market
from simulation.measures import RANK_MEASURES, Measure, Scope
from simulation.outcome import Outcome
from simulation.programs import Program
from simulation.results import Outcomes, RunResult, ScenarioResult
from simulation.scenario import opened_programs
from simulation.stability import Certificate
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
        *_facts(result),
    )


def _stems(measures: Iterable[str]) -> Stems:
    """Return the stems of columns with what they hold: they are named alike."""
    return [(name, Measure[name.upper()]) for name in measures]


def _estimates(outcomes: Outcomes, part: int, stems: Stems) -> dict[str, float | None]:
    """Return the columns of estimates and changes of one part."""
    row: dict[str, float | None] = {}
    for stem, measure in stems:
        row |= _bounds(stem, outcomes.estimates[measure], part)
        row |= _bounds(f"{stem}_change", outcomes.differences.get(measure), part, CHANGE)
    return row


def _bounds(
    stem: str,
    found: Estimates | Differences | None,
    part: int,
    ends: Iterable[str] = BOUNDS,
) -> dict[str, float | None]:
    return {
        f"{stem}_{end}": None if found is None else known(getattr(found, end)[part]) for end in ends
    }


def known(value: float) -> float | None:
    """Return a number; None for not-a-number and infinity."""
    return float(value) if math.isfinite(value) else None


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
                row.update(_bounds(stem, estimates, number))


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


def _facts(
    result: ScenarioResult,
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return who got what and who applied where, where matches are kept."""
    if result.outcome is None:
        return [], []
    outcome, population = result.outcome, result.population
    numbers = {key: n for n, key in enumerate(result.outcomes[Scope.PROGRAM].names)}
    ordinals = [numbers[key] for key in result.programs.keys]
    ranks = outcome.ranks().tolist()
    applications: list[tuple[Any, ...]] = []
    lengths = [0] * len(ranks)
    for applicant, choice, program, rank in entries(outcome.market):
        lengths[applicant] = max(lengths[applicant], choice)
        if program != NO_MATCH:
            is_match = ranks[applicant] == choice
            applications.append((applicant, choice, ordinals[program], rank, is_match))
    names = population.category_names
    matches = [
        (
            applicant,
            population.applicants[applicant],
            names[population.categories[applicant]],
            lengths[applicant],
            ranks[applicant] if program != NO_MATCH else None,
            ordinals[program] if program != NO_MATCH else None,
        )
        for applicant, program in enumerate(outcome.assignment.tolist())
    ]
    return matches, applications


def entries(market: Market) -> Iterator[tuple[int, int, int, int | None]]:
    """Yield the entries of all lists: applicant, rank, program, and the rank there (or None).

    Members of couples have the entries of their paired list; `NO_MATCH` may be among them.
    """
    starts = market.programs.starts
    lists = market.applicants
    owners = np.repeat(np.arange(len(lists)), np.diff(lists.starts))
    choices = np.arange(len(lists.items)) - lists.starts[owners] + 1
    yield from _ranked(owners, choices, lists.items, market.positions, starts)
    couples = market.couples
    owners = np.repeat(np.arange(len(couples)), np.diff(couples.starts))
    choices = np.arange(len(couples.pairs)) - couples.starts[owners] + 1
    for side in (0, 1):
        yield from _ranked(
            couples.members[owners, side],
            choices,
            couples.pairs[:, side],
            market.couple_positions[:, side],
            starts,
        )


def _ranked(
    owners: Any, choices: Any, programs: Any, positions: Any, starts: Any
) -> Iterator[tuple[int, int, int, int | None]]:
    is_ranked = (positions != NEVER) & (positions != NO_MATCH)
    ranks = np.where(is_ranked, positions - starts[np.maximum(programs, 0)] + 1, 0)
    columns = (owners.tolist(), choices.tolist(), programs.tolist(), ranks.tolist())
    for owner, choice, program, rank in zip(*columns, strict=True):
        yield owner, choice, program, rank or None
