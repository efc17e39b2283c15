"""From the declaration of a field to a plain Python resolver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import GraphQLField, GraphQLSchema, get_named_type

from graph.planner.sources import (
    TABLE_TYPES,
    AggregateFunction,
    AggregateOf,
    AnyNode,
    AnyNodes,
    ById,
    ByKey,
    Column,
    Connection,
    Embedded,
    Everything,
    GlobalId,
    Latest,
    ListArgument,
    OfConnection,
    OfEdge,
    OfPage,
    Part,
    RowCount,
    TableType,
    ToMany,
    ToOne,
    member_of,
    source_of,
)
from tests.reference.derived import DerivedResolvers
from tests.reference.numbers import mean
from tests.reference.orders import Key, written
from tests.reference.pages import Connections, Page, scope_at
from tests.reference.refusals import BAD_INPUT, NOT_FOUND, RefusalError
from tests.reference.relations import listed
from tests.reference.rows import Moment, Record, Scope
from tests.reference.texts import global_id, key_in
from tests.reference.walks import embedded

Resolver = Callable[..., Any]
FUNCTIONS: Mapping[str, Callable[[list[Any]], Any]] = {
    "sum": sum,
    "avg": lambda values: (
        mean(values) if all(isinstance(one, int) for one in values) else sum(values) / len(values)
    ),
    "min": min,
    "max": max,
}
MOST_IDS = 100


@dataclass(frozen=True)
class Resolvers:
    """Makes the resolver of each field; ``declared`` is the schema that carries declarations."""

    declared: GraphQLSchema
    connections: Connections

    def resolver(self, type_name: str, field_name: str) -> Resolver:
        """Return the resolver of a field.

        Raises:
            NotImplementedError: the reference does not know how the field is declared.
        """
        kind: Any = self.declared.type_map[type_name]
        definition: GraphQLField = kind.fields[field_name]
        source = source_of(definition)
        target = TABLE_TYPES.get(get_named_type(definition.type).name)
        derived = DerivedResolvers(self.declared, self.connections)
        for found in (
            self._of_row(source, target, f"{type_name}.{field_name}", definition),
            self._of_page(source),
            self._of_root(source, target, field_name),
            derived.resolver(source, definition, type_name, field_name),
        ):
            if found is not None:
                return found
        raise NotImplementedError(f"{type_name}.{field_name} is declared as {source}")

    # -- fields of rows --------------------------------------------------------------------------

    def _of_row(  # noqa: PLR0911 - a case for each kind of declaration
        self, source: Any, target: TableType | None, where: str, definition: GraphQLField
    ) -> Resolver | None:
        match source:
            case Column(name=str() as column, table=table):
                return lambda record, _: written(record.value(column, table))
            case GlobalId():
                return lambda record, _: global_id(record.kind.name, record.own_key())
            case Embedded():
                return lambda record, _: embedded(source, record)
            case Part():
                return lambda value, info: value[_member(value, definition, info.field_name)]
            case ToOne():
                return lambda record, _: next(record.related(_known(target), source.keys), None)
            case ToMany():
                return lambda record, _, **given: self._list(source, record, given)
            case Connection() if not where.startswith("Query."):
                return lambda record, _, **given: self.connections.page(
                    source, where, given, record
                )
        return None

    def _list(self, source: ToMany, record: Record, given: Mapping[str, Any]) -> list[Record]:
        found = listed(source, record)
        for name, condition in source.arguments.items():
            if given.get(name) is not None:
                found = [one for one in found if _meets(condition, given[name], one)]
        return self.connections.part(source.target, found, [], given)

    # -- pages and aggregates --------------------------------------------------------------------

    @staticmethod
    def _of_page(source: Any) -> Resolver | None:  # noqa: PLR0911 - as above
        match source:
            case OfConnection():
                return lambda page, _: _of_connection(source, page)
            case OfEdge(part="cursor"):
                return lambda edge, _: edge[0].cursor(edge[1])
            case OfEdge(part="node"):
                return lambda edge, _: edge[1]
            case OfPage():
                return lambda page, _: _of_page(source, page)
            case RowCount():
                return lambda rows, _: len(rows)
            case AggregateOf():
                return lambda rows, _: [row.value(source.column, source.table) for row in rows]
            case AggregateFunction():
                return lambda values, _: _aggregate(source, values)
        return None

    # -- root fields -----------------------------------------------------------------------------

    def _of_root(  # noqa: PLR0911 - as above
        self, source: Any, target: TableType | None, name: str
    ) -> Resolver | None:
        match source:
            case Connection():
                return lambda _, __, **given: self.connections.page(source, name, given)
            case ByKey():
                return lambda _, __, **given: self._by_key(source, _known(target), given)
            case Everything():
                return lambda _, __, **given: self._everything(source, given)
            case ById():
                return lambda _, __, id: self._node(id, target)  # noqa: A006
            case AnyNode():
                return lambda _, __, **given: self._node(given["id"])
            case AnyNodes():
                return lambda _, __, **given: self._nodes(given["ids"])
            case Latest():
                return lambda _, __: self._latest(source, _known(target))
        return None

    def _everything(self, source: Everything, given: Mapping[str, Any]) -> list[Record]:
        tables, kind = self.connections.tables, TABLE_TYPES[source.target]
        scope = scope_at(tables, given)
        rows = tables.all(kind, Scope(scope.moment, given=scope.given))
        own = [
            Key(partial(_column, name), is_text=any(isinstance(row.row[name], str) for row in rows))
            for name in source.order
        ]
        return self.connections.part(source.target, rows, own, given)

    def _by_key(self, source: ByKey, target: TableType, given: Mapping[str, Any]) -> Record | None:
        tables = self.connections.tables
        scope = scope_at(tables, given)
        ((name, value),) = given["by"].items()
        columns = source.members[name]
        if columns is None:
            return self._of_id(value, target, scope)
        equal = {columns: value} if isinstance(columns, str) else {
            column: value[member] for member, column in columns.items()
        }  # fmt: skip
        if any(isinstance(one, str) and "\0" in one for one in equal.values()):
            raise RefusalError([BAD_INPUT])
        for row in tables.where(target.table, **equal):
            if scope.moment.has(row):
                return Record(target, row, tables, scope)
        return None

    def _of_id(self, given: str, target: TableType | None, scope: Scope) -> Record | None:
        found = key_in(given, target)
        if found is None:
            raise RefusalError([BAD_INPUT])
        kind, key = found
        tables = self.connections.tables
        rows = tables.where(kind.table, **dict(zip(kind.natural_key, key, strict=True)))
        for row in rows:
            if scope.moment.has(row):
                return Record(kind, row, tables, scope)
        return None

    def _node(self, given: str, target: TableType | None = None) -> Record | None:
        return self._of_id(given, target, Scope(Moment.now(self.connections.tables)))

    def _nodes(self, given: list[str]) -> list[Record | None]:
        if len(given) > MOST_IDS:
            raise RefusalError([BAD_INPUT])
        return [self._node(one) for one in given]

    def _latest(self, source: Latest, target: TableType) -> Record | None:
        tables = self.connections.tables
        every = tables.all(target, Scope(Moment.now(tables)))
        rows = [one for one in every if one.row[source.column] is not None]
        if not rows and source.missing is None:
            return None
        if not rows:
            raise RefusalError([NOT_FOUND])
        return max(rows, key=lambda one: one.row[source.column])


def _known(target: TableType | None) -> TableType:
    assert target is not None, "the field's type has no table"
    return target


def _column(name: str, record: Record) -> Any:
    return record.row[name]


def _meets(condition: ListArgument, value: Any, record: Record) -> bool:
    own = record.row[condition.column]
    return own in value if condition.operator == "= ANY" else own == value


def _of_connection(source: OfConnection, page: Page) -> Any:
    match source.part:
        case "totalCount":
            return len(page.everything)
        case "aggregate":
            return page.everything
        case "nodes":
            return page.shown
        case "edges":
            return [(page, record) for record in page.shown]
        case "pageInfo":
            return page


def _of_page(source: OfPage, page: Page) -> Any:
    match source.part:
        case "hasNextPage":
            return page.has_next
        case "hasPreviousPage":
            return page.has_previous
        case "startCursor":
            return page.cursor(page.shown[0]) if page.shown else None
        case "endCursor":
            return page.cursor(page.shown[-1]) if page.shown else None


def _aggregate(source: AggregateFunction, values: list[Any]) -> Any:
    stated = [value for value in values if value is not None]
    return FUNCTIONS[source.function](stated) if stated else None


def _member(value: dict[str, Any], definition: GraphQLField, name: str) -> str:
    """Return the key of a part: comparisons have the graph's names, embedded columns Python's."""
    return name if name in value else member_of(definition)
