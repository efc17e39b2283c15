"""Chooses the weights of the legs on the tuning half of the judged queries, and on no other.

``python -m warehouse.search.tuning`` prints nDCG@10 for each k1, b and weight of the lexical leg;
whoever is convinced writes the best into :class:`warehouse.search.ranking.RankingSettings`.
Each leg is ranked once by the database for a pair of k1 and b; fusing them is arithmetic.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from warehouse.reader import Reader
from warehouse.search.evaluation import Evaluation
from warehouse.search.judged import REAL, TUNING, JudgedSet, Topic, passage_grades, read_judged
from warehouse.search.measures import ndcg
from warehouse.search.ranking_settings import RankingSettings, SearchMode
from warehouse.search.searcher import Searcher

BM25_SETTINGS: Final = ((0.8, 0.5), (0.8, 0.75), (1.2, 0.75), (0.9, 0.4))
LEXICAL_WEIGHTS: Final = (0.0, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0)
CANDIDATES: Final = 1_000

Leg = Mapping[int, float]
"""Score of each passage by its key."""


def fused(lexical: Leg, semantic: Leg, weight: float) -> list[int]:
    """Return passages by the weighted sum of both legs, each scaled by its greatest score."""
    scores: dict[int, float] = {}
    for leg, share in ((lexical, weight), (semantic, 1 - weight)):
        greatest = max(leg.values(), default=1.0)
        for key, score in leg.items():
            scores[key] = scores.get(key, 0.0) + share * score / greatest
    return sorted(scores, key=lambda key: (-scores[key], key))


async def leg_of(searcher: Searcher, topic: Topic, mode: SearchMode) -> Leg:
    """Return the scores of the passages that one leg finds for a query."""
    prepared = await searcher.prepare(topic.text, mode)
    hits = await searcher.passages(prepared, first=CANDIDATES)
    return {h.passage_key: h.score for h in hits if topic.only in (None, h.language)}


async def main() -> None:
    """Print a line for each combination."""
    judged = read_judged(REAL)
    topics = tuple(topic for topic in judged.topics if topic.half == TUNING)
    async with Reader() as reader:
        for k1, b in BM25_SETTINGS:
            settings = replace(RankingSettings(), k1=k1, b=b)
            searcher = Searcher(reader.fetch_rows, ranking=settings)
            places, _ = await Evaluation(searcher, reader.fetch_rows).places()
            await _print_line(searcher, JudgedSet(topics, judged.judgements), places, (k1, b))


async def _print_line(searcher: Searcher, judged: JudgedSet, places: Any, pair: Any) -> None:
    sums = dict.fromkeys(LEXICAL_WEIGHTS, 0.0)
    for topic in judged.topics:
        grades = passage_grades(judged.judgements[topic.id], places)
        lexical = await leg_of(searcher, topic, SearchMode.LEXICAL)
        semantic = await leg_of(searcher, topic, SearchMode.SEMANTIC)
        for weight in LEXICAL_WEIGHTS:
            sums[weight] += ndcg(fused(lexical, semantic, weight), grades)
    told = " ".join(f"{weight}: {total / len(judged.topics):.3f}" for weight, total in sums.items())
    sys.stdout.write(f"k1 {pair[0]}, b {pair[1]}; lexical weight {told}\n")


if __name__ == "__main__":
    asyncio.run(main())
