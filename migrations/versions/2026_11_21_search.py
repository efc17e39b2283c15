"""The search index: passages, postings, vectors, index versions and their refreshes.

The statements stand in ``search/*.sql``, in the order of their names, exactly as the server runs
them.

Revision: search, after criteria_by_weight, 2026-11-21
"""

from pathlib import Path

from alembic import op

revision: str = "search"
down_revision: str | None = "simulations"
branch_labels: str | None = None
depends_on: str | None = None

STATEMENTS = Path(__file__).parent / "search"
TABLES = (
    "passage", "indexed_program", "passage_place", "term", "posting", "language_statistics",
    "spelling", "passage_vector", "passage_skip", "embedder_fit",
)  # fmt: skip
ADDED_TO_VERSION = (
    "number", "settings", "analysis", "data_version_number", "passage_count", "vector_count",
    "activated_at", "withdrawn_at",
)  # fmt: skip


def upgrade() -> None:
    """Make the tables, let the graph read them, and let jobs refresh the index."""
    run = op.get_bind().exec_driver_sql
    run("DELETE FROM ops.index_version")  # nothing has written it so far
    for path in sorted(STATEMENTS.glob("*.sql")):
        for statement in path.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                run(statement)
    know_kinds("'REFRESH_WAREHOUSE', 'RUN_SIMULATION', 'REFRESH_SEARCH'")


def downgrade() -> None:
    """Drop the tables; index versions go with their columns."""
    run = op.get_bind().exec_driver_sql
    for table in TABLES:
        run(f"DROP TABLE search.{table}")
    run("DROP TABLE ops.search_skip")
    run("DROP TABLE ops.search_refresh")
    run("REVOKE SELECT ON ops.index_version FROM residency_reader")
    run("DELETE FROM ops.index_version")
    run("DROP INDEX ops.uq_index_version_active")
    for column in ADDED_TO_VERSION:
        run(f"ALTER TABLE ops.index_version DROP COLUMN {column}")
    run("DELETE FROM ops.job WHERE kind = 'REFRESH_SEARCH'")
    know_kinds("'REFRESH_WAREHOUSE', 'RUN_SIMULATION'")


def know_kinds(kinds: str) -> None:
    """Let ``ops.job`` have these kinds of jobs."""
    run = op.get_bind().exec_driver_sql
    run("ALTER TABLE ops.job DROP CONSTRAINT ck_job_kind_is_known")
    run(f"ALTER TABLE ops.job ADD CONSTRAINT ck_job_kind_is_known CHECK (kind IN ({kinds}))")
