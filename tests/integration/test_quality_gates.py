"""The gates and the history as whole loads meet them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from etl.errors import GateStoppedError
from etl.refresh import RefreshRequest, RefreshResult, refresh
from tests.conftest import Database
from tests.integration.conftest import PROGRAMS
from tests.integration.source_files import (
    CSV_COLUMNS,
    edit_documents,
    edit_master,
    edit_sections,
    stream_id,
)
from tests.integration.stored_state import fetch, last_run, reasons, what_readers_see
from warehouse.engine import owner_connection
from warehouse.settings import get_settings
from warehouse.vocabulary import CheckStatus, RunStatus


async def load(folder: Path) -> RefreshResult:
    return await refresh(RefreshRequest(str(folder)))


def keep_programs(folder: Path, count: int) -> None:
    """Cut all three program files to the same programs."""
    kept: set[str] = set()

    def documents(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept.update(stream_id(row) for row in rows[:count])
        return rows[:count]

    edit_documents(folder, documents)
    edit_sections(folder, lambda rows: [row for row in rows if row[1].split("-")[1] in kept])
    edit_master(folder, lambda rows: [rows[0], *(r for r in rows[1:] if str(r[5]) in kept)])


async def test_a_shrunk_extract_stops_and_passes_once_the_threshold_says_so(
    published: Database, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await what_readers_see(published)
    keep_programs(files, 30)
    with pytest.raises(GateStoppedError) as caught:
        await load(files)
    assert str(caught.value) == (
        "The load stopped before publishing: not_shrunk (programs): 10 of the 40 published are"
        " missing, expected at most 8 missing. The extract lacks more than 20% of what is"
        " published. If these programs really ended, raise RESIDENCY_SHRINK_THRESHOLD for this"
        " load. What was published before stands."
    )
    assert await what_readers_see(published) == before
    assert (await last_run(published))["status"] == RunStatus.STOPPED
    monkeypatch.setenv("RESIDENCY_SHRINK_THRESHOLD", "0.25")
    get_settings.cache_clear()
    result = await load(files)
    assert (result.status, result.removed) == (RunStatus.PUBLISHED, 10)


async def test_every_check_is_stored_with_what_was_seen_even_if_one_stops_the_load(
    published: Database, files: Path
) -> None:
    keep_programs(files, 30)
    with pytest.raises(GateStoppedError):
        await load(files)
    rows = await fetch(
        published,
        "SELECT name, subject, status, observed FROM ops.check_result WHERE load_run_key ="
        " (SELECT max(load_run_key) FROM ops.load_run) AND name <> 'json_and_csv_agree'",
    )
    assert len(rows) == 10
    assert [row["name"] for row in rows if row["status"] == CheckStatus.FAILED] == ["not_shrunk"]
    assert all(row["observed"] for row in rows)


async def test_a_disagreement_of_the_two_files_is_recorded_and_stops_nothing(
    published: Database, files: Path
) -> None:
    program: list[str] = []

    def other_interviews(rows: list[list[str]]) -> list[list[str]]:
        program.append(rows[0][1])
        rows[0][CSV_COLUMNS.index("interviews")] = "# Interviews\nNobody is interviewed here."
        return rows

    edit_sections(files, other_interviews)
    result = await load(files)
    assert (result.status, result.rows_quarantined) == (RunStatus.PUBLISHED, 0)
    rows = await fetch(
        published,
        "SELECT subject, status FROM ops.check_result WHERE name = 'json_and_csv_agree'"
        " AND load_run_key = $1 ORDER BY 1",
        result.run,
    )
    assert {row["status"] for row in rows} == {CheckStatus.WARNED}
    assert any(row["subject"].startswith(program[0]) for row in rows)
    assert rows[-1]["subject"] == "all programs"


async def test_a_setting_that_decides_what_is_kept_back_makes_the_same_files_a_new_load(
    published: Database, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await what_readers_see(published)
    monkeypatch.setenv("RESIDENCY_MAX_CELL_CHARACTERS", "10")
    get_settings.cache_clear()
    with pytest.raises(GateStoppedError, match="quarantine_share"):
        await load(files)
    assert {row["code"] for row in await reasons(published)} == {"too_long"}
    assert await what_readers_see(published) == before


async def test_a_member_that_changes_gives_its_programs_a_version_that_points_to_it(
    published: Database, files: Path
) -> None:
    """The iteration's name stands in no program row, and so in no program's own hash."""

    def renamed(text: str) -> str:
        return text.replace("Main Residency Match - first iteration", "Spring Match")

    def in_json(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [d | {"page_content": renamed(d["page_content"])} for d in documents]

    edit_documents(files, in_json)
    edit_sections(files, lambda rows: [[renamed(cell) for cell in row] for row in rows])
    result = await load(files)
    assert (result.added, result.changed, result.removed) == (0, PROGRAMS, 0)
    rows = await fetch(
        published,
        "SELECT DISTINCT i.name, i.is_current FROM core.dim_program p"
        " JOIN core.dim_match_iteration i USING (match_iteration_key) WHERE p.is_current",
    )
    assert rows == [{"name": "2025 R-1 Spring Match", "is_current": True}]
    assert (await load(files)).status is RunStatus.UNCHANGED


async def test_rows_in_must_be_rows_published_plus_quarantined_or_the_run_cannot_end(
    published: Database, files: Path
) -> None:
    async with owner_connection() as connection:
        statement = (
            "UPDATE ops.load_run SET program_rows_in = program_rows_in + 1"
            " WHERE status = 'PUBLISHED'"
        )
        with pytest.raises(Exception, match="ck_load_run_rows_balance"):
            await connection.execute(statement)
