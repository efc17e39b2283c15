"""Which rows belong to a row, and where connections read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from graph.planner.sources import TABLE_TYPES, Connection, Through, ToMany
from tests.reference.rows import Record, Scope, Tables


def listed(relation: ToMany, record: Record) -> list[Record]:
    """Return the rows of a list, in the order in which it has them by itself."""
    found = [
        one
        for one in record.related(TABLE_TYPES[relation.target], relation.keys)
        if relation.hidden is None or one.row[relation.hidden[0]] != relation.hidden[1]
    ]
    return sorted(found, key=lambda one: tuple(one.row[name] for name in relation.order))


def scope_of(relation: Connection, record: Record | None, around: Scope) -> Scope:
    """Return where a connection reads, before its own arguments."""
    if relation.iteration is None or record is None:
        return around
    return replace(around, iteration=record.row[relation.iteration], given=(None, around.given[1]))


def members(
    relation: Connection, record: Record | None, tables: Tables, scope: Scope
) -> list[Record]:
    """Return the rows behind a connection, read in a scope."""
    rows = tables.all(TABLE_TYPES[relation.target], scope)
    if relation.through is None or record is None:
        return rows
    through = relation.through
    if isinstance(through, Through):
        keys = _surrogates(record, through.key)
        return [row for row in rows if row.row[through.key] in keys]
    near, target = _surrogates(record, through.near), TABLE_TYPES[relation.target]
    links = tables.all(TABLE_TYPES[through.link], scope)
    far = {link.row[through.far] for link in links if link.row[through.near] in near}
    shared = {
        Record(target, row, tables, scope).key()
        for row in tables.rows[target.table]
        if row[through.far] in far
    }
    return [row for row in rows if row.key() in shared]


def _surrogates(record: Record, key: str) -> Collection[object]:
    """Return the surrogate keys of a row: those of all its versions count as its own."""
    return {row[key] for row in record.tables.versions(record.kind, record.own_key())}
