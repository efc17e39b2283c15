"""Runs through the graph: small ones at once, long ones by a worker, wrong ones refused whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from simulation.parameters import default_parameters
from simulation.warming import Warmth
from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph

RUN = """
mutation ($input: RunMatchInput!) { runMatch(input: $input) {
  simulation { number status kind seed replicatesDone reproduce engineVersion dataVersion { number }
    scenarios { name applicants seats matched { mean low } certificate { isStable audited }
      matches: applicantOutcomes { totalCount } programs: programOutcomes { totalCount }
      byCategory: categoryOutcomes { nodes { category matchRate { mean } ranks { rank } } } } }
  job { id status } errors { code path message howToFix } } }
"""
COMPARE = """
mutation ($input: RunWhatIfInput!) { runWhatIf(input: $input) {
  simulation { number scenarios { name changes seats matched { mean } matchedChange { mean } } }
  job { status } errors { code path message howToFix } } }
"""
MORE = {"changeQuotas": {"where": {"everywhere": True}, "each": 1}}


@pytest.fixture
async def graph(published: Database, tmp_path: Any) -> AsyncIterator[Graph]:
    async with open_graph(published.settings, tmp_path) as graph:
        yield graph


async def mutate(graph: Graph, query: str, **given: Any) -> Any:
    """Return the payload of a mutation."""
    (payload,) = (await graph.ask(query, "executed", input=given)).values()
    return payload


async def counts(graph: Graph) -> list[Any]:
    """Return how many rows there are of what a run stores."""
    tables = ("simulation.simulation", "simulation.scenario", "ops.job")
    return [(await graph.values(f"SELECT count(*) FROM {table}"))[0] for table in tables]


async def test_a_small_match_is_done_when_the_answer_comes_and_is_reproduced(graph: Graph) -> None:
    payload = await mutate(graph, RUN, seed=5, keepsMatches=True, idempotencyKey="one")
    assert (payload["errors"], payload["job"]) == ([], None)
    simulation = payload["simulation"]
    assert (simulation["status"], simulation["replicatesDone"]) == ("SUCCEEDED", 1)
    (scenario,) = simulation["scenarios"]
    assert scenario["certificate"] == {"isStable": True, "audited": 1}
    assert scenario["matches"]["totalCount"] == scenario["applicants"] > 0
    assert scenario["programs"]["totalCount"] == 40
    assert 0 < scenario["matched"]["mean"] <= scenario["seats"]
    assert scenario["matched"]["low"] is None, "one replicate has no interval"
    again = await mutate(graph, RUN, seed=5, keepsMatches=True, idempotencyKey="one")
    assert again["simulation"]["number"] == simulation["number"]
    other = await mutate(graph, RUN, seed=6, idempotencyKey="one")
    assert [error["code"] for error in other["errors"]] == ["KEY_REUSED"]
    assert "parameters: " in simulation["reproduce"], "calibrations may change"
    answer = (await graph.raw(simulation["reproduce"])).json()
    assert answer["data"]["runMatch"]["errors"] == []
    digests = await graph.values(
        "SELECT matching_digest FROM simulation.scenario ORDER BY simulation_id"
    )
    assert len(digests) == 2
    assert len(set(digests)) == 1


async def test_what_ifs_are_compared_with_the_market_as_it_is(graph: Graph) -> None:
    payload = await mutate(
        graph,
        COMPARE,
        replicates=20,
        scenarios=[{"name": "one more each", "changes": [MORE]}],
    )
    assert (payload["errors"], payload["job"]) == ([], None)
    first, second = payload["simulation"]["scenarios"]
    assert (first["name"], first["matchedChange"]) == ("as it is", None)
    assert second["seats"] == first["seats"] + 40
    change = second["matched"]["mean"] - first["matched"]["mean"]
    assert second["matchedChange"]["mean"] == pytest.approx(change)
    (kept,) = second["changes"]
    assert (kept["kind"], kept["each"]) == ("change_quotas", 1)


async def test_ten_scenarios_stand_beside_the_market_as_it_is(
    published: Database, tmp_path: Any
) -> None:
    every = {"everywhere": True}
    scenarios = [
        {"name": f"{seats} more", "changes": [{"changeQuotas": {"where": every, "each": seats}}]}
        for seats in range(1, 11)
    ]
    settings = published.settings.model_copy(update={"small_run": 1000})
    async with open_graph(settings, tmp_path) as graph:
        payload = await mutate(graph, COMPARE, replicates=2, scenarios=scenarios)
    assert (payload["errors"], payload["job"]) == ([], None)
    names = [one["name"] for one in payload["simulation"]["scenarios"]]
    assert names == ["as it is", *(one["name"] for one in scenarios)]


OPEN = """
mutation ($input: RunWhatIfInput!) { runWhatIf(input: $input) { errors { message }
  simulation { reproduce scenarios {
    unmatched { mean low high } unmatchedChange { mean varianceRatio }
    unfilledChange { mean low high varianceRatio } verdicts
    like: programOutcomes(filter: {isHypothetical: {eq: false}}, first: 1) { totalCount nodes {
      key likeProgram discipline { name } university { name } program { name }
      fillRateChange { varianceRatio } } }
    opened: programOutcomes(filter: {isHypothetical: {eq: true}}) { nodes {
      key name likeProgram discipline { name } university { name } program { name }
      unfilled { mean low } } } } } } }
