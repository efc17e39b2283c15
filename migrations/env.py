"""Alembic's environment: connects as owner and runs migrations in one locked transaction."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from warehouse.engine import database_url
from warehouse.tables import SCHEMAS, metadata

MIGRATION_LOCK = 7_265_736_964  # any number, the same in every process
LOCK_TIMEOUT = "60s"


def include_name(name: str | None, kind: str, parents: MutableMapping[Any, str | None]) -> bool:
    """Say whether Alembic compares an object: only what lives in schemas of ours."""
    if kind == "schema":
        return name in SCHEMAS
    return kind != "table" or parents.get("schema_name") in SCHEMAS


def run(connection: Connection) -> None:
    """Run the migrations; a second process that migrates at the same time waits its turn."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_schemas=True,
        include_name=include_name,
        compare_type=True,
        compare_server_default=True,
        user_module_prefix="sqlmodel.sql.sqltypes.",
    )
    with context.begin_transaction():
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        context.run_migrations()


async def run_from_prompt() -> None:
    """Connect by the settings, as the ``alembic`` command does."""
    url = (await asyncio.to_thread(database_url)).replace("postgresql:", "postgresql+asyncpg:", 1)
    engine = create_async_engine(url, poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()


given: Connection | None = context.config.attributes.get("connection")
if context.is_offline_mode():
    raise SystemExit("offline mode is not supported: migrations look at the server's roles")
if given is not None:
    run(given)
else:
    asyncio.run(run_from_prompt())
