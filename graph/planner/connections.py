"""Connections: page first in an inner select, then everything else for the rows of the page.

A connection reads at its own ``asOf`` and in its own ``iteration``, else at the moment and in the
iteration of the connection or root field around it, and outside of any now and in the newest
iteration. With a cursor it reads the state that the cursor keeps, and so does all below it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type

from graph.errors import BadUserInputError
from graph.planner.aggregates import Totals, aggregate_json
from graph.planner.compilation import Compilation, PagePlan
from graph.planner.filters import adapted, conditions
from graph.planner.inputs import Input
from graph.planner.members import members_json
from graph.planner.moments import Moment, Scope
from graph.planner.ordering import OrderKey, order_clause, order_keys, position
from graph.planner.page_cursors import (
    ReadCursor,
    cursor_reader,
    key_of,
    published_of,
    version_of,
)
from graph.planner.places import Place
from graph.planner.relations import belonging, scope_below
from graph.planner.rows import Page, Rows, table_rows
from graph.planner.sources import (
    TABLE_TYPES,
    Connection,
    OfConnection,
    OfEdge,
    OfPage,
    source_of,
)
from graph.planner.sql import MARK, Binder, Json, Parameters, conjunction
from graph.planner.weights import LARGEST_PAGE, PAGE_SIZE

POSITIONS: Final[tuple[str, ...]] = ("after", "before")


@dataclass(slots=True)
class Paging:
    """How the page at hand is cut.

    ``index`` is its place among the plan's pages, ``place`` the field that it belongs to, ``known``
    its size where the document says it and no variable does.
    """

    index: int
    place: Place
    bound: Binder
    known: int | None
    is_backward: bool
    cursors: dict[str, ReadCursor]
    scope: Scope
    parameters: Parameters
    _size: str = ""

    @property
    def size(self) -> str:
        """The number of rows; where it is not known, its placeholder, bound when asked for."""
        if not self._size:
            is_known = self.known is not None
            self._size = (
                str(self.known)
                if is_known
                else self.parameters.add(self.bound, "int8", place=self.place)
            )
        return self._size


class ConnectionCompiler:
    """Builds the JSON expression of one connection field."""

    fingerprinted: ClassVar[tuple[str, ...]] = ("filter", "orderBy")
    """Arguments that cursors are bound to."""

    def __init__(
        self,
        compilation: Compilation,
        relation: Connection,
        arguments: Mapping[str, Input],
        identity: str,
        parent: Rows | None = None,
    ) -> None:
        self.compilation = compilation
        self.relation = relation
        self.parent = parent
        self.target = TABLE_TYPES[relation.target]
        self.arguments = {n: given for n, given in arguments.items() if not given.is_null}
        self.identity = identity
        self.paging = self._paging()
        self.inner = table_rows(compilation.names, self.target)
        self.page = Page(compilation.names, self.inner)
        self.keys = order_keys(self.arguments.get("orderBy"), self.inner)
        self.aggregated: list[str] = []
        self.needs_one_more = False

    def json(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Json:
        """Return the connection: a select of what varies, between what is always the same."""
        with self.compilation.within(self.paging.scope):
            return self._json(kind, nodes)

    def _json(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Json:
        names = self.compilation.names
        totals = Totals(names, table_rows(names, self.target))
        made = self._connection(kind, nodes, totals)
        if self.arguments and not (self.aggregated or self.needs_one_more or totals):
            self._keep_page()  # wrong arguments are reported whatever is selected
        before, json, after = made.parted()
        heads, sources = self._ground(), []
        if self.aggregated:
            heads += self._heads()
            columns = ", ".join(self.aggregated)
            sources.append(f"(SELECT {columns} FROM {self.page.outer.from_list()}) {self._rows}")
        elif self.needs_one_more:
            heads += self._heads()
        if totals:
            where = conjunction(self._conditions(totals.rows))
            sources.append(f"({totals.select(where)}) {totals.name}")
        with_clause = f"WITH {', '.join(heads)} " if heads else ""
        from_clause = f" FROM {', '.join(sources)}" if sources else ""
        select = f"({with_clause}SELECT {json.sql()}{from_clause})"
        return Json().literal(before).expression(select).literal(after)

    # -- the page ------------------------------------------------------------------------------

    def _paging(self) -> Paging:
        first, last = self.arguments.get("first"), self.arguments.get("last")
        if first is not None and last is not None:
            raise BadUserInputError(
                "Arguments 'first' and 'last' exclude each other. Pass 'first' to go forward or"
                " 'last' to go backward.",
                node=last.node,
            )
        name, given = ("last", last) if last is not None else ("first", first)
        size = _bounded(given, name)
        known = PAGE_SIZE if given is None else None if given.is_variable else given.value
        around = self._around()
        as_of, iteration = self.arguments.get("asOf"), self.arguments.get("iteration")
        read = (
            iteration.binder() if iteration else around.given[0],
            as_of.binder() if as_of else around.given[1],
        )
        names = self.fingerprinted
        inputs = tuple(self.arguments[n].binder() if n in self.arguments else None for n in names)
        pages, place = self.compilation.pages, self.compilation.place
        page = PagePlan(place, self.identity, size, (*inputs, *read))
        pages.append(page)
        cursors = {
            n: self._reader(self.arguments[n], n, page) for n in POSITIONS if n in self.arguments
        }
        scope = Scope(self._moment(cursors, around), self._iteration(around), read)
        index, parameters = len(pages) - 1, self.compilation.parameters
        return Paging(index, place, size, known, last is not None, cursors, scope, parameters)

    def _reader(self, given: Input, name: str, page: PagePlan) -> ReadCursor:
        return cursor_reader(given, name, page)

    def _around(self) -> Scope:
        """Return where the connection reads unless its arguments or a cursor say otherwise."""
        scope = self.compilation.scope
        return scope if self.parent is None else scope_below(self.relation, scope, self.parent)

    def _moment(self, cursors: Mapping[str, ReadCursor], around: Scope) -> Moment:
        moments, place = self.compilation.moments, self.compilation.place
        pinned = [
            moments.pinned(version_of(read), published_of(read), name, place)
            for name, read in cursors.items()
        ]
        if len(pinned) == len(POSITIONS):
            moments.require_equal(pinned[0], pinned[1], place)
        if pinned:
            return pinned[0]
        as_of = self.arguments.get("asOf")
        if as_of is None:
            return around.moment
        return moments.as_of(adapted(as_of.binder(), "timestamptz", "asOf"))

    def _iteration(self, around: Scope) -> str | None:
        given = self.arguments.get("iteration")
        if given is None:
            return around.iteration
        return self.compilation.moments.value(given.binder(), "int4")

    def _conditions(self, rows: Rows) -> list[str]:
        """Return which rows belong to the connection, whatever the page."""
        scope, through = self.paging.scope, self.relation.through
        found = scope.conditions(rows)
        if through is not None and self.parent is not None:
            found.append(belonging(through, rows, self.parent, scope))
        return found + conditions(self.arguments.get("filter"), rows, self.compilation)

    def _ground(self) -> list[str]:
        """Return selects that stand before the page."""
        return []

    def _heads(self) -> list[str]:
        """Return the inner selects: the page, and one row more where somebody asks for it."""
        name, paging = self.page.name, self.paging
        beyond = [self._beyond(position, self.keys) for position in self.paging.cursors]
        found = [*self._conditions(self.inner), *beyond]
        order = order_clause(self.keys, is_reversed=paging.is_backward)
        # A constant limit tells the server's planner how many rows are wanted; a parameter does
        # not, so the largest page stands before it. The inner list keeps its order.
        most = LARGEST_PAGE if paging.known is None else paging.known
        rows = (
            f"SELECT {self.page.exports()} FROM {self.inner.from_list()}"
            f" WHERE {conjunction(found)} ORDER BY {order} LIMIT {most + self.needs_one_more}"
        )
        numbered = f"SELECT q.*, row_number() OVER () AS n FROM ({rows}) q"
        if paging.known is None:
            one_more = " + 1" if self.needs_one_more else ""
            numbered = f"{numbered} LIMIT {paging.size}{one_more}"
        if not self.needs_one_more:
            return [f"{name} AS MATERIALIZED ({numbered})"]
        return [
            f"{name}x AS MATERIALIZED ({numbered})",
            f"{name} AS MATERIALIZED (SELECT * FROM {name}x WHERE n <= {paging.size})",
        ]

    def _beyond(self, name: str, keys: Sequence[OrderKey]) -> str:
        """Return the condition that a row comes after a cursor (or before it)."""
        read = self.paging.cursors[name]
        values = [
            self.compilation.parameters.add(key_of(read, index, key), key.encoding.sql_type)
            for index, key in enumerate(keys)
        ]
        return position(keys, values, is_after=name == "after")

    # -- the answer ----------------------------------------------------------------------------

    @property
    def _rows(self) -> str:
        return f"{self.page.name}r"

    def _connection(self, kind: GraphQLObjectType, nodes: list[FieldNode], totals: Totals) -> Json:
        operation = self.compilation.operation

        def member(definition: GraphQLField, found: list[FieldNode]) -> Json:
            inner: Any = get_named_type(definition.type)
            source = source_of(definition)
            assert isinstance(source, OfConnection)
            return self._member(source.part, inner, found, totals)

        return members_json(operation, kind, nodes, member)

    def _member(
        self, part: str, kind: GraphQLObjectType, nodes: list[FieldNode], totals: Totals
    ) -> Json:
        match part:
            case "totalCount":
                return Json().expression(totals.count())
            case "aggregate":
                return aggregate_json(self.compilation.operation, kind, nodes, totals)
            case "nodes":
                return self._list(self._node(kind, nodes))
            case "edges":
                return self._list(self._edge(kind, nodes))
            case "pageInfo":
                return self._page_info(kind, nodes)
        raise AssertionError(f"a connection has no part {part}")

    def _list(self, item: Json) -> Json:
        alias = f"j{len(self.aggregated) + 1}"
        order = f"{self.page.name}.n{' DESC' if self.paging.is_backward else ''}"
        self.aggregated.append(f"string_agg({item.sql()}, ',' ORDER BY {order}) AS {alias}")
        items = f"COALESCE({self._rows}.{alias}, '')"
        return Json().literal("[").expression(items).literal("]")

    def _node(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Json:
        return self.compilation.object_json(self.compilation, kind, nodes, self.page.outer)

    def _edge(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Json:
        return members_json(self.compilation.operation, kind, nodes, self._edge_member)

    def _edge_member(self, definition: GraphQLField, nodes: list[FieldNode]) -> Json:
        source = source_of(definition)
        assert isinstance(source, OfEdge)
        if source.part == "cursor":
            return Json().literal('"').append(self._cursor_mark()).literal('"')
        inner: Any = get_named_type(definition.type)
        return self._node(inner, nodes)

    def _page_info(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Json:
        def member(definition: GraphQLField, found: list[FieldNode]) -> Json:
            del found
            source = source_of(definition)
            assert isinstance(source, OfPage)
            match source.part:
                case "hasNextPage":
                    return self._has_more(is_ahead=not self.paging.is_backward)
                case "hasPreviousPage":
                    return self._has_more(is_ahead=self.paging.is_backward)
                case "startCursor":
                    return Json().expression(self._outermost(is_start=True))
                case "endCursor":
                    return Json().expression(self._outermost(is_start=False))

        return members_json(self.compilation.operation, kind, nodes, member)

    def _has_more(self, *, is_ahead: bool) -> Json:
        """Say whether rows lie beyond the page, on the side it grows to or on the other."""
        behind = "before" if is_ahead != self.paging.is_backward else "after"
        found = [self._is_behind(behind)] if behind in self.paging.cursors else []
        if is_ahead and found != ["true"]:
            self.needs_one_more = True
            rows = f"SELECT count(*) FROM {self.page.name}x"
            found.append(f"({rows}) > {self.paging.size}")
        if found in ([], ["true"]):
            return Json().literal("true" if found else "false")
        return Json().expression(f"({' OR '.join(found)})::text")

    def _is_behind(self, name: str) -> str:
        """Return the condition that rows lie at a cursor or on its other side.

        The row of a cursor exists in its data version. It need not be among those of each row that
        a nested page is asked for, though.
        """
        if self.parent is None:
            return "true"
        rows = table_rows(self.compilation.names, self.target)
        keys = order_keys(self.arguments.get("orderBy"), rows)
        kept = [*self._conditions(rows), f"({self._beyond(name, keys)}) IS NOT TRUE"]
        return f"EXISTS (SELECT FROM {rows.from_list()} WHERE {conjunction(kept)})"

    def _outermost(self, *, is_start: bool) -> str:
        self._keep_page()
        ascending = is_start != self.paging.is_backward
        mark = Json().literal('"').append(self._cursor_mark()).literal('"').sql()
        order = f"{self.page.name}.n{'' if ascending else ' DESC'}"
        return f"COALESCE((SELECT {mark} FROM {self.page.name} ORDER BY {order} LIMIT 1), 'null')"

    def _keep_page(self) -> None:
        """Have the page selected even if no row of it is shown."""
        if not self.aggregated:
            self.aggregated.append("count(*) AS j1")

    def _cursor_mark(self) -> Json:
        """Return the place of a cursor, which Python signs (see :mod:`graph.planner.cursors`)."""
        self.compilation.has_marks = True
        pin = self.paging.scope.moment.pin()
        json = Json().literal(f"{MARK}{self.paging.index}:").expression(pin).literal("|[")
        for index, key in enumerate(self._cursor_keys()):
            json.literal("," if index else "").expression(key)
        return json.literal(f"]{MARK}")

    def _cursor_keys(self) -> list[str]:
        """Return what a cursor holds, as expressions of JSON."""
        return [
            key.encoding.text(self.page.export(key.expression), nullable=key.is_nullable)
            for key in self.keys
        ]


def _bounded(given: Input | None, name: str) -> Binder:
    if given is None:
        return lambda request: PAGE_SIZE
    binder = given.binder()

    def bind(request: Any) -> int:
        size: int = binder(request)
        if not 0 <= size <= LARGEST_PAGE:
            raise BadUserInputError(
                f"Argument '{name}' is {size}; pages have 0 to {LARGEST_PAGE} edges. Pass a number"
                " in that range and go on with the cursors of 'pageInfo'.",
                node=given.node,
            )
        return size

    return bind
