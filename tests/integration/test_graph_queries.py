"""The graph over real PostgreSQL: answers equal plain SQL, one statement each, pages complete."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_comparisons import in_order
from tests.integration.graph_rows import FIRST, ITERATION, SECOND, Rows, change_quotas, fill

RESPONSE = "application/graphql-response+json"


@pytest.fixture
async def graph(database: Any, tmp_path: Any) -> AsyncIterator[Graph]:
    async with open_graph(database.settings, tmp_path) as graph:
        await fill(graph.owner)
        yield graph


CURRENT = "core.dim_program p JOIN core.fact_program f USING (program_key)"
PAGE = """
query Page($first: Int, $after: String, $last: Int, $before: String, $orderBy: [ProgramOrder!],
           $filter: ProgramFilter) {
  programs(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy,
           filter: $filter) {
    edges { cursor node { programStreamId } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}"""


async def test_a_program_in_full_equals_the_rows_in_the_tables(graph: Graph) -> None:
    key = {"key": {"iteration": ITERATION, "programStreamId": 20_015}}
    data = await graph.ask(
        """query One($by: ProgramBy!) { program(by: $by) {
          programStreamId name url language applicationLanguages quota lengthYears accreditation
          lastApprovedOn applicationVolume { min max label } interviewOfferRate { min max label }
          returnOfService { status text }
          iteration { number name year } discipline { disciplineId name nameFr }
          university { code name city province languages latitude longitude }
          site { label city province isPlace note } stream { label applicantCategory isMilitary }
        } }""",
        by=key,
    )
    (row,) = await graph.rows(
        f"SELECT p.*, f.*, u.name AS u, d.name_fr AS d, s.label AS s FROM {CURRENT}"
        " JOIN core.dim_university u USING (university_key)"
        " JOIN core.dim_discipline d USING (discipline_key)"
        " JOIN core.dim_site s USING (site_key) WHERE program_stream_id = 20015"
    )
    program = data["program"]
    assert program["name"] == row["name"]
    assert program["language"] == row["language"]
    assert program["applicationLanguages"] == row["application_languages"]
    assert program["quota"] == row["quota"]
    assert program["lengthYears"] == row["length_years"]
    approved = row["last_approved_on"]
    assert program["lastApprovedOn"] == (approved.isoformat() if approved else None)
    assert program["interviewOfferRate"] == {"min": 25.5, "max": 50, "label": "26 - 50 %"}
    assert (program["applicationVolume"] is None) == (row["application_volume_label"] is None)
    assert program["university"]["name"] == row["u"]
    assert program["discipline"]["nameFr"] == row["d"]
    assert program["site"]["label"] == row["s"]
    assert program["iteration"] == {"number": ITERATION, "name": "R-1 main", "year": 2025}


async def test_nested_lists_equal_the_children_in_order(graph: Graph) -> None:
    data = await graph.ask(
        """{ programs(first: 100) { nodes { programStreamId
          sections { kind heading text }
          requirements { kind label status quantity tests { name minimumScore }
                         evidence { start quote } }
          selectionCriteria { component isEvaluated weightPercent }
          interviewDates { startsOn endsOn source }
          trainingSites { name form }
          evidence(field: QUOTA) { record section start end quote parserVersion }
        } } }"""
    )
    found = {n["programStreamId"]: n for n in data["programs"]["nodes"]}
    expected: dict[int, list[Any]] = {}
    for row in await graph.rows(
        "SELECT p.program_stream_id, r.* FROM core.dim_program p LEFT JOIN"
        " core.program_requirement r USING (program_key) ORDER BY 1, r.ordinal"
    ):
        kept = expected.setdefault(row["program_stream_id"], [])
        if row["kind"]:
            tests = await graph.rows(
                'SELECT name, minimum_score AS "minimumScore" FROM core.requirement_test'
                " WHERE program_key = $1 AND requirement_ordinal = $2 ORDER BY ordinal",
                row["program_key"], row["ordinal"],
            )  # fmt: skip
            names = ("kind", "label", "status", "quantity")
            kept.append({n: row[n] for n in names} | {"tests": [dict(t) for t in tests]})
    assert found.keys() == expected.keys()
    for key, program in found.items():
        for requirement in program["requirements"]:
            assert requirement.pop("evidence") == {"start": 1, "quote": 'a "quoted"\nline \u2028'}
        assert program["requirements"] == expected[key]
        assert program["sections"][0]["text"] == "Ligne\tde texte – œuvre \x07 “é”\n" * 2
        assert [e["start"] for e in program["evidence"]] == [0]
        dates = [d["startsOn"] for d in program["interviewDates"]]
        assert dates == sorted(dates)


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field_", ["QUOTA", "NAME", "UNIVERSITY_NAME", "LAST_APPROVED_ON"])
@pytest.mark.parametrize("is_backward", [False, True])
async def test_pages_lose_and_repeat_nothing_with_ties_and_nulls(
    graph: Graph, direction: str, field_: str, is_backward: bool
) -> None:
    column = {"QUOTA": "f.quota", "NAME": "p.name", "UNIVERSITY_NAME": "u.name",
              "LAST_APPROVED_ON": "f.last_approved_on"}[field_]  # fmt: skip
    rows = await graph.rows(
        f"SELECT {column}, program_stream_id FROM {CURRENT}"
        " JOIN core.dim_university u USING (university_key)"
    )
    expected = [row[1] for row in in_order(rows, direction, is_word=False)]
    found: list[int] = []
    cursor = None
    order = [{"field": field_, "direction": direction}]
    size, position = ("last", "before") if is_backward else ("first", "after")
    while True:
        page = (await graph.ask(PAGE, **{size: 9, position: cursor, "orderBy": order}))["programs"]
        keys = [edge["node"]["programStreamId"] for edge in page["edges"]]
        found = keys + found if is_backward else found + keys
        info = page["pageInfo"]
        assert info["startCursor"] == page["edges"][0]["cursor"]
        assert info["endCursor"] == page["edges"][-1]["cursor"]
        ahead, behind = "hasNextPage", "hasPreviousPage"
        if is_backward:
            ahead, behind = behind, ahead
        assert info[behind] == (cursor is not None)
        cursor = info["startCursor" if is_backward else "endCursor"]
        if not info[ahead]:
            break
    assert found == expected


async def test_totals_and_aggregates_cover_all_pages(graph: Graph) -> None:
    data = await graph.ask(
        """{ programs(first: 1, filter: {university: {province: {eq: QC}}}) { totalCount aggregate {
          count quota { sum avg min max } lengthYears { sum avg min max } } } }"""
    )
    (row,) = await graph.rows(
        "SELECT count(*), sum(quota), avg(quota)::float8 AS mean, min(quota), max(quota),"
        f" sum(length_years) AS years FROM {CURRENT} JOIN core.dim_university u"
        " USING (university_key) WHERE u.province = 'QC'"
    )
    page = data["programs"]
    assert page["totalCount"] == page["aggregate"]["count"] == row["count"]
    quota = {"sum": row["sum"], "avg": row["mean"], "min": row["min"], "max": row["max"]}
    assert page["aggregate"]["quota"] == quota
    assert page["aggregate"]["lengthYears"]["sum"] == row["years"]


@pytest.mark.parametrize(
    ("condition", "sql"),
    [
        ("{quota: {eq: 5}}", "quota = 5"),
        ("{quota: {ne: 5}}", "quota <> 5"),
        ("{quota: {in: [1, 2]}}", "quota IN (1, 2)"),
        ("{quota: {in: []}}", "false"),
        ("{quota: {notIn: [1, 2]}}", "quota NOT IN (1, 2)"),
        ("{quota: {gt: 1, lte: 5}}", "quota > 1 AND quota <= 5"),
        ("{quota: {isNull: true}}", "quota IS NULL"),
        ("{quota: {eq: null}}", "true"),
        ("{not: {quota: {gt: 2}}}", "(quota > 2) IS NOT TRUE"),
        ("{or: [{quota: {eq: 1}}, {language: {eq: FR}}]}", "quota = 1 OR language = 'FR'"),
        ("{or: []}", "false"),
        ("{and: [{quota: {gte: 2}}, {lengthYears: {isNull: true}}]}",
         "quota >= 2 AND length_years IS NULL"),
        ("{lengthYears: {lt: 3.5}}", "length_years < 3.5"),
        ('{lastApprovedOn: {gte: "2025-02-04"}}', "last_approved_on >= '2025-02-04'"),
        ("{applicationLanguages: {contains: FR}}", "'FR' = ANY (application_languages)"),
        ("{applicationLanguages: {containsAll: [EN, FR]}}", "application_languages @> '{EN,FR}'"),
        ('{university: {name: {contains: "UNIVERSITE"}}}', "u.name = 'Université Laval'"),
        ('{university: {name: {startsWith: "mcg"}}}', "u.name = 'McGill University'"),
        ('{university: {name: {contains: "%"}}}', "false"),
        ('{university: {languages: {containsAny: [FR]}, not: {city: {eq: "Québec"}}}}',
         "u.name = 'McGill University'"),
        ("{applicationVolume: {min: {gte: 201}}}", "application_volume_min >= 201"),
        ("{stream: {isReturnOfService: {eq: true}}}", "stream_key = 2"),
    ],
)  # fmt: skip
async def test_filters_keep_what_sql_keeps(graph: Graph, condition: str, sql: str) -> None:
    data = await graph.ask(f"{{ programs(filter: {condition}) {{ totalCount }} }}")
    (row,) = await graph.rows(
        f"SELECT count(*) FROM {CURRENT} JOIN core.dim_university u USING (university_key)"
        f" WHERE {sql}"
    )
    assert data["programs"]["totalCount"] == row[0]


async def test_a_filter_in_a_variable_is_bound_and_its_shape_planned(graph: Graph) -> None:
    totals = {}
    for given in (
        {"quota": {"eq": 5}},
        {"quota": {"eq": 2}},
        None,
        {"university": {"code": {"eq": 7}}},
    ):
        totals[json.dumps(given)] = (await graph.ask(PAGE, filter=given))["programs"]["totalCount"]
    assert totals["null"] == 57
    for quota in (5, 2):
        (row,) = await graph.rows(f"SELECT count(*) FROM {CURRENT} WHERE quota = $1", quota)
        assert totals[json.dumps({"quota": {"eq": quota}})] == row[0]


async def test_aliases_fragments_directives_and_typename_come_together(graph: Graph) -> None:
    query = """
    query Mixed($yes: Boolean!, $no: Boolean!) {
      __typename
      few: programs(first: 2) { ...Page }
      more: programs(first: 3) { ...Page }
      streams @skip(if: $yes) { label }
      sites(first: 1) @include(if: $no) { totalCount }
    }
    fragment Page on ProgramConnection {
      nodes { ...Names ... on Program @include(if: $yes) { kind: __typename name }
              ... on Node { id } }
      nodes { site { __typename label @skip(if: $no) } }
    }
    fragment Names on Program { title: name name }
    """
    data = await graph.ask(query, yes=True, no=False)
    assert list(data) == ["__typename", "few", "more"]
    assert data["__typename"] == "Query"
    assert data["more"]["nodes"][:2] == data["few"]["nodes"]
    node = data["few"]["nodes"][0]
    assert list(node) == ["title", "name", "kind", "id", "site"]
    assert node["kind"] == "Program"
    assert list(node["site"]) == ["__typename", "label"]
    assert list(await graph.ask(query, yes=False, no=True)) == [
        "__typename", "few", "more", "streams", "sites"]  # fmt: skip


async def test_nested_pages_are_cut_for_each_row(graph: Graph) -> None:
    data = await graph.ask(
        """{ universities(orderBy: [{field: CODE}]) { totalCount nodes { code
          programs(first: 2, orderBy: [{field: QUOTA, direction: DESC}],
                   filter: {quota: {gte: 2}}) {
            totalCount edges { cursor node { programStreamId } } pageInfo { hasNextPage } } } } }"""
    )
    assert data["universities"]["totalCount"] == 4
    for university in data["universities"]["nodes"]:
        rows = await graph.rows(
            f"SELECT program_stream_id FROM {CURRENT} WHERE university_key * 7 = $1 AND quota >= 2"
            " ORDER BY quota DESC, program_stream_id", university["code"],
        )  # fmt: skip
        page = university["programs"]
        assert page["totalCount"] == len(rows)
        assert [e["node"]["programStreamId"] for e in page["edges"]] == [r[0] for r in rows[:2]]
        assert page["pageInfo"]["hasNextPage"] == (len(rows) > 2)


async def test_every_kind_of_object_is_found_again_by_its_id(graph: Graph) -> None:
    data = await graph.ask(
        """{ programs(first: 1) { nodes { id } } sites { nodes { id label } } streams { id label }
          universities { nodes { id } } disciplines { nodes { id } } iterations { id } }"""
    )
    ids = [data["programs"]["nodes"][0]["id"], data["iterations"][0]["id"]]
    for name in ("sites", "universities", "disciplines"):
        ids += [node["id"] for node in data[name]["nodes"]]
    ids += [stream["id"] for stream in data["streams"]]
    for one in ids:
        query = "query Again($id: ID!) { node(id: $id) { id __typename ... on Site { label } } }"
        assert (await graph.ask(query, id=one))["node"]["id"] == one
    assert (await graph.ask('{ node(id: "U2l0ZTphOmI6Yw==") { id } }'))["node"] is None
    for by in ({"code": 7}, {"name": "Université Laval"}):
        query = "query U($by: UniversityBy!) { university(by: $by) { name } }"
        assert (await graph.ask(query, by=by))["university"]["name"] == "Université Laval"


async def test_as_of_reads_the_versions_that_held_then(graph: Graph) -> None:
    query = """query At($asOf: DateTime) { programs(first: 100, asOf: $asOf) {
      nodes { programStreamId quota } aggregate { quota { max } } } }"""
    before = (await graph.ask(query))["programs"]
    await change_quotas(graph.owner)
    now = (await graph.ask(query))["programs"]
    assert now["aggregate"]["quota"]["max"] == 99
    assert (await graph.ask(query, asOf=FIRST.isoformat()))["programs"] == before
    assert (await graph.ask(query, asOf="2026-01-20T00:00:00"))["programs"] == before
    assert (await graph.ask(query, asOf=SECOND.isoformat()))["programs"] == now
    assert (await graph.ask(query, asOf="2020-01-01T00:00:00Z"))["programs"]["nodes"] == []


async def test_pages_begun_before_a_publication_end_in_its_old_version(graph: Graph) -> None:
    order = [{"field": "QUOTA", "direction": "DESC"}]
    expected = [r[0] for r in await graph.rows(
        f"SELECT program_stream_id FROM {CURRENT} ORDER BY quota DESC NULLS LAST, program_stream_id"
    )]  # fmt: skip
    found, cursor = [], None
    while True:
        page = (await graph.ask(PAGE, first=20, after=cursor, orderBy=order))["programs"]
        found += [edge["node"]["programStreamId"] for edge in page["edges"]]
        if cursor is None:
            await change_quotas(graph.owner)
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == expected


async def test_a_cursor_of_a_version_no_longer_kept_has_expired(graph: Graph) -> None:
    page = (await graph.ask(PAGE, first=2))["programs"]
    await graph.owner.execute("UPDATE ops.data_version SET number = 7")
    error = await graph.refused(PAGE, first=2, after=page["pageInfo"]["endCursor"])
    assert error["extensions"]["code"] == "CURSOR_EXPIRED"
    assert "'after'" in error["message"]
    assert "first page" in error["message"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ("first: 101", "BAD_USER_INPUT", "'first' is 101"),
        ("first: -1", "BAD_USER_INPUT", "'first' is -1"),
        ("first: 1, last: 1", "BAD_USER_INPUT", "'first' and 'last'"),
        ('after: "no cursor"', "CURSOR_INVALID", "'after'"),
        ('before: "MQ"', "CURSOR_INVALID", "'before'"),
        ('filter: {id: {eq: "U2l0ZTphOmI6Yw=="}}', "BAD_USER_INPUT", "'id.eq'"),
        ('filter: {name: {contains: "\\u0000"}}', "BAD_USER_INPUT", "'name.contains' has"),
        ('filter: {name: {in: ["\\u0000"]}}', "BAD_USER_INPUT", "'name.in' has the character"),
        ('asOf: "0001-01-01T00:00:00+14:00"', "BAD_USER_INPUT",
         "'asOf' is 0001-01-01T00:00:00+14:00, which lies outside the years 1 to 9999"),
    ],
)  # fmt: skip
async def test_wrong_arguments_are_named_with_a_code(
    graph: Graph, arguments: str, code: str, words: str
) -> None:
    error = await graph.refused(f"{{ programs({arguments}) {{ nodes {{ name }} }} }}")
    assert error["extensions"]["code"] == code
    assert words in error["message"]
    assert error["path"] == ["programs"]


async def test_an_error_in_a_nullable_root_field_leaves_the_others(graph: Graph) -> None:
    answer = (await graph.raw('{ wrong: node(id: "!") { id } streams { label } }')).json()
    assert answer["data"]["wrong"] is None
    assert len(answer["data"]["streams"]) == 2
    assert answer["errors"][0]["path"] == ["wrong"]


async def test_cursors_of_another_list_are_refused(graph: Graph) -> None:
    page = (await graph.ask(PAGE, first=2))["programs"]
    cursor = page["pageInfo"]["endCursor"]
    for other in ({"filter": {"quota": {"eq": 2}}}, {"orderBy": [{"field": "NAME"}]}):
        error = await graph.refused(PAGE, first=2, after=cursor, **other)
        assert error["extensions"]["code"] == "CURSOR_INVALID"
    tampered = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    error = await graph.refused(PAGE, first=2, after=tampered)
    assert error["extensions"]["code"] == "CURSOR_INVALID"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ programs {", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query V($n: Int!) { programs(first: $n) { totalCount } }", "BAD_USER_INPUT"),
        ("{ program(by: {}) { name } }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_refused_requests_are_400_for_the_new_media_type_only(
    graph: Graph, query: str, code: str
) -> None:
    response = await graph.raw(query, headers={"accept": RESPONSE})
    assert response.status_code == 400
    assert "data" not in response.json()
    assert response.json()["errors"][0]["extensions"]["code"] == code
    assert response.headers["content-type"].startswith(RESPONSE)
    assert (await graph.raw(query)).status_code == 200
    assert graph.reader.statements == []


async def test_introspection_and_mixed_operations_are_executed_and_counted(graph: Graph) -> None:
    query = "{ __schema { queryType { name } } streams { label } sites(first: 1) { totalCount } }"
    mixed = await graph.ask(query, path="executed")
    assert len(graph.reader.statements) == 2
    planned = await graph.ask("{ streams { label } sites(first: 1) { totalCount } }")
    assert {**planned, "__schema": {"queryType": {"name": "Query"}}} == mixed
    metrics = (await graph.client.get("/metrics")).text
    assert 'residency_graph_operations_total{path="executed"} 1' in metrics
    assert 'residency_graph_operations_total{path="planned"} 1' in metrics


async def test_planned_and_executed_answers_are_equal(graph: Graph) -> None:
    fields = """
      programs(first: 3, orderBy: [{field: QUOTA, direction: DESC}]) { totalCount
        edges { cursor node { id name quota university { name } requirements { label } } }
        pageInfo { hasNextPage endCursor } aggregate { quota { avg } } }
      node(id: "VW5pdmVyc2l0eTo3") { ... on University { name programs(first: 1) { totalCount } } }
      dataVersion { number publishedAt isSample }
      streams { label isMilitary }
    """
    planned = await graph.ask(f"{{ {fields} }}")
    executed = await graph.ask(f"{{ {fields} __schema {{ __typename }} }}", path="executed")
    del executed["__schema"]
    assert executed == planned
    for wrong in ('node(id: "!") { id }', "programs(first: 101) { totalCount }"):
        one = (await graph.raw(f"{{ {wrong} }}")).json()
        other = (await graph.raw(f"{{ {wrong} __schema {{ __typename }} }}")).json()
        assert one["errors"][0]["message"] == other["errors"][0]["message"]
        assert one["errors"][0]["path"] == other["errors"][0]["path"]
        assert one["errors"][0]["extensions"]["code"] == other["errors"][0]["extensions"]["code"]


async def test_ten_times_the_rows_is_still_one_statement(graph: Graph) -> None:
    lists = "requirements { label tests { name } }"
    query = f"{{ programs(first: 100) {{ totalCount nodes {{ name {lists} }} }} }}"
    await graph.ask(query)
    (statement,) = graph.reader.statements
    await graph.owner.execute("TRUNCATE core.dim_program, ops.load_run, landing.file,"
                              " core.dim_location, core.dim_discipline, core.dim_stream,"
                              " core.dim_match_iteration CASCADE")  # fmt: skip
    await fill(graph.owner, Rows(programs=570))
    data = await graph.ask(query)
    assert graph.reader.statements == [statement]
    assert data["programs"]["totalCount"] == 570
    assert len(data["programs"]["nodes"]) == 100


async def test_fifty_operations_at_once_on_cold_connections_all_answer(graph: Graph) -> None:
    query = "query P($n: Int!) { programs(first: $n) { nodes { name site { label } } } }"

    async def one(size: int) -> int:
        body = {"query": query, "variables": {"n": size}}
        answer = (await graph.client.post("/graphql", json=body)).json()
        return len(answer["data"]["programs"]["nodes"])

    assert await asyncio.gather(*map(one, range(1, 51))) == list(range(1, 51))


async def test_contacts_are_out_of_reach(graph: Graph) -> None:
    sdl = (await graph.client.get("/schema.graphql")).text
    assert "ProgramContact" not in sdl
    with pytest.raises(Exception, match="permission denied"):
        await graph.reader.fetch_rows("SELECT * FROM core.program_contact")


async def test_get_answers_queries_and_health_is_told(graph: Graph) -> None:
    response = await graph.client.get("/graphql", params={"query": "{ dataVersion { number } }"})
    assert response.json()["data"] == {"dataVersion": {"number": 1}}
    assert (await graph.client.get("/healthz")).text == "ok\n"
    assert (await graph.client.get("/readyz")).text == "ready: data version 1\n"
    page = await graph.client.get("/graphql", headers={"accept": "text/html"})
    assert "graphiql" in page.text.lower()
    assert "Sample data" in page.text


@pytest.mark.parametrize(
    ("method", "options", "status"),
    [
        ("POST", {"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ("POST", {"json": [{"query": "{ __typename }"}]}, 400),
        ("POST", {"json": {"query": 1}}, 400),
        ("POST", {"json": {"query": "{ __typename }", "variables": []}}, 400),
        ("POST", {"content": b"x", "headers": {"content-type": "text/plain"}}, 415),
        ("POST", {"json": {"query": "x" * 1_000_001}}, 413),
        ("PUT", {"json": {"query": "{ __typename }"}}, 405),
        ("POST", {"json": {"query": "{ a }"}, "headers": {"accept": "text/plain"}}, 406),
    ],
)
async def test_requests_that_are_no_graphql_get_a_fitting_status(
    graph: Graph, method: str, options: dict[str, Any], status: int
) -> None:
    response = await graph.client.request(method, "/graphql", **options)
    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_without_data_the_graph_says_so(graph: Graph) -> None:
    await graph.owner.execute("TRUNCATE ops.load_run CASCADE")
    error = await graph.refused("{ dataVersion { number } }")
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert "residency load" in error["message"]
    assert (await graph.client.get("/readyz")).status_code == 503
    assert (await graph.ask("{ programs { totalCount nodes { name } } }"))["programs"] == {
        "totalCount": 0, "nodes": []}  # fmt: skip


async def test_errors_of_the_database_are_masked_with_a_number(
    graph: Graph, caplog: pytest.LogCaptureFixture
) -> None:
    await graph.owner.execute("ALTER TABLE core.dim_stream RENAME COLUMN label TO other")
    response = await graph.raw("{ streams { label } }")
    (error,) = response.json()["errors"]
    assert response.status_code == 500
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "label" not in error["message"]
    number = error["message"].split()[-1].rstrip(".")
    assert number in caplog.text
