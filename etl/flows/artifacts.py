"""Artifacts of refreshes: what they did, checks, and why rows or passages were left out."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import httpx
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.exceptions import PrefectException

from warehouse.engine import owner_connection
from warehouse.queries.run_report import RunReport, run_report
from warehouse.queries.search_refreshes import last_refreshes

logger = logging.getLogger(__name__)

SUMMARY_KEY = "refresh-summary"
CHECKS_KEY = "refresh-checks"
QUARANTINE_KEY = "refresh-quarantine"
SEARCH_KEY = "search-refresh"
SKIPS_KEY = "search-skips"


async def write_artifacts(run: int, step_seconds: Mapping[str, float]) -> None:
    """Write the artifacts of a run; what cannot be written is logged and fails nothing.

    The load has ended by then, and its rows in ``ops`` say all that the artifacts say.
    """
    async with owner_connection() as connection:
        report = await run_report(connection, run)
    try:
        await acreate_markdown_artifact(
            key=SUMMARY_KEY,
            markdown=summary(report, step_seconds),
            description="What the refresh did",
        )
        if report.checks:
            await acreate_table_artifact(
                key=CHECKS_KEY,
                table=[
                    {
                        "check": check.name,
                        "subject": check.subject,
                        "status": check.status.value,
                        "observed": check.observed,
                        "expected": check.expected,
                    }
                    for check in report.checks
                ],
                description="Quality checks",
            )
        if report.quarantine_reasons:
            await acreate_table_artifact(
                key=QUARANTINE_KEY,
                table=[
                    {"reason": code, "times": times}
                    for code, times in report.quarantine_reasons.items()
                ],
                description="Why programs were kept back",
            )
    except (PrefectException, httpx.HTTPError, OSError) as error:
        logger.warning("the artifacts of run %s were not written: %s", run, error)


def summary(report: RunReport, step_seconds: Mapping[str, float]) -> str:
    """Return the summary of a run as Markdown."""
    rows = {
        "source": report.source,
        "status": report.status.value,
        "data version": report.version,
        "programs in the files": report.rows_in,
        "programs published": report.rows_published,
        "programs quarantined": report.rows_quarantined,
        "last step": report.step,
        "seconds": f"{report.seconds:.1f}",
    }
    lines = [f"# Refresh {report.run}", "", "| what | value |", "|---|---|"]
    lines += [f"| {name} | {'–' if value is None else value} |" for name, value in rows.items()]
    lines += ["", "| step | seconds |", "|---|---|"]
    lines += [f"| {step} | {seconds:.1f} |" for step, seconds in step_seconds.items()]
    if report.error:
        lines += ["", f"> {report.error}"]
    return "\n".join(lines)


async def write_search_artifacts() -> None:
    """Write the artifacts of the newest refresh of the search index, as :func:`write_artifacts`."""
    async with owner_connection() as connection:
        newest = await last_refreshes(connection, limit=1)
    if not newest:
        return
    try:
        await acreate_markdown_artifact(
            key=SEARCH_KEY,
            markdown=search_summary(newest[0]),
            description="What the refresh of the search index did",
        )
        if skips := json.loads(newest[0]["skips"]):
            await acreate_table_artifact(
                key=SKIPS_KEY,
                table=[{"reason": reason, "passages": count} for reason, count in skips.items()],
                description="Why passages have no vector",
            )
    except (PrefectException, httpx.HTTPError, OSError) as error:
        logger.warning("the artifacts of the search index were not written: %s", error)


def search_summary(refresh: Mapping[str, Any]) -> str:
    """Return what a refresh of the search index did as Markdown."""
    rows = {
        "status": refresh["status"],
        "index version": refresh["version"],
        "data version": refresh["data_version"],
        "program versions cut": refresh["programs_cut"],
        "passages added": refresh["passages_added"],
        "passages removed": refresh["passages_removed"],
        "passages embedded": refresh["embedded"],
        "vectors kept": refresh["kept"],
        "passages without a vector": refresh["skipped"],
        "seconds": None if refresh["seconds"] is None else f"{refresh['seconds']:.1f}",
    }
    lines = [f"# Search refresh {refresh['refresh']}", "", "| what | value |", "|---|---|"]
    lines += [f"| {name} | {'–' if value is None else value} |" for name, value in rows.items()]
    for told in (refresh["proposal"], refresh["error"]):
        lines += ["", f"> {told}"] if told else []
    return "\n".join(lines)
