"""From what a person types to what the index is asked for.

Words become lexemes of both languages: an English query finds what French passages write alike,
and names of places stem differently in each. Words that nobody writes are corrected to the
nearest that somebody does. Concepts of the lexicon bring their terms in both languages. What a
sentence in everyday words is likely to mean is a reading of it, which stands beside its words.

A query is a list of **concepts**; each has **alternatives**, which are synonyms: what a passage has
of any of them adds up. An alternative is one or more lexemes, of which a passage must have all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from warehouse.search.analysis import Word, language_of, lexeme, words
from warehouse.search.expansion import AS_TYPED, ExpansionWeights, Reading, read
from warehouse.search.lexicon import Lexicon, Match
from warehouse.search.need_finder import NO_NEEDS, NeedFinder
from warehouse.search.phrases import JOINT
from warehouse.search.spelling import Vocabulary
from warehouse.search.stop_words import STOP_WORDS
from warehouse.vocabulary import Language

MOST_WORDS: Final = 64
"""Words of a query that count, from its beginning."""


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A lexeme to look for.

    Attributes:
        weight: What each time counts that it stands in a passage.
        concept: Number of what it stands for; concepts add up.
        alternative: Number among the alternatives of its concept, which are synonyms.
        size: How many lexemes the alternative has; a passage must have all of them.
        importance: What its concept counts.
    """

    lexeme: str
    weight: float
    concept: int
    alternative: int
    size: int
    importance: float = 1.0


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that was taken for a slip of another."""

    typed: str
    taken: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query, analysed.

    Attributes:
        text: As typed, NFC.
        corrected: The same with slips corrected: what is embedded.
        language: As given, or as the words tell; None where neither does.
        terms: What the words are looked for under.
        corrections: Which words were taken for others.
        concepts: Concepts of the lexicon that it means.
        expansions: Terms of those concepts, as texts, in both languages.
        reading: What it is likely to mean, beyond its words.
    """

    text: str
    corrected: str
    language: Language | None
    terms: tuple[QueryTerm, ...]
    corrections: tuple[Correction, ...]
    concepts: tuple[str, ...]
    expansions: tuple[str, ...]
    reading: Reading = AS_TYPED

    @property
    def has_words(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.terms)

    @property
    def sayings(self) -> frozenset[tuple[str, ...]]:
        """What passages say that answer it, each as its lexemes: alternatives and phrases."""
        alternatives = groupby(self.terms, key=lambda term: (term.concept, term.alternative))
        said = {tuple(term.lexeme for term in group) for _, group in alternatives}
        return frozenset(said | {tuple(one.term.split(JOINT)) for one in self.reading.phrases})


EMPTY: Final = Query("", "", None, (), (), (), ())
"""A query without words: what the text of a statement is made with, before there is a query."""


@dataclass(frozen=True, slots=True)
class _Typed:
    """A word of a query that is no stop word, and what it is taken for."""

    word: Word
    taken: str


Alternative = tuple[tuple[str, ...], float]
"""Lexemes that belong together, and what they count."""
Concept = tuple[float, list[Alternative]]
"""What a concept counts, and its alternatives."""


def analyse(
    text: str,
    language: Language | None,
    vocabulary: Vocabulary,
    lexicon: Lexicon,
    weights: ExpansionWeights | None = None,
    needs: NeedFinder = NO_NEEDS,
) -> Query:
    """Return what a text asks for; the same text always gives the same."""
    weights = weights or ExpansionWeights()
    text = unicodedata.normalize("NFC", text).strip()
    language = language or language_of(text, least=1)
    typed = [_taken(word, vocabulary, lexicon, needs) for word in _telling(text, language)]
    slips = [one for one in typed if one.taken != one.word.form]
    corrected = _corrected(text, slips)
    matches = list(dict.fromkeys(_matches(typed, language, lexicon)))
    concepts = tuple(dict.fromkeys(match.concept for match in matches))
    return Query(
        text=text,
        corrected=corrected,
        language=language,
        terms=tuple(_numbered(_concepts(typed, language, matches, lexicon, weights))),
        corrections=tuple(Correction(text[s.word.start : s.word.end], s.taken) for s in slips),
        concepts=concepts,
        expansions=tuple(
            dict.fromkeys(term.text for name in concepts for term in lexicon.terms.get(name, ()))
        ),
        reading=read(corrected, language, needs, weights) if typed else AS_TYPED,
    )


