"""Results of a run as files: long tables in CSV, and everything in one JSON file.

Every row and the JSON file say that it is simulated. An empty cell, null in JSON, stands for what
cannot be known, such as the interval of a single replicate, and for a variance ratio without end,
where a difference is the same in all replicates.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from simulation.export_iterations import (
    DIFFERENCE,
    ESTIMATE,
    carried_rows,
    core_row,
    iteration_rows,
    known,
)
from simulation.market import NO_MATCH
from simulation.measures import PEOPLE_MEASURES, Scope
from simulation.results import Outcomes, RunResult, ScenarioResult, SeatValues
from simulation.scenario import opened_programs
from simulation.stability import Certificate

Row = dict[str, Any]

FILES: Final = {
    Scope.ALL: "summary",
    Scope.CATEGORY: "categories",
    Scope.DISCIPLINE: "disciplines",
    Scope.PROVINCE: "provinces",
    Scope.PROGRAM: "programs",
}
"""The name of the table of each scope."""


def tables_of(result: RunResult) -> dict[str, list[Row]]:
    """Return the tables of a result, by name; each row has the same keys within a table.

    ``summary``, ``categories``, ``disciplines``, ``provinces`` and ``programs`` have a row for each
    scenario, part and measure; ``certificates`` one for each scenario and audited replicate;
    ``verdicts`` one for each scenario and verdict, with how many replicates ended with it;
    ``core`` one for each scenario; ``seat_values`` one for each program, the most valuable seat
    first; ``matches`` one for each applicant of scenarios whose matches were kept. With a second
    iteration, ``iterations`` has a row for each scenario, iteration, category and measure, and
    ``carried_seats`` for each scenario and program whose seats carry over.
    """
    tables: dict[str, list[Row]] = {}
    likes = opened_programs(result.request.scenarios)
    for scope, name in FILES.items():
        tables[name] = [row for one in result.scenarios for row in _measured(one, scope, likes)]
    tables["certificates"] = [row for one in result.scenarios for row in _certificates(one)]
    tables["verdicts"] = [row for one in result.scenarios for row in _verdicts(one)]
    tables["core"] = [core_row(one) for one in result.scenarios]
    if result.request.iterations > 1:
        tables["iterations"] = [row for one in result.scenarios for row in iteration_rows(one)]
        tables["carried_seats"] = [row for one in result.scenarios for row in carried_rows(one)]
    if result.seat_values is not None:
        tables["seat_values"] = list(_seat_values(result.seat_values, result.scenarios[0]))
    matches = [row for one in result.scenarios for row in _matches(one)]
    if matches:
        tables["matches"] = matches
    for rows in tables.values():
        for row in rows:
            row["is_simulated"] = True
    return tables


def document_of(result: RunResult) -> dict[str, Any]:
    """Return everything of a result as JSON holds it; matches are in their table only."""
    return {
        "is_simulated": True,
        "request": result.request.model_dump(mode="json"),
        "data_version": result.data_version,
        "engine_version": result.engine_version,
        "replicates": result.replicates,
        "is_converged": result.is_converged,
        "scenarios": [
            _scenario(one, opened_programs(result.request.scenarios)) for one in result.scenarios
        ],
        "seat_values": None
        if result.seat_values is None
        else list(_seat_values(result.seat_values, result.scenarios[0])),
    }


def write_run(folder: Path, result: RunResult) -> list[Path]:
    """Write a result into a folder: a CSV file for each table, and ``result.json``.

    Files of the same names are replaced. Returns the files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = [_write_csv(folder / f"{name}.csv", rows) for name, rows in tables_of(result).items()]
    path = folder / "result.json"
    text = json.dumps(document_of(result), indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return [*written, path]


def _write_csv(path: Path, rows: list[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        if rows:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return path


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _measured(result: ScenarioResult, scope: Scope, likes: Mapping[str, str]) -> Iterator[Row]:
    """Yield the rows of one scenario and scope."""
    outcomes = result.outcomes[scope]
    for measure, estimates in outcomes.estimates.items():
        difference = outcomes.differences.get(measure)
        for part, name in enumerate(outcomes.names):
            yield {
                "scenario": result.scenario.name,
                "name": name,
                **_of_opened(outcomes, part, likes),
                **_sizes(outcomes, part),
                "measure": measure.value,
                **{one: known(getattr(estimates, one)[part]) for one in ESTIMATE},
                **{
                    f"difference_{one}": None
                    if difference is None
                    else known(getattr(difference, one)[part])
                    for one in DIFFERENCE
                },
            }


def _of_opened(outcomes: Outcomes, part: int, likes: Mapping[str, str]) -> Row:
    """Return what tells a program that scenarios open from those that exist."""
    if outcomes.scope != Scope.PROGRAM:
        return {}
    like = likes.get(outcomes.names[part])
    return {"is_hypothetical": like is not None, "like_program": like}


def _sizes(outcomes: Outcomes, part: int) -> Row:
    """Return how large a part is, in what its scope counts."""
    sizes: Row = {}
    if any(measure in PEOPLE_MEASURES for measure in outcomes.estimates):
        sizes["applicants"] = int(outcomes.applicants[part])
    if outcomes.scope != Scope.CATEGORY:
        sizes["seats"] = int(outcomes.seats[part])
        sizes["programs"] = int(outcomes.programs[part])
    return sizes


def _scenario(result: ScenarioResult, likes: Mapping[str, str]) -> Row:
    return {
        "name": result.scenario.name,
        "changes": [change.model_dump(mode="json") for change in result.scenario.changes],
        "verdicts": {verdict.value: count for verdict, count in result.verdicts.items()},
        "is_stable": result.is_stable,
        "certificates": list(_certificates(result)),
        "core": core_row(result),
        "iterations": list(iteration_rows(result)),
        "carried_seats": list(carried_rows(result)),
        **{name: _document(result.outcomes[scope], likes) for scope, name in FILES.items()},
    }


def _document(outcomes: Outcomes, likes: Mapping[str, str]) -> list[Row]:
    """Return the parts of a scope with their measures."""
    return [
        {
            "name": name,
            **_of_opened(outcomes, part, likes),
            **_sizes(outcomes, part),
            "estimates": _columns(outcomes.estimates, ESTIMATE, part),
            "differences": _columns(outcomes.differences, DIFFERENCE, part),
        }
        for part, name in enumerate(outcomes.names)
    ]


def _columns(values: Mapping[Any, Any], names: tuple[str, ...], part: int) -> Row:
    return {
        measure.value: {name: known(getattr(one, name)[part]) for name in names}
        for measure, one in values.items()
    }


def _certificates(result: ScenarioResult) -> Iterator[Row]:
    second = result.iterated.certificates if result.iterated else ()
    for iteration, certificates in ((1, result.certificates), (2, second)):
        for replicate, certificate in enumerate(certificates):
            yield {
                "scenario": result.scenario.name,
                "iteration": iteration,
                "replicate": replicate,
                **_certificate(certificate),
            }


def _verdicts(result: ScenarioResult) -> Iterator[Row]:
    for verdict, replicates in result.verdicts.items():
        yield {
            "scenario": result.scenario.name,
            "verdict": verdict.value,
            "replicates": replicates,
        }


def _certificate(certificate: Certificate) -> Row:
    return {
        "is_stable": certificate.is_stable,
        "blocking_pairs": len(certificate.blocking_pairs),
        "violations": len(certificate.violations),
        "own_seats": certificate.own_seats.value,
        "applicants": certificate.applicants,
        "entries": certificate.entries,
        "market_digest": certificate.market_digest,
        "matching_digest": certificate.matching_digest,
        "auditor_version": certificate.auditor_version,
    }


def _seat_values(values: SeatValues, result: ScenarioResult) -> Iterator[Row]:
    """Yield programs, the most valuable seat first."""
    programs = result.programs
    for place, number in enumerate(values.ranking().tolist(), start=1):
        yield {
            "place": place,
            "program": values.programs[number],
            "name": programs.names[number],
            "discipline": programs.disciplines[number],
            "province": programs.provinces[number],
            "quota": int(programs.quotas[number]),
            **{
                f"{measure}_{name}": known(getattr(getattr(values, measure), name)[number])
                for measure in ("matched", "better_off", "ranks_gained")
                for name in ESTIMATE
            },
        }


def _matches(result: ScenarioResult) -> Iterator[Row]:
    """Yield what became of each applicant in the first replicate, if that was kept."""
    outcome, population = result.outcome, result.population
    if outcome is None:
        return
    columns = (
        population.applicants,
        population.categories.tolist(),
        *(one.tolist() for one in result.matches(outcome)),
    )
    for applicant, category, iteration, program, rank in zip(*columns, strict=True):
        yield {
            "scenario": result.scenario.name,
            "applicant": applicant,
            "category": population.category_names[category],
            "program": None if program == NO_MATCH else population.programs[program],
            "rank": rank or None,
            "iteration": iteration or None,
        }
