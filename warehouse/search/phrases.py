"""Phrases of documents as terms of their own: lexemes that stand side by side.

The phrases that tell of a need (:mod:`warehouse.search.needs`) are looked for in passages when
these are indexed. What is found is a term like any other: its lexemes with spaces between, counted
and as rare as it is. So a query for a phrase costs what a query for a word does, and a passage in
which the same words stand apart has not got it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from warehouse.search.analysis import lexemes, rules_version
from warehouse.search.needs import NeedBank, read_needs
from warehouse.vocabulary import Language

JOINT: Final = " "
"""Stands between the lexemes of a phrase, and in no lexeme."""

Phrase = tuple[str, ...]


def phrase_term(text: str, language: Language) -> str:
    """Return the term of a phrase: its lexemes joined, stop words left out; empty for none."""
    return JOINT.join(lexemes(text, language))


class Phrases:
    """The phrases of a bank of needs that have more than one lexeme."""

    def __init__(self, bank: NeedBank) -> None:
        self._known: Mapping[Language, frozenset[Phrase]] = {
            language: frozenset(_phrases(bank, language)) for language in Language
        }
        self._sizes = {
            language: sorted({len(phrase) for phrase in known})
            for language, known in self._known.items()
        }

    def within(self, found: Sequence[str], language: Language) -> Iterator[str]:
        """Yield the terms of the phrases that stand in a text, as often as each does.

        Args:
            found: Lexemes of the text, in order.
            language: Of the text.
        """
        known = self._known[language]
        for size in self._sizes[language]:
            for start in range(len(found) - size + 1):
                phrase = tuple(found[start : start + size])
                if phrase in known:
                    yield JOINT.join(phrase)

    @property
    def digest(self) -> str:
        """What tells one set of phrases from another: another digest, another index."""
        listed = "\n".join(
            f"{language} {JOINT.join(phrase)}"
            for language in Language
            for phrase in sorted(self._known[language])
        )
        return hashlib.sha256(listed.encode()).hexdigest()[:12]


def _phrases(bank: NeedBank, language: Language) -> Iterator[Phrase]:
    for need in bank.values():
        for text in need.phrases.get(language, ()):
            phrase = tuple(lexemes(text, language))
            if len(phrase) > 1:
                yield phrase


@cache
def default_phrases() -> Phrases:
    """Return the phrases of the needs that come with the package."""
    return Phrases(read_needs())


@cache
def analysis_version() -> str:
    """Return what decides how texts are cut and analysed; an index holds for one such version."""
    return f"{rules_version()}/phrases-{default_phrases().digest}"
