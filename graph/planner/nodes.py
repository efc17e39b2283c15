"""Objects by lists of global ids: the keys in them travel as one value, with their positions."""

from __future__ import annotations

import json
from typing import Any, Final

from graphql import FieldNode

from graph.errors import BadUserInputError
from graph.planner import globalid
from graph.planner.compilation import Compilation
from graph.planner.inputs import Input
from graph.planner.rows import Page, table_rows
from graph.planner.sources import TABLE_TYPES, TableType
from graph.planner.sql import Binder, Json, conjunction

MOST_IDS: Final = 100


def nodes_json(compilation: Compilation, nodes: list[FieldNode], given: Input) -> Json:
    """Return the list of the objects with the given ids, null where there is none.

    Raises:
        BadUserInputError: there are too many ids, or one that is no global id.
    """
    count = len(checked(given, 0, MOST_IDS).value)
    names = dict.fromkeys(_type_of(one, index) for index, one in enumerate(given.elements()))
    selects = [_of_type(compilation, nodes, given, TABLE_TYPES[name]) for name in names]
    if not selects:
        return Json().literal("[]")
    every = f"generate_series(1, {compilation.parameters.add(lambda _: count, 'int8')})"
    name = compilation.names.new("f")
    gathered = f"string_agg(COALESCE({name}.j, 'null'), ',' ORDER BY i)"
    found = f"({' UNION ALL '.join(selects)}) {name}"
    return Json().expression(
        f"(SELECT '[' || {gathered} || ']' FROM {every} i LEFT JOIN {found} ON {name}.n = i)"
    )


def _of_type(
    compilation: Compilation, nodes: list[FieldNode], given: Input, target: TableType
) -> str:
    """Return the statement of positions and JSON of the objects of one type."""
    page, position = listed(compilation, target, given)
    kind: Any = compilation.operation.schema.type_map[target.name]
    item = compilation.object_json(compilation, kind, nodes, page.outer).sql()
    kept = conjunction(compilation.scope.moment.condition(page.inner))
    inner = f"SELECT {page.exports()} FROM {page.inner.from_list()} WHERE {kept}"
    outer = f"SELECT {position} AS n, {item} AS j FROM {page.outer.from_list()}"
    return f"(WITH {page.name} AS MATERIALIZED ({inner}) {outer})"


def listed(compilation: Compilation, kind: TableType, given: Input) -> tuple[Page, str]:
    """Return the rows of a type that ids stand for, and the name of their positions from 1.

    A row comes as often as its id; the caller says which version of it.
    """
    rows = table_rows(compilation.names, kind)
    alias = compilation.names.new("i")
    keys = compilation.parameters.add(_keys(given, kind), "jsonb", given.node)
    types = [
        f"k{index} {globalid.parameter_type(kind, name)}"
        for index, name in enumerate(kind.natural_key)
    ]
    same = [f"{alias}.k{index} = {own}" for index, own in enumerate(rows.natural_key())]
    ids = f"jsonb_to_recordset({keys}) AS {alias} ({', '.join(types)}, n int4)"
    rows.joins.append(f"JOIN {ids} ON {conjunction(same)}")
    page = Page(compilation.names, rows)
    return page, page.export(f"{alias}.n")


def _keys(given: Input, kind: TableType) -> Binder:
    """Return the binder of the natural keys in the ids of a type, with their positions."""
    read = given.binder()

    def bind(request: Any) -> str:
        found = []
        for place, one in enumerate(read(request)):
            if globalid.type_of(one) == kind.name:
                key = globalid.key_of(one, kind, f"ids[{place}]")
                named = {f"k{index}": part for index, part in enumerate(key)}
                found.append(named | {"n": place + 1})
        return json.dumps(found)

    return bind


def checked(given: Input, least: int, most: int) -> Input:
    """Return a list argument ``ids`` whose length is allowed.

    Raises:
        BadUserInputError: it is not.
    """
    count = len(given.value)
    if not least <= count <= most:
        raise BadUserInputError(
            f"Argument 'ids' has {count} ids; {least} to {most} are allowed. Pass"
            f" {'more' if count < least else 'fewer'}.",
            node=given.node,
        )
    return given


def _type_of(given: Input, index: int) -> str:
    name = globalid.type_of(given.value)
    if name is None:
        raise BadUserInputError(
            f"Argument 'ids[{index}]' is no global id of this graph. Pass the 'id' of an object as"
            " the graph gave it.",
            node=given.node,
        )
    return name
