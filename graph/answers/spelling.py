"""Slips of spelling in questions: a word that is not known becomes the one that it must be.

Only a single known word may be near enough, with the same first letter, and never a word of the
table ``plain.csv``: words that questions have and that look like a name without being one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from graph.answers.words import rows

SHORTEST: Final = 6
"""Letters of a word from which on one slip is forgiven."""
LONG: Final = 10
"""Letters from which on two are."""


def allowed(word: str) -> int:
    """Return how many slips are forgiven in a word."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < LONG else 2


@lru_cache(maxsize=1)
def plain_words() -> frozenset[str]:
    """Return words that are right as they are."""
    return frozenset(word for row in rows("plain") for word in row["words"].split("|"))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the one known word that a word is a slip of; None where there is none, or several."""
    limit = allowed(word)
    if not limit or not word.isalpha() or word in plain_words():
        return None
    best: list[str] = []
    for one in known:
        if one[0] != word[0] or len(one) < SHORTEST or abs(len(one) - len(word)) > limit:
            continue
        slips = distance(word, one, limit)
        if slips > limit or (slips == 2 and one[-1] != word[-1]):
            continue
        if slips < limit:
            limit, best = slips, [one]
        else:
            best.append(one)
    return best[0] if len(best) == 1 else None


def distance(one: str, other: str, limit: int) -> int:
    """Return the slips between two words: letters left out, added, changed or swapped.

    Where there are more than ``limit``, any number above it.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        twice, before, row = before, row, [at]
        for place, against in enumerate(other, 1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != against))
            is_swap = at > 1 and place > 1 and letter == other[place - 2]
            if is_swap and one[at - 2] == against:
                cost = min(cost, twice[place - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]
