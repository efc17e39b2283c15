"""Artifacts of a refresh: what it did, its checks, and why rows were kept back."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import httpx
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.exceptions import PrefectException

from warehouse.engine import owner_connection
from warehouse.queries.run_report import RunReport, run_report

logger = logging.getLogger(__name__)

SUMMARY_KEY = "refresh-summary"
CHECKS_KEY = "refresh-checks"
QUARANTINE_KEY = "refresh-quarantine"


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
