"""The flow ``refresh_search``: brings the search index up to the published data.

It wires :mod:`etl.search_refresh` and nothing else. Importing this module imports Prefect: call
:func:`etl.flows.settings.configure_prefect` before.
"""

from __future__ import annotations

import logging
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from etl import search_refresh
from etl.errors import EtlError
from etl.flows.artifacts import write_search_artifacts
from etl.flows.masking import masked
from etl.flows.running import PROGRESS, run_flow
from etl.refresh import Progress, no_progress
from etl.search_refresh import SearchRefresh, SearchRequest
from warehouse.errors import IndexAtWorkError
from warehouse.jobs import is_connection_lost
from warehouse.masking import mask_contacts
from warehouse.vocabulary import SearchRefreshStatus

logger = logging.getLogger(__name__)

WAIT_SECONDS = [5.0, 30.0, 120.0]
"""Pauses before a refresh looks again whether another one has ended."""


def is_another_at_work(
    _task: Task[..., Any], _task_run: TaskRun, state: State[Any]
) -> bool:  # fmt: skip
    """Whether a refresh did not begin because another one is at work."""
    return isinstance(state.data, IndexAtWorkError)


@task(
    name="index",
    retries=len(WAIT_SECONDS),
    retry_delay_seconds=WAIT_SECONDS,
    retry_condition_fn=is_another_at_work,
    cache_policy=NO_CACHE,
    persist_result=False,
)
@masked
async def index(request: SearchRequest, progress: Progress) -> SearchRefresh:
    """Cut, embed and switch."""
    return await search_refresh.refresh_search(request, progress)


@flow(name="refresh_search", persist_result=False, retries=0)
@masked
async def refresh_search(request: dict[str, Any]) -> dict[str, Any]:
    """Refresh the search index; ``request`` is SearchRequest.as_dict()."""
    try:
        done = await index(SearchRequest.from_dict(request), PROGRESS.get())
    finally:
        await write_search_artifacts()
    return done.as_dict()


async def search_after_load(progress: Progress) -> dict[str, Any]:
    """Refresh the search index after a load, and return what came of it.

    A load has published by then: an index that cannot be refreshed is told, in the result, the
    log and the artifacts, and fails nothing. Queries use the index as it was before.

    Raises:
        EtlError: the job was cancelled.
        Exception: the database is away; the job begins again.
    """
    try:
        done = await index(SearchRequest(), progress)
    except Exception as error:
        if isinstance(error, EtlError) or is_connection_lost(error):
            raise
        told = mask_contacts(str(error))
        logger.warning("the search index was not refreshed: %s", told)
        return {"status": SearchRefreshStatus.FAILED.value, "error": told}
    finally:
        await write_search_artifacts()
    return done.as_dict()


def run_search_refresh(
    arguments: dict[str, Any], progress: Progress = no_progress
) -> dict[str, Any]:  # fmt: skip
    """Run the flow in an event loop of its own and return the job's result (blocks).

    Raises:
        SearchError: the index could not be refreshed; queries use it as it was before.
    """
    return run_flow(refresh_search, arguments, progress)