"""


async def test_a_program_that_does_not_exist_is_marked_and_joined_like_its_like(
    graph: Graph,
) -> None:
    (like, other) = await graph.values(
        "SELECT match_iteration_id || '-' || program_stream_id FROM core.dim_program"
        " WHERE is_current ORDER BY program_stream_id LIMIT 2"
    )
    scenarios = [{"name": "opened", "changes": [
        {"openProgram": {"program": "new", "like": like, "name": "New", "quota": 3}},
        {"changeQuotas": {"where": {"programs": [other]}, "each": 2}},
    ]}]  # fmt: skip
    payload = await mutate(graph, OPEN, replicates=10, scenarios=scenarios, searchLimit=5.0)
    assert payload["errors"] == []
    first, second = payload["simulation"]["scenarios"]
    for scenario in (first, second):
        (opened,), (whose,) = scenario["opened"]["nodes"], scenario["like"]["nodes"]
        assert (opened["key"], opened["name"], opened["likeProgram"]) == ("new", "New", like)
        assert (whose["key"], whose["likeProgram"]) == (like, None)
        assert scenario["like"]["totalCount"] == 40
        assert opened["program"] is None
        assert opened["discipline"] == whose["discipline"] != {"name": None}
        assert opened["university"] == whose["university"] != {"name": None}
        assert scenario["unmatched"]["low"] <= scenario["unmatched"]["mean"]
        assert scenario["verdicts"] == {"PROCESSED": 10}
    assert first["unfilledChange"] is None
    assert second["unfilledChange"]["low"] <= second["unfilledChange"]["mean"]
    more = second["unmatched"]["mean"] - first["unmatched"]["mean"]
    assert second["unmatchedChange"]["mean"] == pytest.approx(more)
    ratios = await graph.values(
        "SELECT matched_change_variance_ratio FROM simulation.scenario WHERE ordinal = 1"
    )
    assert ratios == [second["unmatchedChange"]["varianceRatio"]]
    assert "searchLimit: 5" in payload["simulation"]["reproduce"]
    number = (await graph.values("SELECT simulation_id FROM simulation.simulation"))[0]
    page = (await graph.client.get(f"/simulations/{number}.html")).text
    assert "Applicants without a match" in page


WRONG: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"scenarios": [{"name": "x", "changes": [
        {"closePrograms": {"where": {"programs": ["1503-1"]}}}]}]},
     "UNKNOWN", ["scenarios", "0", "changes", "0"]),
    ({"scenarios": [{"name": "x", "changes": [
        MORE, {"changeQuotas": {"where": {"everywhere": True}, "to": -1}}]}]},
     "INVALID", ["scenarios", "0", "changes", "1", "changeQuotas", "to"]),
    ({"scenarios": [{"name": "x", "changes": [
        {"changeQuotas": {"where": {"everywhere": True}, "each": -300}}]}]},
     "CONTRADICTION", ["scenarios", "0", "changes", "0"]),
    ({"scenarios": [{"name": "x", "changes": [
        {"changeQuotas": {"where": {"everywhere": True}, "each": 1, "to": 3}}]}]},
     "CONTRADICTION", ["scenarios", "0", "changes", "0", "changeQuotas"]),
    ({"scenarios": [{"name": "x", "changes": [MORE]}, {"name": "x", "changes": [MORE]}]},
     "CONTRADICTION", []),
    ({"scenarios": [{"name": str(n), "changes": [MORE]} for n in range(11)]},
     "TOO_LARGE", ["scenarios"]),
    ({"scenarios": [{"name": "x"}], "replicates": 10_000_000}, "TOO_LARGE", ["replicates"]),
    ({"scenarios": [{"name": "x", "changes": [
        {"changeApplicants": {"group": "CMG", "to": 1_000_000}}]}]},
     "TOO_LARGE", ["scenarios", "0"]),
    ({"scenarios": [{"name": "x", "changes": [
        {"changeQuotas": {"where": {"everywhere": True}, "percent": 10_000}}] * 9}]},
     "CONTRADICTION", ["scenarios", "0", "changes", "1"]),
    ({"scenarios": [{"name": "x", "changes": [MORE, {"withoutReversions": False}]}]},
     "INVALID", ["scenarios", "0", "changes", "1", "withoutReversions"]),
    ({"scenarios": [{"name": "jane@example.org", "changes": [MORE]}]},
     "INVALID", ["scenarios", "0", "name"]),
    ({"scenarios": [{"name": "x", "changes": [{"openProgram": {
        "program": "1503-9", "like": "1503-8", "quota": 1, "name": "416-555-0199"}}]}]},
     "INVALID", ["scenarios", "0", "changes", "0", "openProgram", "name"]),
    ({"scenarios": [{"name": "x"}], "replicates": 0}, "INVALID", ["replicates"]),
    ({"scenarios": [{"name": "x"}], "parameters": {"groups": 1}}, "INVALID", ["parameters"]),
    ({"scenarios": [{"name": "x"}], "iteration": 1}, "NOT_READY", ["iteration"]),
    ({"scenarios": [{"name": "x"}], "dataVersion": 9}, "NOT_READY", ["dataVersion"]),
    ({"scenarios": [{"name": "x"}], "name": "x" * 101}, "INVALID", ["name"]),
]  # fmt: skip


async def test_what_cannot_be_run_is_refused_with_its_place_and_nothing_is_stored(
    graph: Graph,
) -> None:
    for given, code, path in WRONG:
        payload = await mutate(graph, COMPARE, **given)
        (error,) = payload["errors"]
        assert (error["code"], error["path"]) == (code, ["input", *path]), error["message"]
        assert error["message"]
        assert error["howToFix"]
        assert (payload["simulation"], payload["job"]) == (None, None)
    assert await counts(graph) == [0, 0, 0]


async def test_a_client_that_leaves_stops_its_run_and_nothing_is_stored(
    published: Database, tmp_path: Any
) -> None:
    settings = published.settings.model_copy(update={"small_run": 1_000_000})
    async with open_graph(settings, tmp_path) as graph:
        simulator = graph.app.front.pipeline.executor.services.simulator
        task = asyncio.create_task(mutate(graph, RUN, replicates=90_000))
        async with asyncio.timeout(30):
            while not simulator.is_busy:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await counts(graph) == [0, 0, 0]
        async with asyncio.timeout(30):
            payload = await mutate(graph, RUN)
        assert payload["simulation"]["status"] == "SUCCEEDED"


EXPLAIN = """
query ($id: ID!, $applicant: String, $program: String, $scenario: Int! = 0) {
  simulation(id: $id) { number why: explanation(
      applicant: $applicant, program: $program, scenario: $scenario) {
    __typename about summary isComplete
    steps { number kind applicant program choice rank by partner partnerProgram text } } } }
