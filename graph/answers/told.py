"""Whether a question is of a matter that program descriptions tell, by its words alone.

Two banks of wordings say what people ask: the needs of the search, each of which some description
tells (``warehouse/search/needs``), and matters that none tells (``data/untold.csv``: 175 of them,
looked for in the published texts of 2025 in both languages, with fourteen wordings in each). A
question's words are weighed by how much more often they stand in the one bank than in the other:
naive Bayes over stems and pairs of stems (Manning, Raghavan & Schütze, *Introduction to Information
Retrieval*, 2008, chapter 13), without stop words.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from graph.answers.words import rows
from warehouse.search.analysis import lexeme, words
from warehouse.search.needs import read_needs
from warehouse.vocabulary import Language

SMOOTHING: Final = 0.3
"""How often every feature is taken to stand in a bank more than it does."""


@dataclass(frozen=True)
class Told:
    """What features of questions in one language tell.

    Attributes:
        language: Of the questions.
        weights: Logarithm of how much more often a feature stands among wordings of told matters.
    """

    language: Language
    weights: dict[str, float]

    def log_odds(self, question: str) -> float:
        """Return how much more its words are those of told matters: 0 if they say nothing."""
        found = set(_features(question, self.language))
        return sum(self.weights.get(feature, 0.0) for feature in found)


@cache
def told(language: Language) -> Told:
    """Return what the banks tell of a language; made once, in a second or two."""
    asked = (wording for need in read_needs().values() for wording in need.asked.get(language, ()))
    untold = (row["wording"] for row in rows("untold") if row["language"] == language.value)
    return Told(language, _weights(_counted(asked, language), _counted(untold, language)))


def _counted(wordings: Iterable[str], language: Language) -> Counter[str]:
    """Return in how many wordings each feature stands."""
    return Counter(feature for wording in wordings for feature in set(_features(wording, language)))


def _weights(some: Counter[str], others: Counter[str]) -> dict[str, float]:
    """Return the logarithm of the ratio of the smoothed shares of each feature."""
    known = some.keys() | others.keys()
    shift = math.log(
        (others.total() + SMOOTHING * len(known)) / (some.total() + SMOOTHING * len(known))
    )
    return {
        feature: shift + math.log((some[feature] + SMOOTHING) / (others[feature] + SMOOTHING))
        for feature in known
    }


def _features(text: str, language: Language) -> Iterator[str]:
    """Yield the stems of a text but for stop words, and pairs of neighbours among them."""
    stems = [stem for word in words(text) if (stem := lexeme(word.form, language)) is not None]
    yield from stems
    yield from (f"{one} {next_one}" for one, next_one in pairwise(stems))
