"""Paths: fields of a row and of the rows around it, named as the graph names them.

``site.province`` is the field ``province`` of the row that the relation ``site`` leads to,
``applicationVolume.label`` a member of an embedded value. A path that ends in a relation stands
for the key of the related row; one through a list has a row for each of its rows.

Declarations that are SQL themselves (see :class:`graph.planner.derived.Measure`) write paths in
braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type

from graph.errors import DeclarationError
from graph.planner.rows import Rows
from graph.planner.sources import (
    TABLE_TYPES,
    Column,
    Embedded,
    ToMany,
    ToOne,
    source_of,
)

_REFERENCE: Final = re.compile(r"\{([\w.]+)\}")


@dataclass(frozen=True, slots=True)
class Place:
    """A declared field, the type that declares it, and the rows that have it."""

    rows: Rows
    kind: GraphQLObjectType
    definition: GraphQLField

    @property
    def source(self) -> Any:
        """Where its value comes from."""
        return source_of(self.definition)


@dataclass(frozen=True, slots=True)
class Value:
    """A column at the end of a path: its expression, its type, and whether it may be null."""

    expression: str
    type: str
    is_nullable: bool

    def text(self) -> str:
        """Return the value as text: a list as JSON, an empty one as null."""
        if self.type == "text":
            return self.expression
        if self.type == "ARRAY":
            return f"NULLIF(to_json({self.expression})::text, '[]')"
        return f"(to_json({self.expression}) #>> '{{}}')"


def place(schema: GraphQLSchema, rows: Rows, path: str) -> Place:
    """Return the field at the end of a path, with what leads to it joined to ``rows``.

    Raises:
        DeclarationError: the path leads nowhere.
    """
    *steps, last = path.split(".")
    rows = follow(schema, rows, steps)
    kind: Any = schema.type_map[rows.kind.name]
    return Place(rows, kind, _field(schema, rows, last))


def follow(schema: GraphQLSchema, rows: Rows, steps: Iterable[str]) -> Rows:
    """Return the rows to which relations lead, joined.

    Raises:
        DeclarationError: a step is no relation.
    """
    for step in steps:
        definition = _field(schema, rows, step)
        relation = source_of(definition)
        if isinstance(relation, ToMany):
            relation = ToOne(relation.keys)
        if not isinstance(relation, ToOne):
            raise DeclarationError(f"{rows.kind.name}.{step} does not lead to rows")
        named: Any = get_named_type(definition.type)
        rows = rows.to_one(relation, TABLE_TYPES[named.name])
    return rows


def value(schema: GraphQLSchema, rows: Rows, path: str) -> Value:
    """Return the column at the end of a path, with what leads to it joined to ``rows``.

    Raises:
        DeclarationError: the path does not end in a column.
    """
    found = _embedded(schema, rows, path) or _column(schema, rows, path)
    where, column = found
    about = where.kind.fact(column)
    expression = where.column(about.name, about.table)
    return Value(expression, about.type, about.is_nullable or where.is_optional)


def expand(schema: GraphQLSchema, rows: Rows, template: str) -> str:
    """Return SQL with its paths replaced by the expressions of their columns."""
    return _REFERENCE.sub(lambda found: value(schema, rows, found[1]).expression, template)


def _column(schema: GraphQLSchema, rows: Rows, path: str) -> tuple[Rows, Column]:
    found = place(schema, rows, path)
    match found.source:
        case Column() as column:
            return found.rows, column
        case ToOne(keys=((local, _), *_)):
            return found.rows, Column(local)
    raise DeclarationError(f"path {path} does not end in a column")


def _embedded(schema: GraphQLSchema, rows: Rows, path: str) -> tuple[Rows, Column] | None:
    """Return the column of a member of an embedded value; None where the path ends in none."""
    outer, _, member = path.rpartition(".")
    if not outer:
        return None
    found = place(schema, rows, outer)
    if not isinstance(found.source, Embedded):
        return None
    if member not in found.source.columns:
        raise DeclarationError(f"path {path}: there is no member {member}")
    return found.rows, Column(found.source.columns[member], found.source.table)


def _field(schema: GraphQLSchema, rows: Rows, name: str) -> GraphQLField:
    kind: Any = schema.type_map[rows.kind.name]
    if name not in kind.fields:
        raise DeclarationError(f"{kind.name} has no field {name}")
    field: GraphQLField = kind.fields[name]
    return field
