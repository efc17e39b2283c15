"""A market of one's own: applicants, programs and their lists, from a folder of CSV files.

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
from simulation.engine import MatchRun, run_match
from simulation.errors import InvalidFolderError, InvalidReversionError, UnknownIdError
from simulation.intake import market_from_columns
from simulation.market import Market
from simulation.outcome import OwnSeats
from simulation.reversion import Pool, Reversion, ReversionRun, run_with_reversions


@dataclass(frozen=True, slots=True)
class File:
    """A file of the folder.

    Attributes:
        columns: Its columns, in any order.
        people: Those that hold ids of people.
        is_required: Whether the folder must have it.
        about: What it holds.
    """

    columns: tuple[str, ...]
    people: tuple[str, ...]
    is_required: bool
    about: str


LAYOUT: Final[Mapping[str, File]] = {
    "applicants.csv": File(("applicant",), ("applicant",), True, "everybody who takes part"),
    "programs.csv": File(("program", "quota"), (), True, "program streams and their seats"),
    "applications.csv": File(
        ("applicant", "program", "rank"), ("applicant",), True, "the applicants' rank order lists"
    ),
    "rankings.csv": File(
        ("program", "applicant", "rank"), ("applicant",), True, "the programs' rank order lists"
    ),
    "couples.csv": File(
        ("first", "second", "rank", "first_program", "second_program"),
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
}
"""The files of the folder."""

MOST_DIGITS: Final = 9

Table = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, eq=False)
class OwnMarket:
    """A market of a folder.

    Attributes:
        market: The market.
        reversions: What shall become of empty seats.
        pools: The pools that they name.
    """

    market: Market
    reversions: tuple[Reversion, ...]
    pools: tuple[Pool, ...]

    def run(
        self, *, seed: int = 0, own_seats: OwnSeats = OwnSeats.TAKEN
    ) -> tuple[MatchRun, ReversionRun | None]:
        """Match the market; with reversions, until no seat moves any more."""
        if not self.reversions:
            return run_match(self.market, seed=seed, own_seats=own_seats), None
        reverted = run_with_reversions(
            self.market, self.reversions, self.pools, seed=seed, own_seats=own_seats
        )
        return reverted.run, reverted


def read_own_market(folder: Path) -> OwnMarket:
    """Return the market of a folder of CSV files; see `LAYOUT`.

    Raises:
        InvalidFolderError: A file is missing, unreadable, or has other columns.
        InvalidIdError: An id of a person is not anonymous.
        InvalidMarketError: The lists contradict themselves; names file and row.
        InvalidReversionError: The reversions do.
    """
    if not folder.is_dir():
        raise InvalidFolderError(
            "There is no such folder.", "Write an example with `residency simulate template`.",
            folder.name,
        )  # fmt: skip
    tables = {name: _read(folder / name, file) for name, file in LAYOUT.items()}
    found = {name: table or _empty(LAYOUT[name]) for name, table in tables.items()}
    for name, file in LAYOUT.items():
        for column in file.people:
            check_anonymous(found[name][column], f"{name}, column {column}")
    market = market_from_columns(
        found["applications.csv"],
        found["rankings.csv"],
        found["programs.csv"],
        tables["couples.csv"],
        [*found["applicants.csv"]["applicant"]],
    )
    return OwnMarket(
        market,
        _reversions(market, found["reversions.csv"]),
        _pools(market, found["pools.csv"]),
    )


def _read(path: Path, file: File) -> Table | None:
    """Return the columns of a file; None if it is not there and need not be."""
    if not path.exists():
        if file.is_required:
            raise InvalidFolderError(
                "The file is missing.",
                f"Add it with the columns {', '.join(file.columns)}.",
                path.name,
            )
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidFolderError(
            f"The file cannot be read: {error}.", "Save it as CSV in UTF-8.", path.name
        ) from error
    header = [name.strip() for name in rows[0]] if rows else []
    if sorted(header) != sorted(file.columns):
        raise InvalidFolderError(
            f"The columns are {', '.join(header) or 'none'}.",
            f"Give {', '.join(file.columns)} and nothing else, parted by commas.",
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


def _empty(file: File) -> Table:
    return dict.fromkeys(file.columns, ())


def _reversions(market: Market, table: Table) -> tuple[Reversion, ...]:
    instructions = []
    columns = (table[name] for name in LAYOUT["reversions.csv"].columns)
    for row, (source, target, pool, most) in enumerate(zip(*columns, strict=True), start=1):
        place = f"reversions.csv, row {row}"
        instructions.append(
            Reversion(
                _number(market, source, place),
                _number(market, target, place) if target else None,
                pool or None,
                _whole(most, place) if most else None,
            )
        )
    return tuple(instructions)


def _pools(market: Market, table: Table) -> tuple[Pool, ...]:
    lines: dict[str, dict[int, int]] = {}
    columns = (table[name] for name in LAYOUT["pools.csv"].columns)
    for row, (pool, line, program) in enumerate(zip(*columns, strict=True), start=1):
        place = f"pools.csv, row {row}"
        number = _whole(line, place)
        if number in lines.setdefault(pool, {}):
            raise InvalidReversionError(
                f"Pool {pool!r} has two lines {number}.", "Number its lines once each.", place
            )
        lines[pool][number] = _number(market, program, place)
    return tuple(
        Pool(name, tuple(programs for _, programs in sorted(numbered.items())))
        for name, numbered in lines.items()
    )


def _number(market: Market, program: str, place: str) -> int:
    ids = market.program_ids or ()
    if program not in ids:
        raise UnknownIdError(
            f"There is no program {program!r}.", "Name programs of programs.csv.", place
        )
    return ids.index(program)


def _whole(text: str, place: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise InvalidReversionError(
            f"{text[:40]!r} is not a whole number of at most {MOST_DIGITS} digits.",
            "Give a whole number of at least zero.",
            place,
        )
    return int(text)
