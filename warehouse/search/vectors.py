"""Vectors of passages: which are missing, writing them, and the approximate index over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
from pgvector import HalfVector
from pgvector.asyncpg import register_vector

from warehouse.engine import copy_rows
from warehouse.search.texts import TARGET_PASSAGE
from warehouse.search.versions import IndexVersion
from warehouse.vocabulary import SkipReason

LONGEST_INDEXED: Final = 4_000
"""Most dimensions of a halfvec that an HNSW index takes."""
BUILD_MEMORY: Final = "512MB"
"""Working memory in which the approximate index is built."""


@dataclass(frozen=True)
class Unembedded:
    """A passage without a vector."""

    key: int
    text: str
    has_words: bool


async def missing(connection: asyncpg.Connection, version: int) -> list[int]:
    """Return the keys of the target's passages that a version has no vector for, nor a reason."""
    rows = await connection.fetch(
        f"SELECT passage_key FROM {TARGET_PASSAGE} JOIN search.passage USING (passage_key)"
        " WHERE passage_key NOT IN"
        " (SELECT passage_key FROM search.passage_vector WHERE index_version_key = $1"
        " UNION ALL SELECT passage_key FROM search.passage_skip WHERE index_version_key = $1)"
        " ORDER BY content_hash",
        version,
    )
    return [row["passage_key"] for row in rows]


async def read_passages(connection: asyncpg.Connection, keys: Sequence[int]) -> list[Unembedded]:
    """Return passages by their keys."""
    rows = await connection.fetch(
        "SELECT passage_key, text, word_count > 0 AS has_words FROM search.passage"
        " WHERE passage_key = ANY ($1::bigint[]) ORDER BY content_hash",
        list(keys),
    )
    return [Unembedded(row["passage_key"], row["text"], row["has_words"]) for row in rows]


async def read_target_texts(connection: asyncpg.Connection) -> list[tuple[str, str]]:
    """Return language and text of every passage of the target that has words, in fixed order."""
    rows = await connection.fetch(
        f"SELECT language, text FROM {TARGET_PASSAGE} JOIN search.passage USING (passage_key)"
        " WHERE word_count > 0 ORDER BY content_hash"
    )
    return [(row["language"], row["text"]) for row in rows]


async def store_vectors(
    connection: asyncpg.Connection,
    version: int,
    vectors: Mapping[int, Sequence[float]],
    skipped: Mapping[int, SkipReason],
) -> None:
    """Write vectors, and why others are missing, in one transaction; a killed run keeps them."""
    await register_vector(connection)
    rows = ((version, key, HalfVector(list(vector))) for key, vector in vectors.items())
    async with connection.transaction():
        columns = ("index_version_key", "passage_key", "embedding")
        await copy_rows(connection, "search.passage_vector", columns, rows)
        await connection.executemany(
            "INSERT INTO search.passage_skip (index_version_key, passage_key, reason)"
            " VALUES ($1, $2, $3)",
            [(version, key, reason.value) for key, reason in skipped.items()],
        )


def approximate_index(version: int) -> str:
    """Return the name of the HNSW index over the vectors of a version."""
    return f"ix_passage_vector_hnsw_{version}"


async def has_approximate_index(connection: Any, version: int) -> bool:
    """Whether the vectors of a version have an HNSW index.

    ``connection`` is anything that has ``fetch`` of asyncpg.
    """
    rows = await connection.fetch(
        "SELECT to_regclass($1) IS NOT NULL AS found", f"search.{approximate_index(version)}"
    )
    return bool(rows[0]["found"])


async def build_approximate_index(connection: asyncpg.Connection, version: IndexVersion) -> bool:
    """Build the HNSW index over a version's vectors, if there is none; returns whether it did.

    Readers are not held up. Its expression gives the vectors their dimensions, which the column,
    shared by all versions, cannot have.
    """
    if version.dimensions > LONGEST_INDEXED or await has_approximate_index(connection, version.key):
        return False
    async with connection.transaction():
        await connection.execute(f"SET LOCAL maintenance_work_mem = '{BUILD_MEMORY}'")
        await connection.execute(
            f"CREATE INDEX {approximate_index(version.key)} ON search.passage_vector"
            f" USING hnsw ((embedding::halfvec({version.dimensions})) halfvec_cosine_ops)"
            f" WHERE index_version_key = {version.key}"
        )
    return True


async def drop_approximate_index(connection: asyncpg.Connection, version: int) -> None:
    """Drop the HNSW index of a version, if there is one."""
    await connection.execute(f"DROP INDEX IF EXISTS search.{approximate_index(version)}")
