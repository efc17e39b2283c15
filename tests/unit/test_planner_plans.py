"""Plans: one statement for whatever is selected, values bound, constants without a statement."""

from __future__ import annotations

from typing import Any

import pytest

from graph.errors import FailedFieldsError, NotPlannableError
from graph.limits import Limits, Validator
from graph.planner.cursors import CursorSigner
from graph.planner.documents import Documents, operation_for
from graph.planner.folding import fold_sql
from graph.planner.plan import Plan, is_published, make_plan
from graph.planner.request import Request
from graph.schema import build_schema

SCHEMA = build_schema()._schema
DOCUMENTS = Documents(SCHEMA, Validator(Limits()), Limits().tokens)


def plan_of(text: str, variables: dict[str, Any] | None = None) -> Plan:
    document = DOCUMENTS.get(text)
    assert not document.errors
    known = document.operation(None)
    coerced = DOCUMENTS.variables(known, variables or {})
    assert isinstance(coerced, dict)
    return make_plan(operation_for(SCHEMA, document, known, coerced))


def values(plan: Plan, variables: dict[str, Any]) -> list[Any]:
    return plan.values(Request(variables, CursorSigner(b"x")))


def test_the_page_comes_first_and_children_are_looked_up_for_its_rows() -> None:
    sql = plan_of("{ programs(first: 5) { nodes { name requirements { kind } } } }").sql
    assert sql.count("core.program_requirement") == 1
    assert "LEFT JOIN LATERAL (SELECT string_agg(" in sql.partition(" FROM p3 ")[2]
    assert sql.count("core.fact_program") == 0
    assert "ORDER BY t2.match_iteration_id, t2.program_stream_id LIMIT 5" in sql


def test_columns_and_joins_are_read_only_where_selected() -> None:
    assert "core.dim_university" not in plan_of("{ programs { nodes { name } } }").sql
    twice = plan_of("{ programs { nodes { a: university { name } b: university { city } } } }").sql
    assert twice.count("JOIN core.dim_university") == 1


def test_values_of_the_document_are_bound_like_those_of_variables() -> None:
    plan = plan_of(
        '{ programs(filter: {quota: {eq: 7}, name: {eq: "x\' OR true --"}}) { nodes { id } } }'
    )
    assert "OR true" not in plan.sql
    assert set(values(plan, {})) == {7, "x' OR true --"}


def test_a_size_in_the_document_is_told_to_the_server_and_one_of_a_variable_bound() -> None:
    plan = plan_of("{ programs(first: 7) { nodes { id } pageInfo { hasNextPage } } }")
    assert "LIMIT 8)" in plan.sql
    assert values(plan, {}) == []
    text = "query ($n: Int) { programs(first: $n) { nodes { id } pageInfo { hasNextPage } } }"
    plan = plan_of(text, {"n": 7})
    assert "LIMIT 101)" in plan.sql
    assert values(plan, {"n": 9}) == [9]
    assert "LIMIT 20)" in plan_of("{ programs { nodes { id } } }").sql


def test_a_list_with_a_variable_inside_is_bound_whole() -> None:
    text = "query ($a: Int!) { programs(filter: {quota: {in: [1, $a]}}) { totalCount } }"
    plan = plan_of(text, {"a": 2})
    assert values(plan, {"a": 3}) == [[1, 3]]


def test_typename_alone_needs_no_statement() -> None:
    assert plan_of("{ __typename a: __typename }").constant == b'{"__typename":"Query","a":"Query"}'


def test_a_field_merged_from_several_places_appears_once() -> None:
    sql = plan_of("{ streams { label label ...F } } fragment F on Stream { label isMilitary }").sql
    assert sql.count('"label":') == 2  # before the first item and between items
    assert sql.count('"isMilitary":') == 1


@pytest.mark.parametrize(
    "text", ["{ __schema { __typename } }", '{ __type(name: "Site") { name } }']
)
def test_introspection_is_not_planned(text: str) -> None:
    with pytest.raises(NotPlannableError):
        plan_of(text)


def test_a_page_that_is_only_counted_has_its_size_checked() -> None:
    plan = plan_of("query ($n: Int!) { programs(first: $n) { totalCount } }", {"n": 5})
    assert values(plan, {"n": 100}) == []
    with pytest.raises(FailedFieldsError, match="'first' is 101") as failed:
        values(plan, {"n": 101})
    assert [error.place and error.place.keys for error in failed.value.errors] == [("programs",)]


def test_a_statement_gives_the_data_version_where_published_data_are_all_it_reads() -> None:
    plan = plan_of("{ programs { nodes { name } } dataVersion { number } }")
    assert plan.with_version.endswith(plan.sql.partition("convert_to(")[2])
    assert "chr(10) || " in plan.with_version
    assert is_published("SELECT 1 FROM core.dim_site JOIN ops.data_version")
    for table in ("ops.job", "simulation.run", "mart.specialty", "search.passage", "landing.file"):
        assert not is_published(f"SELECT 1 FROM core.dim_site JOIN {table} t ON true")


