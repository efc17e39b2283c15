"""Stored simulations as files: the tables and the document of :mod:`simulation.export`.

What is not stored (deviations between replicates) is missing; columns are named alike.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from simulation.export_iterations import ALL
from simulation.outcome import Verdict
from simulation.report import About
from warehouse.queries.simulation_results import (
    APPLICATION_COLUMNS,
    MATCH_COLUMNS,
    Results,
    Row,
    ScenarioResult,
)
from warehouse.queries.simulations import Stored
from warehouse.tables.measures import (
    APPLICANTS,
    BOUNDS,
    CARRIED,
    CHANGE,
    ITERATION_APPLICANTS,
    ITERATION_SEATS,
    SEATS,
)

KEPT_OUT: Final = frozenset({"idempotency_token", "request_digest"})
"""Columns that are whoever asked's own."""
CERTIFICATE: Final = (
    "is_stable", "blocking_pairs", "audited", "own_seats", "market_digest", "matching_digest",
    "auditor_version",
)  # fmt: skip
"""What the audit of a scenario found."""
CORE: Final = {
    "audited": "audited",
    "applicants_with_other_outcome": "core_applicants",
    "programs_with_other_outcome": "core_programs",
    "not_defined_because": "core_undefined",
}
"""What is told of the core, by its column."""
SIZES: Final = ("applicants", "seats", "quota", "programs")
OF_OPENED: Final = ("is_hypothetical", "like_program")
"""What tells a program that a scenario opens from those that exist."""


def about(row: Row) -> About:
    """Return what a report says of a stored simulation."""
    facts = {
        "simulation": row["simulation_id"],
        "seed": row["seed"],
        "replicates": row["replicates_done"],
        "match iteration": row["match_iteration_id"],
        "data version": row["data_version_number"],
        "engine": row["engine_version"],
        "asked for": f"{row['created_at']:%Y-%m-%d %H:%M} UTC",
    }
    title = row["name"] or f"Simulation {row['simulation_id']}"
    return About(title, facts, row["reproduce"], row["parameters"])


def document_of(stored: Stored) -> dict[str, Any]:
    """Return everything of a simulation but its applicants, as JSON holds it."""
    row = {name: value for name, value in stored.row.items() if name not in KEPT_OUT}
    scenarios = stored.results.scenarios if stored.results else ()
    return {
        **row,
        "scenarios": [
            {
                **one.row,
                "categories": [{**c.row, "ranks": c.ranks} for c in one.categories],
                "disciplines": one.disciplines,
                "provinces": one.provinces,
                "programs": one.programs,
                "iterations": one.iterations,
                "carried_seats": one.carried,
            }
            for one in scenarios
        ],
    }


