"""Between surrogate keys of programs, which never leave the warehouse, and their natural keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

Fetch = Callable[..., Awaitable[list[Any]]]
"""Runs a statement with its values and returns rows: ``Reader.fetch_rows`` is one."""

NEWEST: Final = (
    "SELECT program_key FROM core.dim_program WHERE is_current AND match_iteration_id ="
    " (SELECT match_iteration_id FROM ops.data_version ORDER BY number DESC LIMIT 1)"
)
"""Select of all programs of the newest match iteration."""
CHOSEN: Final = (
    "SELECT program_key FROM core.dim_program WHERE is_current"
    " AND (match_iteration_id, program_stream_id) IN"
    " (SELECT * FROM unnest($1::int[], $2::int[]))"
)
"""Select of programs by lists of their iterations and stream ids."""


@dataclass(frozen=True, slots=True)
class ProgramName:
    """What tells a program apart, and its name."""

    iteration: int
    stream_id: int
    name: str


async def program_names(fetch: Fetch, keys: Sequence[int]) -> dict[int, ProgramName]:
    """Return natural keys and names by surrogate key."""
    rows = await fetch(
        "SELECT program_key, match_iteration_id, program_stream_id, name FROM core.dim_program"
        " WHERE program_key = ANY($1::int8[])",
        list(keys),
    )
    return {
        row["program_key"]: ProgramName(
            row["match_iteration_id"], row["program_stream_id"], row["name"]
        )
        for row in rows
    }
