"""Finding and reading the four program files, and what is said of those that cannot be read."""

import csv
import json
import os
import pickle
import tracemalloc
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from etl.errors import (
    AmbiguousFileError,
    ArchiveBombError,
    CorruptArchiveError,
    EmptyFileError,
    EtlError,
    ExtraColumnError,
    MalformedCsvError,
    MalformedJsonError,
    MissingColumnError,
    MissingFileError,
    NotUtf8Error,
    NulCharacterError,
    SourceChangedError,
    WrongSheetError,
)
from etl.sources.carms.archive import ReadLimits
from etl.sources.carms.extract import (
    CSV_COLUMNS,
    SECTION_COLUMNS,
    RawRecord,
    read_records,
    read_rows,
)
from etl.sources.carms.files import FileRole, describe_file, find_source_files
from etl.sources.carms.sheets import SHEET_COLUMNS

SHARED = Path(os.environ.get("RESIDENCY_SHARED", "../shared")) / "data" / "carms"
needs_real_files = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real source files are not here (RESIDENCY_SHARED)"
)

DISCIPLINE_HEADER = list(SHEET_COLUMNS[FileRole.DISCIPLINE])
MASTER_HEADER = [None, *SHEET_COLUMNS[FileRole.PROGRAM_MASTER][1:]]
MASTER_ROW = [
    0, "13", "Anesthesiology", "5111821", "Memorial University of Newfoundland", "27447",
    "St. John's - CMG Stream for CMG", "St. John's", "CMG Stream for CMG",
    "Memorial University of Newfoundland / Anesthesiology / St. John's / CMG Stream for CMG",
    "https://example.org/program/1503/27447",
]  # fmt: skip
CSV_HEADER = ["", *CSV_COLUMNS[1:]]
CSV_ROW = {
    "index": "0",
    "document_id": "1503-27447",
    "source": "https://example.org/program/1503/27447",
    "n_program_description_sections": "2",
    "program_name": "# A title",
    "faq": "('# FAQ  \\nNone.',)",
    "match_iteration_id": "1503",
    "program_description_id": "27447",
}
DOCUMENT = {
    "id": "1503|27447",
    "page_content": "# Title é\n\n* * *\nText",
    "metadata": {"source": "https://example.org/program/1503/27447"},
}


def workbook(folder, role, *rows, header=None, sheets=("Sheet1",)):
    book = openpyxl.Workbook()
    book.active.title = sheets[0]
    default = DISCIPLINE_HEADER if role is FileRole.DISCIPLINE else MASTER_HEADER
    for row in (default if header is None else header, *rows):
        book.active.append(row)
    for name in sheets[1:]:
        book.create_sheet(name)
    path = folder / f"1503_{role.value}.xlsx"
    book.save(path)
    return describe_file(path, role, 1503)


def csv_file(folder, *rows, header=None, encoding="utf-8"):
    path = folder / "1503_program_descriptions_x_section.csv"
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(CSV_HEADER if header is None else header)
        for row in rows:
            writer.writerow([row.get(name, "") for name in CSV_COLUMNS])
    return describe_file(path, FileRole.PROGRAM_SECTIONS, 1503)


def json_file(folder, content):
    path = folder / "1503_markdown_program_descriptions_v2.json"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return describe_file(path, FileRole.PROGRAM_DOCUMENTS, 1503)


def zipped(file, *, members=None, name=None):
    """Pack a file (or other members) into the archive that the folder would hold."""
    path = file.path.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in (
            members or {name or file.path.name: file.path.read_bytes()}
        ).items():
            archive.writestr(member, content)
    return describe_file(path, file.role, 1503)


def refusal(error, file, **arguments):
    """Read a file to its end and return what was said against it."""
    with pytest.raises(error) as caught:
        list(read_records(file, **arguments))
    assert type(caught.value) is error
    assert caught.value.exit_code == 3
    return str(caught.value)


def four_files(folder):
    workbook(folder, FileRole.DISCIPLINE, ["13", "Anesthesiology"])
    workbook(folder, FileRole.PROGRAM_MASTER, MASTER_ROW)
    csv_file(folder, CSV_ROW)
    json_file(folder, [DOCUMENT])


