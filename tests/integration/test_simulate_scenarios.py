"""`residency simulate --scenario`: scenarios over the loaded programs, in the terminal."""

from __future__ import annotations

import csv
import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from residency import console, reporting
from residency.command import app
from simulation.errors import InvalidFolderError, InvalidRequestError, NothingSelectedError
from simulation.program_file import programs_as_csv
from tests.conftest import Database
from tests.populations import offered

SCENARIOS = """
replicates: 40
seed: 5
seat_values: true
parameters:
  name: a few
  groups:
    CMG: {category: CMG, applicants: 60, is_home_graduate: true}
scenarios:
- name: as it is
- name: more seats
  changes:
  - {kind: change_quotas, where: {categories: [CMG]}, percent: 20}
"""


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the command prints."""
    text = StringIO()
    for module in (console, reporting):
        name = "console" if module is console else "output"
        monkeypatch.setattr(module, name, Console(file=text, width=200))
    return text


def simulate(*arguments: str) -> tuple[int, BaseException | None]:
    with ThreadPoolExecutor(1) as pool:  # the command has a loop of its own
        result = pool.submit(CliRunner().invoke, app, ["simulate", *arguments]).result()
    return result.exit_code, result.exception


def test_scenarios_of_a_file_are_run_shown_and_written(
    published: Database, tmp_path: Path, shown: StringIO
) -> None:
    file, out = tmp_path / "scenarios.yaml", tmp_path / "results"
    file.write_text(SCENARIOS, encoding="utf-8")
    code, fault = simulate("--scenario", str(file), "--out", str(out))
    assert (code, fault) == (0, None)
    words = " ".join(shown.getvalue().split())
    assert "40 replicates; 2 of 2 audited matches are stable" in words
    assert "All applicants are simulated" in words
    assert "more seats" in words
    document = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert document["replicates"] == 40
    assert document["data_version"] == "data version 1, match iteration 1503"
    with (out / "seat_values.csv").open(encoding="utf-8", newline="") as rows:
        assert [row["place"] for row in csv.DictReader(rows)][:2] == ["1", "2"]


def test_couples_are_valued_and_compared_by_cold_runs(tmp_path: Path, shown: StringIO) -> None:
    file, programs, out = (tmp_path / name for name in ("what.yaml", "programs.csv", "results"))
    couples = SCENARIOS.replace("replicates: 40", "replicates: 2").replace(
        "is_home_graduate: true", "is_home_graduate: true, couples: 6"
    )
    file.write_text(couples, encoding="utf-8")
    programs.write_text(programs_as_csv(offered()), encoding="utf-8")
    code, fault = simulate("--scenario", str(file), "--programs", str(programs), "--out", str(out))
    assert (code, fault) == (0, None)
    document = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert document["request"]["parameters"]["groups"]["CMG"]["couples"] == 6
    with (out / "seat_values.csv").open(encoding="utf-8", newline="") as rows:
        assert len(list(csv.DictReader(rows))) == len(offered())


def test_undecided_searches_are_told_with_how_to_search_longer(
    tmp_path: Path, shown: StringIO
) -> None:
    file, programs = tmp_path / "what.yaml", tmp_path / "programs.csv"
    text = SCENARIOS.replace("replicates: 40", "replicates: 12\nsearch_limit: 0.001")
    text = text.replace("seat_values: true", "").replace("true}", "true, couples: 28}")
    file.write_text(text, encoding="utf-8")
    programs.write_text(programs_as_csv(offered()), encoding="utf-8")
    assert simulate("--scenario", str(file), "--programs", str(programs)) == (0, None)
    words = " ".join(shown.getvalue().split())
    assert "replicates are UNDECIDED: the exact search for a stable matching ended" in words
    assert "A higher search_limit than 0.001" in words


def test_what_stands_on_the_command_line_counts_more_than_the_file(
    published: Database, tmp_path: Path, shown: StringIO
) -> None:
    file, out = tmp_path / "scenarios.yaml", tmp_path / "results"
    file.write_text(SCENARIOS, encoding="utf-8")
    code, _ = simulate("--scenario", str(file), "--out", str(out), "--replicates", "3",
                          "--seed", "8")  # fmt: skip
    request = json.loads((out / "result.json").read_text(encoding="utf-8"))["request"]
    assert (code, request["replicates"], request["seed"]) == (0, 3, 8)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("replicates: 10000000", InvalidRequestError),
        ("name: x\nchanges: [{kind: close_programs, where: {programs: ['9-9']}}]",
         NothingSelectedError),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused_and_nothing_is_written(
    published: Database, tmp_path: Path, shown: StringIO, text: str, error: type[Exception]
) -> None:
    file, out = tmp_path / "wrong.yaml", tmp_path / "results"
    file.write_text(text, encoding="utf-8")
    code, fault = simulate("--scenario", str(file), "--out", str(out))
    assert code == 1
    assert isinstance(fault, error)
    assert not out.exists()


def test_programs_of_a_file_need_no_warehouse(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shown: StringIO
) -> None:
    monkeypatch.setenv("RESIDENCY_DATABASE_URL", "postgresql://nobody@localhost:1/nothing")
    file, programs, out = (tmp_path / name for name in ("what.yaml", "programs.csv", "results"))
    file.write_text(SCENARIOS, encoding="utf-8")
    programs.write_text(programs_as_csv(offered()), encoding="utf-8")
    code, fault = simulate("--scenario", str(file), "--programs", str(programs), "--out", str(out))
    assert (code, fault) == (0, None)
    document = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert document["data_version"] == "programs of programs.csv"


def test_a_folder_that_cannot_be_written_to_is_refused_before_the_run(tmp_path: Path) -> None:
    file, taken = tmp_path / "what.yaml", tmp_path / "taken"
    file.write_text(SCENARIOS, encoding="utf-8")
    taken.write_text("a file", encoding="utf-8")
    for out in (taken, taken / "results"):
        _, fault = simulate("--scenario", str(file), "--out", str(out))
        assert isinstance(fault, InvalidFolderError)


def test_a_scenario_and_an_own_market_do_not_go_together(tmp_path: Path) -> None:
    assert simulate("--scenario", "a.yaml", "--market", str(tmp_path))[0] == 2
