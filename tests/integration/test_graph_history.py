"""Histories of programs, and reading them as of a time, over publications of changed files."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from etl.refresh import RefreshRequest, refresh
from tests.conftest import Database
from tests.integration.conftest import PROGRAMS as COUNT
from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_comparisons import PROGRAMS
from tests.integration.graph_rows import SECOND, Rows, change_quotas, fill
from tests.integration.source_files import change_quota, copy_of, edit_cell, remove_program

HISTORY = """query History($stream: Int!, $asOf: DateTime) {
  program(by: {key: {iteration: 1503, programStreamId: $stream}}, asOf: $asOf) {
    quota
    history {
      versionNumber validFrom validTo isCurrent removedAt dataVersion { number publishedAt }
      program { id quota name } changes { field label before after }
      listChanges { list before after added removed } changedSections
    } } }"""
GROUPS = """query At($asOf: DateTime) { programGroups(by: [PROVINCE], asOf: $asOf) {
  province aggregate { count quota { sum } } } }"""


@pytest.fixture
async def sample(published: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(published.settings, tmp_path / "graph") as graph:
        yield graph


@pytest.fixture
async def generated(database: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(database.settings, tmp_path) as graph:
        await fill(graph.owner, Rows(programs=30))
        yield graph


async def publish(files: Path) -> None:
    await refresh(RefreshRequest(str(files)))


async def stream_ids(graph: Graph) -> list[int]:
    return await graph.values("SELECT program_stream_id FROM core.dim_program ORDER BY 1")


async def versions_at(graph: Graph) -> list[dt.datetime]:
    return await graph.values("SELECT published_at FROM ops.data_version ORDER BY number")


async def test_a_changed_quota_is_one_change_between_two_versions(
    sample: Graph, files: Path
) -> None:
    stream, untouched = (await stream_ids(sample))[:2]
    (old,) = await sample.values(
        f"SELECT f.quota FROM {PROGRAMS} WHERE p.program_stream_id = $1", stream
    )
    groups = await sample.ask(GROUPS)
    change_quota(files, str(stream), 77)
    await publish(files)
    first, second = await versions_at(sample)
    program = (await sample.ask(HISTORY, stream=stream))["program"]
    newest, oldest = program["history"]
    assert program["quota"] == newest["program"]["quota"] == 77
    assert newest["changes"] == [
        {"field": "QUOTA", "label": "Quota (positions)", "before": str(old), "after": "77"}
    ]
    assert newest["listChanges"] == oldest["listChanges"] == oldest["changes"] == []
    assert (oldest["versionNumber"], newest["versionNumber"]) == (1, 2)
    assert (oldest["isCurrent"], newest["isCurrent"]) == (False, True)
    assert oldest["program"] == {**newest["program"], "quota": old}
    assert [v["dataVersion"]["number"] for v in (newest, oldest)] == [2, 1]
    assert newest["validFrom"] == oldest["validTo"] == newest["dataVersion"]["publishedAt"]
    assert oldest["validFrom"] == f"{first:%Y-%m-%dT%H:%M:%S.%fZ}"
    assert newest["validTo"] is newest["removedAt"] is oldest["removedAt"] is None
    then = (await sample.ask(HISTORY, stream=stream, asOf=first.isoformat()))["program"]
    assert then == {"quota": old, "history": program["history"]}
    assert len((await sample.ask(HISTORY, stream=untouched))["program"]["history"]) == 1
    assert await sample.ask(GROUPS, asOf=first.isoformat()) == groups
    changed = await sample.ask(GROUPS, asOf=second.isoformat())
    assert changed == await sample.ask(GROUPS) != groups
    sums = [sum(g["aggregate"]["quota"]["sum"] or 0 for g in x["programGroups"])
            for x in (groups, changed)]  # fmt: skip
    assert sums[1] - sums[0] == 77 - old


async def test_a_changed_section_is_named_without_its_text(sample: Graph, files: Path) -> None:
    stream = (await stream_ids(sample))[3]
    edit_cell(files, str(stream), "program_highlights", lambda text: f"{text}\n\nOne more line.\n")
    await publish(files)
    newest = (await sample.ask(HISTORY, stream=stream))["program"]["history"][0]
    assert newest["versionNumber"] == 2
    assert newest["changedSections"] == ["PROGRAM_HIGHLIGHTS"]
    assert newest["changes"] == []


async def test_a_program_removed_and_found_again_keeps_its_history(
    sample: Graph, files: Path, sample_files: Path, tmp_path: Path
) -> None:
    stream, other = (await stream_ids(sample))[4:6]
    ids = [
        (await sample.ask(HISTORY, stream=one))["program"]["history"][0]["program"]["id"]
        for one in (other, stream)
    ]
    remove_program(files, str(stream))
    await publish(files)
    first, second = await versions_at(sample)
    assert (await sample.ask(HISTORY, stream=stream))["program"] is None
    gone = (await sample.ask(HISTORY, stream=stream, asOf=first.isoformat()))["program"]["history"]
    assert len(gone) == 1
    assert gone[0]["removedAt"] == gone[0]["validTo"] == f"{second:%Y-%m-%dT%H:%M:%S.%fZ}"
    assert not gone[0]["isCurrent"]
    compare = """query C($ids: [ID!]!, $asOf: DateTime) { comparePrograms(ids: $ids, asOf: $asOf) {
      programs { programStreamId } } }"""
    error = await sample.refused(compare, ids=ids)
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert "'ids[1]'" in error["message"]
    then = await sample.ask(compare, ids=ids, asOf=first.isoformat())
    assert [p["programStreamId"] for p in then["comparePrograms"]["programs"]] == [other, stream]
    nodes = "query N($ids: [ID!]!) { nodes(ids: $ids) { ... on Program { programStreamId } } }"
    assert (await sample.ask(nodes, ids=ids))["nodes"] == [{"programStreamId": other}, None]
    await publish(copy_of(sample_files, tmp_path / "again"))
    again = (await sample.ask(HISTORY, stream=stream))["program"]["history"]
    assert [v["versionNumber"] for v in again] == [2, 1]
    assert [v["removedAt"] is None for v in again] == [True, False]
    assert again[0]["changes"] == again[0]["listChanges"] == again[0]["changedSections"] == []


async def test_lists_and_pages_read_both_moments(sample: Graph, files: Path) -> None:
    query = """query At($asOf: DateTime) {
      criteria: selectionCriteria(first: 1, asOf: $asOf) { totalCount }
      requirements(first: 100, asOf: $asOf) { totalCount nodes { label program { name } } }
      analytics(asOf: $asOf) { specialties { programCount positions }
        criteriaPatterns { programCount } geography { city programCount } } }"""
    before = await sample.ask(query)
    stream = (await stream_ids(sample))[0]
    remove_program(files, str(stream))
    await publish(files)
    first, _ = await versions_at(sample)
    after = await sample.ask(query)
    assert await sample.ask(query, asOf=first.isoformat()) == before != after
    for name, table in (("criteria", "selection_criterion"), ("requirements",
                         "program_requirement")):  # fmt: skip
        (gone,) = await sample.values(
            f"SELECT count(*) FROM core.{table} JOIN core.dim_program USING (program_key)"
            " WHERE program_stream_id = $1", stream,
        )  # fmt: skip
        assert before[name]["totalCount"] - after[name]["totalCount"] == gone > 0
    counts = [sum(row["programCount"] for row in data["analytics"]["specialties"])
              for data in (before, after)]  # fmt: skip
    assert counts == [COUNT, COUNT - 1]


async def test_changes_name_every_value_that_differs(generated: Graph) -> None:
    await change_quotas(generated.owner)
    rows = await generated.rows(
        "SELECT p.program_stream_id, f.*, p.is_current FROM core.dim_program p"
        " JOIN core.fact_program f USING (program_key) ORDER BY p.valid_from"
    )
    columns = {
        "QUOTA": "quota", "LENGTH_YEARS": "length_years", "ACCREDITATION": "accreditation",
        "LAST_APPROVED_ON": "last_approved_on", "APPLICATION_VOLUME": "application_volume_label",
        "INTERVIEW_OFFER_RATE": "interview_offer_label",
        "RETURN_OF_SERVICE": "return_of_service_status",
    }  # fmt: skip
    found = 0
    for stream in await generated.values(
        "SELECT program_stream_id FROM core.dim_program WHERE valid_from = $1", SECOND
    ):
        old, new = (row for row in rows if row["program_stream_id"] == stream)
        newest, oldest = (await generated.ask(HISTORY, stream=stream))["program"]["history"]
        expected = [
            {"field": word, "before": text(old[column]), "after": text(new[column])}
            for word, column in columns.items()
            if old[column] != new[column]
        ]
        for change in newest["changes"]:
            del change["label"]
        assert newest["changes"] == expected
        assert oldest["changes"] == []
        found += len(expected)
    assert found > 20


def text(value: Any) -> str | None:
    """Return a value as changes show it."""
    if value is None:
        return None
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


async def test_list_changes_count_rows_by_what_they_say(generated: Graph) -> None:
    """A new version has two requirements of the old one, one of them changed, in another order."""
    (stream, key) = (await generated.rows(
        "SELECT program_stream_id, program_key FROM core.dim_program JOIN core.program_requirement"
        " USING (program_key) GROUP BY 1, 2 HAVING count(*) = 3 ORDER BY 1 LIMIT 1"
    ))[0]  # fmt: skip
    await generated.owner.execute(
        "UPDATE core.dim_program SET is_current = false, valid_to = $1 WHERE program_key = $2",
        SECOND, key,
    )  # fmt: skip
    copied = (
        "match_iteration_id, program_stream_id, name, url, language, application_languages,"
        " match_iteration_key, discipline_key, university_key, site_key, stream_key, content_hash"
    )
    await generated.owner.execute(
        f"INSERT INTO core.dim_program (program_key, valid_from, {copied}) OVERRIDING SYSTEM VALUE"
        f" SELECT 5000, $1, {copied} FROM core.dim_program WHERE program_key = $2", SECOND, key,
    )  # fmt: skip
    await generated.owner.execute("INSERT INTO core.fact_program (program_key) VALUES (5000)")
    await generated.owner.execute(
        "INSERT INTO core.program_evidence (program_key, ordinal, field, record_key, record_name,"
        " section, span_start, span_end, parser_version) VALUES (5000, 1, 'REQUIREMENTS', 1, 'x',"
        " 'HEADER', 0, 1, '2')"
    )
    await generated.owner.execute(
        "INSERT INTO core.program_requirement (program_key, ordinal, evidence_ordinal, kind, label,"
        " status, quantity, min_words, max_words)"
        " SELECT 5000, 1 - ordinal, 1, kind, label, status, 40 + ordinal, min_words, max_words"
        " FROM core.program_requirement WHERE program_key = $1 AND ordinal < 2", key,
    )  # fmt: skip
    await generated.owner.execute(
        "UPDATE core.program_requirement SET quantity = 40 WHERE program_key = $1 AND ordinal = 0",
        key,
    )
    newest = (await generated.ask(HISTORY, stream=stream))["program"]["history"][0]
    changes = {change.pop("list"): change for change in newest["listChanges"]}
    assert changes["REQUIREMENTS"] == {"before": 3, "after": 2, "added": 1, "removed": 2}
    assert changes["ACCEPTED_TESTS"] == {"before": 3, "after": 0, "added": 0, "removed": 3}
    assert "SECTIONS" not in changes
    assert newest["changedSections"] == ["INTERVIEWS", "PROGRAM_HIGHLIGHTS"]


async def test_a_history_is_cut_into_pages_and_its_versions_lead_on(generated: Graph) -> None:
    await change_quotas(generated.owner)
    stream = (await generated.values(
        "SELECT program_stream_id FROM core.dim_program WHERE valid_from = $1", SECOND
    ))[0]  # fmt: skip
    query = """query H($stream: Int!, $first: Int, $offset: Int) {
      program(by: {key: {iteration: 1503, programStreamId: $stream}}) {
        history(first: $first, offset: $offset) { validFrom program { requirements { label }
          discipline { name } history { versionNumber } } } } }"""
    (newest,) = (await generated.ask(query, stream=stream, first=1))["program"]["history"]
    assert newest["validFrom"] == f"{SECOND:%Y-%m-%dT%H:%M:%S.%fZ}"
    assert newest["program"]["requirements"] == []
    assert newest["program"]["history"] == [{"versionNumber": 2}, {"versionNumber": 1}]
    (older,) = (await generated.ask(query, stream=stream, offset=1))["program"]["history"]
    assert older["validFrom"] < newest["validFrom"]
    assert (await generated.ask(query, stream=stream, offset=2))["program"]["history"] == []
    error = await generated.refused(query, stream=stream, offset=-1)
    assert "'offset' is -1" in error["message"]
    for wrong in (-1, 101):
        error = await generated.refused(query, stream=stream, first=wrong)
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert f"'first' is {wrong}" in error["message"]
