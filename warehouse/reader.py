"""The graph's read connections: a few dedicated ones, each statement a round trip of its own."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncpg

from warehouse.engine import Role, close, open_connection, timed_out
from warehouse.errors import DatabaseBusyError, DatabaseUnreachableError, SchemaOutdatedError
from warehouse.settings import Settings, get_settings

Result = TypeVar("Result")

LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InternalClientError,  # the server's farewell came in between two statements
)
"""What a statement raises when its connection is gone, or about to go."""

SESSION = {
    "plan_cache_mode": "force_generic_plan",
    "random_page_cost": "0.1",
    "seq_page_cost": "0.2",
    "hnsw.ef_search": "200",
    "hnsw.iterative_scan": "relaxed_order",
}
"""How the server plans the graph's statements.

Statements come again and again with other values: plan each once per connection. Measured on the
example queries, the second to fifth run of a statement takes a third of the time, later ones the
same, with 815 and with 30,000 programs.

Pages of tables are in memory, and what a statement wants is a few rows of each: finding them by an
index is cheaper than the server's defaults say, beside hash tables and bitmaps that have to be made
first. Measured on the benchmark's questions: 3 to 15 % of the server's time.

The approximate index of vectors is searched wide, and on and on until enough of what it finds
passes the filter (``benchmarks/search.py``).
"""

NOT_MIGRATED = (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError)
"""What a statement raises on a database that another version of the program made, or none."""


class Reader:
    """Read statements as ``residency_reader``, a bounded number at a time.

    Connections open when first needed and stay open: nothing is reset between statements, whose
    plans stay prepared. A connection's session is read-only and has the statement timeout, so a
    statement needs no transaction around it. json and jsonb come as the server's bytes.

    Args:
        settings: where to connect; gives the number of connections, the length of the waiting
            queue and the statement timeout.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or get_settings()
        self._idle: deque[asyncpg.Connection] = deque()
        self._free = asyncio.Semaphore(self._settings.read_connections)
        self._waiting = 0
        self._open: set[asyncpg.Connection] = set()
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def waiting(self) -> int:
        """Number of reads that wait for a connection."""
        return self._waiting

    @property
    def open_connections(self) -> int:
        """Number of open connections."""
        return len(self._open)

    async def fetch_value(self, sql: str, *arguments: Any) -> Any:
        """Return the first column of the first row of a statement; None without a row.

        A json or jsonb value comes as bytes. Cancelling the awaiting task cancels the statement
        in the server.

        Raises:
            DatabaseBusyError: too many reads wait already.
            StatementTimeoutError: the statement took too long.
            DatabaseUnreachableError: the server is gone and does not come back.
            SchemaOutdatedError: the database is not migrated.
            asyncpg.PostgresError: the statement is at fault.
        """
        return await self._run(lambda connection: connection.fetchval(sql, *arguments))

    async def fetch_rows(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Return the rows of a statement; raises as :meth:`fetch_value` does."""
        return await self._run(lambda connection: connection.fetch(sql, *arguments))

    async def close(self) -> None:
        """Close all connections; statements at work are cut off."""
        self._closed = True
        for connection in tuple(self._open):
            await self._drop(connection)
        self._idle.clear()

    async def _run(self, work: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
        await self._enter()
        try:
            return await self._try_twice(work)
        except asyncpg.QueryCanceledError as error:
            raise timed_out(error) from error
        except NOT_MIGRATED as error:
            raise SchemaOutdatedError(
                f"the database lacks a table of this program: {error}",
                remedy="run `residency migrate`",
            ) from error
        finally:
            self._free.release()

    async def _enter(self) -> None:
        """Take a place among the readers, or wait for one."""
        if self._free.locked() and self._waiting >= self._settings.read_queue:
            raise DatabaseBusyError(
                f"all {self._settings.read_connections} read connections are at work and"
                f" {self._waiting} reads wait",
                remedy="try again in a moment, or raise RESIDENCY_READ_CONNECTIONS",
            )
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1

    async def _try_twice(self, work: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
        """Run ``work``, and once more on a new connection if its connection was lost.

        Reads change nothing, so that a second run is safe.
        """
        for _ in range(len(self._open) + 1):  # after a restart, every idle connection is dead
            connection, is_new = await self._connection()
            try:
                result = await work(connection)
            except (*LOST, asyncpg.InterfaceError) as error:
                if not isinstance(error, LOST) and not connection.is_closed():
                    self._keep(connection)  # a wrong argument, not a lost connection
                    raise
                await self._drop(connection)
                if is_new:
                    raise DatabaseUnreachableError(
                        f"the connection was lost during a statement: {error}",
                        remedy="look into the server's log, then ask again",
                    ) from error
            except BaseException:
                self._keep(connection)
                raise
            else:
                self._keep(connection)
                return result
        raise DatabaseUnreachableError("every read connection was lost", remedy="ask again")

    async def _connection(self) -> tuple[asyncpg.Connection, bool]:
        """Return the connection used last, which is the warmest, or a new one."""
        if self._closed:
            raise DatabaseUnreachableError("the read connections were closed")
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection, False
            self._open.discard(connection)
        connection = await open_connection(Role.READER, self._settings, **SESSION)
        try:
            await read_json_as_bytes(connection)
        except BaseException:
            await close(connection)
            raise
        self._open.add(connection)
        return connection, True

    def _keep(self, connection: asyncpg.Connection) -> None:
        if connection.is_closed():
            self._open.discard(connection)
        else:
            self._idle.append(connection)

    async def _drop(self, connection: asyncpg.Connection) -> None:
        self._open.discard(connection)
        await close(connection)


async def read_json_as_bytes(connection: asyncpg.Connection) -> None:
    """Let json and jsonb come as bytes, never decoded to text on the way to the client.

    On the wire, jsonb is JSON text behind one byte that numbers the format.
    """
    for name, prefix in (("json", b""), ("jsonb", b"\x01")):
        await connection.set_type_codec(
            name,
            schema="pg_catalog",
            encoder=lambda value, prefix=prefix: prefix + as_bytes(value),
            decoder=lambda value, prefix=prefix: bytes(value[len(prefix) :]),
            format="binary",
        )


def as_bytes(value: str | bytes) -> bytes:
    """Return JSON text as bytes."""
    return value.encode() if isinstance(value, str) else value
