"""Towns and cities."""

from __future__ import annotations

from graph.planner.declare import column, table_type
from graph.types.enums import Province


@table_type("core.dim_location", natural_key=["city", "province"])
class Location:
    """A town or city."""

    city: str = column()
    province: Province = column()
    latitude: float | None = column()
    longitude: float | None = column()
