"""Connections to the warehouse: who connects, where to, and how rows go in.

Roles. The owner migrates and loads. On the embedded server each role logs in by itself over the
socket. On a server of your own, the address's user is the owner; reader and app log in as
``residency_reader`` and ``residency_app`` where ``RESIDENCY_READER_PASSWORD`` and
``RESIDENCY_APP_PASSWORD`` are set, and else with the address's user, who then takes on the role
for the whole session (``SET ROLE``). In production set the passwords, and give the graph an
address without the owner's password.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from warehouse import embedded
from warehouse.errors import DatabaseUnreachableError, RoleMissingError, StatementTimeoutError
from warehouse.settings import Settings, get_settings

CONNECT_SECONDS = 30
"""Longest time to open a connection, including a server that is still starting."""

KEPT_STATEMENTS = 100
"""Statements that a connection keeps prepared."""
KEPT_CHARACTERS = 15_000
"""Longest statement that is kept: the server keeps some 150 bytes for each character of one."""

Connection = asyncpg.Connection
"""A connection, for annotations in packages that do not import the driver."""

NOT_READY = (OSError, TimeoutError, asyncpg.CannotConnectNowError)
"""What a connection attempt raises while nobody answers there."""


class Role(StrEnum):
    """Who a connection works as."""

    OWNER = "residency_owner"
    READER = "residency_reader"
    APP = "residency_app"


@dataclass(frozen=True)
class Login:
    """How a role reaches the server: an address, and a role to take on after login."""

    url: str
    assumed_role: str | None = None

    @property
    def place(self) -> str:
        """The address without user and password, for messages."""
        parts = urlsplit(self.url)
        return f"{parts.hostname or 'the embedded server'}:{parts.port or 5432}{parts.path}"


def database_url(settings: Settings | None = None, role: Role = Role.OWNER) -> str:
    """Return the address for ``role``; starts the embedded server where it is used (blocks).

    The address holds passwords where passwords are used: never log it.
    """
    return login(settings, role).url


def login(settings: Settings | None = None, role: Role = Role.OWNER) -> Login:
    """Return how ``role`` reaches the server; starts the embedded one where it is used (blocks).

    Raises:
        EmbeddedServerError: the embedded server can be neither created nor started.
    """
    settings = settings or get_settings()
    if settings.database_url is None:
        return Login(embedded.attach(settings.postgres_dir).url(user=role))
    address = settings.database_url.get_secret_value()
    parts = urlsplit(address)
    scheme = parts.scheme.split("+")[0].replace("postgres", "postgresql", 1)
    if scheme.removeprefix("postgresql") not in ("", "ql"):
        raise DatabaseUnreachableError(
            f"RESIDENCY_DATABASE_URL is no PostgreSQL address: it begins with {parts.scheme!r}",
            remedy="write it as postgresql://user:password@host:5432/database",
        )
    parts = parts._replace(scheme="postgresql")
    secrets = {
        Role.OWNER: settings.owner_password,
        Role.READER: settings.reader_password,
        Role.APP: settings.app_password,
    }
    secret = secrets[role]
    if role is Role.OWNER:
        if secret is None or parts.password is not None:
            return Login(urlunsplit(parts))
        user = parts.username or Role.OWNER.value
        return Login(with_user(parts.geturl(), user, secret.get_secret_value()))
    if secret is not None:
        return Login(with_user(parts.geturl(), role.value, secret.get_secret_value()))
    owner = login(settings, Role.OWNER)
    return Login(owner.url, assumed_role=role.value)


def with_user(url: str, user: str, password: str) -> str:
    """Return ``url`` with another user and password."""
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")[2]
    who = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{who}@{where}"))


async def open_connection(
    role: Role, settings: Settings | None = None, **server_settings: str
) -> asyncpg.Connection:
    """Open a connection as ``role``; the caller closes it.

    json and jsonb values are text both ways. The reader's session is read-only and has the
    statement timeout; the app's has the timeout only. An embedded server that was killed is
    started again.

    Raises:
        EmbeddedServerError: the embedded server can be neither created nor started.
        DatabaseUnreachableError: nobody answers at the address.
        RoleMissingError: the server does not know the role, or refuses its password.
    """
    settings = settings or get_settings()
    target = await asyncio.to_thread(login, settings, role)
    session = {"application_name": f"residency {role.value}"} | server_settings
    if role is not Role.OWNER:
        session.setdefault("statement_timeout", str(settings.statement_timeout_ms))
    if role is Role.READER:
        session.setdefault("default_transaction_read_only", "on")
    if target.assumed_role:
        session["role"] = target.assumed_role
    try:
        return await asyncpg.connect(
            target.url,
            timeout=CONNECT_SECONDS,
            server_settings=session,
            statement_cache_size=KEPT_STATEMENTS,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=KEPT_CHARACTERS,
        )
    except NOT_READY as error:
        raise DatabaseUnreachableError(
            f"no PostgreSQL answers at {target.place}: {error or type(error).__name__}",
            remedy="start the server, or correct RESIDENCY_DATABASE_URL",
        ) from error
    except (
        asyncpg.InvalidAuthorizationSpecificationError,
        asyncpg.InvalidParameterValueError,  # SET ROLE to a role that does not exist
        asyncpg.InsufficientPrivilegeError,
    ) as error:
        raise RoleMissingError(
            f"{target.place} refuses the role {role.value}: {error}",
            remedy="run `residency migrate`, which makes the roles, and check the passwords",
        ) from error
    except asyncpg.InvalidCatalogNameError as error:
        raise DatabaseUnreachableError(
            f"there is no such database at {target.place}",
            remedy="make it with CREATE DATABASE, or correct RESIDENCY_DATABASE_URL",
        ) from error
    except asyncpg.PostgresError as error:
        raise DatabaseUnreachableError(
            f"{target.place} refuses a connection: {error}",
            remedy="raise max_connections, or stop other programs that use the server",
        ) from error


@asynccontextmanager
async def connect(
    role: Role, settings: Settings | None = None, **server_settings: str
) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection as ``role`` and close it; raises as :func:`open_connection` does."""
    connection = await open_connection(role, settings, **server_settings)
    try:
        yield connection
    except asyncpg.QueryCanceledError as error:
        raise timed_out(error) from error
    finally:
        await close(connection)


