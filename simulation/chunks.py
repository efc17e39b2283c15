"""Work in chunks: on all cores, in order, to be stopped, stored and taken up again.

A chunk is a function of its number and of nothing else, so it does not matter which thread, process
or machine works on it, or when. Results are looked at in the order of their numbers: what follows
from them, such as when to stop, is the same however many threads there are.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, Generic, Protocol, Self, TypeAlias, TypeVar

from simulation.errors import RunCancelledError

Stored: TypeAlias = MutableMapping[str, bytes]
"""Where finished chunks are kept between runs; a dictionary, or what writes to a table."""

_ASK_EVERY: Final = 0.05
"""Seconds between two looks at whether somebody cancelled, while chunks are at work."""


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


Result = TypeVar("Result", bound="Storable")


class Storable(Protocol):
    """The result of a chunk."""

    def to_bytes(self) -> bytes:
        """Return it as it is stored."""

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return what was stored."""


class Chunks(Generic[Result]):
    """Runs chunks ahead on threads and hands out their results in order.

    Leaving the context stops what is still at work.
    """

    def __init__(
        self,
        work: Callable[[int, Callable[[], bool]], Result],
        kind: type[Result],
        stored: Stored | None,
        name: str,
        *,
        threads: int | None = None,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> None:
        """Set up.

        Args:
            work: Returns the result of a chunk. It is given the chunk's number, and what to ask
                now and then for whether to stop; then it raises `RunCancelledError`.
            kind: What results are.
            stored: Chunks that are there already are not worked on again; finished ones go in.
                None to store nothing.
            name: What the chunks are called in the store, before their number.
            threads: How many threads; as many as there are cores if None.
            is_cancelled: Whether somebody cancelled the run.
        """
        self._work, self._kind, self._name = work, kind, name
        self._stored: Stored = {} if stored is None else stored
        self._is_kept = stored is not None
        self._threads = cores() if threads is None else threads
        self._is_cancelled = is_cancelled or (lambda: False)
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="replicates")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def results(self, count: int) -> Iterator[Result]:
        """Yield the results of so many chunks, in order.

        Raises:
            RunCancelledError: Somebody cancelled.
        """
        ahead: deque[tuple[str, Future[Result] | None]] = deque()
        following = 0
        for _ in range(count):
            while following < count and len(ahead) <= 2 * self._threads:
                key = f"{self._name}-{following}"
                is_there = key in self._stored
                ahead.append((key, None if is_there else self._submit(following)))
                following += 1
            key, future = ahead.popleft()
            yield self._from_store(key) if future is None else self._finished(key, future)

    def _from_store(self, key: str) -> Result:
        if self._is_cancelled():
            raise RunCancelledError
        return self._kind.from_bytes(self._stored[key])

    def _finished(self, key: str, future: Future[Result]) -> Result:
        result = self._wait_for(future)
        if self._is_kept:
            self._stored[key] = result.to_bytes()
        if self._is_cancelled():
            raise RunCancelledError
        return result

    def _submit(self, number: int) -> Future[Result]:
        return self._pool.submit(self._work, number, self._stop.is_set)

    def _wait_for(self, future: Future[Result]) -> Result:
        while True:
            try:
                return future.result(timeout=_ASK_EVERY)
            except TimeoutError:
                if future.done():
                    raise
                if self._is_cancelled():
                    raise RunCancelledError from None
