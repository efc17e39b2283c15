"""Groups: rows of a type by the values of dimensions, with measures over the rows of each.

The rows are grouped once, in an inner select that knows all measures asked for. Related objects
that are dimensions are joined to the groups, not to the rows. Rows that point to several versions
of a related object are one group, which shows the newest of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type, is_non_null_type

from graph.errors import BadUserInputError
from graph.planner.aggregates import Totals, aggregate_json
from graph.planner.compilation import Compilation
from graph.planner.derived import GROUP_TYPES, Breakdown, Dimension, GroupTotals, Measure, Share
from graph.planner.encode import INTEGER, TEXT, Encoding, computed, encoding, graph_type_of
from graph.planner.filters import conditions
from graph.planner.inputs import Input
from graph.planner.members import members_json
from graph.planner.objects import field_json
from graph.planner.ordering import OrderKey, order_clause, tie_break, value_keys, without_repeats
from graph.planner.paths import Place, expand, place
from graph.planner.rows import Rows, table_rows
from graph.planner.sources import TABLE_TYPES, Column, Embedded, ToOne, source_of
from graph.planner.sql import Json, Names, conjunction

Pairs = list[tuple[str, str]]
"""Keys of two selects of groups that are equal where the groups belong together."""


class Groups(Totals):
    """Aggregates over rows, once for each combination of the keys."""

    def __init__(self, names: Names, rows: Rows) -> None:
        super().__init__(names, rows)
        self._keys: dict[str, None] = {}

    def key(self, expression: str) -> str:
        """Group by an expression; return the name under which its value is read."""
        self._keys[expression] = None
        return self.take(expression)

    def shared(self, expression: str) -> str:
        """Return the name of what the rows of a group share, or of the greatest of its values."""
        return self.take(expression if expression in self._keys else f"max({expression})")

    def select(self, where: str) -> str:
        """Return the statement of one row for each group."""
        keys = f" GROUP BY {', '.join(self._keys)}" if self._keys else ""
        return super().select(where) + keys


class GroupCompiler:
    """Builds the SQL of one list of groups."""

    def __init__(
        self,
        compilation: Compilation,
        kind: GraphQLObjectType,
        dimensions: Sequence[str],
        kept: Input | None,
    ) -> None:
        """Group by ``dimensions``, fields of ``kind``; ``kept`` filters the owners of the rows."""
        self.compilation = compilation
        self.kind = kind
        self.kept = kept
        self.type = GROUP_TYPES[kind.name]
        self.groups = Groups(
            compilation.names, table_rows(compilation.names, TABLE_TYPES[self.type.over])
        )
        self.joins: list[str] = []
        self.dimensions = {name: self._dimension(kind.fields[name]) for name in dimensions}

    # -- the statement -------------------------------------------------------------------------

    def item(self, nodes: list[FieldNode]) -> Json:
        """Return the JSON of one group."""
        return members_json(self.compilation.operation, self.kind, nodes, self._member)

    def order(self, given: Input | None) -> str:
        """Return what stands after ORDER BY: what is asked for, then the dimensions."""
        keys: list[OrderKey] = []
        for word, is_descending, node in self._words(given):
            term = self.type.terms[word]
            name = self.type.dimensions.get(word)
            if not isinstance(term, Dimension):
                keys.append(OrderKey(self._value(term), INTEGER, True, is_descending))
            elif name in self.dimensions:
                keys += self.dimensions[name].order(is_descending=is_descending)
            elif node is not None:
                raise BadUserInputError(
                    f"Argument 'orderBy' has {word}, by which nothing is grouped. Group by it, or"
                    " sort by something else.",
                    node=node,
                )
        for dimension in self.dimensions.values():
            keys += dimension.order(is_descending=False)
        return order_clause(without_repeats(keys), is_reversed=False)

    def from_list(self) -> str:
        """Return the groups, with what was joined to them; call it when all else is built."""
        where = self._where(self.groups.rows)
        return " ".join((f"({self.groups.select(where)}) {self.groups.name}", *self.joins))

    def _words(self, given: Input | None) -> list[tuple[str, bool, Any]]:
        if given is None or given.is_null:
            return [(word, is_descending, None) for word, is_descending in self.type.order]
        members = [element.fields() for element in given.elements()]
        return [
            (str(one["field"].value), one["direction"].value == "DESC", one["field"].node)
            for one in members
        ]

    def _where(self, rows: Rows) -> str:
        found = self.compilation.scope.conditions(rows)
        found += conditions(self.kept, rows.holder(), self.compilation)
        return conjunction(found)

    # -- a group -------------------------------------------------------------------------------

    def _member(self, definition: GraphQLField, nodes: list[FieldNode]) -> Json:
        inner: Any = get_named_type(definition.type)
        match source_of(definition):
            case Dimension():
                name = nodes[0].name.value
                if name not in self.dimensions:
                    return Json().literal("null")
                return self.dimensions[name].json(self.compilation, nodes)
            case Measure() | Share() as source:
                nullable = not is_non_null_type(definition.type)
                value = computed(self._value(source), graph_type_of(definition), nullable=nullable)
                return Json().expression(value)
            case GroupTotals():
                return aggregate_json(self.compilation.operation, inner, nodes, self.groups)
            case Breakdown():
                return self._breakdown(inner, nodes)
        raise AssertionError(f"a member of {self.kind.name} is no part of a group")

    def _value(self, source: Measure | Share) -> str:
        if isinstance(source, Share):
            return self._share()
        schema = self.compilation.operation.schema
        return self.groups.take(expand(schema, self.groups.rows, source.sql))

    def _share(self) -> str:
        """Return which part of all owners of rows have rows in a group."""
        rows = self.groups.rows
        owner = rows.kind.owner
        assert owner is not None, f"rows of {rows.kind.name} are no parts of others"
        schema = self.compilation.operation.schema
        key = expand(schema, rows, f"{{{owner.field}}}")
        count = self.groups.take(f"count(DISTINCT {key})")
        names = self.compilation.names
        everyone = Groups(names, table_rows(names, TABLE_TYPES[owner.type]))
        prefix = f"{owner.field}."
        pairs: Pairs = []
        for dimension in self.dimensions.values():
            if dimension.path.startswith(prefix):
                path = dimension.path.removeprefix(prefix)
                pairs += dimension.matched(self.compilation, self.groups, everyone, path)
        total = everyone.take("count(*)")
        select = everyone.select(self._where(everyone.rows))
        self._join(f"JOIN ({select}) {everyone.name}", pairs)
        return f"{count}::float8 / {total}"

    def _breakdown(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Json:
        """Return the list of the groups of each group."""
        fields = GROUP_TYPES[kind.name].dimensions.values()
        child = GroupCompiler(self.compilation, kind, list(fields), self.kept)
        pairs: Pairs = []
        for dimension in self.dimensions.values():
            pairs += dimension.matched(self.compilation, self.groups, child.groups, dimension.path)
        gathered = f"string_agg({child.item(nodes).sql()}, ',' ORDER BY {child.order(None)})"
        group = self.compilation.names.new("g")
        theirs = [theirs for _, theirs in pairs]
        named = ", ".join(f"{key} AS k{index}" for index, key in enumerate(theirs))
        select = f"SELECT {named}, {gathered} AS j FROM {child.from_list()}"
        outside = [(mine, f"{group}.k{index}") for index, (mine, _) in enumerate(pairs)]
        self._join(f"LEFT JOIN ({select} GROUP BY {', '.join(theirs)}) {group}", outside)
        return Json().expression(f"COALESCE('[' || {group}.j || ']', '[]')")

    def _join(self, joined: str, pairs: Pairs) -> None:
        same = conjunction(f"{mine} IS NOT DISTINCT FROM {theirs}" for mine, theirs in pairs)
        self.joins.append(f"{joined} ON {same}")

    def _dimension(self, definition: GraphQLField) -> _Dimension:
        source = source_of(definition)
        assert isinstance(source, Dimension)
        found = place(self.compilation.operation.schema, self.groups.rows, source.path)
        return _Dimension(found, source, self.groups, self.joins)


class _Dimension:
    """A dimension in use: ``inner`` is its field among the rows, ``outer`` among the groups."""

    def __init__(self, inner: Place, source: Dimension, groups: Groups, joins: list[str]) -> None:
        self.inner, self.path, self.sort = inner, source.path, source.sort
        rows = inner.rows
        for key in keys_of(inner):
            groups.key(key)
        self.outer = Rows(
            rows.names,
            rows.kind,
            groups.name,
            joins,
            lambda table, name: groups.shared(rows.column(name, table)),
        )

    def json(self, compilation: Compilation, nodes: list[FieldNode]) -> Json:
        """Return the JSON of its value in a group."""
        inner = self.inner
        return field_json(compilation, inner.kind, inner.definition, nodes, self.outer)

    def order(self, *, is_descending: bool) -> list[OrderKey]:
        """Return the keys to sort groups by its value: of an object, its name and natural key."""
        related = related_of(self.inner, self.outer)
        if related is None:
            found = [(self.outer, column, how) for column, how in columns_of(self.inner)]
        else:
            found = [(related, Column(self.sort), TEXT)] if self.sort else []
        keys: list[OrderKey] = []
        for rows, column, how in found:
            about = rows.kind.fact(column)
            expression, nullable = rows.column(about.name, about.table), about.is_nullable
            keys += value_keys(expression, how, is_nullable=nullable, is_descending=is_descending)
        ties = [] if related is None else tie_break(related)
        return keys + [replace(key, is_descending=is_descending) for key in ties]

    def matched(self, compilation: Compilation, groups: Groups, others: Groups, path: str) -> Pairs:
        """Group other rows by it too, for which it lies at ``path``; return the equal keys."""
        other = place(compilation.operation.schema, others.rows, path)
        return [
            (groups.key(mine), others.key(theirs))
            for mine, theirs in zip(keys_of(self.inner), keys_of(other), strict=True)
        ]


def related_of(found: Place, rows: Rows) -> Rows | None:
    """Return the related rows that a field leads to; None where its value lies in the row."""
    if not isinstance(found.source, ToOne):
        return None
    named: Any = get_named_type(found.definition.type)
    return rows.to_one(found.source, TABLE_TYPES[named.name])


def columns_of(found: Place) -> list[tuple[Column, Encoding]]:
    """Return the columns that make up a value of the row, with their encodings."""
    columns: list[tuple[Column, GraphQLField]] = []
    if isinstance(found.source, Embedded):
        value: Any = get_named_type(found.definition.type)
        columns = [
            (Column(name, found.source.table), value.fields[member])
            for member, name in found.source.columns.items()
        ]
    else:
        assert isinstance(found.source, Column)
        columns = [(found.source, found.definition)]
    return [
        (column, encoding(found.rows.kind.fact(column).type, graph_type_of(shown), found.kind.name))
        for column, shown in columns
    ]


def keys_of(found: Place) -> list[str]:
    """Return the expressions that tell the values of a field apart."""
    related = related_of(found, found.rows)
    if related is not None:
        return related.natural_key()
    facts = [found.rows.kind.fact(column) for column, _ in columns_of(found)]
    return [found.rows.column(about.name, about.table) for about in facts]
