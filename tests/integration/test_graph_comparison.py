"""Programs side by side, nodes by lists of ids, and pages over the parts of all programs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_comparisons import PROGRAMS
from tests.integration.graph_rows import FIRST, Rows, change_quotas, fill

COMPARE = """query Compare($ids: [ID!]!, $differing: Boolean, $asOf: DateTime) {
  comparePrograms(ids: $ids, asOf: $asOf) {
    programs { programStreamId quota university { name } requirements { kind } }
    fields(differing: $differing) {
      name label isSet values isSame differsIn items { text isCommon heldBy } } } }"""
NODES = """query Nodes($ids: [ID!]!) { nodes(ids: $ids) { __typename id
  ... on Program { programStreamId requirements { label } }
  ... on University { name programs(first: 1) { totalCount } }
  ... on Site { label } ... on Stream { label } ... on MatchIteration { number } } }"""
SETS = {
    "REQUIREMENTS": "SELECT DISTINCT kind || coalesce(' ' || status, '') FROM"
        " core.program_requirement WHERE program_key = $1",
    "ACCEPTED_TESTS": "SELECT DISTINCT name || coalesce(' ' || minimum_score, '') FROM"
        " core.requirement_test WHERE program_key = $1",
    "EVALUATED_COMPONENTS": "SELECT DISTINCT phase || ' ' || component FROM"
        " core.selection_criterion WHERE is_evaluated AND program_key = $1",
    "INTERVIEW_DATES": "SELECT DISTINCT starts_on::text || CASE WHEN ends_on > starts_on THEN '/'"
        " || ends_on ELSE '' END FROM core.interview_date WHERE program_key = $1",
    "TRAINING_SITES": "SELECT DISTINCT name FROM core.program_training_site WHERE program_key = $1",
}  # fmt: skip


@pytest.fixture
async def graph(database: Any, tmp_path: Any) -> AsyncIterator[Graph]:
    async with open_graph(database.settings, tmp_path) as graph:
        await fill(graph.owner, Rows(requirements=9, criteria=9))
        await graph.owner.execute("UPDATE core.interview_date SET ends_on = starts_on + 2"
                                  " WHERE program_key % 2 = 0")  # fmt: skip
        yield graph


async def ids_of(graph: Graph, *streams: int) -> list[str]:
    data = await graph.ask("{ programs(first: 100) { nodes { id programStreamId } } }")
    found = {node["programStreamId"]: node["id"] for node in data["programs"]["nodes"]}
    return [found[stream] for stream in streams]


async def cells(graph: Graph, stream: int) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return the values and the sets of a program, as plain SQL finds them."""
    (row,) = await graph.rows(
        f"""SELECT p.*, f.*, m.name AS m, d.name AS d, u.name AS u, s.label, s.city, s.province,
        t.label AS t, t.applicant_category, f.last_approved_on::text AS approved
        FROM {PROGRAMS} WHERE p.is_current AND program_stream_id = $1""", stream,
    )  # fmt: skip
    (letters,) = await graph.values(
        "SELECT max(quantity) FROM core.program_requirement WHERE kind = 'REFERENCE_LETTER'"
        " AND program_key = $1", row["program_key"],
    )  # fmt: skip
    years = row["length_years"]
    values = {
        "ITERATION": row["m"], "DISCIPLINE": row["d"], "UNIVERSITY": row["u"],
        "SITE": row["label"], "CITY": row["city"], "PROVINCE": row["province"],
        "STREAM": row["t"], "APPLICANT_CATEGORY": row["applicant_category"],
        "QUOTA": row["quota"], "LENGTH_YEARS": None if years is None else f"{years:g}",
        "ACCREDITATION": row["accreditation"], "LAST_APPROVED_ON": row["approved"],
        "LANGUAGE": row["language"],
        "APPLICATION_LANGUAGES": listed(row["application_languages"]),
        "APPLICATION_VOLUME": row["application_volume_label"],
        "INTERVIEW_OFFER_RATE": row["interview_offer_label"],
        "RETURN_OF_SERVICE": row["return_of_service_status"], "REFERENCE_LETTERS": letters,
    }  # fmt: skip
    sets = {name: sorted(await graph.values(sql, row["program_key"])) for name, sql in SETS.items()}
    return {k: None if v is None else str(v) for k, v in values.items()}, sets


