"""Tables of programs as CSV files: to look at, to change, and to simulate without a warehouse."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from simulation.errors import InvalidFolderError, InvalidQuotaError
from simulation.market import MOST_SEATS
from simulation.programs import Program, ProgramTable
from simulation.quotas import with_modelled_quotas
from simulation.scenario import shortened

REQUIRED: Final = ("key", "quota")
"""Columns that a file must have; for others the defaults of `Program` stand in."""


def programs_as_csv(table: ProgramTable) -> str:
    """Return a table of programs as CSV text, which `read_program_file` reads back to the same.

    Unknown numbers are empty cells, categories in ``admits`` are parted by bars.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Program._fields)
    writer.writerows([_cell(value) for value in row] for row in table.rows())
    return text.getvalue()


def read_program_file(path: Path) -> ProgramTable:
    """Return the table of programs of a CSV file.

    A program without a quota gets a modelled one and is marked.

    Raises:
        InvalidFolderError: The file is missing, or a column or cell is not as it should be.
        InvalidQuotaError: A quota is below zero or no whole number.
        DuplicateIdError: A key stands for two programs.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidFolderError(
            f"The file cannot be read: {error}.", "Give a CSV file in UTF-8.", path.name
        ) from error
    columns = set(reader.fieldnames or ())
    wrong = sorted(str(name) for name in columns - set(Program._fields))
    missing = [name for name in REQUIRED if name not in columns]
    if wrong or missing:
        raise InvalidFolderError(
            f"Unknown columns: {', '.join(wrong) or 'none'};"
            f" missing ones: {', '.join(missing) or 'none'}.",
            f"Give {', '.join(REQUIRED)}, and of {', '.join(Program._fields)} what is known.",
            path.name,
        )
    programs = [
        _program(row, f"{path.name}, row {number}") for number, row in enumerate(rows, start=1)
    ]
    return ProgramTable.of(with_modelled_quotas(programs))


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return "|".join(value)
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _program(row: Mapping[str, str | list[str] | None], place: str) -> Program:
    values: dict[str, Any] = {}
    for name, cell in row.items():
        if cell is None or isinstance(cell, list):  # the reader gathers cells without a column
            raise InvalidFolderError(
                f"The row has too {'few' if cell is None else 'many'} cells.",
                "Give one for each column; put quotation marks around cells with commas.",
                place,
            )
        text = cell.strip()
        if text:
            values[name] = _READERS.get(name, _text)(text, f"{place}, {name}")
    if "key" not in values:
        raise InvalidFolderError("The program has no key.", "Give each its own.", place)
    if "quota" not in values:
        values |= {"quota": 0, "quota_is_modelled": True}
    return Program(**values)


def _text(text: str, _: str) -> str:
    return text


def _seats(text: str, place: str) -> int:
    try:
        seats = int(text)
    except ValueError:
        seats = MOST_SEATS + 1
    if seats > MOST_SEATS:
        raise InvalidQuotaError(
            f"{shortened(text)!r} is not a number of seats.",
            f"Give a whole number up to {MOST_SEATS}, or leave it empty.",
            place,
        )
    return seats


def _number(text: str, place: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.inf
    if not math.isfinite(number):
        raise InvalidFolderError(
            f"{text!r} is not a number.", "Give a number, or leave it empty.", place
        )
    return number


def _flag(text: str, place: str) -> bool:
    if text not in {"true", "false"}:
        raise InvalidFolderError(f"{text!r} is neither true nor false.", "Give one of both.", place)
    return text == "true"


def _entries(text: str, _: str) -> tuple[str, ...]:
    return tuple(entry for entry in text.split("|") if entry)


_READERS: Final[dict[str, Callable[[str, str], Any]]] = {
    **dict.fromkeys(("quota", "announced"), _seats),
    **dict.fromkeys(
        ("latitude", "longitude", "campus_latitude", "campus_longitude", "interviews"), _number
    ),
    **dict.fromkeys(("has_return_of_service", "quota_is_modelled", "is_open"), _flag),
    **dict.fromkeys(("admits", "second_admits"), _entries),
}
"""How cells are read that are no text."""
