"""Who may apply to what: rules by year, iteration, province, stream and category.

Loading fills the table from the reference table ``etl/reference/eligibility.csv``.

Revision: eligibility, after criteria_by_weight, 2026-11-21
"""

from alembic import op

revision: str = "eligibility"
down_revision: str | None = "criteria_by_weight"
branch_labels: str | None = None
depends_on: str | None = None

CATEGORIES = ("CMG", "IMG", "ALL", "MOTP")
PROVINCES = ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT")

COMMENTS = {
    "ordinal": "Place of the rule in the table, from 0; the first that fits decides.",
    "name": "Name of the rule, which refusals quote.",
    "is_admitted": "Whether those whom the rule fits may apply.",
    "applicant_category": "Category of applicants that the rule fits; null for all.",
    "stream_label": "Label of the stream that the rule fits; null for all.",
    "province": "Province or territory of the site that the rule fits; null for all.",
    "year": "Year of the match that the rule fits; null for all.",
    "iteration_number": "Iteration of the match that the rule fits, 1 or 2; null for both.",
    "requires": "What applicants must have besides, each a word such as CMQ_EQUIVALENCE.",
    "reason": "The rule in words.",
    "source": "Where the rule is published.",
    "created_at": "When this row was written.",
    "updated_at": "When this row last changed; a load that brings nothing new leaves it.",
}


def words(values: tuple[str, ...]) -> str:
    """Return words as an SQL list."""
    return ", ".join(f"'{value}'" for value in values)


def upgrade() -> None:
    """Make the table; loading fills it."""
    run = op.get_bind().exec_driver_sql
    run(
        "CREATE TABLE core.eligibility_rule ("
        " created_at timestamptz NOT NULL DEFAULT now(),"
        " updated_at timestamptz NOT NULL DEFAULT now(),"
        " ordinal integer NOT NULL,"
        " name text NOT NULL,"
        " is_admitted boolean NOT NULL,"
        " applicant_category text,"
        " stream_label text,"
        " province text,"
        " year smallint,"
        " iteration_number smallint,"
        " requires text[] NOT NULL,"
        " reason text NOT NULL,"
        " source text NOT NULL,"
        " CONSTRAINT pk_eligibility_rule PRIMARY KEY (ordinal),"
        " CONSTRAINT uq_eligibility_rule_name UNIQUE (name),"
        " CONSTRAINT ck_eligibility_rule_applicant_category_is_known"
        f" CHECK (applicant_category IN ({words(CATEGORIES)})),"
        " CONSTRAINT ck_eligibility_rule_province_is_known"
        f" CHECK (province IN ({words(PROVINCES)})),"
        " CONSTRAINT ck_eligibility_rule_iteration_is_first_or_second"
        " CHECK (iteration_number IN (1, 2)),"
        " CONSTRAINT ck_eligibility_rule_requires_of_admitted"
        " CHECK (is_admitted OR requires = '{}'))"
    )
    run(
        "COMMENT ON TABLE core.eligibility_rule IS"
        " 'A rule of who may apply to a stream; the first row that fits decides,"
        " in order of ordinal.'"
    )
    for name, comment in COMMENTS.items():
        run(f"COMMENT ON COLUMN core.eligibility_rule.{name} IS '{comment}'")
    run("GRANT SELECT ON core.eligibility_rule TO residency_reader")
    run("GRANT ALL ON core.eligibility_rule TO residency_owner")


def downgrade() -> None:
    """Drop the table; the reference table is still there to load from."""
    op.get_bind().exec_driver_sql("DROP TABLE core.eligibility_rule")
