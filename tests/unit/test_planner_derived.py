"""Plans of groups, comparisons and histories, and declarations that lead nowhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLObjectType

from graph.errors import DeclarationError
from graph.planner import globalid
from graph.planner.derived import GROUP_TYPES, Measure
from graph.planner.derived_checks import check_derived
from graph.planner.paths import expand, follow, value
from graph.planner.rows import table_rows
from graph.planner.sources import SOURCE, TABLE_TYPES
from graph.planner.sql import Names
from tests.unit.test_cost import cost
from tests.unit.test_planner_plans import DOCUMENTS, SCHEMA, plan_of, values

PROGRAM = globalid.encode("Program", (1503, 27447))
SCHOOL = globalid.encode("University", (7,))


def shape_of(text: str, variables: dict[str, Any]) -> Any:
    return DOCUMENTS.get(text).operation(None).shapes.of(variables)


def test_programs_are_grouped_once_and_dimensions_joined_to_the_groups() -> None:
    sql = plan_of(
        """{ programGroups(by: [DISCIPLINE, SITE, LANGUAGE], orderBy: [{field: QUOTA_SUM}]) {
          discipline { name nameFr } site { label } language university { name }
          aggregate { count quota { sum avg } lengthYears { max } } } }"""
    ).sql
    assert sql.count("GROUP BY") == 1
    assert sql.count("core.fact_program") == sql.count("core.dim_program ") == 1
    assert sql.count("core.dim_discipline") == 2  # the rows' natural key, the groups' object
    assert "core.dim_university" not in sql
    assert "max(" in sql


def test_measures_that_nobody_asks_for_are_not_computed() -> None:
    sql = plan_of("{ analytics { specialties { programCount } } }").sql
    assert "percentile_cont" not in sql
    assert "core.fact_program" not in sql
    assert plan_of("{ analytics(iteration: 1) { __typename } }").constant is not None


def test_groups_histories_and_comparisons_multiply_what_is_inside() -> None:
    groups = """query ($n: Int!) { programGroups(by: [SITE], first: $n) { site {
      programs(first: 100) { nodes { history(first: 2) { versionNumber } } } } } }"""
    for size in (0, 1, 19, 1_000):
        assert cost(groups, n=size) == size * (1 + 1 + 1 + 100 * (1 + 2 * (1 + 1)))
    assert cost(groups, n=10**9) == cost(groups, n=1_000)
    assert cost("{ programGroups(by: [SITE]) { site { label } } }") == 100 * 3
    deep = "{ programs(first: 100) { totalCount nodes { quota } } }"
    nodes = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on University {deep} }} }}"
    compared = f"""query ($ids: [ID!]!) {{ comparePrograms(ids: $ids) {{
      programs {{ university {deep} }} fields {{ label }} }} }}"""
    for number in (2, 10):
        ids = [SCHOOL] * number
        assert cost(nodes, ids=ids) == number * (1 + (1 + 10 + 100 * 2))
        assert cost(compared, ids=ids) == 1 + number * (2 + (1 + 10 + 100 * 2)) + 23 * 2


def test_ids_shape_a_plan_by_their_number_and_types_not_by_their_order() -> None:
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    one, other = [PROGRAM, SCHOOL, SCHOOL], [SCHOOL, PROGRAM, PROGRAM]
    assert shape_of(text, {"ids": one}) == shape_of(text, {"ids": other})
    assert shape_of(text, {"ids": one}) != shape_of(text, {"ids": one[:2]})
    assert shape_of(text, {"ids": one}) != shape_of(text, {"ids": [SCHOOL] * 3})
    plan = plan_of(text, {"ids": one})
    assert sorted(map(str, values(plan, {"ids": other}))) == [
        "3", '[{"k0": 1503, "k1": 27447, "n": 2}, {"k0": 1503, "k1": 27447, "n": 3}]',
        '[{"k0": 7, "n": 1}]',
    ]  # fmt: skip


def test_a_history_finds_versions_by_the_natural_key_and_compares_only_when_asked() -> None:
    few = plan_of("{ programs { nodes { history { validFrom isCurrent } } } }").sql
    assert "core.fact_program" not in few
    assert few.count("core.dim_program") == 2
    assert "match_iteration_id = p" in few
    changes = plan_of("{ programs { nodes { history { changes { field } } } } }").sql
    assert changes.count("ORDER BY o") == 1
    assert changes.count("core.fact_program") == 2


def test_paths_lead_through_relations_values_and_lists() -> None:
    rows = table_rows(Names(), TABLE_TYPES["SelectionCriterion"])
    assert value(SCHEMA, rows, "program.site.location.city").type == "text"
    assert value(SCHEMA, rows, "program.applicationVolume.min").is_nullable
    assert not value(SCHEMA, rows, "phase").is_nullable
    assert value(SCHEMA, rows, "program").expression.endswith(".program_key")
    tests = follow(SCHEMA, rows, ["program", "requirements", "tests"])
    assert tests.kind.name == "RequirementTest"
    assert expand(SCHEMA, tests, "{name} || '{x'").endswith(".name || '{x'")
    for wrong, words in (
        ("nothing", "no field nothing"),
        ("label.name", "label does not lead to rows"),
        ("program.applicationVolume", "does not end in a column"),
        ("program.applicationVolume.most", "no member most"),
        ("program.programs.name", "no field programs"),
    ):
        with pytest.raises(DeclarationError, match=words):
            value(SCHEMA, rows, wrong)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("site.location.town", "Location has no field town"),
        ("site.note", "CityStatistics.city is not null in the graph, but site.note may be"),
        ("applicationVolume", "CityStatistics.city is not null"),
    ],
)
def test_dimensions_that_do_not_fit_stop_at_start_up(
    monkeypatch: pytest.MonkeyPatch, path: str, words: str
) -> None:
    kind = SCHEMA.type_map["CityStatistics"]
    assert isinstance(kind, GraphQLObjectType)
    origin: Any = kind.fields["city"].extensions["strawberry-definition"]
    spoilt = replace(origin.metadata[SOURCE], path=path)
    monkeypatch.setattr(origin, "metadata", {SOURCE: spoilt})
    with pytest.raises(DeclarationError, match=words):
        check_derived(SCHEMA)


def test_words_to_sort_by_that_do_not_fit_stop_at_start_up(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = GROUP_TYPES["ProgramGroup"]
    spoilt = replace(groups, terms={"COUNT": Measure("count({quotas})")})
    monkeypatch.setitem(GROUP_TYPES, "ProgramGroup", spoilt)
    with pytest.raises(DeclarationError, match="no field quotas"):
        check_derived(SCHEMA)


def test_the_roots_of_the_contract_are_there() -> None:
    query = SCHEMA.query_type
    assert query is not None
    found = {
        name: (str(query.fields[name].type), set(query.fields[name].args))
        for name in ("nodes", "programGroups", "comparePrograms", "selectionCriteria", "analytics")
    }
    pages = {"filter", "orderBy", "first", "after", "last", "before", "iteration", "asOf"}
    assert found == {
        "nodes": ("[Node]!", {"ids"}),
        "programGroups": ("[ProgramGroup!]!",
                          {"by", "filter", "orderBy", "first", "offset", "iteration", "asOf"}),
        "comparePrograms": ("ProgramComparison!", {"ids", "asOf"}),
        "selectionCriteria": ("SelectionCriterionConnection!", pages),
        "analytics": ("Analytics!", {"iteration", "asOf"}),
    }  # fmt: skip
