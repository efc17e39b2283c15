"""Pages read while loads publish, one after another and without a pause.

Each publication changes quotas, adds programs and removes some, in one transaction. What a data
version holds is kept in plain Python beside it: a walk over pages must give exactly the rows of the
version of its first page, in order, whatever was published meanwhile.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_rows import (
    FIRST,
    ITERATION,
    Rows,
    facts,
    fill,
    insert,
    program,
    publish,
    version,
)
from warehouse.engine import Role, connect

PROGRAMS = 30
PUBLICATIONS = 40
MOST_PUBLICATIONS = 20 * PUBLICATIONS
"""How long a slow machine may take until enough walks were overtaken."""
LEAST_WALKS = 5
"""Walks that must have begun in different versions, and that newer versions must have overtaken."""
NEWER = 1_000_000
"""Surrogate keys of changed and added versions begin here."""

PAGE = """
query Page($after: String, $before: String, $first: Int, $last: Int) {
  dataVersion { number }
  programs(first: $first, last: $last, after: $after, before: $before,
           orderBy: [{field: QUOTA, direction: DESC}]) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { programStreamId quota }
  }
}"""

State = dict[int, int | None]
"""Quota by program stream id."""


@pytest.fixture
async def graph(database: Database, tmp_path: Path) -> AsyncIterator[Graph]:
    async with open_graph(database.settings, tmp_path) as graph:
        await fill(graph.owner, Rows(programs=PROGRAMS))
        yield graph


def in_order(state: State) -> list[tuple[int, int | None]]:
    """Return the rows of a version as the page sorts them: nulls last, ties by the natural key."""
    return sorted(state.items(), key=lambda row: (row[1] is None, -(row[1] or 0), row[0]))


class Publisher:
    """Publishes data versions and keeps what each holds."""

    def __init__(self, owner: Any, state: State) -> None:
        self.owner = owner
        self.states: dict[int, State] = {1: state}
        self.random = random.Random(5)
        self.next_key = NEWER

    async def publish_one(self, number: int) -> None:
        """Change a third of the programs, remove two and add two or three."""
        at = FIRST + dt.timedelta(minutes=number)
        state = dict(self.states[number - 1])
        removed = self.random.sample(sorted(state), 2)
        changed = self.random.sample(sorted(set(state) - set(removed)), len(state) // 3)
        async with self.owner.transaction():
            await self.owner.execute(
                "UPDATE core.dim_program SET valid_to = $1, is_current = false"
                " WHERE is_current AND program_stream_id = ANY($2)", at, removed + changed,
            )  # fmt: skip
            for stream in removed:
                del state[stream]
            added = [50_000 + number * 10 + i for i in range(self.random.choice([2, 3]))]
            for stream in changed + added:
                state[stream] = await self.add_version(stream, at)
            # Before the commit: whoever sees the version finds what it holds.
            self.states[number] = state
            await publish(self.owner, number, at, len(state))

    async def add_version(self, stream: int, at: dt.datetime) -> int | None:
        """Add a version of a program, and return its quota."""
        self.next_key += 1
        row = program(self.next_key, self.random) | version(at)
        row |= {"program_stream_id": stream, "program_key": self.next_key}
        stated = facts(row, self.random)
        await insert(self.owner, "core.dim_program", [row])
        await insert(self.owner, "core.fact_program", [stated])
        return stated["quota"]


async def walk(graph: Graph, size: int, *, is_backward: bool) -> tuple[int, list[Any]]:
    """Return the version of the first page, and the rows of all pages."""
    forward = {"first": size, "after": None}
    arguments: dict[str, Any] = {"last": size, "before": None} if is_backward else forward
    rows: list[Any] = []
    number = 0
    while True:
        answer = await graph.client.post("/graphql", json={"query": PAGE, "variables": arguments})
        data = answer.json()["data"]
        number = number or data["dataVersion"]["number"]
        page = data["programs"]
        found = [(node["programStreamId"], node["quota"]) for node in page["nodes"]]
        rows = found + rows if is_backward else rows + found
        info = page["pageInfo"]
        if not info["hasPreviousPage" if is_backward else "hasNextPage"]:
            assert page["totalCount"] == len(rows)
            return number, rows
        if is_backward:
            arguments["before"] = info["startCursor"]
        else:
            arguments["after"] = info["endCursor"]


async def test_walks_over_pages_lose_and_repeat_nothing_while_loads_publish(graph: Graph) -> None:
    stated = await graph.rows(
        "SELECT program_stream_id, quota FROM core.dim_program JOIN core.fact_program"
        " USING (program_key) WHERE match_iteration_id = $1", ITERATION,
    )  # fmt: skip
    walked: set[int] = set()
    overtaken = 0
    async with connect(Role.OWNER, graph.settings) as owner:
        publisher = Publisher(owner, {row[0]: row[1] for row in stated})

        async def publish_all() -> None:
            for number in range(2, 2 + MOST_PUBLICATIONS):
                await publisher.publish_one(number)
                if number > PUBLICATIONS and min(len(walked), overtaken) > LEAST_WALKS:
                    return

        writing = asyncio.create_task(publish_all())

        async def read(size: int, *, is_backward: bool) -> None:
            nonlocal overtaken
            while not writing.done():
                number, rows = await walk(graph, size, is_backward=is_backward)
                assert rows == in_order(publisher.states[number])
                overtaken += max(publisher.states) > number + 1
                walked.add(number)

        await asyncio.gather(
            writing,
            read(1, is_backward=False),
            read(2, is_backward=True),
            read(7, is_backward=False),
        )
    # The claim means something only if walks began in many versions, and newer ones came meanwhile.
    assert len(walked) > LEAST_WALKS
    assert overtaken > LEAST_WALKS
