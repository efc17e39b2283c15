"""Named places of clinical training in Canada: what exists, whatever a document says of it."""

import csv
import functools
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Final

from etl.errors import ReferenceTableError
from warehouse.vocabulary import Province

FILE = "training_places.csv"
COLUMNS = ["name", "aliases", "city", "province", "kind", "network"]


class PlaceKind(StrEnum):
    """What a place of training is."""

    HOSPITAL = "hospital"
    CAMPUS = "campus"
    CANCER_CENTRE = "cancer_centre"
    REHABILITATION = "rehabilitation"
    PSYCHIATRIC = "psychiatric"
    HEALTH_CENTRE = "health_centre"
    CLINIC = "clinic"
    HOSPICE = "hospice"
    LONG_TERM_CARE = "long_term_care"
    LABORATORY = "laboratory"
    PUBLIC_HEALTH = "public_health"
    MILITARY = "military"
    NETWORK = "network"
    AUTHORITY = "authority"
    RESOURCE = "resource"


_PROVINCES: Final = {member.value: member for member in Province}
_KINDS: Final = {member.value: member for member in PlaceKind}


@dataclass(frozen=True, slots=True)
class TrainingPlace:
    """A place with its names.

    Attributes:
        name: The official name.
        aliases: Further names: in the other language, short forms, abbreviations, former names.
        city: Where it is; for a network or authority, where it has its seat.
        province: The province of that city.
        kind: A ``NETWORK`` runs several hospitals, an ``AUTHORITY`` the care of a region. A
            ``RESOURCE`` is near training, but no place of it: a research institute, a shelter.
        network: The name of the place of the table, in the same province, that runs it or that it
            is a building or campus of; empty where there is none, or the table does not say.
    """

    name: str
    aliases: tuple[str, ...]
    city: str
    province: Province
    kind: PlaceKind
    network: str


@functools.cache
def training_places() -> tuple[TrainingPlace, ...]:
    """Return the rows of ``training_places.csv``.

    Raises:
        ReferenceTableError: see :func:`read_training_places`.
    """
    return read_training_places(files("etl.reference").joinpath(FILE).read_text(encoding="utf-8"))


def read_training_places(text: str) -> tuple[TrainingPlace, ...]:
    """Return the rows of a table; the line before its columns is a note.

    Raises:
        ReferenceTableError: the columns, a province or a kind are not the expected ones.
    """
    lines = list(csv.reader(text.splitlines()))
    header, rows = lines[1] if len(lines) > 1 else [], lines[2:]
    if header != COLUMNS:
        raise _error(2, f"the columns are {', '.join(header)} instead of {', '.join(COLUMNS)}")
    places = tuple(_place(line, cells) for line, cells in enumerate(rows, start=3))
    known = {(place.name, place.province) for place in places}
    for line, place in enumerate(places, start=3):
        if place.network and (place.network, place.province) not in known:
            raise _error(line, f"network {place.network!r} is no name of {place.province.value}")
    return places


def _place(line: int, cells: list[str]) -> TrainingPlace:
    if len(cells) != len(COLUMNS):
        raise _error(line, f"{len(cells)} cells instead of {len(COLUMNS)}")
    name, aliases, city, province, kind, network = cells
    if province not in _PROVINCES:
        raise _error(line, f"province {province!r} is not one of {', '.join(_PROVINCES)}")
    if kind not in _KINDS:
        raise _error(line, f"kind {kind!r} is not one of {', '.join(_KINDS)}")
    others = tuple(alias for alias in aliases.split("|") if alias)
    return TrainingPlace(name, others, city, _PROVINCES[province], _KINDS[kind], network)


def _error(line: int, problem: str) -> ReferenceTableError:
    return ReferenceTableError(
        f"etl/reference/{FILE}, line {line}: {problem}.", "Correct that line of the table."
    )
