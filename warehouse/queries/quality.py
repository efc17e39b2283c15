"""Figures over staging that the quality checks look at."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from warehouse.tables.staging import CHILDREN

EMAIL = r"[[:alnum:]]@[[:alnum:]]"


@dataclass(frozen=True)
class StagedFigures:
    """Counts over the staging tables."""

    staged: int
    quota_missing: int
    duplicate_keys: int
    texts_with_contacts: int
    rows_without_evidence: int
    published_before: int


async def staged_figures(
    connection: asyncpg.Connection, *, match_iteration_id: int, is_sample: bool
) -> StagedFigures:
    """Count what is staged, and what is published of the same iteration and kind of data."""
    row = await connection.fetchrow(
        "SELECT count(*) AS staged, count(*) FILTER (WHERE quota IS NULL) AS quota_missing,"
        " count(*) - count(DISTINCT program_stream_id) AS duplicate_keys FROM staging.program"
    )
    assert row is not None
    texts = await connection.fetchval(
        "SELECT (SELECT count(*) FROM staging.program_section WHERE text ~ $1)"
        " + (SELECT count(*) FROM staging.selection_criterion WHERE text ~ $1 OR label ~ $1)"
        " + (SELECT count(*) FROM staging.program_requirement WHERE label ~ $1)"
        " + (SELECT count(*) FROM staging.program_training_site WHERE name ~ $1)"
        " + (SELECT count(*) FROM staging.program_evidence WHERE quote ~ $1)"
        " + (SELECT count(*) FROM staging.program WHERE return_of_service_text ~ $1)",
        EMAIL,
    )
    orphans = 0
    for child in CHILDREN:
        if child in {"program_evidence", "requirement_test"}:
            continue
        orphans += await connection.fetchval(
            f"SELECT count(*) FROM staging.{child} c LEFT JOIN staging.program_evidence e"
            " ON e.program_stream_id = c.program_stream_id AND e.ordinal = c.evidence_ordinal"
            " WHERE e.ordinal IS NULL"
        )
    before = await connection.fetchval(
        "SELECT count(*) FROM core.dim_program WHERE is_current AND match_iteration_id = $1"
        " AND (SELECT is_sample FROM ops.data_version ORDER BY number DESC LIMIT 1) = $2",
        match_iteration_id, is_sample,
    )  # fmt: skip
    return StagedFigures(
        texts_with_contacts=texts, rows_without_evidence=orphans, published_before=before, **row
    )


async def file_row_counts(
    connection: asyncpg.Connection, file_keys: dict[str, int]
) -> dict[str, int]:
    """Return the number of rows of each landed file, by role."""
    rows = await connection.fetch(
        "SELECT file_key, record_count FROM landing.file WHERE file_key = ANY($1::bigint[])",
        list(file_keys.values()),
    )
    counts = {row["file_key"]: row["record_count"] for row in rows}
    return {role: counts[key] for role, key in file_keys.items()}
