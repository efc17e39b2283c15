"""Turns a loaded sample into one with a history, a second iteration, and awkward values."""

from __future__ import annotations

from pathlib import Path

import asyncpg

from etl.refresh import RefreshRequest, refresh
from tests.integration.source_files import (
    Document,
    change_quota,
    edit_documents,
    edit_master_row,
    edit_workbook,
    name_of,
    remove_program,
    stream_id,
)
from warehouse.tables import metadata

OTHER_ITERATION = 1502
AWKWARD = r"""
CREATE TEMPORARY TABLE changed ON COMMIT DROP AS SELECT n.program_key
FROM core.dim_program n JOIN core.dim_program o USING (match_iteration_id, program_stream_id)
WHERE n.valid_from > o.valid_from;

UPDATE core.program_section SET text = text || E'\n*Été* \u2028'
WHERE ordinal = 1 AND program_key IN (SELECT * FROM changed);
DELETE FROM core.program_section
WHERE ordinal = 2 AND program_key IN (SELECT * FROM changed);
DELETE FROM core.program_training_site
WHERE ordinal = 0 AND program_key IN (SELECT * FROM changed);
UPDATE core.program_requirement SET quantity = 7, min_words = 250
WHERE ordinal = 0 AND program_key IN (SELECT * FROM changed);
INSERT INTO core.requirement_test (program_key, requirement_ordinal, ordinal, name, minimum_score)
SELECT program_key, ordinal, 100 + i, 'Épreuve ' || i, CASE i WHEN 1 THEN 'C2' END
FROM core.program_requirement, generate_series(0, 1) i WHERE ordinal < 2 AND program_key % 3 = 0;
DELETE FROM core.requirement_test
WHERE ordinal = 101 AND program_key IN (SELECT * FROM changed);
UPDATE core.selection_criterion SET weight_percent = 12.5 + ordinal, is_evaluated = NULL
WHERE program_key % 4 = 0;
UPDATE core.dim_stream SET is_return_of_service = true WHERE stream_key % 2 = 0;
UPDATE core.dim_site SET note = E'a "note"\\ with \t control' WHERE site_key % 5 = 0;
"""
"""Other texts and lists in versions that have an earlier one, and values that are rare."""


async def publish_changes(files: Path) -> None:
    """Load changed files: a program is gone, others state another quota, name and discipline."""
    found = program_ids(files)
    remove_program(files, found[0])
    for program in found[1:30:4]:
        change_quota(files, program, 77)
    edit_master_row(files, found[2], program_name='Étude d’“œuvre” / "quoted" \\ 100 %_ — ﬁn')
    edit_workbook(files / name_of(files, "disciplines"), _renamed)
    await refresh(RefreshRequest(str(files)))


def program_ids(files: Path) -> list[str]:
    """Return the program stream ids of the documents, in their order."""
    found: list[str] = []

    def note(documents: list[Document]) -> list[Document]:
        found.extend(map(stream_id, documents))
        return documents

    edit_documents(files, note)
    return sorted(found, key=int)


def _renamed(rows: list[list[object]]) -> list[list[object]]:
    """Return the disciplines with a new name for the first."""
    column = next(i for i, cell in enumerate(rows[1]) if isinstance(cell, str))
    rows[1][column] = "Zymology"
    return rows


async def plant(owner: asyncpg.Connection) -> None:
    """Put rows into the warehouse that no load of the sample makes."""
    await _copy(
        owner,
        "dim_match_iteration",
        "is_current",
        match_iteration_id=str(OTHER_ITERATION),
        name="'R-1 previous'",
        year="NULL",
    )
    await _copy(
        owner,
        "dim_program",
        "is_current AND program_stream_id % 4 = 0",
        match_iteration_id=str(OTHER_ITERATION),
        match_iteration_key="(SELECT max(match_iteration_key) FROM core.dim_match_iteration)",
    )
    await _copy(
        owner,
        "fact_program f",
        f"p.match_iteration_id = {OTHER_ITERATION}",
        " JOIN core.dim_program o USING (program_key) JOIN core.dim_program p"
        " ON p.program_stream_id = o.program_stream_id AND o.is_current"
        f" AND o.match_iteration_id <> {OTHER_ITERATION}",
        program_key="p.program_key",
        quota="NULL",
        application_volume_max="NULL",
        application_volume_label="NULL",
        length_years="2.5",
    )
    async with owner.transaction():
        await owner.execute(AWKWARD)
    await owner.execute("ANALYZE")


async def _copy(
    owner: asyncpg.Connection, table: str, where: str, joins: str = "", **others: str
) -> None:
    """Copy rows of a table with other values in some columns."""
    name, _, alias = table.partition(" ")
    columns = [
        column.name
        for column in metadata.tables[f"core.{name}"].c
        if not column.primary_key or column.name in others
    ]
    prefix = f"{alias}." if alias else ""
    values = [others.get(column, f"{prefix}{column}") for column in columns]
    await owner.execute(
        f"INSERT INTO core.{name} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" FROM core.{table}{joins} WHERE {where}"
    )
