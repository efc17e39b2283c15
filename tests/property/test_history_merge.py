"""The type-2 merge keeps a true history for any sequence of extracts."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
from collections.abc import Iterator

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Database
from warehouse.engine import Role, connect
from warehouse.history import DIMENSIONS, merge, retire

DISCIPLINE = next(spec for spec in DIMENSIONS if spec.name == "dim_discipline")
FIRST = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

extracts = st.lists(
    st.dictionaries(st.integers(1, 6), st.sampled_from(["a", "b", "c"]), max_size=6),
    min_size=1,
    max_size=6,
)


async def publish(connection: asyncpg.Connection, extract: dict[int, str], at: dt.datetime) -> int:
    """Merge one extract and return how many rows it touched."""
    await connection.execute("TRUNCATE staging.dim_discipline")
    await connection.executemany(
        "INSERT INTO staging.dim_discipline (discipline_id, name, content_hash)"
        " VALUES ($1, $2, $2)",
        list(extract.items()),
    )
    merged = await merge(connection, DISCIPLINE, published_at=at, match_iteration_id=1503, run=1)
    return merged.touched + await retire(connection, DISCIPLINE, published_at=at)


async def history(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    return await connection.fetch(
        "SELECT discipline_id AS key, name, valid_from, valid_to, is_current, deleted_at,"
        " updated_at FROM core.dim_discipline ORDER BY discipline_id, valid_from"
    )


def as_of(rows: list[asyncpg.Record], at: dt.datetime) -> dict[int, str]:
    """Read the state at a publish time, as the graph's asOf does."""
    return {
        row["key"]: row["name"]
        for row in rows
        if row["valid_from"] <= at and (row["valid_to"] is None or at < row["valid_to"])
    }


def assert_history_is_sound(rows: list[asyncpg.Record]) -> None:
    """No overlap, at most one current version, current exactly where the validity is open."""
    for key in {row["key"] for row in rows}:
        versions = [row for row in rows if row["key"] == key]
        assert sum(row["is_current"] for row in versions) <= 1
        for row in versions:
            assert row["is_current"] == (row["valid_to"] is None)
            assert row["deleted_at"] in (None, row["valid_to"])
        for before, after in itertools.pairwise(versions):
            assert before["valid_to"] is not None
            assert before["valid_to"] <= after["valid_from"]
            if before["deleted_at"] is None:
                assert before["valid_to"] == after["valid_from"], "a gap without a deletion"


@pytest.fixture
def connection_runner(database: Database) -> Iterator[asyncio.Runner]:
    """One event loop for all examples of a property."""
    with asyncio.Runner() as runner:
        yield runner


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sequence=extracts)
def test_every_past_extract_can_be_read_back_as_of_its_publish_time(
    sequence: list[dict[int, str]], database: Database, connection_runner: asyncio.Runner
) -> None:
    async def scenario() -> None:
        async with connect(Role.OWNER, database.settings) as connection:
            await connection.execute("DELETE FROM core.dim_discipline")
            for day, extract in enumerate(sequence):
                await publish(connection, extract, FIRST + dt.timedelta(days=day))
            rows = await history(connection)
            assert_history_is_sound(rows)
            for day, extract in enumerate(sequence):
                assert as_of(rows, FIRST + dt.timedelta(days=day, hours=1)) == extract

    connection_runner.run(scenario())


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(extract=extracts.map(lambda sequence: sequence[0]))
def test_publishing_the_same_extract_again_touches_no_row(
    extract: dict[int, str], database: Database, connection_runner: asyncio.Runner
) -> None:
    async def scenario() -> None:
        async with connect(Role.OWNER, database.settings) as connection:
            await connection.execute("DELETE FROM core.dim_discipline")
            await publish(connection, extract, FIRST)
            before = await history(connection)
            assert await publish(connection, extract, FIRST + dt.timedelta(days=1)) == 0
            assert await history(connection) == before

    connection_runner.run(scenario())
