"""Which needs a query in everyday words is likely to mean: those that people ask for like that.

A wording is a vector of its stems, its stop words (they tell "who pays" from "how many") and pairs
of neighbours; rare ones count more (TF-IDF, where a need counts as one document). A need is as near
as its nearest wordings are and as all its wordings together are, by cosine, half and half.

People find more words than any bank has. Needs that are asked in like words, in either language,
lie near each other in the space of the first singular vectors of all needs (latent semantic
analysis of the bank): to which of them a query's words belong there counts besides. How much nearer
a need is than the others makes it likely.

Numbers were chosen by taking a fifth of the wordings for queries that the others are to find, and
on fifty everyday queries of the tuning half, by hand put to the needs that they ask.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from warehouse.search.analysis import lexeme, words
from warehouse.search.needs import NeedBank, read_needs
from warehouse.vocabulary import Language

Numbers = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]

STEM, PAIR, STOP = 1.0, 0.5, 0.5
"""What a stem, a pair of neighbouring words and a stop word count."""
NEAREST: Final = 4
"""How many wordings of a need count, each ``DECAY`` times as much as the nearer one."""
DECAY: Final = 0.6
RELATED: Final = 0.15
"""What counts, of nearness, that a query's words belong to needs that are asked alike."""
RELATIONS: Final = 100
"""Dimensions of the space in which that is told."""
SHARPNESS: Final = 60.0
"""How much likelier a nearer need is: likelihoods grow with exp(sharpness x nearness)."""
SURE_LIKENESS: Final = 0.15
"""From which likeness of any need on the nearest one is certain."""
LEAST_LIKENESS: Final = 0.08
"""A need that is less like the query is none that it means."""


@dataclass(frozen=True, slots=True)
class LikelyNeed:
    """A need that a query may mean.

    Attributes:
        name: Of the need.
        likeness: How like its wordings the query is, 0 to 1.
        likelihood: How likely it is, 0 to 1: 1 for the nearest if it is near enough to be certain.
    """

    name: str
    likeness: float
    likelihood: float


class NeedFinder:
    """Finds the needs of a bank that queries mean.

    Attributes:
        bank: The needs.
        words: The folded words of all wordings: none of them is a slip.
    """

    def __init__(self, bank: NeedBank) -> None:
        self.bank = bank
        self.words = frozenset(
            word.form
            for need in bank.values()
            for asked in need.asked.values()
            for text in asked
            for word in words(text)
        )
        self._names = tuple(bank)
        self._wordings = {
            language: _Wordings(
                [need.asked.get(language, ()) for need in bank.values()], language
            )
            for language in Language
        }  # fmt: skip
        self._relations = _Relations([each.alike() for each in self._wordings.values()])

    def likely(
        self, text: str, language: Language | None = None, most: int = 2
    ) -> tuple[LikelyNeed, ...]:
        """Return the likeliest needs, the likeliest first; none where nothing is near.

        Args:
            text: The query.
            language: Of the query; None to try each.
            most: How many to return at most.
        """
        if not self._names:
            return ()
        read = [language] if language else list(Language)
        alike = [self._wordings[each].likeness(text) for each in read]
        likeness = np.max([one for one, _ in alike], axis=0)
        near = np.max([self._near(one, wholes) for one, wholes in alike], axis=0)
        shares = np.exp(SHARPNESS * (near - near.max()))
        shares *= min(1.0, float(likeness.max()) / SURE_LIKENESS)
        order = np.argsort(-near, kind="stable")[:most]
        return tuple(
            LikelyNeed(self._names[at], float(likeness[at]), float(shares[at]))
            for at in order
            if likeness[at] >= LEAST_LIKENESS
        )

    def _near(self, likeness: Shares, wholes: Shares) -> Shares:
        """Return how near each need is: how like a query, and how like what the query is like."""
        return (1 - RELATED) * likeness + RELATED * self._relations.likeness(wholes)


class _Relations:
    """The space of the first singular vectors of needs, in which those asked alike lie together.

    Args:
        alike: For each language, how like each other needs are.
    """

    def __init__(self, alike: Sequence[Shares]) -> None:
        values, vectors = np.linalg.eigh(np.sum(alike, axis=0))
        kept = np.flatnonzero(values > 1e-6)[::-1][:RELATIONS]
        lengths, vectors = np.sqrt(values[kept]), vectors[:, kept]
        self._folding = vectors / lengths
        self._places = _scaled(vectors * lengths)

    def likeness(self, wholes: Shares) -> Shares:
        """Return how like each need a text is in this space, by its likeness to wholes."""
        return self._places @ _scaled(wholes @ self._folding)


