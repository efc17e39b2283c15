"""How long exact searches go on: a limit that no machine changes, and whoever may stop them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from simulation.errors import RunCancelledError

SEARCH_LIMIT: Final = 20.0
"""Limit of a search for a stable matching in the solver's own time, which no machine changes."""

_ASK_EVERY: Final = 0.1
"""Seconds between two looks at whether somebody cancelled."""


def never() -> bool:
    """Return that nobody cancelled."""
    return False


@dataclass(frozen=True, slots=True)
class Patience:
    """How long exact searches go on.

    Attributes:
        limit: Limit of a search for a stable matching, in the solver's own time: about seconds of a
            fast processor, counted in work done, so that results do not depend on the machine.
        is_cancelled: Asked several times a second, from another thread.
    """

    limit: float = SEARCH_LIMIT
    is_cancelled: Callable[[], bool] = never

    @contextmanager
    def watching(self, stop: Callable[[], None]) -> Iterator[None]:
        """Call ``stop`` when somebody cancels what is done meanwhile.

        Raises:
            RunCancelledError: Somebody did; or whatever ``is_cancelled`` raises to say so.
        """
        if self.is_cancelled is never:
            yield
            return
        done, raised = threading.Event(), list[BaseException]()

        def watch() -> None:
            is_over = False
            while not done.wait(_ASK_EVERY):
                try:
                    is_over = is_over or self.is_cancelled()
                except BaseException as error:  # noqa: BLE001  (raised again where it is awaited)
                    raised.append(error)
                    is_over = True
                if is_over:
                    stop()  # again and again: what has not begun yet cannot be stopped

        watcher = threading.Thread(target=watch, name="patience")
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()
        if raised:
            raise raised[0]
        if self.is_cancelled():
            raise RunCancelledError


PATIENT: Final = Patience()
"""What is usual: the limit as it is by default, and nobody who cancels."""