def listed(values: list[str]) -> str | None:
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False) if values else None


async def test_a_comparison_is_a_table_of_what_the_programs_state(graph: Graph) -> None:
    for streams in ((20_003, 20_171), (20_030, 20_009, 20_012), range(20_030, 20_060, 3)):
        data = await graph.ask(COMPARE, ids=await ids_of(graph, *streams))
        compared = data["comparePrograms"]
        assert [p["programStreamId"] for p in compared["programs"]] == list(streams)
        stated = [await cells(graph, stream) for stream in streams]
        values = {name: [v[name] for v, _ in stated] for name in stated[0][0]}
        sets = {name: [s[name] for _, s in stated] for name in SETS}
        assert [field["name"] for field in compared["fields"]] == [*values, *sets]
        for field in compared["fields"]:
            name, found = field["name"], field["values"]
            held = sets.get(name, [])
            assert found == (values[name] if name in values else list(map(listed, held))), name
            assert field["isSet"] == (name in sets)
            assert field["isSame"] == (len(set(found)) == 1)
            assert field["differsIn"] == [i for i, one in enumerate(found) if one != found[0]]
            assert field["items"] == [
                {"text": text, "heldBy": [i for i, one in enumerate(held) if text in one],
                 "isCommon": all(text in one for one in held)}
                for text in sorted({text for one in held for text in one})
            ]  # fmt: skip


async def test_a_comparison_shows_only_what_differs_or_only_what_does_not(graph: Graph) -> None:
    ids = await ids_of(graph, 20_003, 20_006, 20_009)
    fields = [
        (await graph.ask(COMPARE, ids=ids, differing=differing))["comparePrograms"]["fields"]
        for differing in (None, True, False)
    ]
    assert fields[1] == [field for field in fields[0] if not field["isSame"]] != []
    assert fields[2] == [field for field in fields[0] if field["isSame"]] != []
    twice = (await graph.ask(COMPARE, ids=[ids[0], ids[0]], differing=True))["comparePrograms"]
    assert twice["fields"] == []
    assert twice["programs"][0] == twice["programs"][1]


async def test_a_comparison_reads_the_moment_it_is_asked_for(graph: Graph) -> None:
    await change_quotas(graph.owner)
    ids = await ids_of(graph, 20_009, 20_003)
    now, then = [
        (await graph.ask(COMPARE, ids=ids, asOf=at))["comparePrograms"]
        for at in (None, FIRST.isoformat())
    ]
    quotas = [next(f["values"] for f in x["fields"] if f["name"] == "QUOTA") for x in (now, then)]
    changed = [i for i, pair in enumerate(zip(*quotas, strict=True)) if pair[0] != pair[1]]
    assert [quotas[0][i] for i in changed] == ["99"] * len(changed) != []
    assert [p["quota"] and str(p["quota"]) for p in then["programs"]] == quotas[1]


async def test_wrong_ids_of_a_comparison_are_named_by_their_place(graph: Graph) -> None:
    one, other = await ids_of(graph, 20_003, 20_006)
    university = "VW5pdmVyc2l0eTo3"
    nobody = "UHJvZ3JhbToxNTAzOjE="
    for ids, code, message in (
        ([one], "BAD_USER_INPUT", "'ids' has 1 ids; 2 to 10 are allowed"),
        ([one] * 11, "BAD_USER_INPUT", "'ids' has 11 ids"),
        ([one, university], "BAD_USER_INPUT", "'ids[1]' is no global id of a Program"),
        (["x", other], "BAD_USER_INPUT", "'ids[0]' is no global id of a Program"),
        ([one, other, nobody], "NOT_FOUND", "'ids[2]'"),
    ):
        error = await graph.refused(COMPARE, ids=ids)
        assert error["extensions"]["code"] == code
        assert message in error["message"]
        literal = f"{{ comparePrograms(ids: {json.dumps(ids)}) {{ programs {{ id }} }} }}"
        assert (await graph.refused(literal))["message"] == error["message"]


