"""Second iterations, the size of the core and rules of eligibility through the graph."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest

from etl.reference.tables import load_reference_tables
from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph

FIELDS = """
  simulation { number reproduce exports { csv json html } scenarios { name
    core { applicantsWithOtherOutcome programsWithOtherOutcome notDefinedBecause }
    unmatched { mean } unfilled { mean }
    iterationOutcomes(orderBy: [{field: ITERATION, direction: ASC}]) { nodes {
      iteration category isStable audited applicants { mean } matched { mean } unmatched { mean }
      seats { mean } filled { mean } unfilled { mean } matchedChange { mean } } }
    carriedSeats { totalCount nodes { seats { mean } filled { mean } program { key quota } } }
    applicantOutcomes(first: 100) { nodes { applicant iteration rank program { key }
      applications { iteration rank isMatch program { program { stream { applicantCategory } } } }
    } } } }
  errors { code path message }
"""
RUN = f"mutation ($input: RunMatchInput!) {{ runMatch(input: $input) {{ {FIELDS} }} }}"
COMPARE = f"mutation ($input: RunWhatIfInput!) {{ runWhatIf(input: $input) {{ {FIELDS} }} }}"
PARAMETERS: dict[str, Any] = {
    "name": "few",
    "groups": {
        "CMG": {"category": "CMG", "applicants": 60, "is_home_graduate": True},
        "IMG": {"category": "IMG", "applicants": 30, "is_home_graduate": False},
    },
}


@pytest.fixture
async def graph(published: Database, tmp_path: Any) -> AsyncIterator[Graph]:
    settings = published.settings.model_copy(update={"small_run": 2000})
    async with open_graph(settings, tmp_path) as graph:
        yield graph


async def mutate(graph: Graph, query: str, **given: Any) -> Any:
    """Return the payload of a mutation."""
    (payload,) = (await graph.ask(query, "executed", input=given)).values()
    return payload


async def test_a_second_iteration_is_stored_told_and_reproduced(graph: Graph) -> None:
    given = {"seed": 5, "iterations": 2, "keepsMatches": True, "parameters": PARAMETERS}
    payload = await mutate(graph, RUN, **given)
    assert payload["errors"] == []
    (scenario,) = payload["simulation"]["scenarios"]
    rows = scenario["iterationOutcomes"]["nodes"]
    first, second = (row for row in rows if row["category"] is None)
    assert {row["category"] for row in rows} == {None, "CMG", "IMG"}
    assert (first["unmatched"], first["unfilled"]) == (scenario["unmatched"], scenario["unfilled"])
    assert second["applicants"]["mean"] == first["unmatched"]["mean"]
    assert second["seats"]["mean"] == first["unfilled"]["mean"]
    assert second["isStable"]
    assert second["unfilled"]["mean"] == second["seats"]["mean"] - second["filled"]["mean"]
    carried = scenario["carriedSeats"]["nodes"]
    assert sum(one["seats"]["mean"] for one in carried) == second["seats"]["mean"]
    assert all(0 < one["seats"]["mean"] <= one["program"]["quota"] for one in carried)
    people = scenario["applicantOutcomes"]["nodes"]
    for iteration, row in ((1, first), (2, second)):
        matched = [one for one in people if one["iteration"] == iteration]
        assert len(matched) == row["matched"]["mean"]
        for one in matched:
            (match,) = (entry for entry in one["applications"] if entry["isMatch"])
            assert (match["iteration"], match["rank"]) == (iteration, one["rank"])
    assert second["matched"]["mean"] > 0
    core = scenario["core"]
    assert core["notDefinedBecause"] is None
    assert core["applicantsWithOtherOutcome"] >= 0
    assert "iterations: 2" in payload["simulation"]["reproduce"]
    answer = (await graph.raw(payload["simulation"]["reproduce"])).json()
    assert answer["data"]["runMatch"]["errors"] == []
    totals = await graph.values(
        "SELECT matched_mean::text || filled_mean FROM simulation.iteration_outcome"
        " WHERE iteration = 2 AND category IS NULL"
    )
    assert len(totals) == 2
    assert len(set(totals)) == 1
    await exports_tell_it(graph, payload["simulation"]["exports"])


async def exports_tell_it(graph: Graph, exports: dict[str, str]) -> None:
    archive = zipfile.ZipFile(io.BytesIO((await graph.client.get(exports["csv"])).content))

    def table(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode())))

    assert {row["iteration"] for row in table("iterations")} == {"1", "2"}
    assert {row["iteration"] for row in table("matches")} == {"", "1", "2"}
    assert {row["iteration"] for row in table("applications")} == {"1", "2"}
    assert {row["iteration"] for row in table("certificates")} == {"1", "2"}
    assert table("carried_seats")[0]["measure"] == "SEATS"
    (core,) = table("core")
    assert core["not_defined_because"] == ""
    assert all(row["is_simulated"] == "true" for row in table("iterations"))
    document = (await graph.client.get(exports["json"])).json()
    assert len(document["scenarios"][0]["iterations"]) == 6
    page = (await graph.client.get(exports["html"])).text
    assert "<h2>The second iteration</h2>" in page
    assert "If programs proposed" in page


async def test_scenarios_with_two_iterations_are_compared_and_couples_have_no_core(
    graph: Graph,
) -> None:
    payload = await mutate(
        graph,
        COMPARE,
        seed=3,
        iterations=2,
        replicates=2,
        parameters=PARAMETERS,
        scenarios=[{"name": "pairs", "changes": [{"addCouples": {"group": "CMG", "couples": 5}}]}],
    )
    assert payload["errors"] == []
    base, pairs = payload["simulation"]["scenarios"]
    assert base["core"]["notDefinedBecause"] is None
    assert pairs["core"]["applicantsWithOtherOutcome"] is None
    assert pairs["core"]["notDefinedBecause"].startswith("With couples")
    means = [one["iterationOutcomes"]["nodes"][-1]["matched"]["mean"] for one in (base, pairs)]
    change = pairs["iterationOutcomes"]["nodes"][-1]["matchedChange"]["mean"]
    assert change == pytest.approx(means[1] - means[0])
    assert base["iterationOutcomes"]["nodes"][-1]["matchedChange"] is None


async def test_one_iteration_has_no_outcomes_of_iterations(graph: Graph) -> None:
    payload = await mutate(graph, RUN, seed=5, parameters=PARAMETERS)
    (scenario,) = payload["simulation"]["scenarios"]
    assert scenario["iterationOutcomes"]["nodes"] == []
    assert scenario["carriedSeats"]["totalCount"] == 0
    assert scenario["core"]["programsWithOtherOutcome"] >= 0


@pytest.mark.parametrize(("iterations", "code"), [(3, "TOO_LARGE"), (0, "INVALID")])
async def test_iterations_are_one_or_two(graph: Graph, iterations: int, code: str) -> None:
    payload = await mutate(graph, RUN, iterations=iterations)
    assert [(one["code"], one["path"]) for one in payload["errors"]] == [
        (code, ["input", "iterations"])
    ]
    assert payload["simulation"] is None


async def test_a_group_bears_the_name_of_its_category(graph: Graph) -> None:
    given = {"name": "few", "groups": {"Locals": PARAMETERS["groups"]["CMG"]}}
    (error,) = (await mutate(graph, RUN, parameters=given))["errors"]
    assert (error["code"], error["path"][-1]) == ("INVALID", "Locals")


async def test_nothing_follows_a_second_iteration(graph: Graph) -> None:
    await graph.values(
        "UPDATE core.dim_match_iteration SET name = 'R-1 second iteration' RETURNING 1"
    )
    payload = await mutate(graph, RUN, iterations=2)
    (error,) = payload["errors"]
    assert (error["code"], error["path"]) == ("CONTRADICTION", ["input", "iterations"])
    assert "a second iteration already" in error["message"]


async def test_rules_of_eligibility_are_told_in_order_with_their_sources(graph: Graph) -> None:
    data = await graph.ask(
        """{ eligibilityRules(first: 100) { totalCount nodes { name isAdmitted applicantCategory
          streamLabel province year iterationNumber requires reason source } }
          some: eligibilityRules(filter: {applicantCategory: {eq: IMG}, province: {eq: AB},
            iterationNumber: {isNull: true}}) { nodes { name requires } } }"""
    )
    rules = load_reference_tables().rules
    nodes = data["eligibilityRules"]["nodes"]
    assert data["eligibilityRules"]["totalCount"] == len(rules)
    assert [one["name"] for one in nodes] == [rule.name for rule in rules]
    assert all(one["source"] and one["reason"] for one in nodes)
    assert data["some"]["nodes"] == [{"name": "AB-IMG", "requires": ["AIMG_ASSESSED"]}]
