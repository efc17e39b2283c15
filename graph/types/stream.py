"""Streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.planner.declare import column, declared, table_type
from graph.planner.sources import GlobalId, Through
from graph.types.enums import ApplicantCategory
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.paging import Node, connection

if TYPE_CHECKING:
    from graph.types.program import ProgramConnection


@table_type("core.dim_stream", natural_key=["label"])
class Stream(Node):
    """A stream."""

    id: strawberry.ID = declared(GlobalId(), "Global id, the same in every data version.")
    label: str = column()
    applicant_category: ApplicantCategory = column()
    is_return_of_service: bool = column()
    is_military: bool = column()
    programs: Annotated[ProgramConnection, strawberry.lazy("graph.types.program")] = connection(
        "Program",
        "graph.types.program",
        "Programs of the stream.",
        through=Through("stream_key"),
    )


StreamFilter = filter_input(Stream)
StreamListFilter = list_filter(Stream)
StreamOrder = order_input(Stream)
