"""Comparisons that filters are made of; those that are given must all hold.

A comparison with null is as if it were not given; ``isNull`` asks for rows without a value.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import strawberry

EQ = "Equals the value."
NE = "Differs from the value; rows without a value do not count as different."
IN = "Is one of the values (1000 at most)."
NOT_IN = "Is none of the values; rows without a value do not count."
LT = "Is less than the value."
LTE = "Is at most the value."
GT = "Is greater than the value."
GTE = "Is at least the value."
IS_NULL = "Whether the source states no value."
CONTAINS = "Holds the text anywhere, whatever the case and the accents."
STARTS_WITH = "Begins with the text, whatever the case and the accents."


def comparison(description: str, name: str | None = None) -> Any:
    """Return an operator of a comparison; ``name`` where Python keeps the word for itself."""
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


WITHIN = "Lies at most so far from a place, along a great circle; not without coordinates."


@strawberry.input(description="A circle on the Earth: a place and a distance from it.")
class WithinDistance:
    """A circle on the Earth."""

    latitude: float = strawberry.field(description="Degrees north, from -90 to 90 (WGS 84).")
    longitude: float = strawberry.field(description="Degrees east, from -180 to 180 (WGS 84).")
    km: float = strawberry.field(description="Greatest distance in kilometres, more than 0.")


@strawberry.input(description="Comparisons of a whole number.")
class IntFilter:
    """Comparisons of a whole number."""

    eq: int | None = comparison(EQ)
    ne: int | None = comparison(NE)
    in_: list[int] | None = comparison(IN, "in")
    not_in: list[int] | None = comparison(NOT_IN)
    lt: int | None = comparison(LT)
    lte: int | None = comparison(LTE)
    gt: int | None = comparison(GT)
    gte: int | None = comparison(GTE)
    is_null: bool | None = comparison(IS_NULL)


@strawberry.input(description="Comparisons of a number.")
class FloatFilter:
    """Comparisons of a number."""

    eq: float | None = comparison(EQ)
    ne: float | None = comparison(NE)
    in_: list[float] | None = comparison(IN, "in")
    not_in: list[float] | None = comparison(NOT_IN)
    lt: float | None = comparison(LT)
    lte: float | None = comparison(LTE)
    gt: float | None = comparison(GT)
    gte: float | None = comparison(GTE)
    is_null: bool | None = comparison(IS_NULL)


@strawberry.input(description="Comparisons of a text.")
class StringFilter:
    """Comparisons of a text."""

    eq: str | None = comparison(f"{EQ} Case and accents count.")
    ne: str | None = comparison(NE)
    in_: list[str] | None = comparison(IN, "in")
    not_in: list[str] | None = comparison(NOT_IN)
    contains: str | None = comparison(CONTAINS)
    starts_with: str | None = comparison(STARTS_WITH)
    is_null: bool | None = comparison(IS_NULL)


@strawberry.input(description="Comparisons of a date.")
class DateFilter:
    """Comparisons of a date."""

    eq: dt.date | None = comparison(EQ)
    ne: dt.date | None = comparison(NE)
    in_: list[dt.date] | None = comparison(IN, "in")
    not_in: list[dt.date] | None = comparison(NOT_IN)
    lt: dt.date | None = comparison("Is before the date.")
    lte: dt.date | None = comparison("Is the date or before it.")
    gt: dt.date | None = comparison("Is after the date.")
    gte: dt.date | None = comparison("Is the date or after it.")
    is_null: bool | None = comparison(IS_NULL)


@strawberry.input(description="Comparisons of a point in time.")
class DateTimeFilter:
    """Comparisons of a point in time."""

    eq: dt.datetime | None = comparison(EQ)
    ne: dt.datetime | None = comparison(NE)
    in_: list[dt.datetime] | None = comparison(IN, "in")
    not_in: list[dt.datetime] | None = comparison(NOT_IN)
    lt: dt.datetime | None = comparison("Is before the time.")
    lte: dt.datetime | None = comparison("Is the time or before it.")
    gt: dt.datetime | None = comparison("Is after the time.")
    gte: dt.datetime | None = comparison("Is the time or after it.")
    is_null: bool | None = comparison(IS_NULL)


@strawberry.input(description="Comparisons of a yes or no.")
class BooleanFilter:
    """Comparisons of a yes or no."""

    eq: bool | None = comparison(EQ)
    ne: bool | None = comparison(NE)
    is_null: bool | None = comparison(IS_NULL)


@strawberry.input(description="Comparisons of a global id.", name="IDFilter")
class IdFilter:
    """Comparisons of a global id."""

    eq: strawberry.ID | None = comparison(EQ)
    ne: strawberry.ID | None = comparison("Is another one.")
    in_: list[strawberry.ID] | None = comparison("Is one of these (100 at most).", "in")
    not_in: list[strawberry.ID] | None = comparison("Is none of these (100 at most).")