async def test_nodes_come_in_the_order_of_their_ids_with_repeats_and_nulls(graph: Graph) -> None:
    data = await graph.ask(
        """{ programs(first: 3) { nodes { id programStreamId } } sites { nodes { id label } }
          universities { nodes { id name } } streams { id label } iterations { id number } }"""
    )
    program, *others = data["programs"]["nodes"]
    every = [program, *data["streams"], *data["sites"]["nodes"], others[0], *data["iterations"],
             program, *data["universities"]["nodes"], others[1]]  # fmt: skip
    ids = [one["id"] for one in every]
    absent = "VW5pdmVyc2l0eTo5OTk="
    for given in (ids, ids[::-1], [absent, *ids, absent], [absent], [ids[0]] * 100, []):
        found = (await graph.ask(NODES, ids=given))["nodes"] if given else []
        assert [one and one["id"] for one in found] == [None if i == absent else i for i in given]
        for one, given_id in zip(found, given, strict=True):
            if one:
                expected = next(e for e in every if e["id"] == given_id)
                assert expected.items() <= one.items()
                alone = "query One($id: ID!) { node(id: $id) { id __typename } }"
                again = (await graph.ask(alone, id=given_id))["node"]
                assert again == {"id": given_id, "__typename": one["__typename"]}
    literal = f"{{ nodes(ids: {json.dumps(ids)}) {{ id }} }}"
    assert [one["id"] for one in (await graph.ask(literal))["nodes"]] == ids
    variables = "query V($a: ID!, $b: ID!) { nodes(ids: [$a, $b, $a]) { id } }"
    found = (await graph.ask(variables, a=ids[1], b=ids[0]))["nodes"]
    assert [one["id"] for one in found] == [ids[1], ids[0], ids[1]]
    assert (await graph.raw(NODES, {"ids": []})).json()["data"] == {"nodes": []}


async def test_planned_and_executed_answers_are_equal(graph: Graph) -> None:
    await change_quotas(graph.owner)
    ids = json.dumps(await ids_of(graph, 20_003, 20_006))
    fields = f"""
      nodes(ids: {ids}) {{ id ... on Program {{ history {{ versionNumber changes {{ field after }}
        listChanges {{ list removed }} changedSections program {{ quota }} }} }} }}
      comparePrograms(ids: {ids}) {{ programs {{ name }}
        fields(differing: true) {{ name values items {{ text heldBy }} }} }}
      programGroups(by: [SITE, APPLICATION_VOLUME]) {{ site {{ label location {{ city }} }}
        applicationVolume {{ label }} aggregate {{ count quota {{ avg }} }} }}
      analytics {{ specialties {{ discipline {{ name }} languages {{ language programCount }} }}
        criteriaPatterns {{ component programShare }} }}
      selectionCriteria(first: 2) {{ nodes {{ component program {{ id }} }}
        pageInfo {{ endCursor }} }}
    """
    planned = await graph.ask(f"{{ {fields} }}")
    executed = await graph.ask(f"{{ {fields} __schema {{ __typename }} }}", path="executed")
    del executed["__schema"]
    assert executed == planned


async def test_wrong_ids_of_nodes_are_named_by_their_place(graph: Graph) -> None:
    (one,) = await ids_of(graph, 20_003)
    wrong_key = "UHJvZ3JhbToxNTAzOmFiYw=="  # Program:1503:abc
    for ids, message in (
        ([one, one, one, "!"], "'ids[3]' is no global id of this graph"),
        ([one, wrong_key], "'ids[1]' is no global id of a Program"),
        ([one, "U2l0ZTphADpiOm8="], "'ids[1]' is no global id of a Site"),  # Site:a NUL:b:o
        ([one] * 101, "'ids' has 101 ids; 0 to 100 are allowed"),
    ):
        error = await graph.refused(NODES, ids=ids)
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert message in error["message"]


