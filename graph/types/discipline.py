"""Disciplines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.planner.declare import column, declared, table_type
from graph.planner.sources import GlobalId, Through, Via
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.paging import Connection, Node, connection

if TYPE_CHECKING:
    from graph.types.program import ProgramConnection
    from graph.types.university import UniversityConnection


@table_type("core.dim_discipline", natural_key=["discipline_id"])
class Discipline(Node):
    """A discipline."""

    id: strawberry.ID = declared(GlobalId(), "Global id, the same in every data version.")
    discipline_id: int = column()
    name: str = column()
    name_fr: str | None = column()
    programs: Annotated[ProgramConnection, strawberry.lazy("graph.types.program")] = connection(
        "Program",
        "graph.types.program",
        "Programs of the discipline.",
        through=Through("discipline_key"),
    )
    universities: Annotated[UniversityConnection, strawberry.lazy("graph.types.university")] = (
        connection(
            "University",
            "graph.types.university",
            "Universities with a program in the discipline.",
            through=Via("Program", near="discipline_key", far="university_key"),
        )
    )


DisciplineFilter = filter_input(Discipline)
DisciplineListFilter = list_filter(Discipline)
DisciplineOrder = order_input(Discipline)


@strawberry.type(description="A page of disciplines.")
class DisciplineConnection(Connection[Discipline]):
    """A page of disciplines."""
