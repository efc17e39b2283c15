"""What mutations, subscriptions and computed fields work with, beside the reader."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from graph.planner.computed import Work
from warehouse.engine import Role, connect
from warehouse.feed import JobFeed
from warehouse.settings import Settings


class Services:
    """What one application's operations work with.

    Args:
        settings: Where the warehouse is, and what may be asked for.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.feed = JobFeed(settings, most=settings.subscriptions)
        self.works: Mapping[str, Work] = {}

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Any]:
        """Yield a connection that may write simulations and jobs."""
        async with connect(Role.APP, self.settings) as connection:
            yield connection

    async def close(self) -> None:
        """Stop listening to the database."""
        await self.feed.close()
