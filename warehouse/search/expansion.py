"""What a query is looked for under besides its words, and what each of it counts.

A list of keywords is meant as it is typed. A sentence in everyday words is meant otherwise: it is
read as needs, and by meaning a passage is found that has the phrases in which documents speak of
them. The more certain the reading, the more meaning counts and the less the words do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from warehouse.search.analysis import words
from warehouse.search.need_finder import LikelyNeed, NeedFinder
from warehouse.search.needs import NeedBank
from warehouse.search.phrases import phrase_term
from warehouse.search.stop_words import STOP_WORDS
from warehouse.vocabulary import Language

KEYWORDS, SENTENCE = 0.25, 0.45
"""Share of stop words up to which a query is a list of keywords, and from which on a sentence."""


@dataclass(frozen=True, slots=True)
class ExpansionWeights:
    """What an alternative counts beside the word as typed, which counts 1.

    ``meaning`` and those of needs were chosen on the tuning half of the judged queries; the others
    differ too little there to choose by.

    Attributes:
        other_stem: The same word, stemmed by the rules of the other language.
        correction: The word that it is a slip of.
        translation: A term of a concept in the language that the query is not in.
        concept: All the terms of a concept together, beside a word.
        meaning: The vector of a concept's terms, beside that of the query.
        keywords: What phrases of needs count in a list of keywords, beside those in a sentence.
        need_translation: A phrase in the language that the query is not in, beside one in its own.
        phrases: How many phrases of a need are looked for, at most, in each language.
        waning: What each further phrase of a need counts beside the one before.
        need_meaning: The vector of the likeliest need's statements, beside that of the query.
    """

    other_stem: float = 0.8
    correction: float = 0.9
    translation: float = 1.0
    concept: float = 1.0
    meaning: float = 0.3
    keywords: float = 0.3
    need_translation: float = 0.7
    phrases: int = 14
    waning: float = 0.95
    need_meaning: float = 1.0


@dataclass(frozen=True, slots=True)
class SoughtPhrase:
    """A phrase of documents to look for: its term, the need that it tells of, what it counts."""

    need: str
    term: str
    importance: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a query is likely to mean, beyond its words.

    Attributes:
        needs: What it is likely to ask, the likeliest first.
        phrases: How documents speak of that: what passages are looked for by meaning.
        certainty: How far that is what it means, 0 to 1: 1 for a sentence whose need is certain, 0
            for a list of keywords, which is meant as it is typed.
    """

    needs: tuple[LikelyNeed, ...] = ()
    phrases: tuple[SoughtPhrase, ...] = ()
    certainty: float = 0.0


AS_TYPED: Final = Reading()
"""Of a query that means its words and nothing else."""


def read(
    text: str, language: Language | None, finder: NeedFinder, weights: ExpansionWeights
) -> Reading:
    """Return what a query is likely to mean.

    Args:
        text: The query, slips corrected.
        language: Of the query; None where it does not show.
        finder: Finds the needs.
        weights: What counts how much.
    """
    needs = finder.likely(text, language)
    sentence = sentence_likeness(text, language)
    share = weights.keywords + (1 - weights.keywords) * sentence
    return Reading(
        needs=needs,
        phrases=tuple(_sought(needs, language, finder.bank, share, weights)),
        certainty=sentence * max((one.likelihood for one in needs), default=0.0),
    )


def sentence_likeness(text: str, language: Language | None) -> float:
    """Return how far a query is a sentence and no list of keywords, 0 to 1: by its stop words."""
    read = [language] if language else list(Language)
    found = list(words(text))
    stops = sum(any(word.form in STOP_WORDS[each] for each in read) for word in found)
    share = stops / len(found) if found else 0.0
    return min(1.0, max(0.0, (share - KEYWORDS) / (SENTENCE - KEYWORDS)))


def _sought(
    needs: Sequence[LikelyNeed],
    language: Language | None,
    bank: NeedBank,
    importance: float,
    weights: ExpansionWeights,
) -> Iterator[SoughtPhrase]:
    """Yield the phrases of needs, each once; ``importance`` is that of the first of a sure need."""
    found: dict[str, SoughtPhrase] = {}
    for one in needs:
        for each in Language:
            is_translation = language is not None and each is not language
            share = weights.need_translation if is_translation else 1.0
            share *= importance * one.likelihood
            for text in bank[one.name].phrases.get(each, ())[: weights.phrases]:
                term = phrase_term(text, each)
                if term and (term not in found or found[term].importance < share):
                    found[term] = SoughtPhrase(one.name, term, share)
                share *= weights.waning
    yield from found.values()
