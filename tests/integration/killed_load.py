"""Loads in processes of their own that stop at one step, say so, and wait to be killed.

Every line of standard input asks for one load, as JSON: ``step``, ``request``, ``ready``,
``errors`` and ``environment``. It runs in a fork, which spares it the seconds of the imports; its
process id is printed. At the step the file ``ready`` appears; the load goes on when that has been
removed again. What it writes to standard error goes into the file ``errors``.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from etl import refresh
from etl.refresh import RefreshRequest
from etl.sources.carms.extract import RawRecord, read_records
from etl.sources.carms.files import FileRole, SourceFile
from warehouse.queries import publishing, staging
from warehouse.queries.runs import Check

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


def load(request: RefreshRequest, hold: Hold) -> None:
    """Load, with a hold at one step."""
    staging.BATCH_ROWS = 50  # so that half of the staging is written when the hold comes
    refresh.read_records = hold.records  # type: ignore[assignment]
    refresh.check = hold.before("staged", refresh.check)
    close_gate = refresh.close_gate_on_failure

    def close_gate_held(checks: list[Check]) -> None:
        hold.at("checking")
        close_gate(checks)

    refresh.close_gate_on_failure = close_gate_held  # type: ignore[assignment]
    publishing._insert_facts_and_children = hold.before(
        "merged", publishing._insert_facts_and_children
    )
    publishing._finish = hold.after("before the commit", publishing._finish)
    refresh.publish_load = hold.after("after the commit", refresh.publish_load)
    asyncio.run(refresh.refresh(request, hold.progress))


def run_forked(asked: dict[str, Any]) -> int:
    """Load in a fork and return its process id."""
    child = os.fork()
    if child:
        return child
    with Path(asked["errors"]).open("w") as errors:
        os.dup2(errors.fileno(), 2)
    os.environ.update(asked["environment"])
    try:
        load(RefreshRequest.from_dict(asked["request"]), Hold(asked["step"], Path(asked["ready"])))
    except BaseException:  # noqa: BLE001  (whatever it is, the test reads it)
        traceback.print_exc()
    os._exit(0)


if __name__ == "__main__":
    assert "prefect" not in sys.modules, "a load needs no Prefect"
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    for line in sys.stdin:
        print(run_forked(json.loads(line)), flush=True)
