"""Generated passages for the benchmark of the search index."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

PER_PROGRAM = 50
DIMENSIONS, LATENT, CLUSTERS = 256, 48, 400
VOCABULARY, WORDS_PER_PASSAGE = 20_000, 60
LOTS = 100
"""Programs are in so many lots, by which filters keep them: the server knows how many each has."""
SEED = 1503

console = Console(highlight=False)
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Collection:
    """Generated passages: an index version, and where its programs and passages begin."""

    version: int
    analysis: str
    passages: int
    first_program: int
    first_passage: int
    vectors: Floats

    @property
    def programs(self) -> int:
        """Number of programs."""
        return self.passages // PER_PROGRAM


async def load_one_program() -> None:
    """Load one generated program, of which all others are copies."""
    from etl.refresh import RefreshRequest, refresh

    await refresh(RefreshRequest("sample", sample_programs=1))


def draw(generator: np.random.Generator, count: int) -> Floats:
    """Return vectors of length 1 in clusters of a low dimension."""
    shared = np.random.default_rng(SEED)
    basis = shared.normal(size=(LATENT, DIMENSIONS))
    centres = shared.normal(size=(CLUSTERS, LATENT))
    near = centres[generator.integers(CLUSTERS, size=count)]
    latent = near + 0.6 * generator.normal(size=(count, LATENT))
    vectors = latent @ basis + 0.3 * generator.normal(size=(count, DIMENSIONS))
    scaled = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled.astype(np.float32)


async def make_collection(generator: np.random.Generator, name: str, passages: int) -> Collection:
    """Write programs, passages and vectors."""
    from pgvector import HalfVector
    from pgvector.asyncpg import register_vector

    from warehouse.engine import copy_rows, owner_connection

    console.print(f"Writing {passages:,} passages.")
    vectors = draw(generator, passages)
    async with owner_connection() as connection:
        await register_vector(connection)
        first_program = await _copy_programs(connection, passages // PER_PROGRAM)
        first = (await connection.fetchval("SELECT max(passage_key) FROM search.passage") or 0) + 1
        version: int = await connection.fetchval(
            "INSERT INTO ops.index_version (embedder, settings, analysis, dimensions, is_active)"
            " VALUES ('generated', $1::text::jsonb, $2, $3, false) RETURNING index_version_key",
            json.dumps({"provider": "corpus"}), name, DIMENSIONS,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO search.passage (passage_key, analysis, content_hash, language, text,"
            " word_count, is_current) OVERRIDING SYSTEM VALUE"
            " SELECT $1::bigint + n, $2, n::text, 'EN', 'passage ' || n, $4, true"
            " FROM generate_series(0, $3::int - 1) n",
            first, name, passages, WORDS_PER_PASSAGE,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO search.passage_place (program_key, analysis, ordinal, passage_key,"
            " section_ordinal, section_kind, span_start, span_end)"
            " SELECT $4::bigint + n / $5::int, $2, n % $5::int + 1, $1::bigint + n, 0,"
            " 'PROGRAM_CURRICULUM', n % $5::int, n % $5::int + 1"
            " FROM generate_series(0, $3::int - 1) n",
            first, name, passages, first_program, PER_PROGRAM,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO search.indexed_program (program_key, analysis, passage_count)"
            " SELECT $1::bigint + n, $2, $4 FROM generate_series(0, $3::int - 1) n",
            first_program, name, passages // PER_PROGRAM, PER_PROGRAM,
        )  # fmt: skip
        rows = ((version, first + n, HalfVector(vector)) for n, vector in enumerate(vectors))
        columns = ("index_version_key", "passage_key", "embedding")
        await copy_rows(connection, "search.passage_vector", columns, rows)
        await connection.execute("VACUUM ANALYZE")
    return Collection(version, name, passages, first_program, first, vectors)


async def _copy_programs(connection: Any, count: int) -> int:
    """Copy the one program; return the key of the first copy, which the others follow."""
    columns = [
        row["column_name"]
        for row in await connection.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'core'"
            " AND table_name = 'dim_program' AND column_name <> 'program_key'"
        )
    ]
    made = {"program_stream_id": "s.n", "url": f"'lot ' || (s.n * 7919) % {LOTS}"}
    values = [made.get(name, f"p.{name}") for name in columns]
    first: int = await connection.fetchval("SELECT max(program_key) + 1 FROM core.dim_program")
    await connection.execute(
        f"INSERT INTO core.dim_program (program_key, {', '.join(columns)})"
        f" OVERRIDING SYSTEM VALUE SELECT s.n, {', '.join(values)} FROM"
        " (SELECT * FROM core.dim_program ORDER BY program_key LIMIT 1) p,"
        " generate_series($1::bigint, $1 + $2 - 1) s (n)",
        first, count,
    )  # fmt: skip
    return first


async def write_words(generator: np.random.Generator, collection: Collection) -> None:
    """Write words by Zipf's law, as lexemes w1, w2 and so on."""
    from warehouse.engine import copy_rows, owner_connection

    drawn = generator.zipf(1.3, size=(collection.passages, WORDS_PER_PASSAGE)) % VOCABULARY
    passages, words = np.nonzero(np.ones_like(drawn))[0], drawn.ravel()
    pairs, times = np.unique(np.stack([passages, words]), axis=1, return_counts=True)
    async with owner_connection() as connection:
        await connection.execute(
            "INSERT INTO search.term (analysis, language, lexeme)"
            " SELECT $1, 'EN', 'w' || n FROM generate_series(0, $2::int - 1) n",
            collection.analysis, VOCABULARY,
        )  # fmt: skip
        found = await connection.fetch(
            "SELECT lexeme, term_key FROM search.term WHERE analysis = $1", collection.analysis
        )
        keys = {int(row["lexeme"][1:]): row["term_key"] for row in found}
        rows = (
            (collection.first_passage + int(passage), keys[int(word)], int(n), WORDS_PER_PASSAGE)
            for (passage, word), n in zip(pairs.T, times, strict=True)
        )
        columns = ("passage_key", "term_key", "frequency", "word_count")
        await copy_rows(connection, "search.posting", columns, rows)
        await connection.execute(
            "UPDATE search.term t SET document_frequency = c.n FROM"
            " (SELECT term_key, count(*) AS n FROM search.posting GROUP BY 1) c"
            " WHERE c.term_key = t.term_key"
        )
        await connection.execute(
            "INSERT INTO search.language_statistics VALUES ($1, 'EN', $2, $3)",
            collection.analysis, collection.passages, WORDS_PER_PASSAGE,
        )  # fmt: skip
        await connection.execute("VACUUM ANALYZE")


async def build_index(collection: Collection) -> None:
    """Build the approximate index, and say how long that took."""
    from warehouse.engine import owner_connection
    from warehouse.search.vectors import build_approximate_index
    from warehouse.search.versions import read_versions

    started = time.perf_counter()
    async with owner_connection() as connection:
        versions = {version.key: version for version in await read_versions(connection)}
        await build_approximate_index(connection, versions[collection.version])
    console.print(f"The approximate index was built in {time.perf_counter() - started:.0f} s.")