"""


async def test_matches_are_explained_as_they_were(graph: Graph) -> None:
    payload = await mutate(
        graph,
        COMPARE.replace("number scenarios", "id number scenarios"),
        seed=3,
        keepsMatches=True,
        scenarios=[{"name": "more", "changes": [MORE]}],
    )
    identity = payload["simulation"]["id"]
    data = await graph.ask(
        """query ($id: ID!) { simulation(id: $id) { scenarios {
          first: applicantOutcomes(first: 1) { nodes { ...One } }
          matched: applicantOutcomes(first: 2, filter: {rank: {gte: 1}}) { nodes { ...One } } } } }
        fragment One on ApplicantOutcome { applicant rank program { key name } }""",
        id=identity,
    )
    for scenario in (0, 1):
        outcomes = data["simulation"]["scenarios"][scenario]
        for outcome in (*outcomes["first"]["nodes"], *outcomes["matched"]["nodes"]):
            found = await graph.ask(
                EXPLAIN, id=identity, applicant=outcome["applicant"], scenario=scenario
            )
            why = found["simulation"]["why"]
            assert why["__typename"] == "Explanation"
            assert why["about"] == outcome["applicant"]
            own = [step for step in why["steps"] if step["applicant"] == outcome["applicant"]]
            if outcome["program"] is None:
                assert own[-1]["kind"] == "UNMATCHED"
            else:
                assert own[-1]["program"] == outcome["program"]["key"]
                assert own[-1]["choice"] == outcome["rank"]
                assert outcome["program"]["name"] in why["summary"]
    program = outcomes["matched"]["nodes"][0]["program"]["key"]
    found = await graph.ask(EXPLAIN, id=identity, program=program, scenario=1)
    assert "fills" in found["simulation"]["why"]["summary"]
    for wrong in ({}, {"applicant": "x", "program": "y"}, {"applicant": "x"}, {"program": "y"},
                  {"applicant": "x", "scenario": 2}):  # fmt: skip
        answer = (await graph.raw(EXPLAIN, {"id": identity, **wrong})).json()
        assert answer["data"] == {
            "simulation": {"number": payload["simulation"]["number"], "why": None}
        }
        (error,) = answer["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert error["path"] == ["simulation", "why"]


COUPLES = {"addCouples": {"group": "CMG", "couples": 5}}


async def test_what_ifs_with_couples_run_cold_and_their_chains_are_told(graph: Graph) -> None:
    keys = await graph.values(
        "SELECT match_iteration_id || '-' || program_stream_id FROM core.dim_program"
        " WHERE is_current ORDER BY 1 LIMIT 2"
    )
    ends = {"source": {"programs": keys[:1]}, "target": {"programs": keys[1:]}}
    reverting = {"revertSeats": ends | {"same": []}}
    seats = {"changeQuotas": {"where": {"programs": keys[:1]}, "each": 50}}
    payload = await mutate(
        graph,
        COMPARE.replace("number scenarios", "id status scenarios"),
        seed=3,
        replicates=2,
        keepsMatches=True,
        scenarios=[{"name": "couples", "changes": [seats, COUPLES, reverting]}],
    )
    assert payload["errors"] == []
    assert payload["simulation"]["status"] == "SUCCEEDED"
    identity = payload["simulation"]["id"]
    data = await graph.ask(
        """query ($id: ID!) { simulation(id: $id) { scenarios { applicantOutcomes(first: 100) {
          nodes { applicant rank program { key } } } } } }""",
        id=identity,
    )
    outcomes = data["simulation"]["scenarios"][1]["applicantOutcomes"]["nodes"]
    for outcome in outcomes:
        why = await told(graph, id=identity, applicant=outcome["applicant"], scenario=1)
        own = [step for step in why["steps"] if step["applicant"] == outcome["applicant"]]
        if own and own[-1]["partner"] is not None:
            break
    else:
        pytest.fail("no couple among the first hundred applicants")
    assert "as a couple" in why["summary"]
    assert "for the pair" in " ".join(step["text"] for step in own)
    held = [step for step in own if step["kind"] in {"HELD", "UNMATCHED"}]
    assert held[-1]["program"] == (outcome["program"] or {}).get("key")
    assert "before this match" in why["summary"]
    of_program = await told(graph, id=identity, program=keys[1], scenario=1)
    assert of_program["steps"][0]["kind"] == "REVERTED"
    assert of_program["steps"][0]["applicant"] is None


async def told(graph: Graph, **given: Any) -> Any:
    """Return an explanation."""
    found = await graph.ask(EXPLAIN, **given)
    return found["simulation"]["why"]


async def test_seats_with_couples_are_valued_by_a_job(graph: Graph) -> None:
    """Each program's seat is a match of its own: too many to be done while one waits."""
    with_couples = default_parameters().with_changes({"groups.CMG.couples": 5})
    parameters = with_couples.model_dump(mode="json")
    payload = await mutate(graph, RUN, seatValues=True, parameters=parameters)
    assert payload["errors"] == []
    assert payload["job"]["status"] == "QUEUED"


async def test_runs_are_jobs_until_the_engine_is_compiled(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.simulating.LOOK_EVERY", 0.01)
    simulator = graph.app.front.pipeline.executor.services.simulator
    for looks, warmth in ((1_000_000, Warmth.READY), (0, Warmth.NOTHING_KEPT)):
        simulator._warming = Warm(looks, warmth)
        payload = await mutate(graph, RUN)
        assert payload["job"]["status"] == "QUEUED"
        assert payload["simulation"]["status"] == "QUEUED"
    simulator._warming = Warm(3, Warmth.READY)
    assert (await mutate(graph, RUN))["job"] is None, "a moment is waited for"


@dataclass
class Warm:
    """What compiles the engine, and is done after so many looks."""

    looks: int
    then: Warmth

    @property
    def warmth(self) -> Warmth:
        self.looks -= 1
        return Warmth.COMPILING if self.looks >= 0 else self.then
