"""From the declaration of a field to a plain Python resolver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLField, GraphQLSchema, get_named_type

from graph.planner.sources import (
    TABLE_TYPES,
    AggregateFunction,
    AggregateOf,
    AnyNode,
    ByKey,
    Column,
    Connection,
    Embedded,
    Everything,
    GlobalId,
    Latest,
    OfConnection,
    OfEdge,
    OfPage,
    Part,
    RowCount,
    TableType,
    Through,
    ToMany,
    ToOne,
    source_of,
)
from graph.planner.sources import ListArgument as Condition
from tests.reference.filters import keeps, wrongs
from tests.reference.pages import Connections, Page, moment_at, written
from tests.reference.refusals import BAD_INPUT, NOT_FOUND, RefusalError
from tests.reference.rows import Moment, Record
from tests.reference.texts import global_id, key_in

Resolver = Callable[..., Any]
FUNCTIONS: Mapping[str, Callable[[list[Any]], Any]] = {
    "sum": sum,
    "avg": lambda values: sum(values) / len(values),
    "min": min,
    "max": max,
}


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
        where = f"{type_name}.{field_name}"
        target = TABLE_TYPES.get(self._row_type(definition))
        found = self._of_row(source_of(definition), target, where) or self._of_root(
            source_of(definition), target, field_name
        )
        if found is None:
            raise NotImplementedError(f"{where} is declared as {source_of(definition)}")
        return found

    @staticmethod
    def _row_type(definition: GraphQLField) -> str:
        return get_named_type(definition.type).name.removesuffix("Connection")

    # -- fields of rows, pages and aggregates ----------------------------------------------------

    def _of_row(  # noqa: C901, PLR0911, PLR0912 - a case for each kind of declaration
        self, source: Any, target: TableType | None, where: str
    ) -> Resolver | None:
        match source:
            case Column(name=str() as column, table=table):
                return lambda record, _: written(record.value(column, table))
            case GlobalId():
                return lambda record, _: global_id(record.kind.name, record.key())
            case Embedded():
                return lambda record, _: _embedded(source, record)
            case Part():
                return lambda value, info: value[info.field_name]
            case ToOne():
                return lambda record, _: next(record.related(_known(target), source.keys), None)
            case ToMany():
                return lambda record, _, **given: self._list(source, _known(target), record, given)
            case Connection(through=Through() as through):
                return lambda record, _, **given: self._nested(
                    through, _known(target), record, given, where
                )
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

    def _list(
        self, source: ToMany, target: TableType, record: Record, given: Mapping[str, Any]
    ) -> list[Record]:
        found = list(record.related(target, source.keys))
        for name, value in given.items():
            if value is None:
                continue
            if name == "filter":
                kind = self.connections.filters[target.name]
                if codes := set(wrongs(kind, value, target.name)):
                    raise RefusalError(codes)
                found = [one for one in found if keeps(kind, value, one)]
            else:
                found = [one for one in found if _meets(source.arguments[name], value, one)]
        return sorted(found, key=lambda one: tuple(one.row[name] for name in source.order))

    def _nested(
        self,
        through: Through,
        target: TableType,
        record: Record,
        given: Mapping[str, Any],
        where: str,
    ) -> Page:
        parent = record.kind
        keys = {
            row[through.key]
            for row in record.tables.rows[parent.table]
            if all(row[name] == record.row[name] for name in parent.natural_key)
        }
        return self.connections.page(
            target, where, given, lambda one: one.row[through.foreign_key] in keys
        )

    # -- root fields -----------------------------------------------------------------------------

    def _of_root(self, source: Any, target: TableType | None, name: str) -> Resolver | None:
        match source:
            case Connection():
                return lambda _, __, **given: self.connections.page(
                    _known(target), name, given, lambda record: True
                )
            case ByKey():
                return lambda _, __, **given: self._by_key(source, _known(target), given)
            case Everything():
                return lambda _, __: sorted(
                    self._now(_known(target)),
                    key=lambda one: tuple(one.row[column] for column in source.order),
                )
            case AnyNode():
                return lambda _, __, id: self._node(id)  # noqa: A006 - the argument's name
            case Latest():
                return lambda _, __: self._latest(source, _known(target))
        return None

    def _now(self, kind: TableType) -> list[Record]:
        tables = self.connections.tables
        return tables.all(kind, Moment.now(tables))

    def _by_key(self, source: ByKey, target: TableType, given: Mapping[str, Any]) -> Record | None:
        tables = self.connections.tables
        moment = moment_at(tables, given.get("asOf"))
        ((name, value),) = given["by"].items()
        columns = source.members[name]
        if columns is None:
            return self._of_id(value, target, moment)
        equal = {columns: value} if isinstance(columns, str) else {
            column: value[member] for member, column in columns.items()
        }  # fmt: skip
        if any(isinstance(one, str) and "\0" in one for one in equal.values()):
            raise RefusalError([BAD_INPUT])
        found = tables.where(target.table, **equal)
        return next((Record(target, r, tables, moment) for r in found if moment.has(r)), None)

    def _of_id(self, given: str, target: TableType | None, moment: Moment) -> Record | None:
        found = key_in(given, target)
        if found is None:
            raise RefusalError([BAD_INPUT])
        kind, key = found
        tables = self.connections.tables
        return next((one for one in tables.all(kind, moment) if one.key() == key), None)

    def _node(self, given: str) -> Record | None:
        return self._of_id(given, None, Moment.now(self.connections.tables))

    def _latest(self, source: Latest, target: TableType) -> Record:
        rows = self._now(target)
        if not rows:
            raise RefusalError([NOT_FOUND])
        return max(rows, key=lambda one: one.row[source.column])


def _known(target: TableType | None) -> TableType:
    assert target is not None, "the field's type has no table"
    return target


def _embedded(source: Embedded, record: Record) -> dict[str, Any] | None:
    values = {name: record.value(column, source.table) for name, column in source.columns.items()}
    return None if all(value is None for value in values.values()) else values


def _meets(condition: Condition, value: Any, record: Record) -> bool:
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
