"""Reading the two workbooks: exactly one sheet, exactly the known columns."""

import datetime as dt
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from etl.errors import (
    CorruptArchiveError,
    EmptyFileError,
    ExtraColumnError,
    MissingColumnError,
    WrongSheetError,
)
from etl.sources.carms.archive import BROKEN_ARCHIVE, ReadLimits, open_archive
from etl.sources.carms.files import FileRole, SourceFile

UNNAMED: Final = "Unnamed: 0"

SHEET_COLUMNS: Final = {
    FileRole.DISCIPLINE: ("discipline_id", "discipline"),
    FileRole.PROGRAM_MASTER: (
        UNNAMED, "discipline_id", "discipline_name", "school_id", "school_name",
        "program_stream_id", "program_stream_name", "program_site", "program_stream",
        "program_name", "program_url",
    ),
}  # fmt: skip

# openpyxl keeps the shared texts of a workbook in memory, so workbooks have a lower ceiling.
_MAX_WORKBOOK_BYTES: Final = 1 << 30
_UNREADABLE: Final = (
    *BROKEN_ARCHIVE, InvalidFileException, ParseError, LookupError, ValueError, TypeError,
    AttributeError,
)  # fmt: skip


def read_sheet(file: SourceFile, limits: ReadLimits) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read a workbook row by row: 1-based row number (header not counted) and cells by column.

    Rows without any value are left out; the others keep their position.

    Raises:
        CorruptArchiveError: The file is no readable workbook.
        ArchiveBombError: It unpacks to more than the limits allow.
        WrongSheetError: It has several sheets, or a sheet of another kind.
        MissingColumnError: Columns are missing.
        ExtraColumnError: Columns are unknown or stated twice, or a row runs over the header.
        EmptyFileError: There is not even a header.
    """
    limits = ReadLimits(
        min(limits.max_uncompressed_bytes, _MAX_WORKBOOK_BYTES),
        limits.max_ratio,
        limits.ratio_floor_bytes,
        limits.max_field_characters,
    )
    open_archive(file.path, limits).close()
    with closing(_rows(file)) as rows:
        header = _header(file, next(rows, None))
        for row_number, cells in enumerate(rows, start=1):
            if any(cell is not None for cell in cells[len(header) :]):
                raise ExtraColumnError(
                    f"{file.name}, row {row_number} has values to the right of the last column.",
                    "Remove them, or give them a column that is known.",
                )
            if any(cell is not None for cell in cells):
                padded = [*cells, *[None] * (len(header) - len(cells))]
                yield row_number, dict(zip(header, padded, strict=False))


def column_names(
    file: SourceFile, found: Sequence[str], expected: Sequence[str], unnamed: str
) -> list[str]:
    """Return the header with its unnamed index column named, if it is exactly as expected.

    Args:
        file: The file, for the message.
        found: The names as received.
        expected: The names that must be there, in any order.
        unnamed: What the unnamed index column is called in ``expected``.

    Raises:
        EmptyFileError: There is no header.
        MissingColumnError: Columns are missing.
        ExtraColumnError: Columns are unknown or stated twice.
    """
    if not any(found):
        raise EmptyFileError(f"{file.name} has no header row.", "Get the file again.")
    names = [unnamed if name in {"", UNNAMED} else name for name in found]
    known = f"Expected are exactly these: {', '.join(expected)}."
    missing = [name for name in expected if name not in names]
    if missing:
        raise MissingColumnError(
            f"{file.name} lacks {_columns(missing)}. {known}",
            "Restore them, or get the file again.",
        )
    extra = [name for name in names if name not in expected]
    if extra:
        raise ExtraColumnError(
            f"{file.name} has {_columns(extra)} that nothing knows. {known}",
            "Remove them, or extend the contract first if the publisher added them.",
        )
    if len(names) != len(set(names)):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ExtraColumnError(
            f"{file.name} has {_columns(twice)} more than once. {known}", "Remove the copies."
        )
    return names


def _rows(file: SourceFile) -> Generator[tuple[Any, ...], None, None]:
    """Read the cells of the one sheet, header included."""
    try:
        workbook = openpyxl.load_workbook(file.path, read_only=True, data_only=True)
    except _UNREADABLE as error:
        raise _unreadable(file) from error
    try:
        sheets = workbook.sheetnames
        if len(sheets) != 1:
            raise WrongSheetError(
                f"{file.name} has {len(sheets)} sheets ({', '.join(sheets)}) instead of one.",
                f"Keep only the sheet with the columns {', '.join(SHEET_COLUMNS[file.role])}.",
            )
        sheet = workbook[sheets[0]]
        if not isinstance(sheet, ReadOnlyWorksheet):
            raise WrongSheetError(
                f"{file.name}: the sheet {sheets[0]!r} is not a table.",
                "Keep only the sheet with the table.",
            )
        # The size that a workbook states of itself may be wrong, and would cut rows off.
        sheet.reset_dimensions()
        rows = iter(sheet.iter_rows(values_only=True))
        while (cells := _next_row(rows, file)) is not None:
            yield tuple(_plain(cell) for cell in cells)
    finally:
        workbook.close()


def _next_row(rows: Iterator[tuple[Any, ...]], file: SourceFile) -> tuple[Any, ...] | None:
    """Return the next row, None at the end of the sheet."""
    try:
        return next(rows, None)
    except _UNREADABLE as error:
        raise _unreadable(file) from error


def _header(file: SourceFile, cells: tuple[Any, ...] | None) -> list[str]:
    """Return the column names of a sheet, trailing empty ones left out."""
    names = ["" if cell is None else str(cell) for cell in cells or ()]
    while names and not names[-1]:
        names.pop()
    expected = SHEET_COLUMNS[file.role]
    for role, columns in SHEET_COLUMNS.items():
        named = [column for column in columns if column != UNNAMED]
        if role is not file.role and set(named) <= set(names):
            raise WrongSheetError(
                f"{file.name} holds the sheet of {role.value}: its columns are"
                f" {', '.join(filter(None, names))}.",
                f"Give the workbook with the columns {', '.join(expected)}.",
            )
    if any(names) and not set(names) & set(expected):
        raise WrongSheetError(
            f"{file.name} holds another sheet: none of its columns"
            f" ({', '.join(filter(None, names))}) is known.",
            f"Give the workbook with the columns {', '.join(expected)}.",
        )
    return column_names(file, names, expected, UNNAMED)


def _plain(cell: Any) -> Any:
    """Return a cell as a JSON value: dates and times become ISO text."""
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, dt.timedelta) else cell


def _unreadable(file: SourceFile) -> CorruptArchiveError:
    return CorruptArchiveError(
        f"{file.name} is not a readable workbook.",
        "Get the file again, or save it again as an Excel workbook (.xlsx).",
    )


def _columns(names: Sequence[str]) -> str:
    noun = "the column" if len(names) == 1 else "the columns"
    return f"{noun} {', '.join(names)}"
