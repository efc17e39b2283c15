"""What answers ask the graph with: its own operations, on behalf of one question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import strawberry

from graph.answers.operations import Operation
from graph.own_operations import OwnOperations
from graph.planner.execute import Timings


class Runner(Protocol):
    """Runs operations of this graph."""

    async def run(self, operation: Operation) -> Mapping[str, Any]:
        """Return the data of an operation."""

    async def version(self) -> str:
        """Return the newest data version."""


class GraphRunner:
    """Runs operations for somebody who asks.

    Args:
        operations: The graph's own.
        role: For whom they run.
        timings: Those of the client's operation.
    """

    def __init__(self, operations: OwnOperations, role: str, timings: Timings) -> None:
        self._operations = operations
        self._role = role
        self._timings = timings

    async def run(self, operation: Operation) -> Mapping[str, Any]:
        """Return the data of an operation.

        Raises:
            AnswerError: the database cannot answer.
        """
        return await self._operations.run(
            operation.query, operation.variables, self._role, self._timings
        )

    async def version(self) -> str:
        """Return the newest data version."""
        return await self._operations.version(self._timings)


def runner_of(info: strawberry.Info[Any, Any]) -> GraphRunner:
    """Return what runs operations for whoever asks."""
    context = info.context
    return GraphRunner(context["operations"], context["role"], context["timings"])
