"""Ranking as one SQL statement: words, vectors, and both together, over filtered programs.

The statement is made of common table expressions, so that whoever asks (the graph's planner, the
command, the evaluation) puts its own filter before them and its own selection after them:

    WITH search_filtered AS MATERIALIZED (SELECT … AS program_key …), {ctes} SELECT … search_ranked

The lexical leg is BM25 (Robertson & Zaragoza, *The Probabilistic Relevance Framework: BM25 and
Beyond*, 2009) over postings, with numbers of passages and lengths per language, so that passages
of the two languages can stand in one list. The semantic leg is the cosine of vectors: exact over
the passages of the filtered programs while these are few, else by the approximate index. Both
legs see filtered programs only. A program scores by its best passages and by its title.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from warehouse.search.query import Query

Bind = Callable[[Any, str], str]
"""Takes a value and its SQL type, returns the placeholder that stands for it."""

FILTERED: Final = "search_filtered"
"""Name of the select of the caller: one column, ``program_key``, of the programs to rank."""
RANKED: Final = "search_ranked"
"""Name of the ranked programs: ``program_key, score, lexical, semantic``; order by
``score DESC, program_key``. ``lexical`` and ``semantic`` are the parts as the legs give them, null
where a leg did not find the program."""
PLACES: Final = "search_place"
"""Name of the scored places: ``program_key, ordinal, passage_key, lexical, semantic, score``."""

ALL_CURRENT: Final = "SELECT program_key FROM core.dim_program WHERE is_current"
"""The select of all programs that are current."""


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

    k1, b and the weights of the legs were chosen on the tuning half of the judged queries, when 170
    of 240 were judged (``docs/search.md``); the others are usual values.

    Attributes:
        k1: From how many repetitions on a word counts little more (BM25).
        b: How far longer passages count less (BM25).
        lexical_title: What words in the title count beside those in passages.
        semantic_title: The same for the likeness of the title.
        depth: How many passages of a program count.
        decay: What each further passage counts beside the one before.
        lexical_weight: What the lexical leg counts in a hybrid ranking.
        semantic_weight: What the semantic leg counts in a hybrid ranking.
        fusion: How the legs are put together.
        rrf_constant: Constant of reciprocal rank fusion.
        candidates: How many of the nearest passages the semantic leg looks at.
    """

    k1: float = 0.8
    b: float = 0.5
    lexical_title: float = 1.0
    semantic_title: float = 0.5
    depth: int = 3
    decay: float = 0.5
    lexical_weight: float = 0.8
    semantic_weight: float = 0.2
    fusion: Fusion = Fusion.MIN_MAX
    rrf_constant: int = 60
    candidates: int = 1000


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


def ranking_ctes(
    shape: IndexShape,
    query: Query,
    vector: Sequence[float] | None,
    mode: SearchMode,
    settings: RankingSettings,
    bind: Bind,
) -> list[str]:
    """Return the common table expressions, to stand after :data:`FILTERED`.

    Args:
        shape: Of the index version that is asked.
        query: What is looked for.
        vector: Of the query, for modes with a semantic leg; None where the embedder knows none of
            its words: the leg is empty then.
        mode: Which legs rank.
        settings: Numbers of the ranking.
        bind: Binds values; called in a fixed order, as often for every query of a mode.
    """
    ctes = [_analysis(shape, bind)]
    if mode is not SearchMode.SEMANTIC:
        ctes += lexical_ctes(query, settings, bind)
    if mode is not SearchMode.LEXICAL:
        ctes += semantic_ctes(shape, vector, settings, bind)
    ctes += [_PASSAGES[mode], _FOUND, _GREATEST]
    ctes.append(_leg("lexical", settings.lexical_title, settings))
    ctes.append(_leg("semantic", settings.semantic_title, settings))
    ctes += [_scored(), _ranked(mode, settings)]
    return ctes


def within(key: str, rows: str) -> str:
    """Return the condition that ``key`` is the ``program_key`` of a row of ``rows``.

    It is looked up in a hash table made once. As a join, it would be planned by a number of rows
    that the server cannot know before the values, and then compare every row with every other.
    """
    return f"({key} IN (SELECT program_key FROM {rows})) IS TRUE"


