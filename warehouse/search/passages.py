"""Cuts sections into passages, at sub-headings, paragraphs and sentences.

Passages follow each other without overlap and leave out nothing but white space between them:
put back together they are the section. Contacts are masked before anything is cut, with the
length kept, so that offsets hold in the section's text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from warehouse.masking import mask_contacts
from warehouse.search.analysis import fold, language_of
from warehouse.vocabulary import Language

LEAST_WORDS: Final = 60
"""A passage with fewer words takes in what follows, across sub-headings too."""
GOOD_WORDS: Final = 110
"""From here on a passage ends with its paragraph."""
MOST_WORDS: Final = 200
"""A passage ends before the sentence that would make it longer."""

_LINE: Final = re.compile(r"[^\n]*\S[^\n]*")
_CHUNK: Final = re.compile(r"\S+")
_HEADING: Final = re.compile(r"\s*(?:#{1,6}\s|\*\*[^*\n]{1,90}\*\*\s*:?\s*$)")
_OPENING: Final = r"""[*_("'“«\[]*"""
_SENTENCE_END: Final = re.compile(
    r"""[.!?…]++[)\]"'’”»*_]*\s++"""
    rf"(?={_OPENING}\s?{_OPENING}(?:\d|[^\W\d_a-zà-öø-ÿ]))"
)
_ABBREVIATION: Final = re.compile(
    r"(?:^|[\s(\[«“'’])(?:dr|dre|drs|prof|mr|mrs|ms|mme|m|st|ste|no|vs|eg|e\.g|ie|i\.e|ex|p|pp|cf"
    r"|approx|max|min|dept|univ|inc|jan|feb|fev|mar|apr|avr|jun|jul|aug|sept?|oct|nov|dec|[a-z])"
    r"\.\s*$"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, heading, list item or table row: half-open offsets in the text, and the text."""

    start: int
    end: int
    text: str
    is_heading: bool
    begins_paragraph: bool

    @property
    def size(self) -> int:
        """Number of words, as white space divides them."""
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a section: half-open offsets in its text, the text itself, its language."""

    start: int
    end: int
    text: str
    language: Language

    @property
    def content_hash(self) -> str:
        """SHA-256 of language and text, in hexadecimal."""
        return hashlib.sha256(f"{self.language.value}\n{self.text}".encode()).hexdigest()


def sentences(text: str) -> list[Sentence]:
    """Return the sentences of a section or passage, in order; contacts are masked.

    Lines are never joined: a heading, a list item and a table row stand for themselves. What has
    no end for more than :data:`MOST_WORDS` words is divided there.
    """
    text = mask_contacts(text)
    found: list[Sentence] = []
    last_end = 0
    for line in _LINE.finditer(text):
        is_heading = _HEADING.match(line.group()) is not None
        begins = text.count("\n", last_end, line.start()) > 1 or not found
        last_end = line.end()
        for start, end in _within_line(text, line.start(), line.end()):
            found.append(Sentence(start, end, text[start:end], is_heading, begins))
            begins = False
    return found


def _within_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentences of a line, without white space around them."""
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        near = fold(text[max(begin, match.end() - 14) : match.end()])
        if not _ABBREVIATION.search(near):
            yield from _bounded(text, begin, match.end())
            begin = match.end()
    yield from _bounded(text, begin, end)


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the span in parts of :data:`MOST_WORDS` words at most, without outer white space."""
    chunks = [match.span() for match in _CHUNK.finditer(text, start, end)]
    for first in range(0, len(chunks), MOST_WORDS):
        part = chunks[first : first + MOST_WORDS]
        yield part[0][0], part[-1][1]


def cut(text: str, language: Language) -> list[Passage]:
    """Return the passages of a section's text, in order.

    Args:
        text: The section, NFC.
        language: Of the document; a passage that is clearly written in the other has that.
    """
    passages: list[list[Sentence]] = []
    size = 0
    for sentence in sentences(text):
        if not passages or _begins_passage(sentence, size):
            passages.append([])
            size = 0
        passages[-1].append(sentence)
        size += sentence.size
    if len(passages) > 1 and _is_remainder(passages[-1], passages[-2]):
        passages[-2:] = [passages[-2] + passages[-1]]
    masked = mask_contacts(text)
    return [passage(masked, part[0].start, part[-1].end, language) for part in passages]


def passage(text: str, start: int, end: int, language: Language) -> Passage:
    """Return the passage of a masked text between two offsets."""
    part = text[start:end]
    return Passage(start, end, part, language_of(part) or language)


def _begins_passage(sentence: Sentence, size: int) -> bool:
    """Whether a sentence begins a new passage after one of ``size`` words."""
    if size + sentence.size > MOST_WORDS:
        return True
    if sentence.is_heading:
        return size >= LEAST_WORDS
    return sentence.begins_paragraph and size >= GOOD_WORDS


def _is_remainder(last: list[Sentence], before: list[Sentence]) -> bool:
    """Whether the last passage is too short for itself and fits to the one before it."""
    size = sum(sentence.size for sentence in last)
    whole = size + sum(sentence.size for sentence in before)
    return size < LEAST_WORDS and whole <= MOST_WORDS and not last[0].is_heading
