"""`residency run` keeps a worker at work."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from residency import running


def worker(folder: Path, code: int) -> tuple[str, ...]:
    """Return a command that leaves a file, and dies if it is the first one to do so."""
    program = (
        "import pathlib, sys, time\n"
        f"folder = pathlib.Path({str(folder)!r})\n"
        "number = len(list(folder.iterdir()))\n"
        "(folder / str(number)).touch()\n"
        f"sys.exit({code}) if number == 0 else time.sleep(60)\n"
    )
    return (sys.executable, "-c", program)


def workers_seen(folder: Path, at_least: int, seconds: float) -> int:
    """Return how many workers were started, after waiting for so many."""
    end = time.monotonic() + seconds
    while len(list(folder.iterdir())) < at_least and time.monotonic() < end:
        time.sleep(0.02)
    return len(list(folder.iterdir()))


@pytest.mark.parametrize(("code", "expected"), [(3, 2), (0, 1)])
def test_a_worker_that_dies_is_followed_by_another_and_one_that_ends_in_order_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, expected: int
) -> None:
    monkeypatch.setattr(running, "WORKER", worker(tmp_path, code))
    monkeypatch.setattr(running, "PAUSE_SECONDS", 0.01)
    with running.worker_process() as first, running.tended(first):
        assert first.wait() == code
        assert workers_seen(tmp_path, 2, 10 if expected == 2 else 0.3) == expected


def test_no_worker_outlives_the_one_who_tends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Seen(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, command: tuple[str, ...]) -> None:
            super().__init__(command)
            started.append(self)

    monkeypatch.setattr(running.subprocess, "Popen", Seen)
    monkeypatch.setattr(running, "WORKER", worker(tmp_path, 3))
    monkeypatch.setattr(running, "PAUSE_SECONDS", 0.01)
    with running.worker_process() as first, running.tended(first):
        assert workers_seen(tmp_path, 2, 10) == 2
    assert [one.poll() is None for one in started] == [False, False]
