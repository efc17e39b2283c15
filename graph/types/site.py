"""Sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.planner.declare import column, declared, table_type
from graph.planner.sources import GlobalId, Through
from graph.types.enums import Province
from graph.types.generate import filter_input, order_input
from graph.types.paging import Connection, Node, connection

if TYPE_CHECKING:
    from graph.types.program import ProgramConnection


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
    programs: Annotated[ProgramConnection, strawberry.lazy("graph.types.program")] = connection(
        "Program",
        "graph.types.program",
        "Programs at the site.",
        through=Through("site_key", "site_key"),
        is_timed=True,
    )


SiteFilter = filter_input(Site)
SiteOrder = order_input(Site)


@strawberry.type(description="A page of sites.")
class SiteConnection(Connection[Site]):
    """A page of sites."""
