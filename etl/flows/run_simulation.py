"""The flow ``run_simulation``: draw applicants and match them, then store.

It wires :mod:`etl.simulate` and nothing else. Importing this module imports Prefect: call
:func:`etl.flows.settings.configure_prefect` before.
"""

from __future__ import annotations

from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from etl import simulate
from etl.chunk_folders import ChunkFolder, kept_chunks
from etl.flows.masking import masked
from etl.flows.running import PROGRESS, run_flow
from etl.refresh import Progress, no_progress
from simulation.results import RunResult


@task(name="read", cache_policy=NO_CACHE, persist_result=False)
@masked
async def read(simulation_id: int) -> simulate.Asked:
    """Read what is asked for, and the programs."""
    return await simulate.read(simulation_id)


@task(name="match", cache_policy=NO_CACHE, persist_result=False)
@masked
def match(asked: simulate.Asked, chunks: ChunkFolder, progress: Progress) -> RunResult:
    """Draw applicants and match them."""
    return simulate.simulate(asked, chunks, progress)


@task(name="store", cache_policy=NO_CACHE, persist_result=False)
@masked
async def store(asked: simulate.Asked, result: RunResult) -> dict[str, Any]:
    """Store what came out."""
    return await simulate.store(asked, result)


@flow(name="run_simulation", persist_result=False, retries=0)
@masked
async def simulation_flow(simulation_id: int) -> dict[str, Any]:
    """Run a simulation and store what comes out."""
    progress = PROGRESS.get()
    with kept_chunks(simulation_id) as chunks:
        progress("draw", 0, None)
        asked = await read(simulation_id)
        result = match(asked, chunks, progress)
        progress("store", 0, None)
        return await store(asked, result)


def run_simulation(arguments: dict[str, Any], progress: Progress = no_progress) -> dict[str, Any]:
    """Run the flow in an event loop of its own and return the job's result (blocks).

    Raises:
        SimulationError: the simulation cannot be run.
        EtlError: it was cancelled, or is gone.
    """
    return run_flow(simulation_flow, arguments["simulation_id"], progress)