_PASSAGES: Final = {
    SearchMode.LEXICAL: (
        "search_passage AS (SELECT passage_key, score AS lexical, NULL::float8 AS semantic"
        " FROM search_word_score)"
    ),
    SearchMode.SEMANTIC: (
        "search_passage AS (SELECT passage_key, NULL::float8 AS lexical, score AS semantic"
        " FROM search_likeness)"
    ),
    SearchMode.HYBRID: (
        "search_passage AS (SELECT passage_key, l.score AS lexical, s.score AS semantic"
        " FROM search_word_score l FULL JOIN search_likeness s USING (passage_key))"
    ),
}
"""The passages that the legs found, each once."""
_FOUND: Final = (
    "search_found AS MATERIALIZED (SELECT o.program_key, o.ordinal, f.passage_key, f.lexical,"
    " f.semantic FROM search_passage f JOIN search.passage_place o USING (passage_key)"
    f" WHERE {within('o.program_key', FILTERED)})"
)
"""Where they stand in filtered programs."""
_GREATEST: Final = (
    "search_greatest AS MATERIALIZED (SELECT max(lexical) AS lexical, max(semantic) AS semantic"
    " FROM search_found WHERE ordinal > 0)"
)
"""The one row of what the best passage of each leg has: the measure of all others."""


def _analysis(shape: IndexShape, bind: Bind) -> str:
    """Return the one row of values that several expressions share."""
    return f"search_index AS MATERIALIZED (SELECT {bind(shape.analysis, 'text')} AS analysis)"


def lexical_ctes(query: Query, settings: RankingSettings, bind: Bind) -> list[str]:
    """Return the lexical leg: BM25 of every passage in which a concept of the query stands.

    The alternatives of a concept are synonyms: how often a passage has any of them adds up, and
    the concept is as rare as all of them together (at most: a passage with two of them counts
    twice). An alternative of several words counts where a passage has all of them; it is as rare as
    the rarest of them.

    One concept is counted after the other, and of it one alternative: what is grouped at a time
    stays small, and every passage adds its concepts up in the same order.
    """
    terms = query.terms
    asked = (
        f"search_query AS (SELECT * FROM unnest({bind([t.lexeme for t in terms], 'text[]')},"
        f" {bind([t.weight for t in terms], 'float8[]')},"
        f" {bind([t.importance for t in terms], 'float8[]')},"
        f" {bind([t.concept for t in terms], 'int4[]')},"
        f" {bind([t.alternative for t in terms], 'int4[]')},"
        f" {bind([t.size for t in terms], 'int4[]')})"
        " AS q (lexeme, weight, importance, concept, alternative, size))"
    )
    having = "least(passage_count, sum(document_frequency))"
    k1, b = settings.k1, settings.b
    length = f"{number(1 - b)} + {number(b)} * w.word_count / c.mean_word_count"
    return [
        asked,
        (
            "search_term AS MATERIALIZED (SELECT * FROM (SELECT t.term_key, t.language,"
            " t.document_frequency, q.weight, q.importance, q.concept, q.alternative, q.size,"
            " s.mean_word_count, s.passage_count, count(*) OVER one AS known,"
            " row_number() OVER (one ORDER BY t.document_frequency, t.term_key) AS rarity"
            " FROM search_query q JOIN search.term t ON t.lexeme = q.lexeme"
            " JOIN search.language_statistics s USING (analysis, language)"
            " WHERE t.analysis = (SELECT analysis FROM search_index) AND t.document_frequency > 0"
            " WINDOW one AS (PARTITION BY q.concept, t.language, q.alternative)) t"
            " WHERE known = size)"
        ),
        (
            "search_concept AS MATERIALIZED (SELECT concept, language, mean_word_count,"
            f" max(importance) * ln(1 + (passage_count - {having} + 0.5) / ({having} + 0.5))"
            " AS gain FROM search_term WHERE rarity = 1"
            " GROUP BY concept, language, mean_word_count, passage_count ORDER BY concept)"
        ),
        (
            "search_word_score AS (SELECT w.passage_key, sum(c.gain * w.frequency"
            f" * {number(k1 + 1)} / (w.frequency + {number(k1)} * ({length}))) AS score"
            " FROM search_concept c CROSS JOIN LATERAL (SELECT f.passage_key,"
            " sum(f.frequency) AS frequency, max(f.word_count) AS word_count"
            f" FROM ({_WORD} UNION ALL {_PHRASE}) f GROUP BY f.passage_key) w"
            " GROUP BY w.passage_key)"
        ),
    ]


