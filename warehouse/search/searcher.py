"""Searching: what the graph, the command and the evaluation call.

A :class:`Searcher` keeps what the active index version needs in memory (its words, its fit, its
embedder) and takes it anew when another version was switched to or the same one was refreshed: it
asks the database before each search.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from warehouse.errors import IndexMissingError
from warehouse.search.embedders import LEAST_LENGTH, Embedder, embedder
from warehouse.search.expansion import AS_TYPED, ExpansionWeights
from warehouse.search.legs import FILTERED
from warehouse.search.lexicon import Lexicon, read_lexicon
from warehouse.search.need_finder import NeedFinder, default_finder
from warehouse.search.needs import NeedBank
from warehouse.search.query import Query, analyse
from warehouse.search.ranking import ALL_CURRENT, PLACES, RANKED, places_cte, ranking_ctes
from warehouse.search.ranking_settings import IndexShape, RankingSettings, SearchMode
from warehouse.search.spelling import Vocabulary
from warehouse.search.vectors import has_approximate_index
from warehouse.search.versions import IndexVersion, active_version, read_fit
from warehouse.settings import Settings, get_settings
from warehouse.vocabulary import Language

Fetch = Callable[..., Awaitable[list[Any]]]
"""Runs a statement with its values and returns rows: ``Reader.fetch_rows`` is one."""

BEST_PASSAGES: Final = 3
"""How many passages of a program are shown."""


@dataclass(frozen=True)
class Index:
    """The active index version, ready to be asked.

    Attributes:
        version: Its row; ``data_version_number`` is the data version that it covers: read
            programs as of that, and none of them is half indexed.
        shape: What the text of statements depends on.
        vocabulary: The words of its passages.
        embedder: Makes vectors of queries.
    """

    version: IndexVersion
    shape: IndexShape
    vocabulary: Vocabulary
    embedder: Embedder


@dataclass(frozen=True)
class Prepared:
    """A query with its vector, for an index.

    In mode LEXICAL, which guesses nothing, ``query`` is read as typed. ``vector`` is None where the
    embedder knows none of its words, or the mode has no use for it.
    """

    index: Index
    query: Query
    mode: SearchMode
    vector: list[float] | None

    def ctes(self, settings: RankingSettings, bind: Callable[[Any, str], str]) -> list[str]:
        """Return the ranking as common table expressions; see :mod:`warehouse.search.ranking`."""
        return ranking_ctes(self.index.shape, self.query, self.vector, self.mode, settings, bind)

    def best_passages(self, page: str, most: int = BEST_PASSAGES) -> list[str]:
        """Return common table expressions, to stand after the ranking and ``page``.

        ``page`` is a select with ``program_key``. The last of them is :data:`BEST`.
        """
        return [places_cte(page), best_of_each(str(most))]


@dataclass(frozen=True)
class PassageHit:
    """A passage that answers a query, where it stands, and its score with its parts.

    ``likeness`` is the part of ``semantic`` that vectors give, None where it is not among the
    nearest; phrases of needs give the rest.
    """

    passage_key: int
    program_key: int
    section_ordinal: int
    section_kind: str
    start: int
    end: int
    text: str
    language: Language
    score: float
    lexical: float | None
    semantic: float | None
    likeness: float | None


@dataclass(frozen=True)
class ProgramHit:
    """A program that answers a query, its score with its parts, and its best passages."""

    program_key: int
    score: float
    lexical: float | None
    semantic: float | None
    passages: tuple[PassageHit, ...]


class Searcher:
    """Prepares queries and runs rankings.

    Args:
        fetch: Runs statements as reader, in sessions with :data:`warehouse.reader.SESSION`.
        settings: Gives the embedder's key and address, and the limit of exact search.
        lexicon: Concepts of the field; by default those of ``lexicon.csv``.
        ranking: Numbers of the ranking.
        expansion: What alternatives of a query's words count.
        needs: Finds the needs that queries mean; by default those that come with the package.
    """

    def __init__(
        self,
        fetch: Fetch,
        settings: Settings | None = None,
        *,
        lexicon: Lexicon | None = None,
        ranking: RankingSettings | None = None,
        expansion: ExpansionWeights | None = None,
        needs: NeedFinder | None = None,
    ) -> None:
        self._fetcher = _Fetcher(fetch)
        self._settings = settings or get_settings()
        self._lexicon = lexicon
        self._needs = needs
        self.ranking = ranking or RankingSettings()
        self.expansion = expansion or ExpansionWeights()
        self._index: Index | None = None
        self._loading = asyncio.Lock()

    async def index(self) -> Index:
        """Return the active index version.

        Raises:
            IndexMissingError: there is no index yet.
            EmbedderSettingsError: the version's embedder cannot be opened here.
        """
        version = await active_version(self._fetcher)
        if version is None:
            raise IndexMissingError(
                "there is no search index yet", remedy="run `residency search refresh`"
            )
        async with self._loading:
            if self._index is None or self._index.version != version:
                self._index = await self._load(version)
            return self._index

    async def prepare(
        self, text: str, mode: SearchMode = SearchMode.HYBRID, language: Language | None = None
    ) -> Prepared:
        """Analyse a query and embed it.

        Raises:
            IndexMissingError: there is no index yet.
            EmbedderError: the embedder gives no vector.
        """
        index = await self.index()
        lexicon = self._lexicon if self._lexicon is not None else read_lexicon()
        needs = self._needs
        if needs is None:
            needs = await asyncio.to_thread(default_finder)
        query = analyse(text, language, index.vocabulary, lexicon, self.expansion, needs)
        if mode is SearchMode.LEXICAL:
            query = replace(query, reading=AS_TYPED)
        vector = None
        if mode is not SearchMode.LEXICAL and query.has_words:
            vector = await self._vector(index, query, lexicon, needs.bank)
        return Prepared(index, query, mode, vector)

    async def _vector(
        self, index: Index, query: Query, lexicon: Lexicon, bank: NeedBank
    ) -> list[float] | None:
        """Return the vector of a query, of its concepts' terms and of its needs' statements."""
        texts = [(query.corrected, 1.0)]
        for each in Language:
            share = self.expansion.meaning / len(Language)
            for name in query.concepts:
                terms = (term for term in lexicon.terms.get(name, ()) if term.language is each)
                texts.append((" ".join(term.text for term in terms), share))
            for one in query.reading.needs:
                share = self.expansion.need_meaning * one.likelihood / len(Language)
                texts.append((" ".join(bank[one.name].statements.get(each, ())), share))
        texts = [(text, share) for text, share in texts if text and share > 0]
        vectors = await index.embedder.embed([text for text, _ in texts])
        parts = [
            share * np.asarray(vector)
            for vector, (_, share) in zip(vectors, texts, strict=True)
            if vector is not None
        ]
        if not parts:
            return None
        summed = np.sum(parts, axis=0)
        length = float(np.linalg.norm(summed))
        return (summed / length).tolist() if length > LEAST_LENGTH else None

    async def programs(
        self,
        prepared: Prepared,
        *,
        filtered: str = ALL_CURRENT,
        values: Sequence[Any] = (),
        first: int = 20,
    ) -> list[ProgramHit]:
        """Return the best programs, the best first.

        Args:
            prepared: From :meth:`prepare`.
            filtered: Select of one column ``program_key``: the programs to rank.
            values: Of the placeholders $1, $2 … in ``filtered``.
            first: How many.
        """
        bound = _Bound(values)
        limit = bound(first, "int8")
        heads = [
            f"{FILTERED} AS MATERIALIZED ({filtered})",
            *prepared.ctes(self.ranking, bound),
            (
                f"page AS MATERIALIZED (SELECT * FROM {RANKED}"
                f" ORDER BY score DESC, program_key LIMIT {limit})"
            ),
            *prepared.best_passages("page"),
            (
                "shown AS MATERIALIZED (SELECT best.program_key AS best_of,"
                f" {PASSAGE_COLUMNS.format(place='best')} FROM {BEST} best"
                f" {PASSAGE_JOINS.format(place='best')})"
            ),
        ]
        rows = await self._fetcher.fetch(
            f"WITH {', '.join(heads)} SELECT page.program_key, page.score, page.lexical,"
            " page.semantic, b.* FROM page LEFT JOIN shown b ON b.best_of = page.program_key"
            " ORDER BY page.score DESC, page.program_key, b.passage_score DESC, b.ordinal",
            *bound.values,
        )
        return _program_hits(rows)

    async def passages(
        self,
        prepared: Prepared,
        *,
        filtered: str = ALL_CURRENT,
        values: Sequence[Any] = (),
        first: int = 20,
    ) -> list[PassageHit]:
        """Return the best passages, each once, whatever programs share it; see :meth:`programs`."""
        bound = _Bound(values)
        limit = bound(first, "int8")
        heads = [f"{FILTERED} AS MATERIALIZED ({filtered})", *prepared.ctes(self.ranking, bound)]
        rows = await self._fetcher.fetch(
            f"WITH {', '.join(heads)}, {places_cte()},"
            f" best AS (SELECT DISTINCT ON (passage_key) * FROM {PLACES}"
            " WHERE score > 0 ORDER BY passage_key, program_key, ordinal)"
            f" SELECT best.program_key, {PASSAGE_COLUMNS.format(place='best')}"
            f" FROM best {PASSAGE_JOINS.format(place='best')}"
            f" ORDER BY best.score DESC, best.passage_key LIMIT {limit}",
            *bound.values,
        )
        return [_passage_hit(row) for row in rows]

    async def _load(self, version: IndexVersion) -> Index:
        """Take what a version needs into memory."""
        rows = await self._fetcher.fetch(
            "SELECT form, sum(passage_count)::int8 AS passages FROM search.spelling"
            " WHERE analysis = $1 GROUP BY form",
            version.analysis,
        )
        terms = await self._fetcher.fetch(
            "SELECT DISTINCT lexeme FROM search.term"
            " WHERE analysis = $1 AND document_frequency > 0",
            version.analysis,
        )
        vocabulary = Vocabulary(
            {row["form"]: row["passages"] for row in rows},
            frozenset(row["lexeme"] for row in terms),
        )
        shape = IndexShape(version.key, version.analysis, version.dimensions)
        if await has_approximate_index(self._fetcher, version.key):
            shape = replace(shape, exact_limit=self._settings.search_exact_limit)
        fit = await read_fit(self._fetcher, version.key)
        opened = await asyncio.to_thread(
            embedder, version.settings, version.dimensions, self._settings, fit
        )
        return Index(version, shape, vocabulary, opened)


PASSAGE_COLUMNS: Final = (
    "{place}.passage_key, {place}.ordinal, o.section_ordinal, o.section_kind, o.span_start,"
    " o.span_end, t.text, t.language, {place}.score AS passage_score,"
    " {place}.lexical AS passage_lexical, {place}.semantic AS passage_semantic,"
    " {place}.likeness AS passage_likeness"
)
"""What is read of a scored place; ``{{place}}`` is its alias."""
PASSAGE_JOINS: Final = (
    "JOIN search.passage_place o ON o.program_key = {place}.program_key"
    " AND o.ordinal = {place}.ordinal AND o.analysis = (SELECT analysis FROM search_index)"
    " JOIN search.passage t ON t.passage_key = {place}.passage_key"
)
"""The tables that :data:`PASSAGE_COLUMNS` reads."""


BEST: Final = "search_best"
"""Name of the best passages of the programs of a page: columns of :data:`PLACES`."""


def best_of_each(most: str = str(BEST_PASSAGES), name: str = BEST) -> str:
    """Return the common table expression of the best of :data:`PLACES`, of each program.

    Args:
        most: How many of each program, as SQL.
        name: Name of the expression.
    """
    return (
        f"{name} AS (SELECT * FROM (SELECT p.*, row_number() OVER"
        " (PARTITION BY p.program_key ORDER BY p.score DESC, p.ordinal) AS place"
        f" FROM {PLACES} p WHERE p.score > 0) b WHERE place <= {most})"
    )


class _Fetcher:
    """What functions that read through a connection need of it."""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch


class _Bound:
    """Values of a statement, numbered after those of the filter."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = list(values)

    def __call__(self, value: Any, sql_type: str) -> str:
        self.values.append(value)
        return f"${len(self.values)}::{sql_type}"


def _program_hits(rows: Sequence[Mapping[str, Any]]) -> list[ProgramHit]:
    """Put the rows of programs and passages together."""
    hits: dict[int, ProgramHit] = {}
    for row in rows:
        key = row["program_key"]
        if key not in hits:
            hits[key] = ProgramHit(key, row["score"], row["lexical"], row["semantic"], ())
        if row["passage_key"] is not None:
            found = (*hits[key].passages, _passage_hit(row))
            hits[key] = replace(hits[key], passages=found)
    return list(hits.values())


def _passage_hit(row: Mapping[str, Any]) -> PassageHit:
    return PassageHit(
        passage_key=row["passage_key"],
        program_key=row["program_key"],
        section_ordinal=row["section_ordinal"],
        section_kind=row["section_kind"],
        start=row["span_start"],
        end=row["span_end"],
        text=row["text"],
        language=Language[row["language"]],
        score=row["passage_score"],
        lexical=row["passage_lexical"],
        semantic=row["passage_semantic"],
        likeness=row["passage_likeness"],
    )
