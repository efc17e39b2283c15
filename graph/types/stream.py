"""Streams."""

from __future__ import annotations

import strawberry

from graph.planner.declare import column, declared, table_type
from graph.planner.sources import GlobalId
from graph.types.enums import ApplicantCategory
from graph.types.generate import filter_input, order_input
from graph.types.paging import Node


@table_type("core.dim_stream", natural_key=["label"])
class Stream(Node):
    """A stream."""

    id: strawberry.ID = declared(GlobalId(), "Global id, the same in every data version.")
    label: str = column()
    applicant_category: ApplicantCategory = column()
    is_return_of_service: bool = column()
    is_military: bool = column()


StreamFilter = filter_input(Stream)
StreamOrder = order_input(Stream)
