"""Selection criteria: what programs look at."""

from __future__ import annotations

import strawberry

from graph.planner.declare import column, table_type, to_one
from graph.types.belonging import OF_PROGRAM, ItsProgram, its_program
from graph.types.enums import SelectionComponent, SelectionPhase
from graph.types.evidence import Evidence
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.paging import Connection
from graph.types.section import SUPPORT, TO_EVIDENCE


@table_type("core.selection_criterion", natural_key=["ordinal"], part_of=OF_PROGRAM)
class SelectionCriterion:
    """What a program looks at."""

    phase: SelectionPhase = column()
    component: SelectionComponent = column()
    label: str = column()
    is_evaluated: bool | None = column()
    text: str | None = column(is_sortable=False, weight=5)
    weight_percent: float | None = column()
    evidence: Evidence = to_one(*TO_EVIDENCE, description=SUPPORT, is_sortable=False)
    program: ItsProgram = its_program()


SelectionCriterionFilter = filter_input(SelectionCriterion)
SelectionCriterionListFilter = list_filter(SelectionCriterion)
SelectionCriterionOrder = order_input(SelectionCriterion)


@strawberry.type(description="A page of selection criteria.")
class SelectionCriterionConnection(Connection[SelectionCriterion]):
    """A page of selection criteria."""
