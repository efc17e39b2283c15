"""Stored simulations through the graph: planned like all else, joined to what they are of."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulation.parameters import default_parameters
from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph
from tests.integration.simulated import estimated, new_simulation, results
from warehouse.engine import Role, connect
from warehouse.queries import simulations
from warehouse.vocabulary import JobStatus


@pytest.fixture
async def graph(published: Database, tmp_path: Any) -> AsyncIterator[Graph]:
    async with open_graph(published.settings, tmp_path) as graph:
        yield graph


async def programs(connection: Any, count: int = 3) -> list[tuple[str, str, str]]:
    rows = await connection.fetch(
        "SELECT match_iteration_id || '-' || program_stream_id, p.name, d.name"
        " FROM core.dim_program p"
        " JOIN core.dim_discipline d USING (discipline_key) WHERE p.is_current"
        " ORDER BY program_stream_id LIMIT $1",
        count,
    )
    return [tuple(row) for row in rows]


@pytest.fixture
async def stored(graph: Graph) -> int:
    """Number of a simulation that has succeeded."""
    async with connect(Role.APP, graph.settings) as app:
        asked = await simulations.add_done(
            app, new_simulation(1, 1503, idempotency_token="k"), results(await programs(app))
        )
    return asked.simulation_id


async def test_a_simulation_is_one_statement_with_all_that_hangs_on_it(
    graph: Graph, stored: int
) -> None:
    data = await graph.ask(
        """
        { simulations(filter: {status: {eq: SUCCEEDED}, createdAt: {gt: "2020-01-01"}}) {
            totalCount
            nodes { number kind isSimulated seed replicates replicatesDone parameters reproduce
              dataVersion { number } job { status } exports { csv json html }
              scenarios { ordinal name changes matched { mean low high }
                matchedChange { mean } meanRank { mean } varianceRatio
                certificate { isStable audited auditorVersion } blocking
                programOutcomes(first: 2, orderBy: [{field: FILLED_MEAN, direction: DESC}]) {
                  totalCount
                  nodes { key quota filled { mean } filledChange { mean }
                    program { name discipline { name } } discipline { name }
                    university { name } scenario { name } }
                }
                disciplineOutcomes { nodes { name discipline { name } } }
                provinceOutcomes { nodes { province quota filled { mean } } }
                categoryOutcomes { nodes { category applicants ranks { rank share { mean } } } }
                applicantOutcomes(filter: {rank: {eq: 1}}, first: 1) { totalCount nodes {
                  applicant rank program { key } applications { rank isMatch program { name } } } }
              } } } }
        """
    )
    found = data["simulations"]
    assert found["totalCount"] == 1
    (node,) = found["nodes"]
    assert (node["number"], node["kind"], node["isSimulated"]) == (stored, "WHAT_IF", True)
    assert (node["replicates"], node["replicatesDone"], node["job"]) == (50, 40, None)
    assert node["parameters"] == {"name": "test"}
    assert node["exports"]["csv"] == f"/simulations/{stored}.csv.zip"
    first, second = node["scenarios"]
    assert first["matched"] == {"mean": 2.5, "low": 2.4, "high": 2.6}
    assert first["matchedChange"] is None
    assert second["matchedChange"] == {"mean": 1.0}
    assert second["changes"] == [{"kind": "quota", "by": 1}]
    assert first["certificate"] == {"isStable": True, "audited": 1, "auditorVersion": "1.0"}
    outcomes = first["programOutcomes"]
    assert outcomes["totalCount"] == 3
    assert [one["filled"]["mean"] for one in outcomes["nodes"]] == [3.5, 2.5]
    for one in outcomes["nodes"]:
        assert one["program"]["discipline"] == one["discipline"]
        assert one["university"]["name"]
        assert one["scenario"] == {"name": "as it is"}
    assert all(
        one["name"] == one["discipline"]["name"] for one in first["disciplineOutcomes"]["nodes"]
    )
    (category,) = first["categoryOutcomes"]["nodes"]
    assert [rank["share"]["mean"] for rank in category["ranks"]] == [0.1, 0.7, 0.2]
    applicants = first["applicantOutcomes"]
    assert applicants["totalCount"] == 3
    (applicant,) = applicants["nodes"]
    assert [one["isMatch"] for one in applicant["applications"]] == [True, False, False]


async def test_parameters_are_shown_with_types_in_the_same_statement(
    graph: Graph, stored: int
) -> None:
    query = """{ simulations(orderBy: [{field: NUMBER, direction: DESC}], first: 2) { nodes {
        number parameters typed: typedParameters { __typename name nestScale homes { name value }
          groups { name applicants couples tastes { homeSchool } interests { name value } }
          selection { rankedShare } } } } }"""
    parameters = default_parameters().model_dump(mode="json")
    async with connect(Role.APP, graph.settings) as app:
        await simulations.add_done(app, new_simulation(1, 1503, parameters=parameters), results([]))
    answer = (await graph.raw(query)).json()
    assert len(graph.reader.statements) == 1
    new, old = answer["data"]["simulations"]["nodes"]
    typed = new["typed"]
    assert (typed["__typename"], typed["name"]) == ("SimulationParameters", parameters["name"])
    assert typed["selection"] == {"rankedShare": parameters["selection"]["ranked_share"]}
    for group in typed["groups"]:
        whole = parameters["groups"][group["name"]]
        assert group["applicants"] == whole["applicants"]
        assert group["tastes"] == {"homeSchool": whole["tastes"]["home_school"]}
        assert {one["name"]: one["value"] for one in group["interests"]} == whole["interests"]
    assert (old["number"], old["parameters"], old["typed"]) == (stored, {"name": "test"}, None)
    (error,) = answer["errors"]
    assert error["path"] == ["simulations", "nodes", 1, "typed"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_simulation_is_found_by_its_id_and_as_a_node(graph: Graph, stored: int) -> None:
    data = await graph.ask("{ simulations(last: 1) { nodes { id } } }")
    (node,) = data["simulations"]["nodes"]
    data = await graph.ask(
        "query ($id: ID!) { simulation(id: $id) { number } node(id: $id) { __typename id }"
        " nodes(ids: [$id]) { id } }",
        id=node["id"],
    )
    assert data["simulation"] == {"number": stored}
    assert data["node"] == {"__typename": "Simulation", "id": node["id"]}
    assert data["nodes"] == [{"id": node["id"]}]
    error = await graph.refused('{ simulation(id: "x") { number } }')
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_key_is_good_for_one_simulation(graph: Graph, stored: int) -> None:
    async with connect(Role.APP, graph.settings) as app:
        again = await simulations.add_done(
            app, new_simulation(1, 1503, idempotency_token="k"), results([])
        )
        queued = await simulations.queue(app, new_simulation(1, 1503, idempotency_token="k"))
    assert (again.simulation_id, again.is_new) == (stored, False)
    assert (queued.simulation_id, queued.is_new) == (stored, False)
    assert await graph.values("SELECT count(*) FROM ops.job") == [0]


async def test_a_simulation_follows_its_job_and_is_stored_only_while_it_runs(graph: Graph) -> None:
    from warehouse import jobs

    async with connect(Role.APP, graph.settings) as app:
        asked = await simulations.queue(app, new_simulation(1, 1503))
        assert asked.job_id is not None
        found = results(await programs(app))
        assert not await simulations.store(app, asked.simulation_id, found), "it does not run yet"
        job = await jobs.claim(graph.owner, "me")
        assert job is not None
        assert await simulations.store(graph.owner, asked.simulation_id, found)
        assert await simulations.store(graph.owner, asked.simulation_id, found), "twice is once"
        data = await graph.ask(
            "{ simulations { nodes { status job { status simulation { number } } } } }"
        )
        node = data["simulations"]["nodes"][0]
        assert (node["status"], node["job"]["status"]) == ("RUNNING", "RUNNING")
        assert node["job"]["simulation"] == {"number": asked.simulation_id}
        assert await simulations.cancel(app, asked.job_id)
        assert not await simulations.store(app, asked.simulation_id, found), "it was cancelled"
        stored = await simulations.read(app, asked.simulation_id)
    assert stored is not None
    assert stored.row["status"] == JobStatus.CANCELLED
    assert await graph.values("SELECT count(*) FROM simulation.scenario") == [0]


async def test_what_is_stored_is_read_back_as_it_was(graph: Graph, stored: int) -> None:
    given = results(await programs(graph.owner))
    async with connect(Role.READER, graph.settings) as reader:
        found = await simulations.read(reader, stored, matches=True)
        assert await simulations.read(reader, stored + 1) is None
    assert found is not None
    assert found.results is not None
    for before, after in zip(given.scenarios, found.results.scenarios, strict=True):
        assert before.row.items() <= after.row.items()
        for one, other in zip(before.programs, after.programs, strict=True):
            assert one.items() <= other.items()
        assert list(before.matches) == list(after.matches)
        assert list(before.applications) == list(after.applications)
        (category,) = after.categories
        assert category.ranks[1].items() >= estimated(share=0.7).items()


async def test_old_simulations_are_forgotten_but_not_those_at_work(graph: Graph) -> None:
    async with connect(Role.APP, graph.settings) as app:
        await simulations.add_done(app, new_simulation(1, 1503), results([]))
        await simulations.queue(app, new_simulation(1, 1503))
        await app.execute(
            "UPDATE simulation.simulation SET created_at = created_at - interval '91 days',"
            " finished_at = finished_at - interval '91 days'"
        )
        assert await simulations.forget_old(app, 91 + 1) == 0
        assert await simulations.forget_old(app, 90) == 1


async def test_a_simulation_can_be_had_as_files_that_need_no_network(
    graph: Graph, stored: int
) -> None:
    page = await graph.client.get(f"/simulations/{stored}.html")
    assert page.status_code == 200
    assert "Simulated." in page.text
    assert page.text.count("<svg") >= 4
    assert "as it is" in page.text
    assert "mutation { runWhatIf" in page.text
    for outside in ("http:", "https:", "<script", "<link", "src=", "href=", "url(", "@import"):
        assert outside not in page.text, outside
    document = (await graph.client.get(f"/simulations/{stored}.json")).json()
    assert document["is_simulated"] is True
    assert [one["name"] for one in document["scenarios"]] == ["as it is", "more seats"]
    assert "idempotency_token" not in document
    archive = await graph.client.get(f"/simulations/{stored}.csv.zip")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        tables = {
            name: list(csv.DictReader(io.StringIO(files.read(name).decode())))
            for name in files.namelist()
        }
    assert {"summary.csv", "programs.csv", "categories.csv", "matches.csv"} <= set(tables)
    audits = [
        (row["scenario"], row["iteration"], row["is_stable"]) for row in tables["certificates.csv"]
    ]
    assert audits == [
        (name, number, "true") for name in ("as it is", "more seats") for number in "12"
    ]
    assert all(row["is_simulated"] == "true" for rows in tables.values() for row in rows)
    (filled,) = (
        row
        for row in tables["summary.csv"]
        if (row["scenario"], row["measure"]) == ("more seats", "MATCHED")
    )
    assert (filled["mean"], filled["difference_mean"]) == ("2.5", "1.0")
    for path, status in (
        ("99.html", 404), ("1.pdf", 404), ("x.html", 404), ("1", 404), ("²1.html", 404),
    ):  # fmt: skip
        assert (await graph.client.get(f"/simulations/{path}")).status_code == status
    async with connect(Role.APP, graph.settings) as app:
        waiting = await simulations.queue(app, new_simulation(1, 1503))
    response = await graph.client.get(f"/simulations/{waiting.simulation_id}.json")
    assert (response.status_code, "QUEUED" in response.text) == (409, True)
