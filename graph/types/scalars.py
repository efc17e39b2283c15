"""Dates and times as clients write them.

Answers need no writer here: the planner's statements write values (see graph/planner/encode.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import strawberry
from strawberry.types.scalar import ScalarDefinition


def read_date(value: Any) -> dt.date:
    """Return the date that a client wrote.

    Raises:
        ValueError: it is none; the message says how to write one.
    """
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError('Write a day of the calendar as "2025-02-04".')


def read_time(value: Any) -> dt.datetime:
    """Return the time that a client wrote, without a zone where none is written.

    Raises:
        ValueError: it is none; the message says how to write one.
    """
    if isinstance(value, str):
        try:
            return dt.datetime.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError('Write a time as "2025-02-04T09:30:00Z".')


SCALARS: Final[Mapping[object, ScalarDefinition]] = {
    dt.date: strawberry.scalar(
        name="Date",
        description="A day of the calendar without time zone (ISO 8601): `2025-02-04`.",
        serialize=dt.date.isoformat,
        parse_value=read_date,
    ),
    dt.datetime: strawberry.scalar(
        name="DateTime",
        description="A point in time (ISO 8601), written in UTC: `2025-02-04T09:30:00.000000Z`.",
        serialize=dt.datetime.isoformat,
        parse_value=read_time,
    ),
}
"""The graph's own scalars, by Python's type."""
