"""Landing files and reading their records back, grouped by natural key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import asyncpg

RECORD_COLUMNS = (
    "file_key", "row_number", "field", "natural_key", "payload", "attributes", "content_hash",
)  # fmt: skip


@dataclass(frozen=True)
class ReceivedFile:
    """A source file as received."""

    role: str
    name: str
    source: str
    sha256: str
    size_bytes: int


class ReceivedRecord(Protocol):
    """A record of a file; see :class:`warehouse.tables.landing.LandedRecord`."""

    @property
    def row_number(self) -> int:
        """1-based position in the file."""

    @property
    def field(self) -> str:
        """Column name, ``page_content`` or ``row``."""

    @property
    def natural_key(self) -> str | None:
        """Natural key; None if unreadable."""

    @property
    def payload(self) -> str:
        """The text as received."""

    @property
    def attributes(self) -> dict[str, Any] | None:
        """What the source states beside the payload."""


@dataclass(frozen=True)
class LandedRecord:
    """A record read back from landing."""

    record_key: int
    file_key: int
    row_number: int
    field: str
    natural_key: str | None
    payload: str
    attributes: dict[str, Any] | None


async def find_landed_file(connection: asyncpg.Connection, file: ReceivedFile) -> int | None:
    """Return the key of a completely landed file with this content, role and source, if any."""
    key: int | None = await connection.fetchval(
        "SELECT file_key FROM landing.file"
        " WHERE sha256 = $1 AND role = $2 AND source = $3 AND record_count IS NOT NULL",
        file.sha256, file.role, file.source,
    )  # fmt: skip
    return key


async def land_file(
    connection: asyncpg.Connection, file: ReceivedFile, records: Iterable[ReceivedRecord]
) -> int:
    """Land a file with all its records in one transaction; return its key.

    A file killed while landing leaves nothing; one that had landed before is not landed again.
    """
    known = await find_landed_file(connection, file)
    if known is not None:
        return known
    async with connection.transaction():
        file_key: int = await connection.fetchval(
            "INSERT INTO landing.file (sha256, role, name, source, size_bytes)"
            " VALUES ($1, $2, $3, $4, $5) RETURNING file_key",
            file.sha256, file.role, file.name, file.source, file.size_bytes,
        )  # fmt: skip
        rows = _rows(file_key, records)
        await connection.copy_records_to_table(
            "record", schema_name="landing", columns=RECORD_COLUMNS, records=rows
        )
        await connection.execute(
            "UPDATE landing.file SET record_count ="
            " (SELECT count(DISTINCT row_number) FROM landing.record WHERE file_key = $1)"
            " WHERE file_key = $1",
            file_key,
        )
    return file_key


async def read_file(connection: asyncpg.Connection, file_key: int) -> AsyncIterator[LandedRecord]:
    """Yield the records of one file in the order of the file."""
    statement = (
        "SELECT record_key, file_key, row_number, field, natural_key, payload, attributes"
        " FROM landing.record WHERE file_key = $1 ORDER BY row_number, field"
    )
    async with connection.transaction():
        async for row in connection.cursor(statement, file_key, prefetch=500):
            yield _landed(row)


async def read_by_natural_key(
    connection: asyncpg.Connection, file_keys: list[int]
) -> AsyncGenerator[tuple[str | None, list[LandedRecord]], None]:
    """Yield the records of several files grouped by natural key.

    Rows without a readable key come last, each on its own: a file full of them stays a stream.
    """
    statement = (
        "SELECT record_key, file_key, row_number, field, natural_key, payload, attributes"
        " FROM landing.record WHERE file_key = ANY($1::bigint[])"
        " ORDER BY natural_key NULLS LAST, file_key, row_number, field"
    )
    group: list[LandedRecord] = []
    async with connection.transaction():
        async for row in connection.cursor(statement, file_keys, prefetch=500):
            record = _landed(row)
            if group and _group_of(record) != _group_of(group[0]):
                yield group[0].natural_key, group
                group = []
            group.append(record)
    if group:
        yield group[0].natural_key, group


def _group_of(record: LandedRecord) -> tuple[Any, ...]:
    """Return what the records of one group share."""
    if record.natural_key is None:
        return (record.file_key, record.row_number)
    return (record.natural_key,)


def _rows(file_key: int, records: Iterable[ReceivedRecord]) -> Iterator[tuple[Any, ...]]:
    """Turn records into rows for COPY."""
    for record in records:
        digest = hashlib.sha256(record.payload.encode()).hexdigest()
        attributes = None if record.attributes is None else json.dumps(record.attributes)
        yield (
            file_key, record.row_number, record.field, record.natural_key, record.payload,
            attributes, digest,
        )  # fmt: skip


def _landed(row: Any) -> LandedRecord:
    """Turn a database row into a record."""
    attributes = row["attributes"]
    return LandedRecord(
        record_key=row["record_key"],
        file_key=row["file_key"],
        row_number=row["row_number"],
        field=row["field"],
        natural_key=row["natural_key"],
        payload=row["payload"],
        attributes=None if attributes is None else json.loads(attributes),
    )