class TestFindingFiles:
    def test_four_files_are_found_by_role_with_hash_and_size(self, tmp_path):
        four_files(tmp_path)
        files = find_source_files(tmp_path)
        assert [file.role for file in files] == list(FileRole)
        assert files.match_iteration_id == 1503
        assert files.program_documents.size_bytes == files.program_documents.path.stat().st_size
        assert len({file.sha256 for file in files}) == 4
        assert not files.program_sections.is_archive

    def test_a_missing_folder_is_said(self, tmp_path):
        with pytest.raises(MissingFileError) as caught:
            find_source_files(tmp_path / "nowhere")
        assert str(caught.value) == (
            f"{tmp_path}/nowhere is not a folder. Give the folder with the four program files,"
            " e.g. make run SOURCE=path/to/folder."
        )

    def test_all_missing_files_are_named(self, tmp_path):
        four_files(tmp_path)
        (tmp_path / "1503_program_master.xlsx").unlink()
        (tmp_path / "1503_markdown_program_descriptions_v2.json").unlink()
        with pytest.raises(MissingFileError) as caught:
            find_source_files(tmp_path)
        assert str(caught.value) == (
            f"{tmp_path} lacks the program_master file (<iteration>_program_master.xlsx) and the"
            " program_documents file (<iteration>_markdown_program_descriptions_v2.zip or"
            " <iteration>_markdown_program_descriptions_v2.json). Put the missing files into the"
            " folder, or leave SOURCE out to use the bundled sample."
        )

    def test_two_files_for_one_role_are_ambiguous(self, tmp_path):
        four_files(tmp_path)
        (tmp_path / "1503_program_descriptions_x_section.zip").write_bytes(b"PK")
        with pytest.raises(AmbiguousFileError) as caught:
            find_source_files(tmp_path)
        assert str(caught.value) == (
            f"{tmp_path} has several files for program_sections:"
            " 1503_program_descriptions_x_section.csv and 1503_program_descriptions_x_section.zip."
            " Leave exactly one of them in the folder."
        )

    def test_files_of_two_iterations_do_not_mix(self, tmp_path):
        four_files(tmp_path)
        (tmp_path / "1503_discipline.xlsx").rename(tmp_path / "1504_discipline.xlsx")
        with pytest.raises(AmbiguousFileError, match=r"mixes match iterations: 1504_discipline"):
            find_source_files(tmp_path)

    def test_an_empty_file_is_said(self, tmp_path):
        four_files(tmp_path)
        (tmp_path / "1503_discipline.xlsx").write_bytes(b"")
        with pytest.raises(EmptyFileError) as caught:
            find_source_files(tmp_path)
        assert str(caught.value) == "1503_discipline.xlsx is empty (0 bytes). Get the file again."


