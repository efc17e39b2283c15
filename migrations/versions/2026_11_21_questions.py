"""Questions are audited: the graph may note one and forget old ones, nothing else in ops.audit.

Revision: questions, after search, 2026-11-21
"""

from alembic import op

revision: str = "questions"
down_revision: str | None = "search"
branch_labels: str | None = None
depends_on: str | None = None

NOTE = """
CREATE FUNCTION ops.note_question(question text, details jsonb, keep_days integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM ops.audit WHERE action = 'ask' AND at < now() - make_interval(days => keep_days);
  INSERT INTO ops.audit (actor, action, subject, details)
  VALUES (session_user || ' (graph)', 'ask', question, details);
$$
"""
COMMENTS = {
    "action": "What was done (publish, migrate, stop, ask …).",
    "subject": "To what; of a question its words, redacted.",
}


def upgrade() -> None:
    """Make the function, an index for what it deletes, and grant."""
    run = op.get_bind().exec_driver_sql
    for column, comment in COMMENTS.items():
        run(f"COMMENT ON COLUMN ops.audit.{column} IS '{comment}'")
    run("CREATE INDEX ix_audit_action_at ON ops.audit (action, at)")
    run(NOTE)
    run("REVOKE ALL ON FUNCTION ops.note_question(text, jsonb, integer) FROM PUBLIC")
    run("GRANT EXECUTE ON FUNCTION ops.note_question(text, jsonb, integer) TO residency_app")
    run("GRANT EXECUTE ON FUNCTION ops.note_question(text, jsonb, integer) TO residency_owner")


def downgrade() -> None:
    """Drop it, with the questions."""
    run = op.get_bind().exec_driver_sql
    run("DROP FUNCTION ops.note_question(text, jsonb, integer)")
    run("DELETE FROM ops.audit WHERE action = 'ask'")
    run("DROP INDEX ops.ix_audit_action_at")
