"""What a program version has many of is bounded: no list of the graph can be endless.

Loading keeps programs with longer lists in quarantine (``warehouse.tables.programs``).

Revision: bounded_lists, after star, 2026-11-21
"""

from alembic import op

revision: str = "bounded_lists"
down_revision: str | None = "star"
branch_labels: str | None = None
depends_on: str | None = None

MOST_ROWS = {
    "program_section": 500,
    "program_requirement": 500,
    "requirement_test": 500,
    "selection_criterion": 500,
    "interview_date": 500,
    "program_training_site": 500,
    "program_contact": 500,
    "program_evidence": 4000,
}


def upgrade() -> None:
    """Bound the position of every row within its program version, or its requirement."""
    run = op.get_bind().exec_driver_sql
    for table, most in MOST_ROWS.items():
        run(
            f"ALTER TABLE core.{table} ADD CONSTRAINT ck_{table}_ordinal_is_bounded"
            f" CHECK (ordinal BETWEEN 0 AND {most - 1})"
        )


def downgrade() -> None:
    """Let lists have any length again."""
    run = op.get_bind().exec_driver_sql
    for table in MOST_ROWS:
        run(f"ALTER TABLE core.{table} DROP CONSTRAINT ck_{table}_ordinal_is_bounded")
