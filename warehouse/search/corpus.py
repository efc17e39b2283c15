"""The embedder that is fitted on the passages themselves: no key, no network, no weights.

Latent semantic analysis (Deerwester et al., *Indexing by Latent Semantic Analysis*, JASIS 41(6),
1990) of sublinear TF-IDF over the stems of both languages. A fit is frozen with the index version
that it was made for. Fitting needs scikit-learn; embedding with a fit needs NumPy alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from warehouse.search.analysis import language_of, lexemes
from warehouse.vocabulary import Language

SEED: Final = 1503
ITERATIONS: Final = 7
LEAST_PASSAGES: Final = 2
"""In how many passages a lexeme stands at least to be part of the vocabulary."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Fit:
    """What was learnt from passages: a vocabulary, its weights, and a direction for each lexeme.

    Attributes:
        lexemes: The vocabulary, sorted.
        weights: Inverse document frequency of each lexeme.
        components: One row per lexeme, one column per dimension.
        passage_count: Number of passages that it was fitted on.
    """

    lexemes: tuple[str, ...]
    weights: Floats
    components: Floats
    passage_count: int

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self.components.shape[1])

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Position of each lexeme in the vocabulary."""
        return {lexeme: number for number, lexeme in enumerate(self.lexemes)}

    def vector(self, found: Sequence[str]) -> Floats:
        """Return the vector, of length 1, of a text's lexemes; zeros where it knows none."""
        counts = Counter(n for n in map(self.numbers.get, found) if n is not None)
        if not counts:
            return np.zeros(self.dimensions, dtype=np.float32)
        rows = np.fromiter(counts, dtype=np.int64)
        times = np.fromiter(counts.values(), dtype=np.float32)
        weights = (1 + np.log(times)) * self.weights[rows]
        return _of_length_1(weights @ self.components[rows])


def _of_length_1(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return (vector / length).astype(np.float32) if length > 0 else np.zeros_like(vector)


def fit(passages: Sequence[Sequence[str]], dimensions: int) -> Fit:
    """Fit the embedder on passages, each given by its lexemes.

    The same passages in the same order give the same fit. There are fewer dimensions where the
    passages or their words are few; without any word that two passages share there is one, in
    which everything is zero.
    """
    in_passages = Counter(lexeme for passage in passages for lexeme in set(passage))
    known = tuple(sorted(w for w, count in in_passages.items() if count >= LEAST_PASSAGES))
    count = len(passages)
    frequency = np.array([in_passages[lexeme] for lexeme in known], dtype=np.float64)
    weights = (np.log((1 + count) / (1 + frequency)) + 1).astype(np.float32)
    possible = min(dimensions, count - 1, len(known) - 1)
    if possible < 1:
        return Fit(known, weights, np.zeros((len(known), 1), dtype=np.float32), count)
    components = _components(passages, {w: n for n, w in enumerate(known)}, weights, possible)
    return Fit(known, weights, components, count)


def _components(
    passages: Sequence[Sequence[str]], numbers: dict[str, int], weights: Floats, dimensions: int
) -> Floats:
    """Return the directions of the lexemes: right singular vectors of the weighted passages."""
    from scipy.sparse import csr_array
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for passage in passages:
        counts = Counter(n for n in map(numbers.get, passage) if n is not None)
        columns.extend(counts)
        values.extend((1 + np.log(times)) * weights[n] for n, times in counts.items())
        ends.append(len(columns))
    matrix: Any = csr_array(
        (np.array(values), np.array(columns, dtype=np.int32), np.array(ends)),
        shape=(len(passages), len(numbers)),
    )
    svd = TruncatedSVD(dimensions, n_iter=ITERATIONS, random_state=SEED)
    svd.fit(normalize(matrix, copy=False))
    return np.ascontiguousarray(svd.components_.T, dtype=np.float32)


class CorpusEmbeddings(Embeddings):
    """LangChain's interface over a fit; a text without a known word has a vector of zeros."""

    def __init__(self, fitted: Fit) -> None:
        self.fitted = fitted

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a text; one whose language does not show is read in both."""
        language = language_of(text)
        read = [language] if language else list(Language)
        found = [lexeme for each in read for lexeme in lexemes(text, each)]
        vector: list[float] = self.fitted.vector(found).tolist()
        return vector

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text; no thread is worth its while."""
        return self.embed_documents(texts)

    async def aembed_query(self, text: str) -> list[float]:
        """Return the vector of a text."""
        return self.embed_query(text)
