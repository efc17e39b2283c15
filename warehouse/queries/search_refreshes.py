"""Rows of ``ops.search_refresh``: what each refresh of the search index did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from warehouse.masking import mask_contacts
from warehouse.vocabulary import SearchRefreshStatus, SkipReason

REFRESH_LOCK = 7_265_736_966
"""Advisory lock of a refresh: one at a time over all processes; a killed one lets go of it."""


KEPT_REFRESHES = 100
"""How many refreshes are kept, so that no list of them can be endless."""


@dataclass
class RefreshCounts:
    """What a refresh did so far; numbers of passages but for the first."""

    programs_cut: int = 0
    passages_added: int = 0
    passages_removed: int = 0
    embedded: int = 0
    kept: int = 0
    skips: dict[SkipReason, int] = field(default_factory=dict)
    unknown_share: float | None = None
    proposal: str | None = None

    @property
    def skipped(self) -> int:
        """Current passages without a vector."""
        return sum(self.skips.values())


async def take_refresh_lock(connection: asyncpg.Connection) -> bool:
    """Take the refresh lock for this connection's life; False where another holds it."""
    taken: bool = await connection.fetchval("SELECT pg_try_advisory_lock($1)", REFRESH_LOCK)
    return taken


async def start_refresh(connection: asyncpg.Connection) -> int:
    """Record a new refresh and return its key; those that were killed are marked as failed."""
    async with connection.transaction():
        await connection.execute(
            "UPDATE ops.search_refresh SET status = $1, finished_at = clock_timestamp(),"
            " error = 'The refresh was killed; what it embedded is kept.' WHERE status = $2",
            SearchRefreshStatus.FAILED, SearchRefreshStatus.RUNNING,
        )  # fmt: skip
        await connection.execute(
            "DELETE FROM ops.search_refresh WHERE search_refresh_key NOT IN"
            " (SELECT search_refresh_key FROM ops.search_refresh"
            " ORDER BY search_refresh_key DESC LIMIT $1)",
            KEPT_REFRESHES - 1,
        )
        key: int = await connection.fetchval(
            "INSERT INTO ops.search_refresh (status) VALUES ($1) RETURNING search_refresh_key",
            SearchRefreshStatus.RUNNING,
        )
    return key


async def note_refresh(
    connection: asyncpg.Connection, refresh: int, *, version: int | None, data_version: int | None
) -> None:
    """Record which index version a refresh works on, and for which data version."""
    await connection.execute(
        "UPDATE ops.search_refresh SET index_version_key = $2, data_version_number = $3"
        " WHERE search_refresh_key = $1",
        refresh, version, data_version,
    )  # fmt: skip


async def finish_refresh(
    connection: asyncpg.Connection,
    refresh: int,
    status: SearchRefreshStatus,
    counts: RefreshCounts,
    *,
    error: str | None = None,
) -> None:
    """Record the end of a refresh."""
    async with connection.transaction():
        await connection.execute(
            "UPDATE ops.search_refresh SET status = $2, programs_cut = $3, passages_added = $4,"
            " passages_removed = $5, embedded = $6, kept = $7, skipped = $8, unknown_share = $9,"
            " proposal = $10, error = $11, finished_at = clock_timestamp(),"
            " seconds = extract(epoch FROM clock_timestamp() - started_at)"
            " WHERE search_refresh_key = $1",
            refresh, status, counts.programs_cut, counts.passages_added, counts.passages_removed,
            counts.embedded, counts.kept, counts.skipped, counts.unknown_share, counts.proposal,
            None if error is None else mask_contacts(error),
        )  # fmt: skip
        await connection.executemany(
            "INSERT INTO ops.search_skip (search_refresh_key, reason, passage_count)"
            " VALUES ($1, $2, $3)",
            [(refresh, reason.value, passages) for reason, passages in counts.skips.items()],
        )


async def last_refreshes(connection: Any, *, limit: int = 10) -> list[Mapping[str, Any]]:
    """Return the newest refreshes, the newest first.

    ``connection`` is anything that has ``fetch`` of asyncpg.
    """
    rows = await connection.fetch(
        "SELECT r.search_refresh_key AS refresh, r.index_version_key AS version,"
        " r.data_version_number AS data_version, r.status, r.programs_cut, r.passages_added,"
        " r.passages_removed, r.embedded, r.kept, r.skipped, r.unknown_share, r.proposal, r.error,"
        " r.started_at, r.finished_at, r.seconds,"
        " (SELECT coalesce(jsonb_object_agg(s.reason, s.passage_count), '{}')"
        " FROM ops.search_skip s WHERE s.search_refresh_key = r.search_refresh_key)::text AS skips"
        " FROM ops.search_refresh r ORDER BY r.search_refresh_key DESC LIMIT $1",
        limit,
    )
    return [dict(row) for row in rows]
