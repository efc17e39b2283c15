"""Root fields: one row by its key, all rows of a small table, pages, any node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type

from graph.errors import AnswerError, BadUserInputError, NotFoundError, NotPlannableError
from graph.planner import globalid
from graph.planner.comparison import comparison_json
from graph.planner.compilation import Compilation
from graph.planner.connections import ConnectionCompiler
from graph.planner.derived import Comparison, GroupList, InScope
from graph.planner.filters import adapted, id_condition
from graph.planner.globalid import type_of
from graph.planner.group_lists import group_list_json, in_scope_json
from graph.planner.inputs import Input, arguments_of
from graph.planner.lists import everything_json
from graph.planner.moments import Guard, Scope
from graph.planner.nodes import nodes_json
from graph.planner.rows import Page, table_rows
from graph.planner.search_pages import SearchCompiler
from graph.planner.sources import (
    TABLE_TYPES,
    AnyNode,
    AnyNodes,
    ById,
    ByKey,
    Column,
    Connection,
    Everything,
    Latest,
    Search,
    TableType,
    source_of,
)
from graph.planner.sql import Json, conjunction, constant


def root_json(  # noqa: PLR0911 - a case for each kind of root field
    compilation: Compilation, definition: GraphQLField, nodes: list[FieldNode]
) -> Json:
    """Return the JSON of a root field.

    Raises:
        NotPlannableError: the field is resolved, not declared.
        AnswerError: an argument has a value that it may not have.
    """
    node = nodes[0]
    arguments = arguments_of(definition, node, compilation.operation.variables)
    inner: Any = get_named_type(definition.type)
    try:
        match source_of(definition):
            case Connection() | Search() as relation:
                return _pages(compilation, relation, inner, nodes, arguments)
            case ByKey(members=members):
                return _by_key(compilation, inner, nodes, arguments, members)
            case Everything() as everything:
                scope = _scope(compilation, arguments)
                return everything_json(compilation, everything, inner, nodes, arguments, scope)
            case ById():
                return _of_id(compilation, inner, nodes, arguments["id"])
            case AnyNode():
                return _node(compilation, nodes, arguments["id"])
            case AnyNodes():
                return nodes_json(compilation, nodes, arguments["ids"])
            case Comparison() | GroupList() | InScope() as source:
                with compilation.within(_scope(compilation, arguments)):
                    return _derived(compilation, definition, nodes, source, arguments)
            case Latest() as latest:
                return _latest(compilation, inner, nodes, latest)
    except AnswerError as error:
        raise error.at(compilation.place, node) from None
    raise NotPlannableError(f"{node.name.value} is resolved, not declared")


def _pages(
    compilation: Compilation,
    relation: Connection | Search,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    arguments: Mapping[str, Input],
) -> Json:
    identity = nodes[0].name.value
    if isinstance(relation, Search):
        return SearchCompiler(compilation, relation, arguments, identity).json(kind, nodes)
    return ConnectionCompiler(compilation, relation, arguments, identity).json(kind, nodes)


def _scope(compilation: Compilation, arguments: Mapping[str, Input]) -> Scope:
    """Return where a root field reads, and all below it that does not say otherwise."""
    as_of, iteration = arguments.get("asOf"), arguments.get("iteration")
    if as_of is None or as_of.is_null:
        scope = compilation.scope
    else:
        time = as_of.binder()
        moment = compilation.moments.as_of(adapted(time, "timestamptz", "asOf"))
        scope = Scope(moment, given=(None, time))
    if iteration is None or iteration.is_null:
        return scope
    number = iteration.binder()
    value = compilation.moments.value(number, "int4")
    return replace(scope, iteration=value, given=(number, scope.given[1]))


def _derived(
    compilation: Compilation,
    definition: GraphQLField,
    nodes: list[FieldNode],
    source: Comparison | GroupList | InScope,
    arguments: Mapping[str, Input],
) -> Json:
    """Return the JSON of what is made out of rows."""
    inner: Any = get_named_type(definition.type)
    match source:
        case Comparison():
            return comparison_json(compilation, inner, nodes, source, arguments["ids"])
        case GroupList():
            return group_list_json(compilation, definition, nodes)
        case InScope():
            return in_scope_json(compilation, inner, nodes)


def row_json(
    compilation: Compilation, kind: GraphQLObjectType, nodes: list[FieldNode], key: Sequence[object]
) -> Json:
    """Return the JSON of the row with a natural key that Python knows; null where there is none."""
    target = TABLE_TYPES[kind.name]
    page = Page(compilation.names, table_rows(compilation.names, target))
    found = compilation.moments.now().condition(page.inner)
    for name, value in zip(target.natural_key, key, strict=True):
        sql_type = globalid.parameter_type(target, name)
        placeholder = compilation.parameters.add(constant(value), sql_type)
        found.append(f"{page.inner.column(name)} = {placeholder}")
    return _one(compilation, kind, nodes, page, f"WHERE {conjunction(found)}")


def _one(
    compilation: Compilation,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    page: Page,
    clauses: str,
) -> Json:
    """Return the object of the one row that the inner select finds, null where there is none."""
    json = compilation.object_json(compilation, kind, nodes, page.outer)
    inner = f"SELECT {page.exports()} FROM {page.inner.from_list()} {clauses} LIMIT 1"
    head = f"WITH {page.name} AS ({inner})"
    body = f"{head} SELECT {json.sql()} FROM {page.outer.from_list()}"
    return Json().expression(f"COALESCE(({body}), 'null')")


def _by_key(
    compilation: Compilation,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    arguments: Mapping[str, Input],
    members: Mapping[str, str | Mapping[str, str] | None],
) -> Json:
    page = Page(compilation.names, table_rows(compilation.names, TABLE_TYPES[kind.name]))
    ((name, given),) = arguments["by"].fields().items()
    rows, parameters = page.inner, compilation.parameters
    scope = _scope(compilation, arguments)
    found = scope.moment.condition(rows)
    columns = members[name]
    if columns is None:
        found.append(id_condition(given, f"by.{name}", rows, parameters))
    elif isinstance(columns, str):
        found.append(_equals(page, columns, given, compilation, f"by.{name}"))
    else:
        parts = given.fields()
        found += [
            _equals(page, column, parts[part], compilation, f"by.{name}.{part}")
            for part, column in columns.items()
        ]
    with compilation.within(scope):
        return _one(compilation, kind, nodes, page, f"WHERE {conjunction(found)}")


def _equals(page: Page, column: str, given: Input, compilation: Compilation, argument: str) -> str:
    is_text = page.inner.kind.fact(Column(column)).type == "text"
    sql_type = "text" if is_text else "int4"
    value = adapted(given.binder(), sql_type, argument)
    placeholder = compilation.parameters.add(value, sql_type, given.node)
    return f"{page.inner.column(column)} = {placeholder}"


def _node(compilation: Compilation, nodes: list[FieldNode], given: Input) -> Json:
    name = type_of(given.value)
    if name is None:
        raise BadUserInputError(
            "Argument 'id' is no global id of this graph. Pass the 'id' of an object as the graph"
            " gave it.",
            node=given.node,
        )
    kind: Any = compilation.operation.schema.type_map[name]
    return _of_id(compilation, kind, nodes, given)


def _of_id(
    compilation: Compilation, kind: GraphQLObjectType, nodes: list[FieldNode], given: Input
) -> Json:
    target: TableType = TABLE_TYPES[kind.name]
    page = Page(compilation.names, table_rows(compilation.names, target))
    found = compilation.moments.now().condition(page.inner)
    found.append(id_condition(given, "id", page.inner, compilation.parameters))
    return _one(compilation, kind, nodes, page, f"WHERE {conjunction(found)}")


def _latest(
    compilation: Compilation, kind: GraphQLObjectType, nodes: list[FieldNode], latest: Latest
) -> Json:
    target = TABLE_TYPES[kind.name]
    page = Page(compilation.names, table_rows(compilation.names, target))
    if latest.missing is not None:
        error = NotFoundError(latest.missing, place=compilation.place, node=nodes[0])
        compilation.moments.guards.append(Guard(f"NOT EXISTS (SELECT FROM {target.table})", error))
    column = page.inner.column(latest.column)
    may_lack = target.fact(Column(latest.column)).is_nullable
    clauses = f"WHERE {column} IS NOT NULL " if may_lack else ""
    return _one(compilation, kind, nodes, page, f"{clauses}ORDER BY {column} DESC")
