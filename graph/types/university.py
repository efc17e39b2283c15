"""Universities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.planner.declare import column, declared, table_type, to_one
from graph.planner.sources import GlobalId, Through, Via
from graph.types.enums import Language, Province
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.location import Location
from graph.types.paging import Connection, Node, connection

if TYPE_CHECKING:
    from graph.types.discipline import DisciplineConnection
    from graph.types.program import ProgramConnection
    from graph.types.site import SiteConnection


@table_type("core.dim_university", natural_key=["school_code"])
class University(Node):
    """A university."""

    id: strawberry.ID = declared(GlobalId(), "Global id, the same in every data version.")
    code: int = column("school_code")
    name: str = column()
    city: str = column()
    province: Province = column()
    latitude: float | None = column()
    longitude: float | None = column()
    languages: list[Language] = column(is_sortable=False)
    location: Location = to_one(
        ("location_key", "location_key"),
        description="The town or city of the main campus.",
        is_sortable=False,
    )
    programs: Annotated[ProgramConnection, strawberry.lazy("graph.types.program")] = connection(
        "Program",
        "graph.types.program",
        "Programs of the university.",
        through=Through("university_key"),
    )
    disciplines: Annotated[DisciplineConnection, strawberry.lazy("graph.types.discipline")] = (
        connection(
            "Discipline",
            "graph.types.discipline",
            "Disciplines in which the university has a program.",
            through=Via("Program", near="university_key", far="discipline_key"),
        )
    )
    sites: Annotated[SiteConnection, strawberry.lazy("graph.types.site")] = connection(
        "Site",
        "graph.types.site",
        "Sites at which the university has a program.",
        through=Via("Program", near="university_key", far="site_key"),
    )


UniversityFilter = filter_input(University)
UniversityListFilter = list_filter(University)
UniversityOrder = order_input(University)


@strawberry.type(description="A page of universities.")
class UniversityConnection(Connection[University]):
    """A page of universities."""
