"""Rules of eligibility: what a load writes, and what simulations read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import asyncpg


class EligibilityRow(NamedTuple):
    """A row of ``core.eligibility_rule`` without its times; see the table."""

    ordinal: int
    name: str
    is_admitted: bool
    applicant_category: str | None
    stream_label: str | None
    province: str | None
    year: int | None
    iteration_number: int | None
    requires: tuple[str, ...]
    reason: str
    source: str


_COLUMNS: Final = ", ".join(EligibilityRow._fields)


async def eligibility_rules(connection: asyncpg.Connection) -> list[EligibilityRow]:
    """Return the rules in order."""
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM core.eligibility_rule ORDER BY ordinal")
    return [EligibilityRow(*row)._replace(requires=tuple(row["requires"])) for row in rows]


async def replace_eligibility_rules(
    connection: asyncpg.Connection, rules: Sequence[EligibilityRow]
) -> bool:
    """Put these rules in the place of all others; returns whether anything was different.

    Where nothing is, nothing is written.
    """
    if await eligibility_rules(connection) == list(rules):
        return False
    await connection.execute("DELETE FROM core.eligibility_rule")
    await connection.copy_records_to_table(
        "eligibility_rule",
        schema_name="core",
        columns=EligibilityRow._fields,
        records=rules,
    )
    return True