async def test_ids_of_the_same_types_share_one_statement_in_any_order(graph: Graph) -> None:
    ids = await ids_of(graph, 20_003, 20_006)
    school = "VW5pdmVyc2l0eTo3"
    texts = set()
    for given in ([*ids, school], [school, *ids], [ids[0], school, ids[1]]):
        found = (await graph.ask(NODES, ids=given))["nodes"]
        assert [one["id"] for one in found] == given
        texts.add(graph.reader.statements[0])
    assert len(texts) == 1


LISTS = {
    "selectionCriteria": ("selection_criterion", "component", "SelectionCriterion"),
    "requirements": ("program_requirement", "kind", "ProgramRequirement"),
    "interviewDates": ("interview_date", "startsOn", "InterviewDate"),
    "trainingSites": ("program_training_site", "name", "TrainingSite"),
}


@pytest.mark.parametrize("moment", [None, FIRST])
async def test_parts_of_all_programs_come_in_pages_without_loss_or_repeats(
    graph: Graph, moment: Any
) -> None:
    await change_quotas(graph.owner)
    held = "is_current" if moment is None else "valid_from <= $1 AND (valid_to > $1) IS NOT FALSE"
    given = [moment] if moment else []
    for name, (table, field, kind) in LISTS.items():
        query = f"""query P($after: String, $order: [{kind}Order!], $at: DateTime) {{
          {name}(first: 50, after: $after, orderBy: $order, asOf: $at) {{ totalCount
            pageInfo {{ hasNextPage endCursor }}
            nodes {{ {field} program {{ programStreamId quota }} }} }} }}"""
        word = {"startsOn": "STARTS_ON"}.get(field, field.upper())
        column = {"startsOn": "starts_on::text"}.get(field, f"c.{field}")
        for order, by in (
            (None, ""),
            ([{"field": word, "direction": "DESC"}], f"{column} DESC, "),
        ):
            expected = await graph.rows(
                f"SELECT {column}, program_stream_id, quota FROM core.{table} c"
                " JOIN core.dim_program USING (program_key) JOIN core.fact_program"
                f" USING (program_key) WHERE {held}"
                f" ORDER BY {by} match_iteration_id, program_stream_id, ordinal", *given,
            )  # fmt: skip
            found: list[Any] = []
            cursor = None
            while True:
                page = (await graph.ask(query, after=cursor, order=order,
                                        at=moment and moment.isoformat()))[name]  # fmt: skip
                assert page["totalCount"] == len(expected)
                found += [(node[field], *node["program"].values()) for node in page["nodes"]]
                cursor = page["pageInfo"]["endCursor"]
                if not page["pageInfo"]["hasNextPage"]:
                    break
            assert found == [tuple(row) for row in expected], (name, by)


async def test_parts_are_filtered_by_what_they_are_and_by_their_programs(graph: Graph) -> None:
    (row,) = await graph.rows(
        "SELECT count(*), count(*) FILTER (WHERE component = 'CV' AND is_evaluated)"
        f" FROM core.selection_criterion c JOIN {PROGRAMS} ON c.program_key = p.program_key"
        " WHERE u.province = 'QC'"
    )
    data = await graph.ask(
        """{ of: selectionCriteria(filter: {program: {university: {province: {eq: QC}}}}) {
            totalCount }
          cv: selectionCriteria(filter: {component: {eq: CV}, isEvaluated: {eq: true},
              program: {university: {province: {eq: QC}}}}) { totalCount }
          other: selectionCriteria(iteration: 1) { totalCount nodes { phase } } }"""
    )
    assert data["of"]["totalCount"] == row[0] > data["cv"]["totalCount"] == row[1]
    assert data["other"] == {"totalCount": 0, "nodes": []}
