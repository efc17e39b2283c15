"""Orders over objects in memory. What states no value comes last, whichever way is sorted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cmp_to_key
from typing import Any, TypeVar
from uuid import UUID

from graph.planner.sources import ORDERS, TABLE_TYPES, OrderTerm
from tests.reference.rows import Record
from tests.reference.texts import folded

Item = TypeVar("Item")
Position = tuple[Any, ...]


def written(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def compare(one: Any, other: Any, *, is_backward: bool) -> int:
    """Return a negative number where a value comes before another, 0 where they are equal."""
    if one == other:
        return 0
    if one is None or other is None:
        return 1 if one is None else -1
    return -1 if (one < other) != is_backward else 1


@dataclass(frozen=True)
class Key:
    """One thing to sort by; a text sorts without case and accents first, then as it is."""

    value: Callable[[Any], Any]
    is_descending: bool = False
    is_text: bool = False

    def parts(self, item: Any) -> Position:
        """Return the values that are compared."""
        value = written(self.value(item))
        if not self.is_text:
            return (value,)
        return (None if value is None else folded(value), value)


@dataclass(frozen=True)
class Order:
    """An order by several keys, the first first."""

    keys: Sequence[Key] = field(default_factory=tuple)

    def position(self, item: Any) -> Position:
        """Return what a place in the order is told by."""
        return tuple(part for key in self.keys for part in key.parts(item))

    def compare(self, one: Position, other: Position) -> int:
        """Return a negative number where the first position comes first, 0 where it is equal."""
        directions = [key.is_descending for key in self.keys for _ in range(1 + key.is_text)]
        for mine, theirs, is_backward in zip(one, other, directions, strict=True):
            found = compare(mine, theirs, is_backward=is_backward)
            if found:
                return found
        return 0

    def sorted(self, items: Sequence[Item]) -> list[Item]:
        """Return items in this order; those that are equal keep theirs."""
        by_position = cmp_to_key(self.compare)
        return sorted(items, key=lambda item: by_position(self.position(item)))


def order_of(type_name: str, given: Sequence[Mapping[str, Any]] | None) -> list[Key]:
    """Return the keys that an argument ``orderBy`` over a type stands for."""
    terms = ORDERS.get(type_name, {})
    return [_term(terms[one["field"]], one["direction"] == "DESC") for one in given or ()]


def natural(record: Record) -> Position:
    """Return what breaks ties: the natural key, its texts by their code points."""
    return record.key()


def _term(term: OrderTerm, is_descending: bool) -> Key:
    name = term.column.name
    assert name is not None
    column = name

    def value(record: Record) -> Any:
        owner: Record | None = record
        if term.relation is not None and term.target is not None:
            owner = next(record.related(TABLE_TYPES[term.target], term.relation.keys), None)
        return None if owner is None else owner.value(column, term.column.table)

    return Key(value, is_descending, is_text=term.graph_type == "String")
