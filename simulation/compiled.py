"""The one way in which numeric kernels are compiled.

Kernels release the interpreter's lock, so that replicates run on all cores, and are kept on disk,
so that only the first run on a machine compiles them. The arrays that they get have the same types
everywhere (`int32`, contiguous; inputs read-only, states writable), hence each kernel is compiled
once; a test counts. Where nothing can be kept, each process compiles what it uses.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, ParamSpec, SupportsInt, TypeVar, cast

import numba
import numpy as np

_log = logging.getLogger(__name__)

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

index: Final = np.uint32
"""What the inner loops index with: a signed index is checked for counting from the end, which
takes as long as the rest of a kernel."""

number: Final = cast("Callable[[SupportsInt], int]", np.int64)
"""What kernels make of numbers that they hand to each other: with `int32` here and `int64` there, a
kernel would be compiled for both. Numba's own `int` leaves them as they are."""

KERNELS: list[Callable[..., object]] = []
"""Every kernel of the package that has been imported so far."""

HOW_TO_KEEP: Final = (
    "name a folder that can be written to in NUMBA_CACHE_DIR; until then each process compiles the"
    " match engine for itself"
)
_complaints: set[str] = set()


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile ``function`` to machine code at its first call."""
    try:
        kernel: Any = numba.njit(nogil=True, cache=True)(function)
        kernel._cache = _Store(kernel._cache)
    except RuntimeError as error:  # numba finds no folder that it may write to
        _complain(str(error))
        kernel = numba.njit(nogil=True)(function)
    KERNELS.append(kernel)
    return cast("Callable[Parameters, Result]", kernel)


def kept_in() -> Path | None:
    """Return the folder in which machine code is kept; None where it cannot be."""

    def nothing() -> None:
        """Do nothing."""

    compiled(nothing)
    kernel: Any = KERNELS.pop()
    return kernel._cache.folder() if isinstance(kernel._cache, _Store) else None


class _Store:
    """Keeps machine code on disk as numba does; a disk that fails keeps no kernel from running."""

    def __init__(self, cache: Any) -> None:
        self._cache = cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)

    def load_overload(self, *arguments: Any) -> Any:
        """Return kept code, or None."""
        try:
            return self._cache.load_overload(*arguments)
        except OSError as error:
            _complain(str(error))
            return None

    def save_overload(self, *arguments: Any) -> None:
        """Keep code, if that can be done."""
        try:
            self._cache.save_overload(*arguments)
        except OSError as error:
            _complain(str(error))

    def folder(self) -> Path | None:
        """Return the folder, if files can be written to it."""
        locator = self._cache._impl.locator
        try:
            locator.ensure_cache_path()
        except OSError as error:
            _complain(str(error))
            return None
        return Path(locator.get_cache_path())


def _complain(problem: str) -> None:
    """Say once that machine code is not kept."""
    if not _complaints:
        _log.warning("machine code of the match engine is not kept: %s; %s", problem, HOW_TO_KEEP)
    _complaints.add(problem)
