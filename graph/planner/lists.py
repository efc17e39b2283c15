"""Lists: all related rows of a row, or all rows of a small table, as one JSON array.

Arguments: ``filter`` keeps rows, ``orderBy`` sorts them (ties keep the order that the list has by
itself), then ``offset`` leaves rows out from the start and ``first`` keeps as many at most. A
list of a program has at most ``LARGEST_LIST`` rows, because the warehouse holds no more; a root
list shows at most as many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from graphql import FieldNode, GraphQLObjectType

from graph.planner.compilation import Compilation
from graph.planner.filters import conditions
from graph.planner.inputs import Input
from graph.planner.moments import Scope
from graph.planner.ordering import column_keys, order_clause, order_keys
from graph.planner.relations import visible
from graph.planner.rows import Page, Rows, table_rows
from graph.planner.sizes import bounded, left_out
from graph.planner.sources import TABLE_TYPES, Everything, ToMany
from graph.planner.sql import Binder, Json, Parameters, conjunction, quote
from warehouse.tables.programs import LARGEST_LIST


def to_many_json(
    compilation: Compilation,
    relation: ToMany,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    arguments: Mapping[str, Input],
    rows: Rows,
) -> Json:
    """Return the list of related rows: for each row, one look into an index of their table.

    One statement for all rows, grouped, is as fast where the server guesses right how many rows a
    page has; where it guesses too few, it runs that statement again for each of them.
    """
    given = _given(arguments)
    child = table_rows(compilation.names, TABLE_TYPES[relation.target])
    kept = [f"{child.column(theirs)} = {rows.column(mine)}" for mine, theirs in relation.keys]
    kept += visible(relation, child) + _kept(compilation, relation, given, child)
    order = _order(given, child, relation.order)
    limit = _limit(compilation.parameters, given)
    if limit:
        page = Page(compilation.names, child)
        item = compilation.object_json(compilation, kind, nodes, page.outer)
        head = f"WITH {_cut(page, kept, order, limit)} "
        source, order = page.outer.from_list(), f"ORDER BY {page.name}.n"
    else:
        item = compilation.object_json(compilation, kind, nodes, child)
        head, source = "", f"{child.from_list()} WHERE {conjunction(kept)}"
    gathered, array = _gathered(item, order)
    group = compilation.names.new("g")
    select = f"{head}SELECT {gathered} AS j FROM {source}"
    rows.joins.append(f"LEFT JOIN LATERAL ({select}) {group} ON true")
    return array(f"{group}.j")


def _limit(parameters: Parameters, given: Mapping[str, Input]) -> str:
    """Return what cuts a list; empty for a whole one."""
    parts = []
    if "first" in given:
        size = parameters.add(_size(given["first"]), "int8", given["first"].node)
        parts.append(f"LIMIT {size}")
    if "offset" in given:
        start = parameters.add(left_out(given["offset"]), "int8", given["offset"].node)
        parts.append(f"OFFSET {start}")
    return " ".join(parts)


def _cut(page: Page, kept: Sequence[str], order: str, limit: str) -> str:
    """Return the inner select of a list: rows are sorted, cut and numbered, then written."""
    found = (
        f"SELECT {page.exports()} FROM {page.inner.from_list()}"
        f" WHERE {conjunction(kept)} {order} {limit}"
    )
    return f"{page.name} AS MATERIALIZED (SELECT q.*, row_number() OVER () AS n FROM ({found}) q)"


def _gathered(item: Json, order: str) -> tuple[str, Callable[[str], Json]]:
    """Return the aggregate of the items of a list, and what makes an array of its value.

    What every item begins and ends with goes between the items, put together once for the list.
    """
    before, middle, after = item.parted()
    between = quote(f"{after},{before}")

    def array(value: str) -> Json:
        items = Json().literal(before).expression(value).literal(after).sql()
        return Json().literal("[").expression(f"COALESCE({items}, '')").literal("]")

    return f"string_agg({middle.sql()}, {between} {order})", array


def everything_json(
    compilation: Compilation,
    everything: Everything,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    arguments: Mapping[str, Input],
    scope: Scope,
) -> Json:
    """Return a root list: the rows of a small table that hold at the moment of ``scope``."""
    given = _given(arguments)
    size = _size(given.get("first"))
    inner = table_rows(compilation.names, TABLE_TYPES[everything.target])
    page = Page(compilation.names, inner)
    kept = scope.moment.condition(inner)
    with compilation.within(scope):
        item = compilation.object_json(compilation, kind, nodes, page.outer)
        kept += conditions(given.get("filter"), inner, compilation)
    limit = f"LIMIT {compilation.parameters.add(size, 'int8')}"
    if "offset" in given:
        start = compilation.parameters.add(left_out(given["offset"]), "int8", given["offset"].node)
        limit = f"{limit} OFFSET {start}"
    head = _cut(page, kept, _order(given, inner, everything.order), limit)
    gathered, array = _gathered(item, f"ORDER BY {page.name}.n")
    return array(f"(WITH {head} SELECT {gathered} FROM {page.outer.from_list()})")


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
    return bounded(given, LARGEST_LIST, LARGEST_LIST)