_WORD: Final = (
    "SELECT p.passage_key, t.weight * p.frequency AS frequency, p.word_count"
    " FROM search_term t JOIN search.posting p USING (term_key)"
    " WHERE t.concept = c.concept AND t.language = c.language AND t.size = 1"
)
"""How often passages have alternatives of one lexeme, of the concept ``c``."""
_PHRASE: Final = (
    "SELECT every.passage_key, every.frequency, every.word_count FROM search_term a"
    " CROSS JOIN LATERAL (SELECT r.passage_key, max(r.word_count) AS word_count,"
    " least(a.weight * max(r.frequency), min(t.weight * p.frequency)) AS frequency"
    " FROM search.posting r, search_term t JOIN search.posting p USING (term_key)"
    " WHERE r.term_key = a.term_key AND p.passage_key = r.passage_key AND t.rarity > 1"
    " AND t.concept = a.concept AND t.language = a.language AND t.alternative = a.alternative"
    " GROUP BY r.passage_key HAVING count(*) = a.size - 1) every"
    " WHERE a.concept = c.concept AND a.language = c.language AND a.size > 1 AND a.rarity = 1"
)
"""The same of alternatives of several lexemes: of the passages that have the rarest of them, those
that have the others too."""


def semantic_ctes(
    shape: IndexShape, vector: Sequence[float] | None, settings: RankingSettings, bind: Bind
) -> list[str]:
    """Return the semantic leg: the passages whose vectors are nearest to the query's.

    The statement itself counts the passages of the filtered programs, and runs the exact or the
    approximate branch: the other one costs nothing.
    """
    # Made once: a plan for all values would make it anew for every passage.
    made = (
        f"search_asked AS MATERIALIZED (SELECT {bind(vector, 'float4[]')}::halfvec"
        f"({shape.dimensions}) AS vector)"
    )
    asked = "(SELECT vector FROM search_asked)"
    few = f"(SELECT passages FROM search_size) <= {shape.exact_limit}"
    only = "" if shape.exact_limit is None else f" AND {few}"
    exact = (
        f"SELECT v.passage_key, v.embedding <=> {asked} AS distance FROM search.passage_vector v"
        f" WHERE v.index_version_key = {shape.version} AND v.passage_key = ANY (ARRAY("
        f"SELECT o.passage_key FROM {FILTERED} JOIN search.passage_place o USING (program_key)"
        f" ORDER BY 1)){only} ORDER BY distance, passage_key LIMIT {settings.candidates}"
    )
    if shape.exact_limit is None:
        found = [f"search_near AS MATERIALIZED ({exact})"]
    else:
        column = f"(v.embedding::halfvec({shape.dimensions}))"
        approximate = (
            f"SELECT v.passage_key, {column} <=> {asked} AS distance FROM search.passage_vector v"
            f" WHERE v.index_version_key = {shape.version} AND NOT {few}"
            # An aggregate, so that it stays a condition of the scan of the approximate index.
            f" AND (SELECT bool_or(o.program_key IN (SELECT program_key FROM {FILTERED}))"
            " FROM search.passage_place o WHERE o.passage_key = v.passage_key)"
            f" ORDER BY distance LIMIT {settings.candidates}"
        )
        found = [
            (
                "search_size AS MATERIALIZED (SELECT coalesce(sum(i.passage_count), 0) AS passages"
                f" FROM {FILTERED} JOIN search.indexed_program i USING (program_key)"
                " WHERE i.analysis = (SELECT analysis FROM search_index))"
            ),
            (f"search_near AS MATERIALIZED (({exact}) UNION ALL ({approximate}))"),
        ]
    likeness = (
        "search_likeness AS (SELECT passage_key, 1 - distance AS score FROM search_near"
        " WHERE distance < 1)"
    )
    return [made, *found, likeness]


