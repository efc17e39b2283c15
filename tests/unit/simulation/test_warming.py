"""Kernels are compiled ahead, out of the way; and run where nothing can be kept on disk."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from simulation import compiled, warming
from simulation.warming import LOWEST_PRIORITY, NOTHING_KEPT, Warming, Warmth

NOWHERE = {
    "NUMBA_CACHE_DIR": "/dev/null/nowhere",
    "NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator",
}
ONE_KERNEL = """
import logging
logging.basicConfig(format="%(message)s")
from simulation.compiled import compiled

@compiled
def twice(number):
    return 2 * number

@compiled
def thrice(number):
    return 3 * number

from simulation.warming import _main
print(twice(4) + thrice(4), _main())
"""
EVERY_KERNEL = """
from simulation.compiled import KERNELS
from simulation.runs import RunRequest, run
from simulation.trial import TRIAL, trial_programs
from simulation.warming import compile_kernels

compile_kernels()
before = {kernel.__name__: len(kernel.signatures) for kernel in KERNELS}
run(RunRequest.of(TRIAL | {"seed": 8, "replicates": 6, "audits": 5}), trial_programs())
after = {kernel.__name__: len(kernel.signatures) for kernel in KERNELS}
assert before == after, (before, after)
print(sum(count > 0 for count in after.values()))
"""


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def ending_with(code: int) -> Warming:
    begun = Warming((sys.executable, "-c", f"raise SystemExit({code})"))
    while begun.warmth is Warmth.COMPILING:
        time.sleep(0.01)
    return begun


def test_what_is_warmed_is_all_that_runs_need() -> None:
    done = python("-c", EVERY_KERNEL)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10


def test_the_process_is_of_the_lowest_priority() -> None:
    with Warming() as begun:
        assert begun._process is not None
        niceness = 0
        while niceness < LOWEST_PRIORITY and begun.warmth is Warmth.COMPILING:
            niceness = os.getpriority(os.PRIO_PROCESS, begun._process.pid)
            time.sleep(0.01)
        assert niceness == LOWEST_PRIORITY


def test_of_several_one_compiles_at_a_time(tmp_path: Path) -> None:
    entered = threading.Event()

    def other() -> None:
        with warming._turn(tmp_path):
            entered.set()

    with warming._turn(tmp_path):
        thread = threading.Thread(target=other)
        thread.start()
        assert not entered.wait(0.2)
    assert entered.wait(60)
    thread.join()


def test_whoever_waits_is_told_and_can_end_the_wait() -> None:
    with Warming((sys.executable, "-c", "import time; time.sleep(60)")) as begun:
        assert begun.warmth is Warmth.COMPILING
        told = iter([None, None])
        with pytest.raises(StopIteration):
            begun.wait(lambda: next(told))
        process = begun._process
    assert process is not None
    assert process.poll() is not None, "it ends with whoever started it"


def test_a_process_that_fails_keeps_nobody_waiting(caplog: pytest.LogCaptureFixture) -> None:
    assert ending_with(1).warmth is Warmth.READY
    begun = Warming(("/nowhere/at/all",))
    assert begun.warmth is Warmth.READY
    begun.wait(lambda: None)
    assert "compiled when it is first used" in caplog.text


def test_where_nothing_is_kept_whoever_waits_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled_here: list[int] = []
    monkeypatch.setattr(warming, "compile_kernels", lambda: compiled_here.append(1))
    begun = ending_with(NOTHING_KEPT)
    assert begun.warmth is Warmth.NOTHING_KEPT
    begun.wait(lambda: None)
    assert compiled_here == [1]


def test_without_a_folder_for_code_kernels_run_and_it_is_said_once_with_the_remedy() -> None:
    done = python("-c", ONE_KERNEL, **NOWHERE)
    assert (done.returncode, done.stdout) == (0, f"20 {NOTHING_KEPT}\n"), done.stderr
    assert done.stderr.count("is not kept") == 1
    assert "NUMBA_CACHE_DIR" in done.stderr


def test_a_disk_that_fails_later_keeps_no_kernel_from_running(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def load_overload(self, *_: object) -> None:
            raise PermissionError("not to be read")

        def save_overload(self, *_: object) -> None:
            raise OSError("no space left")

    monkeypatch.setattr(compiled, "_complaints", set())
    store = compiled._Store(Broken())
    with caplog.at_level(logging.WARNING):
        assert store.load_overload("signature", "target") is None
        store.save_overload("signature", "code")
    assert caplog.text.count("is not kept") == 1
