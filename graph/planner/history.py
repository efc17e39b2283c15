"""Versions of a row, and what each of them changed against the one before it.

The version before is the one that began last before it; after a removal it is the last before
the removal. The first version changes nothing: there is nothing to compare it with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graphql import FieldNode, GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type

from graph.planner.compilation import Compilation
from graph.planner.derived import ChangedTexts, Changes, ListChanges, VersionNumber, Versions
from graph.planner.inputs import Input, arguments_of
from graph.planner.members import cells_json
from graph.planner.ordering import CODE_POINTS
from graph.planner.paths import follow, value
from graph.planner.rows import Rows, table_rows
from graph.planner.sizes import bounded, left_out
from graph.planner.sources import TABLE_TYPES, Column, ToMany, source_of
from graph.planner.sql import Json, conjunction, quote

MOST_VERSIONS: Final = 100
Source = Versions | VersionNumber | Changes | ListChanges | ChangedTexts


def history_json(
    compilation: Compilation,
    definition: GraphQLField,
    nodes: list[FieldNode],
    source: Source,
    rows: Rows,
) -> Json:
    """Return the JSON of a field that speaks of versions."""
    kind: Any = get_named_type(definition.type)
    match source:
        case Versions():
            arguments = arguments_of(definition, nodes[0], compilation.operation.variables)
            return _versions(compilation, kind, nodes, arguments, rows)
        case VersionNumber():
            return _version_number(rows)
        case Changes():
            return _changes(compilation, kind, nodes, source, rows)
        case ListChanges():
            return _list_changes(compilation, kind, nodes, source, rows)
        case ChangedTexts():
            return _changed_texts(compilation, source, rows)


def _versions(
    compilation: Compilation,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    arguments: Mapping[str, Input],
    rows: Rows,
) -> Json:
    """Return the versions of each row, the newest first."""
    version = table_rows(compilation.names, TABLE_TYPES[kind.name])
    size = bounded(arguments.get("first"), MOST_VERSIONS, MOST_VERSIONS)
    item = compilation.object_json(compilation, kind, nodes, version).sql()
    same = _same(rows, version)
    limit = f"LIMIT {compilation.parameters.add(size, 'int8')}"
    offset = arguments.get("offset")
    if offset is not None and not offset.is_null:
        limit += f" OFFSET {compilation.parameters.add(left_out(offset), 'int8', offset.node)}"
    began = version.column("valid_from")
    newest = (
        f"SELECT {item} AS j, {began} AS began FROM {version.from_list()} WHERE {same}"
        f" ORDER BY {began} DESC {limit}"
    )
    group = compilation.names.new("g")
    gathered = f"SELECT string_agg(v.j, ',' ORDER BY v.began DESC) AS j FROM ({newest}) v"
    rows.joins.append(f"LEFT JOIN LATERAL ({gathered}) {group} ON true")
    return Json().expression(f"COALESCE('[' || {group}.j || ']', '[]')")


def _version_number(rows: Rows) -> Json:
    """Return which version of its row each is, counting from 1."""
    earlier = table_rows(rows.names, rows.kind)
    began = f"{earlier.column('valid_from')} <= {rows.column('valid_from')}"
    select = f"SELECT count(*) FROM {earlier.base} WHERE {_same(rows, earlier)} AND {began}"
    return Json().expression(f"({select})::text")


def _changes(
    compilation: Compilation,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    source: Changes,
    rows: Rows,
) -> Json:
    """Return the values that differ from the version before, in the order of the declaration."""
    schema = compilation.operation.schema
    before, after = _sides(schema, rows, source.of)
    lines = ", ".join(
        f"({index}, {quote(line.word)}, {quote(line.label)},"
        f" {value(schema, before, line.path).text()}, {value(schema, after, line.path).text()})"
        for index, line in enumerate(source.lines)
    )
    cells = {"field": "x.word", "label": "x.label", "before": "x.before", "after": "x.after"}
    item = cells_json(compilation.operation, kind, nodes, cells).sql()
    return _where_older(
        rows,
        f"SELECT '[' || string_agg({item}, ',' ORDER BY x.n) || ']'"
        f" FROM (VALUES {lines}) x (n, word, label, before, after)"
        " WHERE x.before IS DISTINCT FROM x.after",
    )


def _list_changes(
    compilation: Compilation,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    source: ListChanges,
    rows: Rows,
) -> Json:
    """Return the lists whose rows differ from the version before, whatever their order."""
    schema = compilation.operation.schema
    before, after = _sides(schema, rows, source.of)
    lines = []
    for index, (word, path) in enumerate(source.lists):
        old, new = (_contents(schema, side, path) for side in (before, after))
        counts = (old, new, f"{new} EXCEPT ALL {old}", f"{old} EXCEPT ALL {new}")
        counted = ", ".join(f"(SELECT count(*) FROM ({select}) c)" for select in counts)
        lines.append(f"({index}, {quote(word)}, {counted})")
    names = ("before", "after", "added", "removed")
    cells = {"list": "x.word"} | {name: f"x.{name}" for name in names}
    item = cells_json(compilation.operation, kind, nodes, cells).sql()
    return _where_older(
        rows,
        f"SELECT '[' || string_agg({item}, ',' ORDER BY x.n) || ']'"
        f" FROM (VALUES {', '.join(lines)}) x (n, word, {', '.join(names)})"
        " WHERE x.added > 0 OR x.removed > 0",
    )


def _changed_texts(compilation: Compilation, source: ChangedTexts, rows: Rows) -> Json:
    """Return the kinds of the rows whose text differs from the version before."""
    schema = compilation.operation.schema
    sides = []
    for side in _sides(schema, rows, source.of):
        first, below, belonging = _below(schema, side, source.path)
        kind, text = (value(schema, below, name).expression for name in (source.kind, source.text))
        order = ", ".join(below.column(name) for name in below.kind.natural_key)
        joined = f"string_agg({text}, E'\\n' ORDER BY {order})"
        sides.append(
            f"(SELECT {kind} AS kind, {joined} AS text FROM {first.from_list()}"
            f" WHERE {belonging} GROUP BY {kind})"
        )
    kinds = f"array_agg(kind ORDER BY kind {CODE_POINTS})"
    return _where_older(
        rows,
        f"SELECT to_json({kinds})::text FROM {sides[0]} old FULL JOIN {sides[1]} new USING (kind)"
        " WHERE old.text IS DISTINCT FROM new.text",
    )


def _where_older(rows: Rows, select: str) -> Json:
    """Return the list that a select gives, empty for versions without one before them."""
    present = f"{rows.before().natural_key()[0]} IS NOT NULL"
    return Json().expression(f"COALESCE(CASE WHEN {present} THEN ({select}) END, '[]')")


def _sides(schema: GraphQLSchema, rows: Rows, of: str) -> tuple[Rows, Rows]:
    """Return what is compared: the version before, and the one at hand."""
    return follow(schema, rows.before(), [of]), follow(schema, rows, [of])


def _contents(schema: GraphQLSchema, side: Rows, path: str) -> str:
    """Return the statement of what the rows of a list say, in columns of their own."""
    first, below, belonging = _below(schema, side, path)
    kind: Any = schema.type_map[below.kind.name]
    columns = [
        value(schema, below, name).expression
        for name, definition in kind.fields.items()
        if isinstance(source_of(definition), Column)
    ]
    return f"SELECT {', '.join(columns)} FROM {first.from_list()} WHERE {belonging}"


def _below(schema: GraphQLSchema, side: Rows, path: str) -> tuple[Rows, Rows, str]:
    """Return a list of the row at hand: where its FROM list begins, its rows, its condition."""
    step, *others = path.split(".")
    kind: Any = schema.type_map[side.kind.name]
    relation, target = source_of(kind.fields[step]), get_named_type(kind.fields[step].type)
    assert isinstance(relation, ToMany)
    first = table_rows(side.names, TABLE_TYPES[target.name])
    pairs = [f"{first.column(theirs)} = {side.column(own)}" for own, theirs in relation.keys]
    return first, follow(schema, first, others), conjunction(pairs)


def _same(rows: Rows, others: Rows) -> str:
    """Return the condition that two rows are versions of one."""
    return conjunction(
        f"{others.column(name)} = {rows.column(name)}" for name in rows.kind.natural_key
    )