def _numbered(concepts: Iterator[Concept]) -> Iterator[QueryTerm]:
    """Yield the terms of concepts."""
    for number, (importance, alternatives) in enumerate(concepts):
        for at, (names, weight) in enumerate(alternatives):
            for name in names:
                yield QueryTerm(name, weight, number, at, len(names), importance)


def _telling(text: str, language: Language | None) -> Iterator[Word]:
    """Yield the words of a query that are no stop words of its language, or of either."""
    read = [language] if language else list(Language)
    for number, word in enumerate(words(text)):
        if number < MOST_WORDS and not any(word.form in STOP_WORDS[each] for each in read):
            yield word


def _taken(word: Word, vocabulary: Vocabulary, lexicon: Lexicon, needs: NeedFinder) -> _Typed:
    """Return what a word is taken for: one that the lexicon or a need knows is no slip."""
    stems = (lexeme(word.form, each) for each in Language)
    if word.form in needs.words or any(stem in lexicon.words for stem in stems):
        return _Typed(word, word.form)
    return _Typed(word, vocabulary.nearest(word.form) or word.form)


def _corrected(text: str, slips: Sequence[_Typed]) -> str:
    """Return a query with its slips corrected."""
    for slip in reversed(slips):
        text = text[: slip.word.start] + slip.taken + text[slip.word.end :]
    return text


def _matches(
    typed: Sequence[_Typed], language: Language | None, lexicon: Lexicon
) -> Iterator[Match]:
    """Yield the concepts of the lexicon that a query means."""
    for each in [language] if language else list(Language):
        found = [lexeme(one.taken, each) or one.taken for one in typed]
        yield from lexicon.matches(found, each)


def _concepts(
    typed: Sequence[_Typed],
    language: Language | None,
    matches: Sequence[Match],
    lexicon: Lexicon,
    weights: ExpansionWeights,
) -> Iterator[Concept]:
    """Yield each concept: what it counts, and its alternatives.

    Each word is a concept of its own, and so is what the lexicon knows of one or more of them: a
    passage that has the words as typed scores by them, and one that says it otherwise by that.
    """
    for one in typed:
        yield 1.0, _distinct(list(_stems(one, language, weights)))
    for name in dict.fromkeys(match.concept for match in matches):
        terms = list(_terms_of(name, language, lexicon, weights))
        if terms:
            yield weights.concept, _distinct(terms)


def _stems(
    one: _Typed, language: Language | None, weights: ExpansionWeights
) -> Iterator[Alternative]:
    """Yield the lexemes of a word in both languages, those of the query's language first."""
    share = 1.0 if one.taken == one.word.form else weights.correction
    for each in sorted(Language, key=lambda each: each is not language):
        is_other = language is not None and each is not language
        stem = lexeme(one.taken, each)
        if stem is not None:
            yield (stem,), share * (weights.other_stem if is_other else 1.0)


def _terms_of(
    concept: str, language: Language | None, lexicon: Lexicon, weights: ExpansionWeights
) -> Iterator[Alternative]:
    """Yield the terms of a concept."""
    for term in lexicon.terms.get(concept, ()):
        is_translation = language is not None and term.language is not language
        yield tuple(dict.fromkeys(term.lexemes)), weights.translation if is_translation else 1.0


def _distinct(alternatives: Sequence[Alternative]) -> list[Alternative]:
    """Return alternatives with the same lexemes once, with the greatest weight."""
    best: dict[tuple[str, ...], float] = {}
    for names, weight in alternatives:
        best[names] = max(weight, best.get(names, 0.0))
    return list(best.items())
