"""Which rows belong to a row: by keys, by natural keys, or by rows of a third table.

A program points to versions of its dimensions, and may point to one that no longer holds: where
the dimension changed while the program's documents were in quarantine, or belong to an older
iteration. Dimensions are therefore matched by their natural keys, whatever the version.
"""

from __future__ import annotations

from graph.planner.moments import Scope
from graph.planner.rows import Rows, table_rows
from graph.planner.sources import TABLE_TYPES, Connection, TableType, Through, ToMany, Via
from graph.planner.sql import Names, conjunction, quote


def scope_below(relation: Connection, scope: Scope, parent: Rows) -> Scope:
    """Return where a connection of the row at hand reads, before its own arguments."""
    if relation.iteration is None:
        return scope
    return Scope(scope.moment, parent.column(relation.iteration), (None, scope.given[1]))


def belonging(relation: Through | Via, rows: Rows, parent: Rows, scope: Scope) -> str:
    """Return the condition that rows of a page belong to the one row at hand.

    Versions and links are looked up once for it, as arrays, so that indexes on foreign keys serve.
    """
    if isinstance(relation, Through):
        return f"{rows.column(relation.key)} = ANY ({_versions(parent, relation.key)})"
    link = table_rows(rows.names, TABLE_TYPES[relation.link])
    found = [
        f"{link.column(relation.near)} = ANY ({_versions(parent, relation.near)})",
        *scope.conditions(link),
    ]
    shared = (
        f"SELECT DISTINCT {link.column(relation.far)}"
        f" FROM {link.from_list()} WHERE {conjunction(found)}"
    )
    key = ", ".join(f"k.{name}" for name in rows.kind.natural_key)
    return (
        f"({', '.join(rows.natural_key())}) IN (SELECT {key} FROM {rows.kind.table} k"
        f" WHERE k.{relation.far} = ANY (ARRAY({shared})))"
    )


def related(relation: ToMany | Connection, parent: Rows, scope: Scope) -> tuple[Rows, list[str]]:
    """Return the rows that belong to a row, as the FROM list of a subselect, and its conditions.

    Joins and equalities only: the server can turn EXISTS over them into a join of whole tables.
    """
    names = parent.names
    rows = table_rows(names, TABLE_TYPES[relation.target])
    if isinstance(relation, ToMany):
        found = [f"{rows.column(theirs)} = {parent.column(own)}" for own, theirs in relation.keys]
        return rows, found + visible(relation, rows)
    through = relation.through
    assert through is not None, "a connection of all rows is of no row"
    found = scope.conditions(rows)
    if isinstance(through, Through):
        near = _join(names, rows, parent.kind, through.key, rows)
    else:
        link = table_rows(names, TABLE_TYPES[through.link])
        found += scope.conditions(link)
        far = names.new("k")
        rows.joins.append(f"JOIN {rows.kind.table} {far} ON {_same(far, rows)}")
        pair = f"{link.column(through.far)} = {far}.{through.far}"
        rows.joins.append(f"JOIN {link.base} ON {pair}")
        near = _join(names, rows, parent.kind, through.near, link)
    return rows, [_same(near, parent), *found]


def visible(relation: ToMany, rows: Rows) -> list[str]:
    """Return the condition that leaves out what a relation hides."""
    if relation.hidden is None:
        return []
    column, value = relation.hidden
    return [f"{rows.column(column)} <> {quote(value)}"]


def _join(names: Names, rows: Rows, kind: TableType, key: str, pointing: Rows) -> str:
    """Join the version of a dimension that rows point to; return its name."""
    near = names.new("k")
    rows.joins.append(f"JOIN {kind.table} {near} ON {near}.{key} = {pointing.column(key)}")
    return near


def _versions(parent: Rows, key: str) -> str:
    """Return the surrogate keys of all versions of the row at hand, as an array."""
    return f"ARRAY(SELECT k.{key} FROM {parent.kind.table} k WHERE {_same('k', parent)})"


def _same(alias: str, rows: Rows) -> str:
    """Return the condition that ``alias``, a version of it, has the natural key of a row."""
    return conjunction(f"{alias}.{name} = {rows.column(name)}" for name in rows.kind.natural_key)
