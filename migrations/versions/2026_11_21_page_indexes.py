"""Indexes for the pages that people ask for: of a university or discipline, largest quota first.

The programs of a dimension are counted and paged through from the index alone.

Revision: page_indexes, after bounded_lists, 2026-11-21
"""

from alembic import op

revision: str = "page_indexes"
down_revision: str | None = "bounded_lists"
branch_labels: str | None = None
depends_on: str | None = None

DIMENSIONS = ("discipline", "university")


def index_programs_by(columns: str) -> None:
    """Index the current programs of each dimension by its key and further columns."""
    run = op.get_bind().exec_driver_sql
    for dimension in DIMENSIONS:
        name = f"ix_dim_program_current_{dimension}"
        run(f"DROP INDEX core.{name}")
        run(
            f"CREATE INDEX {name} ON core.dim_program ({dimension}_key, {columns}) WHERE is_current"
        )


def upgrade() -> None:
    """Index programs of a dimension by their natural key, and facts by falling quota."""
    index_programs_by("match_iteration_id, program_stream_id")
    op.get_bind().exec_driver_sql(
        "CREATE INDEX ix_fact_program_largest_quota ON core.fact_program"
        " (quota DESC NULLS LAST, program_key)"
    )


def downgrade() -> None:
    """Index programs of a dimension by their stream id alone."""
    op.get_bind().exec_driver_sql("DROP INDEX core.ix_fact_program_largest_quota")
    index_programs_by("program_stream_id")
