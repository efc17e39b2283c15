"""Rankings: BM25 as its formula says, vectors as plain arithmetic says, filters on both legs."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from tests.conftest import Database
from warehouse.engine import Role, connect
from warehouse.errors import IndexMissingError
from warehouse.reader import Reader
from warehouse.search.analysis import lexemes
from warehouse.search.lexicon import EntryKind, Lexicon, make_lexicon
from warehouse.search.need_finder import NO_NEEDS
from warehouse.search.ranking_settings import Fusion, RankingSettings, SearchMode
from warehouse.search.searcher import Searcher
from warehouse.search.vectors import build_approximate_index
from warehouse.search.versions import active_version, roll_back
from warehouse.vocabulary import Language

QUERIES = (
    "research and family medicine",
    "entrevues en région",
    "Winnipeg",
    "letters of reference",
)
LEXICON = make_lexicon(
    [
        ("research", Language.EN, EntryKind.TERM, "research"),
        ("research", Language.FR, EntryKind.TERM, "recherche"),
        ("interview", Language.EN, EntryKind.TERM, "interview"),
        ("interview", Language.EN, EntryKind.PARAPHRASE, "talk to the committee"),
        ("interview", Language.FR, EntryKind.TERM, "entrevue"),
    ]
)


@pytest.fixture
async def searcher(indexed: Database):
    async with Reader(indexed.settings) as reader:
        yield Searcher(reader.fetch_rows, indexed.settings, lexicon=Lexicon(), needs=NO_NEEDS)


async def fetch(database, statement, *values):
    async with connect(Role.OWNER, database.settings) as connection:
        return await connection.fetch(statement, *values)


async def bm25(database, terms, settings):
    """BM25 of every passage by the formula, from the texts alone: passage key to score."""
    rows = await fetch(database, "SELECT passage_key, language, text FROM search.passage")
    found = {
        row["passage_key"]: (row["language"], lexemes(row["text"], Language[row["language"]]))
        for row in rows
    }
    scores = {}
    for language in Language:
        texts = {key: words for key, (known, words) in found.items() if known == language}
        mean = sum(map(len, texts.values())) / len(texts)
        frequency = Counter(word for words in texts.values() for word in set(words))
        for key, words in texts.items():
            norm = settings.k1 * (1 - settings.b + settings.b * len(words) / mean)
            for concept in {term.concept for term in terms}:
                same = [
                    term for term in terms if term.concept == concept and frequency[term.lexeme]
                ]
                times = sum(term.weight * words.count(term.lexeme) for term in same)
                if times:
                    df = min(len(texts), sum(frequency[term.lexeme] for term in same))
                    idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
                    score = idf * times * (settings.k1 + 1) / (times + norm)
                    scores[key] = scores.get(key, 0) + score
    return scores


@pytest.mark.parametrize("text", QUERIES)
async def test_the_lexical_leg_is_bm25(indexed, searcher, text):
    prepared = await searcher.prepare(text, SearchMode.LEXICAL)
    expected = await bm25(indexed, prepared.query.terms, searcher.ranking)
    hits = await searcher.passages(prepared, first=1000)
    assert len(hits) > 3
    for hit in hits:
        weight = searcher.ranking.lexical_title if hit.section_kind is None else 1
        assert hit.lexical == pytest.approx(expected[hit.passage_key] * weight)


@pytest.mark.parametrize("text", QUERIES)
async def test_the_semantic_leg_is_the_cosine(indexed, searcher, text):
    prepared = await searcher.prepare(text, SearchMode.SEMANTIC)
    rows = await fetch(
        indexed, "SELECT passage_key, embedding::text AS v FROM search.passage_vector"
    )
    asked = np.array(prepared.vector)
    expected = {
        row["passage_key"]: float(np.array(row["v"][1:-1].split(","), dtype=float) @ asked)
        for row in rows
    }
    hits = await searcher.passages(prepared, first=1000)
    assert len(hits) > 3
    for hit in hits:
        assert hit.semantic == pytest.approx(expected[hit.passage_key], abs=2e-3)


@pytest.mark.parametrize("mode", list(SearchMode))
async def test_a_program_scores_by_its_best_passages_each_less_and_by_its_title(
    indexed, searcher, mode
):
    searcher.ranking = replace(searcher.ranking, lexical_title=0, semantic_title=0, depth=1)
    prepared = await searcher.prepare("research", mode)
    for hit in await searcher.programs(prepared, first=5):
        part = hit.semantic if mode is SearchMode.SEMANTIC else hit.lexical
        parts = [p.semantic if mode is SearchMode.SEMANTIC else p.lexical for p in hit.passages]
        assert part == pytest.approx(max(value for value in parts if value is not None))


@pytest.mark.parametrize("fusion", list(Fusion))
async def test_a_hybrid_score_is_made_of_both_legs(searcher, fusion):
    searcher.ranking = RankingSettings(fusion=fusion, keyword_weight=0.7, sentence_weight=0.7)
    hits = await searcher.programs(await searcher.prepare(QUERIES[0]), first=100)
    legs = {}
    for leg in ("lexical", "semantic"):
        found = sorted((getattr(h, leg) for h in hits if getattr(h, leg) is not None), reverse=True)
        legs[leg] = found
    for hit in hits:
        parts = []
        for leg, weight in (("lexical", 0.3), ("semantic", 0.7)):
            value, found = getattr(hit, leg), legs[leg]
            if value is None:
                continue
            if fusion is Fusion.RRF:
                parts.append(weight / (60 + 1 + found.index(value)))
            else:
                least = 0 if leg == "lexical" else found[-1]
                parts.append(weight * (value - least) / (found[0] - least))
        assert hit.score == pytest.approx(sum(parts), abs=1e-6)


@pytest.mark.parametrize("mode", list(SearchMode))
async def test_a_filter_holds_on_both_legs_and_counts_words_as_before(indexed, searcher, mode):
    prepared = await searcher.prepare(QUERIES[0], mode)
    kept = "SELECT program_key FROM core.dim_program WHERE is_current AND language = $1"
    french = {row[0] for row in await fetch(indexed, kept, "FR")}
    hits = await searcher.programs(prepared, filtered=kept, values=["FR"], first=100)
    assert {hit.program_key for hit in hits} <= french
    whole = {hit.program_key: hit for hit in await searcher.programs(prepared, first=100)}
    for hit in hits:
        assert hit.lexical == whole[hit.program_key].lexical
        assert hit.semantic == whole[hit.program_key].semantic


async def test_the_same_query_gives_the_same_order_page_by_page(searcher):
    prepared = await searcher.prepare(QUERIES[0])
    whole = await searcher.programs(prepared, first=30)
    assert await searcher.programs(prepared, first=30) == whole
    assert await searcher.programs(prepared, first=7) == whole[:7]
    assert [h.score for h in whole] == sorted((h.score for h in whole), reverse=True)


async def test_passages_stand_where_they_are_said_to(indexed, searcher):
    prepared = await searcher.prepare("research and interviews")
    sections = {
        (row["program_key"], row["ordinal"]): (row["kind"], row["text"])
        for row in await fetch(
            indexed, "SELECT program_key, ordinal, kind, text FROM core.program_section"
        )
    }
    for program in await searcher.programs(prepared, first=10):
        for hit in program.passages:
            kind, text = sections[hit.program_key, hit.section_ordinal]
            assert (hit.section_kind, hit.text) == (kind, text[hit.start : hit.end])


async def test_the_approximate_index_finds_what_comparing_all_finds(indexed, searcher):
    prepared = await searcher.prepare(QUERIES[0], SearchMode.SEMANTIC)
    exact = await searcher.passages(prepared, first=10)
    async with connect(Role.OWNER, indexed.settings) as connection:
        assert await build_approximate_index(connection, await active_version(connection))
        assert not await build_approximate_index(connection, await active_version(connection))
    shape = replace(prepared.index.shape, exact_limit=0)
    by_index = replace(prepared, index=replace(prepared.index, shape=shape))
    assert [h.passage_key for h in await searcher.passages(by_index, first=10)] == [
        h.passage_key for h in exact
    ]
    filtered = "SELECT program_key FROM core.dim_program WHERE program_key % 2 = 0"
    assert [
        h.passage_key for h in await searcher.passages(by_index, filtered=filtered, first=5)
    ] == [h.passage_key for h in await searcher.passages(prepared, filtered=filtered, first=5)]


async def test_nothing_is_found_for_nothing_and_for_words_that_nobody_wrote(searcher):
    for text in ("", "  ", "the of", "zzqx wvvk", "• — …"):
        for mode in SearchMode:
            prepared = await searcher.prepare(text, mode)
            assert await searcher.programs(prepared) == []
            assert await searcher.passages(prepared) == []


async def test_a_slip_of_the_pen_finds_the_same_programs(searcher):
    right = await searcher.programs(await searcher.prepare("Winnipeg research"))
    prepared = await searcher.prepare("Winipeg reserch")
    assert [(c.typed, c.taken) for c in prepared.query.corrections] == [
        ("Winipeg", "winnipeg"),
        ("reserch", "research"),
    ]
    assert [h.program_key for h in await searcher.programs(prepared)][:3] == [
        h.program_key for h in right
    ][:3]


async def test_concepts_find_passages_of_the_other_language(indexed):
    async with Reader(indexed.settings) as reader:
        searcher = Searcher(reader.fetch_rows, indexed.settings, lexicon=LEXICON)
        prepared = await searcher.prepare("talk to the committee", SearchMode.LEXICAL)
        assert prepared.query.concepts == ("interview",)
        found = {hit.language for hit in await searcher.passages(prepared, first=200)}
    assert found == set(Language)


async def test_a_searcher_follows_the_switch(indexed, searcher):
    from etl.search_refresh import SearchRequest, refresh_search

    first = (await searcher.index()).version.key
    await refresh_search(SearchRequest(rebuild=True))
    assert (await searcher.index()).version.key == first + 1
    async with connect(Role.OWNER, indexed.settings) as connection:
        await roll_back(connection)
    assert (await searcher.index()).version.key == first


async def test_without_an_index_the_error_says_what_to_do(published):
    async with Reader(published.settings) as reader:
        with pytest.raises(IndexMissingError, match="Run `residency search refresh`"):
            await Searcher(reader.fetch_rows, published.settings).prepare("research")
