"""Simulations: runs of the match over simulated applicants, and what came out of them.

A simulation that a job runs has the job's state: the database keeps the two the same, whoever
changes the job. The reader may see simulations, and of jobs all but what they were asked with.

Revision: simulations, after eligibility, 2026-11-21
"""

from pathlib import Path

from alembic import op

revision: str = "simulations"
down_revision: str | None = "eligibility"
branch_labels: str | None = None
depends_on: str | None = None

STATEMENTS = Path(__file__).parent / "simulation"
KINDS = (
    "ALTER TABLE ops.job DROP CONSTRAINT ck_job_kind_is_known, ADD CONSTRAINT"
    " ck_job_kind_is_known CHECK (kind IN ({kinds}))"
)
FOLLOW_JOB = """
CREATE FUNCTION simulation.follow_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE simulation.simulation
  SET status = NEW.status, error = NEW.error, finished_at = NEW.finished_at
  WHERE job_id = NEW.job_id;
  RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER follow_job AFTER UPDATE OF status ON ops.job
FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status AND NEW.kind = 'RUN_SIMULATION')
EXECUTE FUNCTION simulation.follow_job()
"""
SHOW = (
    "{word} SELECT (job_id, kind, status, progress, message, error, attempts, created_at,"
    " started_at, finished_at) ON ops.job {side} residency_reader"
)


def upgrade() -> None:
    """Make the tables, let simulations follow their jobs, and grant."""
    run = op.get_bind().exec_driver_sql
    run("ALTER TABLE ops.job ADD COLUMN idempotency_token TEXT")
    run("ALTER TABLE ops.job ADD CONSTRAINT uq_job_idempotency_token UNIQUE (idempotency_token)")
    run(
        "COMMENT ON COLUMN ops.job.idempotency_token IS"
        " 'Key by which whoever asked recognises the request; null for none.'"
    )
    run(KINDS.format(kinds="'REFRESH_WAREHOUSE', 'RUN_SIMULATION'"))
    for path in sorted(STATEMENTS.glob("*.sql")):
        for statement in path.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                run(statement)
    run(FOLLOW_JOB)
    run(TRIGGER)
    run("GRANT USAGE ON SCHEMA simulation TO residency_reader")
    run("GRANT SELECT ON ALL TABLES IN SCHEMA simulation TO residency_reader")
    run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA simulation TO residency_app")
    run(SHOW.format(word="GRANT", side="TO"))
    run("GRANT ALL ON ALL TABLES IN SCHEMA simulation TO residency_owner")


def downgrade() -> None:
    """Drop simulations and their jobs."""
    run = op.get_bind().exec_driver_sql
    run(SHOW.format(word="REVOKE", side="FROM"))
    run("DROP TRIGGER follow_job ON ops.job")
    run("DROP FUNCTION simulation.follow_job()")
    tables = (
        "application", "match_outcome", "rank_outcome", "category_outcome", "province_outcome",
        "discipline_outcome", "program_outcome", "scenario", "simulation",
    )  # fmt: skip
    for table in tables:
        run(f"DROP TABLE simulation.{table}")
    run("REVOKE USAGE ON SCHEMA simulation FROM residency_reader")
    run("DELETE FROM ops.job WHERE kind = 'RUN_SIMULATION'")
    run(KINDS.format(kinds="'REFRESH_WAREHOUSE'"))
    run("ALTER TABLE ops.job DROP COLUMN idempotency_token")
