"""The command explains itself, and ends with the exit code of what went wrong."""

from __future__ import annotations

import sys

import pytest
from typer.testing import CliRunner

from etl import errors as etl_errors
from graph.errors import TrustedDocumentsError
from residency import errors
from residency.command import app, main
from residency.console import print_error
from warehouse import errors as warehouse_errors
from warehouse.settings import Settings

COMMANDS = (
    "run", "serve", "stop", "migrate", "load", "worker", "flows", "status", "search", "simulate",
    "sample", "doctor",
)  # fmt: skip


def all_errors(root: type[BaseException]) -> list[type[BaseException]]:
    return [root, *(error for child in root.__subclasses__() for error in all_errors(child))]


def test_every_subcommand_is_listed_with_what_it_does() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    assert all(name in shown for name in COMMANDS)
    assert "Exit codes" in shown


GROUPS = {"flows": ("serve",), "search": ("query", "refresh", "status", "rollback")}
SINGLE = [
    *(name for name in COMMANDS if name not in GROUPS),
    *(f"{group} {name}" for group, names in GROUPS.items() for name in names),
]


@pytest.mark.parametrize("name", SINGLE)
def test_every_subcommand_has_help_with_an_example(name: str) -> None:
    result = CliRunner().invoke(app, [*name.split(), "--help"])
    assert result.exit_code == 0
    assert "Example" in result.output
    assert f"residency {name}" in " ".join(result.output.split())


@pytest.mark.parametrize(
    "error",
    [*all_errors(etl_errors.EtlError), *all_errors(errors.CommandError)],
    ids=lambda error: error.__name__,
)
def test_every_error_of_loading_has_an_exit_code_with_a_meaning(error: type[Exception]) -> None:
    assert errors.exit_code_of(error("problem", "remedy")) in errors.EXIT_CODES


@pytest.mark.parametrize(
    "error", all_errors(warehouse_errors.WarehouseError), ids=lambda error: error.__name__
)
def test_every_error_of_the_warehouse_ends_with_its_own_exit_code(error: type[Exception]) -> None:
    code = errors.exit_code_of(error("problem"))
    assert code in {errors.EXIT_WAREHOUSE, errors.EXIT_UNREACHABLE}


def test_a_known_error_is_one_message_with_its_remedy_and_no_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise etl_errors.MissingFileError(
            "The folder has no master.", "Add 1503_program_master.xlsx."
        )

    monkeypatch.setattr("residency.loading.load_here", fail)
    monkeypatch.setattr(sys, "argv", ["residency", "load", "--source", "somewhere"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3
    said = " ".join(capsys.readouterr().err.split())
    assert "The folder has no master." in said
    assert "What to do: Add 1503_program_master.xlsx." in said
    assert "Traceback" not in said


def test_a_wrong_setting_is_named_without_its_value_or_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RESIDENCY_PORT", "planted")
    monkeypatch.setattr("residency.doctor.get_settings", Settings)
    monkeypatch.setattr(sys, "argv", ["residency", "doctor"])
    with pytest.raises(SystemExit) as ended:
        main()
    said = " ".join(capsys.readouterr().err.split())
    assert ended.value.code == errors.EXIT_USAGE
    assert "RESIDENCY_PORT: Input should be a valid integer" in said
    assert "What to do: Set RESIDENCY_PORT anew" in said
    assert "planted" not in said


def test_trusted_documents_that_are_not_there_are_wrong_usage_and_told_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = TrustedDocumentsError("/nowhere holds no trusted document", remedy="name others")
    print_error(error)
    assert errors.exit_code_of(error) == errors.EXIT_USAGE
    assert capsys.readouterr().err.split("\n") == [
        "Error: /nowhere holds no trusted document", "What to do: name others", ""
    ]  # fmt: skip


def test_contacts_in_an_error_are_masked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise etl_errors.MissingFileError("Ask someone@example.org.", "Call (709) 555-0130.")

    monkeypatch.setattr("residency.loading.load_here", fail)
    monkeypatch.setattr(sys, "argv", ["residency", "load"])
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().err
    assert "someone@example.org" not in said
    assert "555-0130" not in said
