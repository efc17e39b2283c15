"""The dimension members that a load uses, as staging rows with their hashes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from etl.reference.tables import ReferenceTables, School, Site
from etl.sources.carms.contract import ProgramMasterRow
from etl.sources.carms.load import Row, digest


class Members:
    """Collects each dimension member once, with the digest of what it states."""

    def __init__(self, reference: ReferenceTables) -> None:
        self._reference = reference
        self._rows: dict[str, dict[tuple[Any, ...], Row]] = {}
        self._places = _places(reference)

    def rows(self) -> Iterable[tuple[str, Row]]:
        """Yield (staging table, row) of everything collected."""
        return ((table, row) for table, members in self._rows.items() for row in members.values())

    def iteration(self, match_iteration_id: int, name: str, year: int | None) -> None:
        """Add the match iteration."""
        self._add(
            "dim_match_iteration",
            (match_iteration_id,),
            {"match_iteration_id": match_iteration_id, "name": name, "year": year},
        )

    def discipline(self, discipline_id: int, name: str) -> str:
        """Add a discipline of the discipline list; return its digest."""
        known = self._reference.disciplines.get(discipline_id)
        row = {
            "discipline_id": discipline_id,
            "name": name,
            "name_fr": known.discipline_name_fr if known else None,
        }
        return self._add("dim_discipline", (discipline_id,), row)

    def of_program(self, master: ProgramMasterRow, site: Site) -> str:
        """Add the members that a program refers to; return a digest over all of them."""
        stream = self._reference.streams[master.program_stream]
        return digest(
            [
                self._digest("dim_discipline", (master.discipline_id,)),
                self._university(self._reference.schools[master.school_code]),
                self._site(site),
                self._add(
                    "dim_stream",
                    (stream.stream_label,),
                    {
                        "label": stream.stream_label,
                        "applicant_category": stream.applicant_category.value,
                        "is_return_of_service": stream.is_return_of_service,
                        "is_military": stream.is_military,
                    },
                ),
            ]
        )

    def _university(self, school: School) -> str:
        """Add a university and its city."""
        row = {
            "school_code": school.school_code,
            "name": school.school_name,
            "city": school.main_campus_city,
            "province": school.province.value,
            "latitude": school.latitude,
            "longitude": school.longitude,
            "languages": [language.value for language in school.languages],
        }
        location = self._location(school.main_campus_city, school.province.value)
        return self._add("dim_university", (school.school_code,), row, location)

    def _site(self, site: Site) -> str:
        """Add a site and its city."""
        row = {
            "label": site.site_label,
            "city": site.city,
            "province": site.province.value,
            "latitude": site.latitude,
            "longitude": site.longitude,
            "is_place": site.is_place,
            "note": site.note or None,
        }
        location = self._location(site.city, site.province.value)
        return self._add("dim_site", (site.site_label, *site.place), row, location)

    def _location(self, city: str, province: str) -> str:
        """Add a city."""
        latitude, longitude = self._places[city, province]
        row = {"city": city, "province": province, "latitude": latitude, "longitude": longitude}
        return self._add("dim_location", (city, province), row)

    def _add(self, table: str, key: tuple[Any, ...], row: Row, *refers_to: str) -> str:
        """Add a member if it is new; return its digest, which covers what it refers to."""
        members = self._rows.setdefault(table, {})
        if key not in members:
            members[key] = {**row, "content_hash": digest([row, *refers_to])}
        return self._digest(table, key)

    def _digest(self, table: str, key: tuple[Any, ...]) -> str:
        """Return the digest of a member."""
        value: str = self._rows[table][key]["content_hash"]
        return value


def _places(reference: ReferenceTables) -> dict[tuple[str, str], tuple[float, float]]:
    """Return coordinates per city: of the campus, else of the label that is the city's name."""
    places: dict[tuple[str, str], tuple[float, float]] = {}
    by_relevance = sorted(
        reference.sites.values(), key=lambda site: (site.site_label != site.city, site.site_label)
    )
    for school in reference.schools.values():
        places.setdefault(
            (school.main_campus_city, school.province.value), (school.latitude, school.longitude)
        )
    for site in by_relevance:
        places.setdefault((site.city, site.province.value), (site.latitude, site.longitude))
    return places
