"""Reading the four program files record by record, exactly as received.

A spreadsheet row is a record; so is every non-empty cell of the CSV, and every document of the
JSON. Nothing is judged here but what stops a file from being read at all: rows that break the
contract pass, and are kept back later with all their reasons.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import ijson

from etl.errors import MalformedCsvError, MalformedJsonError, NulCharacterError, SourceChangedError
from etl.sources.carms.archive import DEFAULT_LIMITS, ReadLimits, Utf8Stream, open_text
from etl.sources.carms.files import FileRole, SourceFile, sha256_of
from etl.sources.carms.sheets import column_names, read_sheet

ROW_FIELD: Final = "row"
INDEX_FIELD: Final = "index"
DOCUMENT_FIELD: Final = "page_content"

SECTION_COLUMNS: Final = (
    "program_name", "match_iteration_name", "program_contracts", "general_instructions",
    "supporting_documentation_information", "review_process", "interviews", "selection_criteria",
    "program_highlights", "program_curriculum", "training_sites", "additional_information",
    "return_of_service", "faq", "summary_of_changes",
)  # fmt: skip
CSV_COLUMNS: Final = (
    INDEX_FIELD, "document_id", "source", "n_program_description_sections", *SECTION_COLUMNS,
    "match_iteration_id", "program_description_id",
)  # fmt: skip

READ_BYTES: Final = 1 << 20
"""Bytes that the JSON reader takes at once: with few, one long string takes quadratic time."""
_DOCUMENT_KEYS: Final = frozenset({"id", DOCUMENT_FIELD, "metadata"})
_NATURAL_KEY: Final = re.compile(r"[0-9]{1,9}-[0-9]{1,9}")
_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record of a source file, exactly as received.

    Attributes:
        row_number: 1-based position of the row or document in the file, header not counted.
        field: ``row``, ``page_content``, or the name of the CSV column.
        natural_key: Iteration and program stream id (``1503-27447``), or the discipline id; None
            if it cannot be read.
        payload: The text as received.
        attributes: What the source states beside the payload; None but for documents.
    """

    row_number: int
    field: str
    natural_key: str | None
    payload: str
    attributes: dict[str, Any] | None = None

    @property
    def content_hash(self) -> str:
        """SHA-256 of the payload, in hexadecimal."""
        return hashlib.sha256(self.payload.encode("utf-8", "surrogatepass")).hexdigest()


