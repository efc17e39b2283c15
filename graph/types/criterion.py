"""Selection criteria: what programs look at."""

from __future__ import annotations

from graph.planner.declare import column, table_type, to_one
from graph.types.enums import SelectionComponent, SelectionPhase
from graph.types.evidence import Evidence
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.section import SUPPORT, TO_EVIDENCE


@table_type("core.selection_criterion", natural_key=["program_key", "ordinal"])
class SelectionCriterion:
    """What a program looks at."""

    phase: SelectionPhase = column()
    component: SelectionComponent = column()
    label: str = column()
    is_evaluated: bool | None = column()
    text: str | None = column(is_sortable=False)
    weight_percent: float | None = column()
    evidence: Evidence = to_one(*TO_EVIDENCE, description=SUPPORT, is_sortable=False)


SelectionCriterionFilter = filter_input(SelectionCriterion)
SelectionCriterionListFilter = list_filter(SelectionCriterion)
SelectionCriterionOrder = order_input(SelectionCriterion)
