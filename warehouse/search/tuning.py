"""Chooses numbers of the ranking on the tuning half of the judged queries, and on no other.

``python -m warehouse.search.tuning`` prints, for some k1 and b, the combinations with the greatest
nDCG@10 of what phrases of needs count beside vectors, and of what the semantic leg counts for
keywords and for sentences; and what choosing so is worth: the mean over fifths of the queries, each
measured with what the others choose. Whoever is convinced writes numbers from the middle of what is
equally good into :class:`warehouse.search.ranking_settings.RankingSettings`. The database ranks
each leg once for a pair of k1 and b; the rest is arithmetic.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from statistics import mean
from typing import Final

from warehouse.reader import Reader
from warehouse.search.evaluation import Evaluation
from warehouse.search.judged import REAL, TUNING, Topic, passage_grades, read_judged
from warehouse.search.measures import ndcg
from warehouse.search.ranking_settings import RankingSettings, SearchMode
from warehouse.search.searcher import Fetch, PassageHit, Searcher

BM25_SETTINGS: Final = ((0.8, 0.5), (0.8, 0.75), (1.2, 0.75), (0.9, 0.4))
TELLING: Final = (0.05, 0.07, 0.1, 0.14, 0.2)
KEYWORD_WEIGHTS: Final = (0.2, 0.3, 0.4, 0.5)
SENTENCE_WEIGHTS: Final = (0.7, 0.8, 0.9, 1.0)
CANDIDATES: Final = 1_000
FOLDS: Final = 5
SHOWN: Final = 8

Leg = Mapping[int, float]
"""Score of each passage by its key."""


@dataclass(frozen=True)
class Ranked:
    """What the legs find for a query, and what it should find."""

    lexical: Leg
    likeness: Leg
    telling: Leg
    certainty: float
    grades: Mapping[int, int]

    def ndcg(self, settings: RankingSettings) -> float:
        """Return nDCG@10 of a hybrid ranking with other numbers."""
        semantic = {
            key: self.likeness[key] + settings.telling * self.telling[key] for key in self.likeness
        }
        weight = settings.semantic_weight(SearchMode.HYBRID, self.certainty)
        return ndcg(fused(self.lexical, semantic, weight), self.grades)


def fused(lexical: Leg, semantic: Leg, weight: float) -> list[int]:
    """Return passages by the weighted sum of both legs, each scaled by its greatest score."""
    scores: dict[int, float] = {}
    for leg, share in ((lexical, 1 - weight), (semantic, weight)):
        greatest = max(leg.values(), default=1.0)
        for key, score in leg.items():
            scores[key] = scores.get(key, 0.0) + share * score / greatest
    return sorted(scores, key=lambda key: (-scores[key], key))


async def main() -> None:
    """Print the best combinations for each pair of k1 and b."""
    for k1, b in BM25_SETTINGS:
        settings = replace(RankingSettings(), k1=k1, b=b)
        grid = [
            replace(settings, telling=telling, keyword_weight=keywords, sentence_weight=sentences)
            for telling, keywords, sentences in product(TELLING, KEYWORD_WEIGHTS, SENTENCE_WEIGHTS)
        ]
        async with Reader() as reader:
            queries = await rankings(
                Searcher(reader.fetch_rows, ranking=settings), reader.fetch_rows
            )
        found = [[query.ndcg(one) for query in queries] for one in grid]
        sys.stdout.write(f"k1 {k1}, b {b}: cross-validated {cross_validated(found):.4f}\n")
        for one, values in sorted(
            zip(grid, found, strict=True), key=lambda pair: -mean(pair[1])
        )[:SHOWN]:  # fmt: skip
            sys.stdout.write(
                f"  {mean(values):.4f}: telling {one.telling}, keywords {one.keyword_weight},"
                f" sentences {one.sentence_weight}\n"
            )


async def rankings(searcher: Searcher, fetch: Fetch) -> list[Ranked]:
    """Return what the legs find for each query of the tuning half that has an answer."""
    judged = read_judged(REAL)
    places, _ = await Evaluation(searcher, fetch).places()
    found = []
    for topic in judged.topics:
        grades = passage_grades(judged.judgements[topic.id], places)
        if topic.half == TUNING and any(grade > 1 for grade in grades.values()):
            found.append(await _ranked(searcher, topic, grades))
    return found


async def _ranked(searcher: Searcher, topic: Topic, grades: Mapping[int, int]) -> Ranked:
    lexical = await _hits(searcher, topic, SearchMode.LEXICAL)
    semantic = await _hits(searcher, topic, SearchMode.SEMANTIC)
    prepared = await searcher.prepare(topic.text, SearchMode.SEMANTIC)
    telling = searcher.ranking.telling
    return Ranked(
        lexical={hit.passage_key: hit.score for hit in lexical},
        likeness={hit.passage_key: hit.likeness or 0.0 for hit in semantic},
        telling={
            hit.passage_key: ((hit.semantic or 0.0) - (hit.likeness or 0.0)) / telling
            for hit in semantic
        },
        certainty=prepared.query.reading.certainty,
        grades=grades,
    )


async def _hits(searcher: Searcher, topic: Topic, mode: SearchMode) -> Iterable[PassageHit]:
    """Return the passages that one leg finds for a query, of the language that counts."""
    hits = await searcher.passages(await searcher.prepare(topic.text, mode), first=CANDIDATES)
    return [hit for hit in hits if topic.only in (None, hit.language)]


def cross_validated(found: Sequence[Sequence[float]]) -> float:
    """Return the mean over queries, each by the combination that is best without its fold.

    Args:
        found: A row for each combination, a column for each query.
    """
    numbers = range(len(found[0]))
    values = []
    for fold in range(FOLDS):
        best = max(found, key=lambda row: sum(row[at] for at in numbers if at % FOLDS != fold))
        values += [best[at] for at in numbers if at % FOLDS == fold]
    return mean(values)


if __name__ == "__main__":
    asyncio.run(main())
