"""Pages of search results: the ranking stands before the page, which is cut from what it ranks.

A search reads the data version that its index covers. Its cursors hold score, key and index
version: with another index, or the same one over newer data, they have expired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any, Final

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type, is_non_null_type

from graph.errors import AnswerError, CursorExpiredError, IndexSwitchedError
from graph.planner.aggregates import Totals
from graph.planner.compilation import Compilation, PagePlan
from graph.planner.connections import ConnectionCompiler
from graph.planner.encode import FLOAT, computed, graph_type_of
from graph.planner.filters import conditions
from graph.planner.inputs import Input, arguments_of
from graph.planner.members import Member, cells_json, members_json
from graph.planner.moments import Guard, Moment, Scope
from graph.planner.ordering import CODE_POINTS, OrderKey, tie_break
from graph.planner.page_cursors import ReadCursor
from graph.planner.paths import value
from graph.planner.rows import Rows, table_rows
from graph.planner.searches import END, START, PreparedSearch, SearchPlan
from graph.planner.sizes import between
from graph.planner.sources import Connection, Facet, OfEdge, Search, source_of
from graph.planner.sql import MARK, Json, conjunction
from warehouse.search.legs import FILTERED
from warehouse.search.query import EMPTY
from warehouse.search.ranking import RANKED, places_cte, ranking_ctes
from warehouse.search.ranking_settings import RankingSettings, SearchMode
from warehouse.search.searcher import BEST_PASSAGES, PASSAGE_JOINS, Index, best_of_each

MOST_PASSAGES: Final = 10
"""Most passages of a program that are shown."""


class SearchCompiler(ConnectionCompiler):
    """Builds the JSON expression of a search."""

    fingerprinted = ("filter", "query", "mode")

    def __init__(
        self,
        compilation: Compilation,
        search: Search,
        arguments: Mapping[str, Input],
        identity: str,
    ) -> None:
        self.index = _index(compilation)
        query, mode = arguments["query"], SearchMode(arguments["mode"].value)
        self.search = SearchPlan(compilation.place, query.binder(), mode, query.node)
        self.number = len(compilation.searches)
        compilation.searches.append(self.search)
        super().__init__(compilation, Connection(search.target, search.module), arguments, identity)
        self.ranked = compilation.names.new("r")
        key = self.inner.column("program_key")
        self.inner.joins.append(f"JOIN {RANKED} {self.ranked} ON {self.ranked}.program_key = {key}")
        score = OrderKey(f"{self.ranked}.score", FLOAT, is_nullable=False, is_descending=True)
        self.keys = [score, *tie_break(self.inner)]
        self._shown: list[str] = []

    # -- where it reads --------------------------------------------------------------------------

    def _moment(self, cursors: Mapping[str, ReadCursor], around: Scope) -> Moment:
        del cursors, around
        moments, version = self.compilation.moments, self.index.version
        number = version.data_version_number
        assert number is not None, "an index in use covers a data version"
        switched = IndexSwitchedError(
            "The search index changed while the query ran. Ask again.", place=self.compilation.place
        )
        in_use = (
            f"SELECT FROM ops.index_version WHERE index_version_key = {version.key} AND is_active"
            f" AND data_version_number = {number}"
        )
        moments.guards.append(Guard(f"NOT EXISTS ({in_use})", switched))
        return moments.of_version(number)

    def _reader(self, given: Input, name: str, page: PagePlan) -> ReadCursor:
        read, version = super()._reader(given, name, page), self.index.version
        mine = (version.key, version.data_version_number)

        def checked(request: Any) -> Any:
            cursor = read(request)
            if (cursor.keys[-1], cursor.version) != mine:
                raise CursorExpiredError(
                    f"Argument '{name}' is a cursor of a search index that is no longer in use."
                    f" Ask for the first page again, without '{name}'.",
                    place=page.place, node=given.node,
                )  # fmt: skip
            return cursor

        return checked

    # -- the ranking -----------------------------------------------------------------------------

    def _ground(self) -> list[str]:
        rows = table_rows(self.compilation.names, self.target)
        kept = conjunction(
            [
                *self.paging.scope.conditions(rows),
                *conditions(self.arguments.get("filter"), rows, self.compilation),
            ]
        )
        key = rows.column("program_key")
        filtered = f"SELECT {key} AS program_key FROM {rows.from_list()} WHERE {kept}"
        return [f"{FILTERED} AS MATERIALIZED ({filtered})", *self._ranking()]

    def _ranking(self) -> list[str]:
        """Return the ranking, whose values each request puts in its own."""
        count, number = 0, self.number

        def bind(_: Any, sql_type: str) -> str:
            nonlocal count
            at, count = count, count + 1
            return self.compilation.parameters.add(
                lambda request: request.searches[number].values[at], sql_type
            )

        settings = RankingSettings()
        return ranking_ctes(self.index.shape, EMPTY, None, self.search.mode, settings, bind)

    def _conditions(self, rows: Rows) -> list[str]:
        if rows is self.inner:
            return []
        return [f"{rows.column('program_key')} IN (SELECT program_key FROM {RANKED})"]

    def _heads(self) -> list[str]:
        return [*super()._heads(), *self._shown]

    def _cursor_keys(self) -> list[str]:
        return [*super()._cursor_keys(), f"'{self.index.version.key}'"]

    # -- the answer ------------------------------------------------------------------------------

    def _member(
        self, part: str, kind: GraphQLObjectType, nodes: list[FieldNode], totals: Totals
    ) -> Json:
        match part:
            case "facets":
                return self._facets(kind, nodes)
            case "interpretation":
                return self._interpretation(kind, nodes)
        return super()._member(part, kind, nodes, totals)

    def _edge_member(self, definition: GraphQLField, nodes: list[FieldNode]) -> Json:
        inner: Any = get_named_type(definition.type)
        source = source_of(definition)
        assert isinstance(source, OfEdge)
        match source.part:
            case "score":
                columns = {"total": "score", "lexical": "lexical", "semantic": "semantic"}
                cells = {
                    name: self.page.export(f"{self.ranked}.{column}")
                    for name, column in columns.items()
                }
                return cells_json(self.compilation.operation, inner, nodes, cells)
            case "passages":
                return self._passages(definition, inner, nodes)
        return super()._edge_member(definition, nodes)

    def _facets(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Json:
        """Return how many of all programs found have each value."""
        operation = self.compilation.operation

        def member(definition: GraphQLField, found: list[FieldNode]) -> Json:
            source, inner = source_of(definition), get_named_type(definition.type)
            assert isinstance(source, Facet)
            assert isinstance(inner, GraphQLObjectType)
            rows = table_rows(self.compilation.names, self.target)
            of = value(operation.schema, rows, source.path).expression
            kept = conjunction([*self._conditions(rows), f"{of} IS NOT NULL"])
            counted = (
                f"SELECT {of} AS word, count(*) AS programs FROM {rows.from_list()}"
                f" WHERE {kept} GROUP BY 1"
            )
            item = cells_json(operation, inner, found, {"value": "f.word", "count": "f.programs"})
            order = f"ORDER BY f.programs DESC, f.word {CODE_POINTS}"
            gathered = f"'[' || string_agg({item.sql()}, ',' {order}) || ']'"
            return Json().expression(f"COALESCE((SELECT {gathered} FROM ({counted}) f), '[]')")

        return members_json(operation, kind, nodes, member)

    def _interpretation(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Json:
        """Return what the query was taken for, which the statement only passes on."""
        number, parameters = self.number, self.compilation.parameters

        def told(read: Callable[[PreparedSearch], Any], sql_type: str) -> Member:
            def cell(definition: GraphQLField, found: list[FieldNode]) -> Json:
                del found
                bound = parameters.add(lambda request: read(request.searches[number]), sql_type)
                nullable = not is_non_null_type(definition.type)
                return Json().expression(
                    computed(bound, graph_type_of(definition), nullable=nullable)
                )

            return cell

        cells = {
            "correctedQuery": told(lambda found: found.corrected, "text"),
            "language": told(lambda found: found.prepared.query.language, "text"),
            "concepts": told(lambda found: list(found.prepared.query.concepts), "text[]"),
            "needs": told(lambda found: found.needs, "text[]"),
        }
        return cells_json(self.compilation.operation, kind, nodes, cells)

    def _passages(
        self, definition: GraphQLField, kind: GraphQLObjectType, nodes: list[FieldNode]
    ) -> Json:
        """Return the best passages of each program of the page."""
        names, parameters = self.compilation.names, self.compilation.parameters
        given = arguments_of(definition, nodes[0], self.compilation.operation.variables)
        first, most = given.get("first"), str(BEST_PASSAGES)
        if first is not None and not first.is_null:
            reason = f"a program shows at most {MOST_PASSAGES} passages"
            most = parameters.add(between(first, "first", MOST_PASSAGES, reason), "int8")
        key = self.page.export(self.inner.column("program_key"))
        column = key.partition(".")[2]
        best, shown, beside = names.new("h"), names.new("h"), names.new("t")
        page = f"(SELECT {column} AS program_key FROM {self.page.name}) q"
        item = self._passage(kind, nodes).sql()
        if not self._shown:
            self._shown.append(places_cte(page))
        self._shown += [
            best_of_each(most, best),
            (
                f"{shown} AS MATERIALIZED (SELECT best.program_key, string_agg({item}, ','"
                f" ORDER BY best.score DESC, best.ordinal) AS j FROM {best} best"
                f" {PASSAGE_JOINS.format(place='best')} JOIN core.program_section s"
                " ON s.program_key = best.program_key AND s.ordinal = o.section_ordinal"
                " GROUP BY best.program_key)"
            ),
        ]
        self.page.outer.joins.append(f"LEFT JOIN {shown} {beside} ON {beside}.program_key = {key}")
        items = f"COALESCE({beside}.j, '')"
        return Json().literal("[").expression(items).literal("]")

    def _passage(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Json:
        cells: dict[str, Any] = {
            "text": "t.text",
            "language": "t.language",
            "section": "o.section_kind",
            "heading": "s.heading",
            "start": "o.span_start",
            "end": "o.span_end",
            "score": "best.score",
            "highlights": self._highlights,
        }
        return cells_json(self.compilation.operation, kind, nodes, cells)

    def _highlights(self, definition: GraphQLField, nodes: list[FieldNode]) -> Json:
        """Return a mark with the passage; Python knows which of its words answer the query."""
        kind: Any = get_named_type(definition.type)
        numbers = {"start": START, "end": END}

        def member(of: GraphQLField, found: list[FieldNode]) -> Json:
            del of
            return Json().literal(numbers[found[0].name.value])

        template = members_json(self.compilation.operation, kind, nodes, member).constant
        assert template is not None
        self.search.templates.append(template)
        self.compilation.has_marks = True
        name = f"h{self.number}.{len(self.search.templates) - 1}."
        mark = Json().literal(f"{MARK}{name}").expression("t.language").literal(":")
        return mark.expression("to_json(t.text)::text").literal(MARK)


def _index(compilation: Compilation) -> Index:
    """Return the index that is in use.

    Raises:
        AnswerError: there is none.
    """
    index = compilation.index
    if isinstance(index, AnswerError):
        raise copy(index)
    assert index is not None, "whoever plans a search has looked for the index"
    return index
