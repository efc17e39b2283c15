"""Queries: slips, concepts and both languages; nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.errors import SearchError
from warehouse.search.analysis import lexeme
from warehouse.search.corpus import CorpusEmbeddings, fit
from warehouse.search.lexicon import EntryKind, Lexicon, make_lexicon, read_lexicon
from warehouse.search.query import analyse
from warehouse.search.spelling import Vocabulary, distance
from warehouse.vocabulary import Language

FORMS = {"research": 40, "psychiatry": 9, "rural": 7, "recherche": 5, "region": 5, "surgery": 3}
VOCABULARY = Vocabulary(
    FORMS,
    frozenset(stem for form in FORMS for each in Language if (stem := lexeme(form, each))),
)
LEXICON = make_lexicon(
    [
        ("research", Language.EN, EntryKind.TERM, "research"),
        ("research", Language.FR, EntryKind.TERM, "recherche"),
        ("rural", Language.EN, EntryKind.TERM, "rural training"),
        ("rural", Language.EN, EntryKind.PARAPHRASE, "far from the city"),
        ("rural", Language.FR, EntryKind.TERM, "région éloignée"),
    ]
)


def by_concept(query):
    found = {}
    for term in query.terms:
        found.setdefault(term.concept, []).append((term.lexeme, term.weight))
    return list(found.values())


@pytest.mark.parametrize("module", ["residency --help", "residency search --help"])
def test_help_loads_neither_langchain_nor_scikit_learn(module):
    script = (
        "import sys\n"
        f"sys.argv = {module.split()!r}\n"
        "from residency.command import app\n"
        "try:\n    app()\nexcept SystemExit:\n    pass\n"
        "heavy = {'langchain', 'langchain_core', 'langchain_openai', 'openai', 'sklearn', 'scipy',"
        " 'snowballstemmer', 'sentence_transformers'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_word_is_looked_for_in_both_languages():
    query = analyse("surgery", Language.EN, VOCABULARY, Lexicon())
    assert by_concept(query) == [[("surgeri", 1.0), ("surgery", 0.8)]]


def test_a_query_whose_language_does_not_show_counts_both_alike():
    query = analyse("surgery", None, VOCABULARY, Lexicon())
    assert query.language is None
    assert {weight for _, weight in by_concept(query)[0]} == {1.0}


@pytest.mark.parametrize(
    ("text", "language"),
    [("où faire de la recherche", Language.FR), ("which do research", Language.EN)],
)
def test_the_language_shows_by_stop_words(text, language):
    query = analyse(text, None, VOCABULARY, Lexicon())
    assert query.language is language
    assert len(by_concept(query)) == 1


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("reserch", "research"),
        ("psychaitry", "psychiatry"),
        ("psichyatri", None),
        ("rurl", "rural"),
        ("rrl", None),
        ("researchers", None),
        ("RÉGION", None),
        ("12345", None),
    ],
)
def test_slips_are_forgiven_and_known_words_left_alone(typed, taken):
    query = analyse(typed, Language.EN, VOCABULARY, Lexicon())
    assert [one.taken for one in query.corrections] == ([taken] if taken else [])
    assert query.corrected == (taken or typed)


@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.integers(0, 4))
def test_distance_is_that_of_plain_dynamic_programming(one, other, most):
    table = {}
    for i in range(len(one) + 1):
        for j in range(len(other) + 1):
            if not i or not j:
                table[i, j] = i + j
                continue
            table[i, j] = min(
                table[i - 1, j] + 1,
                table[i, j - 1] + 1,
                table[i - 1, j - 1] + (one[i - 1] != other[j - 1]),
            )
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    assert distance(one, other, most) == min(table[len(one), len(other)], most + 1)


def test_a_concept_brings_its_terms_in_both_languages():
    query = analyse("research", Language.EN, VOCABULARY, LEXICON)
    assert query.concepts == ("research",)
    typed, meant = by_concept(query)
    assert [word for word, _ in typed] == ["research"]
    assert dict(meant)["recherch"] == 1
    assert query.expansions == ("research", "recherche")


def test_a_paraphrase_of_several_words_brings_terms_beside_the_words_as_typed():
    query = analyse("I want to live far from the city", Language.EN, VOCABULARY, LEXICON)
    assert query.concepts == ("rural",)
    *typed, meant = by_concept(query)
    assert [words[0][0] for words in typed] == ["live", "far", "citi"]
    assert meant == [("rural", 1), ("train", 1), ("region", 1), ("eloigne", 1)]
    assert {term.size for term in query.terms if term.concept == 3} == {2}


def test_analysing_is_repeatable_and_bounded():
    text = "research " * 500
    query = analyse(text, None, VOCABULARY, LEXICON)
    assert query == analyse(text, None, VOCABULARY, LEXICON)
    assert len(by_concept(query)) == 64 + len(query.concepts)


def test_the_lexicon_of_the_project_can_be_read():
    assert isinstance(read_lexicon(), Lexicon)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("concept,language\n", "its columns must be|Its columns must be"),
        ("concept,language,kind,text\nx,DE,TERM,a\n", "line 2: 'DE' is no language or kind"),
        ("concept,language,kind,text\nx,EN,WORD,a\n", "line 2: 'WORD' is no language or kind"),
    ],
)
def test_a_lexicon_that_cannot_be_read_says_where_and_why(tmp_path, content, words):
    path = tmp_path / "lexicon.csv"
    path.write_text(content)
    with pytest.raises(SearchError, match=words):
        read_lexicon(path)


PASSAGES = [
    ["research", "mentor", "project"],
    ["research", "project", "paper"],
    ["rural", "clinic", "family"],
    ["rural", "family", "mentor"],
]


def test_a_fit_puts_texts_with_like_words_near_each_other():
    fitted = fit(PASSAGES, 2)
    near = fitted.vector(["project"]) @ fitted.vector(["research"])
    far = fitted.vector(["project"]) @ fitted.vector(["rural"])
    assert near > 0.9 > far
    assert fitted.dimensions == 2
    assert "paper" not in fitted.numbers, "a word of one passage alone is not learnt"


@pytest.mark.parametrize("passages", [[], [["one"]], [["one"], ["two"]], [["one"], ["one"]]])
def test_a_fit_on_almost_nothing_knows_nothing(passages):
    fitted = fit(passages, 256)
    assert CorpusEmbeddings(fitted).embed_query("one two") == [0.0] * fitted.dimensions


def test_a_word_that_the_lexicon_knows_is_no_slip():
    known = next(iter(sorted(word for word in LEXICON.words if len(word) > 4)))
    assert not analyse(known, None, VOCABULARY, LEXICON).corrections
