"""A load publishes exactly what changed, and nothing before it is complete."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from etl.errors import GateStoppedError, LoadAtWorkError, SourceError
from etl.refresh import RefreshRequest, RefreshResult, exclusive_load, refresh
from tests.conftest import Database
from tests.integration.conftest import PROGRAMS
from tests.integration.source_files import (
    change_quota,
    copy_of,
    edit_documents,
    edit_master,
    edit_sections,
    remove_program,
    stream_id,
)
from warehouse.engine import Role, connect
from warehouse.settings import get_settings
from warehouse.tables.programs import LARGEST_LIST, MOST_EVIDENCE
from warehouse.tables.staging import CHILDREN
from warehouse.vocabulary import CheckStatus, RunStatus


async def load(folder: Path) -> RefreshResult:
    return await refresh(RefreshRequest(str(folder)))


async def fetch(database: Database, statement: str, *arguments: Any) -> list[dict[str, Any]]:
    async with connect(Role.OWNER, database.settings) as connection:
        return [dict(row) for row in await connection.fetch(statement, *arguments)]


async def row_times(database: Database) -> list[dict[str, Any]]:
    """Every row time and version of core, to compare before and after."""
    return await fetch(
        database,
        "SELECT program_key, content_hash, updated_at, valid_to FROM core.dim_program ORDER BY 1",
    ) + await fetch(database, "SELECT number, published_at FROM ops.data_version ORDER BY 1")


async def test_programs_in_are_programs_published_plus_quarantined(
    warehouse: Database, files: Path
) -> None:
    result = await load(files)
    assert result.status is RunStatus.PUBLISHED
    assert result.rows_in == PROGRAMS == result.rows_published + result.rows_quarantined
    assert result.rows_quarantined == 0
    assert all(check.status is not CheckStatus.FAILED for check in result.checks)


async def test_loading_the_same_files_again_changes_no_row_and_no_version(
    warehouse: Database, files: Path
) -> None:
    await load(files)
    before = await row_times(warehouse)
    assert (await load(files)).status is RunStatus.UNCHANGED
    assert await row_times(warehouse) == before


async def test_the_same_content_in_other_bytes_changes_no_row_and_no_version(
    warehouse: Database, files: Path
) -> None:
    await load(files)
    before = await row_times(warehouse)
    edit_documents(files, lambda documents: documents)  # packed anew: other bytes
    assert (await load(files)).status is RunStatus.UNCHANGED
    assert await row_times(warehouse) == before


async def test_a_changed_quota_makes_exactly_one_new_program_version(
    warehouse: Database, files: Path
) -> None:
    await load(files)
    (program,) = await fetch(
        warehouse, "SELECT min(program_stream_id)::text AS id FROM core.dim_program"
    )
    change_quota(files, program["id"], 77)
    result = await load(files)
    assert (result.added, result.changed, result.removed) == (0, 1, 0)
    versions = await fetch(
        warehouse,
        "SELECT p.program_stream_id::text AS id, f.quota, p.is_current FROM core.dim_program p"
        " JOIN core.fact_program f USING (program_key) WHERE p.program_stream_id = $1"
        " ORDER BY p.valid_from",
        int(program["id"]),
    )
    assert [row["is_current"] for row in versions] == [False, True]
    assert versions[1]["quota"] == 77 != versions[0]["quota"]
    (counts,) = await fetch(warehouse, "SELECT count(*) AS rows FROM core.dim_program")
    assert counts["rows"] == PROGRAMS + 1


async def test_a_removed_program_is_soft_deleted_and_keeps_its_history(
    warehouse: Database, files: Path
) -> None:
    await load(files)
    (program,) = await fetch(
        warehouse, "SELECT min(program_stream_id)::text AS id FROM core.dim_program"
    )
    remove_program(files, program["id"])
    result = await load(files)
    assert (result.added, result.changed, result.removed) == (0, 0, 1)
    (row,) = await fetch(
        warehouse,
        "SELECT is_current, valid_to, deleted_at FROM core.dim_program"
        " WHERE program_stream_id = $1",
        int(program["id"]),
    )
    assert not row["is_current"]
    assert row["deleted_at"] == row["valid_to"] is not None


async def test_an_empty_extract_stops_at_the_gate_with_the_old_data_intact(
    warehouse: Database, files: Path
) -> None:
    await load(files)
    before = await row_times(warehouse)
    edit_documents(files, lambda _: [])
    edit_sections(files, lambda _: [])
    edit_master(files, lambda rows: rows[:1])
    with pytest.raises((GateStoppedError, SourceError)):
        await load(files)
    assert await row_times(warehouse) == before


async def test_half_an_extract_stops_at_the_gate_with_the_old_data_intact(
    warehouse: Database, files: Path
) -> None:
    await load(files)
    before = await row_times(warehouse)
    edit_documents(files, lambda documents: documents[: PROGRAMS // 2])
    with pytest.raises(GateStoppedError, match="file_is_complete"):
        await load(files)
    assert await row_times(warehouse) == before
    (run,) = await fetch(
        warehouse, "SELECT status, error FROM ops.load_run ORDER BY load_run_key DESC LIMIT 1"
    )
    assert run["status"] == RunStatus.STOPPED
    assert "file_is_complete" in run["error"]


async def test_a_quarantined_program_keeps_its_published_version(
    warehouse: Database, files: Path
) -> None:
    await load(files)
    (program,) = await fetch(
        warehouse, "SELECT min(program_stream_id)::text AS id FROM core.dim_program"
    )
    change_quota(files, program["id"], 9_999)
    result = await load(files)
    assert (result.rows_quarantined, result.removed) == (1, 0)
    (row,) = await fetch(
        warehouse,
        "SELECT is_current FROM core.dim_program WHERE program_stream_id = $1",
        int(program["id"]),
    )
    assert row["is_current"]
    (kept,) = await fetch(warehouse, "SELECT natural_key, reasons::text FROM ops.quarantine")
    assert kept["natural_key"] == f"1503-{program['id']}"
    assert "9999" in kept["reasons"].replace(",", "")


async def test_a_program_in_both_files_twice_is_quarantined_and_not_chosen_from(
    warehouse: Database, files: Path
) -> None:
    def double_first(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [*documents, documents[0]]

    edit_documents(files, double_first)
    result = await load(files)
    assert result.rows_quarantined == 1
    (kept,) = await fetch(warehouse, "SELECT reasons::text AS reasons FROM ops.quarantine")
    assert "uplicate" in kept["reasons"] or "DUPLICATE" in kept["reasons"]


async def test_two_loads_at_once_are_refused(warehouse: Database, files: Path) -> None:
    async with exclusive_load():
        with pytest.raises(LoadAtWorkError):
            await load(files)


async def test_the_sample_never_replaces_real_data_unasked(
    warehouse: Database, files: Path
) -> None:
    await load(files)
    with pytest.raises(GateStoppedError, match="real data"):
        await refresh(RefreshRequest("sample", sample_programs=5))


async def test_sample_and_real_programs_never_stand_side_by_side(
    warehouse: Database, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESIDENCY_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    await refresh(RefreshRequest("sample", sample_programs=30, sample_seed=3))
    await load(files)
    (row,) = await fetch(
        warehouse,
        "SELECT count(*) AS programs,"
        " (SELECT is_sample FROM ops.data_version ORDER BY number DESC LIMIT 1) AS is_sample"
        " FROM core.dim_program",
    )
    assert row == {"programs": PROGRAMS, "is_sample": False}


async def test_every_child_row_has_evidence_whose_quote_stands_in_the_landed_record(
    warehouse: Database, files: Path
) -> None:
    await load(files)
    rows = await fetch(
        warehouse,
        "SELECT e.quote, substr(r.payload, e.span_start + 1, e.span_end - e.span_start) AS span"
        " FROM core.program_evidence e JOIN landing.record r USING (record_key)"
        " WHERE e.quote IS NOT NULL AND strpos(e.quote, '•') = 0",
    )
    assert len(rows) > PROGRAMS * 10
    assert all(row["quote"] == row["span"] for row in rows)


async def test_a_document_without_a_master_row_is_quarantined_not_lost(
    warehouse: Database, files: Path
) -> None:
    removed: list[str] = []

    def without_first(rows: list[list[Any]]) -> list[list[Any]]:
        removed.append(str(rows[1][5]))
        return [rows[0], *rows[2:]]

    edit_master(files, without_first)
    result = await load(files)
    assert result.rows_in == PROGRAMS == result.rows_published + result.rows_quarantined
    (kept,) = await fetch(warehouse, "SELECT natural_key, reasons::text FROM ops.quarantine")
    assert kept["natural_key"] == f"1503-{removed[0]}"
    assert "MISSING_MASTER_ROW" in kept["reasons"]


async def test_a_description_in_no_known_language_is_quarantined_and_not_guessed(
    warehouse: Database, files: Path
) -> None:
    program: list[str] = []

    def without_words(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
        program.append(stream_id(documents[0]))
        documents[0]["page_content"] = "1 2 3"
        return documents

    def without_cells(rows: list[list[str]]) -> list[list[str]]:
        return [
            [*row[:4], *([""] * 15), *row[19:]] if row[1].endswith(f"-{program[0]}") else row
            for row in rows
        ]

    edit_documents(files, without_words)
    edit_sections(files, without_cells)
    result = await load(files)
    assert result.rows_quarantined == 1
    (kept,) = await fetch(warehouse, "SELECT natural_key, reasons::text FROM ops.quarantine")
    assert kept["natural_key"] == f"1503-{program[0]}"
    assert "UNKNOWN_DOCUMENT_LANGUAGE" in kept["reasons"]


async def test_a_list_longer_than_the_graph_could_show_is_quarantined(
    published: Database, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (longest,) = await fetch(
        published,
        "SELECT ordinal + 1 AS rows, array_agg(DISTINCT program_stream_id) AS programs"
        " FROM core.selection_criterion JOIN core.dim_program USING (program_key)"
        " GROUP BY ordinal ORDER BY ordinal DESC LIMIT 1",
    )
    change_quota(files, str(longest["programs"][0]), 9)
    monkeypatch.setattr("etl.sources.carms.stage.LARGEST_LIST", longest["rows"] - 1)
    result = await load(files)
    assert result.rows_quarantined == len(longest["programs"])
    for kept in await fetch(published, "SELECT reasons::text FROM ops.quarantine"):
        assert "LIST_TOO_LONG" in kept["reasons"]
        assert f"{longest['rows']} selection criteria" in kept["reasons"]


async def test_no_row_stands_beyond_the_longest_list(warehouse: Database) -> None:
    """The graph's lists need no limit of their own: the warehouse holds no longer one."""
    for table in CHILDREN:
        (check,) = await fetch(
            warehouse,
            "SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint"
            f" WHERE conname = 'ck_{table}_ordinal_is_bounded'",
        )
        most = MOST_EVIDENCE if table == "program_evidence" else LARGEST_LIST
        assert f"(ordinal <= {most - 1})" in check["text"]


def test_stream_ids_of_the_sample_are_readable(sample_files: Path, tmp_path: Path) -> None:
    seen: list[str] = []

    def collect(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
        seen.extend(stream_id(document) for document in documents)
        return documents

    edit_documents(copy_of(sample_files, tmp_path / "copy"), collect)
    assert len(set(seen)) == PROGRAMS
    shutil.rmtree(tmp_path / "copy")
