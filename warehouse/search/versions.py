"""Index versions: made beside each other, switched in one transaction, rolled back by one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from warehouse.errors import IndexMissingError
from warehouse.search.embedders import in_words

if TYPE_CHECKING:
    from warehouse.search.corpus import Fit

SWITCHED_CHANNEL: Final = "residency_search_index"
"""Channel that is notified, with the version's number, when queries are to use another version,
or the same one with other contents."""

KEPT_VERSIONS: Final = 3
"""How many complete versions are kept: the active one, and those to go back to."""

_COLUMNS: Final = (
    "index_version_key, embedder, settings, analysis, dimensions, is_active, data_version_number,"
    " passage_count, vector_count, activated_at IS NOT NULL AS is_complete,"
    " withdrawn_at IS NOT NULL AS is_withdrawn"
)


@dataclass(frozen=True)
class IndexVersion:
    """One row of ``ops.index_version``.

    Attributes:
        key: Its number.
        settings: What its vectors depend on (:func:`warehouse.search.embedders.configured`).
        data_version_number: Which data version it covers; None until it is complete.
        is_complete: Whether it was ever active.
        is_withdrawn: Whether it was rolled back.
    """

    key: int
    embedder: str
    settings: dict[str, Any]
    analysis: str
    dimensions: int
    is_active: bool
    data_version_number: int | None
    passage_count: int
    vector_count: int
    is_complete: bool
    is_withdrawn: bool


async def read_versions(connection: asyncpg.Connection) -> list[IndexVersion]:
    """Return all index versions, the newest first."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM ops.index_version ORDER BY index_version_key DESC"
    )
    return [_version(row) for row in rows]


async def active_version(connection: Any) -> IndexVersion | None:
    """Return the version that queries use; None where there is no index yet.

    ``connection`` is anything that has ``fetch`` of asyncpg.
    """
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM ops.index_version WHERE is_active")
    return _version(rows[0]) if rows else None


def _version(row: Mapping[str, Any]) -> IndexVersion:
    values = dict(row)
    values["key"] = values.pop("index_version_key")
    values["settings"] = json.loads(values["settings"])
    return IndexVersion(**values)


def choose(
    versions: Sequence[IndexVersion], wanted: Mapping[str, Any], analysis: str
) -> IndexVersion | None:
    """Return the version that a refresh brings up to date; None where it makes a new one.

    It is the newest one with the configured embedder. Where that was rolled back, it is the one
    that is active in its place: refreshing does not undo a rollback.
    """
    fitting = [v for v in versions if v.settings == wanted and v.analysis == analysis]
    for version in fitting:
        if not version.is_withdrawn:
            return version
    if fitting:
        return next((v for v in versions if v.is_active and v.analysis == analysis), None)
    return None


async def create_version(
    connection: asyncpg.Connection,
    wanted: Mapping[str, Any],
    analysis: str,
    dimensions: int,
    fit: Fit | None,
) -> IndexVersion:
    """Record a new version, with its fit where it has one; queries do not use it yet."""
    async with connection.transaction():
        row = await connection.fetchrow(
            "INSERT INTO ops.index_version (embedder, settings, analysis, dimensions, is_active)"
            f" VALUES ($1, $2::text::jsonb, $3, $4, false) RETURNING {_COLUMNS}",
            in_words(dict(wanted)), json.dumps(dict(wanted)), analysis, dimensions,
        )  # fmt: skip
        version = _version(row)
        if fit is not None:
            await connection.execute(
                "INSERT INTO search.embedder_fit (index_version_key, lexemes, weights, components,"
                " passage_count) VALUES ($1, $2, $3, $4, $5)",
                version.key, list(fit.lexemes), fit.weights.astype("<f4").tobytes(),
                fit.components.astype("<f4").tobytes(), fit.passage_count,
            )  # fmt: skip
    return version


async def read_fit(connection: Any, version: int) -> Fit | None:
    """Return the fit of a version; None where its embedder is not fitted.

    ``connection`` is anything that has ``fetch`` of asyncpg.
    """
    rows = await connection.fetch(
        "SELECT lexemes, weights, components, passage_count FROM search.embedder_fit"
        " WHERE index_version_key = $1",
        version,
    )
    if not rows:
        return None
    import numpy as np

    from warehouse.search.corpus import Fit

    row = rows[0]
    weights = np.frombuffer(row["weights"], dtype="<f4")
    components = np.frombuffer(row["components"], dtype="<f4").reshape(len(weights), -1)
    return Fit(tuple(row["lexemes"]), weights, components, row["passage_count"])


async def activate(connection: asyncpg.Connection, version: int) -> None:
    """Let queries use a version from the end of the caller's transaction on."""
    await connection.execute(
        "UPDATE ops.index_version SET is_active = false WHERE is_active"
        " AND index_version_key <> $1",
        version,
    )
    switched = await connection.fetchval(
        "UPDATE ops.index_version SET is_active = true, withdrawn_at = NULL,"
        " activated_at = clock_timestamp()"
        " WHERE index_version_key = $1 AND NOT is_active RETURNING true",
        version,
    )
    if switched:
        await connection.execute(
            "INSERT INTO ops.audit (actor, action, subject) VALUES (session_user, 'activate', $1)",
            f"index version {version}",
        )
    await connection.execute("SELECT pg_notify($1, $2)", SWITCHED_CHANNEL, str(version))


async def roll_back(connection: asyncpg.Connection, to: int | None = None) -> IndexVersion:
    """Let queries use an earlier version again, and withdraw the one that they used.

    Args:
        connection: As owner, not within a transaction.
        to: Number of the version; by default the one that was in use before.

    Raises:
        IndexMissingError: there is no such version, or none that was ever complete.
    """
    async with connection.transaction():
        row = await connection.fetchrow(
            f"SELECT {_COLUMNS} FROM ops.index_version WHERE NOT is_active"
            " AND activated_at IS NOT NULL AND ($1::bigint IS NULL OR index_version_key = $1)"
            " ORDER BY withdrawn_at IS NULL DESC, activated_at DESC LIMIT 1 FOR UPDATE",
            to,
        )
        if row is None:
            raise IndexMissingError(
                f"there is no index version {to} to go back to"
                if to is not None
                else "there is no earlier index version to go back to",
                remedy="`residency search status` lists the versions; those that were never"
                " complete cannot be used",
            )
        version = _version(row)
        await connection.execute(
            "UPDATE ops.index_version SET withdrawn_at = clock_timestamp() WHERE is_active"
        )
        await activate(connection, version.key)
    return version


async def remove_old_versions(connection: asyncpg.Connection) -> list[int]:
    """Remove versions beyond :data:`KEPT_VERSIONS`, and those given up half-made; returns which.

    Never the active one, nor one that is newer than it and still being made.
    """
    rows = await connection.fetch(
        "DELETE FROM ops.index_version v WHERE NOT is_active AND index_version_key NOT IN ("
        " SELECT index_version_key FROM ops.index_version WHERE activated_at IS NOT NULL"
        " ORDER BY is_active DESC, activated_at DESC LIMIT $1)"
        " AND index_version_key < (SELECT max(index_version_key) FROM ops.index_version"
        " WHERE activated_at IS NOT NULL) RETURNING index_version_key",
        KEPT_VERSIONS,
    )
    return [row["index_version_key"] for row in rows]
