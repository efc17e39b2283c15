"""Chooses which programs a sample has, in which language, and with which natural keys."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from etl.sample.reference import Discipline, Reference, School, Site, load_reference
from etl.sample.texts import load_texts

FAMILY_MEDICINE = 27
FRENCH_SCHOOLS = frozenset({91, 92, 93})
BILINGUAL_SCHOOLS = frozenset({80, 81})
_FIRST_ID = 26260
_URL = "https://phx.e-carms.ca/phoenix-web/pd/ajax/program/1503/{id}?programLanguage=en"


@dataclass(frozen=True, slots=True)
class ProgramPlan:
    """One program of the sample, before anything of its document is known."""

    position: int
    stream_id: int
    discipline: Discipline
    school: School
    site: Site
    stream: str
    language: str

    @property
    def school_id(self) -> int:
        """The published `school_id`, which mixes school and discipline."""
        return self.school.code * 65536 + self.discipline.id

    @property
    def url(self) -> str:
        """The published URL; it says `en` whatever the document's language is."""
        return _URL.format(id=self.stream_id)

    @property
    def stream_name(self) -> str:
        """Site and stream, as the master's `program_stream_name` joins them."""
        return f"{self.site.label} - {self.stream}"

    @property
    def name(self) -> str:
        """School, discipline, site and stream, as the master's `program_name` joins them."""
        parts = (self.school.name, self.discipline.name, self.site.label, self.stream)
        return " / ".join(parts)


Combination = tuple[int, int, int, str]


def plan_programs(programs: int, seed: int) -> list[ProgramPlan]:
    """The first `programs` programs of the seed's endless list, in the order of the master.

    The list does not depend on how many are taken, so a small sample is part of a larger one.
    """
    reference = load_reference()
    languages = _LanguageChooser()
    plans: list[ProgramPlan] = []
    for position, (discipline, school, site, stream) in enumerate(_endless(reference, seed)):
        if position >= programs:
            break
        chosen_school, chosen_site = reference.schools[school], reference.sites[site]
        plans.append(
            ProgramPlan(
                position=position,
                # Ids have gaps, as the published ones have.
                stream_id=_FIRST_ID + position + position // 7,
                discipline=reference.disciplines[discipline],
                school=chosen_school,
                site=chosen_site,
                stream=stream,
                language=languages.choose(chosen_school, chosen_site),
            )
        )
    order = {d.id: index for index, d in enumerate(reference.disciplines)}
    plans.sort(key=lambda p: (order[p.discipline.id], p.school.code, p.site.label, p.stream_id))
    return plans


class _LanguageChooser:
    """Language of each document: the school's, save for a planted share of exceptions.

    Counters instead of chance make sure that even a small sample has both exceptions.
    """

    def __init__(self) -> None:
        self._french = 0
        self._bilingual = 0

    def choose(self, school: School, site: Site) -> str:
        if school.code in FRENCH_SCHOOLS:
            self._french += 1
            return "EN" if self._french % 18 == 4 else "FR"
        if school.code in BILINGUAL_SCHOOLS:
            self._bilingual += 1
            if self._bilingual % 9 == 2 or "Gatineau" in site.label:
                return "FR"
        return "EN"


def _endless(reference: Reference, seed: int) -> Iterator[Combination]:
    """Combinations as in the real match, then all others, then all of them again."""
    chance = random.Random(f"{seed}:plan")
    usual, unusual = _tiers(reference)
    chance.shuffle(usual)
    yield from usual
    chance.shuffle(unusual)
    yield from unusual
    while True:
        yield from usual
        yield from unusual


def _tiers(reference: Reference) -> tuple[list[Combination], list[Combination]]:
    plan = load_texts("plan")
    usual: list[Combination] = []
    unusual: list[Combination] = []
    for school_index, school in enumerate(reference.schools):
        streams = plan["streams"].get(str(school.code), plan["streams"]["default"])
        sites = [(i, s) for i, s in enumerate(reference.sites) if s.school_code == school.code]
        for site_index, site in sites:
            for index, discipline in enumerate(reference.disciplines):
                for stream in reference.streams:
                    combination = (index, school_index, site_index, stream)
                    if _is_usual(plan, school, site, discipline, stream, streams):
                        usual.append(combination)
                    else:
                        unusual.append(combination)
    return usual, unusual


def _is_usual(
    plan: dict[str, Any],
    school: School,
    site: Site,
    discipline: Discipline,
    stream: str,
    streams: list[str],
) -> bool:
    if stream not in streams:
        return False
    rank = streams.index(stream)
    specialty = plan["specialty_sites"].get(str(school.code), [school.city])
    if discipline.id == FAMILY_MEDICINE:
        return rank == 0 or (rank == 1 and school.code not in FRENCH_SCHOOLS)
    if site.label not in specialty:
        return False
    if site.label != specialty[0]:
        return rank == 0 and (discipline.id + school.code) % 3 == 0
    # Small disciplines exist at few schools, and second streams in few disciplines.
    spread = (discipline.id * 7 + school.code * 5) % 10
    return (rank == 0 and spread < 7) or (rank > 0 and spread == rank)
