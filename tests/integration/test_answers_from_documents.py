"""Answers from the documents: word for word, with places that hold, or none; and their streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Database
from tests.integration.chat_server import ChatEndpoint, chat_server
from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_server import served
from tests.integration.graph_sockets import acknowledged, events

ASK = """query Ask($question: String!, $filter: ProgramFilter, $language: Language) {
  ask(question: $question, filter: $filter, language: $language) {
    text status confidence language model droppedClaims
    citations { section start end quote record program { id sections { kind text } } }
    programs { totalCount nodes { id } }
    steps { what found }
  }
}"""
STREAM = """subscription Follow($question: String!) { askStream(question: $question) {
  step { what } text answer { text status citations { quote program { name } } }
} }"""
MENTORS = "Which programs say that social accountability, mentorship and wellness guide them?"
NONSENSE = "Which telescope observes the moons of Jupiter tonight?"


@pytest.fixture
async def graph(indexed: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(indexed.settings, tmp_path) as graph:
        yield graph


async def answered(graph: Graph, question: str, **variables: Any) -> dict[str, Any]:
    found = await graph.ask(ASK, "executed", question=question, **variables)
    answer: dict[str, Any] = found["ask"]
    return answer


async def test_quotations_are_slices_of_their_section_and_stand_in_the_text(graph: Graph) -> None:
    answer = await answered(graph, MENTORS)
    assert answer["status"] in {"ANSWERED", "PARTIAL"}
    assert answer["citations"]
    for cited in answer["citations"]:
        texts = [s["text"] for s in cited["program"]["sections"] if s["kind"] == cited["section"]]
        assert any(text[cited["start"] : cited["end"]] == cited["quote"] for text in texts)
        assert cited["record"] is None
        assert " ".join(cited["quote"].split()) in answer["text"]
    ids = {cited["program"]["id"] for cited in answer["citations"]}
    assert {node["id"] for node in answer["programs"]["nodes"]} == ids


async def test_no_two_quotations_say_the_same(graph: Graph) -> None:
    quotes = [cited["quote"] for cited in (await answered(graph, MENTORS))["citations"]]
    assert len({" ".join(quote.lower().split()) for quote in quotes}) == len(quotes)


@pytest.mark.parametrize(
    ("question", "language"),
    [(NONSENSE, "EN"), ("Quel télescope observe les lunes de Jupiter ce soir ?", "FR")],
)
async def test_what_no_document_tells_is_not_answered(
    graph: Graph, question: str, language: str
) -> None:
    answer = await answered(graph, question)
    assert (answer["status"], answer["citations"]) == ("NOT_IN_DOCUMENTS", [])
    assert answer["language"] == language
    assert answer["programs"]["totalCount"] == 0


async def test_a_filter_and_the_names_in_a_question_restrict_what_is_quoted(graph: Graph) -> None:
    kept = await graph.values(
        "SELECT p.program_stream_id FROM core.dim_program p JOIN core.dim_discipline d"
        " USING (discipline_key) WHERE p.is_current AND d.name = 'Family Medicine'"
    )
    found = await graph.ask(
        """query ($question: String!, $filter: ProgramFilter) {
          ask(question: $question, filter: $filter) {
            citations { program { programStreamId } } steps { why }
          } }""",
        "executed",
        question="Do social accountability, mentorship and wellness guide family medicine?",
        filter={"programStreamId": {"in": kept[:2]}},
    )
    programs = {cited["program"]["programStreamId"] for cited in found["ask"]["citations"]}
    assert programs <= set(kept[:2])
    assert "Family Medicine" in found["ask"]["steps"][0]["why"]


async def test_no_answer_holds_a_contact(graph: Graph) -> None:
    answer = await answered(graph, "What is the e-mail address or phone number of the program?")
    assert "@" not in answer["text"]


async def test_the_answer_comes_in_the_language_that_is_asked_for(graph: Graph) -> None:
    answer = await answered(graph, "How many programs are there?", language="FR")
    assert answer["language"] == "FR"
    assert "programmes" in answer["text"]


async def test_without_an_index_structured_questions_are_answered_all_the_same(
    published: Database, tmp_path: Path
) -> None:
    async with open_graph(published.settings, tmp_path) as graph:
        assert (await answered(graph, "How many programs are there?"))["status"] == "ANSWERED"
        answer = await answered(graph, MENTORS)
        assert answer["status"] == "NOT_IN_DOCUMENTS"
        assert "residency search refresh" in answer["steps"][0]["found"]


async def test_one_statement_reads_the_programs_of_all_citations(graph: Graph) -> None:
    await answered(graph, MENTORS)
    kept = "query ($q: String!) { ask(question: $q) { citations { program { name } } } }"
    await graph.ask(kept, "executed", q=MENTORS)
    assert len([sql for sql in graph.reader.statements if "generate_series" in sql]) == 1


# -- streams -----------------------------------------------------------------------------------


def together(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Check the order of a stream's events and return the answer at its end."""
    *before, last = found
    assert last["answer"] is not None
    assert all(event["answer"] is None for event in before)
    assert all((event["step"] is None) != (event["text"] is None) for event in before)
    assert before[0]["step"] is not None
    assert "".join(e["text"] for e in before if e["text"] is not None) == last["answer"]["text"]
    answer: dict[str, Any] = last["answer"]
    return answer


