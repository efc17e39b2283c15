"""Orders and keyset positions. Rows without a value come last, whichever way is sorted.

Nothing depends on the server's locale. Texts sort first without case and accents (see
:mod:`graph.planner.folding`), then by their code points; words of a vocabulary by their code
points, false before true. Ties are broken by the natural key, upwards; its texts count by their
code points alone. What is named twice counts where it stands first. Positions of cursors compare
the very same expressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.planner.encode import NATURAL, TEXT, WORD, Encoding, encoding
from graph.planner.folding import fold_sql
from graph.planner.inputs import Input
from graph.planner.rows import Rows
from graph.planner.sources import ORDERS, TABLE_TYPES, Column, OrderTerm

CODE_POINTS = 'COLLATE "C"'
"""Compares texts by their code points: in UTF-8, the order of the bytes is the same."""


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


def order_keys(
    given: Input | None, rows: Rows, ties: Sequence[OrderKey] | None = None
) -> list[OrderKey]:
    """Return the keys of an ``orderBy``, with ``ties`` at the end, by default the natural key."""
    keys: list[OrderKey] = []
    for element in () if given is None or given.is_null else given.elements():
        members = element.fields()
        term = ORDERS[rows.kind.name][str(members["field"].value)]
        keys += _term_keys(term, rows, is_descending=members["direction"].value == "DESC")
    return without_repeats([*keys, *(tie_break(rows) if ties is None else ties)])


def column_keys(rows: Rows, names: Sequence[str]) -> list[OrderKey]:
    """Return the keys of columns in which a list stands by itself."""
    keys: list[OrderKey] = []
    for name in names:
        fact = rows.kind.fact(Column(name))
        how = NATURAL[fact.type]
        keys += value_keys(
            rows.column(name), how, is_nullable=fact.is_nullable, is_descending=False
        )
    return keys


def tie_break(rows: Rows) -> list[OrderKey]:
    """Return the natural key as order keys; of parts, after that of what they are parts of."""
    owner = rows.owner()
    keys = [] if owner is None else tie_break(owner)
    for name in rows.kind.natural_key:
        how = NATURAL[rows.kind.fact(Column(name)).type]
        keys.append(OrderKey(_compared(rows.column(name), how), how, is_nullable=False))
    return keys


def _term_keys(term: OrderTerm, rows: Rows, *, is_descending: bool) -> list[OrderKey]:
    where = rows
    if term.relation is not None and term.target is not None:
        where = rows.to_one(term.relation, TABLE_TYPES[term.target])
    fact = where.kind.fact(term.column)
    how = encoding(fact.type, term.graph_type, f"{where.kind.name}.{fact.name}")
    is_nullable = fact.is_nullable or where.is_optional
    expression = where.column(fact.name, fact.table)
    return value_keys(expression, how, is_nullable=is_nullable, is_descending=is_descending)


def value_keys(
    expression: str, how: Encoding, *, is_nullable: bool, is_descending: bool
) -> list[OrderKey]:
    """Return the keys that sort by one value: of a text, without case and accents first."""
    exact = OrderKey(_compared(expression, how), how, is_nullable, is_descending)
    if how is not TEXT:
        return [exact]
    return [OrderKey(fold_sql(expression), how, is_nullable, is_descending), exact]


def _compared(expression: str, how: Encoding) -> str:
    return f"{expression} {CODE_POINTS}" if how in (TEXT, WORD) else expression


def without_repeats(keys: Sequence[OrderKey]) -> list[OrderKey]:
    """Return each key where it stands first: it counts nowhere else."""
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
