"""Objects and lists: the JSON of rows, with each to-many relation aggregated once per page."""

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
from graph.planner.connections import ConnectionCompiler
from graph.planner.derived import ChangedTexts, Changes, ListChanges, VersionNumber, Versions
from graph.planner.encode import encoding, graph_type_of
from graph.planner.filters import conditions
from graph.planner.history import history_json
from graph.planner.inputs import Input, arguments_of
from graph.planner.members import members_json
from graph.planner.rows import Rows, table_rows
from graph.planner.sources import (
    TABLE_TYPES,
    Column,
    Connection,
    Embedded,
    GlobalId,
    Part,
    ToMany,
    ToOne,
    source_of,
)
from graph.planner.sql import Json, conjunction


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
            return _to_many(compilation, relation, inner, nodes, arguments, rows)
        case Embedded() as value:
            return _embedded(compilation, value, inner, nodes, rows)
        case Connection(through=through):
            assert through is not None
            arguments = arguments_of(definition, nodes[0], compilation.operation.variables)
            target = TABLE_TYPES[inner.name.removesuffix("Connection")]
            compiler = ConnectionCompiler(compilation, target, arguments, where)
            return Json().expression(compiler.expression(inner, nodes, (through, rows)))
        case Versions() | VersionNumber() | Changes() | ListChanges() | ChangedTexts() as source:
            return history_json(compilation, definition, nodes, source, rows)
    raise NotPlannableError(f"{where} is resolved, not declared")


def _column(column: Column, definition: GraphQLField, where: str, rows: Rows) -> Json:
    fact = rows.kind.fact(column)
    how = encoding(fact.type, graph_type_of(definition), where)
    expression = rows.column(fact.name, fact.table)
    return Json().expression(how.text(expression, nullable=not is_non_null_type(definition.type)))


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
        name = found[0].name.value
        assert isinstance(source_of(definition), Part)
        fact = rows.kind.fact(Column(value.columns[name], value.table))
        how = encoding(fact.type, graph_type_of(definition), f"{kind.name}.{name}")
        return Json().expression(how.text(columns[name], nullable=True))

    json = members_json(compilation.operation, kind, nodes, member)
    present = " OR ".join(f"{column} IS NOT NULL" for column in columns.values())
    return Json().expression(f"CASE WHEN {present} THEN {json.sql()} ELSE 'null' END")


def _to_many(
    compilation: Compilation,
    relation: ToMany,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    arguments: dict[str, Input],
    rows: Rows,
) -> Json:
    """Return the list of related rows, read once for all rows where their keys are known."""
    local, remote = relation.keys[0]
    keyset = rows.keyset(local)
    child = table_rows(compilation.names, TABLE_TYPES[kind.name])
    child.keyset = lambda column: keyset if column == remote else None
    item = object_json(compilation, kind, nodes, child)
    order = ", ".join(child.column(name) for name in relation.order)
    gathered = f"string_agg({item.sql()}, ',' ORDER BY {order}) AS j"
    kept = _arguments(compilation, relation, arguments, child)
    group = compilation.names.new("g")
    pairs = [(rows.column(mine), child.column(theirs)) for mine, theirs in relation.keys]
    if keyset is None:
        kept += [f"{theirs} = {mine}" for mine, theirs in pairs]
        select = f"SELECT {gathered} FROM {child.from_list()} WHERE {conjunction(kept)}"
        rows.joins.append(f"LEFT JOIN LATERAL ({select}) {group} ON true")
    else:
        kept.insert(0, f"{pairs[0][1]} = ANY (ARRAY({keyset}))")
        keys = [theirs for _, theirs in pairs]
        named = ", ".join(f"{key} AS k{i}" for i, key in enumerate(keys))
        select = (
            f"SELECT {named}, {gathered} FROM {child.from_list()}"
            f" WHERE {conjunction(kept)} GROUP BY {', '.join(keys)}"
        )
        same = conjunction(f"{group}.k{i} = {mine}" for i, (mine, _) in enumerate(pairs))
        rows.joins.append(f"LEFT JOIN ({select}) {group} ON {same}")
    return Json().expression(f"COALESCE('[' || {group}.j || ']', '[]')")


def _arguments(
    compilation: Compilation, relation: ToMany, arguments: dict[str, Input], child: Rows
) -> list[str]:
    parameters = compilation.parameters
    kept: list[str] = []
    for name, given in arguments.items():
        if given.is_null:
            continue
        if name == "filter":
            kept += conditions(given, child, parameters)
            continue
        condition = relation.arguments[name]
        sql_type = "text[]" if condition.operator == "= ANY" else "text"
        placeholder = parameters.add(given.binder(), sql_type)
        kept.append(f"{child.column(condition.column)} {condition.operator} ({placeholder})")
    return kept
