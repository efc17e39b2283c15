"""Names in questions: of the disciplines, universities, towns and provinces that there are.

What people call them every day stands in ``data/names.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from graph.answers.words import LANGUAGES, Phrases, Sense, rows, vocabulary

NAMES_QUERY: Final = """query Names {
  disciplines(first: 100) { nodes { disciplineId name nameFr } }
  universities(first: 100) { nodes { code name city } }
  analytics { geography(first: 1000) { city } }
  iterations { number year }
}"""
"""What there is, as the graph answers it."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases of one data version, by language, and the year of its match."""

    phrases: Mapping[str, Phrases]
    year: int | None


def lexicon(found: Mapping[str, Any]) -> Lexicon:
    """Return the phrases for the data that :data:`NAMES_QUERY` found."""
    names = Phrases()
    known = dict(_given(names, found))
    for row in _everyday():
        dimension, value = row["dimension"], row["value"]
        if dimension in {"province", "region"}:
            sense: Sense | None = Sense(dimension, value, row["en"], row["fr"])
        else:
            sense = known.get((dimension, value))
        for phrase in row["phrases"].split("|"):
            if sense is not None:
                names.add(phrase, sense)
    years = {row["number"]: row["year"] for row in found["iterations"]}
    newest = years[max(years)] if years else None
    return Lexicon({one: vocabulary()[one].joined(names) for one in LANGUAGES}, newest)


def _given(names: Phrases, found: Mapping[str, Any]) -> Any:
    """Add the names that the data have; give each with its key in the table of words."""
    for row in found["disciplines"]["nodes"]:
        key, name, french = str(row["disciplineId"]), row["name"], row["nameFr"]
        sense = Sense("discipline", key, name, french or name)
        for one in filter(None, (name, french)):
            names.add(one, sense)
            names.add(one.replace("&", "and"), sense)
        yield ("discipline", key), sense
    french_names = {(r["dimension"], r["value"]): r["fr"] for r in _everyday() if r["fr"]}
    for row in found["universities"]["nodes"]:
        place = ("university", str(row["code"]))
        sense = Sense(*place, row["name"], french_names.get(place, row["name"]), row["city"])
        names.add(row["name"], sense)
        yield place, sense
    for row in found["analytics"]["geography"]:
        place = ("city", row["city"])
        sense = Sense(*place, row["city"], french_names.get(place, row["city"]))
        names.add(row["city"], sense)
        yield place, sense


@lru_cache(maxsize=1)
def _everyday() -> list[Mapping[str, str]]:
    return list(rows("names"))