def read_records(file: SourceFile, limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[RawRecord]:
    """Read the records of a source file in their order, in flat memory.

    The records of one CSV row stand together. A row without any non-empty cell gives one record
    with an empty payload, so that it is counted.

    Raises:
        SourceError: The file cannot be read; the class and the message say why.
        SourceChangedError: The file is no longer the one that was hashed; raised at the end.
    """
    readers = {
        FileRole.DISCIPLINE: _read_spreadsheet,
        FileRole.PROGRAM_MASTER: _read_spreadsheet,
        FileRole.PROGRAM_SECTIONS: _read_csv,
        FileRole.PROGRAM_DOCUMENTS: _read_json,
    }
    for record in readers[file.role](file, limits):
        _refuse_nul(record, file)
        yield record
    if sha256_of(file.path) != file.sha256:
        raise SourceChangedError(
            f"{file.name} changed while it was being read.",
            "Load again when whoever writes the file is done.",
        )


def read_rows(file: SourceFile, limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[list[RawRecord]]:
    """Read a source file row by row: the records of each row, in their order.

    Raises:
        SourceError: As ``read_records``.
    """
    for _, records in groupby(read_records(file, limits), lambda record: record.row_number):
        yield list(records)


def _read_spreadsheet(file: SourceFile, limits: ReadLimits) -> Iterator[RawRecord]:
    """Read a workbook: one record per row, its payload a JSON object."""
    is_master = file.role is FileRole.PROGRAM_MASTER
    for row_number, row in read_sheet(file, limits):
        key = readable_number(row["program_stream_id" if is_master else "discipline_id"])
        if key is not None and is_master:
            key = f"{file.match_iteration_id}-{key}"
        payload = json.dumps(row, ensure_ascii=False, default=str)
        yield RawRecord(row_number, ROW_FIELD, key, payload)


def readable_number(value: object) -> str | None:
    """Return the digits of a whole number that is stated as a number or as text, else None."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    return str(int(text)) if _WHOLE_NUMBER.fullmatch(text) else None


def _read_csv(file: SourceFile, limits: ReadLimits) -> Iterator[RawRecord]:
    """Read the CSV: one record per non-empty cell."""
    # The limit belongs to the csv module as a whole; the cells are longer than its default.
    csv.field_size_limit(limits.max_field_characters)
    with open_text(file, ".csv", limits) as stream:
        text = io.TextIOWrapper(io.BufferedReader(stream, 1 << 20), encoding="utf-8", newline="")
        rows = csv.reader(text, strict=True)
        header = column_names(file, _csv_row(rows, file, 0) or [], CSV_COLUMNS, INDEX_FIELD)
        row_number = 0
        while (cells := _csv_row(rows, file, row_number + 1)) is not None:
            if not cells:
                continue
            row_number += 1
            if len(cells) != len(header):
                raise MalformedCsvError(
                    f"{file.name}, row {row_number} has {len(cells)} cells instead of"
                    f" {len(header)}.",
                    "Check the quotation marks and commas of that row, or get the file again.",
                )
            yield from _csv_records(row_number, dict(zip(header, cells, strict=True)))


def _csv_row(rows: Iterator[list[str]], file: SourceFile, row_number: int) -> list[str] | None:
    """Return the next row, None at the end of the file."""
    try:
        return next(rows, None)
    except csv.Error as error:
        raise MalformedCsvError(
            f"{file.name}, row {row_number} is not readable as CSV: {error}.",
            "Check the quotation marks of that row, or get the file again.",
        ) from error


def _csv_records(row_number: int, row: dict[str, str]) -> Iterator[RawRecord]:
    """Return the non-empty cells of a row."""
    document_id = row["document_id"]
    key = document_id if _NATURAL_KEY.fullmatch(document_id) else None
    filled = [(field, cell) for field, cell in row.items() if cell.strip()]
    for field, cell in filled or [(INDEX_FIELD, "")]:
        yield RawRecord(row_number, field, key, cell)


def _read_json(file: SourceFile, limits: ReadLimits) -> Iterator[RawRecord]:
    """Read the JSON as a stream: one record per document."""
    with open_text(file, ".json", limits) as stream:
        _expect_list(stream, file)
        documents = ijson.items(stream, "item", use_float=True, buf_size=READ_BYTES)
        row_number = 0
        while True:
            try:
                document = next(documents, _END)
            except ijson.JSONError as error:
                raise MalformedJsonError(
                    f"{file.name} is not valid JSON after document {row_number}:"
                    f" {_first_line(error)}.",
                    "Get the file again: it is damaged or cut off.",
                ) from error
            if document is _END:
                return
            row_number += 1
            yield _document_record(row_number, document)


_END: Final = object()


def _expect_list(stream: Utf8Stream, file: SourceFile) -> None:
    """Raise unless the JSON text begins as a list."""
    first = stream.peek_character()
    if first != "[":
        raise MalformedJsonError(
            f"{file.name} begins with {first!r} instead of '[': it is not a list of documents.",
            'Give a JSON list of {"id", "page_content", "metadata"} objects.',
        )


def _document_record(row_number: int, document: object) -> RawRecord:
    """Return the record of one document; what is not as it should be goes into "unexpected"."""
    if not isinstance(document, dict):
        unexpected: dict[str, Any] = {"document": document}
        return RawRecord(row_number, DOCUMENT_FIELD, None, "", {"unexpected": unexpected})
    content, identifier = document.get(DOCUMENT_FIELD), document.get("id")
    unexpected = {key: value for key, value in document.items() if key not in _DOCUMENT_KEYS}
    if not isinstance(content, str):
        unexpected[DOCUMENT_FIELD] = content
        content = ""
    attributes = {"id": identifier, "metadata": document.get("metadata")}
    if unexpected:
        attributes["unexpected"] = unexpected
    key = identifier.replace("|", "-") if isinstance(identifier, str) else ""
    readable = key if _NATURAL_KEY.fullmatch(key) else None
    return RawRecord(row_number, DOCUMENT_FIELD, readable, content, attributes)


def _refuse_nul(record: RawRecord, file: SourceFile) -> None:
    """Raise if a text holds a NUL character, escaped or not."""
    beside = record.attributes is not None and "\\u0000" in json.dumps(record.attributes)
    escaped = record.field == ROW_FIELD and "\\u0000" in record.payload
    if "\0" in record.payload or escaped or beside:
        raise NulCharacterError(
            f"{file.name}, row {record.row_number}, column {record.field} holds a NUL character,"
            " which PostgreSQL cannot store.",
            "Remove the character from the file.",
        )


def _first_line(error: Exception) -> str:
    """Return the first line of an error's text, without what the parser quotes of the file."""
    return str(error).splitlines()[0].strip().rstrip(".") if str(error) else "unreadable"
