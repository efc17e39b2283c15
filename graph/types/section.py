"""Sections of program descriptions."""

from __future__ import annotations

from graph.planner.declare import column, table_type, to_one
from graph.types.enums import SectionKind
from graph.types.evidence import Evidence
from graph.types.generate import filter_input, list_filter, order_input

TO_EVIDENCE = (("program_key", "program_key"), ("evidence_ordinal", "ordinal"))
"""How a child of a program points to the span that supports it."""
SUPPORT = "Where it was read."


@table_type("core.program_section", natural_key=["program_key", "ordinal"])
class ProgramSection:
    """A section of a program description."""

    kind: SectionKind = column()
    heading: str = column()
    text: str = column(is_sortable=False, weight=160)
    evidence: Evidence = to_one(*TO_EVIDENCE, description=SUPPORT, is_sortable=False)


ProgramSectionFilter = filter_input(ProgramSection)
ProgramSectionListFilter = list_filter(ProgramSection)
ProgramSectionOrder = order_input(ProgramSection)
