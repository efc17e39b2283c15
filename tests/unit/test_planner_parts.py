"""The small parts of the planner: encodings, ids, folding, orders, shapes, caches."""

from __future__ import annotations

import datetime as dt

import pytest
from graphql import GraphQLInt, parse

from graph.errors import BadUserInputError, DeclarationError
from graph.planner import globalid
from graph.planner.cache import BoundedCache
from graph.planner.declare import column, table_type
from graph.planner.encode import FLOAT, INTEGER, TEXT, encoding
from graph.planner.filters import in_utc, storable
from graph.planner.folding import fold, fold_sql
from graph.planner.ordering import OrderKey, order_clause, position
from graph.planner.places import Trail
from graph.planner.shape import Shapes
from graph.planner.sources import TABLE_TYPES
from graph.planner.sql import Json, Parameters, quote
from graph.schema import build_schema

SCHEMA = build_schema()._schema


def test_literals_merge_and_quotes_double() -> None:
    json = Json().literal('{"a":').literal("'").expression("x::text").literal("}")
    assert json.sql() == "('{\"a\":''' || x::text || '}')"
    assert json.constant is None
    assert Json().literal("{").literal("}").constant == "{}"
    assert quote("it's") == "'it''s'"


def test_values_are_bound_and_never_written() -> None:
    parameters = Parameters(Trail())
    assert parameters.add(lambda request: "x'; DROP", "text") == "$1::text"
    assert parameters.add(lambda request: 1, "int4") == "$2::int4"


def test_a_value_belongs_to_the_field_at_work() -> None:
    trail = Trail()
    parameters = Parameters(trail)

    def build() -> Json:
        parameters.add(lambda request: 1, "int4")
        return Json()

    trail.field("universities", GraphQLInt, lambda: trail.field("few", GraphQLInt, build))
    build()
    assert [place.keys for place, _ in parameters.owners] == [("universities", "few"), ()]


def test_floats_that_json_does_not_have_become_null() -> None:
    assert "'NaN', 'Infinity', '-Infinity'" in FLOAT.text("x", nullable=False)


def test_numbers_beyond_32_bits_have_no_encoding() -> None:
    with pytest.raises(DeclarationError, match=r"Program.key: .* big_integer cannot become Int"):
        encoding("big_integer", "Int", "Program.key")


def test_only_nullable_values_pay_for_null() -> None:
    assert INTEGER.text("x", nullable=False) == "x::text"
    assert TEXT.text("x", nullable=True) == "COALESCE(to_json(x)::text, 'null')"


