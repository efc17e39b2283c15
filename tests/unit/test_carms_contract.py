"""The contract: typed rows, or every reason why a row is kept back, word for word."""

import json
import os
from pathlib import Path

import pytest

from etl.quarantine import Reason, reasons_as_json
from etl.reference.tables import load_reference_tables
from etl.sources.carms.contract import (
    DisciplineRow,
    DocumentEnvelope,
    ProgramMasterRow,
    SectionRow,
    check_discipline,
    check_document,
    check_master,
    check_sections,
    duplicate_reasons,
)
from etl.sources.carms.extract import RawRecord, read_records, read_rows
from etl.sources.carms.files import FileRole, SourceFile, find_source_files

SHARED = Path(os.environ.get("RESIDENCY_SHARED", "../shared")) / "data" / "carms"
REFERENCE = load_reference_tables()
DISCIPLINES = {13: "Anesthesiology", 27: "Family Medicine"}

MASTER = {
    "Unnamed: 0": 0,
    "discipline_id": "13",
    "discipline_name": "Anesthesiology",
    "school_id": "5111821",
    "school_name": "Memorial University of Newfoundland",
    "program_stream_id": "27447",
    "program_stream_name": "St. John's - CMG Stream for CMG",
    "program_site": "St. John's",
    "program_stream": "CMG Stream for CMG",
    "program_name": "Memorial University of Newfoundland / Anesthesiology / St. John's"
    " / CMG Stream for CMG",
    "program_url": "https://example.org/program/1503/27447?programLanguage=en",
}
SECTIONS = {
    "index": "0",
    "document_id": "1503-27447",
    "source": "https://example.org/program/1503/27447",
    "n_program_description_sections": "2",
    "program_name": "#  A title",
    "match_iteration_id": "1503",
    "program_description_id": "27447",
}


def source_file(role):
    endings = {
        FileRole.DISCIPLINE: "discipline.xlsx",
        FileRole.PROGRAM_MASTER: "program_master.xlsx",
        FileRole.PROGRAM_SECTIONS: "program_descriptions_x_section.zip",
        FileRole.PROGRAM_DOCUMENTS: "markdown_program_descriptions_v2.zip",
    }
    return SourceFile(role, Path(f"1503_{endings[role]}"), 1503, "0" * 64, 1)


def discipline(**cells):
    row = {"discipline_id": "13", "discipline": "Anesthesiology"} | cells
    record = RawRecord(4, "row", None, json.dumps(row))
    return check_discipline(record, source_file(FileRole.DISCIPLINE), REFERENCE)


def master(**cells):
    record = RawRecord(4, "row", None, json.dumps(MASTER | cells))
    return check_master(record, source_file(FileRole.PROGRAM_MASTER), REFERENCE, DISCIPLINES)


def sections(**cells):
    row = {field: cell for field, cell in (SECTIONS | cells).items() if cell is not None}
    records = [RawRecord(4, field, None, cell) for field, cell in row.items()]
    return check_sections(records, source_file(FileRole.PROGRAM_SECTIONS))


def document(content="# Title\ntext", identifier="1503|27447", source=..., **unexpected):
    url = "https://example.org/program/1503/27447" if source is ... else source
    attributes = {"id": identifier, "metadata": {"source": url}}
    if unexpected:
        attributes["unexpected"] = unexpected
    record = RawRecord(4, "page_content", None, content, attributes)
    return check_document(record, source_file(FileRole.PROGRAM_DOCUMENTS))


def told(result):
    """Return what was found as code, field and message."""
    assert isinstance(result, list), result
    assert all(reason.row == 4 and reason.file.startswith("1503_") for reason in result)
    return [(str(reason.reason_code), reason.field, reason.message) for reason in result]


class TestRowsThatPass:
    def test_a_discipline_becomes_typed(self):
        assert discipline() == DisciplineRow(
            row_number=4, discipline_id=13, discipline_name="Anesthesiology"
        )
        assert discipline(discipline_id=13) == discipline()

    def test_a_program_becomes_typed_with_its_school_code(self):
        row = master()
        assert isinstance(row, ProgramMasterRow)
        assert (row.school_code, row.school_id, row.discipline_id) == (78, 5111821, 13)
        assert row.natural_key == "1503-27447"
        assert row.program_site == "St. John's"

    def test_a_document_keeps_its_text_exactly(self):
        content = "  # Titre\u200b e\u0301\r\n\x03"
        row = document(content)
        assert isinstance(row, DocumentEnvelope)
        assert row.page_content == content
        assert row.natural_key == "1503-27447"

    def test_a_section_row_keeps_only_its_section_cells(self):
        row = sections()
        assert isinstance(row, SectionRow)
        assert row.cells == {"program_name": "#  A title"}
        assert (row.natural_key, row.n_program_description_sections) == ("1503-27447", 2)


