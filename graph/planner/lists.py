"""Lists: all related rows of a row, or all rows of a small table, as one JSON array.

Arguments: ``filter`` keeps rows, ``orderBy`` sorts them (ties keep the order that the list has by
itself), then ``offset`` leaves rows out from the start and ``first`` keeps as many at most. A
list of a program has at most ``LARGEST_LIST`` rows, because the warehouse holds no more; a root
list shows at most as many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graphql import FieldNode, GraphQLObjectType

from graph.errors import BadUserInputError
from graph.planner.compilation import Compilation, PagePlan
from graph.planner.filters import conditions
from graph.planner.inputs import Input
from graph.planner.moments import Scope
from graph.planner.ordering import column_keys, order_clause, order_keys
from graph.planner.relations import visible
from graph.planner.rows import Page, Rows, table_rows
from graph.planner.sources import TABLE_TYPES, Everything, ToMany
from graph.planner.sql import Binder, Json, Names, Parameters, conjunction
from warehouse.tables.programs import LARGEST_LIST

LAST_OFFSET: Final = 2**31 - 1


Write = Callable[[Rows], Json]
"""Writes the JSON of a row of a list."""


@dataclass(frozen=True, slots=True)
class _Lists:
    """The lists of many rows at once: what parts them, what is kept of them, and their order."""

    rows: Rows
    keys: Sequence[str]
    kept: Sequence[str]
    order: str

    def whole(self, write: Write) -> str:
        """Return the select of one JSON array for each list."""
        item = write(self.rows)
        source = f"{self.rows.from_list()} WHERE {conjunction(self.kept)}"
        return _grouped(item, self.keys, source, self.order)

    def part(self, write: Write, names: Names, bounds: Sequence[str]) -> str:
        """Return the select for a part of each list: rows are numbered, then cut, then written.

        ``bounds`` are conditions on ``n``, a row's number within its list from 1.
        """
        page = Page(names, self.rows)
        item = write(page.outer)
        keys = [page.export(key) for key in self.keys]
        window = f"PARTITION BY {', '.join(self.keys)} {self.order}"
        numbered = (
            f"SELECT {page.exports()}, row_number() OVER ({window}) AS n"
            f" FROM {self.rows.from_list()} WHERE {conjunction(self.kept)}"
        )
        head = f"SELECT * FROM ({numbered}) q WHERE {conjunction(bounds)}"
        body = _grouped(item, keys, page.outer.from_list(), f"ORDER BY {page.name}.n")
        return f"WITH {page.name} AS MATERIALIZED ({head}) {body}"


def _grouped(item: Json, keys: Sequence[str], source: str, order: str) -> str:
    named = ", ".join(f"{key} AS k{index}" for index, key in enumerate(keys))
    gathered = f"string_agg({item.sql()}, ',' {order}) AS j"
    return f"SELECT {named}, {gathered} FROM {source} GROUP BY {', '.join(keys)}"


def to_many_json(
    compilation: Compilation,
    relation: ToMany,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    arguments: Mapping[str, Input],
    rows: Rows,
) -> Json:
    """Return the list of related rows, read once for all rows where their keys are known."""
    given = _given(arguments)
    local, remote = relation.keys[0]
    keyset = rows.keyset(local)
    child = table_rows(compilation.names, TABLE_TYPES[relation.target])
    child.keyset = lambda column: keyset if column == remote else None
    mine = [rows.column(name) for name, _ in relation.keys]
    theirs = [child.column(name) for _, name in relation.keys]
    kept = visible(relation, child) + _kept(compilation, relation, given, child)
    if keyset is None:
        kept[:0] = [f"{their} = {own}" for own, their in zip(mine, theirs, strict=True)]
    else:
        kept.insert(0, f"{theirs[0]} = ANY (ARRAY({keyset}))")
    lists = _Lists(child, theirs, kept, _order(given, child, relation.order))

    def write(shown: Rows) -> Json:
        return compilation.object_json(compilation, kind, nodes, shown)

    bounds = _bounds(compilation.parameters, given)
    select = lists.part(write, compilation.names, bounds) if bounds else lists.whole(write)
    group = compilation.names.new("g")
    word = "LEFT JOIN LATERAL" if keyset is None else "LEFT JOIN"
    same = conjunction(f"{group}.k{index} = {own}" for index, own in enumerate(mine))
    rows.joins.append(f"{word} ({select}) {group} ON {same}")
    return Json().expression(f"COALESCE('[' || {group}.j || ']', '[]')")


def _bounds(parameters: Parameters, given: Mapping[str, Input]) -> list[str]:
    """Return the conditions on the number of a row in its list; none for a whole list."""
    start, bounds = "0", []
    if "offset" in given:
        start = parameters.add(_offset(given["offset"]), "int8", given["offset"].node)
        bounds.append(f"n > {start}")
    if "first" in given:
        size = parameters.add(_size(given["first"]), "int8", given["first"].node)
        bounds.append(f"n <= {start} + {size}")
    return bounds


def everything_json(
    compilation: Compilation,
    everything: Everything,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    arguments: Mapping[str, Input],
    scope: Scope,
) -> Json:
    """Return a root list: the rows of a small table that hold at the moment of ``scope``.

    It is a page for what is nested in it: it counts towards the rows that an answer may have.
    """
    given = _given(arguments)
    size = _size(given.get("first"))
    index = len(compilation.pages)
    compilation.pages.append(PagePlan(compilation.root, everything.target, size, (), None))
    inner = table_rows(compilation.names, TABLE_TYPES[everything.target])
    page = Page(compilation.names, inner)
    kept = scope.moment.condition(inner)
    with compilation.within(Scope(scope.moment, scope.iteration, index, scope.given)):
        item = compilation.object_json(compilation, kind, nodes, page.outer)
        kept += conditions(given.get("filter"), inner, compilation)
    limit = f"LIMIT {compilation.parameters.add(size, 'int8')}"
    if "offset" in given:
        start = compilation.parameters.add(_offset(given["offset"]), "int8", given["offset"].node)
        limit = f"{limit} OFFSET {start}"
    order = _order(given, inner, everything.order)
    found = (
        f"SELECT {page.exports()} FROM {inner.from_list()} WHERE {conjunction(kept)}"
        f" {order} {limit}"
    )
    head = (
        f"WITH {page.name} AS MATERIALIZED (SELECT q.*, row_number() OVER () AS n FROM ({found}) q)"
    )
    gathered = f"string_agg({item.sql()}, ',' ORDER BY {page.name}.n)"
    body = f"SELECT '[' || {gathered} || ']' FROM {page.outer.from_list()}"
    return Json().expression(f"COALESCE(({head} {body}), '[]')")


def _given(arguments: Mapping[str, Input]) -> dict[str, Input]:
    """Return the arguments that are given: null is as if it were not."""
    return {name: given for name, given in arguments.items() if not given.is_null}


def _order(given: Mapping[str, Input], rows: Rows, by_itself: Sequence[str]) -> str:
    keys = order_keys(given.get("orderBy"), rows, column_keys(rows, by_itself))
    return f"ORDER BY {order_clause(keys, is_reversed=False)}"


def _kept(
    compilation: Compilation, relation: ToMany, given: Mapping[str, Input], child: Rows
) -> list[str]:
    kept = conditions(given.get("filter"), child, compilation)
    for name, condition in relation.arguments.items():
        if name in given:
            sql_type = "text[]" if condition.operator == "= ANY" else "text"
            value = compilation.parameters.add(given[name].binder(), sql_type)
            kept.append(f"{child.column(condition.column)} {condition.operator} ({value})")
    return kept


def _size(given: Input | None) -> Binder:
    if given is None:
        return lambda request: LARGEST_LIST
    return _between(given, "first", LARGEST_LIST, f"lists have at most {LARGEST_LIST} rows")


def _offset(given: Input) -> Binder:
    return _between(given, "offset", LAST_OFFSET, "it counts the rows to leave out")


def _between(given: Input, name: str, most: int, reason: str) -> Binder:
    binder = given.binder()

    def bind(request: Any) -> int:
        value: int = binder(request)
        if not 0 <= value <= most:
            raise BadUserInputError(
                f"Argument '{name}' is {value}; {reason}. Pass a number from 0 to {most}.",
                node=given.node,
            )
        return value

    return bind