class TestReadingWorkbooks:
    def test_a_row_is_one_record_with_its_types_kept(self, tmp_path):
        file = workbook(tmp_path, FileRole.PROGRAM_MASTER, MASTER_ROW)
        (record,) = read_records(file)
        assert (record.row_number, record.field, record.natural_key) == (1, "row", "1503-27447")
        assert json.loads(record.payload) == dict(
            zip(SHEET_COLUMNS[FileRole.PROGRAM_MASTER], MASTER_ROW, strict=True)
        )
        assert record.attributes is None

    def test_a_discipline_is_keyed_by_its_id(self, tmp_path):
        file = workbook(tmp_path, FileRole.DISCIPLINE, ["13", "A"], [14, "B"], ["x", "C"])
        assert [record.natural_key for record in read_records(file)] == ["13", "14", None]

    def test_blank_rows_are_left_out_and_the_numbering_stays(self, tmp_path):
        file = workbook(tmp_path, FileRole.DISCIPLINE, ["13", "A"], [None, None], ["14", "B"])
        assert [record.row_number for record in read_records(file)] == [1, 3]

    def test_the_index_column_may_carry_its_pandas_name(self, tmp_path):
        header = ["Unnamed: 0", *MASTER_HEADER[1:]]
        file = workbook(tmp_path, FileRole.PROGRAM_MASTER, MASTER_ROW, header=header)
        assert len(list(read_records(file))) == 1

    def test_a_missing_column_is_named(self, tmp_path):
        header = ["discipline_id"]
        file = workbook(tmp_path, FileRole.DISCIPLINE, ["13"], header=header)
        assert refusal(MissingColumnError, file) == (
            "1503_discipline.xlsx lacks the column discipline. Expected are exactly these:"
            " discipline_id, discipline. Restore them, or get the file again."
        )

    def test_an_extra_column_is_named(self, tmp_path):
        header = [*DISCIPLINE_HEADER, "colour"]
        file = workbook(tmp_path, FileRole.DISCIPLINE, ["13", "A", "red"], header=header)
        assert refusal(ExtraColumnError, file) == (
            "1503_discipline.xlsx has the column colour that nothing knows. Expected are exactly"
            " these: discipline_id, discipline. Remove them, or extend the contract first if the"
            " publisher added them."
        )

    def test_a_column_stated_twice_is_named(self, tmp_path):
        header = [*DISCIPLINE_HEADER, "discipline"]
        file = workbook(tmp_path, FileRole.DISCIPLINE, ["13", "A", "A"], header=header)
        assert refusal(ExtraColumnError, file).startswith(
            "1503_discipline.xlsx has the column discipline more than once."
        )

    def test_values_beyond_the_header_are_not_dropped(self, tmp_path):
        file = workbook(tmp_path, FileRole.DISCIPLINE, ["13", "A"], ["14", "B", "lost"])
        assert refusal(ExtraColumnError, file) == (
            "1503_discipline.xlsx, row 2 has values to the right of the last column. Remove them,"
            " or give them a column that is known."
        )

    def test_several_sheets_are_refused(self, tmp_path):
        file = workbook(tmp_path, FileRole.DISCIPLINE, ["13", "A"], sheets=("Sheet1", "Old"))
        assert refusal(WrongSheetError, file) == (
            "1503_discipline.xlsx has 2 sheets (Sheet1, Old) instead of one. Keep only the sheet"
            " with the columns discipline_id, discipline."
        )

    def test_the_sheet_of_another_file_is_recognised(self, tmp_path):
        file = workbook(tmp_path, FileRole.PROGRAM_MASTER, ["13", "A"], header=DISCIPLINE_HEADER)
        assert refusal(WrongSheetError, file).startswith(
            "1503_program_master.xlsx holds the sheet of discipline: its columns are"
            " discipline_id, discipline. Give the workbook with the columns Unnamed: 0,"
        )

    def test_an_unknown_sheet_is_refused(self, tmp_path):
        file = workbook(tmp_path, FileRole.DISCIPLINE, ["x"], header=["notes", "date"])
        assert refusal(WrongSheetError, file) == (
            "1503_discipline.xlsx holds another sheet: none of its columns (notes, date) is known."
            " Give the workbook with the columns discipline_id, discipline."
        )

    def test_a_sheet_without_header_is_refused(self, tmp_path):
        file = workbook(tmp_path, FileRole.DISCIPLINE, header=[])
        assert refusal(EmptyFileError, file) == (
            "1503_discipline.xlsx has no header row. Get the file again."
        )

    def test_a_file_that_is_no_workbook_is_refused(self, tmp_path):
        path = tmp_path / "1503_discipline.xlsx"
        path.write_bytes(b"discipline_id,discipline\n13,A\n")
        file = describe_file(path, FileRole.DISCIPLINE, 1503)
        assert refusal(CorruptArchiveError, file) == (
            "1503_discipline.xlsx is not a readable zip archive. Get the file again; if it stays"
            " so, ask whoever publishes it."
        )

    def test_an_archive_that_is_no_workbook_is_refused(self, tmp_path):
        path = tmp_path / "1503_discipline.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("letter.txt", "no workbook")
        file = describe_file(path, FileRole.DISCIPLINE, 1503)
        assert refusal(CorruptArchiveError, file) == (
            "1503_discipline.xlsx is not a readable workbook. Get the file again, or save it again"
            " as an Excel workbook (.xlsx)."
        )


