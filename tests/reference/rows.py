"""Whole tables in memory, and the rows of them that hold at a moment."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from graph.planner.sources import TABLE_TYPES, TableType
from graph.schema import build_schema
from warehouse.tables import metadata

Row = Mapping[str, Any]
VERSIONS = "ops.data_version"


@dataclass
class Tables:
    """Every row of every table that a type of the graph stands on."""

    rows: Mapping[str, Sequence[Row]]
    _indexes: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], list[Row]]] = field(
        default_factory=dict
    )

    def where(self, table: str, **equal: Any) -> Sequence[Row]:
        """Return the rows of a table that have these values."""
        names = tuple(sorted(equal))
        index = self._indexes.get((table, names))
        if index is None:
            index = self._indexes[table, names] = {}
            for row in self.rows[table]:
                index.setdefault(tuple(row[name] for name in names), []).append(row)
        return index.get(tuple(equal[name] for name in names), ())

    def all(self, kind: TableType, scope: Scope) -> list[Record]:
        """Return the objects of a type that a scope reads."""
        records = (Record(kind, row, self, scope) for row in self.rows[kind.table])
        return [record for record in records if scope.has(record)]

    def versions(self, kind: TableType, key: tuple[Any, ...]) -> list[Row]:
        """Return all versions of the row of a type with a natural key, the oldest first."""
        found = self.where(kind.table, **dict(zip(kind.natural_key, key, strict=True)))
        return sorted(found, key=lambda row: row["valid_from"]) if kind.is_versioned else [*found]


async def load_tables(connection: asyncpg.Connection) -> Tables:
    """Read all tables with one plain statement each."""
    build_schema()  # types declare themselves when they are imported
    names = {VERSIONS}
    for kind in TABLE_TYPES.values():
        names |= {kind.table, *kind.beside}
    return Tables(
        {
            name: [_read(name, row) for row in await connection.fetch(f"SELECT * FROM {name}")]
            for name in sorted(names)
        }
    )


def _read(table: str, row: asyncpg.Record) -> dict[str, Any]:
    """Return a row with its JSON read."""
    columns = metadata.tables[table].c
    return {
        name: json.loads(value)
        if isinstance(value, str) and columns[name].type.__visit_name__ == "JSONB"
        else value
        for name, value in row.items()
    }


@dataclass(frozen=True)
class Moment:
    """A state of the warehouse: what holds now, or what held at ``time``."""

    version: Row | None
    time: dt.datetime | None = None

    @classmethod
    def now(cls, tables: Tables) -> Moment:
        """Return the newest published state."""
        versions = sorted(tables.rows[VERSIONS], key=lambda row: row["number"])
        return cls(versions[-1] if versions else None)

    @classmethod
    def at(cls, tables: Tables, time: dt.datetime) -> Moment:
        """Return the state at a time: that of the last version published until then."""
        versions = [row for row in tables.rows[VERSIONS] if row["published_at"] <= time]
        versions.sort(key=lambda row: row["number"])
        return cls(versions[-1] if versions else None, time)

    @property
    def iteration(self) -> int | None:
        """Number of the newest match iteration of this state."""
        return None if self.version is None else self.version["match_iteration_id"]

    def has(self, row: Row) -> bool:
        """Return whether a version of a row holds; a row without versions always does."""
        if "valid_from" not in row:
            return True
        if self.time is None:
            return bool(row["is_current"])
        ends = row["valid_to"]
        return row["valid_from"] <= self.time and (ends is None or self.time < ends)


@dataclass(frozen=True)
class Scope:
    """Where a field reads: at a moment, and of programs those of one match iteration.

    ``given`` are the iteration and the time that arguments name, here or further out.
    """

    moment: Moment
    iteration: int | None = None
    given: tuple[Any, Any] = (None, None)

    def has(self, record: Record) -> bool:
        """Return whether a row is read: a part is where what it is a part of is."""
        holder = record.holder()
        if not self.moment.has(holder.row):
            return False
        wanted = self.moment.iteration if self.iteration is None else self.iteration
        return not holder.kind.has_iteration or bool(holder.row["match_iteration_id"] == wanted)


@dataclass(frozen=True)
class Record:
    """A row as an object of a type, read in a scope."""

    kind: TableType
    row: Row
    tables: Tables
    scope: Scope

    def value(self, column: str, table: str | None = None) -> Any:
        """Return the value of a column of the row, or of the row beside it in another table."""
        if table is None or table == self.kind.table:
            return self.row[column]
        key = self.kind.beside[table]
        (beside,) = self.tables.where(table, **{key: self.row[key]})
        return beside[column]

    def own_key(self) -> tuple[Any, ...]:
        """Return the natural key; of a part, what tells it from other parts of the same row."""
        return tuple(self.row[name] for name in self.kind.natural_key)

    def key(self) -> tuple[Any, ...]:
        """Return the natural key; of a part, after the key of what it is a part of."""
        owner = self.owner()
        return self.own_key() if owner is None else (*owner.key(), *self.own_key())

    def owner(self) -> Record | None:
        """Return what the row is a part of."""
        owner = self.kind.owner
        if owner is None:
            return None
        return next(self.related(TABLE_TYPES[owner.type], owner.relation.keys))

    def holder(self) -> Record:
        """Return the row whose versions say when this one holds."""
        owner = self.owner()
        return self if owner is None else owner.holder()

    def related(self, target: TableType, keys: Sequence[tuple[str, str]]) -> Iterator[Record]:
        """Yield the rows of another type for which (own column, its column) are equal."""
        equal = {theirs: self.row[mine] for mine, theirs in keys}
        if None not in equal.values():
            for row in self.tables.where(target.table, **equal):
                yield Record(target, row, self.tables, self.scope)
