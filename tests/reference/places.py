"""How far places lie apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

RADIUS = 6371.0088
"""Mean radius of the Earth in kilometres."""
GREATEST = {"latitude": 90.0, "longitude": 180.0}


def is_within(given: Mapping[str, float], latitude: Any, longitude: Any) -> bool:
    """Return whether a place lies at most ``km`` from another; not if nobody knows where it is."""
    if latitude is None or longitude is None:
        return False
    here, there = map(math.radians, (latitude, given["latitude"]))
    half = math.radians(given["longitude"] - longitude) / 2
    haversine = (
        math.sin((there - here) / 2) ** 2 + math.cos(here) * math.cos(there) * math.sin(half) ** 2
    )
    return 2 * RADIUS * math.asin(math.sqrt(min(1.0, haversine))) <= given["km"]


def is_wrong(given: Mapping[str, float]) -> bool:
    """Return whether there is no such place, or no such distance."""
    values: Iterator[bool] = (abs(given[name]) <= most for name, most in GREATEST.items())
    return not all(values) or not 0 < given["km"] < math.inf
