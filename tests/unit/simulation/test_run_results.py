"""What runs give, in every form: rows to store, CSV, JSON and the report say the same."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulation.cases import Case
from simulation.errors import InvalidRequestError, RunCancelledError
from simulation.export import document_of, tables_of, write_run
from simulation.outcome import Verdict
from simulation.preferences import populate
from simulation.report import About, report
from simulation.results import RunResult
from simulation.runs import RunRequest, run
from simulation.scenario import opened_programs
from simulation.stored_export import tables_of as stored_tables
from simulation.storing import rows_of
from tests.populations import few_applicants, offered
from warehouse.tables.measures import APPLICANTS, SEATS

PROGRAMS = offered()


def request(**fields: Any) -> RunRequest:
    parameters = few_applicants().model_dump(mode="json")
    return RunRequest.of({"parameters": parameters, "seed": 3} | fields)


@pytest.fixture(scope="module")
def result() -> RunResult:
    scenarios = [
        {"name": "as it is"},
        {"name": "more surgeons", "changes": [
            {"kind": "change_quotas", "where": {"disciplines": ["Surgery"]}, "percent": 20},
        ]},
        {"name": "another program", "changes": [
            {"kind": "open_program", "program": "1-99", "like": "1-1", "quota": 4},
        ]},
    ]  # fmt: skip
    return run(request(scenarios=scenarios, replicates=20), PROGRAMS)


def couples_everywhere(**fields: Any) -> RunRequest:
    parameters = few_applicants().with_changes(
        {"groups.CMG.applicants": 60, "groups.CMG.couples": 20}
    )
    fields = {"replicates": 8, "search_limit": 0.001} | fields
    return RunRequest(parameters=parameters, seed=3, **fields)


def test_a_search_that_ends_at_its_limit_is_undecided_everywhere_and_a_higher_limit_decides(
    tmp_path: Path,
) -> None:
    short = run(couples_everywhere(), PROGRAMS)
    undecided = short.scenarios[0].verdicts[Verdict.UNDECIDED]
    assert undecided > 0
    longer = run(couples_everywhere(search_limit=0.5), PROGRAMS)
    assert longer.scenarios[0].verdicts[Verdict.UNDECIDED] < undecided
    files = {path.name: path for path in write_run(tmp_path, short)}
    with files["verdicts.csv"].open(encoding="utf-8", newline="") as lines:
        told = {row["verdict"]: row["replicates"] for row in csv.DictReader(lines)}
    assert told["UNDECIDED"] == str(undecided)
    (scenario,) = json.loads(files["result.json"].read_text(encoding="utf-8"))["scenarios"]
    assert scenario["verdicts"]["UNDECIDED"] == undecided
    rows = rows_of(short)
    assert {"verdict": "UNDECIDED", "replicates": undecided}.items() <= next(
        row for row in stored_tables(rows)["verdicts"] if row["verdict"] == "UNDECIDED"
    ).items()
    page = report(About("x", {}, "x", {}), rows)
    assert f"UNDECIDED {undecided}" in page
    assert "ended at its limit" in page


def test_whoever_cancels_during_an_exact_search_does_not_wait_for_its_end() -> None:
    case = Case("x", populate(PROGRAMS, couples_everywhere().parameters, 3),
                np.zeros(len(PROGRAMS), dtype=np.int32), 3, search_limit=3600.0)  # fmt: skip

    def gone() -> bool:
        raise RunCancelledError

    for is_cancelled in (lambda: True, gone):
        with pytest.raises(RunCancelledError):
            [case.outcome(replicate, is_cancelled) for replicate in range(20)]


def test_ten_scenarios_are_compared_with_an_eleventh_and_the_report_shows_them_all() -> None:
    changed = [
        {"name": f"{seats} more", "changes": [
            {"kind": "change_quotas", "where": {"programs": ["1-1"]}, "each": seats}]}
        for seats in range(1, 11)
    ]  # fmt: skip
    found = run(request(scenarios=[{"name": "as it is"}, *changed], replicates=3), PROGRAMS)
    assert len(found.scenarios) == 11
    page = report(About("x", {}, "x", {}), rows_of(found))
    assert all(f"{seats} more" in page for seats in range(1, 11))


def test_unfilled_unmatched_and_variance_ratios_are_in_every_form(result: RunResult) -> None:
    stored = rows_of(result)
    _, second, *_ = stored.scenarios
    for row, measures in (
        (second.row, (*APPLICANTS, *SEATS)),
        (second.categories[0].row, APPLICANTS),
        *((rows[0], SEATS) for rows in (second.programs, second.disciplines, second.provinces)),
    ):
        for measure in measures:
            assert row[f"{measure}_mean"] is not None
            assert f"{measure}_change_variance_ratio" in row
    assert second.row["unmatched_mean"] == pytest.approx(80 - second.row["matched_mean"])
    assert second.row["unfilled_change_variance_ratio"] > 1
    assert second.row["unfilled_low"] < second.row["unfilled_mean"] < second.row["unfilled_high"]
    row = next(
        row
        for row in stored_tables(stored)["summary"]
        if (row["scenario"], row["measure"]) == ("more surgeons", "UNFILLED")
    )
    assert row["difference_variance_ratio"] == second.row["unfilled_change_variance_ratio"]
    page = report(About("x", {}, "x", {}), stored)
    assert "Applicants without a match" in page
    assert "Seats unfilled" in page
    assert page.count("Variance ratio") == 3


def test_a_program_that_a_scenario_opens_is_marked_and_named_after_its_like(
    result: RunResult,
) -> None:
    for scenario in rows_of(result).scenarios:
        *others, new = scenario.programs
        assert (new["key"], new["is_hypothetical"], new["like_program"]) == ("1-99", True, "1-1")
        assert not any(one["is_hypothetical"] or one["like_program"] for one in others)
    for rows in (tables_of(result)["programs"], stored_tables(rows_of(result))["programs"]):
        marked = {row["name"]: row["like_program"] for row in rows if row["is_hypothetical"]}
        assert marked == {"1-99": "1-1"}
    programs = document_of(result)["scenarios"][0]["programs"]
    assert [one["name"] for one in programs if one["is_hypothetical"]] == ["1-99"]


def test_what_is_like_a_program_that_was_opened_before_is_like_the_one_that_exists() -> None:
    first = {"kind": "open_program", "program": "a", "like": "1-1", "quota": 1}
    second = {"kind": "open_program", "program": "b", "like": "a", "quota": 1}
    asked = request(scenarios=[{"name": "x", "changes": [first, second]}])
    assert opened_programs(asked.scenarios) == {"a": "1-1", "b": "1-1"}
    other = {"name": "y", "changes": [first | {"like": "1-2"}]}
    with pytest.raises(InvalidRequestError, match="open different programs as 'a'"):
        request(scenarios=[{"name": "x", "changes": [first]}, other])
