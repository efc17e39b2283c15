"""Orders and keyset positions. Rows without a value come last, whichever way is sorted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.planner.encode import INTEGER, TEXT, Encoding, encoding
from graph.planner.inputs import Input
from graph.planner.rows import Rows
from graph.planner.sources import ORDERS, TABLE_TYPES, Column


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of an order."""

    expression: str
    encoding: Encoding
    is_nullable: bool
    is_descending: bool = False

    def clause(self, *, is_reversed: bool) -> str:
        """Return the key as ORDER BY has it."""
        downwards = self.is_descending != is_reversed
        # Without NULLS FIRST or LAST on a column without nulls, a plain index serves both ways.
        nulls = f" NULLS {'FIRST' if is_reversed else 'LAST'}" if self.is_nullable else ""
        return f"{self.expression}{' DESC' if downwards else ''}{nulls}"

    def same(self, value: str) -> str:
        """Return the condition that the key equals a value."""
        test = "IS NOT DISTINCT FROM" if self.is_nullable else "="
        return f"{self.expression} {test} {value}"

    def beyond(self, value: str, *, is_after: bool) -> str:
        """Return the condition that the key comes after a value (or before it)."""
        test = ">" if self.is_descending != is_after else "<"
        compared = f"{self.expression} {test} {value}"
        if not self.is_nullable:
            return compared
        if is_after:
            return f"({compared} OR ({self.expression} IS NULL AND {value} IS NOT NULL))"
        return f"({compared} OR ({self.expression} IS NOT NULL AND {value} IS NULL))"


def order_keys(given: Input | None, rows: Rows) -> list[OrderKey]:
    """Return the keys of an ``orderBy``, with the natural key at the end to break ties."""
    keys: list[OrderKey] = []
    for element in () if given is None or given.is_null else given.elements():
        members = element.fields()
        term = ORDERS[rows.kind.name][str(members["field"].value)]
        where = rows
        if term.relation is not None and term.target is not None:
            where = rows.to_one(term.relation, TABLE_TYPES[term.target])
        fact = where.kind.fact(term.column)
        keys.append(
            OrderKey(
                where.column(fact.name, fact.table),
                encoding(fact.type, term.graph_type, f"{where.kind.name}.{fact.name}"),
                fact.is_nullable or where.is_optional,
                str(members["direction"].value) == "DESC",
            )
        )
    return [*_without_repeats(keys), *tie_break(rows)]


def tie_break(rows: Rows) -> list[OrderKey]:
    """Return the natural key as order keys; of parts, after that of what they are parts of."""
    owner = rows.owner()
    keys = [] if owner is None else tie_break(owner)
    for name in rows.kind.natural_key:
        is_text = rows.kind.fact(Column(name)).type == "text"
        keys.append(OrderKey(rows.column(name), TEXT if is_text else INTEGER, is_nullable=False))
    return keys


def _without_repeats(keys: Sequence[OrderKey]) -> list[OrderKey]:
    first: dict[str, OrderKey] = {}
    for key in keys:
        first.setdefault(key.expression, key)
    return list(first.values())


def order_clause(keys: Sequence[OrderKey], *, is_reversed: bool) -> str:
    """Return what stands after ORDER BY."""
    return ", ".join(key.clause(is_reversed=is_reversed) for key in keys)


def position(keys: Sequence[OrderKey], values: Sequence[str], *, is_after: bool) -> str:
    """Return the condition that a row comes after (or before) the position of ``values``."""
    directions = {key.is_descending for key in keys}
    if len(directions) == 1 and not any(key.is_nullable for key in keys):
        test = "<" if directions.pop() == is_after else ">"
        left = ", ".join(key.expression for key in keys)
        return f"(({left}) {test} ({', '.join(values)}))"
    alternatives = []
    for index, key in enumerate(keys):
        before = [keys[i].same(values[i]) for i in range(index)]
        beyond = key.beyond(values[index], is_after=is_after)
        alternatives.append("(" + " AND ".join((*before, beyond)) + ")")
    return f"({' OR '.join(alternatives)})"
