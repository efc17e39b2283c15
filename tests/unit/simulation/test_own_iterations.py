"""A second iteration of a market of one's own, and the size of its core."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from residency.command import app
from simulation.errors import (
    DuplicateIdError,
    InvalidEditError,
    InvalidFolderError,
    InvalidQuotaError,
    SimulationError,
    UnknownIdError,
)
from simulation.own_market import OwnRun, read_own_market
from simulation.own_results import certificate_of, results_of
from simulation.template import write_template
from tests.unit.simulation.own_folders import write, write_lists


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A1 is matched first; A2 and A3 are not; three seats are left, of which two go elsewhere."""
    write(tmp_path, "applicants.csv", "applicant", [["A1"], ["A2"], ["A3"]])
    write(tmp_path, "programs.csv", "program,quota", [("X", 1), ("Y", 2), ("Z", 1)])
    write_lists(tmp_path, "applications.csv", "applicant,program", {"A1": ["X"], "A2": ["X"]})
    write_lists(tmp_path, "rankings.csv", "program,applicant", {"X": ["A1", "A2"]})
    write(tmp_path, "second_applicants.csv", "applicant", [["A4"]])
    write(
        tmp_path, "second_seats.csv", "program,to_program,more", [("Y", "Z", ""), ("Z", "", "-1")]
    )
    write_lists(tmp_path, "second_applications.csv", "applicant,program", {
        "A2": ["Y", "Z"], "A4": ["Z"],
    })  # fmt: skip
    write_lists(tmp_path, "second_rankings.csv", "program,applicant", {"Z": ["A4", "A2", "A3"]})
    return tmp_path


def run(folder: Path, **options: bool) -> OwnRun:
    return read_own_market(folder).run(iterations=2, **options)


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_results_tell_the_iteration_of_a_match_and_the_seats_carried_over(folder: Path) -> None:
    tables = results_of(run(folder))
    assert [tuple(row.values()) for row in tables["matches"]] == [
        ("A1", "X", 1, 1), ("A2", "Z", 2, 2), ("A3", None, None, None), ("A4", "Z", 1, 2),
    ]  # fmt: skip
    assert [tuple(row.values()) for row in tables["carried"]] == [
        ("Y", 2, "Z", 0), ("Z", 1, "Z", 2),
    ]  # fmt: skip
    unfilled = [(row["iteration"], row["program"], row["unfilled"]) for row in tables["unfilled"]]
    assert unfilled == [(1, "Y", 2), (1, "Z", 1)]
    second = certificate_of(run(folder))["second_iteration"]
    assert (second["applicants"], second["is_stable"]) == (3, True)


def test_one_iteration_is_as_if_there_were_no_second(folder: Path) -> None:
    result = read_own_market(folder).run()
    assert [one.number for one in result.iterations] == [1]
    assert result.carried is None
    assert certificate_of(result)["second_iteration"] is None
    assert "carried" not in results_of(result)


@pytest.mark.parametrize(
    ("name", "old", "new", "error", "words"),
    [
        ("second_applications.csv", "A2,Y", "A1,Y", InvalidEditError, "'A1'.*A match is binding"),
        ("second_applications.csv", "A2,Y", "A9,Y", InvalidEditError, "'A9'.*newcomers"),
        ("second_applications.csv", "A2,Y", "A2,V", UnknownIdError, "no program 'V'"),
        ("second_rankings.csv", "Z,A3", "Z,A1", InvalidEditError, "program 'Z'.*binding"),
        ("second_seats.csv", "Y,Z,", "V,Z,", UnknownIdError, "second_seats.csv, row 1"),
        ("second_seats.csv", "Y,Z,", "Y,V,", UnknownIdError, "second_seats.csv, row 1"),
        ("second_seats.csv", "Y,Z,", "Z,Y,", InvalidFolderError, "row 2: Program 'Z' has two"),
        ("second_seats.csv", "Z,,-1", "Z,,-9", InvalidQuotaError, "program 'Z'"),
        ("second_applicants.csv", "A4", "A3", DuplicateIdError, "row 1: 'A3'"),
    ],
)
def test_what_is_wrong_in_a_second_iteration_is_refused_with_its_place(
    folder: Path, name: str, old: str, new: str, error: type[SimulationError], words: str
) -> None:
    change(folder, name, old, new)
    with pytest.raises(error, match=words):
        run(folder)