@pytest.mark.parametrize("question", ["How many programs are there?", MENTORS, NONSENSE])
async def test_answers_stream_over_server_sent_events(graph: Graph, question: str) -> None:
    async with served(graph.app) as port, aclosing(events(port, STREAM, question=question)) as told:
        heard = [data["data"]["askStream"] async for kind, data in told if kind == "next"]
    together(heard)


async def test_answers_stream_over_a_websocket(graph: Graph) -> None:
    async with served(graph.app) as port, acknowledged(port) as socket:
        await socket.subscribe("a", STREAM, question=MENTORS)
        heard = []
        while (message := await socket.hear())["type"] == "next":
            heard.append(message["payload"]["data"]["askStream"])
    assert message == {"id": "a", "type": "complete"}
    assert together(heard)["citations"][0]["program"]["name"]


async def test_an_empty_question_is_refused_on_a_stream_as_elsewhere(graph: Graph) -> None:
    async with served(graph.app) as port, aclosing(events(port, STREAM, question=" ")) as told:
        heard = [data async for kind, data in told if kind == "next"]
    assert heard[0]["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_who_goes_away_in_the_middle_has_asked_all_the_same(graph: Graph) -> None:
    async with served(graph.app) as port, acknowledged(port) as socket:
        await socket.subscribe("a", STREAM, question=MENTORS)
        assert (await socket.hear())["type"] == "next"
        await socket.say(id="a", type="complete")
        for _ in range(200):
            noted = await graph.values("SELECT details FROM ops.audit WHERE action = 'ask'")
            if noted:
                break
            await asyncio.sleep(0.05)
    assert len(noted) == 1


# -- with a chat model -------------------------------------------------------------------------


@pytest.fixture
def endpoint() -> Iterator[ChatEndpoint]:
    with chat_server() as started:
        yield started


@pytest.fixture
async def chatting(
    indexed: Database, endpoint: ChatEndpoint, tmp_path: Path
) -> AsyncIterator[Graph]:
    chosen = {"chat_model": "a-model", "chat_base_url": endpoint.url, "chat_retries": 0}
    async with open_graph(indexed.settings.model_copy(update=chosen), tmp_path) as graph:
        yield graph


def copied(given: dict[str, Any]) -> str:
    """Copy the first sentence as a claim, and claim something else without a citation."""
    words = given["sentences"][0]["text"].replace('"', "").split()
    quotation = " ".join(words[: max(3, len(words) // 2)])
    return f'{quotation} [1: "{quotation}"]\nEverything else is fine as well.'


async def test_a_chat_model_s_answer_cites_slices_of_sections_and_counts_what_was_dropped(
    chatting: Graph, endpoint: ChatEndpoint
) -> None:
    endpoint.writes = copied
    answer = await answered(chatting, MENTORS)
    assert (answer["model"], answer["droppedClaims"]) == ("a-model", 1)
    (cited,) = answer["citations"]
    texts = [s["text"] for s in cited["program"]["sections"] if s["kind"] == cited["section"]]
    assert any(text[cited["start"] : cited["end"]] == cited["quote"] for text in texts)


async def test_a_chat_model_is_not_asked_twice_nor_about_structured_questions(
    chatting: Graph, endpoint: ChatEndpoint
) -> None:
    endpoint.writes = copied
    await answered(chatting, MENTORS)
    await answered(chatting, MENTORS)
    await answered(chatting, "How many programs are there?")
    assert len(endpoint.asked) == 1


async def test_an_answer_that_a_model_out_of_reach_should_have_written_is_not_kept(
    chatting: Graph, endpoint: ChatEndpoint
) -> None:
    endpoint.statuses = [503]
    endpoint.writes = copied
    assert (await answered(chatting, MENTORS))["model"] is None
    assert (await answered(chatting, MENTORS))["model"] == "a-model"


async def test_a_chat_model_s_words_stream_claim_by_claim(
    chatting: Graph, endpoint: ChatEndpoint
) -> None:
    endpoint.writes = copied
    async with (
        served(chatting.app) as port,
        aclosing(events(port, STREAM, question=MENTORS)) as told,
    ):
        heard = [data["data"]["askStream"] async for kind, data in told if kind == "next"]
    assert together(heard)["text"].endswith("[1]")
