"""Forgives slips of the pen: the known word that is nearest by edit distance.

Distance counts insertions, deletions, replacements and swaps of neighbours (Damerau, *A technique
for computer detection and correction of spelling errors*, CACM 7(3), 1964; optimal string
alignment). Words whose letters differ by more cannot be near, which leaves few to look at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from warehouse.search.analysis import lexeme
from warehouse.vocabulary import Language

SHORTEST: Final = 4
"""Shorter words are never corrected."""
TWO_FROM: Final = 8
"""Length from which two slips are forgiven; below it one."""
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True)
class Vocabulary:
    """The words of the indexed passages.

    Attributes:
        forms: Folded word to the number of passages with it, over both languages.
        lexemes: Stems of either language.
    """

    forms: Mapping[str, int]
    lexemes: frozenset[str]

    def knows(self, form: str) -> bool:
        """Whether a word, or another form of it, stands in a passage."""
        return form in self.forms or any(
            lexeme(form, language) in self.lexemes for language in Language
        )

    def nearest(self, form: str) -> str | None:
        """Return the known word that a word is a slip of; None where it is known, or none is near.

        Of equally near words, it is the one that begins alike, then the more frequent one.
        """
        if len(form) < SHORTEST or form.isdigit() or self.knows(form):
            return None
        most = 2 if len(form) >= TWO_FROM else 1
        differences = np.abs(self._letters - letters(form)).sum(axis=1)
        near = [
            (away, known[0] != form[0], -self.forms[known], known)
            for known in (self._names[n] for n in np.flatnonzero(differences <= 2 * most))
            if abs(len(known) - len(form)) <= most and (away := distance(form, known, most)) <= most
        ]
        return min(near)[3] if near else None

    @cached_property
    def _names(self) -> list[str]:
        return [name for name in self.forms if len(name) >= SHORTEST - 1]

    @cached_property
    def _letters(self) -> NDArray[np.int16]:
        counts = np.zeros((len(self._names), len(_LETTERS)), dtype=np.int16)
        for number, name in enumerate(self._names):
            counts[number] = letters(name)
        return counts


def letters(word: str) -> Any:
    """Return how often each letter and digit stands in a word."""
    counts = np.zeros(len(_LETTERS), dtype=np.int16)
    for character in word:
        if (at := _LETTERS.find(character)) >= 0:
            counts[at] += 1
    return counts


def distance(one: str, other: str, most: int) -> int:
    """Return the edit distance of two words; ``most + 1`` where it is greater than ``most``."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        twice, before, row = before, row, [i] + [0] * len(other)
        for j, b in enumerate(other, start=1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                row[j] = min(row[j], twice[j - 2] + 1)
        if min(row) > most and (not before or min(before) > most):
            return most + 1
    return min(row[-1], most + 1)
