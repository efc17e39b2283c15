"""The graph's read connections: cold, crowded, cancelled, slow, lost."""

from __future__ import annotations

import asyncio
import time

import asyncpg
import pytest

from warehouse.engine import KEPT_CHARACTERS, KEPT_STATEMENTS, Role, connect
from warehouse.errors import (
    DatabaseBusyError,
    DatabaseUnreachableError,
    SchemaOutdatedError,
    StatementTimeoutError,
    WarehouseError,
)
from warehouse.reader import Reader


def with_settings(database, **changes):
    return database.settings.model_copy(update=changes)


async def statements_at_work(database):
    async with connect(Role.OWNER, database.settings) as connection:
        return await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
            " AND usename = 'residency_reader' AND datname = current_database()"
        )


@pytest.mark.parametrize("kind", ["database", "tcp_database"])
async def test_fifty_cold_calls_at_once_all_get_their_own_answer(kind, request):
    async with Reader(request.getfixturevalue(kind).settings) as reader:
        answers = await asyncio.gather(
            *(reader.fetch_value("SELECT $1::int FROM pg_sleep(0.01)", n) for n in range(50))
        )
        assert answers == list(range(50))
        assert reader.open_connections == 8


async def test_one_call_after_another_opens_one_connection(database):
    async with Reader(database.settings) as reader:
        assert reader.open_connections == 0
        for _ in range(5):
            assert await reader.fetch_value("SELECT 1") == 1
        assert reader.open_connections == 1


async def test_json_comes_as_the_servers_bytes(database):
    async with Reader(database.settings) as reader:
        assert await reader.fetch_value("""SELECT '{"a": "é"}'::json""") == '{"a": "é"}'.encode()
        assert await reader.fetch_value("""SELECT '{"a":"é"}'::jsonb""") == '{"a": "é"}'.encode()
        assert await reader.fetch_value("SELECT $1::jsonb -> 'a'", '{"a": [1]}') == b"[1]"
        assert await reader.fetch_value("SELECT 1 WHERE false") is None
        assert [tuple(row) for row in await reader.fetch_rows("SELECT 1, 'a'")] == [(1, "a")]


async def test_sessions_are_read_only_and_a_statement_is_one_round_trip(database):
    async with Reader(database.settings) as reader:
        assert await reader.fetch_value("SELECT current_user::text") == "residency_reader"
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await reader.fetch_value("CREATE TEMP TABLE t (a int)")
        asked = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT 4_'"
        for _ in range(3):
            await reader.fetch_value("SELECT 42")
        assert await reader.fetch_value(asked) == 1


async def test_a_cancelled_task_cancels_its_statement_and_frees_the_connection(database):
    async with Reader(with_settings(database, read_connections=1)) as reader:
        await reader.fetch_value("SELECT 1")
        task = asyncio.create_task(reader.fetch_value("SELECT pg_sleep(30)::text"))
        await asyncio.sleep(0.2)
        assert await statements_at_work(database) == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        started = time.monotonic()
        assert await reader.fetch_value("SELECT 2") == 2
        assert time.monotonic() - started < 5
        assert await statements_at_work(database) == 0
        assert reader.open_connections == 1


async def test_a_task_cancelled_while_it_waits_leaves_no_trace(database):
    async with Reader(with_settings(database, read_connections=1)) as reader:
        first = asyncio.create_task(reader.fetch_value("SELECT 1 FROM pg_sleep(0.3)"))
        await asyncio.sleep(0.1)
        second = asyncio.create_task(reader.fetch_value("SELECT 2"))
        await asyncio.sleep(0)
        second.cancel()
        assert await first == 1
        assert reader.waiting == 0
        assert await reader.fetch_value("SELECT 3") == 3


async def test_a_slow_statement_is_cut_off_with_a_clear_error(database):
    async with Reader(with_settings(database, statement_timeout_ms=100)) as reader:
        with pytest.raises(StatementTimeoutError, match="RESIDENCY_STATEMENT_TIMEOUT_MS"):
            await reader.fetch_value("SELECT pg_sleep(30)::text")
        assert await reader.fetch_value("SELECT 1") == 1


