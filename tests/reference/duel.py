"""Puts operations to the graph and to the reference, and counts how they were answered."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graph.planner.cursors import CursorSigner
from tests.integration.graph_client import Graph
from tests.reference.compare import Comparison, read_json
from tests.reference.executor import Reference
from tests.reference.inputs import Slot
from tests.reference.operations import GeneratedOperation


@dataclass
class Duel:
    """The graph against the reference."""

    graph: Graph
    reference: Reference
    signer: CursorSigner
    counts: Counter[str] = field(default_factory=Counter)
    comparison: Comparison = field(init=False)

    def __post_init__(self) -> None:
        self.comparison = Comparison(self.reference, self.signer)

    async def check(self, operation: GeneratedOperation) -> None:
        """Ask both, and once more with cursors of the first answer where the operation takes some.

        Raises:
            AssertionError: they differ, or the graph needed another way than one statement.
        """
        data = await self._ask(operation, operation.variables, most_statements=1)
        cursors = {}
        for slot in operation.slots:
            tokens = self.comparison.tokens(at(data, slot))
            if tokens:
                cursors[slot.name] = self._changed(tokens[slot.pick % len(tokens)], slot)
        if cursors:
            self.counts["with cursors"] += 1
            # A cursor that has expired is found out by a statement, and left out of the next.
            expired = any(slot.manner == "expired" for slot in operation.slots)
            await self._ask(
                operation, operation.variables | cursors, most_statements=2 if expired else 1
            )

    def _changed(self, token: str, slot: Slot) -> str:
        match slot.manner:
            case "as it is":
                return token
            case "expired":
                return self.comparison.expired(token)
            case "tampered":
                return f"{token[:-2]}{'AA' if token[-2:] != 'AA' else 'BB'}"

    async def _ask(
        self, operation: GeneratedOperation, variables: Mapping[str, Any], most_statements: int
    ) -> Any:
        response = await self.graph.raw(
            operation.text, dict(variables), operation_name=operation.name
        )
        body = read_json(response.content)
        expected = self.reference.answer(operation.text, variables, operation.name)
        found = self.comparison.differences(body, expected)
        path = self.graph.timing.partition('path;desc="')[2].rstrip('"')
        wanted = "refused" if "data" not in body else "planned"
        if path != wanted:
            found.append(f"the graph took the path {path}")
        statements = len(self.graph.reader.statements)
        if statements > most_statements:
            found.append(f"{statements} statements")
        assert not found, "\n".join(
            (operation.text, json.dumps(variables, ensure_ascii=False), *found)
        )
        self.counts[path] += 1
        self.counts["with errors"] += "errors" in body
        self.counts[f"{statements} statements"] += 1
        return body.get("data")

    def report(self) -> str:
        """Return how many operations were answered in which way."""
        return ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))


def at(data: Any, slot: Slot) -> Any:
    """Return all parts of an answer to which a path of response keys leads."""
    parts = [data]
    for key in slot.path:
        found: list[Any] = []
        while parts:
            part = parts.pop(0)
            if isinstance(part, list):
                parts = [*part, *parts]
            elif isinstance(part, dict) and key in part:
                found.append(part[key])
        parts = found
    return parts
