"""Errors as the GraphQL specification has them: where they are, and what they take away.

What the values of variables become, and how values are written in answers.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_rows import ITERATION, fill

LAVAL = "VW5pdmVyc2l0eTo3"
LIST = "{ code programs(first: -1) { totalCount } }"


@pytest.fixture
async def graph(database: Any, tmp_path: Any) -> AsyncIterator[Graph]:
    async with open_graph(database.settings, tmp_path) as graph:
        await fill(graph.owner)
        yield graph


async def answer(graph: Graph, query: str, **variables: Any) -> tuple[Any, list[Any]]:
    """Return the data, and the path and code of each error."""
    body = (await graph.raw(query, variables)).json()
    assert {"errors", "data"} <= body.keys()
    return body["data"], [
        (error.get("path"), error["extensions"]["code"]) for error in body["errors"]
    ]


async def refusals(graph: Graph, query: str, variables: dict[str, Any]) -> list[tuple[str, str]]:
    """Return code and message of the errors of a request that is refused."""
    body = (await graph.raw(query, variables)).json()
    assert "data" not in body
    assert graph.reader.statements == []
    return [(error["extensions"]["code"], error["message"]) for error in body["errors"]]


async def test_each_root_field_that_fails_is_null_and_has_its_own_error(graph: Graph) -> None:
    data, errors = await answer(
        graph,
        """{ iterations { number } one: node(id: "!") { id } two: university(by: {id: "!"}) { name }
          three: discipline(by: {name: "Pediatrics"}) { name } }""",
    )
    assert data == {
        "iterations": [{"number": ITERATION}],
        "one": None,
        "two": None,
        "three": {"name": "Pediatrics"},
    }
    assert errors == [(["one"], "BAD_USER_INPUT"), (["two"], "BAD_USER_INPUT")]
    assert len(graph.reader.statements) == 1


async def test_a_root_field_that_may_not_be_null_takes_all_data_away(graph: Graph) -> None:
    data, errors = await answer(
        graph,
        '{ streams { label } wrong: node(id: "!") { id } programs(first: 101) { totalCount } }',
    )
    assert data is None
    assert (["programs"], "BAD_USER_INPUT") in errors
    assert graph.reader.statements == []


async def test_an_error_below_takes_away_the_nearest_field_that_may_be_null(graph: Graph) -> None:
    data, errors = await answer(
        graph, f"{{ streams {{ label }} university(by: {{code: 7}}) {LIST} }}"
    )
    assert data["university"] is None
    assert len(data["streams"]) == 2
    assert errors == [(["university", "programs"], "BAD_USER_INPUT")]


async def test_the_path_of_an_error_in_a_list_names_the_row(graph: Graph) -> None:
    data, errors = await answer(graph, f"{{ universities {{ nodes {LIST} }} }}")
    assert data is None
    assert errors == [(["universities", "nodes", 0, "programs"], "BAD_USER_INPUT")]
    query = (
        """{ site: node(id: "%s") { ... on Site {
      programs(first: 1) { edges { node { university { programs(after: "x") { totalCount } } } } }
    } } }"""
        % await _id_of_a_site(graph)
    )
    data, errors = await answer(graph, query)
    assert data == {"site": None}
    path = ["site", "programs", "edges", 0, "node", "university", "programs"]
    assert errors == [(path, "CURSOR_INVALID")]


async def _id_of_a_site(graph: Graph) -> str:
    query = "{ programs(first: 1) { nodes { site { id } } } }"
    identity: str = (await graph.ask(query))["programs"]["nodes"][0]["site"]["id"]
    return identity


@pytest.mark.parametrize(
    "query",
    [
        f"{{ universities(first: 0) {{ nodes {LIST} }} }}",
        f"{{ university(by: {{code: 1}}) {LIST} }}",
        f'{{ node(id: "{LAVAL}") {{ ... on Site {{ programs(first: -1) {{ totalCount }} }} }} }}',
    ],
)
async def test_a_field_that_no_row_asks_for_has_no_error(graph: Graph, query: str) -> None:
    body = (await graph.raw(query)).json()
    assert "errors" not in body


async def test_a_nested_cursor_of_a_version_no_longer_kept_is_an_error_of_its_field(
    graph: Graph,
) -> None:
    query = """query Nested($after: String) { university(by: {code: 7}) {
      name programs(first: 1, after: $after) { edges { cursor } } } dataVersion { number } }"""
    data = await graph.ask(query)
    cursor = data["university"]["programs"]["edges"][0]["cursor"]
    await graph.owner.execute("UPDATE ops.data_version SET number = 7")
    data, errors = await answer(graph, query, after=cursor)
    assert data == {"university": None, "dataVersion": {"number": 7}}
    assert errors == [(["university", "programs"], "CURSOR_EXPIRED")]


async def test_errors_are_the_same_on_both_ways(graph: Graph) -> None:
    fields = f"""one: university(by: {{code: 7}}) {LIST} two: node(id: "?") {{ id }}
      streams {{ label }}"""
    planned = await answer(graph, f"{{ {fields} }}")
    executed = await answer(graph, f"{{ {fields} __schema {{ __typename }} }}")
    assert 'path;desc="executed"' in graph.timing
    assert executed[0].pop("__schema")
    assert executed[0] == planned[0]
    assert sorted(executed[1]) == sorted(planned[1])


@pytest.mark.parametrize(
    "fields", ["__typename", "totalCount", "pageInfo { hasNextPage }", "nodes { name }"]
)
@pytest.mark.parametrize(
    "argument",
    ["first: 101", 'filter: {id: {eq: "!"}}', 'after: "x"', 'filter: {name: {eq: "\\u0000"}}'],
)
async def test_wrong_arguments_are_errors_whatever_is_selected(
    graph: Graph, argument: str, fields: str
) -> None:
    _, errors = await answer(graph, f"{{ programs({argument}) {{ {fields} }} }}")
    assert [path for path, _ in errors] == [["programs"]]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("query ($v: SortDirection) { sites(orderBy: {field: CITY, direction: $v}) { __typename }}",
         ["sites"]),
        ("query ($v: ProgramOrderField = NAME) { programs(orderBy: {field: $v}) { totalCount } }",
         ["programs"]),
        ("query ($v: Int = 1) { programs(filter: {quota: {in: [1, $v]}}) { totalCount } }",
         ["programs"]),
        ("query ($v: UniversityBy = {code: 7}) { university(by: $v) { name } }", ["university"]),
        ("query ($v: Int = 1) { program(by: {key: {iteration: $v, programStreamId: 1}}) { name } }",
         ["program"]),
        ("query ($v: Boolean = true) { university(by: {code: 7}) { name @include(if: $v) } }",
         ["university"]),
        ("query ($v: Boolean = true) { universities { nodes { code @skip(if: $v) } } }",
         ["universities", "nodes", 0]),
        ("query ($v: Boolean = true) { streams @include(if: $v) { label } }", None),
    ],
)  # fmt: skip
async def test_null_where_a_value_is_needed_is_the_clients_error(
    graph: Graph, query: str, path: list[Any] | None
) -> None:
    """Validation lets a nullable variable in where it or the place has a default."""
    _, errors = await answer(graph, query, v=None)
    assert errors == [(path, "BAD_USER_INPUT")]
    (error,) = (await graph.raw(query, {"v": None})).json()["errors"]
    assert "'$v' is null" in error["message"]
    assert "errors" not in (await graph.raw(query)).json()


async def test_a_value_of_none_of_no_values_must_still_be_stated(graph: Graph) -> None:
    query = "{ programs(filter: {quota: {notIn: []}}) { totalCount } }"
    (stated,) = await graph.values("SELECT count(*) FROM core.fact_program WHERE quota IS NOT NULL")
    assert (await graph.ask(query))["programs"]["totalCount"] == stated


async def test_an_id_written_in_another_way_is_not_the_ids_object(graph: Graph) -> None:
    for other in (b"University:007", b"University:7:", b"University:+7"):
        query = f'{{ node(id: "{base64.b64encode(other).decode()}") {{ id }} }}'
        assert (await answer(graph, query))[1] == [(["node"], "BAD_USER_INPUT")]
    assert (await graph.ask(f'{{ node(id: "{LAVAL}") {{ id }} }}'))["node"] == {"id": LAVAL}


async def test_a_page_knows_what_lies_behind_a_cursor_of_another_row(graph: Graph) -> None:
    query = """query Behind($after: String, $before: String) { universities { nodes {
      code programs(first: 100, after: $after, before: $before) {
        edges { cursor node { programStreamId } } pageInfo { hasPreviousPage hasNextPage }
      } } } }"""
    lists = {
        n["code"]: n["programs"]["edges"] for n in (await graph.ask(query))["universities"]["nodes"]
    }
    assert all(lists.values())
    place = lists[7][len(lists[7]) // 2]
    key = place["node"]["programStreamId"]
    for name, flag in (("after", "hasPreviousPage"), ("before", "hasNextPage")):
        data = await graph.ask(query, **{name: place["cursor"]})
        for node in data["universities"]["nodes"]:
            keys = [edge["node"]["programStreamId"] for edge in lists[node["code"]]]
            behind = [k for k in keys if (k <= key if name == "after" else k >= key)]
            assert node["programs"]["pageInfo"][flag] == bool(behind), (name, node["code"])
    for name, flag in (("after", "hasPreviousPage"), ("before", "hasNextPage")):
        first = min(edges[0]["node"]["programStreamId"] for edges in lists.values())
        last = max(edges[-1]["node"]["programStreamId"] for edges in lists.values())
        wanted = first if name == "after" else last
        (cursor,) = [
            edge["cursor"]
            for edges in lists.values()
            for edge in edges
            if edge["node"]["programStreamId"] == wanted
        ]
        nodes = (await graph.ask(query, **{name: cursor}))["universities"]["nodes"]
        assert sum(node["programs"]["pageInfo"][flag] for node in nodes) == 1


# -- variables ------------------------------------------------------------------------------------


async def test_variables_become_what_their_types_say(graph: Graph) -> None:
    query = """query V($length: Float, $size: Int!, $in: [Float!], $key: ID!) {
      programs(first: $size, filter: {lengthYears: {eq: $length, in: $in}}) {
        nodes { lengthYears } }
      node(id: $key) { id } }"""
    given = {"length": 5, "size": 3.0, "in": 5, "key": LAVAL}
    data = await graph.ask(query, **given)
    assert [node["lengthYears"] for node in data["programs"]["nodes"]] == [5, 5, 5]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("Int!", 2**31), ("Int!", -(2**31) - 1), ("Int!", 1.5), ("Int!", "1"), ("Int!", True),
        ("Float!", "1.5"), ("Float!", False), ("String!", 1), ("ID!", 1.5), ("Boolean!", 1),
        ("Boolean!", "true"), ("Province!", "qc"), ("Province!", 1), ("Province!", "ZZ"),
        ("Date!", "2025-02-30"), ("Date!", "4.2.2025"), ("Date!", 20250204), ("Date!", ""),
        ("DateTime!", "2025-02-04T25:00:00Z"), ("DateTime!", 0), ("DateTime!", "yesterday"),
        ("[Int!]!", [1, None]), ("Int!", None), ("IntFilter!", {"equals": 1}),
        ("ProgramOrder!", {"direction": "ASC"}), ("UniversityBy!", {"code": 7, "name": "x"}),
        ("UniversityBy!", {}), ("UniversityBy!", {"code": None}),
    ],
)  # fmt: skip
async def test_values_that_a_variable_may_not_have_are_refused_by_its_name(
    graph: Graph, kind: str, value: Any
) -> None:
    place = {
        "Int!": "programs(first: $v)", "[Int!]!": "programs(filter: {quota: {in: $v}})",
        "Float!": "programs(filter: {lengthYears: {eq: $v}})",
        "String!": "programs(filter: {name: {eq: $v}})", "ID!": "programs(filter: {id: {eq: $v}})",
        "Boolean!": "programs(filter: {quota: {isNull: $v}})",
        "Province!": "programs(filter: {site: {province: {eq: $v}}})",
        "Date!": "programs(filter: {lastApprovedOn: {eq: $v}})",
        "DateTime!": "programs(asOf: $v)", "IntFilter!": "programs(filter: {quota: $v})",
        "ProgramOrder!": "programs(orderBy: [$v])", "UniversityBy!": "university(by: $v)",
    }[kind]  # fmt: skip
    query = f"query V($v: {kind}) {{ {place} {{ __typename }} }}"
    (error,) = await refusals(graph, query, {"v": value})
    assert error[0] == "BAD_USER_INPUT"
    assert "$v" in error[1]


@pytest.mark.parametrize(
    "argument",
    [
        "first: 2147483648", "first: 1.0", 'first: "1"', 'filter: {site: {province: {eq: "QC"}}}',
        "filter: {site: {province: {eq: qc}}}", 'filter: {lastApprovedOn: {eq: "2025-02-30"}}',
        "filter: {lastApprovedOn: {eq: 2025}}", 'asOf: "now"', "filter: {lengthYears: {eq: EN}}",
        "orderBy: [{direction: ASC}]", "orderBy: [{field: NAME, direction: null}]",
    ],
)  # fmt: skip
async def test_values_that_the_document_may_not_have_fail_validation(
    graph: Graph, argument: str
) -> None:
    errors = await refusals(graph, f"{{ programs({argument}) {{ totalCount }} }}", {})
    assert {code for code, _ in errors} == {"GRAPHQL_VALIDATION_FAILED"}


async def test_a_whole_number_stands_for_a_float_and_one_item_for_a_list(graph: Graph) -> None:
    one = "{ programs(filter: {lengthYears: {in: 5}}) { totalCount } }"
    (count,) = await graph.values("SELECT count(*) FROM core.fact_program WHERE length_years = 5")
    assert (await graph.ask(one))["programs"]["totalCount"] == count > 0


# -- answers --------------------------------------------------------------------------------------


async def test_enums_dates_and_times_are_written_as_the_schema_says(graph: Graph) -> None:
    data = await graph.ask(
        """{ dataVersion { publishedAt } programs(first: 100) { nodes {
          programStreamId language accreditation lastApprovedOn applicationLanguages
          interviewDates { startsOn source } } } }"""
    )
    assert data["dataVersion"] == {"publishedAt": "2026-01-01T12:00:00.000000Z"}
    rows = {row["program_stream_id"]: row for row in await graph.rows(
        "SELECT p.*, f.accreditation, f.last_approved_on::text AS day FROM core.dim_program p"
        " JOIN core.fact_program f USING (program_key)"
    )}  # fmt: skip
    for node in data["programs"]["nodes"]:
        row = rows[node["programStreamId"]]
        assert node["language"] == row["language"]
        assert node["accreditation"] == row["accreditation"]
        assert node["lastApprovedOn"] == row["day"]
        assert node["applicationLanguages"] == row["application_languages"]
        assert {date["source"] for date in node["interviewDates"]} <= {"LIST"}
    assert {node["lastApprovedOn"] for node in data["programs"]["nodes"]} == {None, "2025-02-04"}


async def test_directives_on_fragments_decide_over_all_that_is_in_them(graph: Graph) -> None:
    query = """query On($yes: Boolean!, $no: Boolean! = false) {
      university(by: {code: 7}) {
        ...Names @skip(if: $no) ...Place @include(if: $no) ...Place @skip(if: $yes)
        ... @include(if: $yes) { code @skip(if: $no) } ... on Node @skip(if: $yes) { id }
        ...Names @include(if: $no)
      } }
    fragment Names on University { name @include(if: $yes) ...Inner }
    fragment Inner on University { languages @skip(if: $yes) @include(if: $yes) province }
    fragment Place on University { city }"""
    data = await graph.ask(query, yes=True)
    assert list(data["university"]) == ["name", "province", "code"]
    data = await graph.ask(query, yes=False, no=True)
    assert list(data["university"]) == ["city", "id", "province"]


async def test_everything_skipped_leaves_an_empty_object(graph: Graph) -> None:
    query = "{ streams @skip(if: true) { label } }"
    body = (await graph.raw(query)).json()
    assert body["data"] == {}
    data = await graph.ask("{ university(by: {code: 7}) { name @include(if: false) } }")
    assert data == {"university": {}}
    none = await graph.ask("{ university(by: {code: 1}) { name @include(if: false) } }")
    assert none == {"university": None}


async def test_the_operation_that_is_named_is_run(graph: Graph) -> None:
    query = """query One { streams { ...Label } }
      query Two($n: Int!) { sites(first: $n) { totalCount } }
      fragment Label on Stream { label }"""
    one = (await graph.raw(query, operation_name="One")).json()
    assert len(one["data"]["streams"]) == 2
    two = (await graph.raw(query, {"n": 1}, operation_name="Two")).json()
    assert two["data"] == {"sites": {"totalCount": 3}}
    for name, words in ((None, "2 operations"), ("Three", "One, Two"), ("", "2 operations")):
        (error,) = (await graph.raw(query, {"n": 1}, operation_name=name)).json()["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert words in error["message"]
    (error,) = (await graph.raw(query, operation_name="Two")).json()["errors"]
    assert "'$n'" in error["message"]
    (error,) = (await graph.raw("{ __typename }", operation_name="One")).json()["errors"]
    assert "one without a name" in error["message"]