@pytest.mark.parametrize("value", [1.5, "x", True, None])
def test_cursor_values_of_the_wrong_type_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        INTEGER.from_json(value)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Québec", "quebec"),
        ("Sacré-Cœur", "sacre-coeur"),
        ("L’ÎLE – Été", "l'ile - ete"),
        ("e\u0301", "e"),
        ("ŒÆ", "oeae"),
        ("Ångström", "angstrom"),
        ("ΣΩ Ж", "ΣΩ Ж"),
    ],
)
def test_folding_takes_away_case_accents_and_variants(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_folding_in_sql_needs_no_extension() -> None:
    sql = fold_sql("t1.name")
    assert "lower(" in sql
    assert "unaccent" not in sql


@pytest.mark.parametrize("label", ["Plain", "4B: north", "100%", "%3A", "é:%:", ""])
def test_global_ids_keep_every_text(label: str) -> None:
    site = TABLE_TYPES["Site"]
    given = globalid.encode("Site", [label, "Québec", "QC"])
    assert globalid.key_of(given, site, "id") == [label, "Québec", "QC"]
    assert globalid.type_of(given) == "Site"


@pytest.mark.parametrize(
    "given",
    ["", "!", "UHJvZ3JhbQ==", globalid.encode("Program", [1]), globalid.encode("Site", [1, 2]),
     globalid.encode("Program", ["x", 2]), globalid.encode("Program", [2**31, 2]),
     globalid.encode("Program", ["²", 2])],
)  # fmt: skip
def test_ids_of_another_form_are_refused(given: str) -> None:
    with pytest.raises(BadUserInputError, match=r"Argument 'by\.id' is no global id of a Program"):
        globalid.key_of(given, TABLE_TYPES["Program"], "by.id")


A, D = OrderKey("a", INTEGER, is_nullable=False), OrderKey("d", INTEGER, False, True)
N = OrderKey("n", INTEGER, is_nullable=True)


def test_rows_without_a_value_come_last_both_ways() -> None:
    down = OrderKey("n", INTEGER, is_nullable=True, is_descending=True)
    assert order_clause([N, A], is_reversed=False) == "n NULLS LAST, a"
    assert order_clause([down], is_reversed=False) == "n DESC NULLS LAST"
    assert order_clause([N, A], is_reversed=True) == "n DESC NULLS FIRST, a DESC"
    assert order_clause([down], is_reversed=True) == "n NULLS FIRST"


def test_positions_use_a_row_comparison_where_an_index_can_serve_it() -> None:
    assert position([A, A], ["$1", "$2"], is_after=True) == "((a, a) > ($1, $2))"
    assert position([D], ["$1"], is_after=True) == "((d) < ($1))"
    assert position([D], ["$1"], is_after=False) == "((d) > ($1))"


def test_positions_of_mixed_orders_are_spelled_out() -> None:
    assert position([N, A], ["$1", "$2"], is_after=True) == (
        "(((n > $1 OR (n IS NULL AND $1 IS NOT NULL))) OR (n IS NOT DISTINCT FROM $1 AND a > $2))"
    )


def shapes_of(definitions: str) -> Shapes:
    (operation,) = parse(f"query ({definitions}) {{ __typename }}").definitions
    return Shapes(SCHEMA, operation.variable_definitions)


def test_values_that_are_bound_do_not_shape_a_plan() -> None:
    shapes = shapes_of("$first: Int, $kinds: [SectionKind!], $filter: ProgramFilter")
    one = shapes.of({"first": 1, "kinds": ["FAQ"], "filter": {"quota": {"in": [1, 2]}}})
    same = shapes.of({"first": 9, "kinds": [], "filter": {"quota": {"in": [3]}}})
    assert one == same
    assert hash(one) == hash(same)


@pytest.mark.parametrize(
    ("definition", "values"),
    [
        ("$x: Boolean", [True, False, None]),
        ("$x: Int", [1, None]),
        ("$x: ProgramFilter", [
            {"quota": {"eq": 1}}, {"quota": {"eq": None}}, {"name": {"eq": "a"}}]),
        ("$x: [ProgramOrder!]", [
            [{"field": "QUOTA", "direction": "ASC"}], [{"field": "QUOTA", "direction": "DESC"}],
            [{"field": "NAME", "direction": "ASC"}], []]),
        ("$x: ID", [globalid.encode("Site", "abc"), globalid.encode("Stream", "a"), "?", None]),
        ("$x: ProgramFilter", [{"or": []}, {"or": [{}]}, {"or": [{}, {}]}]),
    ],
)  # fmt: skip
def test_values_that_change_the_statement_shape_a_plan(
    definition: str, values: list[object]
) -> None:
    shapes = shapes_of(definition)
    found = {shapes.of({"x": value}) for value in values} | {shapes.of({})}
    assert len(found) == len(values) + 1


def test_what_was_not_used_for_longest_goes_first() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert cache.get("b") is None
    assert (cache.get("a"), cache.get("c"), len(cache)) == (1, 3, 2)


def test_weight_bounds_a_cache_too() -> None:
    cache: BoundedCache[str, str] = BoundedCache(100, most_weight=10)
    for key in "abcd":
        cache.put(key, key, weight=4)
        cache.put(key, key, weight=4)
    assert len(cache) == 2
    assert cache.weight == 8
    cache.put("big", "x", weight=11)
    assert (len(cache), cache.weight) == (0, 0)


def test_times_without_a_zone_are_utc_and_texts_hold_no_null_character() -> None:
    naive = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the case at hand
    assert in_utc(naive, "asOf") == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    with pytest.raises(BadUserInputError, match=r"'name.eq' has .* U\+0000"):
        storable("a\x00", "name.eq")


def test_a_declaration_of_a_missing_column_stops_at_start_up() -> None:
    with pytest.raises(DeclarationError, match=r"no column core.dim_site.nothing"):

        @table_type("core.dim_site", natural_key=["label"])
        class Wrong:
            nothing: str = column()

    assert "Wrong" not in TABLE_TYPES
