"""Structured questions: exact by SQL that was written apart, or abstained, never wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from graph.answers.writing import day
from tests.conftest import Database
from tests.integration.conftest import SHARED
from tests.integration.graph_client import Graph, open_graph
from tests.integration.structured_questions import ABSTAINED, AMBIGUOUS, QUESTIONS

ASK = """query Ask($question: String!, $filter: ProgramFilter, $after: String) {
  ask(question: $question, filter: $filter) {
    text status confidence language model
    citations { section start end quote record }
    programs(first: 100, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } nodes { programStreamId }
    }
    steps { what why found query variables }
    followUps
  }
}"""
NUMBER = re.compile(r"\d[\d,\u00a0]*(?:\.\d+)?")
SAMPLE_RIGHT = 35


async def answered(graph: Graph, question: str, **variables: Any) -> dict[str, Any]:
    found = await graph.ask(ASK, "executed", question=question, **variables)
    answer: dict[str, Any] = found["ask"]
    return answer


def is_structured(answer: dict[str, Any]) -> bool:
    return answer["confidence"] == 1 and any(step["query"] for step in answer["steps"])


async def programs_of(graph: Graph, question: str, answer: dict[str, Any]) -> list[int]:
    page = answer["programs"]
    found = [node["programStreamId"] for node in page["nodes"]]
    while page["pageInfo"]["hasNextPage"]:
        after = page["pageInfo"]["endCursor"]
        page = (await answered(graph, question, after=after))["programs"]
        found += [node["programStreamId"] for node in page["nodes"]]
    return found


async def is_right(
    graph: Graph, question: str, kind: str, answer: dict[str, Any], expected: list[Any]
) -> bool:
    text = answer["text"]
    if kind == "number":
        found = NUMBER.search(text)
        assert found is not None, text
        number = float(re.sub(r"[,\u00a0]", "", found.group()))
        return number == float(expected[0] or 0)
    if kind == "programs":
        return sorted(await programs_of(graph, question, answer)) == sorted(expected)
    if kind == "names":
        listed = re.split(r"[;:\n–]", text)
        return all(name in text for name in expected) and (
            "–" in text or "years" in text or len(listed) >= len(expected) + 1
        )
    days = [day(one.isoformat(), answer["language"]) for one in expected if one is not None]
    assert all(isinstance(one, dt.date | None) for one in expected)
    return all(one in text for one in days)


async def results(graph: Graph) -> tuple[list[str], list[str], list[str]]:
    """Return the questions that were answered right, those abstained, and those answered wrong."""
    right, abstained, wrong = [], [], []
    for question, kind, sql in QUESTIONS:
        answer = await answered(graph, question)
        if not is_structured(answer):
            abstained.append(question)
        elif await is_right(graph, question, kind, answer, await graph.values(sql)):
            right.append(question)
        else:
            wrong.append(f"{question}: {answer['text'][:200]}")
    return right, abstained, wrong


@pytest.fixture
async def real(real_files: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(real_files.settings, tmp_path) as graph:
        yield graph


@pytest.fixture
async def sample(published: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(published.settings, tmp_path) as graph:
        yield graph


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"the published files are not at {SHARED} (RESIDENCY_SHARED)"
)
async def test_on_the_published_files_answers_are_exact_and_none_is_wrong(
    real: Graph, tell: Callable[[str], None]
) -> None:
    right, abstained, wrong = await results(real)
    tell(
        f"structured questions: {len(right)} of {len(QUESTIONS)} right, {len(abstained)} abstained,"
        f" {len(wrong)} wrong"
    )
    assert wrong == []
    assert len(QUESTIONS) >= 60
    assert len(right) >= 0.95 * len(QUESTIONS), abstained
    for question in (*ABSTAINED, *AMBIGUOUS):
        answer = await answered(real, question)
        assert not is_structured(answer), (question, answer["text"])


async def test_on_the_sample_answers_are_exact_or_abstained(sample: Graph) -> None:
    right, abstained, wrong = await results(sample)
    assert wrong == []
    assert len(right) >= SAMPLE_RIGHT, abstained
    for question in ABSTAINED:
        answer = await answered(sample, question)
        assert not is_structured(answer), (question, answer["text"])


async def test_the_operation_that_an_answer_shows_gives_its_number(sample: Graph) -> None:
    answer = await answered(sample, "How many seats in family medicine?")
    step = next(step for step in answer["steps"] if step["query"])
    data = await sample.ask(step["query"], **step["variables"])
    assert answer["text"].startswith(f"{data['programs']['aggregate']['quota']['sum']} position")
    assert data["programs"]["totalCount"] == answer["programs"]["totalCount"]


async def test_citations_slice_the_landing_record(sample: Graph) -> None:
    answer = await answered(sample, "Which programs require a photo?")
    assert answer["citations"]
    for cited in answer["citations"]:
        assert cited["record"]
        assert cited["quote"]
        assert cited["end"] - cited["start"] == len(cited["quote"])


async def test_a_client_s_filter_restricts_every_number(sample: Graph) -> None:
    everywhere = await answered(sample, "How many programs are there?")
    one = await answered(
        sample,
        "How many programs are there?",
        filter={"discipline": {"name": {"eq": "Psychiatry"}}},
    )
    (expected,) = await sample.values(
        "SELECT count(*) FROM core.dim_program p JOIN core.dim_discipline d USING (discipline_key)"
        " WHERE p.is_current AND d.name = 'Psychiatry'"
    )
    assert one["programs"]["totalCount"] == expected < everywhere["programs"]["totalCount"]


async def test_these_two_are_the_programs_of_the_filter(sample: Graph) -> None:
    ids = await sample.values(
        "SELECT program_stream_id FROM core.dim_program WHERE is_current ORDER BY 1 LIMIT 2"
    )
    chosen = {"programStreamId": {"in": ids}}
    answer = await answered(sample, "compare how these two choose candidates", filter=chosen)
    assert answer["status"] == "ANSWERED"
    assert {node["programStreamId"] for node in answer["programs"]["nodes"]} == set(ids)
    alone = await answered(sample, "compare how these two choose candidates")
    assert not is_structured(alone)


async def test_follow_ups_have_answers(sample: Graph) -> None:
    answer = await answered(sample, "How many positions are there in family medicine?")
    assert answer["followUps"]
    for question in answer["followUps"]:
        following = await answered(sample, question)
        assert following["status"] == "ANSWERED"


@pytest.mark.parametrize("question", ["", "  ?! ", "a" * 1_001])
async def test_an_empty_or_endless_question_is_refused_with_a_remedy(
    sample: Graph, question: str
) -> None:
    error = await sample.refused(ASK, question=question)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "'question'" in error["message"]


async def test_questions_are_audited_without_personal_data_and_forgotten(sample: Graph) -> None:
    await sample.owner.execute(
        "INSERT INTO ops.audit (at, actor, action, subject) VALUES"
        " (now() - interval '31 days', 'x', 'ask', 'old'),"
        " (now() - interval '31 days', 'x', 'publish', 'kept')"
    )
    await answered(sample, "How many programs? write jane.doe@example.org, 416 555 0199, 12345678")
    rows = await sample.rows("SELECT subject, details FROM ops.audit WHERE action = 'ask'")
    assert len(rows) == 1
    subject = rows[0]["subject"]
    assert subject.startswith("How many programs? write ")
    assert not re.search(r"[a-z]@|\d", subject)
    assert "kept" in await sample.values("SELECT subject FROM ops.audit WHERE action = 'publish'")


async def test_an_answer_is_kept_until_data_are_published(sample: Graph) -> None:
    question = "How many programs are there in psychiatry?"
    await answered(sample, question)
    first = len(sample.reader.statements)
    await answered(sample, question)
    assert len(sample.reader.statements) < first
    kept = await sample.values("SELECT details->>'isKept' FROM ops.audit WHERE action = 'ask'")
    assert kept == ["false", "true"]