class TestReadingCsv:
    def test_every_non_empty_cell_is_a_record(self, tmp_path):
        records = list(read_records(csv_file(tmp_path, CSV_ROW)))
        assert {record.field: record.payload for record in records} == CSV_ROW
        assert {record.natural_key for record in records} == {"1503-27447"}

    def test_archive_and_plain_file_give_the_same_records(self, tmp_path):
        plain = csv_file(tmp_path, CSV_ROW, CSV_ROW | {"document_id": "1503-9", "faq": 'é\r\n"x"'})
        assert list(read_records(plain)) == list(read_records(zipped(plain)))

    def test_rows_are_grouped_and_an_empty_row_is_counted(self, tmp_path):
        rows = list(read_rows(csv_file(tmp_path, CSV_ROW, {}, CSV_ROW)))
        assert [len(row) for row in rows] == [8, 1, 8]
        assert rows[1] == [RawRecord(2, "index", None, "")]

    def test_a_byte_order_mark_is_accepted(self, tmp_path):
        with_mark = list(read_records(csv_file(tmp_path, CSV_ROW, encoding="utf-8-sig")))
        assert with_mark == list(read_records(csv_file(tmp_path, CSV_ROW)))

    def test_missing_columns_are_named(self, tmp_path):
        header = [name for name in CSV_HEADER if name not in {"faq", "source"}]
        assert refusal(MissingColumnError, csv_file(tmp_path, header=header)) == (
            "1503_program_descriptions_x_section.csv lacks the columns source, faq. Expected are"
            f" exactly these: {', '.join(CSV_COLUMNS)}. Restore them, or get the file again."
        )

    def test_extra_columns_are_named(self, tmp_path):
        header = [*CSV_HEADER, "quota"]
        assert refusal(ExtraColumnError, csv_file(tmp_path, header=header)) == (
            "1503_program_descriptions_x_section.csv has the column quota that nothing knows."
            f" Expected are exactly these: {', '.join(CSV_COLUMNS)}. Remove them, or extend the"
            " contract first if the publisher added them."
        )

    def test_bytes_that_are_not_utf_8_are_located(self, tmp_path):
        file = csv_file(tmp_path, CSV_ROW | {"faq": "('Universite'\nde Montreal',)"})
        file.path.write_bytes(
            file.path.read_bytes().replace(b"Montreal", "Montréal".encode("latin-1"))
        )
        offset = file.path.read_bytes().index(b"\xe9")
        assert refusal(NotUtf8Error, file) == (
            "1503_program_descriptions_x_section.csv is not UTF-8: byte 0xe9 at offset"
            f" {offset}, line 3. Save the file as UTF-8."
        )

    def test_a_file_cut_within_a_character_is_not_utf_8(self, tmp_path):
        file = json_file(tmp_path, b'[{"id": "\xc3')
        assert "byte 0xc3 at offset 9, line 1" in refusal(NotUtf8Error, file)

    def test_a_row_of_another_width_is_refused(self, tmp_path):
        file = csv_file(tmp_path, CSV_ROW)
        with file.path.open("a", encoding="utf-8") as stream:
            stream.write("1,1503-27448\r\n")
        assert refusal(MalformedCsvError, file) == (
            "1503_program_descriptions_x_section.csv, row 2 has 2 cells instead of 21. Check the"
            " quotation marks and commas of that row, or get the file again."
        )

    def test_a_quotation_that_never_closes_is_refused(self, tmp_path):
        file = csv_file(tmp_path, CSV_ROW)
        with file.path.open("a", encoding="utf-8") as stream:
            stream.write('1,"1503-27448,\r\n')
        assert refusal(MalformedCsvError, file) == (
            "1503_program_descriptions_x_section.csv, row 2 is not readable as CSV: unexpected end"
            " of data. Check the quotation marks of that row, or get the file again."
        )

    def test_a_nul_character_is_named_with_row_and_column(self, tmp_path):
        file = csv_file(tmp_path, CSV_ROW, CSV_ROW | {"faq": "a\0b"})
        assert refusal(NulCharacterError, file) == (
            "1503_program_descriptions_x_section.csv, row 2, column faq holds a NUL character,"
            " which PostgreSQL cannot store. Remove the character from the file."
        )

    def test_a_cell_of_50_mb_is_read_from_the_archive(self, tmp_path):
        file = zipped(csv_file(tmp_path, CSV_ROW | {"faq": "x" * 50_000_000}))
        cells = {record.field: record for record in read_records(file)}
        assert len(cells["faq"].payload) == 50_000_000

    def test_a_cell_over_the_hard_limit_is_refused(self, tmp_path):
        file = csv_file(tmp_path, CSV_ROW | {"faq": "x" * 2000})
        assert refusal(MalformedCsvError, file, limits=ReadLimits(max_field_characters=1000)) == (
            "1503_program_descriptions_x_section.csv, row 1 is not readable as CSV: field larger"
            " than field limit (1000). Check the quotation marks of that row, or get the file"
            " again."
        )


