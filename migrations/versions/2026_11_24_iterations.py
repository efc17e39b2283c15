"""Second iterations of simulated matches, and the size of their core.

All simulations that were run before have one iteration. How many would have another outcome if
programs proposed was not looked at then.

Revision: iterations, after unfilled, 2026-11-24
"""

from pathlib import Path

from alembic import op

revision: str = "iterations"
down_revision: str | None = "unfilled"
branch_labels: str | None = None
depends_on: str | None = None

STATEMENTS = Path(__file__).parent / "iterations"
CORE = {
    "core_applicants": (
        "FLOAT",
        (
            "Applicants who would have another program if programs proposed, on average over the"
            " audited matchings; null where that is not defined."
        ),
    ),
    "core_programs": (
        "FLOAT",
        "Programs that would have other applicants then, on average; null likewise.",
    ),
    "core_undefined": ("TEXT", "Why the size of the core is not defined; null where it is."),
}
OF_MATCH = "Iteration in which the applicant was matched, 1 or 2; null for no match."
OF_LIST = "Iteration of the list: 1, or 2 for one of those who were without a match."
WORDS = {
    "list_length": (
        "Programs that the applicant ranked.",
        "Programs that the applicant ranked, in the iteration of the match or else in the first.",
    ),
    "rank": (
        "Rank that the applicant obtained; null for no match.",
        (
            "Rank that the applicant obtained, in the list of the iteration of the match; null for"
            " no match."
        ),
    ),
}
"""Comments of columns of matches: as they were, and as they are."""
KNOWN = "ck_{table}_iteration_is_first_or_second CHECK (iteration IN (1, 2))"


def upgrade() -> None:
    """Make the tables, and tell the iteration of matches and lists."""
    run = op.get_bind().exec_driver_sql
    for path in sorted(STATEMENTS.glob("*.sql")):
        for statement in path.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                run(statement)
    for table in ("iteration_outcome", "carried_seats"):
        run(f"GRANT SELECT ON simulation.{table} TO residency_reader")
        run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON simulation.{table} TO residency_app")
        run(f"GRANT ALL ON simulation.{table} TO residency_owner")
    for name, (kind, comment) in CORE.items():
        run(f"ALTER TABLE simulation.scenario ADD COLUMN {name} {kind}")
        run(f"COMMENT ON COLUMN simulation.scenario.{name} IS '{comment}'")
    run(
        "UPDATE simulation.scenario SET core_undefined ="
        " 'The version that ran the simulation did not look at it.'"
    )
    run("ALTER TABLE simulation.match_outcome ADD COLUMN iteration SMALLINT")
    run("UPDATE simulation.match_outcome SET iteration = 1 WHERE program_ordinal IS NOT NULL")
    run(
        "ALTER TABLE simulation.match_outcome"
        " ADD CONSTRAINT ck_match_outcome_iteration_goes_with_program"
        " CHECK ((iteration IS NULL) = (program_ordinal IS NULL)),"
        f" ADD CONSTRAINT {KNOWN.format(table='match_outcome')}"
    )
    run(f"COMMENT ON COLUMN simulation.match_outcome.iteration IS '{OF_MATCH}'")
    comment_matches(1)
    run("ALTER TABLE simulation.application ADD COLUMN iteration SMALLINT NOT NULL DEFAULT 1")
    run(
        "ALTER TABLE simulation.application ALTER COLUMN iteration DROP DEFAULT,"
        " DROP CONSTRAINT pk_application, ADD CONSTRAINT pk_application"
        " PRIMARY KEY (scenario_id, applicant_ordinal, iteration, rank),"
        f" ADD CONSTRAINT {KNOWN.format(table='application')}"
    )
    run(f"COMMENT ON COLUMN simulation.application.iteration IS '{OF_LIST}'")


def downgrade() -> None:
    """Drop what is about second iterations, with the simulations that have one."""
    run = op.get_bind().exec_driver_sql
    run(
        "DELETE FROM simulation.simulation WHERE simulation_id IN"
        " (SELECT simulation_id FROM simulation.iteration_outcome)"
    )
    run(
        "ALTER TABLE simulation.application DROP CONSTRAINT pk_application,"
        " DROP COLUMN iteration, ADD CONSTRAINT pk_application"
        " PRIMARY KEY (scenario_id, applicant_ordinal, rank)"
    )
    comment_matches(0)
    run("ALTER TABLE simulation.match_outcome DROP COLUMN iteration")
    for name in CORE:
        run(f"ALTER TABLE simulation.scenario DROP COLUMN {name}")
    for table in ("carried_seats", "iteration_outcome"):
        run(f"DROP TABLE simulation.{table}")


def comment_matches(which: int) -> None:
    """Write comments of columns of matches."""
    for name, words in WORDS.items():
        op.get_bind().exec_driver_sql(
            f"COMMENT ON COLUMN simulation.match_outcome.{name} IS '{words[which]}'"
        )