class TestMaster:
    def test_an_unknown_discipline_is_named(self):
        assert told(master(discipline_id="99", school_id=str(78 * 65536 + 99))) == [
            (
                "unknown_discipline",
                "discipline_id",
                (
                    "discipline 99 is not in the discipline file; add it there, and to"
                    " etl/reference/disciplines.csv, or correct the id."
                ),
            )
        ]

    def test_another_discipline_name_is_named(self):
        name = "Memorial University of Newfoundland / Surgery / St. John's / CMG Stream for CMG"
        assert told(master(discipline_name="Surgery", program_name=name)) == [
            (
                "discipline_name",
                "discipline_name",
                (
                    "discipline 13 is called 'Surgery' here and 'Anesthesiology' in the discipline"
                    " file; correct one of them."
                ),
            )
        ]

    def test_a_school_id_must_hold_the_discipline(self):
        assert told(master(school_id=str(78 * 65536 + 14))) == [
            (
                "school_id",
                "school_id",
                "5111822 modulo 65536 is 14 and not the discipline id 13; correct one of them.",
            )
        ]

    def test_an_unknown_school_names_the_table_to_extend(self):
        assert told(master(school_id=str(99 * 65536 + 13))) == [
            (
                "unknown_school",
                "school_id",
                (
                    "school 99 (6488077 divided by 65536) is not in etl/reference/schools.csv; add"
                    " it there with its campus and languages."
                ),
            )
        ]

    def test_another_school_name_is_named(self):
        name = "Memorial / Anesthesiology / St. John's / CMG Stream for CMG"
        assert told(master(school_name="Memorial", program_name=name)) == [
            (
                "school_name",
                "school_name",
                (
                    "school 78 is called 'Memorial' here and 'Memorial University of Newfoundland'"
                    " in etl/reference/schools.csv; correct one of them."
                ),
            )
        ]

    def test_an_unknown_site_names_the_table_to_extend(self):
        cells = {
            "program_site": "Atlantis",
            "program_stream_name": "Atlantis - CMG Stream for CMG",
            "program_name": MASTER["program_name"].replace("St. John's", "Atlantis"),
        }
        assert told(master(**cells)) == [
            (
                "unknown_site",
                "program_site",
                (
                    "site 'Atlantis' of school 78 is not in etl/reference/sites.csv; add it there"
                    " with its city, province and coordinates."
                ),
            )
        ]

    def test_an_unknown_stream_names_the_table_to_extend(self):
        cells = {
            "program_stream": "Fast Stream",
            "program_stream_name": "St. John's - Fast Stream",
            "program_name": MASTER["program_name"].replace("CMG Stream for CMG", "Fast Stream"),
        }
        assert told(master(**cells)) == [
            (
                "unknown_stream",
                "program_stream",
                (
                    "stream 'Fast Stream' is not in etl/reference/streams.csv; add it there with"
                    " its applicant category and flags."
                ),
            )
        ]

    def test_names_must_be_made_of_their_parts(self):
        assert told(master(program_stream_name="Elsewhere - CMG Stream for CMG")) == [
            (
                "name_parts",
                "program_stream_name",
                (
                    "'Elsewhere - CMG Stream for CMG' is not made of program_site - program_stream,"
                    ' which gives "St. John\'s - CMG Stream for CMG"; correct the cell'
                    " that is wrong."
                ),
            )
        ]

    @pytest.mark.parametrize("url", ["ftp://example.org/27447", "27447", "https://", "http://["])
    def test_an_address_must_be_http(self, url):
        assert told(master(program_url=url)) == [
            (
                "url",
                "program_url",
                f"{url!r} is not an http or https address; correct the cell.",
            )
        ]

    @pytest.mark.parametrize("number", ["127447", "274470", "27448"])
    def test_an_address_must_hold_the_stream_id(self, number):
        url = f"https://example.org/{number}?id=27447"
        assert told(master(program_url=url)) == [
            (
                "url",
                "program_url",
                (
                    f"{url!r} does not hold the program stream id 27447; correct the address or the"
                    " id."
                ),
            )
        ]

    @pytest.mark.parametrize("value", ["12a", "1.5", 1.5, True, "１３"])
    def test_a_number_of_the_wrong_type_is_named(self, value):
        assert told(master(program_stream_id=value, program_url=MASTER["program_url"])) == [
            (
                "wrong_type",
                "program_stream_id",
                f"{str(value)!r} is not a whole number; correct the cell.",
            )
        ]

    def test_a_negative_number_is_named(self):
        assert told(master(program_stream_id="-27447")) == [
            ("negative", "program_stream_id", "-27447 is negative; correct the cell.")
        ]

    def test_all_reasons_are_given_not_only_the_first(self):
        found = told(
            master(discipline_id="x", school_name=None, program_site=7, program_url="nowhere")
        )
        assert [(code, field) for code, field, _ in found] == [
            ("wrong_type", "discipline_id"),
            ("empty", "school_name"),
            ("wrong_type", "program_site"),
            ("url", "program_url"),
        ]

    def test_html_and_control_characters_in_a_label_are_named(self):
        name = "<b>Memorial</b>\x07"
        codes = told(master(school_name=name))
        assert codes[0] == (
            "control_characters",
            "school_name",
            "the control character U+0007 stands at position 15; remove it.",
        )
        assert codes[1] == (
            "html",
            "school_name",
            "HTML stands at position 0: '<b>'; give markdown or plain text.",
        )


