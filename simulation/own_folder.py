"""The folder of a market of one's own: which CSV files it has, and how they are read.

`LAYOUT` is the layout; ``docs/matching.md`` describes it and a template command writes an example.
Columns that the layout does not have are refused: nothing of people comes in but anonymous ids.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simulation.anonymous import check_anonymous
from simulation.errors import InvalidFolderError


@dataclass(frozen=True, slots=True)
class File:
    """A file of the folder.

    Attributes:
        columns: Its columns, in any order.
        people: Those that hold ids of people.
        is_required: Whether the folder must have it.
        about: What it holds.
        more: Columns that it may have besides.
    """

    columns: tuple[str, ...]
    people: tuple[str, ...]
    is_required: bool
    about: str
    more: tuple[str, ...] = ()


_APPLICANTS: Final = ("category", "has")
_LIST: Final = ("applicant", "program", "rank")
_RANKING: Final = ("program", "applicant", "rank")
_PAIRS: Final = ("first", "second", "rank", "first_program", "second_program")

LAYOUT: Final[Mapping[str, File]] = {
    "applicants.csv": File(
        ("applicant",), ("applicant",), True, "everybody who takes part", _APPLICANTS
    ),
    "programs.csv": File(
        ("program", "quota"), (), True, "program streams and their seats", ("stream", "province")
    ),
    "applications.csv": File(_LIST, ("applicant",), True, "the applicants' rank order lists"),
    "rankings.csv": File(_RANKING, ("applicant",), True, "the programs' rank order lists"),
    "couples.csv": File(
        _PAIRS,
        ("first", "second"),
        False,
        "the paired lists of couples; an empty program is no match for that member",
    ),
    "reversions.csv": File(
        ("program", "to_program", "to_pool", "most"),
        (),
        False,
        "where empty seats go: to a program or into a pool, at most so many",
    ),
    "pools.csv": File(
        ("pool", "line", "program"), (), False, "lines of pools; each gives one seat, in order"
    ),
    "eligibility.csv": File(
        (
            "rule_name", "is_admitted", "applicant_category", "stream_label", "province", "year",
            "iteration", "requires", "reason", "source",
        ),
        (),
        False,
        "who may apply to what, instead of the rules that come with the program",
    ),
    "second_applicants.csv": File(
        ("applicant",),
        ("applicant",),
        False,
        "those who may apply in the second iteration only",
        _APPLICANTS,
    ),
    "second_seats.csv": File(
        ("program", "to_program", "more"),
        (),
        False,
        "the program that offers a program's unfilled seats, if another one, and seats that come"
        " to it, or go where below zero",
    ),
    "second_applications.csv": File(
        _LIST, ("applicant",), False, "the applicants' lists of the second iteration"
    ),
    "second_rankings.csv": File(
        _RANKING, ("applicant",), False, "the programs' lists of the second iteration"
    ),
    "second_couples.csv": File(
        _PAIRS, ("first", "second"), False, "the paired lists of the second iteration"
    ),
}  # fmt: skip
"""The files of the folder."""

NEEDED_BY_SECOND: Final = ("second_applications.csv", "second_rankings.csv")
"""Files without which there is no second iteration."""

Table = Mapping[str, Sequence[str]]
"""The columns of a file; optional ones only if it has them."""


def read_folder(folder: Path) -> dict[str, Table]:
    """Return the files of a folder that are there, by name.

    Raises:
        InvalidFolderError: A file is missing, unreadable, or has other columns.
        InvalidIdError: An id of a person is not anonymous.
    """
    if not folder.is_dir():
        raise InvalidFolderError(
            "There is no such folder.", "Write an example with `residency simulate template`.",
            folder.name,
        )  # fmt: skip
    tables: dict[str, Table] = {}
    for name, file in LAYOUT.items():
        if (folder / name).exists():
            tables[name] = _read(folder / name, file)
        elif file.is_required:
            raise missing(name)
    for name, table in tables.items():
        for column in LAYOUT[name].people:
            check_anonymous(table[column], f"{name}, column {column}")
    return tables


def missing(name: str) -> InvalidFolderError:
    """Return the error for a file that is not there."""
    return InvalidFolderError(
        "The file is missing.", f"Add it with the columns {', '.join(LAYOUT[name].columns)}.", name
    )


def empty(name: str) -> Table:
    """Return a file without rows."""
    return dict.fromkeys(LAYOUT[name].columns, ())


def rows_of(tables: Mapping[str, Table], name: str) -> list[tuple[int, tuple[str, ...]]]:
    """Return the rows of a file with their numbers, from 1, in the order of the layout's columns.

    There are none where the file is not there.
    """
    table = tables.get(name) or empty(name)
    columns = (table[column] for column in LAYOUT[name].columns)
    return list(enumerate(zip(*columns, strict=True), start=1))


def _read(path: Path, file: File) -> Table:
    """Return the columns of a file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidFolderError(
            f"The file cannot be read: {error}.", "Save it as CSV in UTF-8.", path.name
        ) from error
    header = [name.strip() for name in rows[0]] if rows else []
    if sorted(header) != sorted({*file.columns, *(set(header) & set(file.more))}):
        perhaps = f", perhaps {' and '.join(file.more)}," if file.more else ""
        raise InvalidFolderError(
            f"The columns are {', '.join(header) or 'none'}.",
            f"Give {', '.join(file.columns)}{perhaps} and nothing else, parted by commas.",
            path.name,
        )
    body = [row for row in rows[1:] if row]
    for number, row in enumerate(body, start=1):
        if len(row) != len(header):
            raise InvalidFolderError(
                f"The row has {len(row)} cells instead of {len(header)}.",
                "Give one for each column; put quotation marks around cells with commas.",
                f"{path.name}, row {number}",
            )
    return {name: [row[position].strip() for row in body] for position, name in enumerate(header)}
