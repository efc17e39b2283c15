"""Judged queries: what was asked, by whom it must be found, and which passages answer it how well.

A set is a folder with ``queries.csv`` (``id,language,kind,half,query,need``) and ``grades.csv``
(``query,document,section,start,end,grade``). A grade belongs to a span of a section of a document
(``<iteration>-<program stream id>``), not to a passage: it outlives another way of cutting. What
stands word for word in several documents is graded once, in one of them.

Grades: 3 answers the need directly, 2 is clearly of use but partial, 1 touches the topic, 0 does
not. What is not listed was not judged, or is 0.
"""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from warehouse.errors import SearchError
from warehouse.vocabulary import Language

FOLDER: Final = Path(__file__).parent
REAL: Final = FOLDER / "real"
QUERY_COLUMNS: Final = ("id", "language", "kind", "half", "query", "need")
GRADE_COLUMNS: Final = ("query", "document", "section", "start", "end", "grade")
OVERLAP: Final = 0.5
"""Share of the shorter of a passage and a judged span from which the passage has the grade."""
SECTIONS: Final = """
SELECT p.match_iteration_id || '-' || p.program_stream_id AS document, s.kind, s.text
FROM core.dim_program p JOIN core.program_section s USING (program_key) WHERE p.is_current
"""
"""Document, kind and text of every current section, for who makes judgements of texts."""
TUNING: Final = "TUNING"
HELD_OUT: Final = "HELD_OUT"
CROSS_LANGUAGE: Final = "CROSS_LANGUAGE"
"""Kind of queries that are to find documents of the other language: only such are ranked."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A query: its language and kind, and whether it may be tuned on."""

    id: str
    language: Language | None
    kind: str
    half: str
    text: str
    need: str = ""

    @property
    def only(self) -> Language | None:
        """The language in which it must be found, where only one counts."""
        if self.kind != CROSS_LANGUAGE or self.language is None:
            return None
        return Language.FR if self.language is Language.EN else Language.EN


@dataclass(frozen=True, slots=True)
class Judgement:
    """A grade of a span (half-open, code points) of a section of a document."""

    document: str
    section: str
    start: int
    end: int
    grade: int


@dataclass(frozen=True)
class JudgedSet:
    """Queries, and the judgements of each by its id."""

    topics: tuple[Topic, ...]
    judgements: Mapping[str, tuple[Judgement, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage of the index stands."""

    passage_key: int
    start: int
    end: int


def half_of(ids: Iterable[str]) -> dict[str, str]:
    """Return the half of each query of one language and kind.

    Sorted by the SHA-256 of their ids, every other one from the first on is for tuning.
    """
    ordered = sorted(ids, key=lambda one: hashlib.sha256(one.encode()).hexdigest())
    return {one: HELD_OUT if place % 2 else TUNING for place, one in enumerate(ordered)}


def read_judged(folder: Path) -> JudgedSet:
    """Return the judged set of a folder.

    Raises:
        SearchError: a file is missing or has other columns.
    """
    topics = tuple(
        Topic(
            row["id"], Language[row["language"]], row["kind"], row["half"], row["query"],
            row["need"],
        )
        for row in _rows(folder / "queries.csv", QUERY_COLUMNS)
    )  # fmt: skip
    found: dict[str, list[Judgement]] = defaultdict(list)
    for row in _rows(folder / "grades.csv", GRADE_COLUMNS):
        span = int(row["start"]), int(row["end"]), int(row["grade"])
        found[row["query"]].append(Judgement(row["document"], row["section"], *span))
    judged = tuple(topic for topic in topics if topic.id in found)
    return JudgedSet(judged, {name: tuple(each) for name, each in found.items()})


def _rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    if not path.is_file():
        raise SearchError(
            f"there is no file {path.name} in {path.parent}",
            remedy="a judged set is a folder with queries.csv and grades.csv",
        )
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != tuple(columns):
            raise SearchError(
                f"{path.name} has the columns {reader.fieldnames}",
                remedy=f"its columns must be {', '.join(columns)}",
            )
        return list(reader)


def passage_grades(
    judgements: Iterable[Judgement], places: Mapping[tuple[str, str], Sequence[Place]]
) -> dict[int, int]:
    """Return the grade of each passage: the greatest of a judged span that it overlaps by half.

    ``places`` are those of the index, by document and section.
    """
    grades: dict[int, int] = {}
    for judged in judgements:
        for place in places.get((judged.document, judged.section), ()):
            common = min(judged.end, place.end) - max(judged.start, place.start)
            shorter = min(judged.end - judged.start, place.end - place.start)
            if common >= OVERLAP * shorter:
                key = place.passage_key
                grades[key] = max(judged.grade, grades.get(key, 0))
    return grades
