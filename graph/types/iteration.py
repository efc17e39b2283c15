"""Match iterations."""

from __future__ import annotations

import strawberry

from graph.planner.declare import column, declared, table_type
from graph.planner.sources import GlobalId
from graph.types.generate import filter_input, order_input
from graph.types.paging import Node


@table_type("core.dim_match_iteration", natural_key=["match_iteration_id"])
class MatchIteration(Node):
    """A match iteration."""

    id: strawberry.ID = declared(GlobalId(), "Global id, the same in every data version.")
    number: int = column("match_iteration_id")
    name: str = column()
    year: int | None = column()


MatchIterationFilter = filter_input(MatchIteration)
MatchIterationOrder = order_input(MatchIteration)
