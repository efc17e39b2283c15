"""Estimates in tables: means over replicates with their intervals, and changes of them."""

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

CHANGE: Final[Mapping[str, str]] = {
    **BOUNDS,
    "variance_ratio": "how many times as many replicates it would take to know it as well without"
    " common random numbers; null for one replicate, and where it is the same in all",
}
"""The columns of a change, likewise."""

SEATS: Final[Mapping[str, tuple[str, str]]] = {
    "filled": ("Seats that are filled", "positions"),
    "unfilled": ("Seats that stay empty", "positions"),
    "fill_rate": ("Share of the seats that are filled", "fraction of 1"),
}
"""What is estimated of seats: name to words and unit."""

APPLICANTS: Final[Mapping[str, tuple[str, str]]] = {
    "matched": ("Applicants with a match", "applicants"),
    "unmatched": ("Applicants without a match", "applicants"),
    "match_rate": ("Share of the applicants with a match", "fraction of 1"),
    "first_choice_rate": ("Share of the applicants with their first choice", "fraction of 1"),
    "top_three_rate": ("Share of the applicants with one of their first three", "fraction of 1"),
    "mean_rank": ("Rank that matched applicants obtain, 1 for the first choice", "rank"),
}
"""What is estimated of applicants."""

ITERATION_APPLICANTS: Final[Mapping[str, tuple[str, str]]] = {
    "applicants": ("Applicants who take part in the iteration", "applicants"),
    "matched": ("Applicants whom the iteration matches", "applicants"),
    "unmatched": ("Applicants without a match after the iteration", "applicants"),
}
"""What is estimated of applicants in each of two iterations."""

ITERATION_SEATS: Final[Mapping[str, tuple[str, str]]] = {
    "seats": ("Seats that the iteration offers", "positions"),
    "filled": ("Seats that the iteration fills", "positions"),
    "unfilled": ("Seats that are empty after the iteration", "positions"),
}
"""What is estimated of seats in each of two iterations."""

CARRIED: Final[Mapping[str, tuple[str, str]]] = {
    "seats": ("Seats that come into the second iteration", "positions"),
    "filled": ("Seats that the second iteration fills", "positions"),
}
"""What is estimated of seats of a program in the second iteration."""


Measures = Mapping[str, tuple[str, str]]


def estimates(measures: Measures, *, alone: Measures | None = None) -> type[SQLModel]:
    """Return a class with the columns of estimates, for tables to inherit.

    Each measure has ``_mean``, ``_low`` and ``_high`` and, unless it stands in ``alone``, the same
    and ``_variance_ratio`` after ``_change``: how much more than in the first scenario, replicate
    by replicate.
    """
    space: dict[str, Any] = {"__module__": __name__, "__annotations__": {}}

    def add(stem: str, words: str, unit: str, ends: Mapping[str, str] = BOUNDS) -> None:
        for end, meaning in ends.items():
            space["__annotations__"][f"{stem}_{end}"] = float | None
            space[f"{stem}_{end}"] = column(
                f"{words}: {meaning}.",
                sa_type=Float,
                unit="times" if end == "variance_ratio" else unit,
                default=None,
            )

    for name, (words, unit) in measures.items():
        add(name, words, unit)
        add(f"{name}_change", f"{words}, more than in the first scenario", unit, CHANGE)
    for name, (words, unit) in (alone or {}).items():
        add(name, words, unit)
    make: Any = type(SQLModel)
    made: type[SQLModel] = make("Estimates", (SQLModel,), space)
    return made
