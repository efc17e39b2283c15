"""Sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.planner.declare import column, declared, table_type, to_one
from graph.planner.sources import GlobalId, Through, Via
from graph.types.enums import Province
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.location import Location
from graph.types.paging import Connection, Node, connection

if TYPE_CHECKING:
    from graph.types.discipline import DisciplineConnection
    from graph.types.program import ProgramConnection
    from graph.types.university import UniversityConnection


@table_type("core.dim_site", natural_key=["label", "city", "province"])
class Site(Node):
    """A site."""

    id: strawberry.ID = declared(GlobalId(), "Global id, the same in every data version.")
    label: str = column()
    city: str = column()
    province: Province = column()
    latitude: float | None = column()
    longitude: float | None = column()
    is_place: bool = column()
    note: str | None = column(weight=2)
    location: Location = to_one(
        ("location_key", "location_key"), description="The town or city.", is_sortable=False
    )
    programs: Annotated[ProgramConnection, strawberry.lazy("graph.types.program")] = connection(
        "Program",
        "graph.types.program",
        "Programs at the site.",
        through=Through("site_key"),
    )
    universities: Annotated[UniversityConnection, strawberry.lazy("graph.types.university")] = (
        connection(
            "University",
            "graph.types.university",
            "Universities with a program at the site.",
            through=Via("Program", near="site_key", far="university_key"),
        )
    )
    disciplines: Annotated[DisciplineConnection, strawberry.lazy("graph.types.discipline")] = (
        connection(
            "Discipline",
            "graph.types.discipline",
            "Disciplines with a program at the site.",
            through=Via("Program", near="site_key", far="discipline_key"),
        )
    )


SiteFilter = filter_input(Site)
SiteListFilter = list_filter(Site)
SiteOrder = order_input(Site)


@strawberry.type(description="A page of sites.")
class SiteConnection(Connection[Site]):
    """A page of sites."""
