"""Rules of eligibility: who may apply to what."""

from __future__ import annotations

import strawberry

from graph.planner.declare import column, table_type
from graph.types.enums import ApplicantCategory, Province
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.paging import Connection


@table_type(
    "core.eligibility_rule",
    natural_key=["ordinal"],
    description="A rule of who may apply to a stream, with its source. What is null stands for all;"
    " the first rule that fits a program and an applicant decides, in order of `ordinal`, and what"
    " none fits is refused.",
)
class EligibilityRule:
    """A rule of who may apply to a stream."""

    ordinal: int = column()
    name: str = column()
    is_admitted: bool = column()
    applicant_category: ApplicantCategory | None = column()
    stream_label: str | None = column()
    province: Province | None = column()
    year: int | None = column()
    iteration_number: int | None = column()
    requires: list[str] = column(is_filterable=False, is_sortable=False)
    reason: str = column(weight=2)
    source: str = column(weight=2)


EligibilityRuleFilter = filter_input(EligibilityRule)
EligibilityRuleListFilter = list_filter(EligibilityRule)
EligibilityRuleOrder = order_input(EligibilityRule)


@strawberry.type(description="A page of rules of eligibility.")
class EligibilityRuleConnection(Connection[EligibilityRule]):
    """A page of rules of eligibility."""