class TestReadingJson:
    def test_a_document_is_one_record_with_its_text_exactly(self, tmp_path):
        (record,) = read_records(json_file(tmp_path, [DOCUMENT]))
        assert record == RawRecord(
            1,
            "page_content",
            "1503-27447",
            DOCUMENT["page_content"],
            {"id": DOCUMENT["id"], "metadata": DOCUMENT["metadata"]},
        )
        assert len(record.content_hash) == 64

    def test_documents_that_deviate_are_kept_whole(self, tmp_path):
        content = [7, {"id": None, "page_content": 3, "more": [1.5]}]
        first, second = read_records(json_file(tmp_path, content))
        assert first == RawRecord(1, "page_content", None, "", {"unexpected": {"document": 7}})
        assert second == RawRecord(
            2,
            "page_content",
            None,
            "",
            {"id": None, "metadata": None, "unexpected": {"more": [1.5], "page_content": 3}},
        )

    def test_text_that_is_no_list_is_refused(self, tmp_path):
        assert refusal(MalformedJsonError, json_file(tmp_path, DOCUMENT)) == (
            "1503_markdown_program_descriptions_v2.json begins with '{' instead of '[': it is not"
            ' a list of documents. Give a JSON list of {"id", "page_content", "metadata"} objects.'
        )

    def test_a_file_cut_off_is_refused_after_its_last_document(self, tmp_path):
        whole = json.dumps([DOCUMENT, DOCUMENT]).encode()
        assert refusal(MalformedJsonError, json_file(tmp_path, whole[:-30])).startswith(
            "1503_markdown_program_descriptions_v2.json is not valid JSON after document 1:"
        )

    def test_something_after_the_list_is_refused(self, tmp_path):
        whole = json.dumps([DOCUMENT]).encode() + b" [1]"
        assert "not valid JSON after document 1" in refusal(
            MalformedJsonError, json_file(tmp_path, whole)
        )

    def test_an_empty_list_has_no_records(self, tmp_path):
        assert list(read_records(json_file(tmp_path, []))) == []

    def test_a_byte_order_mark_is_accepted(self, tmp_path):
        marked = b"\xef\xbb\xbf" + json.dumps([DOCUMENT]).encode()
        assert len(list(read_records(json_file(tmp_path, marked)))) == 1

    def test_a_nul_character_beside_the_text_is_found(self, tmp_path):
        file = json_file(tmp_path, [DOCUMENT | {"metadata": {"source": "a\0"}}])
        assert refusal(NulCharacterError, file).startswith(
            "1503_markdown_program_descriptions_v2.json, row 1, column page_content holds a NUL"
        )

    def test_memory_does_not_grow_with_the_number_of_documents(self, tmp_path):
        documents = [DOCUMENT | {"page_content": f"{n} " * 2000} for n in range(2000)]
        file = zipped(json_file(tmp_path, documents))
        del documents
        tracemalloc.start()
        count = sum(1 for _ in read_records(file))
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == 2000
        assert peak_bytes < 8 << 20

    def test_a_file_that_changes_while_it_is_read_is_noticed(self, tmp_path):
        file = json_file(tmp_path, [DOCUMENT])
        records = read_records(file)
        next(records)
        file.path.write_text("[]", encoding="utf-8")
        with pytest.raises(SourceChangedError) as caught:
            next(records)
        assert str(caught.value) == (
            "1503_markdown_program_descriptions_v2.json changed while it was being read. Load"
            " again when whoever writes the file is done."
        )


