"""`residency search`: what it prints, and how it ends."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from residency import finding, reporting, searching
from residency.command import app, main
from tests.conftest import Database
from tests.integration.test_search_refresh import fetch
from warehouse.queries.search_refreshes import start_refresh
from warehouse.search.query import Query, QueryTerm
from warehouse.search.searcher import PassageHit
from warehouse.vocabulary import Language


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


def test_words_that_are_no_command_are_a_query(indexed, printed, capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.argv", ["residency", "search", "reserch Winnipeg", "--first", "2"])
    with pytest.raises(SystemExit) as ended:
        app()
    assert ended.value.code == 0
    told = printed.getvalue()
    assert "1. " in told
    assert "2. " in told
    assert "3. " not in told
    assert "looked for research" in capsys.readouterr().err


async def test_found_programs_as_json_have_scores_and_passages(indexed, printed) -> None:
    await finding.print_programs(
        "research", first=3, mode="HYBRID", language="EN", kept={}, as_json=True
    )
    found = json.loads(printed.getvalue())
    assert len(found) == 3
    assert all(program["score"] > 0 and program["passages"] for program in found)


def test_an_excerpt_begins_near_the_first_word_and_highlights_whole_words() -> None:
    text = "Residents work. " * 40 + "Their **research** projects\nare many. " + "They rest. " * 40
    query = Query(text, text, None, (QueryTerm("research", 1, 0, 0, 1),), (), (), ())
    hit = PassageHit(1, 1, 0, "FAQ", 0, len(text), text, Language.EN, 1.0, 1.0, None, None)
    shown = finding.excerpt(hit, query)
    assert shown.plain.startswith("… ")
    assert shown.plain.endswith(" …")
    assert "\n" not in shown.plain
    ((start, end),) = [(s.start, s.end) for s in shown.spans if "yellow" in str(s.style)]
    assert shown.plain[start:end] == "research"
