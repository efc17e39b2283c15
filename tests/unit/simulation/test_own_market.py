"""A market of one's own: a folder in, a folder out, no warehouse, and nothing of people."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from etl.reference.tables import load_reference_tables
from residency.command import app
from simulation.errors import (
    ContradictoryListError,
    DuplicateIdError,
    InvalidFolderError,
    InvalidIdError,
    InvalidMarketError,
    InvalidQuotaError,
    InvalidReversionError,
    TiedRanksError,
    UnknownIdError,
)
from simulation.own_folder import LAYOUT
from simulation.own_market import OwnMarket
from simulation.own_market import read_own_market as read_with_rules
from simulation.own_results import COLUMNS, write_results
from simulation.template import EXAMPLE, write_template

RULES = load_reference_tables().rules


def read_own_market(folder: Path, **options: Any) -> OwnMarket:
    return read_with_rules(folder, **{"rules": RULES, **options})


@pytest.fixture
def market(tmp_path: Path) -> Path:
    """The example of the template."""
    write_template(tmp_path / "market")
    return tmp_path / "market"


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_example_runs_with_its_couple_its_reversion_and_its_pool(market: Path) -> None:
    result = read_own_market(market).run()
    (first,) = result.iterations
    assert first.run.certificate.is_stable
    assert first.outcome.matches() == {
        "A0001": "FM-SOUTH", "A0002": "IM-NORTH", "A0003": "FM-SOUTH",
        "A0004": "FM-NORTH", "A0005": "FM-NORTH", "A0006": "FM-WORLD", "A0007": None,
    }  # fmt: skip
    assert result.reverted is not None
    (move,) = result.reverted.moves[1:]
    assert (move.pool, move.seats) == ("REST", 1)


def test_results_are_written_twice_and_say_the_same(market: Path, tmp_path: Path) -> None:
    files = write_results(tmp_path / "out", read_own_market(market).run(iterations=2, core=True))
    assert {path.name for path in files} == {
        f"{name}.{kind}" for name in COLUMNS for kind in ("csv", "json")
    }
    for name, columns in COLUMNS.items():
        assert (tmp_path / "out" / f"{name}.csv").read_text().startswith(",".join(columns))
        told = json.loads((tmp_path / "out" / f"{name}.json").read_text())
        if name != "certificate":
            assert len(told) == len(rows(tmp_path / "out" / f"{name}.csv"))
    certificate = json.loads((tmp_path / "out" / "certificate.json").read_text())
    assert certificate["is_simulated"] is False
    assert certificate["is_stable"] is True
    assert certificate["verdict"] == "PROCESSED"
    assert rows(tmp_path / "out" / "certificate.csv")[0]["value"].startswith("lists given by")


def test_blocking_pairs_are_written_with_the_reason(market: Path, tmp_path: Path) -> None:
    (market / "couples.csv").write_text(
        "first,second,rank,first_program,second_program\nA0004,A0005,1,P1,P2\n"
    )
    # One couple and a single in a circle: there is no stable matching (Roth 1984).
    (market / "applicants.csv").write_text("applicant\nA0004\nA0005\nA0006\n")
    (market / "programs.csv").write_text("program,quota\nP1,1\nP2,1\n")
    for path in market.glob("second_*.csv"):
        path.unlink()
    (market / "applications.csv").write_text("applicant,program,rank\nA0006,P1,1\nA0006,P2,2\n")
    (market / "rankings.csv").write_text(
        "program,applicant,rank\nP1,A0004,1\nP1,A0006,2\nP2,A0006,1\nP2,A0005,2\n"
    )
    for name in ("reversions.csv", "pools.csv"):
        (market / name).unlink()
    result = read_own_market(market).run()
    assert result.reverted is None
    write_results(tmp_path, result)
    (pair,) = rows(tmp_path / "blocking_pairs.csv")
    run = result.iterations[0].run
    assert pair["why"] == run.certificate.blocking_pairs[0].explain(run.outcome.market)
    assert json.loads((tmp_path / "certificate.json").read_text())["verdict"] == "NONE_EXISTS"
    assert not (tmp_path / "moves.csv").exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "error", "words"),
    [
        ("applicants.csv", "A0001", "jane.doe@example.org", InvalidIdError, "e-mail"),
        ("applications.csv", "A0001", "Jane Doe", InvalidIdError, r"applications.csv.*row 1"),
        ("couples.csv", "A0004", "JaneDoe1", InvalidIdError, r"couples.csv.*row 1"),
        ("applicants.csv", "applicant", "applicant,email", InvalidFolderError, "and nothing else"),
        ("programs.csv", "quota", "seats", InvalidFolderError, "program, quota"),
        ("programs.csv", "FM-NORTH,3", "FM-NORTH", InvalidFolderError, r"programs.csv, row 1"),
        ("programs.csv", ",3", ",-3", InvalidQuotaError, "FM-NORTH"),
        ("programs.csv", ",3", ",many", InvalidQuotaError, "FM-NORTH"),
        ("programs.csv", ",3", ",1e9", InvalidQuotaError, r"FM-NORTH.*to 100000"),
        ("applicants.csv", "A0002", "A0001", DuplicateIdError, r"applicants, row 2.*row 1"),
        ("applications.csv", "A0003", "A0009", UnknownIdError, "A0009"),
        ("applications.csv", "FM-SOUTH,2", "FM-WEST,2", UnknownIdError, "FM-WEST"),
        ("applications.csv", "FM-SOUTH,2", "FM-SOUTH,1", TiedRanksError, r"applications, row 2"),
        ("rankings.csv", "A0004,2", "A0002,2", ContradictoryListError, r"rankings, row 2"),
        ("reversions.csv", "IM-NORTH", "IM-WEST", UnknownIdError, r"reversions.csv, row 1"),
        ("reversions.csv", ",1", ",one", InvalidReversionError, r"reversions.csv, row 1"),
        ("reversions.csv", "REST", "OTHER", InvalidReversionError, "OTHER"),
        ("pools.csv", ",1,", f",{'9' * 5000},", InvalidReversionError, r"pools.csv, row 1"),
        ("pools.csv", ",1,", ",first,", InvalidReversionError, r"pools.csv, row 1"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(
    market: Path, name: str, old: str, new: str, error: type[Exception], words: str
) -> None:
    change(market, name, old, new)
    with pytest.raises(error, match=words) as caught:
        read_own_market(market).run()
    assert "jane" not in str(caught.value).lower()


def test_a_missing_file_is_refused_unless_it_is_optional(market: Path) -> None:
    for name, file in LAYOUT.items():
        if not file.is_required:
            (market / name).unlink(missing_ok=True)
    assert len(read_own_market(market).market.applicants) == 7
    (market / "rankings.csv").unlink()
    with pytest.raises(InvalidFolderError, match=r"rankings\.csv: .* program, applicant, rank"):
        read_own_market(market)
    with pytest.raises(InvalidFolderError, match="no such folder"):
        read_own_market(market / "nowhere")


def test_files_of_other_programs_can_be_read(market: Path) -> None:
    for name in EXAMPLE:
        text = (market / name).read_text(encoding="utf-8")
        (market / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert len(read_own_market(market).market.applicants) == 7
    (market / "programs.csv").write_bytes("program,quota\nMontréal,1\n".encode("latin-1"))
    with pytest.raises(InvalidFolderError, match="UTF-8"):
        read_own_market(market)


def test_the_template_never_writes_over_a_file(market: Path) -> None:
    before = {path.name: path.read_text() for path in market.iterdir()}
    with pytest.raises(InvalidFolderError, match="there already"):
        write_template(market)
    assert {path.name: path.read_text() for path in market.iterdir()} == before


def test_results_that_cannot_be_written_are_refused_in_words(market: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    run = read_own_market(market).run()
    with pytest.raises(InvalidFolderError, match="cannot be written"):
        write_results(tmp_path / "taken", run)
    with pytest.raises(InvalidFolderError, match="cannot be written"):
        write_template(tmp_path / "taken")
    arguments = ["simulate", "calibrate", "--out", str(tmp_path / "nowhere" / "fit.json")]
    assert isinstance(CliRunner().invoke(app, arguments).exception, InvalidFolderError)


def test_the_command_runs_it_without_a_warehouse(
    market: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESIDENCY_DATABASE_URL", "postgresql://nobody.invalid:1/none")
    out = tmp_path / "results"
    result = CliRunner().invoke(app, ["simulate", "--market", str(market), "--out", str(out)])
    assert result.exit_code == 0
    assert "6 of 7 applicants matched" in result.output
    assert len(list(out.iterdir())) == 12


def test_the_command_wants_both_folders_and_names_errors() -> None:
    assert CliRunner().invoke(app, ["simulate"]).exit_code == 2
    result = CliRunner().invoke(app, ["simulate", "--market", "nowhere", "--out", "x"])
    assert isinstance(result.exception, InvalidMarketError)
    assert not Path("x").exists()


def test_the_parameters_are_printed_to_be_changed() -> None:
    result = CliRunner().invoke(app, ["simulate", "parameters"])
    assert result.exit_code == 0
    assert "groups:" in result.output
