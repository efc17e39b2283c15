"""Rows in a FROM list whose joins grow as the selection asks for columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from graph.planner.facts import fact
from graph.planner.sources import TABLE_TYPES, TableType, ToOne
from graph.planner.sql import Names

Reach = Callable[[str, str], str]
"""From a table and a column of it to the expression that reads it."""


@dataclass(slots=True)
class Rows:
    """Rows of a type, readable in one place of a statement.

    ``base`` is what stands in FROM, ``joins`` what follows it.
    """

    names: Names
    kind: TableType
    base: str
    joins: list[str]
    reach: Reach
    is_optional: bool = False
    _related: dict[tuple[ToOne, str], Rows] = field(default_factory=dict)
    _before: Rows | None = None

    def column(self, name: str, table: str | None = None) -> str:
        """Return the expression of a column of the type's table, or of one beside it."""
        return self.reach(table or self.kind.table, name)

    def natural_key(self) -> list[str]:
        """Return the expressions of the natural key."""
        return [self.column(name) for name in self.kind.natural_key]

    def owner(self) -> Rows | None:
        """Return the rows that these are parts of."""
        owner = self.kind.owner
        return None if owner is None else self.to_one(owner.relation, TABLE_TYPES[owner.type])

    def holder(self) -> Rows:
        """Return the rows whose versions say when these hold: those they are parts of, or these."""
        owner = self.owner()
        return self if owner is None else owner.holder()

    def from_list(self) -> str:
        """Return what stands after FROM."""
        return " ".join((self.base, *self.joins))

    def to_one(self, relation: ToOne, target: TableType) -> Rows:
        """Return the related rows, joined once however often they are asked for."""
        known = self._related.get((relation, target.name))
        if known is None:
            optional = (
                self.is_optional
                or relation.is_optional
                or any(fact(self.kind.table, local).is_nullable for local, _ in relation.keys)
            )
            alias = self.names.new("t")
            pairs = [f"{alias}.{remote} = {self.column(local)}" for local, remote in relation.keys]
            word = "LEFT JOIN" if optional else "JOIN"
            self.joins.append(f"{word} {target.table} {alias} ON {' AND '.join(pairs)}")
            known = joined_rows(self.names, target, alias, self.joins, is_optional=optional)
            self._related[relation, target.name] = known
        return known

    def before(self) -> Rows:
        """Return the version before that of each row, joined once; there may be none."""
        if self._before is None:
            alias, older = self.names.new("t"), self.names.new("o")
            same = [f"{older}.{name} = {self.column(name)}" for name in self.kind.natural_key]
            same.append(f"{older}.valid_from < {self.column('valid_from')}")
            newest = f"ORDER BY {older}.valid_from DESC LIMIT 1"
            select = f"SELECT * FROM {self.kind.table} {older} WHERE {' AND '.join(same)} {newest}"
            self.joins.append(f"LEFT JOIN LATERAL ({select}) {alias} ON true")
            self._before = joined_rows(self.names, self.kind, alias, self.joins, is_optional=True)
        return self._before


def joined_rows(
    names: Names, kind: TableType, alias: str, joins: list[str], *, is_optional: bool = False
) -> Rows:
    """Return the rows of a table that stands in a FROM list under ``alias``."""
    beside: dict[str, str] = {}

    def reach(table: str, name: str) -> str:
        if table == kind.table:
            return f"{alias}.{name}"
        if table not in beside:
            key = kind.beside[table]
            beside[table] = names.new("b")
            word = "LEFT JOIN" if is_optional else "JOIN"
            joins.append(f"{word} {table} {beside[table]} ON {beside[table]}.{key} = {alias}.{key}")
        return f"{beside[table]}.{name}"

    return Rows(names, kind, f"{kind.table} {alias}", joins, reach, is_optional)


def table_rows(names: Names, kind: TableType) -> Rows:
    """Return the rows of a type's table as the beginning of a FROM list."""
    return joined_rows(names, kind, names.new("t"), [])


class Page:
    """Some rows of a type, cut by an inner select, with the columns that the outer one needs."""

    def __init__(self, names: Names, inner: Rows) -> None:
        self.name = names.new("p")
        self.inner = inner
        self._exports: dict[str, str] = {}
        self.outer = self.rows()

    def rows(self) -> Rows:
        """Return the rows of the page as the beginning of a FROM list of its own."""
        inner = self.inner
        return Rows(
            inner.names,
            inner.kind,
            self.name,
            [],
            lambda table, name: self.export(inner.column(name, table)),
        )

    def export(self, expression: str) -> str:
        """Return the name under which the outer select reads an inner expression."""
        alias = self._exports.setdefault(expression, f"c{len(self._exports) + 1}")
        return f"{self.name}.{alias}"

    def exports(self) -> str:
        """Return the inner select list."""
        return ", ".join(f"{sql} AS {name}" for sql, name in self._exports.items()) or "1 AS c0"
