"""Filters over objects in memory, in plain two-valued logic.

A comparison with a value never holds for an object that states none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type

from graph.planner.sources import (
    TABLE_TYPES,
    Column,
    ColumnFilter,
    Combination,
    Connection,
    Distance,
    Embedded,
    GlobalId,
    ListFilter,
    RelationFilter,
    ToMany,
    ToOne,
    member_of,
    source_of,
)
from tests.reference.places import is_within, is_wrong
from tests.reference.refusals import BAD_INPUT
from tests.reference.relations import listed, members, scope_of
from tests.reference.rows import Record
from tests.reference.texts import folded, global_id, key_in
from tests.reference.times import in_utc, is_outside

Given = Mapping[str, Any]
MOST_VALUES = 1_000
MOST_IDS = 100

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda own, other: own == other,
    "ne": lambda own, other: own != other,
    "lt": lambda own, other: own < other,
    "lte": lambda own, other: own <= other,
    "gt": lambda own, other: own > other,
    "gte": lambda own, other: own >= other,
    "in": lambda own, others: own in others,
    "notIn": lambda own, others: own not in others,
    "containsAny": lambda own, others: any(other in own for other in others),
    "containsAll": lambda own, others: all(other in own for other in others),
}


def holds(comparisons: Given, own: Any) -> bool:
    """Return whether a value passes all comparisons; those with null say nothing."""
    for name, other in comparisons.items():
        if other is None:
            continue
        if name == "isNull":
            if (own is None) != other:
                return False
        elif own is None or not _passes(name, own, other):
            return False
    return True


def _passes(name: str, own: Any, other: Any) -> bool:
    if name == "contains":
        return other in own if isinstance(own, list) else folded(other) in folded(own)
    if name == "startsWith":
        return folded(own).startswith(folded(other))
    return COMPARISONS[name](own, _comparable(other))


def _comparable(given: Any) -> Any:
    if isinstance(given, list):
        return [_comparable(one) for one in given]
    return in_utc(given) if isinstance(given, dt.datetime) else given


def keeps(kind: Any, given: Given | None, record: Record) -> bool:
    """Return whether a filter keeps an object; ``kind`` is the filter's declared type."""
    return given is None or all(
        _member(kind, name, value, record) for name, value in given.items() if value is not None
    )


def _member(  # noqa: PLR0911 - a case for each kind of declaration
    kind: GraphQLInputObjectType, name: str, value: Any, record: Record
) -> bool:
    definition = kind.fields[name]
    source = source_of(definition)
    match source:
        case Combination(operator="not"):
            return not keeps(kind, value, record)
        case Combination(operator="and"):
            return all(keeps(kind, one, record) for one in value)
        case Combination(operator="or"):
            return any(keeps(kind, one, record) for one in value)
        case RelationFilter(source=Embedded() as embedded):
            members = get_named_type(definition.type).fields
            return all(
                holds(
                    comparisons,
                    record.value(embedded.columns[member_of(members[member])], embedded.table),
                )
                for member, comparisons in value.items()
                if comparisons is not None
            )
        case RelationFilter(source=ToOne() as relation, target=str() as target):
            inner = get_named_type(definition.type)
            found = record.related(TABLE_TYPES[target], relation.keys)
            return any(keeps(inner, value, one) for one in found)
        case ListFilter(source=relation):
            rows = related(relation, record)
            inner = get_named_type(definition.type)
            return all(
                _quantified(quantifier, inner.fields["some"].type, operand, rows)
                for quantifier, operand in value.items()
                if operand is not None
            )
        case Distance():
            return is_within(value, record.value(source.latitude), record.value(source.longitude))
        case ColumnFilter(column=Column(name=str() as column, table=table)):
            return holds(value, record.value(column, table))
        case GlobalId():
            return holds(value, global_id(record.kind.name, record.own_key()))
    raise NotImplementedError(f"{kind.name}.{name}")


def related(relation: ToMany | Connection, record: Record) -> list[Record]:
    """Return the rows that a filter on related rows speaks of."""
    if isinstance(relation, ToMany):
        return listed(relation, record)
    scope = scope_of(relation, record, record.scope)
    return members(relation, record, record.tables, scope)


def _quantified(quantifier: str, kind: Any, operand: Given, found: list[Record]) -> bool:
    kept = [keeps(get_named_type(kind), operand, one) for one in found]
    return {"some": any(kept), "none": not any(kept), "every": all(kept)}[quantifier]


def wrongs(kind: Any, given: Given | None, rows: str) -> Iterator[str]:
    """Yield the code of everything that is wrong with a filter, whatever the rows.

    ``rows`` is the name of the type that is filtered.
    """
    for name, value in (given or {}).items():
        if value is not None:
            yield from _wrong_member(kind, name, value, rows)


def _wrong_member(  # noqa: C901 - a case for each kind of declaration
    kind: Any, name: str, value: Any, rows: str
) -> Iterator[str]:
    inner: Any = get_named_type(kind.fields[name].type)
    match source_of(kind.fields[name]):
        case Combination():
            for one in value if isinstance(value, list) else [value]:
                yield from wrongs(kind, one, rows)
        case RelationFilter(source=Embedded()):
            for comparisons in value.values():
                yield from _wrong_values(comparisons)
        case RelationFilter(target=str() as target):
            yield from wrongs(inner, value, target)
        case ListFilter(source=relation):
            for operand in value.values():
                yield from wrongs(
                    get_named_type(inner.fields["some"].type), operand, relation.target
                )
        case Distance():
            if is_wrong(value):
                yield BAD_INPUT
        case GlobalId():
            yield from _wrong_ids(value, rows)
        case _:
            yield from _wrong_values(value)


def _wrong_values(comparisons: Given | None) -> Iterator[str]:
    for value in (comparisons or {}).values():
        values = value if isinstance(value, list) else [value]
        if len(values) > MOST_VALUES or any(map(_is_wrong_value, values)):
            yield BAD_INPUT


def _is_wrong_value(value: Any) -> bool:
    if isinstance(value, dt.datetime):
        return is_outside(value)
    return isinstance(value, str) and "\0" in value


def _wrong_ids(comparisons: Given, rows: str) -> Iterator[str]:
    for value in comparisons.values():
        if value is not None:
            ids = value if isinstance(value, list) else [value]
            if len(ids) > MOST_IDS or any(key_in(one, TABLE_TYPES[rows]) is None for one in ids):
                yield BAD_INPUT
