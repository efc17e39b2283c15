"""Comments of all tables of results say that applicants are simulated.

Revision: simulated, after questions, 2026-11-22
"""

from alembic import op

revision: str = "simulated"
down_revision: str | None = "questions"
branch_labels: str | None = None
depends_on: str | None = None

WORDS = {
    "scenario": (
        "A scenario of a simulation: its changes, what it gives in all, and its certificate.",
        "A scenario: its changes, what it gives with simulated applicants, and its certificate.",
    ),
    "program_outcome": (
        "What a scenario gives for a program stream.",
        "What a scenario gives for a program stream with simulated applicants.",
    ),
    "discipline_outcome": (
        "What a scenario gives for the programs of a discipline.",
        "What a scenario gives for the programs of a discipline with simulated applicants.",
    ),
    "province_outcome": (
        "What a scenario gives for the programs of a province.",
        "What a scenario gives for the programs of a province with simulated applicants.",
    ),
    "category_outcome": (
        "What a scenario gives for the applicants of a category.",
        "What a scenario gives for the simulated applicants of a category.",
    ),
    "rank_outcome": (
        "How many applicants of a category obtain a rank of their list.",
        "How many simulated applicants of a category obtain a rank of their list.",
    ),
}
"""The comment of each table: as it was, and as it is."""


def comment_tables(which: int) -> None:
    """Write the comment of each table."""
    for table, words in WORDS.items():
        op.get_bind().exec_driver_sql(f"COMMENT ON TABLE simulation.{table} IS '{words[which]}'")


def upgrade() -> None:
    """Say it."""
    comment_tables(1)


def downgrade() -> None:
    """Say it no longer."""
    comment_tables(0)
