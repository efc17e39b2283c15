"""The reference names that a sample is made of: disciplines, schools, sites and streams."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REFERENCE_FOLDER = Path(__file__).resolve().parent.parent / "reference"


@dataclass(frozen=True, slots=True)
class Discipline:
    """A discipline with its English and French names."""

    id: int
    name: str
    name_fr: str


@dataclass(frozen=True, slots=True)
class School:
    """A faculty of medicine."""

    code: int
    name: str
    city: str
    province: str


@dataclass(frozen=True, slots=True)
class Site:
    """A site label of a school, with the city that it stands for."""

    school_code: int
    label: str
    city: str
    province: str
    is_place: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """Everything that is real in a sample."""

    disciplines: tuple[Discipline, ...]
    schools: tuple[School, ...]
    sites: tuple[Site, ...]
    streams: tuple[str, ...]

    def cities_of(self, province: str) -> tuple[str, ...]:
        """The cities of a province that have sites, for names of hospitals nearby."""
        return tuple(sorted({s.city for s in self.sites if s.province == province and s.city}))


@cache
def load_reference() -> Reference:
    """Read the reference tables of the project."""
    schools = tuple(
        School(
            int(row["school_code"]),
            row["school_name"],
            row["main_campus_city"],
            row["province"],
        )
        for row in _rows("schools.csv")
    )
    return Reference(
        disciplines=tuple(
            Discipline(int(r["discipline_id"]), r["discipline_name"], r["discipline_name_fr"])
            for r in _rows("disciplines.csv")
        ),
        schools=schools,
        sites=_sites({school.code: school.city for school in schools}),
        streams=tuple(row["stream_label"] for row in _rows("streams.csv")),
    )


def _sites(campus: dict[int, str]) -> tuple[Site, ...]:
    return tuple(
        Site(
            int(row["school_code"]),
            row["site_label"],
            # Labels such as "Bilingual" may have no city of their own.
            row["city"] or campus[int(row["school_code"])],
            row["province"],
            row["is_place"].strip().lower() in {"1", "true", "yes", "y", "t"},
        )
        for row in _rows("sites.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE_FOLDER / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
