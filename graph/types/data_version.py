"""The published state of the warehouse."""

from __future__ import annotations

import datetime as dt

from graph.planner.declare import column, table_type


@table_type("ops.data_version", natural_key=["number"])
class DataVersion:
    """A published state of the warehouse."""

    number: int = column()
    published_at: dt.datetime = column()
    is_sample: bool = column()
    program_count: int = column()
    programs_added: int = column()
    programs_changed: int = column()
    programs_removed: int = column()