def test_rows_of_a_list_are_numbered_only_to_be_cut() -> None:
    sort = "orderBy: [{field: KIND}], filter: {quantity: {gt: 1}}"
    for arguments in ("", f"({sort})"):
        sql = plan_of(f"{{ programs {{ nodes {{ requirements{arguments} {{ kind }} }} }} }}").sql
        assert sql.count("LIMIT") == 1 + 1  # the page's, the data version's
        assert sql.count("row_number()") == 1
    for arguments in ("first: 3", "offset: 3", f"first: 3, {sort}"):
        sql = plan_of(f"{{ programs {{ nodes {{ requirements({arguments}) {{ kind }} }} }} }}").sql
        assert sql.count("row_number()") == 2
        assert sql.count("core.program_requirement") == 1


def test_lists_in_lists_are_looked_up_for_their_rows() -> None:
    sql = plan_of(
        "{ programs { nodes { requirements { evidence { quote } tests { name } } } } }"
    ).sql
    assert sql.count("LATERAL") == 2
    assert sql.count("core.requirement_test") == 1


def test_filters_on_related_rows_are_joins_and_equalities_below_exists() -> None:
    """What the server can turn into joins of whole tables: no array, no select of its own."""
    sql = plan_of(
        """{ programs(filter: {requirements: {some: {quantity: {gt: 1}}, none: {}},
             university: {programs: {every: {quota: {gt: 1}}}}}) { totalCount } }"""
    ).sql
    assert sql.count("NOT EXISTS (SELECT FROM core.program_requirement") == 1
    assert sql.count("AND EXISTS (SELECT FROM core.program_requirement") == 1
    assert sql.count("NOT EXISTS (SELECT FROM core.dim_program") == 1
    assert sql.count("IS NOT TRUE") == 1
    assert "ARRAY" not in sql


def test_filters_on_related_rows_plan_in_fragments_aliases_and_variables() -> None:
    text = """query Q($filter: ProgramFilter, $some: ProgramRequirementFilter) {
      universities(first: 9) { nodes { ...U } } streams(first: 9) { a: programs(filter: $filter) {
        nodes { ...P } } } }
      fragment U on University { programs(filter: {requirements: {some: $some}}, first: 9) {
        nodes { ...P } } }
      fragment P on Program { ... on Node { ... on Program {
        b: requirements(filter: $some, first: 1) { tests(offset: 1) { name } } } }
        site { disciplines { totalCount } } iteration { programs { totalCount } } }"""
    variables = {"filter": {"sections": {"none": {"heading": {"eq": "x"}}}}, "some": {}}
    plan = plan_of(text, variables)
    assert "x" in values(plan, variables)
    assert plan.sql.count("core.program_section") == 1


def test_evidence_of_contacts_is_out_of_reach() -> None:
    for text in (
        "{ programs { nodes { evidence(field: QUOTA, filter: {start: {gt: 1}}) { start } } } }",
        "{ programs(filter: {evidence: {some: {start: {gt: 1}}}}) { totalCount } }",
        "{ programs(filter: {evidence: {none: {}}}) { totalCount } }",
    ):
        assert "field <> 'CONTACTS'" in plan_of(text).sql


def test_one_state_is_read_wherever_a_connection_says_nothing() -> None:
    inner = "programs { totalCount } disciplines(filter: {programs: {some: {}}}) { totalCount }"
    sql = plan_of(f"{{ programs {{ nodes {{ university {{ {inner} }} }} }} {inner} }}").sql
    assert sql.count("FROM ops.data_version") == 1
    at = 'asOf: "2026-01-01T00:00:00Z"'
    sql = plan_of(f"{{ programs({at}) {{ nodes {{ university {{ {inner} }} }} }} }}").sql
    assert "is_current" not in sql
    assert sql.count("FROM ops.data_version") == 1 + 1  # of the document's "now", not referenced


def test_texts_sort_by_code_points_whatever_the_locale() -> None:
    sql = plan_of("{ sites(orderBy: [{field: PROVINCE}, {field: NOTE}]) { nodes { id } } }").sql
    order = sql[sql.index("ORDER BY t2.province") : sql.index("LIMIT 20")]
    folded = fold_sql("t2.note")
    assert order == (
        f'ORDER BY t2.province COLLATE "C", {folded} NULLS LAST, t2.note COLLATE "C" NULLS LAST,'
        ' t2.label COLLATE "C", t2.city COLLATE "C" '
    )
    assert folded.endswith('COLLATE "C")')
    sql = plan_of("{ programs(orderBy: [{field: QUOTA}]) { nodes { id } } }").sql
    assert "COLLATE" not in sql


def test_the_planner_knows_no_contact_table() -> None:
    from graph.planner.sources import TABLE_TYPES

    assert "core.program_contact" not in {kind.table for kind in TABLE_TYPES.values()}
    assert not any(kind.table.startswith("landing.") for kind in TABLE_TYPES.values())
