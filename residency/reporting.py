"""`residency status`: runs, checks, quarantine, and the quality of the parsers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from residency.console import say
from warehouse.engine import owner_connection
from warehouse.migrate import require_current
from warehouse.queries.runs import published_version
from warehouse.queries.status import last_runs, run_checks, run_quarantine

output = Console(highlight=False)
"""Standard output, whichever it is when something is printed."""


async def print_status(*, quarantine: bool, checks: bool, as_json: bool) -> None:
    """Print the published version and the last runs, or one run's checks or quarantine.

    Raises:
        WarehouseError: the database cannot be reached, or was never migrated.
    """
    await require_current()
    async with owner_connection() as connection:
        version = await published_version(connection)
        rows = await last_runs(connection)
        if rows and checks:
            rows = await run_checks(connection, rows[0]["run"])
        elif rows and quarantine:
            rows = await run_quarantine(connection, rows[0]["run"])
    if as_json:
        print_json({"version": version and vars(version), "rows": rows})
        return
    if version is None:
        say("No data version is published.")
    else:
        kind = "generated sample data" if version.is_sample else "real data"
        say(
            f"Data version {version.number} of {version.published_at:%Y-%m-%d %H:%M:%S} UTC:"
            f" {version.program_count} programs, {kind}."
        )
    print_table(rows, nothing="Nothing to list.")


def print_parsing_quality(*, as_json: bool) -> None:
    """Print precision and recall of every field, on the sample and, if there, on the labels."""
    from etl.sources.carms.parsing_quality import measure_everything

    reports = measure_everything()
    if as_json:
        print_json({report.name: report.as_dict() for report in reports})
        return
    for report in reports:
        say(f"[bold]{report.name}[/]: {report.documents} documents")
        print_table(report.rows(), nothing="No document.")


def print_table(rows: Sequence[dict[str, Any]], *, nothing: str) -> None:
    """Print rows with the same keys as a table on standard output."""
    if not rows:
        say(nothing)
        return
    table = Table(show_edge=False, pad_edge=False)
    for column in rows[0]:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    output.print(table)


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output; dates in ISO 8601."""
    output.print_json(json.dumps(value, default=str, ensure_ascii=False))


def _cell(value: Any) -> str:
    """Return what a table shows of a value."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}"
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return escape(str(value))
