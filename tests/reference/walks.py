"""Values at the end of paths through an object: ``site.location.city`` of a program."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from graphql import get_named_type

from graph.planner.sources import TABLE_TYPES, Column, Embedded, ToMany, ToOne, source_of
from graph.schema import build_schema
from tests.reference.orders import written
from tests.reference.relations import listed
from tests.reference.rows import Record


def at(thing: Any, path: str) -> Any:
    """Return what a path leads to: a value, an object, or None."""
    name, _, rest = path.partition(".")
    found = thing.get(name) if isinstance(thing, dict) else _field(thing, name)
    return at(found, rest) if rest and found is not None else found


def below(record: Record, path: str) -> Iterator[Record]:
    """Yield the rows of a list, or of the lists of a list."""
    name, _, rest = path.partition(".")
    relation = source_of(_definition(record, name))
    assert isinstance(relation, ToMany)
    for row in listed(relation, record):
        if rest:
            yield from below(row, rest)
        else:
            yield row


def columns(record: Record) -> tuple[Any, ...]:
    """Return all values that an object's fields state."""
    fields: Any = build_schema()._schema.type_map[record.kind.name]
    return tuple(
        record.value(source.name, source.table)
        for source in map(source_of, fields.fields.values())
        if isinstance(source, Column) and source.name is not None
    )


def text(value: Any) -> str | None:
    """Return a value as a text: a list as JSON, nothing where it is empty."""
    if value is None or value == []:
        return None
    if isinstance(value, list):
        return json_of(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(written(value))


def json_of(texts: Sequence[str]) -> str:
    """Return texts as compact JSON."""
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))


def _field(record: Record, name: str) -> Any:
    definition = _definition(record, name)
    match source_of(definition):
        case Column(name=str() as column, table=table):
            return record.value(column, table)
        case ToOne(keys=keys):
            target = TABLE_TYPES[get_named_type(definition.type).name]
            return next(record.related(target, keys), None)
        case Embedded() as value:
            return embedded(value, record)
    raise NotImplementedError(f"{record.kind.name}.{name} leads nowhere")


def embedded(value: Embedded, record: Record) -> dict[str, Any] | None:
    """Return a value made of columns; None where all of them are."""
    found = {name: record.value(column, value.table) for name, column in value.columns.items()}
    return None if all(one is None for one in found.values()) else found


def _definition(record: Record, name: str) -> Any:
    kind: Any = build_schema()._schema.type_map[record.kind.name]
    return kind.fields[name]
