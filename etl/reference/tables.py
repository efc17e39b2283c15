"""The hand-made reference tables, typed, and checked when they are loaded."""

import csv
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final, TypeVar

from etl.errors import ReferenceTableError
from simulation.eligibility import Rule, check_rules
from simulation.errors import InvalidRuleError
from warehouse.vocabulary import ApplicantCategory, Language, Province

Code = TypeVar("Code", Province, Language, ApplicantCategory)
Key = TypeVar("Key")
Member = TypeVar("Member")

# Canada, with a little room around it: (south, north), (west, east) in decimal degrees.
_LATITUDES: Final = (41.5, 83.5)
_LONGITUDES: Final = (-141.5, -52.0)

FILE_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "disciplines.csv": ("discipline_id", "discipline_name", "discipline_name_fr"),
    "schools.csv": (
        "school_code", "school_name", "main_campus_city", "province", "latitude", "longitude",
        "languages",
    ),
    "sites.csv": (
        "school_code", "site_label", "city", "province", "latitude", "longitude", "is_place",
        "note",
    ),
    "streams.csv": (
        "stream_label", "applicant_category", "is_return_of_service", "is_military", "note",
    ),
    "eligibility.csv": (
        "rule_name", "is_admitted", "applicant_category", "stream_label", "province", "year",
        "iteration", "requires", "reason", "source",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Discipline:
    """A discipline with its names in both languages."""

    discipline_id: int
    discipline_name: str
    discipline_name_fr: str


@dataclass(frozen=True, slots=True)
class School:
    """A university with its main campus; coordinates in decimal degrees (WGS 84)."""

    school_code: int
    school_name: str
    main_campus_city: str
    province: Province
    latitude: float
    longitude: float
    languages: tuple[Language, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """What a school means by a site label; coordinates in decimal degrees (WGS 84).

    Attributes:
        school_code: The school that uses the label.
        site_label: The label as the master file writes it.
        city: The city that it stands for, or the centre of the region.
        province: The province of that city, which need not be the school's.
        latitude: North, in decimal degrees.
        longitude: East, in decimal degrees.
        is_place: False where the label names no place and the main campus stands in.
        note: What the label means, where it does not speak for itself.
    """

    school_code: int
    site_label: str
    city: str
    province: Province
    latitude: float
    longitude: float
    is_place: bool
    note: str

    @property
    def place(self) -> tuple[str, Province]:
        """City and province: what makes two sites the same place."""
        return self.city, self.province


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream label with who may apply and what it obliges to."""

    stream_label: str
    applicant_category: ApplicantCategory
    is_return_of_service: bool
    is_military: bool
    note: str


@dataclass(frozen=True, slots=True)
class ReferenceTables:
    """The tables, by their natural keys.

    Attributes:
        disciplines: By discipline id.
        schools: By school code.
        sites: By school code and label.
        streams: By label.
        rules: Who may apply to what; the first that fits decides.
        sha256: SHA-256 over the files, in hexadecimal; changes when any of them does.
    """

    disciplines: Mapping[int, Discipline]
    schools: Mapping[int, School]
    sites: Mapping[tuple[int, str], Site]
    streams: Mapping[str, Stream]
    rules: tuple[Rule, ...]
    sha256: str

    def site(self, school_code: int, site_label: str) -> Site | None:
        """Return what a school means by a label.

        Where the school has never used the label, the other schools' meaning is taken if they
        all mean the same place. None if the label is unknown or means different places.
        """
        site = self.sites.get((school_code, site_label))
        if site is not None:
            return site
        others = [known for (_, label), known in self.sites.items() if label == site_label]
        return others[0] if len({known.place for known in others}) == 1 else None


def load_reference_tables(folder: Path | None = None) -> ReferenceTables:
    """Load and check the reference tables.

    Args:
        folder: Where the CSV files are; the bundled ones if None.

    Raises:
        ReferenceTableError: A file, column or value is missing, wrong or stated twice.
    """
    texts = {name: _read(folder, name) for name in FILE_COLUMNS}
    digest = hashlib.sha256()
    for name, text in texts.items():
        digest.update(f"{name}\n{text}\n".encode())
    rows = {name: _rows(name, text) for name, text in texts.items()}
    schools = _keyed(map(_school, rows["schools.csv"]), "schools.csv", lambda s: s.school_code)
    sites = _keyed(
        map(_site, rows["sites.csv"]), "sites.csv", lambda s: (s.school_code, s.site_label)
    )
    for line, site in enumerate(sites.values(), start=2):
        if site.school_code not in schools:
            raise _error("sites.csv", line, f"school_code {site.school_code} is not in schools.csv")
    streams = _keyed(map(_stream, rows["streams.csv"]), "streams.csv", lambda s: s.stream_label)
    return ReferenceTables(
        disciplines=_keyed(
            map(_discipline, rows["disciplines.csv"]), "disciplines.csv", lambda d: d.discipline_id
        ),
        schools=schools,
        sites=sites,
        streams=streams,
        rules=_rules(rows["eligibility.csv"], streams),
        sha256=digest.hexdigest(),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a reference table and where it stands."""

    name: str
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        value = self.cells[column]
        if not value or value != value.strip():
            raise _error(self.name, self.line, f"{column} is empty or padded with spaces")
        return value

    def number(self, column: str) -> int:
        value = self.cells[column]
        if not (value.isascii() and value.isdigit()):
            raise _error(self.name, self.line, f"{column} {value!r} is not a whole number")
        return int(value)

    def optional(self, column: str) -> str | None:
        return self.text(column) if self.cells[column] else None

    def optional_number(self, column: str) -> int | None:
        return self.number(column) if self.cells[column] else None

    def optional_coded(self, column: str, kind: type[Code]) -> Code | None:
        return self.coded(column, kind) if self.cells[column] else None

    def flag(self, column: str) -> bool:
        value = self.cells[column]
        if value not in {"true", "false"}:
            raise _error(self.name, self.line, f"{column} {value!r} is neither true nor false")
        return value == "true"

    def degrees(self, column: str) -> float:
        value = self.cells[column]
        low, high = _LATITUDES if column == "latitude" else _LONGITUDES
        try:
            number = float(value)
        except ValueError:
            raise _error(self.name, self.line, f"{column} {value!r} is not a number") from None
        if not low <= number <= high:
            raise _error(
                self.name, self.line, f"{column} {value} lies outside Canada ({low} to {high})"
            )
        return number

    def coded(self, column: str, kind: type[Code], value: str | None = None) -> Code:
        value = self.cells[column] if value is None else value
        members = {member.value: member for member in kind}
        if value not in members:
            problem = f"{column} {value!r} is not one of {', '.join(members)}"
            raise _error(self.name, self.line, problem)
        return members[value]


def _discipline(row: _Row) -> Discipline:
    return Discipline(
        row.number("discipline_id"), row.text("discipline_name"), row.text("discipline_name_fr")
    )


def _school(row: _Row) -> School:
    return School(
        school_code=row.number("school_code"),
        school_name=row.text("school_name"),
        main_campus_city=row.text("main_campus_city"),
        province=row.coded("province", Province),
        latitude=row.degrees("latitude"),
        longitude=row.degrees("longitude"),
        languages=tuple(
            row.coded("languages", Language, code) for code in row.text("languages").split("|")
        ),
    )


def _site(row: _Row) -> Site:
    return Site(
        school_code=row.number("school_code"),
        site_label=row.text("site_label"),
        city=row.text("city"),
        province=row.coded("province", Province),
        latitude=row.degrees("latitude"),
        longitude=row.degrees("longitude"),
        is_place=row.flag("is_place"),
        note=row.cells["note"],
    )


def _stream(row: _Row) -> Stream:
    return Stream(
        stream_label=row.text("stream_label"),
        applicant_category=row.coded("applicant_category", ApplicantCategory),
        is_return_of_service=row.flag("is_return_of_service"),
        is_military=row.flag("is_military"),
        note=row.cells["note"],
    )


def _rules(rows: Iterable[_Row], streams: Mapping[str, Stream]) -> tuple[Rule, ...]:
    """Return the rules of eligibility, in the order of the file."""
    rules = []
    for row in rows:
        label = row.optional("stream_label")
        if label is not None and label not in streams:
            raise _error(row.name, row.line, f"stream_label {label!r} is not in streams.csv")
        rules.append(
            Rule(
                name=row.text("rule_name"),
                is_admitted=row.flag("is_admitted"),
                category=row.optional_coded("applicant_category", ApplicantCategory),
                stream=label,
                province=row.optional_coded("province", Province),
                year=row.optional_number("year"),
                iteration=row.optional_number("iteration"),
                requires=frozenset((row.optional("requires") or "").split("|")) - {""},
                reason=row.text("reason"),
                source=row.text("source"),
            )
        )
        try:
            check_rules(rules)
        except InvalidRuleError as error:
            raise _error(row.name, row.line, error.problem.rstrip(".")) from error
    return tuple(rules)


def _read(folder: Path | None, name: str) -> str:
    """Return the text of a table."""
    place = files("etl.reference") if folder is None else folder
    try:
        return (place / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ReferenceTableError(
            f"The reference table etl/reference/{name} is missing.", "Restore the file."
        ) from None
    except UnicodeDecodeError as error:
        raise ReferenceTableError(
            f"The reference table etl/reference/{name} is not UTF-8 at byte {error.start}.",
            "Save it as UTF-8.",
        ) from error


def _rows(name: str, text: str) -> list[_Row]:
    """Return the rows of a table, after a look at its header."""
    lines = list(csv.reader(text.splitlines(), strict=True))
    expected = FILE_COLUMNS[name]
    if not lines or tuple(lines[0]) != expected:
        found = ", ".join(lines[0]) if lines else "nothing"
        raise _error(name, 1, f"the columns are {found} instead of {', '.join(expected)}")
    rows = []
    for line, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(expected):
            raise _error(name, line, f"{len(cells)} cells instead of {len(expected)}")
        rows.append(_Row(name, line, dict(zip(expected, cells, strict=True))))
    return rows


def _keyed(members: Iterable[Member], name: str, key: Callable[[Member], Key]) -> dict[Key, Member]:
    """Return members by key; a key stated twice is an error."""
    keyed: dict[Key, Member] = {}
    for line, member in enumerate(members, start=2):
        if key(member) in keyed:
            raise _error(name, line, f"{key(member)!r} is stated twice")
        keyed[key(member)] = member
    return keyed


def _error(name: str, line: int, problem: str) -> ReferenceTableError:
    return ReferenceTableError(
        f"etl/reference/{name}, line {line}: {problem}.", "Correct that line of the table."
    )
