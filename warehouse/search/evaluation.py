"""Rankings of judged queries over the index, beside plain BM25 and PostgreSQL's own ranking.

The unit is the distinct passage: what many programs say in the same words is one result, so that
a ranking is not praised for finding one text forty times, nor blamed for the others. Programs are
ranked beside, each with the greatest grade of its passages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from warehouse.search.judged import JudgedSet, Place, Topic, passage_grades
from warehouse.search.lexicon import Lexicon
from warehouse.search.measures import (
    RECALL_DEPTH,
    Interval,
    interval,
    ndcg,
    recall,
    reciprocal_rank,
)
from warehouse.search.query import analyse
from warehouse.search.ranking_settings import SearchMode
from warehouse.search.searcher import Fetch, PassageHit, Prepared, Searcher
from warehouse.search.spelling import Vocabulary

BM25: Final = "BM25"
POSTGRESQL: Final = "POSTGRESQL"
BASELINES: Final = (BM25, POSTGRESQL)
METHODS: Final = (*BASELINES, *(mode.value for mode in SearchMode))
MEASURES: Final = ("ndcg", "recall", "mrr", "programs")
NO_VOCABULARY: Final = Vocabulary({}, frozenset())
_TAKEN: Final = 4
"""How many times more results are taken where only those of one language count."""

_PLACES: Final = """
SELECT p.match_iteration_id || '-' || p.program_stream_id AS document, p.program_key,
  o.section_kind, o.passage_key, o.span_start, o.span_end
FROM core.dim_program p JOIN search.passage_place o USING (program_key)
WHERE p.is_current AND o.ordinal > 0 AND o.analysis = $1
"""
TEXTS: Final = """
CREATE TEMP TABLE judged_text AS
SELECT passage_key, language,
  to_tsvector(CASE language WHEN 'EN' THEN 'english' ELSE 'french' END::regconfig, text) AS words
FROM search.passage p WHERE is_current
  AND EXISTS (SELECT FROM search.passage_place o
    WHERE o.passage_key = p.passage_key AND o.ordinal > 0)
