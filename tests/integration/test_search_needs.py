"""Phrases of needs in the index: found side by side, by sentences that share no word with them."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.conftest import Database
from warehouse.engine import Role, connect
from warehouse.reader import Reader
from warehouse.search.analysis import lexemes
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


@pytest.mark.parametrize("mode", [SearchMode.LEXICAL, SearchMode.HYBRID])
async def test_a_sentence_finds_what_documents_say_in_words_of_their_own(
    indexed: Database, phrase: tuple[str, Language], mode: SearchMode
):
    term, language = phrase
    finder = NeedFinder(
        make_needs(
            [
                ("need", language, WordingKind.ASKED, "zorgle the frumious qwyx"),
                ("need", language, WordingKind.PHRASE, term),
                ("need", language, WordingKind.STATEMENT, term),
            ]
        )
    )
    async with Reader(indexed.settings) as reader:
        searcher = Searcher(reader.fetch_rows, indexed.settings, lexicon=Lexicon(), needs=finder)
        prepared = await searcher.prepare("frumious qwyx", mode, language)
        assert [one.name for one in prepared.query.needs] == ["need"]
        hits = await searcher.passages(prepared, first=5)
    assert hits
    parts = term.split(JOINT)
    for hit in hits:
        found = lexemes(hit.text, hit.language)
        assert any(found[at : at + len(parts)] == parts for at in range(len(found)))


async def test_a_search_without_needs_does_not_know_the_sentence(indexed: Database):
    async with Reader(indexed.settings) as reader:
        finder = NeedFinder({})
        searcher = Searcher(reader.fetch_rows, indexed.settings, lexicon=Lexicon(), needs=finder)
        prepared = await searcher.prepare("frumious qwyx", SearchMode.LEXICAL)
        assert await searcher.passages(prepared) == []
