"""The contract of the four program files: typed rows, or every reason why not.

The rows are plain Pydantic models, apart from the tables of the warehouse. A check returns the
typed row, or a list of all reasons against it; it never stops at the first.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from etl.quarantine import Reason
from etl.reference.tables import ReferenceTables
from etl.sources.carms.cells import MAX_CELL_CHARACTERS, ContractCode, RowCheck, quoted
from etl.sources.carms.extract import SECTION_COLUMNS, RawRecord
from etl.sources.carms.files import SourceFile

# A school id is the school code times this number, plus the discipline id.
_SCHOOL_FACTOR: Final = 65536


class _Row(BaseModel):
    """What all typed rows share."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    row_number: int = Field(ge=1)


class DisciplineRow(_Row):
    """A row of the discipline file."""

    discipline_id: int = Field(ge=0)
    discipline_name: str = Field(min_length=1)


class _ProgramRow(_Row):
    """A row that belongs to a program stream."""

    match_iteration_id: int = Field(ge=0)
    program_stream_id: int = Field(ge=0)

    @property
    def natural_key(self) -> str:
        """Iteration and program stream id, e.g. ``1503-27447``."""
        return f"{self.match_iteration_id}-{self.program_stream_id}"


class ProgramMasterRow(_ProgramRow):
    """A row of the program master file."""

    discipline_id: int = Field(ge=0)
    discipline_name: str
    school_id: int = Field(ge=0)
    school_code: int = Field(ge=0)
    school_name: str
    program_stream_name: str
    program_site: str
    program_stream: str
    program_name: str
    program_url: str


class DocumentEnvelope(_ProgramRow):
    """A document of the JSON file: whose it is, where it came from, and its text as received."""

    source: str
    page_content: str = Field(min_length=1)


class SectionRow(_ProgramRow):
    """A row of the CSV file; ``cells`` holds its non-empty section cells as received."""

    source: str
    n_program_description_sections: int = Field(ge=0)
    cells: dict[str, str]


def check_discipline(
    record: RawRecord, file: SourceFile, reference: ReferenceTables
) -> DisciplineRow | list[Reason]:
    """Check a row of the discipline file."""
    check = RowCheck(file, record.row_number)
    row: dict[str, Any] = json.loads(record.payload)
    discipline_id = check.number("discipline_id", row.get("discipline_id"))
    name = check.label("discipline", row.get("discipline"))
    if discipline_id is not None:
        known = reference.disciplines.get(discipline_id)
        if known is None:
            check.add(
                ContractCode.UNKNOWN_DISCIPLINE,
                "discipline_id",
                f"discipline {discipline_id} is not in etl/reference/disciplines.csv; add it there"
                " with its names in both languages.",
            )
        elif name is not None and name != known.discipline_name:
            check.add(
                ContractCode.DISCIPLINE_NAME,
                "discipline",
                f"discipline {discipline_id} is called {quoted(name)} here and"
                f" {quoted(known.discipline_name)} in etl/reference/disciplines.csv; correct one of"
                " them.",
            )
    if discipline_id is None or name is None or check.reasons:
        return check.reasons
    return DisciplineRow(
        row_number=record.row_number, discipline_id=discipline_id, discipline_name=name
    )


def check_master(
    record: RawRecord,
    file: SourceFile,
    reference: ReferenceTables,
    disciplines: Mapping[int, str],
) -> ProgramMasterRow | list[Reason]:
    """Check a row of the program master.

    Args:
        record: The row as received.
        file: The file it came in.
        reference: The hand-made tables of schools, sites and streams.
        disciplines: Name of each discipline of the discipline file, by id.
    """
    check = RowCheck(file, record.row_number)
    row: dict[str, Any] = json.loads(record.payload)
    numbers = {
        field: check.number(field, row.get(field))
        for field in ("discipline_id", "school_id", "program_stream_id")
    }
    labels = {field: check.label(field, row.get(field)) for field in _MASTER_LABELS}
    url = check.url("program_url", row.get("program_url"), numbers["program_stream_id"])
    _check_names(check, labels)
    _check_discipline_of_program(check, numbers["discipline_id"], labels, disciplines)
    school_code = _check_school(check, numbers, labels, reference)
    _check_places(check, school_code, labels, reference)
    if check.reasons:
        return check.reasons
    values = {**numbers, **labels, "school_code": school_code, "program_url": url}
    return ProgramMasterRow.model_validate(
        {
            "row_number": record.row_number,
            "match_iteration_id": file.match_iteration_id,
            **values,
        }
    )


