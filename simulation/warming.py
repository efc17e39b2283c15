"""Machine code of the kernels, made ahead in a process of its own.

Compiling all kernels takes half a minute or more, once for each machine: the code is kept on disk.
`Warming` has a process of the lowest priority do it, so that whoever serves goes on answering; of
several such processes one compiles, and the others wait for it and find its code. Where nothing can
be kept on disk, a process of its own is of no use: then each process compiles what it runs.
"""

from __future__ import annotations

import fcntl
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Final, Self

_log = logging.getLogger(__name__)

LOWEST_PRIORITY: Final = 19
NOTHING_KEPT: Final = 3
"""Exit code of a process that found no place to keep code in."""
LOOK_EVERY: Final = 0.2
"""Seconds between two looks at whether the process has ended."""


class Warmth(Enum):
    """How far the machine code of the kernels is."""

    COMPILING = "compiling"
    READY = "ready"
    NOTHING_KEPT = "nothing kept"


class Warming:
    """A process that compiles the kernels; ended when the context is left."""

    def __init__(self, command: tuple[str, ...] = (sys.executable, "-m", __name__)) -> None:
        """Start it.

        Args:
            command: What is run.
        """
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl+C is for whoever started it, and ends it in order
            )
        except OSError as error:
            _log.warning("the match engine is compiled when it is first used: %s", error)
        else:
            # It is waited for from the beginning, so that no dead process is left to be looked at.
            threading.Thread(target=self._process.wait, daemon=True).start()

    @property
    def warmth(self) -> Warmth:
        """How far it is; where it failed, what is missing is compiled when it is first used."""
        code = 0 if self._process is None else self._process.poll()
        if code is None:
            return Warmth.COMPILING
        return Warmth.NOTHING_KEPT if code == NOTHING_KEPT else Warmth.READY

    def wait(self, tell: Callable[[], None]) -> None:
        """Wait until the kernels can be used without delay.

        Where nothing is kept on disk, they are compiled here and now.

        Args:
            tell: Called again and again while it lasts; what it raises ends the wait.
        """
        while self.warmth is Warmth.COMPILING:
            tell()
            time.sleep(LOOK_EVERY)
        if self.warmth is Warmth.NOTHING_KEPT:
            tell()
            compile_kernels()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()


def compile_kernels() -> None:
    """Use every kernel that runs need, so that it is compiled, or loaded from disk."""
    from simulation.runs import RunRequest, run
    from simulation.trial import TRIAL, trial_programs

    run(RunRequest.of(TRIAL), trial_programs(), threads=1)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Wait until no other process compiles for a folder."""
    with (folder / "residency.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _main() -> int:
    """Compile, out of the way of others."""
    os.nice(LOWEST_PRIORITY)
    from simulation.compiled import kept_in

    folder = kept_in()
    if folder is None:
        return NOTHING_KEPT
    with _turn(folder):
        compile_kernels()
    return 0


if __name__ == "__main__":
    sys.exit(_main())