@asynccontextmanager
async def transaction(
    role: Role, settings: Settings | None = None, **server_settings: str
) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection as ``role`` inside one transaction, committed at the end."""
    async with connect(role, settings, **server_settings) as connection, connection.transaction():
        yield connection


def owner_connection(
    settings: Settings | None = None,
) -> contextlib.AbstractAsyncContextManager[asyncpg.Connection]:
    """Return a context manager that yields a connection as owner."""
    return connect(Role.OWNER, settings)


async def close(connection: asyncpg.Connection) -> None:
    """Close a connection, in order if the server still listens."""
    try:
        await connection.close(timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()


def timed_out(error: asyncpg.QueryCanceledError) -> StatementTimeoutError:
    """Return the error that stands for a statement the server cancelled."""
    return StatementTimeoutError(
        f"the server cancelled a statement: {error}",
        remedy="ask for less, or raise RESIDENCY_STATEMENT_TIMEOUT_MS",
    )


async def copy_rows(
    connection: asyncpg.Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]] | AsyncIterable[Sequence[Any]],
) -> int:
    """Write rows into ``table`` (``schema.table``) with one binary COPY; return how many.

    Rows are taken from the iterable as the network takes them (some 512 kB at a time), so that a
    generator of any length needs little memory. A value's Python type must fit the column
    exactly; jsonb takes JSON text. If the iterable raises, nothing is written.

    Raises:
        asyncpg.PostgresError: the table refuses a row.
    """
    schema, _, name = table.rpartition(".")
    status: str = await connection.copy_records_to_table(
        name, schema_name=schema or None, columns=list(columns), records=rows
    )
    return int(status.removeprefix("COPY "))
