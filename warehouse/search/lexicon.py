"""The concepts of the field in both languages: what people say, and what documents say.

``lexicon.csv`` beside this module has the columns ``concept`` (a word for it, any), ``language``
(EN, FR), ``kind`` (TERM: what documents call it; PARAPHRASE: what people say instead) and
``text``. A query in which one of the texts stands means the concept, and is looked for under all
of its terms, in both languages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from warehouse.search.analysis import lexemes
from warehouse.search.wordings import read_wordings
from warehouse.vocabulary import Language

FILE: Final = Path(__file__).with_name("lexicon.csv")

Lexemes = tuple[str, ...]


class EntryKind(StrEnum):
    """What an entry is."""

    TERM = "TERM"
    PARAPHRASE = "PARAPHRASE"


@dataclass(frozen=True, slots=True)
class Term:
    """What documents call a concept in one language."""

    language: Language
    text: str
    lexemes: Lexemes


@dataclass(frozen=True, slots=True)
class Match:
    """A concept that a query means: its lexemes from ``start`` to before ``end`` say so."""

    concept: str
    start: int
    end: int


@dataclass(frozen=True)
class Lexicon:
    """Concepts by what is said of them.

    Attributes:
        terms: Concept to its terms.
        sayings: Language and lexemes of a text to the concepts that it stands for.
    """

    terms: Mapping[str, Sequence[Term]] = field(default_factory=dict)
    sayings: Mapping[tuple[Language, Lexemes], Sequence[str]] = field(default_factory=dict)

    @cached_property
    def words(self) -> frozenset[str]:
        """The lexemes of all texts."""
        return frozenset(word for _, said in self.sayings for word in said)

    @cached_property
    def longest(self) -> int:
        """Number of lexemes of the longest text."""
        return max((len(said) for _, said in self.sayings), default=0)

    def matches(self, found: Sequence[str], language: Language) -> Iterator[Match]:
        """Yield the concepts in a query's lexemes, the longest text at each place; no overlaps."""
        start, longest = 0, self.longest
        while start < len(found):
            for end in range(min(len(found), start + longest), start, -1):
                concepts = self.sayings.get((language, tuple(found[start:end])))
                if concepts:
                    yield from (Match(concept, start, end) for concept in concepts)
                    start = end - 1
                    break
            start += 1


@lru_cache(maxsize=4)
def read_lexicon(path: Path = FILE) -> Lexicon:
    """Return the lexicon of a file; an empty one where there is no file.

    Raises:
        SearchError: a line cannot be read; the message says which and why.
    """
    if not path.exists():
        return Lexicon()
    return make_lexicon(read_wordings(path, "concept", EntryKind))


def make_lexicon(entries: Iterable[tuple[str, Language, EntryKind, str]]) -> Lexicon:
    """Return the lexicon of entries: concept, language, kind and text."""
    terms: dict[str, list[Term]] = defaultdict(list)
    sayings: dict[tuple[Language, Lexemes], list[str]] = defaultdict(list)
    for concept, language, kind, text in entries:
        said = tuple(lexemes(text, language))
        if not said:
            continue
        if concept not in sayings[language, said]:
            sayings[language, said].append(concept)
        if kind is EntryKind.TERM:
            terms[concept].append(Term(language, text, said))
    return Lexicon(dict(terms), dict(sayings))