class TestArchives:
    NAME = "1503_markdown_program_descriptions_v2.zip"

    def test_bytes_that_are_no_archive_are_refused(self, tmp_path):
        path = tmp_path / self.NAME
        path.write_bytes(b"PK\x03\x04 no archive")
        file = describe_file(path, FileRole.PROGRAM_DOCUMENTS, 1503)
        assert refusal(CorruptArchiveError, file) == (
            f"{self.NAME} is not a readable zip archive. Get the file again; if it stays so, ask"
            " whoever publishes it."
        )

    def test_a_damaged_member_is_refused(self, tmp_path):
        file = zipped(json_file(tmp_path, [DOCUMENT] * 50))
        content = bytearray(file.path.read_bytes())
        content[120:140] = bytes(20)
        file.path.write_bytes(content)
        assert refusal(CorruptArchiveError, file) == (
            f"{self.NAME} is damaged: its content cannot be unpacked after byte 0. Get the file"
            " again; if it stays so, ask whoever publishes it."
        )

    def test_an_encrypted_archive_is_refused(self, tmp_path):
        file = zipped(json_file(tmp_path, [DOCUMENT]))
        content = bytearray(file.path.read_bytes())
        content[6] |= 1
        content[content.index(b"PK\x01\x02") + 8] |= 1
        file.path.write_bytes(content)
        assert refusal(CorruptArchiveError, file) == (
            f"{self.NAME} is encrypted. Unpack it and give the file without a password."
        )

    @pytest.mark.parametrize(
        ("members", "message"),
        [
            (
                {"a.json": "[]", "b.json": "[]"},
                (
                    f"{NAME} holds 2 files instead of one .json file. Pack exactly the .json file"
                    " into the archive."
                ),
            ),
            (
                {"folder/a.json": "[]"},
                (
                    f"{NAME} holds 'folder/a.json', which lies in a folder. Pack the .json file"
                    " without its folder."
                ),
            ),
            (
                {"../a.json": "[]"},
                (
                    f"{NAME} holds '../a.json', which lies in a folder. Pack the .json file without"
                    " its folder."
                ),
            ),
            (
                {"a.csv": "x"},
                (
                    f"{NAME} holds 'a.csv' instead of a .json file. Pack exactly the .json file"
                    " into the archive."
                ),
            ),
        ],
    )
    def test_other_members_are_refused(self, tmp_path, members, message):
        file = zipped(json_file(tmp_path, []), members=members)
        assert refusal(CorruptArchiveError, file) == message

    def test_an_empty_member_is_said(self, tmp_path):
        file = zipped(json_file(tmp_path, []), members={"a.json": ""})
        assert refusal(EmptyFileError, file).startswith(
            f"{self.NAME} holds 'a.json', which is empty"
        )

    def test_a_zip_bomb_is_refused_before_it_is_unpacked(self, tmp_path):
        size_bytes = 130 << 20
        file = zipped(json_file(tmp_path, []), members={"a.json": bytes(size_bytes)})
        times = size_bytes // zipfile.ZipFile(file.path).infolist()[0].compress_size
        assert refusal(ArchiveBombError, file) == (
            f"{self.NAME} unpacks to 136,314,880 bytes, {times:,} times its packed size (at most"
            " 200 times is read): this looks like a zip bomb. Check where the file comes from; if"
            " it is right, unpack it and give the file inside."
        )

    def test_an_archive_over_the_absolute_limit_is_refused(self, tmp_path):
        file = zipped(json_file(tmp_path, [DOCUMENT] * 100))
        limits = ReadLimits(max_uncompressed_bytes=1000)
        assert refusal(ArchiveBombError, file, limits=limits) == (
            f"{self.NAME} unpacks to more than 1,000 bytes: this looks like a zip bomb. Check where"
            " the file comes from; if it is right, unpack it and give the file inside."
        )

    def test_a_workbook_can_be_a_zip_bomb_too(self, tmp_path):
        path = tmp_path / "1503_discipline.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", bytes(130 << 20))
        file = describe_file(path, FileRole.DISCIPLINE, 1503)
        assert "this looks like a zip bomb" in refusal(ArchiveBombError, file)


def test_errors_survive_the_way_to_another_process():
    error = pickle.loads(pickle.dumps(MissingFileError("A is missing.", "Get it.")))
    assert isinstance(error, EtlError)
    assert (str(error), error.remedy) == ("A is missing. Get it.", "Get it.")


@pytest.mark.shared
@needs_real_files
class TestRealFiles:
    def test_counts_are_those_of_the_published_files(self):
        files = find_source_files(SHARED)
        counts = [sum(1 for _ in read_rows(file)) for file in files]
        assert counts == [37, 815, 815, 815]

    def test_the_section_columns_have_10_716_filled_cells(self):
        fields = Counter(
            record.field for record in read_records(find_source_files(SHARED).program_sections)
        )
        assert sum(fields[column] for column in SECTION_COLUMNS) == 10_716

    def test_every_record_has_a_natural_key(self):
        files = find_source_files(SHARED)
        for file in files:
            assert all(record.natural_key for record in read_records(file))
