"""A second opinion: the graph answers as graphql-core does over whole tables in memory.

Hypothesis walks the schema and makes operations of all that can be read; see tests/reference.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from graph.planner.cursors import CursorSigner
from tests.conftest import Database, fresh_database, in_thread
from tests.integration.conftest import pointed_to
from tests.integration.graph_client import Graph, open_graph
from tests.integration.simulated import new_simulation, results
from tests.integration.source_files import copy_of
from tests.reference.duel import Duel
from tests.reference.executor import Reference
from tests.reference.operations import GeneratedOperation, operations
from tests.reference.planted import plant, publish_changes
from tests.reference.rows import Tables, load_tables
from tests.reference.values import Values
from warehouse.engine import Role, connect
from warehouse.queries import simulations

ANY_COST = 10**9
ENOUGH = 2
"""Hypothesis comes back to operations that it has made; so many examples for each new one."""


ALIKE_IN_EVERY_RUN = """
UPDATE simulation.simulation
SET created_at = '2026-03-01'::timestamptz + simulation_id * interval '1 day', job_id = NULL,
    finished_at = '2026-04-01'::timestamptz + (finished_at - finished_at);
UPDATE ops.job SET created_at = '2026-03-01', job_id = md5(kind)::uuid;
UPDATE simulation.simulation SET job_id = (SELECT job_id FROM ops.job WHERE kind = 'RUN_SIMULATION')
WHERE status = 'QUEUED';
"""
"""Times and random ids that operations are generated from."""


async def simulate(owner: Any) -> None:
    """Store a simulation that has succeeded, and one that waits."""
    rows = await owner.fetch(
        "SELECT match_iteration_id || '-' || program_stream_id, p.name, d.name"
        " FROM core.dim_program p JOIN core.dim_discipline d USING (discipline_key)"
        " WHERE p.is_current ORDER BY program_stream_id DESC LIMIT 4"
    )
    programs = [tuple(row) for row in rows] + [("9999-1", "an opened one", "none")]
    await simulations.add_done(owner, new_simulation(1, 1503, name="Été"), results(programs))
    await simulations.queue(owner, new_simulation(2, 1503, asked={"seed": 1}, precision=0.01))
    await owner.execute(ALIKE_IN_EVERY_RUN)


@pytest.fixture(scope="session")
def changed(
    migrated_server: str,
    loaded_template: str,
    sample_files: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Database]:
    """A warehouse with two data versions and two match iterations."""
    files = copy_of(sample_files, tmp_path_factory.mktemp("changed") / "files")
    with contextmanager(fresh_database)(migrated_server, loaded_template) as database:

        async def change() -> None:
            await publish_changes(files)
            async with connect(Role.OWNER, database.settings) as owner:
                await plant(owner)
                await simulate(owner)

        with pointed_to(database):
            in_thread(change)
        yield database


@contextmanager
def duel_over(database: Database, folder: Path) -> Iterator[tuple[Duel, asyncio.Runner]]:
    """Yield the graph against the reference, and what runs both."""

    async def read(graph: Graph) -> Tables:
        return await load_tables(graph.owner)

    with asyncio.Runner() as runner:
        opened = open_graph(database.settings.model_copy(update={"max_cost": ANY_COST}), folder)
        graph = runner.run(opened.__aenter__())
        try:
            signer = CursorSigner((folder / "cursor.key").read_bytes())
            yield Duel(graph, Reference(runner.run(read(graph)), signer), signer), runner
        finally:
            runner.run(opened.__aexit__(None, None, None))


def fight(duel: Duel, runner: asyncio.Runner, wanted: int, **options: Any) -> None:
    """Put as many distinct operations as are wanted to both.

    Raises:
        AssertionError: they differ in one, or there were not as many.
    """
    reference = duel.reference
    values = Values(reference.declared, reference.connections.tables)
    seen: set[str] = set()

    @settings(
        max_examples=ENOUGH * wanted,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        **options,
    )
    @given(operations(reference.schema, values))
    def answer_alike(operation: GeneratedOperation) -> None:
        key = json.dumps([operation.text, operation.variables], sort_keys=True)
        if key not in seen and len(seen) < wanted:
            runner.run(duel.check(operation))
            seen.add(key)

    answer_alike()
    assert len(seen) == wanted


def test_generated_operations_are_answered_as_the_reference_does(
    changed: Database, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    with duel_over(changed, tmp_path) as (duel, runner):
        fight(duel, runner, 200, derandomize=True)
        tell(f"200 generated operations: {duel.report()}")
        assert duel.counts["planned"] + duel.counts["refused"] >= 200


@pytest.mark.slow
def test_many_more_are_too_and_others_each_night(
    changed: Database, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    with duel_over(changed, tmp_path) as (duel, runner):
        fight(duel, runner, 2_000)
        tell(f"2,000 generated operations: {duel.report()}")
        assert duel.counts["planned"] + duel.counts["refused"] >= 2_000
