"""The schema: from empty to head and back, equal to the models, and who may do what."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from alembic.autogenerate import render_python_code
from alembic.operations import ops
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine

from warehouse import migrate
from warehouse.engine import Role, connect, database_url, transaction
from warehouse.errors import MigrationError, RoleMissingError, SchemaOutdatedError
from warehouse.tables import SCHEMAS, metadata

EVERY_SERVER = pytest.mark.parametrize("kind", ["socket", "tcp"])

CATALOGUE = """
SELECT n.nspname || '.' || c.relname || ' ' || kind || ' ' || what FROM (
  SELECT attrelid AS oid, 'column' AS kind,
         concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
                   pg_get_expr(d.adbin, d.adrelid), col_description(attrelid, attnum)) AS what
  FROM pg_attribute LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
  WHERE attnum > 0 AND NOT attisdropped
  UNION ALL
  SELECT conrelid, 'constraint', conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
  UNION ALL
  SELECT indrelid, 'index', pg_get_indexdef(indexrelid) FROM pg_index
  UNION ALL
  SELECT oid, 'relation', concat_ws(' ', relkind, relpersistence, obj_description(oid))
  FROM pg_class
  UNION ALL
  SELECT ev_class, 'view', pg_get_viewdef(ev_class) FROM pg_rewrite
) AS part JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'v') ORDER BY 1
"""


@pytest.fixture
def empty(kind, request):
    return request.getfixturevalue("empty_database" if kind == "socket" else "empty_tcp_database")


@pytest.fixture
def migrated(kind, request):
    return request.getfixturevalue("database" if kind == "socket" else "tcp_database")


async def catalogue(settings):
    async with connect(Role.OWNER, settings) as connection:
        return [row[0] for row in await connection.fetch(CATALOGUE, list(SCHEMAS))]


@EVERY_SERVER
async def test_an_empty_database_reaches_head(empty):
    assert await migrate.current(empty.settings, Role.OWNER) is None
    assert await migrate.upgrade(empty.settings) == migrate.head()
    assert await migrate.is_current(empty.settings)


@EVERY_SERVER
async def test_models_and_schema_do_not_differ(migrated):
    assert await migrate.differences(migrated.settings) == []


@EVERY_SERVER
async def test_down_to_base_leaves_nothing_and_up_again_gives_the_same(migrated):
    before = await catalogue(migrated.settings)
    assert await migrate.downgrade(migrated.settings) is None
    assert await catalogue(migrated.settings) == []
    async with connect(Role.OWNER, migrated.settings) as connection:
        left = await connection.fetchval("SELECT count(*) FROM pg_default_acl")
        assert left == 0
    await migrate.upgrade(migrated.settings)
    assert await catalogue(migrated.settings) == before


async def test_hand_written_statements_give_what_the_models_say_to_the_last_check(
    database, empty_database
):
    """``alembic check`` does not look at check constraints, storage or views; this does."""
    url = database_url(empty_database.settings).replace("postgresql:", "postgresql+asyncpg:", 1)
    engine = create_async_engine(url, poolclass=pool.NullPool)
    async with engine.begin() as connection:
        for schema in SCHEMAS:
            await connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        await connection.run_sync(metadata.create_all)
        for view in metadata.info["views"]:
            for statement in view.statements():
                await connection.exec_driver_sql(statement)
    await engine.dispose()
    by_hand, by_model = await catalogue(database.settings), await catalogue(empty_database.settings)
    assert by_hand == by_model
    assert len(by_hand) > 500


async def test_two_processes_may_migrate_at_once(empty_database):
    settings = empty_database.settings
    reached = await asyncio.gather(*(migrate.upgrade(settings) for _ in range(3)))
    assert set(reached) == {migrate.head()}


async def test_a_migrated_database_is_left_alone(database):
    async with connect(Role.OWNER, database.settings) as connection:
        before = await connection.fetchval("SELECT xmin FROM alembic_version")
        await migrate.upgrade(database.settings)
        assert await connection.fetchval("SELECT xmin FROM alembic_version") == before


async def test_an_outdated_schema_is_told_with_the_way_out(empty_database):
    with pytest.raises(SchemaOutdatedError, match=r"at revision none.*Run `residency migrate`"):
        await migrate.require_current(empty_database.settings, Role.OWNER)


async def test_a_refused_statement_undoes_the_whole_migration(empty_database):
    async with connect(Role.OWNER, empty_database.settings) as connection:
        await connection.execute("CREATE SCHEMA ops")
    with pytest.raises(MigrationError, match='schema "ops" already exists'):
        await migrate.upgrade(empty_database.settings)
    async with connect(Role.OWNER, empty_database.settings) as connection:
        assert await connection.fetchval("SELECT to_regnamespace('landing')") is None


DENIED_TO_READER = [
    "SELECT * FROM core.program_contact",
    "SELECT * FROM landing.record",
    "SELECT * FROM landing.file",
    "SELECT * FROM staging.program",
    "SELECT * FROM staging.program_contact",
    "SELECT * FROM ops.quarantine",
    "SELECT * FROM ops.job",
    "INSERT INTO core.dim_discipline (discipline_id) VALUES (1)",
    "UPDATE core.fact_program SET quota = 1",
    "DELETE FROM core.dim_program",
    "TRUNCATE core.dim_program CASCADE",
    "INSERT INTO ops.data_version (number) VALUES (1)",
    "UPDATE ops.index_version SET is_active = false",
    "DELETE FROM search.passage",
    "CREATE TABLE core.mine (a int)",
    "CREATE TABLE public.mine (a int)",
    "CREATE SCHEMA mine",
    "SET ROLE residency_owner",
]
ALLOWED_TO_READER = [
    "SELECT * FROM core.dim_program JOIN core.fact_program USING (program_key)",
    "SELECT * FROM core.program_evidence, core.requirement_test",
    "SELECT * FROM mart.current_program",
    "SELECT * FROM ops.data_version",
    "SELECT * FROM ops.index_version, ops.search_refresh, ops.search_skip",
    "SELECT * FROM search.passage, search.posting, search.passage_vector, search.embedder_fit",
    "SELECT * FROM public.alembic_version",
]
DENIED_TO_APP = [
    *(statement for statement in DENIED_TO_READER if "ops.job" not in statement),
    "DELETE FROM ops.job",
    "SELECT * FROM ops.audit",
]
ALLOWED_TO_APP = [
    *ALLOWED_TO_READER,
    "INSERT INTO ops.job (kind, arguments) VALUES ('REFRESH_WAREHOUSE', '{}')",
    "UPDATE ops.job SET status = 'CANCELLED'",
    "SELECT * FROM ops.job",
]


@EVERY_SERVER
async def test_roles_may_do_what_they_need_and_nothing_else(migrated):
    for role, denied, allowed in (
        (Role.READER, DENIED_TO_READER, ALLOWED_TO_READER),
        (Role.APP, DENIED_TO_APP, ALLOWED_TO_APP),
    ):
        writable = {"default_transaction_read_only": "off"}
        async with connect(role, migrated.settings, **writable) as connection:
            assert await connection.fetchval("SELECT session_user") == role
            for statement in denied:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
            for statement in allowed:
                await connection.execute(statement)


async def test_the_readers_session_is_read_only_by_itself(database):
    async with connect(Role.READER, database.settings) as connection:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await connection.execute("CREATE TEMP TABLE t (a int)")


async def test_later_tables_are_readable_where_the_star_is(database):
    async with connect(Role.OWNER, database.settings) as connection:
        await connection.execute("CREATE TABLE mart.later (a int)")
        await connection.execute("CREATE TABLE simulation.later (a int)")
        await connection.execute("CREATE TABLE ops.later (a int)")
    async with connect(Role.READER, database.settings) as connection:
        await connection.execute("SELECT * FROM mart.later")
        for hidden in ("simulation.later", "ops.later"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"SELECT * FROM {hidden}")
    async with transaction(Role.APP, database.settings) as connection:
        await connection.execute("INSERT INTO simulation.later VALUES (1)")


async def test_without_passwords_the_addresss_user_takes_the_role_on(tcp_database):
    none = tcp_database.settings.model_copy(update={"reader_password": None, "app_password": None})
    for role in (Role.READER, Role.APP):
        async with connect(role, none) as connection:
            assert await connection.fetchval("SELECT current_user") == role
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("SELECT * FROM core.program_contact")


async def test_a_wrong_password_is_refused_without_being_told(tcp_database):
    settings = type(tcp_database.settings)(
        database_url=tcp_database.settings.database_url, reader_password="not the one"
    )
    with pytest.raises(RoleMissingError, match="residency_reader") as caught:
        async with connect(Role.READER, settings):
            pass
    assert "not the one" not in str(caught.value)
    assert "pässword" not in str(caught.value)


async def test_generated_migrations_run_with_vectors_and_sqlmodel_strings(database, tmp_path):
    """What the template imports is what autogenerate writes."""
    from alembic.autogenerate.api import AutogenContext
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from pgvector.sqlalchemy import Vector
    from sqlalchemy import BigInteger, Column
    from sqlmodel.sql.sqltypes import AutoString

    made = ops.CreateTableOp(
        "generated",
        [
            Column("a_key", BigInteger, primary_key=True),
            Column("name", AutoString(20)),
            Column("v", Vector(3)),
        ],
        schema="mart",
    )

    def generate(connection) -> None:
        context = MigrationContext.configure(connection, opts={"user_module_prefix": None})
        autogen = AutogenContext(context, opts=context.opts | {"sqlalchemy_module_prefix": "sa."})
        config = Config()
        config.set_main_option("script_location", str(migrate.SCRIPTS))
        config.set_main_option("version_locations", str(tmp_path))
        config.set_main_option("path_separator", "os")
        ScriptDirectory.from_config(config).generate_revision(
            "generated",
            "generated",
            head="base",
            upgrades=render_python_code(ops.UpgradeOps([made]), migration_context=context).replace(
                "\n", "\n    "
            ),
            downgrades="op.drop_table('generated', schema='mart')",
            imports="\n".join(autogen.imports),
        )

    def apply(connection, direction) -> None:
        import importlib.util

        from alembic.operations import Operations

        (path,) = tmp_path.glob("*.py")
        spec = importlib.util.spec_from_file_location("generated_migration", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        with Operations.context(MigrationContext.configure(connection)):
            getattr(module, direction)()

    await migrate.run(generate, database.settings)
    await migrate.run(lambda connection: apply(connection, "upgrade"), database.settings)
    async with connect(Role.OWNER, database.settings) as connection:
        await connection.execute("INSERT INTO mart.generated VALUES (1, 'a', '[1,2,3]')")
    await migrate.run(lambda connection: apply(connection, "downgrade"), database.settings)
