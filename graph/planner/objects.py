"""Objects: the JSON of rows, field by field."""

from __future__ import annotations

from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_non_null_type,
)

from graph.errors import NotPlannableError
from graph.planner import globalid
from graph.planner.compilation import Compilation
from graph.planner.computed import computed_json
from graph.planner.connections import ConnectionCompiler
from graph.planner.derived import ChangedTexts, Changes, ListChanges, VersionNumber, Versions
from graph.planner.encode import encoding, graph_type_of
from graph.planner.history import history_json
from graph.planner.inputs import arguments_of
from graph.planner.lists import to_many_json
from graph.planner.members import members_json
from graph.planner.rows import Rows
from graph.planner.similar import similar_json
from graph.planner.sources import (
    TABLE_TYPES,
    Column,
    Computed,
    Connection,
    Embedded,
    GlobalId,
    Part,
    Similar,
    ToMany,
    ToOne,
    member_of,
    source_of,
)
from graph.planner.sql import Json


def object_json(
    compilation: Compilation, kind: GraphQLObjectType, nodes: list[FieldNode], rows: Rows
) -> Json:
    """Return the JSON of one row as an object of a type.

    Raises:
        NotPlannableError: a selected field is resolved, not declared.
    """

    def member(definition: GraphQLField, found: list[FieldNode]) -> Json:
        return field_json(compilation, kind, definition, found, rows)

    return members_json(compilation.operation, kind, nodes, member)


def field_json(  # noqa: PLR0911 - a case for each kind of declaration
    compilation: Compilation,
    kind: GraphQLObjectType,
    definition: GraphQLField,
    nodes: list[FieldNode],
    rows: Rows,
) -> Json:
    """Return the JSON of one field of a row.

    Raises:
        NotPlannableError: it is resolved, not declared.
    """
    where = f"{kind.name}.{nodes[0].name.value}"
    inner: Any = get_named_type(definition.type)
    match source_of(definition):
        case Column() as column:
            return _column(column, definition, where, rows)
        case GlobalId():
            identity = globalid.sql(rows.kind, rows.natural_key())
            return Json().literal('"').expression(identity).literal('"')
        case ToOne() as relation:
            return _to_one(compilation, relation, inner, nodes, rows)
        case ToMany() as relation:
            arguments = arguments_of(definition, nodes[0], compilation.operation.variables)
            return to_many_json(compilation, relation, inner, nodes, arguments, rows)
        case Embedded() as value:
            return _embedded(compilation, value, inner, nodes, rows)
        case Connection() as relation:
            arguments = arguments_of(definition, nodes[0], compilation.operation.variables)
            compiler = ConnectionCompiler(compilation, relation, arguments, where, rows)
            return compiler.json(inner, nodes)
        case Similar():
            arguments = arguments_of(definition, nodes[0], compilation.operation.variables)
            return similar_json(compilation, inner, nodes, arguments.get("first"), rows)
        case Computed() as source:
            return computed_json(compilation, source, definition, nodes, rows)
        case Versions() | VersionNumber() | Changes() | ListChanges() | ChangedTexts() as source:
            return history_json(compilation, definition, nodes, source, rows)
    raise NotPlannableError(f"{where} is resolved, not declared")


def _column(column: Column, definition: GraphQLField, where: str, rows: Rows) -> Json:
    fact = rows.kind.fact(column)
    how = encoding(fact.type, graph_type_of(definition), where)
    expression = rows.column(fact.name, fact.table)
    return how.member(expression, nullable=not is_non_null_type(definition.type))


def _to_one(
    compilation: Compilation,
    relation: ToOne,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    rows: Rows,
) -> Json:
    related = rows.to_one(relation, TABLE_TYPES[kind.name])
    json = object_json(compilation, kind, nodes, related)
    if not related.is_optional:
        return json
    present = f"{related.column(relation.keys[0][1])} IS NOT NULL"
    return Json().expression(f"CASE WHEN {present} THEN {json.sql()} ELSE 'null' END")


def _embedded(
    compilation: Compilation,
    value: Embedded,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    rows: Rows,
) -> Json:
    columns = {member: rows.column(name, value.table) for member, name in value.columns.items()}

    def member(definition: GraphQLField, found: list[FieldNode]) -> Json:
        name = member_of(definition)
        assert isinstance(source_of(definition), Part), found
        fact = rows.kind.fact(Column(value.columns[name], value.table))
        how = encoding(fact.type, graph_type_of(definition), f"{kind.name}.{name}")
        return Json().expression(how.text(columns[name], nullable=True))

    json = members_json(compilation.operation, kind, nodes, member)
    present = " OR ".join(f"{column} IS NOT NULL" for column in columns.values())
    return Json().expression(f"CASE WHEN {present} THEN {json.sql()} ELSE 'null' END")
