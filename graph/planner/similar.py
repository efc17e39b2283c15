"""Programs that are like a program, and why: what their texts and their fields share.

The score is the mean of two shares: of the program's own text, how much stands word for word in
the other one (passages of both, by their words), and of the weights of fields, how much is equal.
Fields come from the declaration in :data:`FIELDS`. Nothing is learnt, so that every score can be
explained by what is shown.
"""

from __future__ import annotations

from typing import Any, Final

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type

from graph.planner.compilation import Compilation
from graph.planner.inputs import Input
from graph.planner.members import Member, cells_json
from graph.planner.ordering import order_clause, tie_break
from graph.planner.paths import value
from graph.planner.rows import Page, Rows, table_rows
from graph.planner.sizes import bounded
from graph.planner.sql import Json, conjunction

DEFAULT_SIZE: Final = 5
MOST_SIMILAR: Final = 20
SHOWN_PASSAGES: Final = 3
"""How many of the passages that two programs share are shown, the longest first."""
FIELDS: Final = {
    "DISCIPLINE": ("discipline.disciplineId", 4),
    "UNIVERSITY": ("university.code", 1),
    "SITE": ("site.label", 1),
    "PROVINCE": ("site.province", 1),
    "STREAM": ("stream.label", 1),
    "LANGUAGE": ("language", 1),
    "ACCREDITATION": ("accreditation", 1),
}
"""Word of a dimension to the path of its value, and what it weighs. By hand: the discipline counts
as much as where and for whom a program is."""
_ANALYSIS: Final = "(SELECT analysis FROM ops.index_version WHERE is_active)"


def similar_json(
    compilation: Compilation,
    kind: GraphQLObjectType,
    nodes: list[FieldNode],
    first: Input | None,
    rows: Rows,
) -> Json:
    """Return the list of the programs that are most like each row."""
    names, schema = compilation.names, compilation.operation.schema
    other = table_rows(names, rows.kind)
    page = Page(names, other)
    same = {
        word: f"{value(schema, rows, path).expression} = {value(schema, other, path).expression}"
        for word, (path, _) in FIELDS.items()
    }
    shared = names.new("s")
    mine, theirs = rows.column("program_key"), other.column("program_key")
    other.joins.append(f"LEFT JOIN ({_shares(mine)}) {shared} ON {shared}.program_key = {theirs}")
    score = f"round((({_field_share(same)} + coalesce({shared}.share, 0)) / 2)::numeric, 6)::float8"
    words = ", ".join(f"CASE WHEN {equal} THEN '{word}' END" for word, equal in same.items())

    def program(definition: GraphQLField, found: list[FieldNode]) -> Json:
        inner: Any = get_named_type(definition.type)
        return compilation.object_json(compilation, inner, found, page.outer)

    def passages(definition: GraphQLField, found: list[FieldNode]) -> Json:
        inner: Any = get_named_type(definition.type)
        return _passages(compilation, inner, found, page, mine)

    cells: dict[str, str | Member] = {
        "program": program,
        "score": page.export(score),
        "sharedFields": page.export(f"array_remove(ARRAY[{words}], NULL)"),
        "sharedText": page.export(f"coalesce({shared}.share, 0)"),
        "sharedPassageCount": page.export(f"coalesce({shared}.passages, 0)"),
        "sharedPassages": passages,
    }
    item = cells_json(compilation.operation, kind, nodes, cells).sql()
    iteration = "match_iteration_id"
    kept = conjunction(
        [
            *compilation.scope.moment.condition(other),
            f"{other.column(iteration)} = {rows.column(iteration)}",
            f"{other.column('program_stream_id')} <> {rows.column('program_stream_id')}",
        ]
    )
    size = bounded(first, DEFAULT_SIZE, MOST_SIMILAR)
    limit = compilation.parameters.add(size, "int8", None if first is None else first.node)
    ties = order_clause(tie_break(other), is_reversed=False)
    found = (
        f"SELECT {page.exports()} FROM {other.from_list()} WHERE {kept}"
        f" ORDER BY {score} DESC, {ties} LIMIT {limit}"
    )
    numbered = f"SELECT q.*, row_number() OVER () AS n FROM ({found}) q"
    group = names.new("g")
    rows.joins.append(
        f"LEFT JOIN LATERAL (WITH {page.name} AS MATERIALIZED ({numbered})"
        f" SELECT string_agg({item}, ',' ORDER BY {page.name}.n) AS j"
        f" FROM {page.outer.from_list()}) {group} ON true"
    )
    return Json().literal("[").expression(f"COALESCE({group}.j, '')").literal("]")


def _field_share(same: dict[str, str]) -> str:
    """Return the share of the weights of fields that are equal."""
    parts = (f"CASE WHEN {equal} THEN {FIELDS[word][1]} ELSE 0 END" for word, equal in same.items())
    return f"({' + '.join(parts)})::float8 / {sum(weight for _, weight in FIELDS.values())}"


def _mine(key: str) -> str:
    """Return the distinct passages of a program, without its title, and their words."""
    return (
        "SELECT DISTINCT p.passage_key, p.word_count FROM search.passage_place o"
        f" JOIN search.passage p USING (passage_key) WHERE o.program_key = {key}"
        f" AND o.ordinal > 0 AND o.analysis = {_ANALYSIS}"
    )


def _shares(key: str) -> str:
    """Return, of each program with a passage of the one at hand, how much of its text it has."""
    return (
        f"WITH mine AS MATERIALIZED ({_mine(key)}) SELECT program_key, count(*) AS passages,"
        " sum(word_count)::float8 / (SELECT greatest(sum(word_count), 1) FROM mine) AS share"
        " FROM (SELECT DISTINCT o.program_key, mine.passage_key, mine.word_count FROM mine"
        f" JOIN search.passage_place o USING (passage_key) WHERE o.analysis = {_ANALYSIS}) d"
        " GROUP BY program_key"
    )


def _passages(
    compilation: Compilation, kind: GraphQLObjectType, nodes: list[FieldNode], page: Page, mine: str
) -> Json:
    """Return the longest passages that a program shares with the one at hand, as it has them."""
    names = compilation.names
    theirs, group = page.export(page.inner.column("program_key")), names.new("g")
    cells = {
        "text": "x.text",
        "language": "x.language",
        "section": "x.section_kind",
        "heading": "x.heading",
        "start": "x.span_start",
        "end": "x.span_end",
    }
    item = cells_json(compilation.operation, kind, nodes, cells).sql()
    found = (
        "SELECT DISTINCT ON (t.word_count, o.passage_key) t.text, t.language, t.word_count,"
        " o.section_kind, s.heading, o.span_start, o.span_end, o.ordinal"
        " FROM search.passage_place o JOIN search.passage t USING (passage_key)"
        " JOIN core.program_section s ON s.program_key = o.program_key"
        f" AND s.ordinal = o.section_ordinal WHERE o.program_key = {theirs}"
        f" AND o.analysis = {_ANALYSIS} AND o.passage_key IN"
        f" (SELECT passage_key FROM search.passage_place WHERE program_key = {mine}"
        f" AND ordinal > 0 AND analysis = {_ANALYSIS})"
        f" ORDER BY t.word_count DESC, o.passage_key, o.ordinal LIMIT {SHOWN_PASSAGES}"
    )
    page.outer.joins.append(
        f"LEFT JOIN LATERAL (SELECT string_agg({item}, ',' ORDER BY x.word_count DESC, x.ordinal)"
        f" AS j FROM ({found}) x) {group} ON true"
    )
    return Json().literal("[").expression(f"COALESCE({group}.j, '')").literal("]")
