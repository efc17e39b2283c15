"""A row that breaks the contract is kept back with all its reasons, and the rest is published.

Every case is a whole load of a changed copy of the files that are published already: the published
version of a program that is kept back stands. Files that cannot be read at all are in
test_bad_files.py.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from etl.errors import (
    GateStoppedError,
    MissingFileError,
)
from etl.refresh import RefreshRequest, RefreshResult, refresh
from etl.sample.generate import generate_sample
from tests.conftest import Database
from tests.integration.conftest import PROGRAMS
from tests.integration.source_files import (
    change_quota,
    edit_cell,
    edit_document,
    edit_documents,
    edit_master,
    edit_master_row,
    edit_sections,
    edit_workbook,
    master_row,
    name_of,
)
from tests.integration.stored_state import last_run, reasons, what_readers_see
from warehouse.masking import contains_contact
from warehouse.settings import get_settings
from warehouse.vocabulary import RunStatus

PROGRAM = "26293"
"""A program of the sample: Anesthesiology in London, in English, with a list of interview dates."""
KEY = f"1503-{PROGRAM}"
MASTER = "1503_program_master.xlsx"
DISCIPLINES = "1503_discipline.xlsx"
SECTIONS = "1503_program_descriptions_x_section.zip"
DOCUMENTS = "1503_markdown_program_descriptions_v2.zip"


Rows = list[list[Any]]


async def load(folder: Path) -> RefreshResult:
    return await refresh(RefreshRequest(str(folder)))


Reason = tuple[str, str, int, str | None, str]
"""Code, file, row, column and message."""


def quota_of(value: int | str) -> Callable[[Path], list[Reason]]:
    """Return what states another quota in both files, and the reason to expect."""

    def spoil(folder: Path) -> list[Reason]:
        change_quota(folder, PROGRAM, value)
        row, text = edit_document(folder, PROGRAM, lambda content: content)
        start = text.index(f"##   {value}") + 5
        return [
            (
                "QUOTA_OUT_OF_RANGE", DOCUMENTS, row, "quota",
                (f"The quota '{value}' is not a whole number from 0 to 250: correct it in the"
                f" source. {read_in('HEADER', start, str(value))}"),
            )
        ]  # fmt: skip

    return spoil


def read_in(section: str, start: int, words: str) -> str:
    return (
        f"Read in program_documents/{KEY}/page_content, {section}, characters {start} to"
        f" {start + len(words)}."
    )


def approved_on_february_30(folder: Path) -> list[Reason]:
    row, text = edit_document(
        folder, PROGRAM, lambda content: content.replace("September 18, 2024", "February 30, 2025")
    )
    start = text.index("February 30, 2025")
    return [
        (
            "IMPOSSIBLE_DATE", DOCUMENTS, row, "last_approved_on",
            ("The approval date 'February 30, 2025' does not exist: correct it in the source."
            f" {read_in('HEADER', start, 'February 30, 2025')}"),
        )
    ]  # fmt: skip


def interview_on_february_30(folder: Path) -> list[Reason]:
    row, text = edit_document(
        folder, PROGRAM, lambda content: content.replace("January 24, 2025", "February 30, 2025")
    )
    start = text.index("February 30, 2025", text.index("# Interviews"))
    return [
        (
            "IMPOSSIBLE_DATE", DOCUMENTS, row, "interview_dates",
            ("The interview date 'February 30, 2025' does not exist: correct it in the source."
            f" {read_in('INTERVIEWS', start, 'February 30, 2025')}"),
        )
    ]  # fmt: skip


def document_twice(folder: Path) -> list[Reason]:
    edit_documents(folder, lambda documents: [*documents, documents[0]])
    message = f"{KEY} stands in 2 rows (1, 41), and nothing tells which is right; keep one of them."
    return [
        ("duplicate_key", DOCUMENTS, 1, "id", message),
        ("duplicate_key", DOCUMENTS, 41, "id", message),
    ]


def master_row_twice(folder: Path) -> list[Reason]:
    def doubled(rows: Rows) -> Rows:
        return [*rows, next(row for row in rows if str(row[5]) == PROGRAM)]

    edit_master(folder, doubled)
    message = f"{KEY} stands in 2 rows (1, 41), and nothing tells which is right; keep one of them."
    return [
        ("duplicate_key", MASTER, 1, "program_stream_id", message),
        ("duplicate_key", MASTER, 41, "program_stream_id", message),
    ]


def csv_row_twice(folder: Path) -> list[Reason]:
    edit_sections(folder, lambda rows: [*rows, rows[0]])
    message = f"{KEY} stands in 2 rows (1, 41), and nothing tells which is right; keep one of them."
    return [
        ("duplicate_key", SECTIONS, 1, "document_id", message),
        ("duplicate_key", SECTIONS, 41, "document_id", message),
    ]


def unknown_discipline(folder: Path) -> list[Reason]:
    school = int(master_row(folder, PROGRAM)["school_id"])
    row = edit_master_row(
        folder, PROGRAM, discipline_id=999, school_id=school // 65536 * 65536 + 999
    )
    return [
        (
            "unknown_discipline", MASTER, row, "discipline_id",
            ("discipline 999 is not in the discipline file; add it there, and to"
            " etl/reference/disciplines.csv, or correct the id."),
        )
    ]  # fmt: skip


def unknown_school(folder: Path) -> list[Reason]:
    discipline = int(master_row(folder, PROGRAM)["discipline_id"])
    number = 9999 * 65536 + discipline
    row = edit_master_row(folder, PROGRAM, school_id=number)
    return [
        (
            "unknown_school", MASTER, row, "school_id",
            (f"school 9999 ({number} divided by 65536) is not in etl/reference/schools.csv; add it"
            " there with its campus and languages."),
        )
    ]  # fmt: skip


def renamed(folder: Path, **parts: str) -> int:
    """Set labels of the program and the names that are made of them; return the row number."""
    row = master_row(folder, PROGRAM) | parts
    stream_name = f"{row['program_site']} - {row['program_stream']}"
    labels = ("school_name", "discipline_name", "program_site", "program_stream")
    name = " / ".join(row[label] for label in labels)
    return edit_master_row(
        folder, PROGRAM, **parts, program_stream_name=stream_name, program_name=name
    )


def unknown_site(folder: Path) -> list[Reason]:
    row = renamed(folder, program_site="Atlantis")
    code = int(master_row(folder, PROGRAM)["school_id"]) // 65536
    return [
        (
            "unknown_site", MASTER, row, "program_site",
            (f"site 'Atlantis' of school {code} is not in etl/reference/sites.csv; add it there"
            " with its city, province and coordinates."),
        )
    ]  # fmt: skip


def unknown_stream(folder: Path) -> list[Reason]:
    row = renamed(folder, program_stream="Stream for mermaids")
    return [
        (
            "unknown_stream", MASTER, row, "program_stream",
            ("stream 'Stream for mermaids' is not in etl/reference/streams.csv; add it there with"
            " its applicant category and flags."),
        )
    ]  # fmt: skip


def html_in_the_master(folder: Path) -> list[Reason]:
    row = renamed(folder, program_site="<b>London</b>")
    message = "HTML stands at position {}: '<b>'; give markdown or plain text."
    return [
        ("html", MASTER, row, "program_stream_name", message.format(0)),
        ("html", MASTER, row, "program_site", message.format(0)),
        ("html", MASTER, row, "program_name", message.format(38)),
    ]


def html_in_a_cell(folder: Path) -> list[Reason]:
    row = edit_cell(folder, PROGRAM, "interviews", lambda _: '# Interviews\n<a href="x">here</a>')
    return [
        (
            "html", SECTIONS, row, "interviews",
            "HTML stands at position 13: '<a href=\"x\">'; give markdown or plain text.",
        )
    ]  # fmt: skip


def html_in_a_document(folder: Path) -> list[Reason]:
    row, text = edit_document(folder, PROGRAM, lambda content: content + "<script>alert(1)")
    start = text.index("<script>")
    return [
        (
            "html", DOCUMENTS, row, "page_content",
            f"HTML stands at position {start}: '<script>'; give markdown or plain text.",
        )
    ]  # fmt: skip


TOO_LONG = (
    "the cell has 50,000,000 characters, more than the 1,000,000 that are accepted; shorten it."
)


def cell_of_50_megabytes(folder: Path) -> list[Reason]:
    row = edit_cell(folder, PROGRAM, "interviews", lambda _: "a" * 50_000_000)
    return [("too_long", SECTIONS, row, "interviews", TOO_LONG)]


def document_of_50_megabytes(folder: Path) -> list[Reason]:
    row, _ = edit_document(folder, PROGRAM, lambda _: "a " * 25_000_000)
    return [("too_long", DOCUMENTS, row, "page_content", TOO_LONG)]


def no_master_row(folder: Path) -> list[Reason]:
    edit_master(folder, lambda rows: [row for row in rows if str(row[5]) != PROGRAM])
    return [
        (
            "MISSING_MASTER_ROW", SECTIONS, 1, None,
            f"Program {KEY} has no row in {MASTER}. Add its row, or take its description out.",
        )
    ]  # fmt: skip


def no_description(folder: Path) -> list[Reason]:
    edit_documents(folder, lambda documents: documents[1:])
    edit_sections(folder, lambda rows: rows[1:])
    return [
        (
            "MISSING_DESCRIPTION", MASTER, 1, None,
            (f"Program {KEY} has no description in {SECTIONS} or {DOCUMENTS}. Add one; what was"
            " published of it before stands."),
        )
    ]  # fmt: skip


def two_faults_in_one_row(folder: Path) -> list[Reason]:
    (site,) = unknown_site(folder)
    edit_master_row(folder, PROGRAM, program_url="ftp://example.org")
    url = "'ftp://example.org' is not an http or https address; correct the cell."
    return [("url", MASTER, site[2], "program_url", url), site]


def faults_in_all_three_files(folder: Path) -> list[Reason]:
    (site,) = unknown_site(folder)
    return [site, *html_in_a_cell(folder), *html_in_a_document(folder)]


def two_faults_in_one_document(folder: Path) -> list[Reason]:
    (approved,) = approved_on_february_30(folder)
    (interview,) = interview_on_february_30(folder)
    return [approved, interview]


KEPT_BACK = [
    quota_of(-3), quota_of(9999), quota_of("12.5"), approved_on_february_30,
    interview_on_february_30, document_twice, master_row_twice, csv_row_twice, unknown_discipline,
    unknown_school, unknown_site, unknown_stream, html_in_the_master, html_in_a_cell,
    html_in_a_document, cell_of_50_megabytes, document_of_50_megabytes, no_master_row,
    no_description, two_faults_in_one_row, faults_in_all_three_files, two_faults_in_one_document,
]  # fmt: skip
NAMES = ["negative_quota", "absurd_quota", "fractional_quota", *(f.__name__ for f in KEPT_BACK[3:])]


@pytest.fixture
def open_gate(published: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a load publish however much it keeps back."""
    monkeypatch.setenv("RESIDENCY_QUARANTINE_THRESHOLD", "1")
    get_settings.cache_clear()


