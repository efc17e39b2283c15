"""The one way in which numeric kernels are compiled.

Kernels release the interpreter's lock, so that replicates run on all cores, and are cached on
disk, so that only the first run on a machine compiles them. The arrays that they get have the same
types everywhere (`int32`, contiguous; inputs read-only, states writable), hence each kernel is
compiled once; a test counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, ParamSpec, SupportsInt, TypeVar, cast

import numba
import numpy as np

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


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile ``function`` to machine code at its first call."""
    kernel = cast("Callable[Parameters, Result]", numba.njit(nogil=True, cache=True)(function))
    KERNELS.append(kernel)
    return kernel
