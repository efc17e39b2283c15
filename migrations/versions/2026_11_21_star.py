"""The first schema: landing, staging, the star, marts and operations, with roles and grants.

The statements stand in ``star/*.sql``, in the order of their names, exactly as the server runs
them. Roles belong to the whole server and the extension may serve others: both are made if they
are missing and never dropped.

Revision: star, after nothing, 2026-11-21
"""

from pathlib import Path

from alembic import op

revision: str = "star"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

STATEMENTS = Path(__file__).parent / "star"
SCHEMAS = ("simulation", "search", "mart", "ops", "staging", "core", "landing")

CREATE_EXTENSION = """
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS vector;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE EXCEPTION 'the extension vector is missing and % may not make it: let an administrator'
    ' run CREATE EXTENSION vector in this database', current_user;
END $$
"""
CREATE_ROLE = """
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
    CREATE ROLE {role} {option};
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN
    NULL;  -- another database of the server was faster
  WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'the role {role} is missing and % may not make it: let an administrator'
      ' run CREATE ROLE {role} {option}', current_user;
END $$
"""
GRANT_ROLE = """
DO $$
BEGIN
  IF {condition} THEN
    GRANT {role} TO {member};
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE NOTICE '% may not grant {role}: reader and app need passwords of their own', current_user;
END $$
"""
ROLES = {"residency_owner": "NOLOGIN", "residency_reader": "LOGIN", "residency_app": "LOGIN"}


def upgrade() -> None:
    """Make everything, in one transaction."""
    run = op.get_bind().exec_driver_sql
    run(CREATE_EXTENSION)
    for role, option in ROLES.items():
        run(CREATE_ROLE.format(role=role, option=option))
    grant_role("residency_reader", "residency_app")
    for role in ("residency_reader", "residency_app"):
        grant_role(role, "CURRENT_USER")  # so that it may take the role on (warehouse.engine)
    for path in sorted(STATEMENTS.glob("*.sql")):
        for statement in path.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                run(statement)


def grant_role(role: str, member: str) -> None:
    """Make ``member`` a member of ``role``; a superuser needs no membership."""
    condition = "true"
    if member == "CURRENT_USER":
        condition = "NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
    run = op.get_bind().exec_driver_sql
    run(GRANT_ROLE.format(role=role, member=member, condition=condition))


def downgrade() -> None:
    """Drop everything but the roles and the extension."""
    run = op.get_bind().exec_driver_sql
    run("REVOKE SELECT ON public.alembic_version FROM residency_reader")
    for schema in SCHEMAS:
        run(f"DROP SCHEMA {schema} CASCADE")