@pytest.mark.parametrize("spoil", KEPT_BACK, ids=NAMES)
async def test_a_row_that_breaks_the_contract_is_kept_back_with_all_its_reasons(
    spoil: Callable[[Path], list[Reason]], published: Database, files: Path
) -> None:
    before = await what_readers_see(published)
    expected = spoil(files)
    result = await load(files)
    assert [
        (row["code"], row["file"], row["row"], row["field"], row["message"])
        for row in await reasons(published)
    ] == expected
    assert {row["natural_key"] for row in await reasons(published)} == {KEY}
    assert (result.rows_in, result.rows_published) == (PROGRAMS, PROGRAMS - 1)
    run = await last_run(published)
    assert run["rows_in"] == run["published"] + run["quarantined"] == PROGRAMS
    # The program's published version stands, and nothing else changed.
    assert result.status is RunStatus.UNCHANGED
    assert await what_readers_see(published) == before


async def test_a_discipline_that_no_reference_knows_keeps_back_its_row_and_its_programs(
    open_gate: None, published: Database, files: Path
) -> None:
    before = await what_readers_see(published)
    discipline = int(master_row(files, PROGRAM)["discipline_id"])

    def renumbered(rows: Rows) -> Rows:
        return [[999 if str(row[0]) == str(discipline) else row[0], row[1]] for row in rows]

    edit_workbook(files / name_of(files, "disciplines"), renumbered)
    result = await load(files)
    by_file = {row["file"]: row for row in await reasons(published)}
    assert by_file[DISCIPLINES]["message"] == (
        "discipline 999 is not in etl/reference/disciplines.csv; add it there with its names in"
        " both languages."
    )
    assert by_file[MASTER]["message"] == (
        f"discipline {discipline} is not in the discipline file; add it there, and to"
        " etl/reference/disciplines.csv, or correct the id."
    )
    assert result.rows_in == PROGRAMS == result.rows_published + result.rows_quarantined
    assert await what_readers_see(published) == before


