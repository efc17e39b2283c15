"""From text to lexemes: the same for texts that are indexed and for queries.

A word is folded (no accents, no capitals, no ligatures) before it is stemmed, so that an accent
that is left out, in a query or in a document, changes nothing. Stemmers are those of the
Snowball project (English "Porter 2", French).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Any, Final

from warehouse.search.stop_words import STOP_WORDS
from warehouse.vocabulary import Language

RULES: Final = "1"
"""Version of the rules in this module and in :mod:`warehouse.search.passages`."""

LONGEST_LEXEME: Final = 64
"""Longest lexeme, in characters: what is longer is cut, and still matches itself."""

_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l"})
_TOKEN: Final = re.compile(
    r"\]\([^)\n]*\)"  # the address of a link says nothing of the program
    r"|(?:https?://|www\.)\S+"
    r"|(?P<word>[^\W_]+(?:['’ʼ][^\W_]+)*)"
)
_APOSTROPHE: Final = re.compile("['’ʼ]")
_ELIDED: Final = frozenset(
    {"c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"}
)
_SNOWBALL: Final = {Language.EN: "english", Language.FR: "french"}
LEAST_EVIDENCE: Final = 2
"""By how many stop words one language must lead for a passage to count as written in it."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: where it stands (half-open, code points), and its folded form."""

    start: int
    end: int
    form: str


@cache
def rules_version() -> str:
    """Return what decides how texts are cut and made lexemes."""
    return f"{RULES}/snowball-{version('snowballstemmer')}"


def fold(text: str) -> str:
    """Return ``text`` without accents, capitals and ligatures."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def words(text: str) -> Iterator[Word]:
    """Yield the words of ``text`` (NFC) in order, without those in addresses of links.

    What is elided before a French word (l', d', qu') and the English genitive ('s) are no part
    of a word. Single letters are no words; digits are.
    """
    for match in _TOKEN.finditer(text):
        if match["word"] is None:
            continue
        start, end = match.span()
        parts = _APOSTROPHE.split(match["word"]) if _APOSTROPHE.search(match["word"]) else []
        while len(parts) > 1 and fold(parts[0]) in _ELIDED:
            start += len(parts.pop(0)) + 1
        if len(parts) > 1 and fold(parts[-1]) == "s":
            end -= len(parts.pop()) + 1
        form = fold("".join(parts) if parts else match["word"])[:LONGEST_LEXEME]
        if len(form) > 1 or form.isdigit():
            yield Word(start, end, form)


@cache
def _stemmer(language: Language) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(_SNOWBALL[language])


@lru_cache(maxsize=100_000)
def lexeme(form: str, language: Language) -> str | None:
    """Return the stem of a folded word; None for a stop word of the language."""
    if form in STOP_WORDS[language]:
        return None
    stem: str = _stemmer(language).stemWord(form)
    return stem


def lexemes(text: str, language: Language) -> list[str]:
    """Return the lexemes of a text in order, stop words left out."""
    found = (lexeme(word.form, language) for word in words(text))
    return [stem for stem in found if stem is not None]


def language_of(text: str, least: int = LEAST_EVIDENCE) -> Language | None:
    """Return the language of a text, if its stop words lead by ``least``; None where not."""
    english = french = 0
    for word in words(text):
        in_english = word.form in STOP_WORDS[Language.EN]
        in_french = word.form in STOP_WORDS[Language.FR]
        english += in_english and not in_french
        french += in_french and not in_english
    if abs(english - french) < least:
        return None
    return Language.EN if english > french else Language.FR
