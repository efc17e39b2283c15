"""Simulations in the graph's own process: programs to run on, and runs short enough to wait for."""

from __future__ import annotations

import asyncio
import math
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, TypeVar

from simulation.applying import Setting
from simulation.bridge import OfferedPrograms, read_programs
from simulation.chunks import cores
from simulation.errors import RunCancelledError
from simulation.parameters import default_parameters
from simulation.patience import SEARCH_LIMIT
from simulation.runs import RunRequest, run
from simulation.storing import rows_of
from simulation.warming import LOOK_EVERY, Warming, Warmth
from warehouse.queries.offered import offered_iteration
from warehouse.queries.simulation_results import Results

KEPT_TABLES: Final = 2
"""Tables of programs that are kept."""
DRAWING: Final = 20
"""What drawing the applicants of a scenario takes, in matches."""
ENGINE: Final = 10
"""How much longer a match with couples or reversions takes than one without."""
SECOND: Final = 50
"""How much longer both iterations of a match take, each by the whole engine."""
SEAT_VALUES: Final = 50
"""How much longer a match takes whose seats are valued."""
USUAL_APPLICANTS: Final = 5_000
USUAL_APPLICATIONS: Final = 150_000
"""What there is of them in a market of the usual size; larger ones take longer."""
LOOKS: Final = 25
"""How often a small run looks whether the engine is compiled, before it becomes a job."""

Result = TypeVar("Result")
Connect = Callable[[], AbstractAsyncContextManager[Any]]


class Simulator:
    """Reads programs, and runs what is short, one run at a time.

    Args:
        connect: Opens a connection that reads the star.
        warming: What compiles the match engine; None to compile what is used when it is used.
    """

    def __init__(self, connect: Connect, warming: Warming | None = None) -> None:
        self._connect = connect
        self._warming = warming
        self._programs: OrderedDict[tuple[int, int], OfferedPrograms] = OrderedDict()
        self._turn = asyncio.Semaphore(1)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="simulation")

    async def is_ready(self) -> bool:
        """Return whether the engine is compiled; waits a moment, which is enough if it was once."""
        if self._warming is None:
            return True
        for _ in range(LOOKS):
            if self._warming.warmth is not Warmth.COMPILING:
                break
            await asyncio.sleep(LOOK_EVERY)
        return self._warming.warmth is Warmth.READY

    @property
    def is_busy(self) -> bool:
        """Whether a run is at work."""
        return self._turn.locked()

    async def programs(
        self, iteration: int | None = None, data_version: int | None = None
    ) -> OfferedPrograms:
        """Return the programs of an iteration as a data version has them.

        Raises:
            NoProgramsError: there is no such iteration or version.
        """
        async with self._connect() as connection:
            found = await offered_iteration(connection, iteration, data_version)
            key = (found.match_iteration_id, found.data_version) if found else None
            if key is None or key not in self._programs:
                offered = await read_programs(connection, iteration, data_version)
                key = (offered.iteration.match_iteration_id, offered.iteration.data_version)
                self._programs[key] = offered
                while len(self._programs) > KEPT_TABLES:
                    self._programs.popitem(last=False)
        return self._programs[key]

    async def run(self, request: RunRequest, offered: OfferedPrograms) -> Results:
        """Run a request to its end; cancelling the awaiting task stops it.

        Raises:
            SimulationError: the request contradicts the programs.
        """
        stop = threading.Event()

        def work() -> Results:
            result = run(
                request,
                offered.programs,
                is_cancelled=stop.is_set,
                data_version=str(offered.iteration.data_version),
                threads=max(1, cores() - 1),  # one is left to answer others
            )
            return rows_of(result)

        return await self.work(work, stop)

    async def work(
        self, function: Callable[[], Result], stop: threading.Event | None = None
    ) -> Result:
        """Do work of the engine in its thread, when nothing else is at work there."""
        async with self._at_work(stop or threading.Event()):
            return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    @asynccontextmanager
    async def _at_work(self, stop: threading.Event) -> AsyncIterator[None]:
        async with self._turn:
            try:
                yield
            except RunCancelledError:
                raise asyncio.CancelledError from None
            finally:
                stop.set()

    def close(self) -> None:
        """Wait for nothing."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def matches_of(request: RunRequest, settings: Sequence[Setting]) -> int:
    """Return how many matches of singles of the usual size a request takes the time of.

    Args:
        request: The request.
        settings: What its scenarios run on.
    """
    each = SEAT_VALUES if request.seat_values else 1
    kinds = {change.kind for scenario in request.scenarios for change in scenario.changes}
    parameters = request.parameters or default_parameters()
    has_couples = any(one.couples for one in parameters.groups.values())
    searching = max(1, math.ceil(request.search_limit / SEARCH_LIMIT))
    second = SECOND if request.iterations > 1 else 0
    if request.reversions or has_couples or kinds & {"revert_seats", "add_couples"}:
        seats = len(settings[0].programs) if request.seat_values else 0
        each = ENGINE * searching * (1 + seats)
        second *= searching
    matches = DRAWING + request.audits * (1 + second) + request.replicates * (each + second)
    return sum(matches * _times_usual(setting) for setting in settings)


def _times_usual(setting: Setting) -> int:
    """Return how many times as large as the Canadian one a market is; 1 for all smaller ones."""
    applications = setting.parameters.applications(len(setting.programs))
    applicants = setting.parameters.applicants
    return max(1, applications // USUAL_APPLICATIONS, applicants // USUAL_APPLICANTS)