"""
"""What PostgreSQL's own ranking looks at: to be run once in the session of ``own``."""
_POSTGRESQL: Final = """
WITH asked AS (
  SELECT language, replace(plainto_tsquery(config, $1)::text, '&', '|')::tsquery AS q
  FROM (VALUES ('EN', 'english'::regconfig), ('FR', 'french'::regconfig)) c (language, config)
)
SELECT passage_key FROM judged_text t JOIN asked USING (language)
WHERE t.words @@ asked.q AND ($2::text IS NULL OR language = $2)
ORDER BY ts_rank_cd(t.words, asked.q, 1) DESC, passage_key LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class Score:
    """How a method did on one query; ``programs`` is nDCG@10 over programs, where measured."""

    topic: Topic
    method: str
    ndcg: float
    recall: float
    mrr: float
    programs: float | None = None


Progress = Callable[[int, int], None]
"""Queries done, and in all."""


class Evaluation:
    """Runs judged queries against an index.

    Args:
        searcher: Ranks.
        fetch: Runs statements as reader.
        own: Runs statements in one session that has run :data:`TEXTS`; needed for POSTGRESQL.
    """

    def __init__(self, searcher: Searcher, fetch: Fetch, own: Fetch | None = None) -> None:
        self._searcher = searcher
        self._fetch = fetch
        self._own = own

    async def scores(
        self,
        judged: JudgedSet,
        methods: Sequence[str] = METHODS,
        report: Progress = lambda done, total: None,
    ) -> list[Score]:
        """Return the score of each method on each query that has a relevant passage.

        Raises:
            IndexMissingError: there is no index.
        """
        places, programs = await self.places()
        found: list[Score] = []
        for number, topic in enumerate(judged.topics, 1):
            grades = passage_grades(judged.judgements[topic.id], places)
            if any(grade > 1 for grade in grades.values()):
                found += [await self._score(topic, name, grades, programs) for name in methods]
            report(number, len(judged.topics))
        return found

    async def ranked(self, topic: Topic, method: str) -> list[int]:
        """Return the keys of the first hundred passages, the best first."""
        if method == POSTGRESQL:
            assert self._own is not None, "PostgreSQL's ranking has a session of its own"
            only = topic.only.value if topic.only else None
            rows = await self._own(_POSTGRESQL, topic.text, only)
            return [row["passage_key"] for row in rows]
        prepared = await self._prepared(topic, method)
        first = RECALL_DEPTH * (_TAKEN if topic.only else 1)
        hits = await self._searcher.passages(prepared, first=first)
        return [hit.passage_key for hit in hits if _counts(hit, topic)][:RECALL_DEPTH]

    async def _prepared(self, topic: Topic, method: str) -> Prepared:
        if method != BM25:
            return await self._searcher.prepare(topic.text, SearchMode(method))
        index = await self._searcher.index()
        query = analyse(topic.text, None, NO_VOCABULARY, Lexicon())
        return Prepared(index, query, SearchMode.LEXICAL, None)

    async def _score(
        self,
        topic: Topic,
        method: str,
        grades: Mapping[int, int],
        programs: Mapping[int, Sequence[int]],
    ) -> Score:
        ranked = await self.ranked(topic, method)
        by_program = None
        if method not in BASELINES and topic.only is None:
            by_program = await self._by_program(topic, method, grades, programs)
        return Score(
            topic, method, ndcg(ranked, grades), recall(ranked, grades),
            reciprocal_rank(ranked, grades), by_program,
        )  # fmt: skip

    async def _by_program(
        self,
        topic: Topic,
        method: str,
        grades: Mapping[int, int],
        programs: Mapping[int, Sequence[int]],
    ) -> float:
        prepared = await self._prepared(topic, method)
        hits = await self._searcher.programs(prepared, first=10)
        of_programs = {
            program: max(grades.get(key, 0) for key in keys) for program, keys in programs.items()
        }
        return ndcg([hit.program_key for hit in hits], of_programs)

    async def places(
        self,
    ) -> tuple[dict[tuple[str, str], list[Place]], dict[int, list[int]]]:
        """Return the places of passages by document and section, and passages by program."""
        index = await self._searcher.index()
        places: dict[tuple[str, str], list[Place]] = defaultdict(list)
        programs: dict[int, list[int]] = defaultdict(list)
        for row in await self._fetch(_PLACES, index.version.analysis):
            place = Place(row["passage_key"], row["span_start"], row["span_end"])
            places[row["document"], row["section_kind"]].append(place)
            programs[row["program_key"]].append(row["passage_key"])
        return places, programs


def _counts(hit: PassageHit, topic: Topic) -> bool:
    return topic.only is None or hit.language is topic.only


@dataclass(frozen=True, slots=True)
class Cell:
    """A method's mean over the queries of a language and kind (None: of all)."""

    method: str
    language: str | None
    kind: str | None
    queries: int
    measures: Mapping[str, Interval]


def table(scores: Iterable[Score]) -> list[Cell]:
    """Return means with intervals, by method, language and kind, and over all."""
    groups: dict[tuple[str, str | None, str | None], list[Score]] = defaultdict(list)
    for score in scores:
        language = score.topic.language.value if score.topic.language else None
        groups[score.method, language, score.topic.kind].append(score)
        groups[score.method, None, None].append(score)
    return [
        Cell(method, language, kind, len(found), _means(found))
        for (method, language, kind), found in groups.items()
    ]


def _means(found: Sequence[Score]) -> dict[str, Interval]:
    means = {}
    for measure in MEASURES:
        values = [value for one in found if (value := getattr(one, measure)) is not None]
        if values:
            means[measure] = interval(values)
    return means


def gain(scores: Sequence[Score], method: str, over: str) -> Interval:
    """Return by how much a method's nDCG@10 is greater than another's, query by query."""
    of = {(one.method, one.topic.id): one.ndcg for one in scores}
    ids = sorted({one.topic.id for one in scores})
    return interval([of[method, name] - of[over, name] for name in ids])
