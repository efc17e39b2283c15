"""Filling the staging tables: emptied by every load, written by COPY in bounded batches."""

from __future__ import annotations

from collections import defaultdict
from operator import itemgetter
from types import TracebackType
from typing import Any, Self

import asyncpg

from warehouse.tables.staging import PROGRAM, STAGED_CHILDREN, STAGED_DIMENSIONS

BATCH_ROWS = 10_000
TABLES = {"program": PROGRAM, **STAGED_CHILDREN, **STAGED_DIMENSIONS}
COLUMNS = {name: tuple(column.name for column in table.columns) for name, table in TABLES.items()}
"""Columns of every staging table, in the order of its definition."""

WHOLE_ROW = {name: itemgetter(*columns) for name, columns in COLUMNS.items()}
"""Reads a complete row in one call; bulk rows are complete."""


async def empty_staging(connection: asyncpg.Connection) -> None:
    """Empty every staging table."""
    await connection.execute("TRUNCATE " + ", ".join(f"staging.{name}" for name in TABLES))


async def analyze_staging(connection: asyncpg.Connection) -> None:
    """Give the planner the sizes of the staging tables; autovacuum has not seen them yet."""
    await connection.execute("ANALYZE " + ", ".join(f"staging.{name}" for name in TABLES))


async def count_staged(connection: asyncpg.Connection, table: str) -> int:
    """Return the number of rows in one staging table."""
    assert table in TABLES
    count: int = await connection.fetchval(f"SELECT count(*) FROM staging.{table}")
    return count


def as_record(table: str, row: dict[str, Any]) -> tuple[Any, ...]:
    """Return a row in the order of the table's columns; missing columns are null.

    Raises:
        KeyError: the row has a column that the table does not have.
    """
    columns = COLUMNS[table]
    if len(row) == len(columns):
        try:
            record: tuple[Any, ...] = WHOLE_ROW[table](row)
        except KeyError:
            pass  # as long as the table is wide, but not with its columns: the reason is below
        else:
            return record
    unknown = row.keys() - set(columns)
    if unknown:
        raise KeyError(f"staging.{table} has no column {', '.join(sorted(unknown))}")
    return tuple(map(row.get, columns))


class StagingWriter:
    """Collects rows per table and copies them in batches; use as an async context manager.

    Rows are mappings from column name to value; a missing column is null, an unknown one an error.
    """

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._rows: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            await self.flush()

    async def write(self, table: str, row: dict[str, Any]) -> None:
        """Add one row to staging table ``table``.

        Raises:
            KeyError: the row has a column that the table does not have.
        """
        rows = self._rows[table]
        rows.append(as_record(table, row))
        if len(rows) >= BATCH_ROWS:
            await self._copy(table)

    async def flush(self) -> None:
        """Copy what is still collected."""
        for table in list(self._rows):
            await self._copy(table)

    async def _copy(self, table: str) -> None:
        rows = self._rows.pop(table)
        await self._connection.copy_records_to_table(
            table, schema_name="staging", columns=COLUMNS[table], records=rows
        )