def archive_of(results: Results) -> bytes:
    """Return a ZIP of CSV files, one for each table."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables_of(results).items():
            archive.writestr(f"{name}.csv", _csv(rows))
    return buffer.getvalue()


def tables_of(results: Results) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of a simulation by name; each row says that it is simulated."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for scenario in results.scenarios:
        for name, rows in _tables(scenario):
            found = tables.setdefault(name, [])
            found += [
                {"scenario": scenario.row["name"], **row, "is_simulated": True} for row in rows
            ]
    return {name: rows for name, rows in tables.items() if rows}


def _tables(scenario: ScenarioResult) -> Iterator[tuple[str, Iterable[Mapping[str, Any]]]]:
    everything = {**APPLICANTS, **SEATS}
    yield "summary", _measured({**scenario.row, "name": "all"}, "name", everything)
    categories = [{**one.row, **_of_ranks(one.ranks)} for one in scenario.categories]
    ranks = {name: ("", "") for one in categories for name in one if name.startswith("rank_")}
    stems = {**APPLICANTS, **{name.rsplit("_", 1)[0]: unit for name, unit in ranks.items()
                              if name.endswith("_mean") and "_change_" not in name}}  # fmt: skip
    for name, rows, label, measures in (
        ("categories", categories, "category", stems),
        ("disciplines", scenario.disciplines, "name", SEATS),
        ("provinces", scenario.provinces, "province", SEATS),
        ("programs", scenario.programs, "key", SEATS),
    ):
        yield name, (line for row in rows for line in _measured(row, label, measures))
    yield "seat_values", _seat_values(scenario)
    yield "certificates", _certificates(scenario)
    yield "core", [{word: scenario.row[name] for word, name in CORE.items()}]
    yield "iterations", (line for row in scenario.iterations for line in _of_iteration(row))
    verdicts = scenario.row["verdicts"]
    yield (
        "verdicts",
        ({"verdict": one.value, "replicates": verdicts.get(one.value, 0)} for one in Verdict),
    )
    keys = [row["key"] for row in scenario.programs]
    yield "carried_seats", (line for row in scenario.carried for line in _of_carried(row, keys))
    yield "matches", (_named(MATCH_COLUMNS, fact, keys) for fact in scenario.matches)
    yield "applications", (_named(APPLICATION_COLUMNS, f, keys) for f in scenario.applications)


def _certificates(scenario: ScenarioResult) -> Iterator[dict[str, Any]]:
    """Yield the certificate of each iteration; digests are stored of the first one only."""
    yield {"iteration": 1, **{name: scenario.row[name] for name in CERTIFICATE}}
    for row in scenario.iterations:
        if row["iteration"] == 2 and row["category"] is None:
            found = {
                **row,
                **{name: scenario.row[name] for name in ("own_seats", "auditor_version")},
            }
            yield {"iteration": 2, **{name: found.get(name) for name in CERTIFICATE}}


def _of_iteration(row: Row) -> Iterator[dict[str, Any]]:
    """Yield a row for each measure of an iteration; those of seats are of all applicants."""
    stems = ITERATION_APPLICANTS if row["category"] else {**ITERATION_APPLICANTS, **ITERATION_SEATS}
    for stem in stems:
        yield {
            "iteration": row["iteration"],
            "category": row["category"] or ALL,
            "measure": stem.upper(),
            **{end: row[f"{stem}_{end}"] for end in BOUNDS},
            **{f"difference_{end}": row[f"{stem}_change_{end}"] for end in CHANGE},
        }


def _of_carried(row: Row, keys: list[str]) -> Iterator[dict[str, Any]]:
    """Yield a row for each measure of a program in the second iteration."""
    for stem in CARRIED:
        yield {
            "program": keys[row["program_ordinal"]],
            "measure": stem.upper(),
            **{end: row[f"{stem}_{end}"] for end in BOUNDS},
        }


def _of_ranks(ranks: Iterable[Row]) -> dict[str, Any]:
    """Return the shares of ranks as columns of their category."""
    return {
        name.replace("share", f"rank_{row['rank']}"): value
        for row in ranks
        for name, value in row.items()
        if name.startswith("share")
    }


def _measured(row: Row, label: str, stems: Mapping[str, object]) -> Iterator[dict[str, Any]]:
    sizes = {name: row[name] for name in (*SIZES, *OF_OPENED) if name in row}
    if "quota" in sizes:
        sizes["seats"] = sizes.pop("quota")
    for stem in stems:
        yield {
            "name": row[label],
            **sizes,
            "measure": stem.upper(),
            **{end: row.get(f"{stem}_{end}") for end in BOUNDS},
            **{f"difference_{end}": row.get(f"{stem}_change_{end}") for end in CHANGE},
        }


def _seat_values(scenario: ScenarioResult) -> Iterator[dict[str, Any]]:
    rows = [row for row in scenario.programs if row.get("seat_value_mean") is not None]
    order = ("seat_value_mean", "seat_better_off_mean", "seat_ranks_gained_mean")
    rows.sort(key=lambda row: (*(-(row[name] or 0.0) for name in order), row["key"]))
    for place, row in enumerate(rows, start=1):
        yield {
            "place": place,
            "program": row["key"],
            "name": row["name"],
            "province": row["province"],
            "quota": row["quota"],
            **{
                f"{word}_{end}": row[f"{stem}_{end}"]
                for word, stem in (
                    ("matched", "seat_value"),
                    ("better_off", "seat_better_off"),
                    ("ranks_gained", "seat_ranks_gained"),
                )
                for end in BOUNDS
            },
        }


def _named(columns: Iterable[str], fact: Iterable[Any], keys: list[str]) -> dict[str, Any]:
    """Return a fact by its columns, with the program's key for its number."""
    found = dict(zip(columns, fact, strict=True))
    number = found.pop("program_ordinal")
    found["program"] = None if number is None else keys[number]
    return found


def _csv(rows: list[dict[str, Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: str(v).lower() if isinstance(v, bool) else v for name, v in row.items()}
        for row in rows
    )
    return buffer.getvalue()
