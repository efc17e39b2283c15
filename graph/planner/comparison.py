"""Rows side by side: a table with a line for each value or set that they are compared by.

A line holds a cell for each row, in the order of the ids. The first row is the measure: a cell
that differs from its cell differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type

from graph.errors import NotFoundError
from graph.planner import globalid
from graph.planner.compilation import Compilation
from graph.planner.derived import Attribute, ComparedRows, ComparedTable, Comparison, Items
from graph.planner.inputs import Input, arguments_of
from graph.planner.members import Member, cells_json, members_json
from graph.planner.moments import Guard
from graph.planner.nodes import checked, listed
from graph.planner.ordering import CODE_POINTS
from graph.planner.paths import expand, follow, value
from graph.planner.rows import Page
from graph.planner.sources import TABLE_TYPES, source_of
from graph.planner.sql import Json, conjunction, quote


def comparison_json(
    compilation: Compilation,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    source: Comparison,
    given: Input,
) -> Json:
    """Return a comparison of the rows with the given ids.

    Raises:
        BadUserInputError: there are too few or too many ids, or one of another type.
    """
    target = TABLE_TYPES[source.of]
    ids = checked(given, source.least, source.most).elements()
    for index, one in enumerate(ids):
        globalid.key_of(one.value, target, f"ids[{index}]")
    page, position = listed(compilation, target, given)

    def member(definition: GraphQLField, found: list[FieldNode]) -> Json:
        inner: Any = get_named_type(definition.type)
        match source_of(definition):
            case ComparedRows():
                item = compilation.object_json(compilation, inner, found, page.outer).sql()
                gathered = f"string_agg({item}, ',' ORDER BY {position})"
                return _list(f"SELECT {gathered} FROM {page.outer.from_list()}")
            case ComparedTable(lines=lines):
                arguments = arguments_of(definition, found[0], compilation.operation.variables)
                table = _Table(compilation, page, position, lines, len(ids))
                return table.json(inner, found, arguments.get("differing"))
        raise AssertionError(f"a member of {kind.name} is no part of a comparison")

    json = members_json(compilation.operation, kind, nodes, member)
    kept = conjunction(compilation.scope.moment.condition(page.inner))
    select = f"SELECT {page.exports()} FROM {page.inner.from_list()} WHERE {kept}"
    compilation.moments.heads.append(f"{page.name} AS MATERIALIZED ({select})")
    for index, one in enumerate(ids):
        absent = f"NOT EXISTS (SELECT FROM {page.name} WHERE {position} = {index + 1})"
        message = (
            f"Argument 'ids[{index}]': there is no such {target.name} at that moment. Leave it out,"
            " or pass a time at which it existed as 'asOf'."
        )
        error = NotFoundError(message, place=compilation.place, node=one.node)
        compilation.moments.guards.append(Guard(absent, error))
    return json


def _list(select: str) -> Json:
    """Return a list from a select of its joined items."""
    return Json().expression(f"COALESCE('[' || ({select}) || ']', '[]')")


class _Table:
    """The table of one comparison.

    Its selects are the items of sets (line ``f``, row ``n``, ``item``), the cells (``f``, ``n``,
    ``value``), and the lines (``f`` and what a line shows).
    """

    def __init__(
        self,
        compilation: Compilation,
        page: Page,
        position: str,
        lines: Sequence[Attribute | Items],
        count: int,
    ) -> None:
        self.compilation, self.page, self.position = compilation, page, position
        self.schema = compilation.operation.schema
        self.lines = list(enumerate(lines, 1))
        self.count = count
        name = compilation.names.new("l")
        self.items, self.cells, self.name = f"{name}i", f"{name}c", f"{name}l"

    def json(
        self, kind: GraphQLObjectType, nodes: list[FieldNode], differing: Input | None
    ) -> Json:
        """Return the lines in their order, or only those that differ, or do not."""
        line = self.name
        cells: dict[str, str | Member] = {
            "name": f"{line}.name",
            "label": f"{line}.label",
            "isSet": f"{line}.is_set",
            "values": lambda definition, found: Json().expression(f"{line}.cells"),
            "isSame": f"{line}.is_same",
            "differsIn": f"{line}.differs_in",
            "items": self._items_json,
        }
        item = cells_json(self.compilation.operation, kind, nodes, cells)
        heads = (
            f"{self.items} AS MATERIALIZED ({self._items()})",
            f"{self.cells} AS ({self._cells()})",
            f"{line} AS ({self._lines()})",
        )
        kept = ""
        if differing is not None and not differing.is_null:
            kept = f" WHERE {'NOT ' if differing.value else ''}{line}.is_same"
        gathered = f"string_agg({item.sql()}, ',' ORDER BY {line}.f)"
        return _list(f"WITH {', '.join(heads)} SELECT {gathered} FROM {line}{kept}")

    def _items_json(self, definition: GraphQLField, nodes: list[FieldNode]) -> Json:
        """Return the items of the line at hand, each with the rows that have it."""
        kind: Any = get_named_type(definition.type)
        cells = {"text": "i.item", "heldBy": "i.held_by", "isCommon": f"i.rows = {self.count}"}
        item = cells_json(self.compilation.operation, kind, nodes, cells)
        held = "count(*) AS rows, array_agg(n - 1 ORDER BY n) AS held_by"
        items = f"SELECT item, {held} FROM {self.items} WHERE f = {self.name}.f GROUP BY item"
        gathered = f"string_agg({item.sql()}, ',' ORDER BY i.item {CODE_POINTS})"
        return _list(f"SELECT {gathered} FROM ({items}) i")

    def _items(self) -> str:
        """Return the items of all sets, each once for a row."""
        selects = [
            f"SELECT DISTINCT {index} AS f, {self.position} AS n, {text} AS item FROM {rows}"
            for index, line in self.lines
            if isinstance(line, Items) and not line.is_one
            for text, rows in (self._listed(line),)
        ]
        return " UNION ALL ".join(selects)

    def _cells(self) -> str:
        """Return what is stated: values, single values of lists, and sets as JSON."""
        rows = self.page.rows()
        values = [
            f"({index}, {value(self.schema, rows, line.path).text()})"
            for index, line in self.lines
            if isinstance(line, Attribute)
        ]
        stated = f"CROSS JOIN LATERAL (VALUES {', '.join(values)}) x (f, value)"
        selects = [f"SELECT x.f, {self.position} AS n, x.value FROM {rows.from_list()} {stated}"]
        for index, line in self.lines:
            if isinstance(line, Items) and line.is_one:
                text, from_list = self._listed(line)
                selects.append(
                    f"SELECT {index}, {self.position}, ({text})::text FROM {from_list}"
                    f" GROUP BY {self.position}"
                )
        texts = f"to_json(array_agg(item ORDER BY item {CODE_POINTS}))::text"
        selects.append(f"SELECT f, n, {texts} FROM {self.items} GROUP BY f, n")
        return " UNION ALL ".join(selects)

    def _listed(self, line: Items) -> tuple[str, str]:
        """Return the text of a line, and what stands after FROM for the rows of its list."""
        rows = self.page.rows()
        below = follow(self.schema, rows, line.path.split("."))
        text = expand(self.schema, below, line.text)
        condition = expand(self.schema, below, line.condition)
        return text, f"{rows.from_list()} WHERE {condition}"

    def _lines(self) -> str:
        """Return the lines, with a cell for every row, stated or not."""
        names = ", ".join(
            f"({index}, {quote(line.word)}, {quote(line.label)}, {_is_set(line)})"
            for index, line in self.lines
        )
        grid = (
            "SELECT d.*, p.n, c.value,"
            " first_value(c.value) OVER (PARTITION BY d.f ORDER BY p.n) AS first"
            f" FROM (VALUES {names}) d (f, name, label, is_set)"
            f" CROSS JOIN generate_series(1, {self.count}) p (n)"
            f" LEFT JOIN {self.cells} c ON c.f = d.f AND c.n = p.n"
        )
        return (
            "SELECT f, name, label, is_set,"
            " '[' || string_agg(COALESCE(to_json(value)::text, 'null'), ',' ORDER BY n) || ']'"
            " AS cells, bool_and(value IS NOT DISTINCT FROM first) AS is_same,"
            " COALESCE(array_agg(n - 1 ORDER BY n) FILTER (WHERE value IS DISTINCT FROM first),"
            f" '{{}}') AS differs_in FROM ({grid}) g GROUP BY f, name, label, is_set"
        )


def _is_set(line: Attribute | Items) -> str:
    return str(isinstance(line, Items) and not line.is_one).lower()