_MASTER_LABELS: Final = (
    "discipline_name", "school_name", "program_stream_name", "program_site", "program_stream",
    "program_name",
)  # fmt: skip


def _check_names(check: RowCheck, labels: Mapping[str, str | None]) -> None:
    """Check the two names that are put together from other cells."""
    compositions = {
        "program_name": (
            " / ",
            ("school_name", "discipline_name", "program_site", "program_stream"),
        ),
        "program_stream_name": (" - ", ("program_site", "program_stream")),
    }
    for field, (separator, fields) in compositions.items():
        parts = [labels[part] for part in fields]
        stated = labels[field]
        if stated is None or any(part is None for part in parts):
            continue
        expected = separator.join(part for part in parts if part is not None)
        if stated != expected:
            check.add(
                ContractCode.NAME_PARTS,
                field,
                f"{quoted(stated)} is not made of {separator.join(fields)}, which gives"
                f" {quoted(expected)}; correct the cell that is wrong.",
            )


def _check_discipline_of_program(
    check: RowCheck,
    discipline_id: int | None,
    labels: Mapping[str, str | None],
    disciplines: Mapping[int, str],
) -> None:
    """Check a program's discipline against the discipline file."""
    if discipline_id is None:
        return
    name = labels["discipline_name"]
    known = disciplines.get(discipline_id)
    if known is None:
        check.add(
            ContractCode.UNKNOWN_DISCIPLINE,
            "discipline_id",
            f"discipline {discipline_id} is not in the discipline file; add it there, and to"
            " etl/reference/disciplines.csv, or correct the id.",
        )
    elif name is not None and name != known:
        check.add(
            ContractCode.DISCIPLINE_NAME,
            "discipline_name",
            f"discipline {discipline_id} is called {quoted(name)} here and {quoted(known)} in the"
            " discipline file; correct one of them.",
        )


def _check_school(
    check: RowCheck,
    numbers: Mapping[str, int | None],
    labels: Mapping[str, str | None],
    reference: ReferenceTables,
) -> int | None:
    """Check the school id and return the school's code, if the school is known."""
    school_id, discipline_id = numbers["school_id"], numbers["discipline_id"]
    if school_id is None:
        return None
    school_code, remainder = divmod(school_id, _SCHOOL_FACTOR)
    if discipline_id is not None and remainder != discipline_id:
        check.add(
            ContractCode.SCHOOL_ID,
            "school_id",
            f"{school_id} modulo {_SCHOOL_FACTOR} is {remainder} and not the discipline id"
            f" {discipline_id}; correct one of them.",
        )
    school = reference.schools.get(school_code)
    if school is None:
        check.add(
            ContractCode.UNKNOWN_SCHOOL,
            "school_id",
            f"school {school_code} ({school_id} divided by {_SCHOOL_FACTOR}) is not in"
            " etl/reference/schools.csv; add it there with its campus and languages.",
        )
        return None
    name = labels["school_name"]
    if name is not None and name != school.school_name:
        check.add(
            ContractCode.SCHOOL_NAME,
            "school_name",
            f"school {school_code} is called {quoted(name)} here and {quoted(school.school_name)}"
            " in etl/reference/schools.csv; correct one of them.",
        )
    return school_code


def _check_places(
    check: RowCheck,
    school_code: int | None,
    labels: Mapping[str, str | None],
    reference: ReferenceTables,
) -> None:
    """Check that the site and the stream are known."""
    site, stream = labels["program_site"], labels["program_stream"]
    if site is not None and school_code is not None and reference.site(school_code, site) is None:
        check.add(
            ContractCode.UNKNOWN_SITE,
            "program_site",
            f"site {quoted(site)} of school {school_code} is not in etl/reference/sites.csv; add it"
            " there with its city, province and coordinates.",
        )
    if stream is not None and stream not in reference.streams:
        check.add(
            ContractCode.UNKNOWN_STREAM,
            "program_stream",
            f"stream {quoted(stream)} is not in etl/reference/streams.csv; add it there with its"
            " applicant category and flags.",
        )


