"""Schema ``core``: who may apply to what, as rows."""

from sqlalchemy import Boolean, Integer, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY

from warehouse.tables.base import Timestamped, table
from warehouse.tables.column import check, column, one_of, text
from warehouse.tables.dimensions import REFERENCE
from warehouse.vocabulary import ApplicantCategory, Province


class EligibilityRule(Timestamped, table=True):
    """A rule of who may apply to a stream; the first row that fits decides, in order of ordinal.

    An empty cell stands for all. The rows are those of the reference table and are replaced as a
    whole when it changes.
    """

    __tablename__ = "eligibility_rule"
    __table_args__ = table(
        "core",
        __doc__,
        one_of("applicant_category", ApplicantCategory),
        one_of("province", Province),
        check("iteration_is_first_or_second", "iteration_number IN (1, 2)"),
        check("requires_of_admitted", "is_admitted OR requires = '{}'"),
        grain="one rule",
    )

    ordinal: int = column(
        "Place of the rule in the table, from 0; the first that fits decides.",
        sa_type=Integer,
        primary_key=True,
        nullable=False,
        column_kwargs={"autoincrement": False},
    )
    name: str = text(
        "Name of the rule, which refusals quote.", nullable=False, unique=True, source=REFERENCE
    )
    is_admitted: bool = column(
        "Whether those whom the rule fits may apply.",
        sa_type=Boolean,
        nullable=False,
        source=REFERENCE,
    )
    applicant_category: str | None = text(
        "Category of applicants that the rule fits; null for all.", default=None, source=REFERENCE
    )
    stream_label: str | None = text(
        "Label of the stream that the rule fits; null for all.", default=None, source=REFERENCE
    )
    province: str | None = text(
        "Province or territory of the site that the rule fits; null for all.",
        default=None,
        source=REFERENCE,
    )
    year: int | None = column(
        "Year of the match that the rule fits; null for all.",
        sa_type=SmallInteger,
        unit="year",
        default=None,
        source=REFERENCE,
    )
    iteration_number: int | None = column(
        "Iteration of the match that the rule fits, 1 or 2; null for both.",
        sa_type=SmallInteger,
        default=None,
        source=REFERENCE,
    )
    requires: list[str] = column(
        "What applicants must have besides, each a word such as CMQ_EQUIVALENCE.",
        sa_type=ARRAY(Text),
        nullable=False,
        source=REFERENCE,
    )
    reason: str = text("The rule in words.", nullable=False, source=REFERENCE)
    source: str = text("Where the rule is published.", nullable=False, source=REFERENCE)
