"""What people want to know, in their own everyday words and in those of documents.

The files in the folder ``needs`` beside this module, one for each area of subjects, have the
columns ``need`` (one thing to be known that one passage can tell), ``language`` (EN, FR), ``kind``
and ``text``. Kinds: ASKED is what somebody types or asks a friend; PHRASE is a wording of documents
that tells that a passage speaks of it, the most telling first; STATEMENT is a sentence as documents
would answer it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final

from warehouse.search.wordings import read_wordings
from warehouse.vocabulary import Language

FOLDER: Final = Path(__file__).with_name("needs")


class WordingKind(StrEnum):
    """What a wording is."""

    ASKED = "ASKED"
    PHRASE = "PHRASE"
    STATEMENT = "STATEMENT"


Wordings = Mapping[Language, tuple[str, ...]]
"""Wordings by language, in the order of the file."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that people want to know.

    Attributes:
        name: Its name, unique.
        asked: How people ask for it.
        phrases: What tells that a passage of a document speaks of it, the most telling first.
        statements: Sentences as documents would answer it.
    """

    name: str
    asked: Wordings
    phrases: Wordings
    statements: Wordings


NeedBank = Mapping[str, Need]
"""Needs by name."""

Wording = tuple[str, Language, WordingKind, str]
"""Need, language, kind and text."""


@lru_cache(maxsize=2)
def read_needs(folder: Path = FOLDER) -> NeedBank:
    """Return the needs of a folder's CSV files; none where it has no files.

    Raises:
        SearchError: a line cannot be read; the message says which and why.
    """
    return make_needs(
        wording
        for path in sorted(folder.glob("*.csv"))
        for wording in read_wordings(path, "need", WordingKind)
    )


def make_needs(wordings: Iterable[Wording]) -> NeedBank:
    """Return the needs of wordings, in the order in which each is first named."""
    said: dict[str, dict[WordingKind, dict[Language, list[str]]]] = {}
    for need, language, kind, text in wordings:
        kinds = said.setdefault(need, {one: defaultdict(list) for one in WordingKind})
        kinds[kind][language].append(text)
    return {
        name: Need(name, *({each: tuple(texts) for each, texts in kinds[one].items()}
                           for one in WordingKind))
        for name, kinds in said.items()
    }  # fmt: skip
