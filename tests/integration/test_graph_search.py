"""Searching in the graph: one statement, every filter, stable pages, passages with highlights."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from etl.search_refresh import SearchRequest, refresh_search
from graph.ide.examples import example_queries
from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph
from warehouse.search.analysis import lexeme, lexemes, words
from warehouse.search.need_finder import default_finder
from warehouse.search.versions import roll_back
from warehouse.vocabulary import Language

PAGE = """query ($text: String!, $filter: ProgramFilter, $mode: SearchMode, $first: Int,
  $after: String) {
  searchPrograms(query: $text, filter: $filter, mode: $mode, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage endCursor }
    interpretation { correctedQuery language concepts needs }
    edges { cursor score { total lexical semantic } node { programStreamId name language }
      passages(first: 2) { text language section heading start end score
        highlights { start end } } }
    facets { disciplines { value count } provinces { value count } streams { value count } }
  }
}"""
QUERY = "research in family medicine"


@pytest.fixture
async def graph(indexed: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(indexed.settings, tmp_path) as graph:
        yield graph


async def search(graph: Graph, text: str = QUERY, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await graph.ask(PAGE, text=text, **variables))["searchPrograms"]
    return found


async def test_a_search_is_one_statement_with_scores_passages_and_facets(graph: Graph) -> None:
    found = await search(graph)
    assert found["totalCount"] > 5
    totals = [edge["score"]["total"] for edge in found["edges"]]
    assert totals == sorted(totals, reverse=True)
    first = found["edges"][0]
    assert first["score"]["lexical"] > 0
    assert first["score"]["semantic"] > 0
    for name in ("disciplines", "streams"):
        assert sum(value["count"] for value in found["facets"][name]) == found["totalCount"]


async def test_highlights_are_the_words_that_the_query_asks_for(graph: Graph) -> None:
    found = await search(graph, "research")
    finder = default_finder()
    sought = {"research", "recherch", "scholarship", "erudit"} | {
        stem
        for need in finder.likely("research")
        for language in Language
        for phrase in finder.bank[need.name].phrases[language]
        for stem in lexemes(phrase, language)
    }
    shown = [p for edge in found["edges"] for p in edge["passages"] if p["highlights"]]
    assert shown
    for passage in shown:
        for span in passage["highlights"]:
            marked = passage["text"][span["start"] : span["end"]]
            stems = {lexeme(word.form, Language[passage["language"]]) for word in words(marked)}
            assert stems & sought
        assert passage["end"] - passage["start"] == len(passage["text"])


async def test_passages_stand_where_they_say(graph: Graph) -> None:
    found = await search(graph)
    for edge in found["edges"][:5]:
        for passage in edge["passages"]:
            (text,) = await graph.values(
                "SELECT s.text FROM core.program_section s JOIN core.dim_program p USING"
                " (program_key) WHERE p.is_current AND p.program_stream_id = $1 AND s.kind = $2"
                " AND s.heading = $3 LIMIT 1",
                edge["node"]["programStreamId"], passage["section"], passage["heading"],
            )  # fmt: skip
            assert text[passage["start"] : passage["end"]] == passage["text"]


@pytest.mark.parametrize("mode", ["LEXICAL", "SEMANTIC", "HYBRID"])
async def test_filters_hold_on_every_leg_and_in_facets(graph: Graph, mode: str) -> None:
    kept = {"language": {"eq": "FR"}}
    found = await search(graph, "résidence", filter=kept, mode=mode, first=100)
    assert 0 < found["totalCount"] == len(found["edges"])
    assert {edge["node"]["language"] for edge in found["edges"]} == {"FR"}
    parts = {"LEXICAL": {"lexical"}, "SEMANTIC": {"semantic"}}.get(mode, {"lexical", "semantic"})
    for edge in found["edges"]:
        assert {n for n in ("lexical", "semantic") if edge["score"][n] is not None} <= parts


async def test_pages_follow_each_other_without_loss_or_repetition(graph: Graph) -> None:
    whole = [edge["node"] for edge in (await search(graph, first=100))["edges"]]
    paged: list[Any] = []
    after = None
    while True:
        page = await search(graph, first=7, after=after)
        paged += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert paged == whole[: len(paged)]
    assert len(paged) == min(100, page["totalCount"])


async def test_a_cursor_of_another_query_or_index_is_refused(graph: Graph) -> None:
    cursor = (await search(graph, first=3))["pageInfo"]["endCursor"]
    error = await graph.refused(PAGE, text="another", after=cursor)
    assert error["extensions"]["code"] == "CURSOR_INVALID"
    await refresh_search(SearchRequest(rebuild=True))
    error = await graph.refused(PAGE, text=QUERY, first=3, after=cursor)
    assert error["extensions"]["code"] == "CURSOR_EXPIRED"
    await roll_back(graph.owner)
    assert (await search(graph, first=3, after=cursor))["edges"]


@pytest.mark.parametrize(("text", "said"), [("  ", "is empty"), ("x" * 1001, "1000 is the most")])
async def test_queries_that_cannot_be_are_refused(graph: Graph, text: str, said: str) -> None:
    error = await graph.refused(PAGE, text=text)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert said in error["message"]
    assert error["path"] == ["searchPrograms"]


async def test_without_an_index_the_error_says_how_to_make_one(graph: Graph) -> None:
    await graph.owner.execute("UPDATE ops.index_version SET is_active = false")
    error = await graph.refused(PAGE, text=QUERY)
    assert error["extensions"]["code"] == "SEARCH_INDEX_MISSING"
    assert "residency search refresh" in error["message"]


async def test_aliases_search_side_by_side_in_one_statement(graph: Graph) -> None:
    asked = """{
      words: searchPrograms(query: "research", mode: LEXICAL, first: 2) {
        edges { a: passages(first: 1) { text } b: passages(first: 2) { text h: highlights { e: end
          __typename } } } }
      meaning: searchPrograms(query: "recherche", mode: SEMANTIC, first: 2) { nodes { name } }
    }"""
    found = await graph.ask(asked)
    for edge in found["words"]["edges"]:
        assert edge["a"] == [{"text": passage["text"]} for passage in edge["b"][:1]]
        assert all(set(h) == {"e", "__typename"} for p in edge["b"] for h in p["h"])
    assert len(found["meaning"]["nodes"]) == 2


async def test_slips_and_concepts_are_told(graph: Graph) -> None:
    told = (await search(graph, "reserch"))["interpretation"]
    assert told["correctedQuery"] == "research"
    assert "research" in " ".join(told["concepts"])


async def test_words_alone_are_read_as_nothing_else(graph: Graph) -> None:
    asked = "how many weeks of vacation do I get"
    told = {
        mode: (await search(graph, asked, mode=mode))["interpretation"]["needs"]
        for mode in ("LEXICAL", "SEMANTIC", "HYBRID")
    }
    assert told["LEXICAL"] == []
    assert "vacation_entitlement" in told["SEMANTIC"]
    assert told["HYBRID"] == told["SEMANTIC"]


async def test_similar_programs_come_with_their_reasons(graph: Graph) -> None:
    asked = """{ programs(first: 3) { nodes { discipline { name } similar(first: 4) { score
      sharedFields sharedText sharedPassageCount sharedPassages { text section start end }
      program { programStreamId discipline { name } } } programStreamId } } }"""
    for node in (await graph.ask(asked))["programs"]["nodes"]:
        similar = node["similar"]
        scores = [one["score"] for one in similar]
        assert len(similar) == 4
        assert scores == sorted(scores, reverse=True)
        for one in similar:
            assert one["program"]["programStreamId"] != node["programStreamId"]
            same = one["program"]["discipline"] == node["discipline"]
            assert ("DISCIPLINE" in one["sharedFields"]) == same
            assert 0 <= one["sharedText"] <= 1
            assert len(one["sharedPassages"]) == min(3, one["sharedPassageCount"])


async def test_the_examples_of_searching_and_likeness_are_one_statement_each(graph: Graph) -> None:
    (key,) = await graph.rows(
        "SELECT match_iteration_id, program_stream_id FROM core.dim_program WHERE is_current"
        " ORDER BY program_key LIMIT 1"
    )
    examples = {e.title: e for e in example_queries(key[0], [key[1]])}
    for title in ("Search in two languages", "Programs like this one"):
        answer = (await graph.raw(examples[title].query, dict(examples[title].variables))).json()
        assert "errors" not in answer
        assert len(graph.reader.statements) == 1
