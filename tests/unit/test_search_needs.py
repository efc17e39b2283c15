"""Needs: what people type in everyday words is taken for what documents speak of."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.errors import SearchError
from warehouse.masking import mask_contacts
from warehouse.search.analysis import lexemes
from warehouse.search.expansion import AS_TYPED, sentence_likeness
from warehouse.search.lexicon import Lexicon
from warehouse.search.need_finder import NO_NEEDS, NeedFinder, default_finder
from warehouse.search.needs import WordingKind, make_needs, read_needs
from warehouse.search.phrases import JOINT, Phrases
from warehouse.search.query import analyse
from warehouse.search.spelling import Vocabulary
from warehouse.vocabulary import Language

EN, FR = Language.EN, Language.FR
ASKED, PHRASE, STATEMENT = WordingKind.ASKED, WordingKind.PHRASE, WordingKind.STATEMENT
NOTHING = Vocabulary({}, frozenset())
BANK = make_needs(
    [
        ("vacation", EN, ASKED, "how much time off do I get"),
        ("vacation", EN, ASKED, "can I go home for christmas"),
        ("vacation", FR, ASKED, "combien de semaines de repos par année"),
        ("vacation", EN, PHRASE, "weeks of vacation"),
        ("vacation", EN, PHRASE, "vacation"),
        ("vacation", FR, PHRASE, "semaines de vacances"),
        ("vacation", EN, STATEMENT, "Residents have four weeks of vacation."),
        ("dress", EN, ASKED, "what should I wear on the day"),
        ("dress", EN, PHRASE, "business attire"),
        ("dress", FR, ASKED, "comment s'habiller ce jour-là"),
        ("dress", FR, PHRASE, "tenue vestimentaire"),
    ]
)
FINDER = NeedFinder(BANK)


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("do I get time off", "vacation"),
        ("home for christmas?", "vacation"),
        ("what to wear", "dress"),
        ("semaines de repos", "vacation"),
        ("s'habiller comment", "dress"),
    ],
)
def test_a_sentence_means_the_need_that_people_put_like_that(text, need):
    assert FINDER.likely(text)[0].name == need


def test_the_nearest_need_is_the_likeliest_and_nothing_exceeds_one():
    found = FINDER.likely("how much time off on the day, and what should I wear")
    assert sorted(one.name for one in found) == ["dress", "vacation"]
    assert 1 >= found[0].likelihood > found[1].likelihood > 0


@pytest.mark.parametrize("text", ["", "zzqx wvvk", "neurosurgery"])
def test_what_no_wording_has_means_no_need(text):
    assert FINDER.likely(text) == ()


def test_a_query_of_stop_words_alone_asks_nothing():
    assert not analyse("how do I", EN, NOTHING, Lexicon(), needs=FINDER).has_words


def test_no_bank_means_no_need():
    assert NO_NEEDS.likely("how much time off do I get") == ()


def test_a_need_is_looked_for_under_the_phrases_of_both_languages():
    query = analyse("how much time off do I get", EN, NOTHING, Lexicon(), needs=FINDER)
    phrases = {phrase.term: phrase for phrase in query.reading.phrases}
    assert set(phrases) == {"week vacat", "vacat", "semain vacanc"}
    assert phrases["week vacat"].importance > phrases["vacat"].importance
    assert phrases["week vacat"].importance > phrases["semain vacanc"].importance
    assert {phrase.need for phrase in phrases.values()} == {"vacation"}
    assert [one.name for one in query.reading.needs] == ["vacation"]
    assert not {term.lexeme for term in query.terms} & set(phrases), "words are words alone"


def test_a_sentence_is_read_with_certainty_and_keywords_are_meant_as_typed():
    sentence = analyse("how much time off do I get", EN, NOTHING, Lexicon(), needs=FINDER).reading
    keywords = analyse("christmas time", EN, NOTHING, Lexicon(), needs=FINDER).reading
    assert (sentence.certainty, keywords.certainty) == (1.0, 0.0)
    assert max(phrase.importance for phrase in sentence.phrases) == 1.0
    assert 0 < max(phrase.importance for phrase in keywords.phrases) < 0.5


def test_what_is_shown_of_a_passage_is_what_it_was_looked_for_by():
    query = analyse("how much time off do I get", EN, NOTHING, Lexicon(), needs=FINDER)
    assert {("week", "vacat"), ("semain", "vacanc"), ("time",)} <= query.sayings
    typed = replace(query, reading=AS_TYPED)
    assert typed.sayings == {(term.lexeme,) for term in query.terms}


def test_a_query_is_nearer_to_needs_that_are_asked_like_those_it_is_like():
    bank = make_needs(
        [
            ("pay", EN, ASKED, "what is the salary"),
            ("pay", EN, ASKED, "salary and wages of a resident"),
            ("raise", EN, ASKED, "do wages grow with the salary scale"),
            ("raise", EN, ASKED, "yearly increment"),
            ("parking", EN, ASKED, "where to leave my car"),
        ]
    )
    near = NeedFinder(bank)._relations.likeness(np.array([0.5, 0.0, 0.0]))
    assert near[0] > near[1] > near[2] == pytest.approx(0, abs=1e-9)


def test_words_of_wordings_are_no_slips():
    vocabulary = Vocabulary({"christian": 9}, frozenset({"christian"}))
    assert analyse("christmas", EN, vocabulary, Lexicon(), needs=NO_NEEDS).corrections
    assert not analyse("christmas", EN, vocabulary, Lexicon(), needs=FINDER).corrections


@pytest.mark.parametrize(
    ("text", "language", "is_sentence"),
    [
        ("how many nights will I be at the hospital", EN, True),
        ("est-ce que je vais voir mes enfants", FR, True),
        ("rural family medicine Winnipeg", EN, False),
        ("stages obligatoires en région", FR, False),
    ],
)
def test_a_sentence_is_told_from_keywords_by_its_stop_words(text, language, is_sentence):
    assert (sentence_likeness(text, language) > 0.5) is is_sentence


@given(st.text(), st.sampled_from([None, *Language]))
def test_any_text_means_needs_in_order_of_likeness_or_none(text, language):
    found = FINDER.likely(text, language)
    assert all(0 < one.likelihood <= 1 and 0 < one.likeness <= 1 + 1e-9 for one in found)
    assert all(one.likeness >= other.likeness for one, other in pairwise(found))
    assert found == FINDER.likely(text, language)


@given(st.lists(st.sampled_from(["week", "vacat", "other"]), max_size=12))
def test_a_phrase_is_found_where_its_lexemes_stand_side_by_side(found):
    expected = [JOINT.join(pair) for pair in pairwise(found) if pair == ("week", "vacat")]
    assert list(Phrases(BANK).within(found, EN)) == expected


def test_another_phrase_makes_another_index_and_another_wording_does_not():
    more = [("dress", EN, PHRASE, "formal attire")], [("dress", EN, ASKED, "tie or no tie")]
    base = [("dress", EN, PHRASE, "business attire")]
    digests = [Phrases(make_needs([*base, *one])).digest for one in ((), *more)]
    assert digests[0] == digests[2] != digests[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("need,language,text\n", "has the columns"),
        ("need,language,kind,text\nx,EN,ASKD,hello\n", "line 2: 'ASKD' is no language or kind"),
        ("need,language,kind,text\nx,DE,ASKED,hallo\n", "line 2: 'DE' is no language or kind"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(tmp_path, text, message):
    (tmp_path / "area.csv").write_text(text)
    with pytest.raises(SearchError, match=message):
        read_needs(tmp_path)


def test_every_need_of_the_package_can_be_asked_and_looked_for_in_both_languages():
    bank = read_needs()
    assert len(bank) > 500
    for need in bank.values():
        for language in Language:
            assert len(need.asked[language]) >= 14, need.name
            assert len(need.statements[language]) >= 2, need.name
            assert sum(bool(lexemes(text, language)) for text in need.phrases[language]) >= 5


def test_no_wording_of_the_package_holds_a_contact():
    for need in read_needs().values():
        for wordings in (need.asked, need.phrases, need.statements):
            for text in (text for texts in wordings.values() for text in texts):
                assert mask_contacts(text) == text


def test_the_wordings_of_the_package_find_their_own_needs():
    finder = default_finder()
    asked = [
        (need.name, language, text)
        for need in list(finder.bank.values())[::9]
        for language in Language
        for text in need.asked[language][::4]
    ]
    right = sum(finder.likely(text, each)[0].name == name for name, each, text in asked)
    assert right / len(asked) > 0.97
