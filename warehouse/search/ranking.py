"""Ranking as one SQL statement: words, vectors, and both together, over filtered programs.

The statement is made of common table expressions, so that whoever asks (the graph's planner, the
command, the evaluation) puts its own filter before them and its own selection after them:

    WITH search_filtered AS MATERIALIZED (SELECT … AS program_key …), {ctes} SELECT … search_ranked

Both legs (:mod:`warehouse.search.legs`) see filtered programs only: vectors are compared one by one
over their passages while these are few, else by the approximate index. A program scores by its best
passages and by its title.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from warehouse.search.legs import FILTERED, Bind, lexical_ctes, number, semantic_ctes
from warehouse.search.query import Query
from warehouse.search.ranking_settings import Fusion, IndexShape, RankingSettings, SearchMode

RANKED: Final = "search_ranked"
"""Name of the ranked programs: ``program_key, score, lexical, semantic``; order by
``score DESC, program_key``. ``lexical`` and ``semantic`` are the parts as the legs give them, null
where a leg did not find the program."""
PLACES: Final = "search_place"
"""Name of the scored places: ``program_key, ordinal, passage_key, lexical, semantic, likeness,
score``; ``likeness`` is the part of ``semantic`` that vectors give."""

ALL_CURRENT: Final = "SELECT program_key FROM core.dim_program WHERE is_current"
"""The select of all programs that are current."""


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
    weight = settings.semantic_weight(mode, query.reading.certainty)
    ctes = [_shared(shape, weight, bind)]
    if mode is not SearchMode.SEMANTIC:
        ctes += lexical_ctes(query.terms, settings, bind)
    if mode is not SearchMode.LEXICAL:
        ctes += semantic_ctes(shape, vector, query.reading.phrases, settings, bind)
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
        "search_passage AS (SELECT passage_key, score AS lexical, NULL::float8 AS semantic,"
        " NULL::float8 AS likeness FROM search_word_score)"
    ),
    SearchMode.SEMANTIC: (
        "search_passage AS (SELECT passage_key, NULL::float8 AS lexical, score AS semantic,"
        " likeness FROM search_meaning)"
    ),
    SearchMode.HYBRID: (
        "search_passage AS (SELECT passage_key, l.score AS lexical, s.score AS semantic, s.likeness"
        " FROM search_word_score l FULL JOIN search_meaning s USING (passage_key))"
    ),
}
"""The passages that the legs found, each once."""
_FOUND: Final = (
    "search_found AS MATERIALIZED (SELECT o.program_key, o.ordinal, f.passage_key, f.lexical,"
    " f.semantic, f.likeness FROM search_passage f JOIN search.passage_place o USING (passage_key)"
    f" WHERE {within('o.program_key', FILTERED)})"
)
"""Where they stand in filtered programs."""
_GREATEST: Final = (
    "search_greatest AS MATERIALIZED (SELECT max(lexical) AS lexical, max(semantic) AS semantic"
    " FROM search_found WHERE ordinal > 0)"
)
"""The one row of what the best passage of each leg has: the measure of all others."""


LEXICAL_WEIGHT: Final = "(SELECT 1 - semantic_weight FROM search_index)"
SEMANTIC_WEIGHT: Final = "(SELECT semantic_weight FROM search_index)"
"""What the legs count for this query."""


def _shared(shape: IndexShape, semantic_weight: float, bind: Bind) -> str:
    """Return the one row of values that several expressions share."""
    return (
        f"search_index AS MATERIALIZED (SELECT {bind(shape.analysis, 'text')} AS analysis,"
        f" {bind(semantic_weight, 'float8')} AS semantic_weight)"
    )


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
    legs = {"lexical": LEXICAL_WEIGHT, "semantic": SEMANTIC_WEIGHT}
    return " + ".join(f"{weight} * {_scaled(leg, settings)}" for leg, weight in legs.items())


def _scaled(leg: str, settings: RankingSettings) -> str:
    """Return a leg's part of a hybrid score; nothing where the leg did not find the program.

    The least lexical score is that of programs without a word of the query: 0. Vectors are never
    that far apart, so the least by meaning is that of the least alike program found.
    """
    if settings.fusion is Fusion.RRF:
        rank = f"rank() OVER (ORDER BY {leg} DESC NULLS LAST)"
        share = f"1.0 / ({settings.rrf_constant} + {rank})"
        return f"CASE WHEN {leg} IS NULL THEN 0 ELSE {share} END"
    least = "0" if leg == "lexical" else f"min({leg}) OVER ()"
    share = f"({leg} - {least}) / nullif(max({leg}) OVER () - {least}, 0)"
    return f"CASE WHEN {leg} IS NULL THEN 0 ELSE coalesce({share}, 1) END"


def places_cte(page: str | None = None) -> str:
    """Return :data:`PLACES`: scored places but for titles, of the programs in ``page`` or of all.

    It stands after the expressions of :func:`ranking_ctes`. A passage's parts are scaled by the
    greatest of their leg, whatever the page.
    """
    parts = " + ".join(
        f"{weight} * coalesce({leg} / nullif((SELECT {leg} FROM search_greatest), 0), 0)"
        for leg, weight in (("lexical", LEXICAL_WEIGHT), ("semantic", SEMANTIC_WEIGHT))
    )
    only = f" AND {within('program_key', page)}" if page else ""
    return (
        f"{PLACES} AS (SELECT *, {rounded(parts)} AS score FROM search_found"
        f" WHERE ordinal > 0{only})"
    )
