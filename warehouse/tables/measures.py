"""Estimates in tables: a mean over replicates with its interval, and its change between scenarios."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Float
from sqlmodel import SQLModel

from warehouse.tables.column import column

BOUNDS: Final[Mapping[str, str]] = {
    "mean": "mean over the replicates",
    "low": "lower end of the 95 % confidence interval of the mean; null for one replicate",
    "high": "upper end of the 95 % confidence interval of the mean; null for one replicate",
}
"""The columns of an estimate, by the ends of their names."""

SEATS: Final[Mapping[str, tuple[str, str]]] = {
    "filled": ("Seats that are filled", "positions"),
    "fill_rate": ("Share of the seats that are filled", "fraction of 1"),
}
"""What is estimated of seats: name to words and unit."""

APPLICANTS: Final[Mapping[str, tuple[str, str]]] = {
    "matched": ("Applicants with a match", "applicants"),
    "match_rate": ("Share of the applicants with a match", "fraction of 1"),
    "first_choice_rate": ("Share of the applicants with their first choice", "fraction of 1"),
    "top_three_rate": ("Share of the applicants with one of their first three", "fraction of 1"),
    "mean_rank": ("Rank that matched applicants obtain, 1 for the first choice", "rank"),
}
"""What is estimated of applicants."""


def estimates(measures: Mapping[str, tuple[str, str]], *, changes: bool = True) -> type[SQLModel]:
    """Return a class with the columns of estimates, for tables to inherit.

    Each measure has ``_mean``, ``_low`` and ``_high`` and, with ``changes``, the same after
    ``_change``: how much more than in the first scenario, replicate by replicate.
    """
    space: dict[str, Any] = {"__module__": __name__, "__annotations__": {}}
    for name, (words, unit) in measures.items():
        of_name = {name: words}
        if changes:
            of_name[f"{name}_change"] = f"{words}, more than in the first scenario"
        for stem, said in of_name.items():
            for end, meaning in BOUNDS.items():
                space["__annotations__"][f"{stem}_{end}"] = float | None
                space[f"{stem}_{end}"] = column(
                    f"{said}: {meaning}.", sa_type=Float, unit=unit, default=None
                )
    made: type[SQLModel] = type(SQLModel)("Estimates", (SQLModel,), space)
    return made


def columns_of(*measures: str) -> tuple[str, ...]:
    """Return the names of the columns of measures, as :func:`estimates` makes them."""
    return tuple(f"{name}_{end}" for name in measures for end in BOUNDS)
