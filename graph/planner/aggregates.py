"""Totals of all rows behind a connection, whatever page is asked for."""

from __future__ import annotations

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type

from graph.planner.encode import FLOAT, INTEGER
from graph.planner.facts import Fact, fact
from graph.planner.members import members_json
from graph.planner.rows import Rows
from graph.planner.selection import Operation
from graph.planner.sources import AggregateFunction, AggregateOf, RowCount, source_of
from graph.planner.sql import Json, Names


class Totals:
    """One row of aggregates over the rows that a filter keeps."""

    def __init__(self, names: Names, rows: Rows) -> None:
        self.name = names.new("s")
        self.rows = rows
        self._columns: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._columns)

    def take(self, expression: str) -> str:
        """Return the name under which an aggregate is read."""
        alias = self._columns.setdefault(expression, f"a{len(self._columns) + 1}")
        return f"{self.name}.{alias}"

    def count(self) -> str:
        """Return the number of rows as JSON."""
        return f"{self.take('count(*)')}::text"

    def select(self, where: str) -> str:
        """Return the statement of the one row."""
        columns = ", ".join(f"{sql} AS {alias}" for sql, alias in self._columns.items())
        return f"SELECT {columns} FROM {self.rows.from_list()} WHERE {where}"


def aggregate_json(
    operation: Operation, kind: GraphQLObjectType, nodes: list[FieldNode], totals: Totals
) -> Json:
    """Return the JSON of an aggregate type."""

    def member(definition: GraphQLField, found: list[FieldNode]) -> Json:
        match source_of(definition):
            case RowCount():
                return Json().expression(totals.count())
            case AggregateOf(column=column, table=table):
                inner = get_named_type(definition.type)
                assert isinstance(inner, GraphQLObjectType)
                return _functions(operation, inner, found, fact(table, column), totals)
        raise AssertionError(f"a member of {kind.name} is no aggregate")

    return members_json(operation, kind, nodes, member)


def _functions(
    operation: Operation,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    about: Fact,
    totals: Totals,
) -> Json:
    column = totals.rows.column(about.name, about.table)
    is_whole = about.type in {"integer", "small_integer"}

    def member(definition: GraphQLField, found: list[FieldNode]) -> Json:
        del found
        source = source_of(definition)
        assert isinstance(source, AggregateFunction)
        whole = is_whole and source.function != "avg"
        # A sum beyond 32 bits fails loudly here: GraphQL's Int could not carry it.
        cast = "int4" if whole else "float8"
        taken = totals.take(f"{source.function}({column})::{cast}")
        return Json().expression((INTEGER if whole else FLOAT).text(taken, nullable=True))

    return members_json(operation, kind, nodes, member)
