"""An index for pages of criteria over all programs, the greatest weight first.

Revision: criteria_by_weight, after page_indexes, 2026-11-21
"""

from alembic import op

revision: str = "criteria_by_weight"
down_revision: str | None = "page_indexes"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Index criteria by falling weight."""
    op.get_bind().exec_driver_sql(
        "CREATE INDEX ix_selection_criterion_greatest_weight ON core.selection_criterion"
        " (weight_percent DESC NULLS LAST, program_key)"
    )


def downgrade() -> None:
    """Drop the index."""
    op.get_bind().exec_driver_sql("DROP INDEX core.ix_selection_criterion_greatest_weight")
