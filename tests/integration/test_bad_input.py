"""Bad input meets the reader with a message that says what, where and what to do.

Every case is a whole load of a changed copy of the files that are published already. A file that
cannot be read ends the load; a row that breaks the contract is kept back with all its reasons. In
both cases what was published stands.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from etl.errors import (
    AmbiguousFileError,
    ArchiveBombError,
    CorruptArchiveError,
    EmptyFileError,
    EtlError,
    ExtraColumnError,
    GateStoppedError,
    MalformedJsonError,
    MissingColumnError,
    MissingFileError,
    NotUtf8Error,
    NulCharacterError,
    WrongSheetError,
)
from etl.refresh import RefreshRequest, RefreshResult, refresh
from etl.sample.generate import generate_sample
from tests.conftest import Database
from tests.integration.conftest import PROGRAMS
from tests.integration.source_files import (
    CSV_COLUMNS,
    change_quota,
    edit_bytes,
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

MASTER_COLUMNS = (
    "Unnamed: 0, discipline_id, discipline_name, school_id, school_name, program_stream_id,"
    " program_stream_name, program_site, program_stream, program_name, program_url"
)
SECTION_COLUMNS = ", ".join(("index", *CSV_COLUMNS[1:]))
RESTORE = "Restore them, or get the file again."
REMOVE = "Remove them, or extend the contract first if the publisher added them."
GET_AGAIN = "Get the file again; if it stays so, ask whoever publishes it."

Rows = list[list[Any]]


async def load(folder: Path) -> RefreshResult:
    return await refresh(RefreshRequest(str(folder)))


def without_column(name: str) -> Callable[[Rows], Rows]:
    def edit(rows: Rows) -> Rows:
        at = rows[0].index(name)
        return [row[:at] + row[at + 1 :] for row in rows]

    return edit


def with_column(name: str) -> Callable[[Rows], Rows]:
    return lambda rows: [[*row, name if number == 0 else 1] for number, row in enumerate(rows)]


def in_csv_header(old: str, new: str) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(old.encode(), new.encode(), 1)


# ---------------------------------------------------------------- files that cannot be read


def missing_file(folder: Path) -> None:
    (folder / SECTIONS).unlink()


def missing_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def two_files_for_one_role(folder: Path) -> None:
    shutil.copy(folder / MASTER, folder / "1504_program_master.xlsx")


def two_iterations(folder: Path) -> None:
    (folder / MASTER).rename(folder / "1504_program_master.xlsx")


def empty_file(folder: Path) -> None:
    (folder / DISCIPLINES).write_bytes(b"")


def master_without_a_column(folder: Path) -> None:
    edit_master(folder, without_column("program_site"))


def csv_without_a_column(folder: Path) -> None:
    edit_bytes(folder, "sections", in_csv_header(",interviews,", ",entretiens,"))


def master_with_another_column(folder: Path) -> None:
    edit_master(folder, with_column("capacity"))


def csv_with_another_column(folder: Path) -> None:
    def widened(content: bytes) -> bytes:
        header, rest = content.split(b"\n", 1)
        return header.rstrip(b"\r") + b",capacity\n" + rest

    edit_bytes(folder, "sections", widened)


def sheet_of_another_file(folder: Path) -> None:
    shutil.copy(folder / DISCIPLINES, folder / MASTER)


def unknown_sheet(folder: Path) -> None:
    edit_workbook(folder / DISCIPLINES, lambda _: [["hospital", "beds"], ["General", 12]])


def two_sheets(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / DISCIPLINES)
    book.create_sheet("Notes")
    book.save(folder / DISCIPLINES)


def cut_archive(folder: Path) -> None:
    content = (folder / DOCUMENTS).read_bytes()
    (folder / DOCUMENTS).write_bytes(content[: len(content) // 2])


def damaged_archive(folder: Path) -> None:
    with zipfile.ZipFile(folder / DOCUMENTS) as archive:
        start = archive.infolist()[0].header_offset + 200
    content = bytearray((folder / DOCUMENTS).read_bytes())
    content[start : start + 64] = bytes(64)
    (folder / DOCUMENTS).write_bytes(content)


def cut_workbook(folder: Path) -> None:
    content = (folder / MASTER).read_bytes()
    (folder / MASTER).write_bytes(content[: len(content) // 2])


def two_files_in_an_archive(folder: Path) -> None:
    with zipfile.ZipFile(folder / SECTIONS, "a") as archive:
        archive.writestr("more.csv", "a,b")


def zip_bomb(folder: Path) -> None:
    with (
        zipfile.ZipFile(folder / DOCUMENTS, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("bomb.json", "w") as member,
    ):
        for _ in range(129):
            member.write(b" " * (1 << 20))


def latin_csv(folder: Path) -> None:
    edit_bytes(folder, "sections", lambda _: ",".join(CSV_COLUMNS).encode() + b"\n0,Qu\xe9bec\n")


def latin_json(folder: Path) -> None:
    edit_bytes(folder, "documents", lambda _: b'[{"id": "1503|1",\n"page_content": "Qu\xe9bec"}]')


def cut_json(folder: Path) -> None:
    edit_bytes(folder, "documents", lambda content: content[: len(content) // 2])


def json_without_a_list(folder: Path) -> None:
    edit_bytes(folder, "documents", lambda _: b'{"id": "1503|1"}')


def nul_character(folder: Path) -> None:
    edit_document(folder, PROGRAM, lambda text: text + "\0")


UNREADABLE = [
    (missing_file, MissingFileError,
     "{folder} lacks the program_sections file"
     " (<iteration>_program_descriptions_x_section.zip or"
     " <iteration>_program_descriptions_x_section.csv). Put the missing files into the folder, or"
     " leave SOURCE out to use the bundled sample."),
    (missing_folder, MissingFileError,
     "{folder} is not a folder. Give the folder with the four program files, e.g."
     " make run SOURCE=path/to/folder."),
    (two_files_for_one_role, AmbiguousFileError,
     f"{{folder}} has several files for program_master: {MASTER} and 1504_program_master.xlsx."
     " Leave exactly one of them in the folder."),
    (two_iterations, AmbiguousFileError,
     f"{{folder}} mixes match iterations: {DISCIPLINES}, 1504_program_master.xlsx, {SECTIONS} and"
     f" {DOCUMENTS}. Keep the four files of one iteration together, and each iteration in its own"
     " folder."),
    (empty_file, EmptyFileError, f"{DISCIPLINES} is empty (0 bytes). Get the file again."),
    (master_without_a_column, MissingColumnError,
     f"{MASTER} lacks the column program_site. Expected are exactly these: {MASTER_COLUMNS}."
     f" {RESTORE}"),
    (csv_without_a_column, MissingColumnError,
     f"{SECTIONS} lacks the column interviews. Expected are exactly these: {SECTION_COLUMNS}."
     f" {RESTORE}"),
    (master_with_another_column, ExtraColumnError,
     f"{MASTER} has the column capacity that nothing knows. Expected are exactly these:"
     f" {MASTER_COLUMNS}. {REMOVE}"),
    (csv_with_another_column, ExtraColumnError,
     f"{SECTIONS} has the column capacity that nothing knows. Expected are exactly these:"
     f" {SECTION_COLUMNS}. {REMOVE}"),
    (sheet_of_another_file, WrongSheetError,
     f"{MASTER} holds the sheet of discipline: its columns are discipline_id, discipline."
     f" Give the workbook with the columns {MASTER_COLUMNS}."),
    (unknown_sheet, WrongSheetError,
     f"{DISCIPLINES} holds another sheet: none of its columns (hospital, beds) is known."
     " Give the workbook with the columns discipline_id, discipline."),
    (two_sheets, WrongSheetError,
     f"{DISCIPLINES} has 2 sheets (Sheet1, Notes) instead of one. Keep only the sheet with the"
     " columns discipline_id, discipline."),
    (cut_archive, CorruptArchiveError, f"{DOCUMENTS} is not a readable zip archive. {GET_AGAIN}"),
    (damaged_archive, CorruptArchiveError,
     f"{DOCUMENTS} is damaged: its content cannot be unpacked after byte 0. {GET_AGAIN}"),
    (cut_workbook, CorruptArchiveError, f"{MASTER} is not a readable zip archive. {GET_AGAIN}"),
    (two_files_in_an_archive, CorruptArchiveError,
     f"{SECTIONS} holds 2 files instead of one .csv file. Pack exactly the .csv file into the"
     " archive."),
    (zip_bomb, ArchiveBombError,
     f"{DOCUMENTS} unpacks to 135,266,304 bytes, 1,028 times its packed size (at most 200 times is"
     " read): this looks like a zip bomb. Check where the file comes from; if it is right, unpack"
     " it and give the file inside."),
    (latin_csv, NotUtf8Error,
     f"{SECTIONS} is not UTF-8: byte 0xe9 at offset 369, line 2. Save the file as UTF-8."),
    (latin_json, NotUtf8Error,
     f"{DOCUMENTS} is not UTF-8: byte 0xe9 at offset 37, line 2. Save the file as UTF-8."),
    (cut_json, MalformedJsonError,
     f"{DOCUMENTS} is not valid JSON after document 20: parse error: premature EOF. Get the file"
     " again: it is damaged or cut off."),
    (json_without_a_list, MalformedJsonError,
     f"{DOCUMENTS} begins with '{{{{' instead of '[': it is not a list of documents. Give a JSON"
     ' list of {{"id", "page_content", "metadata"}} objects.'),
    (nul_character, NulCharacterError,
     f"{DOCUMENTS}, row 1, column page_content holds a NUL character, which PostgreSQL cannot"
     " store. Remove the character from the file."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "kind", "message"), UNREADABLE, ids=[case[0].__name__ for case in UNREADABLE]
)
async def test_a_file_that_cannot_be_read_ends_the_load_and_what_was_published_stands(
    spoil: Callable[[Path], None],
    kind: type[EtlError],
    message: str,
    published: Database,
    files: Path,
) -> None:
    before = await what_readers_see(published)
    spoil(files)
    with pytest.raises(EtlError) as caught:
        await load(files)
    expected = message.format(folder=files)
    assert (type(caught.value), str(caught.value)) == (kind, expected)
    run = await last_run(published)
    assert (run["status"], run["error"]) == (RunStatus.FAILED, expected)
    assert await what_readers_see(published) == before


# ---------------------------------------------------------------- rows that are kept back


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
                f"The quota '{value}' is not a whole number from 0 to 250: correct it in the"
                f" source. {read_in('HEADER', start, str(value))}",
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
            "The approval date 'february 30, 2025' does not exist: correct it in the source."
            f" {read_in('HEADER', start, 'February 30, 2025')}",
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
            "The interview date 'February 30, 2025' does not exist: correct it in the source."
            f" {read_in('INTERVIEWS', start, 'February 30, 2025')}",
        )
    ]  # fmt: skip


def document_twice(folder: Path) -> list[Reason]:
    edit_documents(folder, lambda documents: [*documents, documents[0]])
    message = (
        f"{KEY} stands in 2 rows (1, 41), and nothing tells which is right; keep one of them."
    )
    return [
        ("duplicate_key", DOCUMENTS, 1, "id", message),
        ("duplicate_key", DOCUMENTS, 41, "id", message),
    ]


def master_row_twice(folder: Path) -> list[Reason]:
    def doubled(rows: Rows) -> Rows:
        return [*rows, next(row for row in rows if str(row[5]) == PROGRAM)]

    edit_master(folder, doubled)
    message = (
        f"{KEY} stands in 2 rows (1, 41), and nothing tells which is right; keep one of them."
    )
    return [
        ("duplicate_key", MASTER, 1, "program_stream_id", message),
        ("duplicate_key", MASTER, 41, "program_stream_id", message),
    ]


def csv_row_twice(folder: Path) -> list[Reason]:
    edit_sections(folder, lambda rows: [*rows, rows[0]])
    message = (
        f"{KEY} stands in 2 rows (1, 41), and nothing tells which is right; keep one of them."
    )
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
            "discipline 999 is not in the discipline file; add it there, and to"
            " etl/reference/disciplines.csv, or correct the id.",
        )
    ]  # fmt: skip


def unknown_school(folder: Path) -> list[Reason]:
    discipline = int(master_row(folder, PROGRAM)["discipline_id"])
    number = 9999 * 65536 + discipline
    row = edit_master_row(folder, PROGRAM, school_id=number)
    return [
        (
            "unknown_school", MASTER, row, "school_id",
            f"school 9999 ({number} divided by 65536) is not in etl/reference/schools.csv; add it"
            " there with its campus and languages.",
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
            f"site 'Atlantis' of school {code} is not in etl/reference/sites.csv; add it there with"
            " its city, province and coordinates.",
        )
    ]  # fmt: skip


def unknown_stream(folder: Path) -> list[Reason]:
    row = renamed(folder, program_stream="Stream for mermaids")
    return [
        (
            "unknown_stream", MASTER, row, "program_stream",
            "stream 'Stream for mermaids' is not in etl/reference/streams.csv; add it there with"
            " its applicant category and flags.",
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
            f"Program {KEY} has no description in {SECTIONS} or {DOCUMENTS}. Add one; what was"
            " published of it before stands.",
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
    folder = files.rename(files.with_name(address))
    (folder / MASTER).unlink()
    with pytest.raises(MissingFileError) as caught:
        await load(folder)
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
