"""A file that cannot be read ends the load with a message that says what, where and what to do.

Every case is a whole load of a changed copy of the files that are published already: they stand.
"""

from __future__ import annotations

import json
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
    MalformedJsonError,
    MissingColumnError,
    MissingFileError,
    NotUtf8Error,
    NulCharacterError,
    WrongSheetError,
)
from etl.refresh import RefreshRequest, RefreshResult, refresh
from tests.conftest import Database
from tests.integration.source_files import (
    CSV_COLUMNS,
    edit_bytes,
    edit_document,
    edit_master,
    edit_workbook,
)
from tests.integration.stored_state import last_run, what_readers_see
from warehouse.vocabulary import RunStatus

PROGRAM = "26293"
"""A program of the sample: Anesthesiology in London, in English, with a list of interview dates."""
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
    def cut(content: bytes) -> bytes:
        whole = json.dumps(json.loads(content)[:4]).encode()
        return whole[: len(whole) - 20]

    edit_bytes(folder, "documents", cut)


def json_without_a_list(folder: Path) -> None:
    edit_bytes(folder, "documents", lambda _: b'{"id": "1503|1"}')


def nul_character(folder: Path) -> None:
    edit_document(folder, PROGRAM, lambda text: text + "\0")


UNREADABLE = [
    (
        missing_file,
        MissingFileError,
        (
            "{folder} lacks the program_sections file"
            " (<iteration>_program_descriptions_x_section.zip or"
            " <iteration>_program_descriptions_x_section.csv). Put the missing files into the"
            " folder, or leave SOURCE out to use the bundled sample."
        ),
    ),
    (
        missing_folder,
        MissingFileError,
        (
            "{folder} is not a folder. Give the folder with the four program files, e.g."
            " make run SOURCE=path/to/folder."
        ),
    ),
    (
        two_files_for_one_role,
        AmbiguousFileError,
        (
            f"{{folder}} has several files for program_master: {MASTER} and"
            " 1504_program_master.xlsx. Leave exactly one of them in the folder."
        ),
    ),
    (
        two_iterations,
        AmbiguousFileError,
        (
            f"{{folder}} mixes match iterations: {DISCIPLINES}, 1504_program_master.xlsx,"
            f" {SECTIONS} and {DOCUMENTS}. Keep the four files of one iteration together, and each"
            " iteration in its own folder."
        ),
    ),
    (empty_file, EmptyFileError, f"{DISCIPLINES} is empty (0 bytes). Get the file again."),
    (
        master_without_a_column,
        MissingColumnError,
        (
            f"{MASTER} lacks the column program_site. Expected are exactly these: {MASTER_COLUMNS}."
            f" {RESTORE}"
        ),
    ),
    (
        csv_without_a_column,
        MissingColumnError,
        (
            f"{SECTIONS} lacks the column interviews. Expected are exactly these:"
            f" {SECTION_COLUMNS}. {RESTORE}"
        ),
    ),
    (
        master_with_another_column,
        ExtraColumnError,
        (
            f"{MASTER} has the column capacity that nothing knows. Expected are exactly these:"
            f" {MASTER_COLUMNS}. {REMOVE}"
        ),
    ),
    (
        csv_with_another_column,
        ExtraColumnError,
        (
            f"{SECTIONS} has the column capacity that nothing knows. Expected are exactly these:"
            f" {SECTION_COLUMNS}. {REMOVE}"
        ),
    ),
    (
        sheet_of_another_file,
        WrongSheetError,
        (
            f"{MASTER} holds the sheet of discipline: its columns are discipline_id, discipline."
            f" Give the workbook with the columns {MASTER_COLUMNS}."
        ),
    ),
    (
        unknown_sheet,
        WrongSheetError,
        (
            f"{DISCIPLINES} holds another sheet: none of its columns (hospital, beds) is known."
            " Give the workbook with the columns discipline_id, discipline."
        ),
    ),
    (
        two_sheets,
        WrongSheetError,
        (
            f"{DISCIPLINES} has 2 sheets (Sheet1, Notes) instead of one. Keep only the sheet"
            " with the columns discipline_id, discipline."
        ),
    ),
    (cut_archive, CorruptArchiveError, f"{DOCUMENTS} is not a readable zip archive. {GET_AGAIN}"),
    (
        damaged_archive,
        CorruptArchiveError,
        f"{DOCUMENTS} is damaged: its content cannot be unpacked after byte 0. {GET_AGAIN}",
    ),
    (cut_workbook, CorruptArchiveError, f"{MASTER} is not a readable zip archive. {GET_AGAIN}"),
    (
        two_files_in_an_archive,
        CorruptArchiveError,
        (
            f"{SECTIONS} holds 2 files instead of one .csv file. Pack exactly the .csv file into"
            " the archive."
        ),
    ),
    (
        zip_bomb,
        ArchiveBombError,
        (
            f"{DOCUMENTS} unpacks to 135,266,304 bytes, 1,028 times its packed size (at most 200"
            " times is read): this looks like a zip bomb. Check where the file comes from; if it is"
            " right, unpack it and give the file inside."
        ),
    ),
    (
        latin_csv,
        NotUtf8Error,
        f"{SECTIONS} is not UTF-8: byte 0xe9 at offset 369, line 2. Save the file as UTF-8.",
    ),
    (
        latin_json,
        NotUtf8Error,
        f"{DOCUMENTS} is not UTF-8: byte 0xe9 at offset 37, line 2. Save the file as UTF-8.",
    ),
    (
        cut_json,
        MalformedJsonError,
        (
            f"{DOCUMENTS} is not valid JSON after document 3: parse error: premature EOF. Get the"
            " file again: it is damaged or cut off."
        ),
    ),
    (
        json_without_a_list,
        MalformedJsonError,
        (
            f"{DOCUMENTS} begins with '{{{{' instead of '[': it is not a list of documents. Give"
            ' a JSON list of {{"id", "page_content", "metadata"}} objects.'
        ),
    ),
    (
        nul_character,
        NulCharacterError,
        (
            f"{DOCUMENTS}, row 1, column page_content holds a NUL character, which PostgreSQL"
            " cannot store. Remove the character from the file."
        ),
    ),
]


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