class _Wordings:
    """The wordings of all needs in one language, by feature."""

    def __init__(self, asked: Sequence[Sequence[str]], language: Language) -> None:
        self._language = language
        self._known: dict[str, int] = {}
        self._needs = len(asked)
        self._owner: Numbers = np.repeat(np.arange(len(asked)), [len(texts) for texts in asked])
        found = [
            (number, self._known.setdefault(feature, len(self._known)), weight)
            for number, text in enumerate(text for texts in asked for text in texts)
            for feature, weight in features(text, language).items()
        ]
        wording = np.array([one[0] for one in found], dtype=np.int64)
        feature = np.array([one[1] for one in found], dtype=np.int64)
        weight = np.array([one[2] for one in found], dtype=np.float64)
        self._rarity = self._rarity_of(feature, wording)
        weight *= self._rarity[feature]
        weight /= _lengths(wording, weight, len(self._owner))[wording]
        order = np.argsort(feature, kind="stable")
        self._wording, self._weight = wording[order], weight[order]
        self._starts = np.searchsorted(feature[order], np.arange(len(self._known) + 1))
        self._cells, self._sums = self._summed()
        squares = np.bincount(self._cells % self._needs, self._sums**2, minlength=self._needs)
        self._whole_lengths = np.maximum(np.sqrt(squares), 1e-9)

    def _rarity_of(self, feature: Numbers, wording: Numbers) -> Shares:
        """Return how much each feature tells: the fewer needs have it, the more."""
        pairs = np.unique(feature * self._needs + self._owner[wording])
        having = np.bincount(pairs // self._needs, minlength=len(self._known))
        return np.log1p(self._needs / having)

    def _summed(self) -> tuple[Numbers, Shares]:
        """Return the sum of each need's wordings: numbers (feature, need) and weights."""
        features_at = np.repeat(np.arange(len(self._known)), np.diff(self._starts))
        cells, at = np.unique(
            features_at * self._needs + self._owner[self._wording], return_inverse=True
        )
        return cells, np.bincount(at, self._weight).astype(np.float64)

    def alike(self) -> Shares:
        """Return how like each other needs are: the cosines of their wordings together."""
        feature, need = np.divmod(self._cells, self._needs)
        # What one need alone has makes it like itself only: most pairs of words, and much to hold.
        shared = np.bincount(feature, minlength=len(self._known)) > 1
        column = np.cumsum(shared) - 1
        kept = shared[feature]
        wholes = np.zeros((self._needs, int(shared.sum())))
        wholes[need[kept], column[feature[kept]]] = self._sums[kept]
        wholes /= self._whole_lengths[:, None]
        found: Shares = wholes @ wholes.T
        np.fill_diagonal(found, 1.0)
        return found

    def likeness(self, text: str) -> tuple[Shares, Shares]:
        """Return how like each need a text is, and how like all its wordings together; 0 to 1."""
        near = np.zeros(len(self._owner))
        for feature, share in self._vector(text).items():
            at = slice(self._starts[feature], self._starts[feature + 1])
            near[self._wording[at]] += share * self._weight[at]
        wholes = np.bincount(self._owner, near, minlength=self._needs) / self._whole_lengths
        return 0.5 * wholes + 0.5 * self._nearest(near), wholes

    def _vector(self, text: str) -> dict[int, float]:
        """Return a text's known features, scaled to length 1."""
        weights = {
            self._known[feature]: weight * self._rarity[self._known[feature]]
            for feature, weight in features(text, self._language).items()
            if feature in self._known
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {feature: weight / length for feature, weight in weights.items()}

    def _nearest(self, near: Shares) -> Shares:
        """Return the weighted mean of the likeness of each need's nearest wordings."""
        order = np.lexsort((-near, self._owner))
        first = np.searchsorted(self._owner, np.arange(self._needs))
        place = np.arange(len(order)) - first[self._owner]
        shares = np.where(place < NEAREST, DECAY**place, 0.0)
        total = sum(DECAY**place for place in range(NEAREST))
        return np.bincount(self._owner, shares * near[order], minlength=self._needs) / total


def _scaled(vectors: Shares) -> Shares:
    """Return vectors (along the last axis) at length 1; those without length as they are."""
    lengths: Shares = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1.0)


def _lengths(of: Numbers, weight: Shares, count: int) -> Shares:
    """Return the Euclidean length of each vector, given its number and weight by component."""
    return np.sqrt(np.bincount(of, weight * weight, minlength=count))


def features(text: str, language: Language) -> Mapping[str, float]:
    """Return the features of a text, each with what it counts, times how often it stands there."""
    counted = Counter(_features(text, language))
    return {feature: weight * (1 + math.log(count)) for (feature, weight), count in counted.items()}


def _features(text: str, language: Language) -> Iterator[tuple[str, float]]:
    """Yield features: a mark before a stop word and a space in a pair keep them apart."""
    before = None
    for word in words(text):
        stem = lexeme(word.form, language)
        name = f"_{word.form}" if stem is None else stem
        yield name, STOP if stem is None else STEM
        if before is not None:
            yield f"{before} {name}", PAIR
        before = name


NO_NEEDS: Final = NeedFinder({})
"""Finds nothing."""


@cache
def default_finder() -> NeedFinder:
    """Return the finder of the needs that come with the package; made once, in some seconds."""
    return NeedFinder(read_needs())
