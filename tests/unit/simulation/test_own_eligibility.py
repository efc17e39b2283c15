"""Eligibility in a market of one's own: refused entries become no match, and are told."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from etl.reference.tables import load_reference_tables
from residency.command import app
from simulation.eligibility import Rule
from simulation.engine import run_match
from simulation.errors import InvalidFolderError, InvalidRuleError, SimulationError, UnknownIdError
from simulation.intake import market_from_lists
from simulation.own_folder import LAYOUT
from simulation.own_market import OwnRun, read_own_market
from simulation.own_results import results_of
from simulation.own_rules import PROVINCES
from simulation.template import write_template
from tests.unit.simulation.own_folders import write, write_lists
from warehouse.vocabulary import Province

RULES = load_reference_tables().rules
RULE_COLUMNS = ",".join(LAYOUT["eligibility.csv"].columns)


@pytest.fixture
def market(tmp_path: Path) -> Path:
    """The example of the template."""
    write_template(tmp_path / "market")
    return tmp_path / "market"


def run(folder: Path, year: int = 0) -> OwnRun:
    return read_own_market(folder, rules=RULES, year=year).run()


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_refused_entries_are_told_with_file_row_rule_and_source(market: Path) -> None:
    (first,) = run(market).iterations
    assert [(one.entry.applicant, one.entry.program, one.entry.row) for one in first.refusals] == [
        ("A0007", "FM-NORTH", 7), ("A0007", "FM-WORLD", 8),
    ]  # fmt: skip
    (parallel, assessed) = results_of(run(market))["refused"]
    assert (parallel["rule"], assessed["rule"]) == ("CMG-IMG", "AB-IMG")
    assert parallel["file"] == "applications.csv"
    assert assessed["why"].endswith("requires AIMG_ASSESSED.")
    assert "eligibility-criteria/alberta" in assessed["source"]


def test_ranks_stay_those_of_the_list_as_submitted(market: Path) -> None:
    change(market, "applicants.csv", "A0007,IMG,", "A0007,IMG,AIMG_ASSESSED")
    (first,) = run(market).iterations
    assert [one.entry.program for one in first.refusals] == ["FM-NORTH"]
    matched = {
        row["applicant"]: (row["program"], row["rank"])
        for row in results_of(run(market))["matches"]
    }
    assert matched["A0007"] == ("FM-WORLD", 2)


def test_a_pair_of_a_couple_is_no_match_if_a_member_is_refused(market: Path) -> None:
    change(market, "applicants.csv", "A0005,CMG", "A0005,IMG")
    (first,) = run(market).iterations
    of_couple = [one.entry for one in first.refusals if one.entry.file == "couples.csv"]
    assert [(one.applicant, one.program, one.rank) for one in of_couple] == [
        ("A0005", "FM-NORTH", 1), ("A0005", "FM-SOUTH", 2),
    ]  # fmt: skip
    assert first.outcome.matches()["A0004"] == "FM-NORTH"  # the third pair leaves the other out
    assert first.outcome.matches()["A0005"] is None


def test_without_categories_and_streams_nothing_is_refused(market: Path) -> None:
    for name in ("applicants.csv", "programs.csv", "second_applicants.csv"):
        rows = [line.split(",") for line in (market / name).read_text().splitlines()]
        width = len(LAYOUT[name].columns)
        (market / name).write_text("".join(",".join(row[:width]) + "\n" for row in rows))
    result = run(market)
    assert not result.iterations[0].has_rules
    assert "refused" not in results_of(result)


@pytest.mark.parametrize(
    ("name", "old", "new", "error", "words"),
    [
        ("applicants.csv", "category,has", "category,age", InvalidFolderError, "perhaps category"),
        ("applicants.csv", "A0001,CMG", "A0001,Jane", UnknownIdError, "row 1, category.*CMG, IMG"),
        ("applicants.csv", "AIMG_ASSESSED", "Jane", UnknownIdError, r"row 6, credential.*AIMG"),
        ("programs.csv", "CMG Stream for CMG", "Jane", UnknownIdError, "row 1, stream"),
        ("programs.csv", ",AB", ",XX", InvalidFolderError, r"programs.csv, row 1.*'XX' is no"),
        ("programs.csv", "stream,province", "stream,city", InvalidFolderError, "perhaps stream"),
    ],
)  # fmt: skip
def test_words_that_no_rule_knows_are_refused_and_not_repeated(
    market: Path, name: str, old: str, new: str, error: type[SimulationError], words: str
) -> None:
    change(market, name, old, new)
    with pytest.raises(error, match=words) as caught:
        run(market)
    assert "Jane" not in str(caught.value)


def test_who_applicants_are_and_what_programs_are_go_together(market: Path) -> None:
    write(market, "programs.csv", "program,quota", [("FM-NORTH", 1)])
    write_lists(market, "applications.csv", "applicant,program", {})
    write_lists(market, "rankings.csv", "program,applicant", {})
    for name in ("couples.csv", "reversions.csv", "pools.csv", "second_seats.csv"):
        (market / name).unlink()
    with pytest.raises(InvalidFolderError, match=r"programs\.csv: There is no column stream"):
        run(market)


def test_rules_of_the_folder_take_the_place_of_others(market: Path) -> None:
    write(market, "eligibility.csv", RULE_COLUMNS, [
        ("ALL", "true", "", "", "", "", "", "", "all may apply", "ours"),
        ("UNUSED", "false", "IMG", "CMG Stream for CMG", "", "2024", "2", "", "", "ours"),
        ("UNUSED-2", "true", "CMG", "IMG Stream for IMG", "", "", "", "AIMG_ASSESSED", "", "ours"),
    ])  # fmt: skip
    assert run(market).iterations[0].refusals == ()


@pytest.mark.parametrize(
    ("row", "error", "words"),
    [
        (("", "true", "", "", "", "", "", "", "", ""), InvalidFolderError, "row 1.*no name"),
        (("A", "yes", "", "", "", "", "", "", "", ""), InvalidFolderError, "row 1.*true nor false"),
        (("A", "true", "", "", "", "soon", "", "", "", ""), InvalidFolderError, "row 1, year"),
        (("A", "true", "", "", "", "", "3", "", "", ""), InvalidFolderError, "row 1, iteration"),
        (("A", "false", "", "", "", "", "", "X", "", ""), InvalidRuleError, "requires something"),
    ],
)
def test_rules_of_the_folder_that_are_wrong_are_refused_with_their_row(
    market: Path, row: tuple[str, ...], error: type[SimulationError], words: str
) -> None:
    write(market, "eligibility.csv", RULE_COLUMNS, [row])
    with pytest.raises(error, match=words):
        run(market)


def test_the_year_selects_the_rules(market: Path) -> None:
    change(
        market,
        "programs.csv",
        "FM-WORLD,2,IMG Stream for IMG,AB",
        "FM-WORLD,2,Regular Stream for All,QC",
    )
    rules = {one.rule.name for one in run(market, 2024).iterations[0].refusals if one.rule}
    assert "QC-2024-REGULAR-IMG" in rules
    rules = {one.rule.name for one in run(market).iterations[0].refusals if one.rule}
    assert "QC-REGULAR-IMG" in rules


def test_the_provinces_are_those_of_the_warehouse() -> None:
    assert set(Province.values()) == PROVINCES


@pytest.mark.parametrize("case", range(30))
def test_the_match_is_that_of_lists_without_the_refused_entries(tmp_path: Path, case: int) -> None:
    random = Random(case)
    people = {f"A{number}": random.choice(["CMG", "IMG"]) for number in range(10)}
    streams = {f"P{number}": random.choice(["one", "two", "all"]) for number in range(6)}
    rules = [
        Rule("ONE", True, "CMG", "one"),
        Rule("TWO", True, "IMG", "two"),
        Rule("ALL", True, None, "all"),
    ]
    admitted = {("CMG", "one"), ("IMG", "two"), ("CMG", "all"), ("IMG", "all")}
    lists = {one: random.sample(list(streams), random.randint(0, 6)) for one in people}
    ranked = {one: random.sample(list(people), random.randint(0, 10)) for one in streams}
    quotas = {one: random.randint(0, 3) for one in streams}
    write(tmp_path, "applicants.csv", "applicant,category", people.items())
    write(
        tmp_path, "programs.csv", "program,quota,stream",
        [(one, quotas[one], stream) for one, stream in streams.items()],
    )  # fmt: skip
    write_lists(tmp_path, "applications.csv", "applicant,program", lists)
    write_lists(tmp_path, "rankings.csv", "program,applicant", ranked)
    (first,) = read_own_market(tmp_path, rules=rules).run().iterations
    kept = {
        who: [one for one in entries if (people[who], streams[one]) in admitted]
        for who, entries in lists.items()
    }
    expected = run_match(market_from_lists(kept, ranked, quotas)).outcome.matches()
    assert first.outcome.matches() == expected
    assert first.run.certificate.is_stable
    assert len(first.refusals) == sum(map(len, lists.values())) - sum(map(len, kept.values()))


def test_the_command_counts_refused_entries_and_writes_them(market: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    arguments = ["simulate", "--market", str(market), "--out", str(out), "--year", "2025"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    assert "2 entries were refused by rules of eligibility" in result.output
    assert len(json.loads((out / "refused.json").read_text())) == 2
    assert json.loads((out / "certificate.json").read_text())["refused_entries_dropped"] == 2
