"""Checks of declarations of what is made out of rows: every path in them leads somewhere."""

from __future__ import annotations

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, is_non_null_type

from graph.errors import DeclarationError
from graph.planner.derived import (
    GROUP_TYPES,
    Attribute,
    ChangedTexts,
    Changes,
    ComparedTable,
    Dimension,
    Items,
    ListChanges,
    Measure,
)
from graph.planner.encode import COMPUTED, graph_type_of
from graph.planner.paths import expand, follow, place, value
from graph.planner.rows import Rows, table_rows
from graph.planner.sources import TABLE_TYPES, Column, ToOne, source_of
from graph.planner.sql import Names


def check_derived(schema: GraphQLSchema) -> None:
    """Check groups, comparisons and versions.

    Raises:
        DeclarationError: a path leads nowhere, a value has no encoding, or one that may be null
            stands for a field that may not.
    """
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for name, definition in kind.fields.items():
                _check(schema, kind.name, f"{kind.name}.{name}", definition)
    for groups in GROUP_TYPES.values():
        for term in groups.terms.values():
            if isinstance(term, Measure):
                expand(schema, _rows(groups.over), term.sql)


def _rows(name: str) -> Rows:
    return table_rows(Names(), TABLE_TYPES[name])


def _check(schema: GraphQLSchema, name: str, where: str, definition: GraphQLField) -> None:
    match source_of(definition):
        case Dimension(path=path):
            _check_dimension(schema, _rows(GROUP_TYPES[name].over), path, where, definition)
        case Measure(sql=sql):
            expand(schema, _rows(GROUP_TYPES[name].over), sql)
            if graph_type_of(definition) not in COMPUTED:
                raise DeclarationError(f"{where}: no encoding of {graph_type_of(definition)}")
        case ComparedTable(of=of, lines=lines):
            _check_lines(schema, _rows(of), lines)
        case Changes(of=of, lines=lines):
            _check_lines(schema, follow(schema, _rows(name), [of]), lines)
        case ListChanges(of=of, lists=lists):
            for _, path in lists:
                follow(schema, _rows(name), [of, *path.split(".")])
        case ChangedTexts(of=of, path=path, kind=kind, text=text):
            below = follow(schema, _rows(name), [of, *path.split(".")])
            value(schema, below, kind)
            value(schema, below, text)


def _check_dimension(
    schema: GraphQLSchema, rows: Rows, path: str, where: str, definition: GraphQLField
) -> None:
    match place(schema, rows, path).source:
        case Column():
            may_be_null = value(schema, rows, path).is_nullable
        case source:
            may_be_null = not isinstance(source, ToOne)
    if may_be_null and is_non_null_type(definition.type):
        raise DeclarationError(f"{where} is not null in the graph, but {path} may be")


def _check_lines(schema: GraphQLSchema, rows: Rows, lines: tuple[Attribute | Items, ...]) -> None:
    for line in lines:
        if isinstance(line, Attribute):
            value(schema, rows, line.path)
        else:
            below = follow(schema, rows, line.path.split("."))
            expand(schema, below, line.text + line.condition)
