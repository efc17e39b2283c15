"""The legs of a ranking: passages with their scores, by words and by meaning.

The lexical leg is BM25 (Robertson & Zaragoza, *The Probabilistic Relevance Framework: BM25 and
Beyond*, 2009) over postings, with numbers of passages and lengths per language, so that passages
of the two languages can stand in one list. It guesses nothing: it looks for words as typed, slips
corrected, and for what the lexicon calls the same.

The semantic leg is the cosine of vectors, and how far a passage tells of the needs that the query
is likely to mean: BM25 of the phrases by which documents speak of them. A need is a concept with a
name, so that this is an explicit semantic analysis (Gabrilovich & Markovitch, IJCAI 2007) beside
the latent one of the vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from warehouse.search.expansion import SoughtPhrase
from warehouse.search.query import QueryTerm
from warehouse.search.ranking_settings import IndexShape, RankingSettings

Bind = Callable[[Any, str], str]
"""Takes a value and its SQL type, returns the placeholder that stands for it."""

FILTERED: Final = "search_filtered"
"""Name of the select of the caller: one column, ``program_key``, of the programs to rank."""


def lexical_ctes(terms: Sequence[QueryTerm], settings: RankingSettings, bind: Bind) -> list[str]:
    """Return the lexical leg: BM25 of every passage in which a concept of the query stands.

    The alternatives of a concept are synonyms: how often a passage has any of them adds up, and
    the concept is as rare as all of them together (at most: a passage with two of them counts
    twice). An alternative of several words counts where a passage has all of them; it is as rare as
    the rarest of them.

    One concept is counted after the other, and of it one alternative: what is grouped at a time
    stays small, and every passage adds its concepts up in the same order.
    """
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
            "search_word_score AS (SELECT w.passage_key,"
            f" sum(c.gain * {_repeated('w', 'c', settings)}) AS score"
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
    shape: IndexShape,
    vector: Sequence[float] | None,
    phrases: Sequence[SoughtPhrase],
    settings: RankingSettings,
    bind: Bind,
) -> list[str]:
    """Return the semantic leg: the passages nearest to the query, and those that tell of its needs.

    ``likeness`` is the cosine alone, null where a passage is not among the nearest.
    """
    near = "SELECT passage_key, 1 - distance AS likeness FROM search_near WHERE distance < 1"
    return [
        *_nearest_ctes(shape, vector, settings, bind),
        *_telling_ctes(phrases, settings, bind),
        (
            "search_meaning AS (SELECT passage_key, likeness,"
            f" coalesce(likeness, 0) + {number(settings.telling)} * coalesce(telling, 0) AS score"
            f" FROM ({near}) n FULL JOIN search_telling USING (passage_key))"
        ),
    ]


def _telling_ctes(
    phrases: Sequence[SoughtPhrase], settings: RankingSettings, bind: Bind
) -> list[str]:
    """Return how far passages tell of a query's needs: BM25 of the phrases that stand in them."""
    gain = "ln(1 + (passage_count - document_frequency + 0.5) / (document_frequency + 0.5))"
    # OFFSET keeps phrases looked up one by one: as a join, all postings might be read for a few.
    return [
        (
            "search_phrase AS MATERIALIZED (SELECT t.term_key, s.mean_word_count,"
            f" q.importance * {gain} AS gain"
            f" FROM unnest({bind([one.term for one in phrases], 'text[]')},"
            f" {bind([one.importance for one in phrases], 'float8[]')}) AS q (lexeme, importance)"
            " JOIN search.term t USING (lexeme)"
            " JOIN search.language_statistics s USING (analysis, language)"
            " WHERE t.analysis = (SELECT analysis FROM search_index) AND t.document_frequency > 0"
            " ORDER BY term_key)"
        ),
        (
            "search_telling AS (SELECT w.passage_key,"
            f" sum(c.gain * {_repeated('w', 'c', settings)}) AS telling"
            " FROM search_phrase c CROSS JOIN LATERAL (SELECT p.passage_key, p.frequency,"
            " p.word_count FROM search.posting p WHERE p.term_key = c.term_key OFFSET 0) w"
            " GROUP BY w.passage_key)"
        ),
    ]


def _repeated(word: str, concept: str, settings: RankingSettings) -> str:
    """Return what a word counts for how often it stands in a passage of some length (BM25)."""
    k1, b = settings.k1, settings.b
    length = f"{number(1 - b)} + {number(b)} * {word}.word_count / {concept}.mean_word_count"
    often = f"{word}.frequency"
    return f"{often} * {number(k1 + 1)} / ({often} + {number(k1)} * ({length}))"


def _nearest_ctes(
    shape: IndexShape, vector: Sequence[float] | None, settings: RankingSettings, bind: Bind
) -> list[str]:
    """Return the passages whose vectors are nearest to the query's.

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
    return [made, *found]


def number(value: float) -> str:
    """Return a number as SQL: a literal with a point alone would be a decimal, which is slow."""
    return f"{value!r}::float8"
