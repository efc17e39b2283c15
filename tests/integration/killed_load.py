"""A load in a process of its own that stops at one step, says so, and waits to be killed.

Usage: python killed_load.py STEP REQUEST READY. At the step the file READY appears; the process
goes on when it has been removed again.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from etl import refresh
from etl.refresh import RefreshRequest
from etl.sources.carms.extract import RawRecord, read_records
from etl.sources.carms.files import FileRole, SourceFile
from warehouse.queries import publishing, runs, staging

PATIENCE_SECONDS = 60


class Hold:
    """Stops the process when it comes to a step."""

    def __init__(self, step: str, ready: Path) -> None:
        self.step = step
        self.ready = ready

    def at(self, step: str) -> None:
        """Wait here, blocking everything, if this is the step."""
        if step != self.step:
            return
        self.ready.touch()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.ready.exists() and time.monotonic() < deadline:
            time.sleep(0.02)

    def progress(self, step: str, done: int, total: int | None) -> None:
        """Hold while generating, between two files, and midway through staging."""
        if step == "prepare" and done == total:
            self.at("generating")
        if step == "land" and done == 2:
            self.at("between files")
        if step == "stage" and total is not None and 0 < done < total:
            self.at("staging")

    def records(self, file: SourceFile) -> Iterator[RawRecord]:
        """Read the records of a file; hold within the COPY of the documents."""
        for number, record in enumerate(read_records(file), start=1):
            yield record
            if file.role is FileRole.PROGRAM_DOCUMENTS and number == 20:
                self.at("in a COPY")

    def before(self, step: str, function: Callable[..., Awaitable[Any]]) -> Any:
        """Return ``function`` with a hold before it."""

        async def held(*arguments: Any, **named: Any) -> Any:
            self.at(step)
            return await function(*arguments, **named)

        return held

    def after(self, step: str, function: Callable[..., Awaitable[Any]]) -> Any:
        """Return ``function`` with a hold after it."""

        async def held(*arguments: Any, **named: Any) -> Any:
            result = await function(*arguments, **named)
            self.at(step)
            return result

        return held


def main(step: str, request: str, ready: Path) -> None:
    """Load, and hold at ``step``."""
    hold = Hold(step, ready)
    staging.BATCH_ROWS = 50  # so that half of the staging is written when the hold comes
    refresh.read_records = hold.records  # type: ignore[assignment]
    refresh.check = hold.before("staged", refresh.check)
    runs.store_checks = hold.after("checking", runs.store_checks)
    publishing._insert_facts_and_children = hold.before(
        "merged", publishing._insert_facts_and_children
    )
    publishing._finish = hold.after("before the commit", publishing._finish)
    refresh.publish_load = hold.after("after the commit", refresh.publish_load)
    asyncio.run(refresh.refresh(RefreshRequest.from_dict(json.loads(request)), hold.progress))
    assert "prefect" not in sys.modules, "a load needs no Prefect"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
