"""On the published files: every answer of the graph equals plain SQL over the same database."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from graph.planner.globalid import encode
from graph.planner.sources import ORDERS as DECLARED_ORDERS
from graph.planner.weights import UNIT_BYTES, size_of
from graph.schema import build_schema
from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_comparisons import (
    FILTERS,
    ORDERS,
    PROGRAMS,
    filtered,
    filtered_by_sql,
    paged,
    paged_in_python,
)
from warehouse.masking import contains_contact

SHARED = Path(os.environ.get("RESIDENCY_SHARED", "../shared")) / "data" / "carms"
ITERATION = 1503
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not SHARED.is_dir(), reason=f"the published files are not at {SHARED} (RESIDENCY_SHARED)"
    ),
]
SPAN = "{ field record section start end quote parserVersion }"
LISTS = """query Lists($after: String) { programs(first: 100, after: $after) {
  pageInfo { hasNextPage endCursor }
  nodes {
    programStreamId
    sections { kind heading text evidence { start end quote } }
    requirements { kind label status quantity minWords maxWords tests { name minimumScore }
                   evidence { start end quote } }
    selectionCriteria { phase component label isEvaluated text weightPercent
                        evidence { start end quote } }
    interviewDates { startsOn endsOn source evidence { start end quote } }
    trainingSites { name form evidence { start end quote } }
  }
} }"""
CHILDREN = {
    "sections": ("program_section", "kind, heading, text", "ordinal"),
    "requirements": (
        "program_requirement",
        'kind, label, status, quantity, min_words AS "minWords", max_words AS "maxWords"',
        "ordinal",
    ),
    "selectionCriteria": (
        "selection_criterion",
        (
            'phase, component, label, is_evaluated AS "isEvaluated", text,'
            ' weight_percent AS "weightPercent"'
        ),
        "ordinal",
    ),
    "interviewDates": (
        "interview_date",
        'starts_on::text AS "startsOn", ends_on::text AS "endsOn", source',
        "starts_on, ordinal",
    ),
    "trainingSites": ("program_training_site", "name, form", "ordinal"),
}
"""From a list of a program to its table, its columns and its order."""


@pytest.fixture
async def graph(real_files: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(real_files.settings, tmp_path) as graph:
        yield graph


async def all_pages(graph: Graph, query: str) -> list[Any]:
    """Return the nodes of all pages of the root field ``programs``."""
    nodes: list[Any] = []
    cursor = None
    while True:
        page = (await graph.ask(query, after=cursor))["programs"]
        nodes += page["nodes"]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes


async def test_every_filter_keeps_what_sql_keeps(graph: Graph) -> None:
    kept = {}
    for condition, sql in FILTERS.items():
        found = await filtered(graph, condition)
        assert found == await filtered_by_sql(graph, sql), condition
        kept[condition] = found["count"]
    assert kept["{}"] == 815
    assert sum(0 < count < 815 for count in kept.values()) > 45  # comparisons that tell something


async def test_every_order_is_that_of_python_both_ways_to_the_last_page(graph: Graph) -> None:
    assert ORDERS.keys() == DECLARED_ORDERS["Program"].keys()
    for field in ORDERS:
        for direction in ("ASC", "DESC"):
            expected = await paged_in_python(graph, field, direction)
            for is_backward in (False, True):
                found = await paged(graph, field, direction, size=97, is_backward=is_backward)
                assert found == expected, (field, direction, is_backward)
    expected = await paged_in_python(graph, "LENGTH_YEARS", "DESC")
    assert await paged(graph, "LENGTH_YEARS", "DESC", size=7, is_backward=True) == expected


async def test_scalars_and_relations_of_every_program_equal_the_tables(graph: Graph) -> None:
    nodes = await all_pages(
        graph,
        """query All($after: String) { programs(first: 100, after: $after) {
          pageInfo { hasNextPage endCursor } nodes {
            programStreamId name url language applicationLanguages quota lengthYears accreditation
            lastApprovedOn applicationVolume { min max label } interviewOfferRate { min max label }
            returnOfService { status text } iteration { number name year }
            discipline { disciplineId name nameFr } university { code name province languages }
            site { label city province latitude longitude isPlace note }
            stream { label applicantCategory isReturnOfService isMilitary } } } }""",
    )
    expected = await graph.values(
        """SELECT jsonb_build_object(
          'programStreamId', p.program_stream_id, 'name', p.name, 'url', p.url,
          'language', p.language, 'applicationLanguages', p.application_languages,
          'quota', f.quota, 'lengthYears', f.length_years, 'accreditation', f.accreditation,
          'lastApprovedOn', f.last_approved_on,
          'applicationVolume', CASE WHEN num_nonnulls(application_volume_min,
              application_volume_max, application_volume_label) > 0 THEN jsonb_build_object(
              'min', application_volume_min, 'max', application_volume_max,
              'label', application_volume_label) END,
          'interviewOfferRate', CASE WHEN num_nonnulls(interview_offer_percent_min,
              interview_offer_percent_max, interview_offer_label) > 0 THEN jsonb_build_object(
              'min', interview_offer_percent_min, 'max', interview_offer_percent_max,
              'label', interview_offer_label) END,
          'returnOfService', CASE WHEN num_nonnulls(return_of_service_status,
              return_of_service_text) > 0 THEN jsonb_build_object(
              'status', return_of_service_status, 'text', return_of_service_text) END,
          'iteration', jsonb_build_object('number', m.match_iteration_id, 'name', m.name,
              'year', m.year),
          'discipline', jsonb_build_object('disciplineId', d.discipline_id, 'name', d.name,
              'nameFr', d.name_fr),
          'university', jsonb_build_object('code', u.school_code, 'name', u.name,
              'province', u.province, 'languages', u.languages),
          'site', jsonb_build_object('label', s.label, 'city', s.city, 'province', s.province,
              'latitude', s.latitude, 'longitude', s.longitude, 'isPlace', s.is_place,
              'note', s.note),
          'stream', jsonb_build_object('label', t.label, 'applicantCategory',
              t.applicant_category, 'isReturnOfService', t.is_return_of_service,
              'isMilitary', t.is_military)
        )::text FROM """ + PROGRAMS + " WHERE p.is_current ORDER BY p.program_stream_id"
    )  # fmt: skip
    assert nodes == [orjson.loads(text) for text in expected]


async def test_lists_of_every_program_equal_the_tables_and_hold_no_contact(graph: Graph) -> None:
    found = {node["programStreamId"]: node for node in await all_pages(graph, LISTS)}
    assert len(found) == 815
    accepted = await accepted_tests(graph)
    expected: dict[str, dict[int, list[Any]]] = {}
    for name, (table, columns, order) in CHILDREN.items():
        lists = expected[name] = defaultdict(list)
        for row in await graph.rows(
            f"""SELECT c.*, e.span_start, e.span_end, e.quote, program_stream_id FROM (
                  SELECT program_key, ordinal, evidence_ordinal, {columns} FROM core.{table}) c
                JOIN core.dim_program p USING (program_key)
                JOIN core.program_evidence e ON e.program_key = c.program_key
                  AND e.ordinal = c.evidence_ordinal
                WHERE is_current ORDER BY program_stream_id,
                  {order.replace("starts_on", '"startsOn"').replace("ordinal", "c.ordinal")}"""
        ):
            value = dict(row)
            key = value.pop("program_stream_id")
            span = {"start": value.pop("span_start"), "end": value.pop("span_end"),
                    "quote": value.pop("quote")}  # fmt: skip
            place = (value.pop("program_key"), value.pop("ordinal"))
            del value["evidence_ordinal"]
            lists[key].append(value | {"evidence": span})
            if name == "requirements":
                lists[key][-1]["tests"] = accepted[place]
    addresses = re.compile(r"[\w.+-]+@[\w-]+\.\w")
    for key, node in found.items():
        for name in CHILDREN:
            assert node[name] == expected[name][key], (key, name)
        text = orjson.dumps(node).decode()
        assert not addresses.search(text), key
        assert not any(contains_contact(section["text"]) for section in node["sections"]), key


async def accepted_tests(graph: Graph) -> dict[tuple[int, int], list[dict[str, Any]]]:
    """Return the tests that requirements accept, by program version and requirement."""
    found: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in await graph.rows("SELECT * FROM core.requirement_test ORDER BY ordinal"):
        test = {"name": row["name"], "minimumScore": row["minimum_score"]}
        found[row["program_key"], row["requirement_ordinal"]].append(test)
    return found


async def test_evidence_of_every_field_slices_to_what_it_quotes(graph: Graph) -> None:
    """Against the landed payloads, which only the owner can read."""
    fields = list(build_schema()._schema.type_map["ProgramField"].values)  # type: ignore[union-attr]
    assert len(fields) == 15
    assert "CONTACTS" not in fields
    spans = " ".join(f"{field}: evidence(field: {field}) {SPAN}" for field in fields)
    query = f"""query Spans($after: String) {{ programs(first: 100, after: $after) {{
      pageInfo {{ hasNextPage endCursor }} nodes {{ programStreamId {spans} }} }} }}"""
    payloads = {}
    expected: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for row in await graph.rows(
        "SELECT program_stream_id, e.* FROM core.program_evidence e JOIN core.dim_program USING"
        " (program_key) WHERE is_current ORDER BY program_key, ordinal"
    ):
        expected[row["program_stream_id"], row["field"]].append(row)
    for row in await graph.rows(
        "SELECT record_key, payload FROM landing.record WHERE record_key IN"
        " (SELECT record_key FROM core.program_evidence)"
    ):
        payloads[row["record_key"]] = row["payload"]
    quotes = 0
    for node in await all_pages(graph, query):
        for field in fields:
            rows = expected[node["programStreamId"], field]
            assert len(node[field]) == len(rows)
            for span, row in zip(node[field], rows, strict=True):
                assert (span["start"], span["end"]) == (row["span_start"], row["span_end"])
                assert (span["field"], span["section"]) == (field, row["section"])
                assert (span["record"], span["quote"]) == (row["record_name"], row["quote"])
                assert span["section"] not in {"DIRECTOR", "PROGRAM_CONTACTS"}
                slice_ = payloads[row["record_key"]][span["start"] : span["end"]]
                assert slice_ or field == "SECTIONS"  # a heading may have nothing below it
                if span["quote"] is not None:
                    quotes += 1
                    assert len(span["quote"]) == len(slice_)
                    pairs = zip(span["quote"], slice_, strict=True)
                    assert all(shown in (real, "•") for shown, real in pairs)
    assert quotes > 40_000


async def test_arguments_of_lists_keep_what_sql_keeps(graph: Graph) -> None:
    nodes = await all_pages(
        graph,
        """query Kept($after: String) { programs(first: 100, after: $after) {
          pageInfo { hasNextPage endCursor } nodes { programStreamId
            two: sections(kinds: [INTERVIEWS, TRAINING_SITES]) { kind }
            none: sections(kinds: []) { kind }
            letters: requirements(filter: {kind: {eq: REFERENCE_LETTER}, quantity: {gte: 3}}) {
              quantity }
            unlike: requirements(filter: {not: {status: {eq: REQUIRED}}}) { status }
            weighed: selectionCriteria(filter: {weightPercent: {gt: 0}}) { weightPercent }
            refused: selectionCriteria(filter: {isEvaluated: {eq: false}, phase: {ne: INTERVIEW}})
              { isEvaluated phase }
            words: selectionCriteria(filter: {text: {contains: "ELECTIVE"}}) { text }
          } } }""",
    )
    conditions = {
        "two": ("program_section", "kind IN ('INTERVIEWS', 'TRAINING_SITES')"),
        "none": ("program_section", "false"),
        "letters": ("program_requirement", "kind = 'REFERENCE_LETTER' AND quantity >= 3"),
        "unlike": ("program_requirement", "status IS DISTINCT FROM 'REQUIRED'"),
        "weighed": ("selection_criterion", "weight_percent > 0"),
        "refused": ("selection_criterion", "NOT is_evaluated AND phase <> 'INTERVIEW'"),
        "words": ("selection_criterion", "text ~* '[eé]lective'"),
    }
    for alias, (table, condition) in conditions.items():
        counts = dict(
            await graph.rows(
                f"SELECT program_stream_id, count(*) FROM core.{table} JOIN core.dim_program"
                f" USING (program_key) WHERE is_current AND ({condition}) GROUP BY 1"
            )
        )
        found = {n["programStreamId"]: len(n[alias]) for n in nodes if n[alias]}
        assert found == counts, alias
        assert bool(counts) == (alias != "none")


async def test_ids_of_every_object_lead_back_to_it(graph: Graph) -> None:
    keys = {
        "Program": "SELECT match_iteration_id, program_stream_id FROM core.dim_program",
        "University": "SELECT school_code FROM core.dim_university",
        "Discipline": "SELECT discipline_id FROM core.dim_discipline",
        "Site": "SELECT label, city, province FROM core.dim_site",
        "Stream": "SELECT label FROM core.dim_stream",
        "MatchIteration": "SELECT match_iteration_id FROM core.dim_match_iteration",
    }
    for name, sql in keys.items():
        ids = [encode(name, tuple(row)) for row in await graph.rows(f"{sql} WHERE is_current")]
        for start in range(0, len(ids), 90):
            some = ids[start : start + 90]
            nodes = " ".join(
                f'n{i}: node(id: "{one}") {{ __typename id }}' for i, one in enumerate(some)
            )
            found = (await graph.ask(f"{{ {nodes} }}")).values()
            assert [node["id"] for node in found] == some
            assert {node["__typename"] for node in found} == {name}
    by = [{"id": encode("Program", (ITERATION, 27447))},
          {"key": {"iteration": ITERATION, "programStreamId": 27447}}]  # fmt: skip
    query = "query By($by: ProgramBy!) { program(by: $by) { id name quota } }"
    one, other = [(await graph.ask(query, by=how))["program"] for how in by]
    assert one == other is not None
    missing = {"key": {"iteration": ITERATION - 1, "programStreamId": 27447}}
    assert (await graph.ask(query, by=missing))["program"] is None


async def test_pages_within_universities_and_their_totals_equal_sql(graph: Graph) -> None:
    data = await graph.ask(
        """{ universities(first: 100, orderBy: [{field: CODE}]) { totalCount nodes { code
          programs(first: 4, orderBy: [{field: QUOTA, direction: DESC}],
                   filter: {stream: {applicantCategory: {eq: IMG}}}) {
            totalCount aggregate { quota { sum } } nodes { programStreamId }
            pageInfo { hasNextPage } } } } }"""
    )
    assert data["universities"]["totalCount"] == 18
    for university in data["universities"]["nodes"]:
        rows = await graph.rows(
            f"SELECT p.program_stream_id, f.quota FROM {PROGRAMS} WHERE p.is_current"
            " AND u.school_code = $1 AND t.applicant_category = 'IMG'"
            " ORDER BY f.quota DESC NULLS LAST, p.program_stream_id",
            university["code"],
        )
        page = university["programs"]
        assert page["totalCount"] == len(rows)
        assert page["aggregate"]["quota"]["sum"] == (sum(r[1] for r in rows) if rows else None)
        assert [n["programStreamId"] for n in page["nodes"]] == [r[0] for r in rows[:4]]
        assert page["pageInfo"]["hasNextPage"] == (len(rows) > 4)


async def test_times_and_iterations_without_programs_are_empty(graph: Graph) -> None:
    (published,) = await graph.values("SELECT published_at FROM ops.data_version")
    before = (published - dt.timedelta(microseconds=1)).isoformat()
    query = """query At($asOf: DateTime, $iteration: Int) {
      programs(asOf: $asOf, iteration: $iteration, first: 1) {
        totalCount nodes { name } aggregate { quota { sum } } }
      dataVersion { number isSample programCount } }"""
    for arguments, count in (
        ({"asOf": published.isoformat()}, 815),
        ({"asOf": before}, 0),
        ({"iteration": ITERATION}, 815),
        ({"iteration": 1}, 0),
        ({"asOf": before, "iteration": ITERATION}, 0),
    ):
        data = await graph.ask(query, **arguments)
        assert data["programs"]["totalCount"] == count
        assert len(data["programs"]["nodes"]) == min(count, 1)
        assert (data["programs"]["aggregate"]["quota"]["sum"] is None) == (count == 0)
        assert data["dataVersion"] == {"number": 1, "isSample": False, "programCount": 815}


HEAVY = (
    "sections { text }",
    "sections(kinds: [SELECTION_CRITERIA]) { text }",
    "sections(kinds: [PROGRAM_CURRICULUM, FAQ]) { text }",
    "selectionCriteria { text }",
    "evidence(field: SELECTION_CRITERIA) { record quote }",
    "evidence(field: SELECTION_CRITERIA) { record start end }",
    "returnOfService { text }",
    "name",
    "url",
)


@pytest.mark.parametrize("fields", HEAVY)
async def test_the_cost_of_every_page_bounds_its_bytes(graph: Graph, fields: str) -> None:
    query = f"""query Heavy($after: String) {{ programs(first: 100, after: $after) {{
      pageInfo {{ hasNextPage endCursor }} nodes {{ {fields} }} }} }}"""
    cursor, has_more = None, True
    while has_more:
        answer = orjson.loads((await graph.raw(query, {"after": cursor})).content)
        assert len(orjson.dumps(answer["data"])) <= UNIT_BYTES * cost_of(answer)
        page = answer["data"]["programs"]["pageInfo"]
        cursor, has_more = page["endCursor"], page["hasNextPage"]


def cost_of(answer: Any) -> int:
    found: int = answer["extensions"]["cost"]["requested"]
    return found


async def test_nine_of_ten_lists_are_no_longer_than_their_assumed_size(graph: Graph) -> None:
    program: Any = build_schema()._schema.type_map["Program"]
    for field, (table, *_) in CHILDREN.items():
        size = size_of(program.fields[field])
        assert size is not None
        (most,) = await graph.values(
            "SELECT percentile_disc(0.9) WITHIN GROUP (ORDER BY n)"
            " FROM (SELECT count(c.program_key) AS n"
            f" FROM core.dim_program p LEFT JOIN core.{table} c USING (program_key)"
            " GROUP BY p.program_key) lists"
        )
        assert size.assumed_size == most, field


async def test_groups_and_statistics_equal_plain_sql(graph: Graph) -> None:
    for word, field, column in (
        ("PROVINCE", "province", "s.province"),
        ("ACCREDITATION", "accreditation", "f.accreditation"),
        ("DISCIPLINE", "discipline { name }", "d.name"),
        ("APPLICATION_VOLUME", "applicationVolume { label }", "f.application_volume_label"),
    ):
        groups = (await graph.ask(f"""{{ programGroups(by: [{word}], first: 1000) {{
            {field} aggregate {{ count quota {{ sum }} }} }} }}"""))["programGroups"]  # fmt: skip
        rows = await graph.rows(
            f"SELECT {column}, count(*), sum(f.quota) FROM {PROGRAMS} WHERE p.is_current GROUP BY 1"
        )
        found = {}
        for group in groups:
            value, totals = group.values()
            name = next(iter(value.values())) if isinstance(value, dict) else value
            found[name] = (totals["count"], totals["quota"]["sum"])
        assert found == {row[0]: (row[1], row[2]) for row in rows}
    data = await graph.ask(
        """{ analytics { criteriaPatterns(first: 1000) { phase component programCount programShare
          evaluatedCount weightStatedCount meanWeightPercent } } }"""
    )
    expected = await graph.rows(
        """SELECT phase, component, count(DISTINCT program_key) AS "programCount",
          count(DISTINCT program_key) / 815.0::float8 AS "programShare",
          count(DISTINCT program_key) FILTER (WHERE is_evaluated) AS "evaluatedCount",
          count(weight_percent) AS "weightStatedCount",
          avg(weight_percent::numeric)::float8 AS "meanWeightPercent"
        FROM core.selection_criterion JOIN core.dim_program USING (program_key) WHERE is_current
        GROUP BY 1, 2 ORDER BY 3 DESC, phase COLLATE "C", component COLLATE "C\""""
    )
    assert data["analytics"]["criteriaPatterns"] == [dict(row) for row in expected]
