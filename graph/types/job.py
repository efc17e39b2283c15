"""Long work that was asked for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.planner.declare import column, declared, table_type, to_one
from graph.planner.sources import GlobalId
from graph.types.enums import JobKind, JobStatus
from graph.types.paging import Node

if TYPE_CHECKING:
    from graph.types.simulation import Simulation


@table_type("ops.job", natural_key=["job_id"])
class Job(Node):
    """Long work that was asked for."""

    id: strawberry.ID = declared(GlobalId(), "Global id.")
    kind: JobKind = column()
    status: JobStatus = column()
    progress: float = column()
    message: str | None = column()
    error: str | None = column()
    attempts: int = column()
    created_at: dt.datetime = column()
    started_at: dt.datetime | None = column()
    finished_at: dt.datetime | None = column()
    simulation: Annotated[Simulation, strawberry.lazy("graph.types.simulation")] | None = to_one(
        ("job_id", "job_id"),
        description="The simulation that it runs; null where it does something else.",
        is_sortable=False,
        is_optional=True,
    )
