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
    vanishing: int


async def staged_figures(
    connection: asyncpg.Connection, *, run: int, match_iteration_id: int, is_sample: bool
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
    published = await connection.fetchrow(
        "SELECT count(*) AS published_before,"
        " count(*) FILTER (WHERE s.program_stream_id IS NULL AND q.natural_key IS NULL)"
        " AS vanishing FROM core.dim_program p"
        " LEFT JOIN staging.program s USING (match_iteration_id, program_stream_id)"
        " LEFT JOIN (SELECT DISTINCT natural_key FROM ops.quarantine WHERE load_run_key = $3) q"
        " ON q.natural_key = p.match_iteration_id || '-' || p.program_stream_id"
        " WHERE p.is_current AND p.match_iteration_id = $1"
        " AND (SELECT is_sample FROM ops.data_version ORDER BY number DESC LIMIT 1) = $2",
        match_iteration_id, is_sample, run,
    )  # fmt: skip
    assert published is not None
    return StagedFigures(
        texts_with_contacts=texts, rows_without_evidence=orphans, **published, **row
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
