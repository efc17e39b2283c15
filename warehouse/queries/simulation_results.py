"""What came out of simulations, as rows: written many at a time, and read back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from warehouse.engine import copy_rows
from warehouse.tables import metadata

Row = Mapping[str, Any]
"""A row by the names of its columns; columns that are missing are null."""

OF_SCENARIO: Final = {
    "programs": "program_outcome",
    "disciplines": "discipline_outcome",
    "provinces": "province_outcome",
    "iterations": "iteration_outcome",
    "carried": "carried_seats",
}
"""From the members of :class:`ScenarioResult` to the tables that hold them, one row each."""


MATCH_COLUMNS: Final = (
    "ordinal", "applicant", "category", "list_length", "rank", "program_ordinal", "iteration",
)  # fmt: skip
APPLICATION_COLUMNS: Final = (
    "applicant_ordinal", "rank", "program_ordinal", "program_rank", "is_match", "iteration",
)  # fmt: skip
_KEYS: Final = frozenset({"simulation_id", "scenario_id", "ordinal", "category_outcome_id"})


@dataclass(frozen=True)
class CategoryResult:
    """What a scenario gives for a category of applicants, and the ranks that they obtain."""

    row: Row
    ranks: Sequence[Row]


@dataclass(frozen=True)
class ScenarioResult:
    """A scenario with its outcomes, as rows of the tables of schema ``simulation``.

    Keys and ordinals are not among the columns: order is what counts. ``matches`` and
    ``applications`` are tuples in the order of :data:`MATCH_COLUMNS` and
    :data:`APPLICATION_COLUMNS`; empty where matches are not kept. ``iterations`` and ``carried``
    are empty where there is one iteration.
    """

    row: Row
    programs: Sequence[Row]
    disciplines: Sequence[Row]
    provinces: Sequence[Row]
    categories: Sequence[CategoryResult]
    matches: Iterable[tuple[Any, ...]] = ()
    applications: Iterable[tuple[Any, ...]] = ()
    iterations: Sequence[Row] = ()
    carried: Sequence[Row] = ()


@dataclass(frozen=True)
class Results:
    """What came out of a simulation; others are compared with the first scenario."""

    scenarios: Sequence[ScenarioResult]
    replicates_done: int


async def delete_results(connection: asyncpg.Connection, simulation_id: int) -> None:
    """Delete what came out of a simulation."""
    await connection.execute(
        "DELETE FROM simulation.scenario WHERE simulation_id = $1", simulation_id
    )


async def write_results(
    connection: asyncpg.Connection, simulation_id: int, data_version: int, results: Results
) -> None:
    """Write the results of a simulation, many rows at a time."""
    known = await _dimensions(connection, data_version)
    for ordinal, scenario in enumerate(results.scenarios):
        of_run = {"simulation_id": simulation_id}
        key = await _insert_row(
            connection, "scenario", {**scenario.row, **of_run, "ordinal": ordinal}
        )
        of_scenario = {**of_run, "scenario_id": key}
        for member, table in OF_SCENARIO.items():
            rows = [
                {**row, **known.of(member, row), **of_scenario, "ordinal": number}
                for number, row in enumerate(getattr(scenario, member))
            ]
            await _copy(connection, table, rows)
        for category in scenario.categories:
            row = {**category.row, **of_scenario}
            of_category = {
                "category_outcome_id": await _insert_row(connection, "category_outcome", row)
            }
            await _copy(connection, "rank_outcome", [{**r, **of_category} for r in category.ranks])
        for table, columns, facts in (
            ("match_outcome", MATCH_COLUMNS, scenario.matches),
            ("application", APPLICATION_COLUMNS, scenario.applications),
        ):
            await copy_rows(
                connection,
                f"simulation.{table}",
                ("scenario_id", *columns),
                ((key, *fact) for fact in facts),
            )
    await connection.execute(
        "UPDATE simulation.simulation SET replicates_done = $2,"
        " finished_at = coalesce(finished_at, clock_timestamp()) WHERE simulation_id = $1",
        simulation_id, results.replicates_done,
    )  # fmt: skip


async def _insert_row(connection: asyncpg.Connection, table: str, row: Row) -> int:
    """Insert one row and return its key."""
    values = _encoded(table, row)
    key = next(iter(metadata.tables[f"simulation.{table}"].primary_key)).name
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    found: int = await connection.fetchval(
        f"INSERT INTO simulation.{table} ({', '.join(values)}) VALUES ({places}) RETURNING {key}",
        *values.values(),
    )
    return found


async def _copy(connection: asyncpg.Connection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        columns = list(rows[0])
        facts = (tuple(row[name] for name in columns) for row in rows)
        await copy_rows(connection, f"simulation.{table}", columns, facts)


def _encoded(table: str, row: Row) -> dict[str, Any]:
    """Return a row with its JSON as text."""
    columns = metadata.tables[f"simulation.{table}"].c
    return {
        name: json.dumps(value) if columns[name].type.__visit_name__ == "JSONB" else value
        for name, value in row.items()
    }


@dataclass(frozen=True)
class _Dimensions:
    """The versions of programs and dimensions that a data version holds, by key or name."""

    programs: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    disciplines: dict[str, int] = field(default_factory=dict)

    def of(self, member: str, row: Row) -> dict[str, int | None]:
        """Return the foreign keys of a row."""
        if member == "programs":
            program, discipline, university = self.programs.get(
                row["like_program"] or row["key"], (None,) * 3
            )
            return {
                "program_key": None if row["is_hypothetical"] else program,
                "discipline_key": discipline,
                "university_key": university,
            }
        if member == "disciplines":
            return {"discipline_key": self.disciplines.get(row["name"])}
        return {}


async def _dimensions(connection: asyncpg.Connection, data_version: int) -> _Dimensions:
    rows = await connection.fetch(
        "SELECT p.match_iteration_id || '-' || p.program_stream_id AS key, p.program_key,"
        " p.discipline_key, p.university_key, d.name"
        " FROM core.dim_program p JOIN core.dim_discipline d USING (discipline_key)"
        " JOIN ops.data_version v ON v.number = $1 AND p.valid_from <= v.published_at"
        " AND (p.valid_to IS NULL OR p.valid_to > v.published_at)",
        data_version,
    )
    known = _Dimensions()
    for key, program, discipline, university, name in rows:
        known.programs[key] = (program, discipline, university)
        known.disciplines[name] = discipline
    return known


# -- reading -----------------------------------------------------------------------------------


async def _scenario(
    connection: asyncpg.Connection, row: asyncpg.Record, *, matches: bool
) -> ScenarioResult:
    key = row["scenario_id"]
    categories = await connection.fetch(
        "SELECT * FROM simulation.category_outcome WHERE scenario_id = $1"
        " ORDER BY category_outcome_id",
        key,
    )
    outcomes = [
        CategoryResult(
            decoded("category_outcome", one),
            await _rows(
                connection, "rank_outcome", "category_outcome_id",
                one["category_outcome_id"], "rank",
            ),
        )
        for one in categories
    ]  # fmt: skip
    return ScenarioResult(
        decoded("scenario", row),
        programs=await _rows(connection, "program_outcome", "scenario_id", key, "ordinal"),
        disciplines=await _rows(connection, "discipline_outcome", "scenario_id", key, "ordinal"),
        provinces=await _rows(connection, "province_outcome", "scenario_id", key, "ordinal"),
        categories=outcomes,
        matches=await _facts(connection, "match_outcome", MATCH_COLUMNS, key) if matches else (),
        applications=(
            await _facts(connection, "application", APPLICATION_COLUMNS, key) if matches else ()
        ),
        iterations=await _rows(connection, "iteration_outcome", "scenario_id", key, "ordinal"),
        carried=await _rows(connection, "carried_seats", "scenario_id", key, "ordinal"),
    )


async def _facts(
    connection: asyncpg.Connection, table: str, columns: Sequence[str], key: int
) -> list[tuple[Any, ...]]:
    found = await connection.fetch(
        f"SELECT {', '.join(columns)} FROM simulation.{table} WHERE scenario_id = $1"
        f" ORDER BY {columns[0]}, iteration, rank",
        key,
    )
    return [tuple(one) for one in found]


async def _rows(
    connection: asyncpg.Connection, table: str, column: str, key: int, order: str
) -> list[Row]:
    rows = await connection.fetch(
        f"SELECT * FROM simulation.{table} WHERE {column} = $1 ORDER BY {order}", key
    )
    return [decoded(table, row) for row in rows]


def decoded(table: str, row: asyncpg.Record) -> dict[str, Any]:
    """Return a row without the keys that only join, its JSON read."""
    columns = metadata.tables[f"simulation.{table}"].c
    kept = (
        row.keys() if table == "simulation" else [name for name in dict(row) if name not in _KEYS]
    )
    return {
        name: json.loads(row[name])
        if columns[name].type.__visit_name__ == "JSONB" and isinstance(row[name], str | bytes)
        else row[name]
        for name in kept
    }


async def read_results(
    connection: asyncpg.Connection, simulation_id: int, *, matches: bool
) -> list[ScenarioResult]:
    """Return the scenarios of a simulation, with applicants and applications if asked for."""
    scenarios = await connection.fetch(
        "SELECT * FROM simulation.scenario WHERE simulation_id = $1 ORDER BY ordinal",
        simulation_id,
    )
    return [await _scenario(connection, one, matches=matches) for one in scenarios]
