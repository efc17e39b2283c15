"""`residency search`: what it prints, and how it ends."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from residency import reporting, searching
from residency.command import app, main
from tests.conftest import Database
from tests.integration.test_search_refresh import fetch
from warehouse.queries.search_refreshes import start_refresh


@pytest.fixture
def printed(monkeypatch):
    """What goes to standard output."""
    text = io.StringIO()
    monkeypatch.setattr(reporting, "output", Console(file=text, width=200, highlight=False))
    return text


async def test_status_tells_versions_and_refreshes(indexed: Database, printed) -> None:
    await searching.print_search_status(as_json=False)
    told = printed.getvalue()
    assert "in use" in told
    assert "fitted on the passages" in told
    assert "COMPLETE" in told


async def test_status_as_json_is_json(indexed: Database, printed) -> None:
    await searching.print_search_status(as_json=True)
    told = json.loads(printed.getvalue())
    assert [version["is_active"] for version in told["versions"]] == [True]
    assert told["refreshes"][0]["status"] == "COMPLETE"


async def test_a_killed_refresh_is_told_as_failed(indexed: Database, printed) -> None:
    from warehouse.engine import owner_connection

    async with owner_connection() as connection:
        killed = await start_refresh(connection)
        await start_refresh(connection)
    (row,) = await fetch(
        indexed,
        "SELECT status, error FROM ops.search_refresh WHERE search_refresh_key = $1",
        killed,
    )
    assert row["status"] == "FAILED"
    assert "killed" in row["error"]


def test_refreshing_and_rolling_back_say_what_they_did(indexed, capsys, monkeypatch) -> None:
    def run(*arguments: str) -> str:
        monkeypatch.setattr("sys.argv", ["residency", *arguments])
        with pytest.raises(SystemExit) as ended:
            app()
        assert ended.value.code == 0
        return " ".join(capsys.readouterr().err.split())

    assert "Search index version 1 is up to date." in run("search", "refresh")
    assert "Search index version 2: 318 passages embedded" in run("search", "refresh", "--rebuild")
    assert "Queries use index version 1 (fitted on the passages" in run("search", "rollback")


def test_nothing_to_go_back_to_is_an_error_with_a_remedy(indexed, capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.argv", ["residency", "search", "rollback", "--to", "7"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 8
    told = " ".join(capsys.readouterr().err.split())
    assert "there is no index version 7 to go back to" in told
    assert "residency search status" in told
