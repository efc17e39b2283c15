"""Runs: requests that are read and refused, results by scenario, seat values, and their files."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulation.cases import Case
from simulation.engine import solve
from simulation.errors import (
    InvalidRequestError,
    NothingSelectedError,
    RunCancelledError,
)
from simulation.export import document_of, tables_of, write_run
from simulation.measures import Measure, Scope
from simulation.parameters import Parameters
from simulation.preferences import populate
from simulation.programs import ProgramTable
from simulation.results import RunResult
from simulation.runs import RunRequest, run
from simulation.scenario import ChangeQuotas
from tests.populations import few_applicants, offered, plain_market

PROGRAMS = offered()
SCENARIOS = [
    {"name": "as it is"},
    {"name": "more surgeons", "changes": [
        {"kind": "change_quotas", "where": {"disciplines": ["Surgery"]}, "percent": 20},
    ]},
    {"name": "another program", "changes": [
        {"kind": "close_programs", "where": {"programs": ["1-2"]}},
        {"kind": "open_program", "program": "1-99", "like": "1-1", "quota": 4},
    ]},
    {"name": "reverting", "changes": [
        {"kind": "revert_seats", "source": {"categories": ["CMG"]},
         "target": {"categories": ["IMG"]}},
    ]},
    {"name": "with couples", "changes": [
        {"kind": "add_couples", "group": "CMG", "couples": 4},
    ]},
]  # fmt: skip


def request(**fields: Any) -> RunRequest:
    parameters = few_applicants().model_dump(mode="json")
    return RunRequest.of({"parameters": parameters, "seed": 3} | fields)


@pytest.fixture(scope="module")
def result() -> RunResult:
    return run(
        request(scenarios=SCENARIOS, replicates=40, seat_values=True, keeps_matches=True, audits=2),
        PROGRAMS,
        data_version="generated",
    )


def test_every_scenario_has_outcomes_by_scope_and_differences_to_the_first(
    result: RunResult,
) -> None:
    first, *others = result.scenarios
    for one in result.scenarios:
        assert set(one.outcomes) == set(Scope)
        whole = one.outcomes[Scope.ALL]
        matched = whole.estimates[Measure.MATCHED].mean[0]
        assert matched == pytest.approx(whole.estimates[Measure.FILLED].mean[0])
        assert whole.applicants.tolist() == [80]
        assert whole.seats.tolist() == [int(one.programs.quotas.sum())]
    assert all(not outcomes.differences for outcomes in first.outcomes.values())
    gained = others[0].outcomes[Scope.ALL].differences[Measure.MATCHED]
    assert 0 < gained.low[0] < gained.mean[0] < gained.high[0]
    assert gained.variance_ratio[0] > 1


def test_programs_of_all_scenarios_are_listed_in_each(result: RunResult) -> None:
    names = {one.outcomes[Scope.PROGRAM].names for one in result.scenarios}
    assert names == {(*PROGRAMS.keys, "1-99")}
    seats = {one.scenario.name: one.outcomes[Scope.PROGRAM].seats for one in result.scenarios}
    assert (seats["as it is"][2], seats["as it is"][-1]) == (3, 0)
    assert (seats["another program"][2], seats["another program"][-1]) == (0, 4)


def test_audited_replicates_are_stable_and_the_first_ones_matches_are_kept(
    result: RunResult,
) -> None:
    for one in result.scenarios:
        assert len(one.certificates) == 2
        assert one.is_stable == (one.scenario.name != "with couples" or one.is_stable)
        assert one.outcome is not None
    assert result.scenarios[0].is_stable
    assert result.scenarios[3].is_stable
    outcome = result.scenarios[0].outcome
    population = populate(PROGRAMS, few_applicants(), 3)
    assert outcome is not None
    assert outcome.assignment.tolist() == solve(plain_market(population, 0)).assignment.tolist()


def test_seat_values_are_ranked_and_those_of_cold_runs(result: RunResult) -> None:
    values = result.seat_values
    assert values is not None
    assert values.replicates == 40
    ranked = values.matched.mean[values.ranking()]
    assert (np.diff(ranked) <= 0).all()
    population = populate(PROGRAMS, few_applicants(), 3)
    program = int(values.ranking()[0])
    more = population.quotas.copy()
    more[program] += 1
    gained = [
        int((solve(plain_market(one, r)).ranks() > 0).sum()) * sign
        for r in range(40)
        for one, sign in ((replace(population, quotas=more), 1), (population, -1))
    ]
    assert values.matched.mean[program] == pytest.approx(sum(gained) / 40)


def test_a_single_match_is_an_ensemble_of_one() -> None:
    found = run(request(keeps_matches=True), PROGRAMS)
    only = found.scenarios[0]
    assert (found.replicates, found.is_converged) == (1, None)
    assert only.is_stable
    assert only.outcome is not None
    estimates = only.outcomes[Scope.ALL].estimates[Measure.MATCHED]
    assert estimates.mean[0] == (only.outcome.ranks() > 0).sum()
    assert math.isnan(estimates.low[0])


def test_the_same_request_gives_the_same_files(tmp_path: Path) -> None:
    asked = request(scenarios=SCENARIOS[:2], replicates=30)
    texts = []
    for threads in (1, 3):
        folder = tmp_path / str(threads)
        files = write_run(folder, run(asked, PROGRAMS, threads=threads))
        texts.append({path.name: path.read_text(encoding="utf-8") for path in files})
    assert texts[0] == texts[1]


def test_a_run_is_resumed_from_what_was_stored() -> None:
    asked = request(scenarios=SCENARIOS[:2], replicates=60, seat_values=True)
    stored: dict[str, bytes] = {}
    whole = run(asked, PROGRAMS, stored=stored)
    names = sorted(stored)
    for name in (names[1], names[-1]):
        del stored[name]
    assert document_of(run(asked, PROGRAMS, stored=stored)) == document_of(whole)
    assert sorted(stored) == names


def test_a_run_does_not_take_up_what_another_one_stored() -> None:
    stored: dict[str, bytes] = {}
    for asked, programs in (
        (request(replicates=40), PROGRAMS),
        (request(replicates=40, seed=4), PROGRAMS),
        (request(replicates=40), offered(seats=2)),
        (request(replicates=30), PROGRAMS),
    ):
        alone = document_of(run(asked, programs))
        assert document_of(run(asked, programs, stored=stored)) == alone
    assert len(stored) == 8


def test_progress_counts_replicates_of_the_ensemble_and_of_seat_values() -> None:
    told: list[tuple[int, int]] = []
    run(
        request(replicates=40, seat_values=True),
        PROGRAMS,
        lambda done, total: told.append((done, total)),
    )
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (80, 80)


def test_a_run_is_cancelled_at_once() -> None:
    with pytest.raises(RunCancelledError):
        run(request(replicates=100_000), PROGRAMS, is_cancelled=lambda: True)


def test_every_file_says_that_it_is_simulated(result: RunResult, tmp_path: Path) -> None:
    files = {path.name: path for path in write_run(tmp_path, result)}
    assert set(files) == {
        "summary.csv", "categories.csv", "disciplines.csv", "provinces.csv", "programs.csv",
        "certificates.csv", "verdicts.csv", "core.csv", "seat_values.csv", "matches.csv",
        "result.json",
    }  # fmt: skip
    for name, path in files.items():
        if name.endswith(".csv"):
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            assert rows
            assert {row["is_simulated"] for row in rows} == {"true"}
    document = json.loads(files["result.json"].read_text(encoding="utf-8"))
    assert document["is_simulated"] is True
    assert document["data_version"] == "generated"
    assert [one["name"] for one in document["scenarios"]] == [one["name"] for one in SCENARIOS]


def test_tables_hold_what_the_result_does(result: RunResult) -> None:
    tables = tables_of(result)
    row = next(
        one
        for one in tables["programs"]
        if (one["scenario"], one["name"], one["measure"]) == ("more surgeons", "1-4", "FILL_RATE")
    )
    outcomes = result.scenarios[1].outcomes[Scope.PROGRAM]
    number = outcomes.names.index("1-4")
    assert row["mean"] == outcomes.estimates[Measure.FILL_RATE].mean[number]
    assert row["difference_mean"] == outcomes.differences[Measure.FILL_RATE].mean[number]
    assert row["seats"] == int(outcomes.seats[number])
    assert len(tables["matches"]) == 5 * 80
    assert [one["place"] for one in tables["seat_values"]] == list(range(1, 25))


NOBODY = few_applicants().with_changes({"groups.CMG.applicants": 0, "groups.IMG.applicants": 0})


@pytest.mark.parametrize(
    ("programs", "parameters"),
    [
        pytest.param(PROGRAMS, NOBODY, id="no applicants"),
        pytest.param(PROGRAMS, Parameters(groups={}), id="no groups"),
        pytest.param(offered(0), few_applicants(), id="no programs"),
        pytest.param(offered(0), Parameters(groups={}), id="nothing at all"),
        pytest.param(offered(1), few_applicants(), id="one program"),
        pytest.param(offered(seats=0), few_applicants(), id="no seats"),
        pytest.param(offered(seats=50_000), few_applicants(), id="more seats than ever"),
        pytest.param(PROGRAMS.closed(range(24)), few_applicants(), id="all closed"),
    ],
)
def test_odd_markets_run_to_their_end(programs: ProgramTable, parameters: Parameters) -> None:
    asked = RunRequest(parameters=parameters, replicates=3, seat_values=True, keeps_matches=True)
    found = run(asked, programs)
    whole = found.scenarios[0].outcomes[Scope.ALL]
    filled, unfilled = (whole.estimates[one].mean[0] for one in (Measure.FILLED, Measure.UNFILLED))
    assert filled + unfilled == programs.quotas.sum()
    assert filled == whole.estimates[Measure.MATCHED].mean[0]
    assert json.dumps(document_of(found), allow_nan=False)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"replicates": 10_000_000}, "replicates"),
        ({"replicates": 0}, "replicates"),
        ({"scenarios": []}, "scenarios"),
        ({"scenarios": [{"name": str(number)} for number in range(12)]}, "scenarios"),
        ({"scenarios": [{"name": "twice"}, {"name": "twice"}]}, "share a name"),
        ({"scenarios": [{"name": ""}]}, "name"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**31}, "seed"),
        ({"precision": 0}, "precision"),
        ({"precision": float("nan")}, "precision"),
        ({"audits": 0}, "audits"),
        ({"replicas": 5}, "replicas"),
        ({"parameters": {"groups": {"CMG": {"applicants": -4}}}}, "parameters"),
    ],
)
def test_a_request_that_cannot_be_is_refused_and_the_field_is_named(
    fields: dict[str, Any], named: str
) -> None:
    with pytest.raises(InvalidRequestError, match=named) as refusal:
        request(**fields)
    assert refusal.value.remedy


def test_a_scenario_that_does_not_fit_the_programs_is_refused_before_anything_runs() -> None:
    wrong = {"kind": "close_programs", "where": {"programs": ["9-9"]}}
    with pytest.raises(NothingSelectedError, match="scenario 'wrong', change 1"):
        run(
            request(scenarios=[{"name": "wrong", "changes": [wrong]}], replicates=100_000),
            PROGRAMS,
        )


@pytest.mark.parametrize("scenario", SCENARIOS[3:])
def test_seat_values_with_couples_and_reversions_are_those_of_cold_runs(
    scenario: dict[str, Any],
) -> None:
    wanted = {"scenarios": [scenario], "replicates": 3, "keeps_matches": True}
    found = run(request(**wanted, seat_values=True), PROGRAMS)
    assert found.seat_values is not None
    base = found.scenarios[0].outcomes[Scope.ALL].estimates[Measure.MATCHED].mean[0]
    for number in (0, 3):
        key = PROGRAMS.keys[number]
        more = {"kind": "change_quotas", "where": {"programs": [key]}, "each": 1}
        changes = [more, *scenario["changes"]]
        cold = run(request(**wanted | {"scenarios": [{"name": "x", "changes": changes}]}), PROGRAMS)
        matched = cold.scenarios[0].outcomes[Scope.ALL].estimates[Measure.MATCHED].mean[0]
        assert found.seat_values.matched.mean[number] == pytest.approx(matched - base)


def test_cold_seat_values_are_those_that_the_incremental_engine_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fast = run(request(replicates=4, seat_values=True), PROGRAMS).seat_values
    monkeypatch.setattr(Case, "is_compiled", False)
    cold = run(request(replicates=4, seat_values=True), PROGRAMS).seat_values
    assert fast is not None
    assert cold is not None
    for name in ("matched", "better_off", "ranks_gained"):
        assert getattr(cold, name).mean.tolist() == getattr(fast, name).mean.tolist()


def test_requests_are_written_and_read_again(tmp_path: Path) -> None:
    asked = request(scenarios=SCENARIOS, replicates=7, precision=0.01)
    assert RunRequest.parse(asked.to_json()) == asked
    assert asked.with_overrides(replicates=9, seed=None).replicates == 9
    file = tmp_path / "one.yaml"
    file.write_text("name: fewer\nchanges:\n- {kind: close_programs, where: {provinces: [QC]}}\n")
    names = [one.name for one in RunRequest.read(file).scenarios]
    assert names == ["as it is", "fewer"]


def test_ontario_is_no_truth_value() -> None:
    """To YAML 1.1, ON is the same as true."""
    text = (
        "{name: x, changes: [{kind: change_quotas, where: {provinces: [ON]}, to: 1,"
        " is_announced: true}]}"
    )
    change = RunRequest.parse(text).scenarios[1].changes[0]
    assert isinstance(change, ChangeQuotas)
    assert change.where.provinces == ("ON",)
    assert change.is_announced is True


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "just words",
        "name: [",
        "\x00",
        "seed: 1\nseed: 2",
        "? {a: [1]}\n: 1",
        "[" * 9999,
        '{"seed": 1, "seed": 2}',
    ],
)
def test_files_that_are_no_requests_are_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(text)
    with pytest.raises(InvalidRequestError, match=r"wrong\.yaml"):
        RunRequest.read(file)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidRequestError, match=r"nowhere\.yaml"):
        RunRequest.read("nowhere.yaml")