def _leg(leg: str, title: float, settings: RankingSettings) -> str:
    """Return a leg's score of each program: its best passages, each less, and its title."""
    later = f"power({number(settings.decay)}, place - 1)"
    share = f"CASE WHEN is_title THEN {number(title)} ELSE {later} END"
    return (
        f"search_{leg} AS (SELECT program_key, sum(score * {share})"
        f" AS score FROM (SELECT program_key, {leg} AS score, ordinal = 0 AS is_title,"
        f" row_number() OVER (PARTITION BY program_key, ordinal = 0 ORDER BY {leg} DESC, ordinal)"
        f" AS place FROM search_found WHERE {leg} IS NOT NULL) p"
        f" WHERE place <= {settings.depth} GROUP BY program_key)"
    )


def number(value: float) -> str:
    """Return a number as SQL: a literal with a point alone would be a decimal, which is slow."""
    return f"{value!r}::float8"


def rounded(score: str) -> str:
    """Return a score without the digits in which sums of other orders differ."""
    return f"round(({score})::float8 * 1e9) / 1e9"


def _scored() -> str:
    """Return both legs side by side, rounded: equal sums in another order stay equal."""
    return (
        "search_scored AS MATERIALIZED (SELECT program_key,"
        f" {rounded('l.score')} AS lexical,"
        f" {rounded('s.score')} AS semantic"
        " FROM search_lexical l FULL JOIN search_semantic s USING (program_key))"
    )


def _ranked(mode: SearchMode, settings: RankingSettings) -> str:
    """Return the ranked programs."""
    score = {
        SearchMode.LEXICAL: "lexical",
        SearchMode.SEMANTIC: "semantic",
        SearchMode.HYBRID: _fused(settings),
    }[mode]
    return (
        f"{RANKED} AS MATERIALIZED (SELECT program_key,"
        f" {rounded(score)} AS score, lexical, semantic FROM search_scored)"
    )


def _fused(settings: RankingSettings) -> str:
    """Return the score of a hybrid ranking."""
    weights = {"lexical": settings.lexical_weight, "semantic": settings.semantic_weight}
    return " + ".join(
        f"{number(weight)} * {_scaled(leg, settings)}" for leg, weight in weights.items()
    )


def _scaled(leg: str, settings: RankingSettings) -> str:
    """Return a leg's part of a hybrid score; nothing where the leg did not find the program.

    The least lexical score is that of programs without a word of the query: 0. Vectors are never
    that far apart, so the least likeness is that of the least alike program found.
    """
    if settings.fusion is Fusion.RRF:
        rank = f"rank() OVER (ORDER BY {leg} DESC NULLS LAST)"
        share = f"1.0 / ({settings.rrf_constant} + {rank})"
        return f"CASE WHEN {leg} IS NULL THEN 0 ELSE {share} END"
    least = "0" if leg == "lexical" else f"min({leg}) OVER ()"
    share = f"({leg} - {least}) / nullif(max({leg}) OVER () - {least}, 0)"
    return f"CASE WHEN {leg} IS NULL THEN 0 ELSE coalesce({share}, 1) END"


def places_cte(mode: SearchMode, settings: RankingSettings, page: str | None = None) -> str:
    """Return :data:`PLACES`: scored places but for titles, of the programs in ``page`` or of all.

    It stands after the expressions of :func:`ranking_ctes`. A passage's parts are scaled by the
    greatest of their leg, whatever the page.
    """
    weights = {
        SearchMode.LEXICAL: (1.0, 0.0),
        SearchMode.SEMANTIC: (0.0, 1.0),
        SearchMode.HYBRID: (settings.lexical_weight, settings.semantic_weight),
    }[mode]
    parts = " + ".join(
        f"{number(weight)} * coalesce({leg} / nullif((SELECT {leg} FROM search_greatest), 0), 0)"
        for leg, weight in zip(("lexical", "semantic"), weights, strict=True)
    )
    only = f" AND {within('program_key', page)}" if page else ""
    return (
        f"{PLACES} AS (SELECT *, {rounded(parts)} AS score FROM search_found"
        f" WHERE ordinal > 0{only})"
    )