class TestDisciplines:
    def test_an_unknown_discipline_names_the_table_to_extend(self):
        assert told(discipline(discipline_id="999")) == [
            (
                "unknown_discipline",
                "discipline_id",
                (
                    "discipline 999 is not in etl/reference/disciplines.csv; add it there with its"
                    " names in both languages."
                ),
            )
        ]

    def test_another_name_is_named(self):
        assert told(discipline(discipline="Anaesthesia")) == [
            (
                "discipline_name",
                "discipline",
                (
                    "discipline 13 is called 'Anaesthesia' here and 'Anesthesiology' in"
                    " etl/reference/disciplines.csv; correct one of them."
                ),
            )
        ]


class TestTexts:
    def test_a_cell_of_50_mb_is_named(self):
        assert told(sections(faq="x" * 50_000_000)) == [
            (
                "too_long",
                "faq",
                (
                    "the cell has 50,000,000 characters, more than the 1,000,000 that are accepted;"
                    " shorten it."
                ),
            )
        ]

    @pytest.mark.parametrize(
        "tag",
        [
            "<b>", "</p>", "<br/>", "<BR />", '<a href="x">', "<script", "<script>", "<!-- ",
            "<!DOCTYPE html>", "<img src=x onerror=alert(1)>", "<p\nclass='x'>", "<input disabled>",
        ],
    )  # fmt: skip
    def test_html_in_a_cell_is_named(self, tag):
        (reason,) = told(sections(program_highlights=f"# Highlights\n{tag} text"))
        assert reason[:2] == ("html", "program_highlights")
        assert reason[2].startswith("HTML stands at position 13: ")

    def test_the_message_about_html_quotes_the_tag(self):
        assert told(document("Text\n<script>alert(1)</script>")) == [
            (
                "html",
                "page_content",
                "HTML stands at position 5: '<script>'; give markdown or plain text.",
            )
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "<https://example.org/a>", "<someone@example.org>", "<www.example.org>", "(<75 words)",
            "population <20,000, often much smaller)**", "a < b > c", "<https:\n//example.org>",
            "->", "<insert date>", "x <bold claim> y",
        ],
    )  # fmt: skip
    def test_markdown_links_and_comparisons_are_no_html(self, text):
        assert isinstance(document(text), DocumentEnvelope)

    def test_a_stray_control_character_is_no_reason_but_many_are(self):
        assert isinstance(document("text\x03" + "x" * 100), DocumentEnvelope)
        assert told(document("\x01\x02\x03\x04")) == [
            (
                "control_characters",
                "page_content",
                "4 of 4 characters are control characters: this is not text; get the file again.",
            )
        ]


