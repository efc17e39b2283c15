"""`residency search`: the index of the program texts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from residency.console import say, step_progress
from residency.reporting import print_json, print_table
from warehouse.engine import owner_connection
from warehouse.migrate import require_current, upgrade
from warehouse.queries.search_refreshes import last_refreshes
from warehouse.search.versions import IndexVersion, read_versions, roll_back
from warehouse.vocabulary import SearchRefreshStatus

SHOWN = ("refresh", "version", "status", "embedded", "kept", "skipped", "seconds", "error")
"""What the table of refreshes shows; JSON has all of it."""


def refresh_here(*, rebuild: bool) -> None:
    """Bring the search index up to the published data, in this process.

    Raises:
        SearchError: it could not; queries use the index as it was before.
    """
    from etl.search_refresh import SearchRefresh, SearchRequest, refresh_search

    async def work() -> SearchRefresh:
        await upgrade()
        return await refresh_search(SearchRequest(rebuild=rebuild), report)

    with step_progress() as report:
        done = asyncio.run(work())
    say(describe(done.as_dict()))


def describe(result: Mapping[str, Any]) -> str:
    """Return what a refresh did; ``result`` is ``SearchRefresh.as_dict()`` or a job's."""
    if result["status"] == SearchRefreshStatus.UNCHANGED:
        return f"Search index version {result['version']} is up to date."
    told = (
        f"Search index version {result['version']}: {result['embedded']} passages embedded,"
        f" {result['kept']} kept, {result['skipped']} without a vector."
    )
    return f"{told} {result['proposal']}" if result["proposal"] else told


async def print_search_status(*, as_json: bool) -> None:
    """Print the index versions and the last refreshes.

    Raises:
        WarehouseError: the database cannot be reached, or was never migrated.
    """
    await require_current()
    async with owner_connection() as connection:
        versions = await read_versions(connection)
        refreshes = await last_refreshes(connection)
    if as_json:
        rows = [vars(version) for version in versions]
        print_json({"versions": rows, "refreshes": refreshes})
        return
    print_table([_row(version) for version in versions], nothing="There is no search index.")
    if refreshes:
        say("Last refreshes:")
        print_table([{name: r[name] for name in SHOWN} for r in refreshes], nothing="")
        if told := refreshes[0]["proposal"]:
            say(told)


def _row(version: IndexVersion) -> dict[str, Any]:
    """Return what the table of versions shows of one."""
    if version.is_active:
        state = "in use"
    elif version.is_withdrawn:
        state = "rolled back"
    else:
        state = "kept" if version.is_complete else "incomplete"
    return {
        "version": version.key,
        "state": state,
        "embedder": version.embedder,
        "dimensions": version.dimensions,
        "data_version": version.data_version_number,
        "passages": version.passage_count,
        "vectors": version.vector_count,
    }


async def roll_back_search(to: int | None) -> None:
    """Let queries use an earlier index version again.

    Raises:
        IndexMissingError: there is no such version.
    """
    async with owner_connection() as connection:
        version = await roll_back(connection, to)
    say(
        f"Queries use index version {version.key} ({version.embedder}), which covers data version"
        f" {version.data_version_number}."
    )
