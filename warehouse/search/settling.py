"""The end of a refresh, in one transaction: what is current, how words are counted, the switch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import asyncpg

from warehouse.search.corpus import LEAST_PASSAGES
from warehouse.search.phrases import JOINT
from warehouse.search.texts import TARGET_PASSAGE
from warehouse.search.vectors import drop_approximate_index
from warehouse.search.versions import IndexVersion, activate, remove_old_versions
from warehouse.vocabulary import SkipReason

_CURRENT: Final = (
    f"UPDATE search.passage p SET is_current = NOT p.is_current"
    f" WHERE p.analysis = $1 AND p.is_current <> EXISTS"
    f" (SELECT FROM {TARGET_PASSAGE} t WHERE t.passage_key = p.passage_key)"
)
_FREQUENCIES: Final = """
UPDATE search.term t SET document_frequency = counted.passages
FROM (
  SELECT term.term_key, count(passage.passage_key) AS passages FROM search.term
  LEFT JOIN search.posting ON posting.term_key = term.term_key
  LEFT JOIN search.passage ON passage.passage_key = posting.passage_key AND passage.is_current
  WHERE term.analysis = $1 GROUP BY term.term_key
) counted
WHERE t.term_key = counted.term_key AND t.document_frequency <> counted.passages
"""
_STATISTICS: Final = """
INSERT INTO search.language_statistics (analysis, language, passage_count, mean_word_count)
SELECT analysis, language, count(*), greatest(avg(word_count), 1) FROM search.passage
WHERE analysis = $1 AND is_current GROUP BY analysis, language
"""
_ORPHANS: Final = """
CREATE TEMP TABLE search_orphan ON COMMIT DROP AS
SELECT passage_key FROM search.passage p
WHERE NOT EXISTS (SELECT FROM search.passage_place o WHERE o.passage_key = p.passage_key)
"""
_UNUSED: Final = "NOT IN (SELECT analysis FROM ops.index_version UNION ALL SELECT $1)"


@dataclass(frozen=True)
class Settled:
    """What an index version holds after a refresh; numbers of passages."""

    passages: int
    vectors: int
    removed: int
    skips: Mapping[SkipReason, int]
    unknown_share: float | None


async def settle(
    connection: asyncpg.Connection, version: IndexVersion, data_version: int
) -> Settled:
    """Count words and passages anew, remove what nobody has any more, and switch to a version.

    One transaction: queries see the index as it was, or as it is now.
    """
    async with connection.transaction():
        await _count(connection, version.analysis)
        removed = await _remove_unused(connection, version.analysis)
        counts = await connection.fetchrow(
            f"SELECT count(*) AS passages, count(v.passage_key) AS vectors FROM {TARGET_PASSAGE} t"
            " LEFT JOIN search.passage_vector v ON v.passage_key = t.passage_key"
            " AND v.index_version_key = $1",
            version.key,
        )
        await connection.execute(
            "UPDATE ops.index_version SET data_version_number = $2, passage_count = $3,"
            " vector_count = $4 WHERE index_version_key = $1",
            version.key, data_version, counts["passages"], counts["vectors"],
        )  # fmt: skip
        await activate(connection, version.key)
        for old in await remove_old_versions(connection):
            await drop_approximate_index(connection, old)
    await connection.execute(
        "ANALYZE search.passage, search.passage_place, search.term, search.posting,"
        " search.passage_vector, search.indexed_program, ops.index_version"
    )
    skips = await skip_counts(connection, version.key)
    unknown = await unknown_share(connection, version)
    return Settled(counts["passages"], counts["vectors"], removed, skips, unknown)


async def _count(connection: asyncpg.Connection, analysis: str) -> None:
    """Bring what is current and the numbers that BM25 needs up to date."""
    await connection.execute(_CURRENT, analysis)
    await connection.execute(_FREQUENCIES, analysis)
    await connection.execute("DELETE FROM search.language_statistics WHERE analysis = $1", analysis)
    await connection.execute(_STATISTICS, analysis)


async def _remove_unused(connection: asyncpg.Connection, analysis: str) -> int:
    """Remove what no program version has, and analyses that no index version uses."""
    for table in ("passage_place", "indexed_program", "spelling", "language_statistics"):
        await connection.execute(f"DELETE FROM search.{table} WHERE analysis {_UNUSED}", analysis)
    await connection.execute(_ORPHANS)
    for table in ("posting", "passage_vector", "passage_skip", "passage"):
        removed = await connection.execute(
            f"DELETE FROM search.{table} WHERE passage_key IN"
            " (SELECT passage_key FROM search_orphan)"
        )
    await connection.execute(f"DELETE FROM search.term WHERE analysis {_UNUSED}", analysis)
    return int(removed.removeprefix("DELETE "))


async def skip_counts(connection: asyncpg.Connection, version: int) -> dict[SkipReason, int]:
    """Return how many passages of the target have no vector, by reason."""
    rows = await connection.fetch(
        f"SELECT reason, count(*) AS passages FROM search.passage_skip JOIN {TARGET_PASSAGE}"
        " USING (passage_key) WHERE index_version_key = $1 GROUP BY reason ORDER BY reason",
        version,
    )
    return {SkipReason[row["reason"]]: row["passages"] for row in rows}


async def unknown_share(connection: asyncpg.Connection, version: IndexVersion) -> float | None:
    """Return the share of the words of current passages that the version's fit does not know.

    Words count, not phrases, that a new fit would know
    (:data:`warehouse.search.corpus.LEAST_PASSAGES`), each as often as there are passages with it.
    None for an embedder without a fit.
    """
    share: float | None = await connection.fetchval(
        "SELECT coalesce(sum(document_frequency) FILTER (WHERE known.lexeme IS NULL), 0)::float8"
        " / sum(document_frequency)"
        " FROM (SELECT lexeme, sum(document_frequency) AS document_frequency FROM search.term"
        f" WHERE analysis = $2 AND strpos(lexeme, '{JOINT}') = 0"
        " GROUP BY lexeme HAVING sum(document_frequency) >= $3) t"
        " LEFT JOIN (SELECT unnest(lexemes) AS lexeme FROM search.embedder_fit"
        " WHERE index_version_key = $1) known USING (lexeme)"
        " HAVING EXISTS (SELECT FROM search.embedder_fit WHERE index_version_key = $1)",
        version.key, version.analysis, LEAST_PASSAGES,
    )  # fmt: skip
    return share