def check_document(
    record: RawRecord, file: SourceFile, *, max_cell_characters: int = MAX_CELL_CHARACTERS
) -> DocumentEnvelope | list[Reason]:
    """Check a document of the JSON file."""
    check = RowCheck(file, record.row_number, max_cell_characters)
    attributes = record.attributes or {}
    unexpected = attributes.get("unexpected", {})
    if "document" in unexpected:
        check.add(
            ContractCode.WRONG_TYPE,
            None,
            f"{quoted(unexpected['document'])} is not an object with id, page_content and metadata;"
            " remove it.",
        )
        return check.reasons
    for field in unexpected:
        if field != "page_content":
            check.add(
                ContractCode.UNEXPECTED_CONTENT,
                field,
                "nothing knows this key; remove it, or extend the contract first.",
            )
    stream_id = check.document_id("id", attributes.get("id"), "|")
    source = check.url("metadata.source", _source(attributes.get("metadata")), stream_id)
    content = check.text("page_content", unexpected.get("page_content", record.payload))
    if stream_id is None or source is None or content is None or check.reasons:
        return check.reasons
    return DocumentEnvelope(
        row_number=record.row_number,
        match_iteration_id=file.match_iteration_id,
        program_stream_id=stream_id,
        source=source,
        page_content=content,
    )


def check_sections(
    records: Sequence[RawRecord],
    file: SourceFile,
    *,
    max_cell_characters: int = MAX_CELL_CHARACTERS,
) -> SectionRow | list[Reason]:
    """Check a row of the CSV file, given as all of its records."""
    row_number = records[0].row_number
    check = RowCheck(file, row_number, max_cell_characters)
    row = {record.field: record.payload for record in records}
    stream_id = check.document_id("document_id", row.get("document_id"), "-")
    source = check.url("source", row.get("source"), stream_id)
    count = check.number(
        "n_program_description_sections", row.get("n_program_description_sections")
    )
    parts = {"match_iteration_id": file.match_iteration_id, "program_description_id": stream_id}
    for field, expected in parts.items():
        stated = check.number(field, row.get(field))
        if stated is not None and expected is not None and stated != expected:
            check.add(
                ContractCode.DOCUMENT_ID,
                field,
                f"{stated} is not the {expected} of document_id; correct one of them.",
            )
    cells: dict[str, str] = {field: row[field] for field in SECTION_COLUMNS if field in row}
    for field, cell in cells.items():
        check.text(field, cell)
    if stream_id is None or source is None or count is None or check.reasons:
        return check.reasons
    return SectionRow(
        row_number=row_number,
        match_iteration_id=file.match_iteration_id,
        program_stream_id=stream_id,
        source=source,
        n_program_description_sections=count,
        cells=cells,
    )


def duplicate_reasons(
    file: SourceFile, field: str, keys: Iterable[tuple[int, str | None]]
) -> dict[int, Reason]:
    """Return a reason for every copy of a key that stands in several rows, by row number.

    Args:
        file: The file in which the rows stand.
        field: The column that should be unique.
        keys: Row number and natural key of every row; keys that are None are left out.
    """
    rows_by_key: dict[str, list[int]] = defaultdict(list)
    for row_number, key in keys:
        if key is not None:
            rows_by_key[key].append(row_number)
    reasons = {}
    for key, row_numbers in rows_by_key.items():
        if len(row_numbers) == 1:
            continue
        named = ", ".join(map(str, row_numbers[:20])) + (" …" if len(row_numbers) > 20 else "")
        message = (
            f"{key} stands in {len(row_numbers)} rows ({named}), and nothing tells which is right;"
            " keep one of them."
        )
        for row_number in row_numbers:
            reasons[row_number] = Reason(
                ContractCode.DUPLICATE_KEY, file.name, row_number, field, message
            )
    return reasons


def _source(metadata: object) -> object:
    """Return the source address of a document's metadata, None if there is none."""
    return metadata.get("source") if isinstance(metadata, dict) else None