async def test_a_full_queue_refuses_at_once(database):
    few = with_settings(database, read_connections=1, read_queue=2)
    async with Reader(few) as reader:
        tasks = [
            asyncio.create_task(reader.fetch_value("SELECT 1 FROM pg_sleep(0.3)")) for _ in range(3)
        ]
        await asyncio.sleep(0.1)
        with pytest.raises(DatabaseBusyError, match="2 reads wait"):
            await reader.fetch_value("SELECT 1")
        assert await asyncio.gather(*tasks) == [1, 1, 1]


async def test_lost_connections_come_back_unnoticed(database):
    async with Reader(database.settings) as reader:
        await asyncio.gather(*(reader.fetch_value("SELECT pg_sleep(0.1)::text") for _ in range(8)))
        async with connect(Role.OWNER, database.settings) as connection:
            ended = await connection.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = 'residency_reader' AND datname = current_database()"
            )
        assert len(ended) == 8
        answers = await asyncio.gather(
            *(reader.fetch_value("SELECT $1::int", n) for n in range(20))
        )
        assert answers == list(range(20))


async def test_a_wrong_argument_is_the_callers_error_and_costs_no_connection(database):
    async with Reader(database.settings) as reader:
        with pytest.raises(asyncpg.DataError):
            await reader.fetch_value("SELECT $1::int", "x")
        with pytest.raises(asyncpg.InterfaceError):
            await reader.fetch_value("SELECT $1::int")
        with pytest.raises(asyncpg.UndefinedColumnError):
            await reader.fetch_value("SELECT nothing FROM core.dim_stream")
        assert await reader.fetch_value("SELECT 1") == 1
        assert reader.open_connections == 1


async def test_statements_are_planned_once_per_connection(database):
    async with Reader(database.settings) as reader:
        assert await reader.fetch_value("SHOW plan_cache_mode") == "force_generic_plan"


async def test_what_a_connection_keeps_prepared_is_bounded_in_number_and_length(database):
    kept = "SELECT count(*) FROM pg_prepared_statements"
    async with Reader(database.settings) as reader:
        for number in range(KEPT_STATEMENTS + 50):
            await reader.fetch_value(f"SELECT {number}")
        assert await reader.fetch_value(kept) <= KEPT_STATEMENTS
        long = f"SELECT '{'x' * KEPT_CHARACTERS}'"
        for _ in range(3):
            await reader.fetch_value(long)
        assert await reader.fetch_value(f"{kept} WHERE length(statement) > 10000") == 0


@pytest.mark.parametrize("table", ["core.nothing", "nowhere.at_all"])
async def test_a_missing_table_says_that_the_database_is_not_migrated(database, table):
    async with Reader(database.settings) as reader:
        with pytest.raises(SchemaOutdatedError, match="residency migrate"):
            await reader.fetch_value(f"SELECT count(*) FROM {table}")
        assert await reader.fetch_value("SELECT 1") == 1


async def test_a_closed_reader_refuses_and_cuts_off(database):
    reader = Reader(database.settings)
    task = asyncio.create_task(reader.fetch_value("SELECT pg_sleep(30)::text"))
    await asyncio.sleep(0.2)
    await reader.close()
    with pytest.raises(WarehouseError):
        await task
    with pytest.raises(DatabaseUnreachableError, match="closed"):
        await reader.fetch_value("SELECT 1")
    assert reader.open_connections == 0


async def test_a_changed_table_does_not_break_prepared_statements(database):
    async with connect(Role.OWNER, database.settings) as connection:
        await connection.execute("CREATE TABLE mart.changing AS SELECT 1 AS a")
        async with Reader(database.settings) as reader:
            assert await reader.fetch_value("SELECT a FROM mart.changing") == 1
            await connection.execute("ALTER TABLE mart.changing ALTER a TYPE text")
            assert await reader.fetch_value("SELECT a FROM mart.changing") == "1"


async def test_nobody_at_the_address_is_told_with_the_place_and_no_password(database):
    nowhere = type(database.settings)(
        database_url="postgresql://me:secret@127.0.0.1:1/x", reader_password="hidden"
    )
    async with Reader(nowhere) as reader:
        with pytest.raises(DatabaseUnreachableError, match=r"127\.0\.0\.1:1/x") as caught:
            await reader.fetch_value("SELECT 1")
    assert "secret" not in str(caught.value)
    assert "hidden" not in str(caught.value)
