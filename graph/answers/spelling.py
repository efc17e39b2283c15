"""Slips of spelling in questions: a word that is not known becomes the one that it must be.

Only a single known word may be near enough, with the same first letter, and never a word of the
table ``plain.csv``: words that questions have and that look like a name without being one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from graph.answers.words import rows

SHORTEST: Final = 6
"""Letters of a word from which on one slip is forgiven."""
LONG: Final = 10
"""Letters from which on two are."""
CUT: Final = 5
"""Letters of a name that suffice, where all names that begin so are names of one thing."""
Meaning = Callable[[str], object]
"""What a word names by itself; None where it names nothing."""


def allowed(word: str) -> int:
    """Return how many slips are forgiven in a word."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < LONG else 2


@lru_cache(maxsize=1)
def plain_words() -> frozenset[str]:
    """Return words that are right as they are."""
    return frozenset(word for row in rows("plain") for word in row["words"].split("|"))


def meant(word: str, known: Iterable[str], meaning: Meaning) -> str | None:
    """Return the known word that a word is cut from, or a slip of; None where that is not clear."""
    if len(word) < CUT or not word.isalpha() or word in plain_words():
        return None
    longer = [one for one in known if one.startswith(word)]
    if longer and _is_one(longer, meaning):
        return longer[0]
    return nearest(word, known, meaning)


def _is_one(words: Iterable[str], meaning: Meaning) -> bool:
    """Return whether all of some words name the same thing."""
    meanings = [meaning(one) for one in words]
    return meanings[0] is not None and all(one == meanings[0] for one in meanings)


def nearest(word: str, known: Iterable[str], meaning: Meaning = lambda _: None) -> str | None:
    """Return the known word that a word is a slip of.

    None where there is none, or where there are several that do not name one thing.
    """
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
    return best[0] if len(best) == 1 or (best and _is_one(best, meaning)) else None


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
