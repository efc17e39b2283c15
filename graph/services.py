"""What mutations, subscriptions and computed fields work with, beside the reader."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from graph.planner.computed import Work
from graph.types.simulation import SimulationExports
from warehouse.engine import Role, connect
from warehouse.feed import JobFeed
from warehouse.settings import Settings


async def exports(key: Sequence[Any], arguments: Mapping[str, Any]) -> SimulationExports:
    """Return where a simulation can be had as a file."""
    del arguments
    stem = f"/simulations/{key[0]}"
    return SimulationExports(csv=f"{stem}.csv.zip", json=f"{stem}.json", html=f"{stem}.html")


class Services:
    """What one application's operations work with.

    Args:
        settings: Where the warehouse is, and what may be asked for.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.feed = JobFeed(settings, most=settings.subscriptions)
        self.works: Mapping[str, Work] = {"exports": exports}

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Any]:
        """Yield a connection that may write simulations and jobs."""
        async with connect(Role.APP, self.settings) as connection:
            yield connection

    async def close(self) -> None:
        """Stop listening to the database."""
        await self.feed.close()
