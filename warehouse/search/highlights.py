"""Which words of a passage answer a query: half-open spans of code points in its text."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from warehouse.search.analysis import lexeme, words
from warehouse.vocabulary import Language


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text: first code point, and the one after the last."""

    start: int
    end: int


def highlights(text: str, language: Language, sayings: AbstractSet[tuple[str, ...]]) -> list[Span]:
    """Return the spans of a passage that say what a query asks for, in order, none overlapping.

    A saying of several words (lexemes) is shown where they follow each other, stop words between
    them left aside. Spans with nothing but white space between them are one.

    Args:
        text: Of the passage.
        language: Of the passage.
        sayings: What to show: of the prepared query
            (:attr:`warehouse.search.query.Query.sayings`).
    """
    longest = max(map(len, sayings), default=0)
    found = [
        (word, stem) for word in words(text) if (stem := lexeme(word.form, language)) is not None
    ]
    spans: list[Span] = []
    at = 0
    while at < len(found):
        stems = tuple(stem for _, stem in found[at : at + longest])
        size = next((n for n in range(len(stems), 0, -1) if stems[:n] in sayings), 0)
        if size:
            _add(spans, text, Span(found[at][0].start, found[at + size - 1][0].end))
        at += size or 1
    return spans


def _add(spans: list[Span], text: str, span: Span) -> None:
    if spans and not text[spans[-1].end : span.start].strip():
        span = Span(spans.pop().start, span.end)
    spans.append(span)
