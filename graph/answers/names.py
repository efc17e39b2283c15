"""Names in questions: of the disciplines, universities, towns, provinces, sites and streams.

What people call them every day stands in ``data/names.csv``, what they may ask for in vain in
``data/absent.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from graph.answers.words import LANGUAGES, Phrases, Sense, rows, tokens, vocabulary

NAMES_QUERY: Final = """query Names {
  disciplines(first: 100) { nodes { disciplineId name nameFr } }
  universities(first: 100) { nodes { code name city } }
  programGroups(by: [DISCIPLINE, UNIVERSITY, SITE], first: 1000) {
    discipline { disciplineId } university { code } site { label city province }
  }
  streams { label }
  iterations { number year }
}"""
"""What there is, as the graph answers it."""
COMMON: Final = frozenset(
    {"rural", "urban", "and", "or", "regional", "community", "bilingual", "coastal", "interior"}
    | {"northern", "southern", "remote", "central", "stream", "eastern", "western", "integrated"}
    | {"north", "south", "east", "west"}
)
"""Words that make no name of a site by themselves: "rural programs" are not those of one site."""
STREAM_OF: Final = re.compile(r" for (All|CMG|IMG|MOTP/MMTP)$")
CATEGORIES: Final = frozenset({"CMG Stream", "IMG Stream"})
"""Names of streams that people use for a category of applicants."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a university has a discipline; the values of the senses of its names."""

    discipline: str
    university: str
    city: str
    province: str
    site: str

    def has(self, sense: Sense) -> bool:
        """Return whether a name is that of this place."""
        if sense.role in {"province", "region"}:
            return self.province in sense.value.split("|")
        if sense.role == "site":
            return self.site in sense.value.split("|")
        return bool(getattr(self, sense.role, None) == sense.value)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases of one data version, by language, the year of its match, and what is where."""

    phrases: Mapping[str, Phrases]
    year: int | None
    places: Sequence[Place] = ()
    iteration: int | None = None


def lexicon(found: Mapping[str, Any]) -> Lexicon:
    """Return the phrases for the data that :data:`NAMES_QUERY` found."""
    names = Phrases()
    known = dict(_given(names, found))
    for row in _everyday():
        dimension, value = row["dimension"], row["value"]
        if dimension in {"province", "region"}:
            sense: Sense | None = Sense(dimension, value, row["en"], row["fr"])
        elif dimension == "sites":
            labels = [label for label in value.split("|") if ("site", label) in known]
            sense = Sense("site", "|".join(labels), row["en"], row["fr"]) if labels else None
        else:
            sense = known.get((dimension, value))
        for phrase in row["phrases"].split("|"):
            if sense is not None:
                names.add(phrase, sense)
    for row in rows("absent"):
        sense = Sense(f"absent_{row['kind']}", row["en"], row["en"], row["fr"])
        for phrase in row["phrases"].split("|"):
            names.add(phrase, sense)
    years = {row["number"]: row["year"] for row in found["iterations"]}
    newest = max(years, default=None)
    return Lexicon(
        {one: vocabulary()[one].joined(names) for one in LANGUAGES},
        years[newest] if newest is not None else None,
        tuple(_places(found)),
        newest,
    )


def _places(found: Mapping[str, Any]) -> Iterator[Place]:
    for row in found["programGroups"]:
        site = row["site"]
        yield Place(
            str(row["discipline"]["disciplineId"]), str(row["university"]["code"]),
            site["city"], site["province"], site["label"],
        )  # fmt: skip


def _given(names: Phrases, found: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Sense]]:
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
    yield from _sites(names, found, french_names)
    yield from _streams(names, found)


def _sites(
    names: Phrases, found: Mapping[str, Any], french_names: Mapping[tuple[str, str], str]
) -> Iterator[tuple[tuple[str, str], Sense]]:
    sites = [row["site"] for row in found["programGroups"]]
    for city in dict.fromkeys(site["city"] for site in sites):
        place = ("city", city)
        sense = Sense(*place, city, french_names.get(place, city))
        names.add(city, sense)
        yield place, sense
    for label in dict.fromkeys(site["label"] for site in sites):
        is_common = all(token.word in COMMON for token in tokens(label))
        sense = Sense("site", label, label, label, "common" if is_common else "")
        for phrase in {label, label.split(" (")[0], label.removeprefix("de ")}:
            names.add(re.sub(r"[()]", " ", phrase), sense)
        yield ("site", label), sense


def _streams(names: Phrases, found: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Sense]]:
    """Add the streams' own names, and those without for whom they are."""
    for row in found["streams"]:
        label = row["label"]
        sense = Sense("stream", label, label, label)
        names.add(label, sense)
        yield ("stream", label), sense
        short = STREAM_OF.sub("", label)
        if short not in CATEGORIES and short.lower().endswith(" stream"):
            names.add(short, sense)
            if short != "Competitive Stream" and " " in short.removesuffix(" Stream"):
                names.add(short.removesuffix(" Stream").removesuffix(" stream"), sense)


@lru_cache(maxsize=1)
def _everyday() -> list[Mapping[str, str]]:
    return list(rows("names"))
