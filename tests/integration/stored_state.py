"""What a warehouse holds, in a form in which two warehouses can be compared."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Column, Table

from tests.conftest import Database
from warehouse.engine import Connection, Role, connect
from warehouse.settings import Settings
from warehouse.tables import metadata

TIMES = {"valid_from", "valid_to", "created_at", "updated_at", "deleted_at"}
CORE = [table for table in metadata.sorted_tables if table.schema == "core"]

Content = dict[str, list[str]]
"""Rows of every ``core`` table in words, sorted, without surrogate keys and times."""


async def fetch(
    where: Database | Settings, statement: str, *arguments: Any, role: Role = Role.OWNER
) -> list[dict[str, Any]]:
    """Return the rows that a statement gives."""
    settings = where.settings if isinstance(where, Database) else where
    async with connect(role, settings) as connection:
        return [dict(row) for row in await connection.fetch(statement, *arguments)]


async def what_readers_see(database: Database) -> list[dict[str, Any]]:
    """Return the newest version and every program version, as the graph's role reads them."""
    return await fetch(
        database,
        "SELECT v.number, v.published_at, v.is_sample, p.program_key, p.content_hash,"
        " p.updated_at, p.is_current, f.quota,"
        " (SELECT count(*) FROM core.program_section) AS sections"
        " FROM (SELECT * FROM ops.data_version ORDER BY number DESC LIMIT 1) v,"
        " core.dim_program p JOIN core.fact_program f USING (program_key) ORDER BY p.program_key",
        role=Role.READER,
    )


async def last_run(where: Database | Settings) -> dict[str, Any]:
    """Return the newest load run."""
    (row,) = await fetch(
        where,
        "SELECT load_run_key AS run, status, step, error, program_rows_in AS rows_in,"
        " program_rows_published AS published, program_rows_quarantined AS quarantined"
        " FROM ops.load_run ORDER BY load_run_key DESC LIMIT 1",
    )
    return row


async def reasons(where: Database | Settings) -> list[dict[str, Any]]:
    """Return every reason for which the last run kept rows back, with the row's natural key."""
    return await fetch(
        where,
        "SELECT q.natural_key, r.value ->> 'reason_code' AS code, r.value ->> 'file' AS file,"
        " (r.value ->> 'row')::integer AS row, r.value ->> 'field' AS field,"
        " r.value ->> 'message' AS message"
        " FROM ops.quarantine q, jsonb_array_elements(q.reasons) WITH ORDINALITY r(value, number)"
        " WHERE q.load_run_key = (SELECT max(load_run_key) FROM ops.load_run)"
        " ORDER BY q.quarantine_key, r.number",
    )


async def core_content(where: Database | Settings) -> Content:
    """Return everything that ``core`` states: references by what they refer to, keys left out."""
    settings = where.settings if isinstance(where, Database) else where
    async with connect(Role.OWNER, settings) as connection:
        members: dict[str, dict[Any, str]] = {"landing.record": await landed_records(connection)}
        content = {}
        for table in CORE:
            rows = {
                key: in_words(table, row, members)
                for key, row in enumerate(await connection.fetch(f"SELECT * FROM {table.fullname}"))
            }
            content[table.name] = sorted(words for words, _ in rows.values())
            members[table.fullname] = {
                key: digest(words) for words, key in rows.values() if key is not None
            }
    return content


async def landed_records(connection: Connection) -> dict[int, str]:
    """Return landed records by key, named by file, row and field."""
    rows = await connection.fetch(
        "SELECT record_key, sha256, role, row_number, field"
        " FROM landing.record JOIN landing.file USING (file_key)"
    )
    return {row[0]: "/".join(map(str, row[1:])) for row in rows}


def in_words(
    table: Table, row: Any, members: dict[str, dict[Any, str]]
) -> tuple[str, int | None]:  # fmt: skip
    """Return what a row states, and its surrogate key."""
    stated, key = [f"deleted: {row.get('deleted_at') is not None}"], None
    for column in table.columns:
        target = referenced(column)
        if target is not None:
            stated.append(f"{column.name}: {members[target][row[column.name]]}")
            key = row[column.name] if column.primary_key else key
        elif column.primary_key:
            key = row[column.name]
        elif column.name not in TIMES:
            stated.append(f"{column.name}: {row[column.name]!r}")
    return "; ".join(stated), key


def referenced(column: Column[Any]) -> str | None:
    """Return the table whose surrogate key a column holds, if need be by way of another table."""
    for foreign in column.foreign_keys:
        if foreign.column.primary_key:
            table: str = foreign.column.table.fullname
            return table
        if target := referenced(foreign.column):
            return target
    return None


def digest(text: str) -> str:
    """Return a short stand-in for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
