"""Which places lie within a distance of another: great circles on a spherical Earth.

The haversine formula keeps its precision for small distances (R. W. Sinnott, "Virtues of the
Haversine", Sky & Telescope 68(2), 1984, p. 159). The radius is the Earth's mean radius R1 of
the IUGG (H. Moritz, "Geodetic Reference System 1980", Journal of Geodesy 74, 2000, pp. 128-133):
6371.0088 km. The Earth being no sphere, distances are off by some 0.5 % at most.
"""

from __future__ import annotations

import math
from typing import Any, Final

from graph.errors import BadUserInputError
from graph.planner.inputs import Input
from graph.planner.rows import Rows
from graph.planner.sources import Distance
from graph.planner.sql import Binder, Parameters

EARTH_RADIUS_KM: Final = 6371.0088
DEGREES: Final = {"latitude": 90, "longitude": 180}
"""How far from zero a coordinate lies at most."""
NEGLIGIBLE: Final = 1e-12
"""Degrees that are taken for none, less than a micrometre: PostgreSQL ends a statement whose
numbers become too small to be told from zero."""


def kilometres(latitude: str, longitude: str, to_latitude: str, to_longitude: str) -> str:
    """Return the great-circle distance of two places as SQL; all four are degrees."""
    half = f"sin(radians({to_latitude} - {latitude}) / 2)"
    across = f"sin(radians({to_longitude} - {longitude}) / 2)"
    cosines = f"cos(radians({latitude})) * cos(radians({to_latitude}))"
    haversine = f"({half} ^ 2 + {cosines} * {across} ^ 2)"
    # Rounding can lift the haversine of opposite places over 1. LEAST would do, but it takes an
    # unknown place for one at the other end of the Earth: it passes over nulls.
    rest = f"abs(1 - {haversine})"
    return f"2 * {EARTH_RADIUS_KM} * atan2(sqrt({haversine}), sqrt({rest}))"


def within(source: Distance, given: Input, rows: Rows, parameters: Parameters) -> str:
    """Return the condition that a row lies at most ``km`` from a place; not without coordinates."""
    members = given.fields()
    latitude, longitude, most = (
        parameters.add(checked(members[name], name), "float8", members[name].node)
        for name in ("latitude", "longitude", "km")
    )
    distance = kilometres(
        rows.column(source.latitude), rows.column(source.longitude), latitude, longitude
    )
    return f"({distance} <= {most})"


def checked(given: Input, name: str) -> Binder:
    """Return a binder that refuses what is no coordinate, or no distance."""
    binder = given.binder()

    def bind(request: Any) -> float:
        value: float = binder(request)
        if name == "km":
            if not (math.isfinite(value) and value > 0):
                raise BadUserInputError(
                    f"Argument 'within.km' is {value}; a distance is more than 0 and finite."
                    " Pass kilometres.",
                    node=given.node,
                )
        elif not abs(value) <= DEGREES[name]:
            most = DEGREES[name]
            raise BadUserInputError(
                f"Argument 'within.{name}' is {value}; a {name} lies between -{most} and {most}."
                " Pass decimal degrees (WGS 84).",
                node=given.node,
            )
        elif abs(value) < NEGLIGIBLE:
            return 0.0
        return float(value)

    return bind
