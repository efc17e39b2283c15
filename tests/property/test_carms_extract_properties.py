"""Whatever is done to the bytes of a source file, reading ends in records or in a SourceError."""

import csv
import io
import json
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.errors import SourceError
from etl.sources.carms.extract import CSV_COLUMNS, RawRecord, read_records
from etl.sources.carms.files import FileRole, describe_file

DOCUMENTS = json.dumps(
    [{"id": f"1503|{n}", "page_content": "# Été\n" * 9, "metadata": {}} for n in range(9)],
    ensure_ascii=False,
).encode()


def rows_as_csv():
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(["", *CSV_COLUMNS[1:]])
    writer.writerows([str(n), f"1503-{n}", *['# "é",\n'] * 19] for n in range(9))
    return buffer.getvalue().encode()


def archive(name, content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return buffer.getvalue()


def workbook():
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in (["discipline_id", "discipline"], ["13", "Anesthesiology"], ["14", "Surgery"]):
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


WHOLE = {
    "1503_discipline.xlsx": (FileRole.DISCIPLINE, workbook()),
    "1503_markdown_program_descriptions_v2.json": (FileRole.PROGRAM_DOCUMENTS, DOCUMENTS),
    "1503_markdown_program_descriptions_v2.zip": (
        FileRole.PROGRAM_DOCUMENTS,
        archive("a.json", DOCUMENTS),
    ),
    "1503_program_descriptions_x_section.csv": (FileRole.PROGRAM_SECTIONS, rows_as_csv()),
}


@st.composite
def spoiled(draw, content):
    """The content with some bytes replaced, removed, put in or cut off."""
    spoiled_bytes = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        position = draw(st.integers(0, max(len(spoiled_bytes) - 1, 0)))
        length = draw(st.sampled_from([0, 1, 1, 1, 20, len(spoiled_bytes)]))
        spoiled_bytes[position : position + length] = draw(st.binary(max_size=4))
    return bytes(spoiled_bytes) or b"x"


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_spoiled_bytes_give_records_or_a_source_error(name, data):
    role, content = WHOLE[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data.draw(spoiled(content)))
        try:
            outcome = list(read_records(describe_file(path, role, 1503)))
        except SourceError as error:
            outcome = error
    if isinstance(outcome, SourceError):
        assert outcome.problem.startswith(name)
        assert outcome.remedy
    else:
        assert all(isinstance(record, RawRecord) for record in outcome)


@settings(max_examples=60, deadline=None)
@given(
    cells=st.lists(
        st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=21, max_size=21
    )
)
def test_every_cell_comes_back_exactly(cells):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "1503_program_descriptions_x_section.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["", *CSV_COLUMNS[1:]])
            writer.writerow(cells)
        records = list(read_records(describe_file(path, FileRole.PROGRAM_SECTIONS, 1503)))
    filled = {name: cell for name, cell in zip(CSV_COLUMNS, cells, strict=True) if cell.strip()}
    assert {record.field: record.payload for record in records} == (filled or {"index": ""})
