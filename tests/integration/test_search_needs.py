"""Phrases of needs in the index: found side by side, by sentences that share no word with them."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest

from tests.conftest import Database
from warehouse.engine import Role, connect
from warehouse.reader import Reader
from warehouse.search.analysis import lexemes
from warehouse.search.expansion import AS_TYPED, Reading
from warehouse.search.highlights import highlights
from warehouse.search.lexicon import Lexicon
from warehouse.search.need_finder import NeedFinder
from warehouse.search.needs import WordingKind, make_needs
from warehouse.search.phrases import JOINT
from warehouse.search.ranking_settings import SearchMode
from warehouse.search.searcher import Searcher
from warehouse.vocabulary import Language


async def fetch(database: Database, statement: str, *values: object):
    async with connect(Role.OWNER, database.settings) as connection:
        return await connection.fetch(statement, *values)


@pytest.fixture
async def phrase(indexed: Database) -> tuple[str, Language]:
    """The phrase of the index that most passages have."""
    (row,) = await fetch(
        indexed,
        "SELECT lexeme, language FROM search.term WHERE strpos(lexeme, $1) > 0"
        " ORDER BY document_frequency DESC, lexeme LIMIT 1",
        JOINT,
    )
    return row["lexeme"], Language[row["language"]]


async def test_a_phrase_is_a_term_of_the_passages_where_its_lexemes_stand_side_by_side(
    indexed: Database, phrase: tuple[str, Language]
):
    term, language = phrase
    parts = term.split(JOINT)
    rows = await fetch(
        indexed,
        "SELECT passage_key, text FROM search.passage WHERE language = $1 AND is_current",
        language.value,
    )
    expected = {}
    for row in rows:
        found = lexemes(row["text"], language)
        times = Counter(tuple(found[start : start + len(parts)]) for start in range(len(found)))[
            tuple(parts)
        ]
        if times:
            expected[row["passage_key"]] = times
    postings = await fetch(
        indexed,
        "SELECT p.passage_key, p.frequency FROM search.posting p"
        " JOIN search.term t USING (term_key) WHERE t.lexeme = $1 AND t.language = $2",
        term, language.value,
    )  # fmt: skip
    assert expected
    assert {row["passage_key"]: row["frequency"] for row in postings} == expected


def searcher_of(reader: Reader, indexed: Database, term: str, language: Language) -> Searcher:
    """Return a searcher with one need, asked in words that no document has."""
    finder = NeedFinder(
        make_needs(
            [
                ("need", language, WordingKind.ASKED, "zorgle the frumious qwyx"),
                ("need", language, WordingKind.PHRASE, term),
                ("need", language, WordingKind.STATEMENT, term),
            ]
        )
    )
    return Searcher(reader.fetch_rows, indexed.settings, lexicon=Lexicon(), needs=finder)


@pytest.mark.parametrize("mode", [SearchMode.SEMANTIC, SearchMode.HYBRID])
async def test_a_sentence_finds_what_documents_say_in_words_of_their_own(
    indexed: Database, phrase: tuple[str, Language], mode: SearchMode
):
    term, language = phrase
    async with Reader(indexed.settings) as reader:
        searcher = searcher_of(reader, indexed, term, language)
        prepared = await searcher.prepare("frumious qwyx", mode, language)
        assert [one.name for one in prepared.query.reading.needs] == ["need"]
        hits = await searcher.passages(prepared, first=5)
    assert hits
    parts = term.split(JOINT)
    for hit in hits:
        found = lexemes(hit.text, hit.language)
        assert any(found[at : at + len(parts)] == parts for at in range(len(found)))
        assert highlights(hit.text, hit.language, prepared.query.sayings), "it shows why"
        assert hit.lexical is None


async def test_words_alone_guess_nothing(indexed: Database, phrase: tuple[str, Language]):
    async with Reader(indexed.settings) as reader:
        searcher = searcher_of(reader, indexed, *phrase)
        prepared = await searcher.prepare("frumious qwyx", SearchMode.LEXICAL, phrase[1])
        assert prepared.query.reading == AS_TYPED
        assert await searcher.passages(prepared) == []


async def test_meaning_is_likeness_and_bm25_of_phrases(
    indexed: Database, phrase: tuple[str, Language]
):
    term, language = phrase
    rows = await fetch(
        indexed,
        "SELECT p.passage_key, p.frequency, p.word_count, t.document_frequency,"
        " s.passage_count, s.mean_word_count FROM search.posting p JOIN search.term t"
        " USING (term_key) JOIN search.language_statistics s USING (analysis, language)"
        " WHERE t.lexeme = $1",
        term,
    )
    async with Reader(indexed.settings) as reader:
        searcher = searcher_of(reader, indexed, term, language)
        numbers = searcher.ranking
        prepared = await searcher.prepare("frumious qwyx", SearchMode.SEMANTIC, language)
        hits = await searcher.passages(prepared, first=10_000)
    (sought,) = prepared.query.reading.phrases
    telling = {}
    for row in rows:
        having, often = row["document_frequency"], row["frequency"]
        gain = math.log(1 + (row["passage_count"] - having + 0.5) / (having + 0.5))
        long = row["word_count"] / row["mean_word_count"]
        share = often * (numbers.k1 + 1) / (often + numbers.k1 * (1 - numbers.b + numbers.b * long))
        telling[row["passage_key"]] = numbers.telling * sought.importance * gain * share
    assert {hit.passage_key for hit in hits} >= telling.keys()
    for hit in hits:
        expected = (hit.likeness or 0) + telling.get(hit.passage_key, 0)
        assert hit.semantic == pytest.approx(expected)


@pytest.mark.parametrize("certainty", [0.0, 0.5, 1.0])
async def test_the_more_certain_a_reading_the_more_meaning_counts(
    indexed: Database, phrase: tuple[str, Language], certainty: float
):
    term, language = phrase
    async with Reader(indexed.settings) as reader:
        searcher = searcher_of(reader, indexed, term, language)
        prepared = await searcher.prepare("residency training", SearchMode.HYBRID, language)
        query = replace(prepared.query, reading=Reading(certainty=certainty))
        hits = await searcher.passages(replace(prepared, query=query), first=10_000)
    numbers = searcher.ranking
    weight = (1 - certainty) * numbers.keyword_weight + certainty * numbers.sentence_weight
    lexical = max(hit.lexical or 0 for hit in hits)
    semantic = max(hit.semantic or 0 for hit in hits)
    for hit in hits:
        share = (1 - weight) * (hit.lexical or 0) / lexical
        expected = share + weight * (hit.semantic or 0) / semantic
        assert hit.score == pytest.approx(expected, abs=1e-6)