class TestDocuments:
    def test_an_empty_document_is_named(self):
        assert told(document("  \n")) == [
            ("empty", "page_content", "the cell is empty; fill it in.")
        ]

    def test_an_id_that_cannot_be_read_is_named(self):
        assert told(document(identifier="1503-27447")) == [
            (
                "document_id",
                "id",
                "'1503-27447' is not <iteration>|<program stream id>; correct it.",
            )
        ]

    def test_a_document_of_another_iteration_is_named(self):
        assert told(document(identifier="1502|27447")) == [
            (
                "document_id",
                "id",
                (
                    "'1502|27447' belongs to iteration 1502 and the file to 1503; move it to the"
                    " right file."
                ),
            )
        ]

    def test_an_item_that_is_no_document_is_named(self):
        assert told(document(document=[1, 2])) == [
            (
                "wrong_type",
                None,
                "'[1, 2]' is not an object with id, page_content and metadata; remove it.",
            )
        ]

    def test_unknown_keys_and_types_are_named(self):
        found = told(document("", page_content=3, colour="red", source=None))
        assert found == [
            (
                "unexpected_content",
                "colour",
                "nothing knows this key; remove it, or extend the contract first.",
            ),
            ("empty", "metadata.source", "the cell is empty; fill it in."),
            ("wrong_type", "page_content", "'3' is not text; correct the cell."),
        ]


class TestSectionRows:
    def test_the_number_of_sections_must_be_a_number(self):
        assert told(sections(n_program_description_sections="many")) == [
            (
                "wrong_type",
                "n_program_description_sections",
                "'many' is not a whole number; correct the cell.",
            )
        ]

    def test_the_parts_of_the_document_id_must_agree(self):
        found = told(sections(match_iteration_id="1502", program_description_id="27448"))
        assert found == [
            (
                "document_id",
                "match_iteration_id",
                "1502 is not the 1503 of document_id; correct one of them.",
            ),
            (
                "document_id",
                "program_description_id",
                "27448 is not the 27447 of document_id; correct one of them.",
            ),
        ]

    def test_a_row_without_any_cell_names_every_empty_one(self):
        records = [RawRecord(4, "index", None, "")]
        found = told(check_sections(records, source_file(FileRole.PROGRAM_SECTIONS)))
        assert {field for _, field, _ in found} == {
            "document_id",
            "source",
            "n_program_description_sections",
            "match_iteration_id",
            "program_description_id",
        }
        assert {code for code, _, _ in found} == {"empty"}


class TestDuplicates:
    def test_every_copy_gets_a_reason_that_names_all_rows(self):
        file = source_file(FileRole.PROGRAM_MASTER)
        keys = [(1, "1503-1"), (2, "1503-2"), (3, "1503-1"), (4, None), (5, None), (9, "1503-1")]
        reasons = duplicate_reasons(file, "program_stream_id", keys)
        assert set(reasons) == {1, 3, 9}
        assert reasons[3] == Reason(
            "duplicate_key",
            "1503_program_master.xlsx",
            3,
            "program_stream_id",
            "1503-1 stands in 3 rows (1, 3, 9), and nothing tells which is right; keep one of"
            " them.",
        )


class TestReasons:
    def test_a_reason_says_where_and_what(self):
        reason = Reason("html", "a.csv", 3, "faq", "HTML stands here.")
        assert str(reason) == "a.csv, row 3, column faq: HTML stands here."
        assert str(Reason("x", "a.csv", None, None, "No.")) == "a.csv: No."
        assert reasons_as_json([reason]) == [
            {
                "reason_code": "html",
                "file": "a.csv",
                "row": 3,
                "field": "faq",
                "message": "HTML stands here.",
            }
        ]

    def test_contacts_never_reach_a_message(self):
        reason = Reason("x", "a.csv", 1, "faq", "'someone@example.org' is wrong.")
        assert "someone@example.org" not in reason.message


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real source files are not here (RESIDENCY_SHARED)"
)
def test_the_published_files_give_no_reason_at_all():
    files = find_source_files(SHARED)
    found = [
        check_discipline(record, files.discipline, REFERENCE)
        for record in read_records(files.discipline)
    ]
    names = {row.discipline_id: row.discipline_name for row in found}
    programs = [
        check_master(record, files.program_master, REFERENCE, names)
        for record in read_records(files.program_master)
    ]
    rows = [
        check_sections(records, files.program_sections)
        for records in read_rows(files.program_sections)
    ]
    documents = [
        check_document(record, files.program_documents)
        for record in read_records(files.program_documents)
    ]
    reasons = [row for row in [*found, *programs, *rows, *documents] if isinstance(row, list)]
    assert reasons == []
    keys = [{row.natural_key for row in group} for group in (programs, rows, documents)]
    assert keys[0] == keys[1] == keys[2]
    assert len(keys[0]) == 815
