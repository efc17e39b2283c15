"""What a ranking is made with: which legs, their numbers, and the index version that is asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SearchMode(StrEnum):
    """Which legs rank."""

    LEXICAL = "LEXICAL"
    SEMANTIC = "SEMANTIC"
    HYBRID = "HYBRID"


class Fusion(StrEnum):
    """How the legs of a hybrid ranking are put together.

    ``MIN_MAX``: weighted sum of the legs' scores, each scaled to 0 to 1. ``RRF``: weighted sum of
    1 / (constant + rank) (Cormack et al., SIGIR 2009).
    """

    MIN_MAX = "MIN_MAX"
    RRF = "RRF"


@dataclass(frozen=True, slots=True)
class RankingSettings:
    """The numbers of a ranking.

    k1, b, ``telling`` and the weights of the semantic leg were chosen on the tuning half of the
    judged queries (``docs/search.md``); the others are usual values.

    Attributes:
        k1: From how many repetitions on a word counts little more (BM25).
        b: How far longer passages count less (BM25).
        telling: What phrases that tell of a need count (BM25) beside the cosine of vectors.
        lexical_title: What words in the title count beside those in passages.
        semantic_title: The same for the likeness of the title.
        depth: How many passages of a program count.
        decay: What each further passage counts beside the one before.
        keyword_weight: What the semantic leg counts in a hybrid ranking for a list of keywords; the
            lexical leg counts the rest of 1.
        sentence_weight: The same for a sentence whose need is certain.
        fusion: How the legs are put together.
        rrf_constant: Constant of reciprocal rank fusion.
        candidates: How many of the nearest passages the semantic leg looks at.
    """

    k1: float = 0.8
    b: float = 0.5
    telling: float = 0.1
    lexical_title: float = 1.0
    semantic_title: float = 0.5
    depth: int = 3
    decay: float = 0.5
    keyword_weight: float = 0.4
    sentence_weight: float = 0.9
    fusion: Fusion = Fusion.MIN_MAX
    rrf_constant: int = 60
    candidates: int = 1000

    def semantic_weight(self, mode: SearchMode, certainty: float) -> float:
        """Return what the semantic leg counts, 0 to 1; the lexical leg counts the rest.

        Args:
            mode: Which legs rank.
            certainty: Of what the query was read as meaning, 0 to 1.
        """
        if mode is not SearchMode.HYBRID:
            return float(mode is SearchMode.SEMANTIC)
        return self.keyword_weight + certainty * (self.sentence_weight - self.keyword_weight)


@dataclass(frozen=True, slots=True)
class IndexShape:
    """What the text of a statement depends on, of the index version that is asked.

    Attributes:
        version: Its number.
        analysis: Version of its analysis.
        dimensions: Of its vectors.
        exact_limit: Most passages that are compared one by one; None where there is no
            approximate index, so that all are.
    """

    version: int
    analysis: str
    dimensions: int
    exact_limit: int | None = None
