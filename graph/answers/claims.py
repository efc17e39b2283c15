"""What a chat model wrote, claim by claim: each must quote a sentence that bears it out.

A claim is a line ``text [n: "quotation"]``: the number of a sentence and words of it. A claim is
dropped where it cites nothing, where a quotation is not in the sentence, word for word, or where
the claim says what the sentence does not: another number, an address, or nothing in common.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graph.answers.found import Cited
from graph.answers.retrieval import Sentence
from warehouse.search.analysis import language_of, lexemes
from warehouse.vocabulary import Language

CITATION: Final = re.compile(r"\s*\[(\d{1,3})\s*:\s*[\"“«]\s*(.+?)\s*[\"”»]\s*\]")
BARE: Final = re.compile(r"\[\d{1,3}(?:\s*,\s*\d{1,3})*\]")
NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
ADDRESS: Final = re.compile(r"(?:https?://|www\.|!\[|\]\()", re.IGNORECASE)
BULLET: Final = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
LEAST_QUOTED: Final = 3
"""Words of a quotation, or the whole sentence where it has fewer."""
LEAST_COMMON: Final = 0.3
"""Share of a claim's words that stand in its sentences, where both are of one language."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim that stands: its text, and the spans that bear it out."""

    text: str
    citations: tuple[Cited, ...]


def read_claim(line: str, sentences: Sequence[Sentence]) -> Claim | None:
    """Return the claim in a line; None where it does not stand.

    Args:
        line: What the model wrote.
        sentences: What it was given, in the order of their numbers from 1.
    """
    found = list(CITATION.finditer(line))
    text = " ".join(BULLET.sub("", CITATION.sub("", line)).split())
    if not found or not text or BARE.search(text) or ADDRESS.search(text):
        return None
    citations: list[Cited] = []
    used: list[Sentence] = []
    for one in found:
        number = int(one.group(1))
        if not 1 <= number <= len(sentences):
            return None
        cited = quoted(sentences[number - 1], one.group(2))
        if cited is None:
            return None
        citations.append(cited)
        used.append(sentences[number - 1])
    return Claim(text, tuple(citations)) if is_borne_out(text, used) else None


def quoted(sentence: Sentence, quotation: str) -> Cited | None:
    """Return where a quotation stands; None where the sentence does not have it."""
    words = quotation.split()
    if not words or len(words) < min(LEAST_QUOTED, len(sentence.text.split())):
        return None
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    found = pattern.search(sentence.text)
    if found is None:
        return None
    return Cited(
        sentence.program_id, sentence.section, sentence.start + found.start(),
        sentence.start + found.end(), found.group(),
    )  # fmt: skip


def is_borne_out(text: str, used: Sequence[Sentence]) -> bool:
    """Return whether a claim says nothing that its sentences do not.

    Numbers must stand in them (or in the names of their programs); where claim and sentences are
    of one language, a share of the words as well. Texts too short to tell count as of one.
    """
    given = " ".join(f"{sentence.program} {sentence.text}" for sentence in used)
    if not set(NUMBER.findall(text)) <= set(NUMBER.findall(given)):
        return False
    spoken, written = language_of(text), language_of(" ".join(s.text for s in used))
    if spoken and written and spoken is not written:
        return True
    language = spoken or written or Language.EN
    said = _content(text, language)
    return not said or len(said & _content(given, language)) >= LEAST_COMMON * len(said)


def _content(text: str, language: Language) -> set[str]:
    return set(lexemes(text, language))
