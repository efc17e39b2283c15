"""How far a run is, over all of its parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

OnProgress: TypeAlias = Callable[[int, int], None]
"""Told how many replicates are done, and how many there are at most."""


class Progress:
    """Adds up the replicates of the parts of a run: ensemble, seat values, second iterations.

    Args:
        tell: Told how far all parts are together; None for nobody.
        parts: How many parts there are.
    """

    def __init__(self, tell: OnProgress | None, parts: int) -> None:
        self._tell, self._parts = tell, parts
        self._before = self._now = 0

    def report(self, done: int, replicates: int) -> None:
        """Tell how far the part is that is at work."""
        self._now = done
        if self._tell is not None:
            self._tell(self._before + done, self._before + replicates * self._parts)

    def next(self) -> None:
        """Go on to the next part."""
        self._before += self._now
        self._now = 0
        self._parts -= 1
