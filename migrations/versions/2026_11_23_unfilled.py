"""Unfilled seats, unmatched applicants, variance ratios; programs that only scenarios have.

Of simulations that were run before, the new columns of estimates stay null: what reverted in their
replicates is not stored. Which programs their scenarios opened is known from the changes.

Revision: unfilled, after simulated, 2026-11-23
"""

from collections.abc import Iterator

from alembic import op

revision: str = "unfilled"
down_revision: str | None = "simulated"
branch_labels: str | None = None
depends_on: str | None = None

BOUNDS = {
    "mean": "mean over the replicates",
    "low": "lower end of the 95 % confidence interval of the mean; null for one replicate",
    "high": "upper end of the 95 % confidence interval of the mean; null for one replicate",
}
RATIO = (
    "how many times as many replicates it would take to know it as well without common random"
    " numbers; null for one replicate, and where it is the same in all"
)
MORE = "more than in the first scenario"
SEATS = {
    "filled": "Seats that are filled",
    "unfilled": "Seats that stay empty",
    "fill_rate": "Share of the seats that are filled",
}
APPLICANTS = {
    "matched": "Applicants with a match",
    "unmatched": "Applicants without a match",
    "match_rate": "Share of the applicants with a match",
    "first_choice_rate": "Share of the applicants with their first choice",
    "top_three_rate": "Share of the applicants with one of their first three",
    "mean_rank": "Rank that matched applicants obtain, 1 for the first choice",
}
MEASURED = {
    "scenario": {**APPLICANTS, **SEATS},
    "program_outcome": SEATS,
    "discipline_outcome": SEATS,
    "province_outcome": SEATS,
    "category_outcome": APPLICANTS,
    "rank_outcome": {"share": "Share of the applicants"},
}
NEW = ("unfilled", "unmatched")
OPENED = {
    "is_hypothetical": "Whether there is no such program: a scenario of the simulation opens it.",
    "like_program": "Key of the program that one which a scenario opens is like, and whose"
    " discipline, university and province it has; null for a program that exists.",
}
OLD_RATIO = (
    "By how much common random numbers shrink the variance of the change in matched applicants;"
    " null for the first scenario."
)
FIND_OPENED = """
UPDATE simulation.program_outcome o
SET like_program = c.change ->> 'like', is_hypothetical = true
FROM simulation.scenario s, jsonb_array_elements(s.changes) c (change)
WHERE s.simulation_id = o.simulation_id AND c.change ->> 'kind' = 'open_program'
  AND c.change ->> 'program' = o.key AND c.change ->> 'like' IS NOT NULL
"""
PLACE_OPENED = """
UPDATE simulation.program_outcome o
SET program_key = NULL, discipline_key = l.discipline_key, university_key = l.university_key
FROM simulation.program_outcome l
WHERE o.is_hypothetical AND l.scenario_id = o.scenario_id AND l.key = o.like_program
"""


def columns(measures: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the new columns of measures with their comments."""
    for name, words in measures.items():
        if name in NEW:
            for end, meaning in BOUNDS.items():
                yield f"{name}_{end}", f"{words}: {meaning}."
                yield f"{name}_change_{end}", f"{words}, {MORE}: {meaning}."
        yield f"{name}_change_variance_ratio", f"{words}, {MORE}: {RATIO}."


def upgrade() -> None:
    """Add the columns, and find what scenarios opened."""
    run = op.get_bind().exec_driver_sql
    run(
        "ALTER TABLE simulation.scenario RENAME COLUMN variance_ratio"
        " TO matched_change_variance_ratio"
    )
    bound_scenarios(10)
    for table, measures in MEASURED.items():
        for name, words in columns(measures):
            run(f"ALTER TABLE simulation.{table} ADD COLUMN IF NOT EXISTS {name} FLOAT")
            run(f"COMMENT ON COLUMN simulation.{table}.{name} IS '{words}'")
    run(
        "ALTER TABLE simulation.program_outcome ADD COLUMN like_program TEXT,"
        " ADD COLUMN is_hypothetical BOOLEAN NOT NULL DEFAULT false"
    )
    run("ALTER TABLE simulation.program_outcome ALTER COLUMN is_hypothetical DROP DEFAULT")
    for name, words in OPENED.items():
        run(f"COMMENT ON COLUMN simulation.program_outcome.{name} IS '{words}'")
    run(FIND_OPENED)
    run(PLACE_OPENED)
    run(
        "ALTER TABLE simulation.program_outcome"
        " ADD CONSTRAINT ck_program_outcome_is_hypothetical_where_like"
        " CHECK (is_hypothetical = (like_program IS NOT NULL))"
    )


def downgrade() -> None:
    """Drop the columns, and scenarios beyond ten."""
    run = op.get_bind().exec_driver_sql
    run("DELETE FROM simulation.scenario WHERE ordinal > 9")
    bound_scenarios(9)
    run(
        "ALTER TABLE simulation.program_outcome"
        " DROP COLUMN like_program, DROP COLUMN is_hypothetical"
    )
    run(
        "ALTER TABLE simulation.scenario RENAME COLUMN matched_change_variance_ratio"
        " TO variance_ratio"
    )
    run(f"COMMENT ON COLUMN simulation.scenario.variance_ratio IS '{OLD_RATIO}'")
    for table, measures in MEASURED.items():
        for name, _ in columns(measures):
            run(f"ALTER TABLE simulation.{table} DROP COLUMN IF EXISTS {name}")


def bound_scenarios(last: int) -> None:
    """Let scenarios be numbered from 0 to ``last``."""
    op.get_bind().exec_driver_sql(
        "ALTER TABLE simulation.scenario DROP CONSTRAINT ck_scenario_ordinal_is_bounded,"
        " ADD CONSTRAINT ck_scenario_ordinal_is_bounded"
        f" CHECK (ordinal BETWEEN 0 AND {last})"
    )
