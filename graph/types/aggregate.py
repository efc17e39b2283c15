"""Aggregates over programs."""

from __future__ import annotations

import strawberry

from graph.planner.declare import declared
from graph.planner.sources import AggregateFunction, AggregateOf, RowCount

FACTS = "core.fact_program"
SUM = "Sum of the stated values; null where none is stated."
AVG = "Mean of the stated values; null where none is stated."
MIN = "Least stated value; null where none is stated."
MAX = "Greatest stated value; null where none is stated."


@strawberry.type(description="Aggregates of whole numbers; rows without a value are left out.")
class IntAggregate:
    """Aggregates of whole numbers."""

    sum: int | None = declared(AggregateFunction("sum"), SUM)
    avg: float | None = declared(AggregateFunction("avg"), AVG)
    min: int | None = declared(AggregateFunction("min"), MIN)
    max: int | None = declared(AggregateFunction("max"), MAX)


@strawberry.type(description="Aggregates of numbers; rows without a value are left out.")
class FloatAggregate:
    """Aggregates of numbers."""

    sum: float | None = declared(AggregateFunction("sum"), SUM)
    avg: float | None = declared(AggregateFunction("avg"), AVG)
    min: float | None = declared(AggregateFunction("min"), MIN)
    max: float | None = declared(AggregateFunction("max"), MAX)


@strawberry.type(description="Totals over a set of programs.")
class ProgramAggregate:
    """Totals over a set of programs."""

    count: int = declared(RowCount(), "Number of programs.")
    quota: IntAggregate = declared(
        AggregateOf("quota", FACTS), "Positions, over the programs that state a quota."
    )
    length_years: FloatAggregate = declared(
        AggregateOf("length_years", FACTS), "Length in years, over the programs that state one."
    )
