"""Passages put back together are the section, and what is cut is what is found."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.masking import contains_contact, mask_contacts
from warehouse.search.analysis import fold, language_of, lexeme, lexemes, words
from warehouse.search.passages import LEAST_WORDS, MOST_WORDS, cut, sentences
from warehouse.vocabulary import Language

PIECES = (
    "Residents train in rural hospitals. d'un l'hôpital résidents forêt a.b Dr. St. e.g. 4 12.5 »"
    " « ** # * - | --- (see) [link](https://example.org/a) \u00a0 \u2028 jane@example.org"
    " 709-555-0130 cœur naïve"
)
WORDS = st.sampled_from(PIECES.split(" "))
LINES = st.lists(WORDS, max_size=90).map(" ".join)
HEADINGS = st.sampled_from(["", "## Rotations", "**Research**", "* item", "a | b"])
SECTIONS = st.lists(st.one_of(LINES, HEADINGS), max_size=12).map("\n".join) | st.text(max_size=300)
LANGUAGES = st.sampled_from(list(Language))


@given(SECTIONS, LANGUAGES)
@settings(max_examples=150, deadline=None)
def test_passages_put_back_together_are_the_section_but_for_white_space(section, language):
    masked, passages = mask_contacts(section), cut(section, language)
    end = 0
    for passage in passages:
        assert passage.start >= end
        assert not masked[end : passage.start].strip()
        end = passage.end
    assert not masked[end:].strip()


@given(SECTIONS, LANGUAGES)
@settings(max_examples=100, deadline=None)
def test_offsets_slice_to_the_text(section, language):
    masked = mask_contacts(section)
    for part in (*cut(section, language), *sentences(section)):
        assert masked[part.start : part.end] == part.text
        assert part.text == part.text.strip() != ""
    for word in words(section):
        assert fold("".join(section[word.start : word.end].split("'"))).startswith(word.form[:1])


@given(SECTIONS, LANGUAGES)
@settings(max_examples=100, deadline=None)
def test_no_passage_holds_a_contact(section, language):
    assert not any(contains_contact(passage.text) for passage in cut(section, language))


@given(SECTIONS, LANGUAGES)
@settings(max_examples=100, deadline=None)
def test_passages_are_made_of_whole_sentences_and_are_bounded(section, language):
    ends = {sentence.end for sentence in sentences(section)}
    for passage in cut(section, language):
        assert passage.end in ends
        assert len(passage.text.split()) <= MOST_WORDS


@given(SECTIONS, LANGUAGES)
@settings(max_examples=50, deadline=None)
def test_cutting_is_repeatable(section, language):
    assert cut(section, language) == cut(section, language)


def test_short_paragraphs_share_a_passage_and_long_ones_do_not():
    paragraph = " ".join(["Residents see patients."] * 40)
    passages = cut("\n\n".join([paragraph] * 3), Language.EN)
    assert [len(passage.text.split()) for passage in passages] == [120, 120, 120]
    short = "\n\n".join(["Residents see patients."] * 5)
    assert len(cut(short, Language.EN)) == 1


def test_a_sub_heading_begins_a_passage_once_the_one_before_is_long_enough():
    body = " ".join(["Residents see patients."] * 25)
    first, second = cut(f"## One\n{body}\n\n**Two**\n{body}", Language.EN)
    assert len(first.text.split()) > LEAST_WORDS
    assert second.text.startswith("**Two**")


def test_abbreviations_end_no_sentence():
    text = "Dr. Roy meets St. John residents, e.g. Monday. They agree. Il est 3.5 ans. M. Roy rit."
    assert [sentence.text for sentence in sentences(text)] == [
        "Dr. Roy meets St. John residents, e.g. Monday.",
        "They agree.",
        "Il est 3.5 ans.",
        "M. Roy rit.",
    ]


def test_a_passage_in_the_other_language_is_known_as_such():
    text = "Les résidents font un stage dans les hôpitaux de la région, avec une équipe."
    assert cut(text, Language.EN)[0].language is Language.FR
    assert language_of("Chirurgie") is None


def test_accents_capitals_elisions_and_genitives_change_no_lexeme():
    assert lexemes("L'ÉTÉ à l’hôpital d'Ottawa", Language.FR) == lexemes(
        "hopital ottawa", Language.FR
    )
    assert lexemes("the program's Residents", Language.EN) == lexemes(
        "program RESIDENT", Language.EN
    )
    assert lexemes("mentorship, mentoring", Language.EN)[1] == lexemes("mentor", Language.EN)[0]


def test_addresses_of_links_are_no_words_but_their_labels_are():
    text = "[Research day](https://example.org/surgery) www.example.org/psychiatry"
    assert [word.form for word in words(text)] == ["research", "day"]


def test_stop_words_have_no_lexeme():
    assert lexeme("the", Language.EN) is None
    assert lexeme("ete", Language.FR) is None
    assert lexeme("ete", Language.EN) == "ete"
