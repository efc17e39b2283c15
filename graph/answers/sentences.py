"""Choosing sentences: no headings, no fragments, none that says the same as another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from graph.answers.retrieval import Sentence
from graph.answers.words import folded

LEAST_WORDS: Final = 4
"""Fewer are no sentence that could answer."""
ALIKE: Final = 0.8
"""Share of common words from which on two sentences say the same (Jaccard)."""
WORD: Final = re.compile(r"[a-z0-9]+")


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, folded."""
    return frozenset(WORD.findall(folded(text)))


def are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether two sets of words are those of near duplicates."""
    common = len(one & other)
    return common >= ALIKE * (len(one) + len(other) - common)


def distinct(found: Sequence[Sentence], most: int, most_of_one: int) -> list[Sentence]:
    """Return the best sentences, near duplicates once.

    Args:
        found: Sentences, the best first.
        most: How many.
        most_of_one: How many of one program.
    """
    chosen: list[Sentence] = []
    seen: list[frozenset[str]] = []
    of_program: Counter[str] = Counter()
    for sentence in found:
        words = word_set(sentence.text)
        if sentence.is_heading or len(words) < LEAST_WORDS:
            continue
        if of_program[sentence.program_id] >= most_of_one:
            continue
        if any(are_alike(words, other) for other in seen):
            continue
        chosen.append(sentence)
        seen.append(words)
        of_program[sentence.program_id] += 1
        if len(chosen) == most:
            break
    return chosen
