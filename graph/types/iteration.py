"""Match iterations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.planner.declare import column, declared, table_type
from graph.planner.sources import GlobalId, Through
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.paging import Node, connection

if TYPE_CHECKING:
    from graph.types.program import ProgramConnection


@table_type("core.dim_match_iteration", natural_key=["match_iteration_id"])
class MatchIteration(Node):
    """A match iteration."""

    id: strawberry.ID = declared(GlobalId(), "Global id, the same in every data version.")
    number: int = column("match_iteration_id")
    name: str = column()
    year: int | None = column()
    programs: Annotated[ProgramConnection, strawberry.lazy("graph.types.program")] = connection(
        "Program",
        "graph.types.program",
        "Programs of the match iteration.",
        through=Through("match_iteration_key"),
        iteration="match_iteration_id",
    )


MatchIterationFilter = filter_input(MatchIteration)
MatchIterationListFilter = list_filter(MatchIteration)
MatchIterationOrder = order_input(MatchIteration)
