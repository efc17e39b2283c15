"""Evidence: where a value was read."""

from __future__ import annotations

from graph.planner.declare import column, table_type
from graph.types.enums import EvidenceSection, ProgramField
from graph.types.generate import filter_input, list_filter, order_input


@table_type("core.program_evidence", natural_key=["program_key", "ordinal"])
class Evidence:
    """A span that supports a value."""

    field: ProgramField = column()
    record: str = column("record_name")
    section: EvidenceSection = column()
    start: int = column("span_start")
    end: int = column("span_end")
    quote: str | None = column(is_sortable=False, weight=12)
    parser_version: str = column()


EvidenceFilter = filter_input(Evidence)
EvidenceListFilter = list_filter(Evidence)
EvidenceOrder = order_input(Evidence)
