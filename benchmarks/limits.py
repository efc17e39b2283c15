"""How fast the graph refuses what would tire it, and how that time grows; no database needed.

    python -m benchmarks.limits

Every request goes through the graph's front with nothing known beforehand: each has another text.
The peer is Strawberry's own pair of limits, on bombs small enough for it. Times are of the
processor: what a request takes on an idle machine, whatever else this one does.
"""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import time
from collections.abc import Callable
from typing import Any, Final

import strawberry
from graphql import parse, validate
from rich.console import Console
from rich.table import Table
from strawberry.extensions import MaxAliasesLimiter, QueryDepthLimiter

from benchmarks.bombs import DOCUMENTS, LARGE_BODY, aliased_bomb, bomb
from graph.http import GraphFront
from graph.limits import Limits, excesses
from graph.planner.cursors import CursorSigner
from graph.schema import build_schema

MOST_MS: Final = 50.0
ROUNDS: Final = 15
LEVELS: Final = (10, 20, 40, 80, 160)
PEER_LEVELS: Final = (6, 8, 10, 12, 14)

console = Console(highlight=False)


class NoDatabase:
    """Fails: nothing here may come as far as the database."""

    async def fetch_value(self, sql: str, *arguments: Any) -> Any:
        """Say that a statement ran."""
        raise AssertionError(f"a statement ran: {sql[:80]} {len(arguments)}")


async def ask(front: GraphFront, body: bytes, chunk: int) -> tuple[int, bytes]:
    """Send one POST in chunks; returns status and answer."""
    rest = [body[start : start + chunk] for start in range(0, len(body), chunk)]
    rest.reverse()
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": rest.pop(), "more_body": bool(rest)}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers}
    await front(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


async def refusals() -> bool:
    """Measure each request; returns whether each was refused in time."""
    front = GraphFront(build_schema(), NoDatabase(), CursorSigner(b"benchmark"))
    await ask(front, json.dumps({"query": "{ nothing }"}).encode(), LARGE_BODY)
    gc.collect()
    gc.freeze()  # as the application does when it starts
    table = Table("request", "refused with", "median ms", "greatest ms", title="Refusals")
    is_fast = True
    for name in (*DOCUMENTS, "a body of 10 MB"):
        times = []
        for number in range(ROUNDS):
            if name in DOCUMENTS:
                body = json.dumps({"query": f"{DOCUMENTS[name][0]}#{number}"}).encode()
            else:
                body = b" " * LARGE_BODY
            started = time.process_time()
            _, answer = await ask(front, body, 64_000)
            times.append((time.process_time() - started) * 1000)
            code = json.loads(answer)["errors"][0]["extensions"]["code"]
            assert code == (DOCUMENTS[name][1] if name in DOCUMENTS else "BAD_REQUEST")
        is_fast &= statistics.median(times) < MOST_MS
        table.add_row(name, code, f"{statistics.median(times):.1f}", f"{max(times):.1f}")
    console.print(table)
    return is_fast


def best_ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the least time of some rounds, in milliseconds."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append((time.process_time() - started) * 1000)
    return min(times)


def growth() -> None:
    """Print how the time of the limits grows with the levels of a bomb."""
    table = Table("levels", "fragments: ms", "us per level", "aliases: ms", "us per level",
                  title="Growth (the limits alone, without parsing)")  # fmt: skip
    for levels in LEVELS:
        row = [str(levels)]
        for make in (bomb, aliased_bomb):
            document = parse(make(levels))
            taken = best_ms(lambda document=document: excesses(document, Limits()))
            row += [f"{taken:.2f}", f"{taken / levels * 1000:.1f}"]
        table.add_row(*row)
    console.print(table)


@strawberry.type
class Node:
    """A type whose fields lead back to it."""

    name: str

    @strawberry.field
    def next(self) -> Node:
        """Return a node."""
        return self


@strawberry.type
class Query:
    """The peer's root."""

    @strawberry.field
    def node(self) -> Node:
        """Return a node."""
        return Node(name="")


def peer() -> None:
    """Print what Strawberry's own limits take for the same kind of bomb, beside ours."""
    schema = strawberry.Schema(Query)._schema
    own = (
        QueryDepthLimiter(max_depth=15).validation_rules[0],
        MaxAliasesLimiter(max_alias_count=100).validation_rules[0],
    )
    table = Table("levels", "Strawberry's limits: ms", "ours: ms", "times",
                  title="The same bombs, limits alone")  # fmt: skip
    for levels in PEER_LEVELS:
        parts = [
            f"fragment F{i} on Node {{ a: next {{ ...F{i + 1} }} b: next {{ ...F{i + 1} }} }}"
            for i in range(levels)
        ]
        text = " ".join(("{ node { ...F0 } }", *parts, f"fragment F{levels} on Node {{ name }}"))
        document = parse(text)
        theirs = best_ms(lambda document=document: validate(schema, document, own), 3)
        ours = best_ms(lambda document=document: excesses(document, Limits()))
        table.add_row(str(levels), f"{theirs:.1f}", f"{ours:.2f}", f"{theirs / ours:.0f}")
    console.print(table)


def main() -> None:
    """Run everything; exit with 1 where a refusal took too long."""
    is_fast = asyncio.run(refusals())
    growth()
    peer()
    console.print(f"Each refused in under {MOST_MS:.0f} ms: {'yes' if is_fast else 'no'}")
    raise SystemExit(not is_fast)


if __name__ == "__main__":
    main()