def test_a_second_iteration_needs_its_lists(folder: Path) -> None:
    (folder / "second_rankings.csv").unlink()
    with pytest.raises(InvalidFolderError, match=r"second_rankings\.csv: The file is missing"):
        run(folder)


@pytest.mark.parametrize("case", range(40))
def test_nobody_is_matched_twice_and_no_seat_is_lost(tmp_path: Path, case: int) -> None:
    random = Random(case)
    people, programs = [f"A{n}" for n in range(9)], [f"P{n}" for n in range(5)]
    quotas = {one: random.randint(0, 3) for one in programs}

    def lists(owners: list[str], items: list[str]) -> dict[str, list[str]]:
        return {one: random.sample(items, random.randint(0, len(items))) for one in owners}

    write(tmp_path, "applicants.csv", "applicant", ([one] for one in people))
    write(tmp_path, "programs.csv", "program,quota", quotas.items())
    write_lists(tmp_path, "applications.csv", "applicant,program", lists(people, programs))
    write_lists(tmp_path, "rankings.csv", "program,applicant", lists(programs, people))
    first = read_own_market(tmp_path).run().iterations[0].outcome
    waiting = [one for one, program in first.matches().items() if program is None]
    write_lists(tmp_path, "second_applications.csv", "applicant,program", lists(waiting, programs))
    write_lists(tmp_path, "second_rankings.csv", "program,applicant", lists(programs, waiting))
    result = run(tmp_path)
    before, after = (one.outcome for one in result.iterations)
    assert before.matches() == first.matches()
    assert (after.market.quotas == before.unfilled()).all()
    assert set(after.matches()) == set(waiting)
    assert all(one.run.certificate.is_stable for one in result.iterations)
    rows = {row["applicant"]: row for row in results_of(result)["matches"]}
    assert set(rows) == set(people)
    taken = [row["program"] for row in rows.values() if row["program"]]
    assert all(taken.count(one) <= quotas[one] for one in programs)


def test_the_core_tells_who_would_have_another_program(tmp_path: Path) -> None:
    write(tmp_path, "applicants.csv", "applicant", [["A1"], ["A2"], ["A3"]])
    write(tmp_path, "programs.csv", "program,quota", [("X", 1), ("Y", 1), ("Z", 1)])
    write_lists(tmp_path, "applications.csv", "applicant,program", {
        "A1": ["X", "Y"], "A2": ["Y", "X"], "A3": ["Z"],
    })  # fmt: skip
    write_lists(tmp_path, "rankings.csv", "program,applicant", {
        "X": ["A2", "A1"], "Y": ["A1", "A2"], "Z": ["A3"],
    })  # fmt: skip
    result = read_own_market(tmp_path).run(core=True)
    assert [tuple(row.values()) for row in results_of(result)["core"]] == [
        (1, "A1", "X", 1, "Y", 2), (1, "A2", "Y", 1, "X", 2),
    ]  # fmt: skip
    certificate = certificate_of(result)
    assert (certificate["core_applicants"], certificate["core_programs"]) == (2, 2)
    assert certificate["core_not_defined_because"] is None
    assert certificate_of(read_own_market(tmp_path).run())["core_applicants"] is None


def test_with_couples_the_core_is_not_defined_and_the_certificate_says_why(tmp_path: Path) -> None:
    market = tmp_path / "market"
    write_template(market)
    for name in ("applicants.csv", "programs.csv", "second_applicants.csv"):
        rows = [line.split(",") for line in (market / name).read_text().splitlines()]
        width = 2 if name == "programs.csv" else 1
        (market / name).write_text("".join(",".join(row[:width]) + "\n" for row in rows))
    certificate = certificate_of(read_own_market(market).run(core=True))
    assert certificate["core_applicants"] is None
    assert certificate["core_not_defined_because"].startswith("With couples")


def test_the_command_runs_both_iterations_and_tells_the_core(tmp_path: Path) -> None:
    market, out = tmp_path / "market", tmp_path / "results"
    write_template(market)
    options = ["--iterations", "2", "--core"]
    arguments = ["simulate", "--market", str(market), "--out", str(out), *options]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    told = " ".join(result.output.split())
    assert "Iteration 1: 6 of 7 applicants matched, 1 seats unfilled" in told
    assert "Iteration 2: 1 of 2 applicants matched, 0 seats unfilled" in told
    assert "0 applicants and 0 programs would have another outcome" in told
    assert json.loads((out / "carried.json").read_text())[1]["offered_by"] == "FM-SOUTH"