async def test_a_row_whose_key_cannot_be_read_is_counted_and_kept_back(
    published: Database, files: Path
) -> None:
    number = "12345678901"
    address = str(master_row(files, PROGRAM)["program_url"]).replace(PROGRAM, number)
    row = edit_master_row(files, PROGRAM, program_stream_id=number, program_url=address)
    result = await load(files)
    unreadable, orphan = sorted(await reasons(published), key=lambda reason: reason["file"])[::-1]
    assert (orphan["natural_key"], orphan["code"]) == (KEY, "MISSING_MASTER_ROW")
    assert unreadable == {
        "natural_key": None,
        "code": "UNREADABLE_KEY",
        "file": MASTER,
        "row": row,
        "field": "program_stream_id",
        "message": "The row names no program stream id of at most 9 digits, so that nothing else"
        " can be found of its program; correct the cell.",
    }
    assert (result.rows_in, result.rows_quarantined) == (PROGRAMS + 1, 2)


async def test_no_reason_and_no_error_holds_an_address_or_a_phone_number(
    open_gate: None, published: Database, files: Path
) -> None:
    address, phone = "contact-0a1b2c3d@example.org", "(613) 555-0142"
    renamed(files, program_site=f"<b>{address}")
    edit_cell(files, PROGRAM, "interviews", lambda _: f'<a href="mailto:{address} {phone}">')

    def with_contacts(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
        documents[0][f"call\n{phone} or\n{address}"] = 1
        documents[1]["id"] = f"1503|{address}"
        documents[2]["page_content"] = [phone]
        return documents

    edit_documents(files, with_contacts)
    await load(files)
    kept = await reasons(published)
    assert len({row["natural_key"] for row in kept}) == 3
    text = " ".join(str(value) for row in kept for value in row.values())
    assert "•••" in text
    assert not contains_contact(text)
    assert "example" not in text
    assert "0142" not in text
    with pytest.raises(MissingFileError) as caught:
        await load(files.with_name(address))
    assert not contains_contact(str(caught.value))
    assert not contains_contact((await last_run(published))["error"])


# ---------------------------------------------------------------- the quarantine's gate


@pytest.fixture(scope="module")
def hundred_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample of a hundred programs."""
    folder = tmp_path_factory.mktemp("hundred")
    generate_sample(folder, programs=100, seed=7, short_documents=True)
    (folder / "truth.jsonl").unlink()
    return folder


def spoil_some(folder: Path, count: int) -> None:
    """Give so many programs a site that no reference knows."""

    def edit(rows: Rows) -> Rows:
        for row in rows[1 : count + 1]:
            row[rows[0].index("program_site")] = "Atlantis"
        return rows

    edit_master(folder, edit)


async def test_9_percent_of_rows_kept_back_are_published_without_them(
    warehouse: Database, hundred_files: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(hundred_files, tmp_path / "files")
    spoil_some(folder, 9)
    result = await load(folder)
    assert (result.status, result.rows_published, result.rows_quarantined) == (
        RunStatus.PUBLISHED, 91, 9,
    )  # fmt: skip


async def test_11_percent_of_rows_kept_back_stop_at_the_gate(
    warehouse: Database, hundred_files: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(hundred_files, tmp_path / "files")
    spoil_some(folder, 11)
    with pytest.raises(GateStoppedError) as caught:
        await load(folder)
    assert str(caught.value) == (
        "The load stopped before publishing: quarantine_share (programs): 11 of 100 (11.0%),"
        " expected at most 10%. Too many programs were quarantined; `residency status --quarantine`"
        " lists the reasons. RESIDENCY_QUARANTINE_THRESHOLD sets the share. What was published"
        " before stands."
    )
    run = await last_run(warehouse)
    assert (run["status"], run["rows_in"], run["quarantined"]) == (RunStatus.STOPPED, 100, 11)
    assert len(await reasons(warehouse)) >= 11
