"""Finds the names of reference tables in a text, however they are spelled there.

Names are compared word by word: without accents, articles and marks, singular and plural alike,
with the words for hospital and centre of both languages made one.
"""

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from etl.reference.communities import known_communities
from etl.reference.training_places import PlaceKind, training_places
from etl.sources.carms.parsing.normalise import fold
from etl.sources.carms.parsing.site_words import word_set
from warehouse.vocabulary import Province

Places = frozenset[int]
"""Places that a name may mean, by their row in the table; more than one may share a name."""

NO_PLACES: Places = frozenset()

_WORD = re.compile(
    r"centres? hospitali[a-z]+|health care|gmf-? ?u(?:niversitaire)?(?![a-z])"
    r"|[a-z]{4,}(?=\d{3})"
    r"|(?:groupe|clinique|unite)s? (?:universitaire )?de medecine (?:de )?famil[a-z]+"
    r"(?: universitaire)?|(?:[a-z]\.\s?){2,}|[a-z0-9]+|&|\+"
)
_MARKS = re.compile(r"[.\s-]")
_FAMILY_UNIT = re.compile(r"[a-z]+demedecine.*|cumf|umf|gmfu.*")
_SAME = {
    word: same
    for same, words in {
        "saint": "st ste sainte", "mount": "mt", "centre": "center", "campu": "campuse",
        "hospital": "hosp ch hopital hopitaux", "institute": "institut", "clinic": "clinique",
        "and": "& + et", "cisss": "ciusss ciuss ciss", "behavioural": "behavioral",
        "university": "universite universitaire",
    }.items()
    for word in words.split()
}  # fmt: skip
_DROPPED = word_set("the of for de du des d la le les l a au aux en at dr s")
_APART = re.compile(r"[,;:()|!?/]")
"""Marks that no name runs across."""

_TAIL = re.compile(r"'s\b| in (?:North|South|East|West)ern [A-Z]\w+")
_LOWER_CASE = re.compile(r"h[ôo]p|inst|cliniq|pavillon|site|centre (?:de|hosp)|campus")
"""Beginnings of names that French writes in lower case."""

_ARTICLE = re.compile(r"\b(?:L[ae]|Les)[ -]$")


class Word(NamedTuple):
    """A word of a text in its form for comparison, with its offsets."""

    text: str
    start: int
    end: int


@functools.lru_cache(maxsize=64)
def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of a text that count, in their form for comparison."""
    words = []
    for match in _WORD.finditer(fold(text)):
        word = _compared(match[0])
        if word:
            words.append(Word(word, *match.span()))
    return tuple(words)


@functools.lru_cache(maxsize=1 << 16)
def _compared(word: str) -> str:
    """Return the form in which a folded word is compared; empty for a word that does not count."""
    plain = _MARKS.sub("", word)
    if plain.startswith("centre") and "hospital" in plain:
        plain = "hospital"
    elif _FAMILY_UNIT.fullmatch(plain):
        plain = "gmfu"
    elif len(plain) > 3 and plain.endswith("s") and not plain.endswith("ss"):
        plain = plain[:-1]
    plain = _SAME.get(plain, plain)
    return "" if plain in _DROPPED else plain


def comparable(text: str) -> frozenset[str]:
    """Return the words of ``text`` in their form for comparison."""
    return frozenset(word.text for word in words_of(text))


_HEADS = comparable(
    "hospital centre health healthcare clinic institute campus gmf-u hotel site practice chu"
    " cisss laboratory laboratoire lab pavillon rehab rehabilitation infirmary building hospice"
    " clsc"
)
_GENERIC = _HEADS | comparable(
    "science general regional community family medical medicine university cancer mental women"
    " children memorial service network system unit public city civic adult pediatric care main and"
)
"""Words that tell no name: they may be lower-case in one."""


@dataclass(slots=True)
class _Node:
    """A step of a tree of names: the words that may follow, and what is named so far.

    ``is_small`` says that a name of the table writes the last word in lower case.
    """

    following: dict[str, "_Node"] = field(default_factory=dict)
    meant: frozenset[int] = frozenset()
    abbreviations: frozenset[str] = frozenset()
    is_small: bool = False


class Match(NamedTuple):
    """A name in a text, by its offsets, with the rows of the table that it may mean.

    ``is_plain`` says that nothing in it tells a place of care: Stollery, St. Paul's, VGH;
    ``is_general`` that all of it does, and no more: University Hospital.
    """

    start: int
    end: int
    meant: frozenset[int]
    is_plain: bool
    is_general: bool


class Gazetteer:
    """Names to be found in texts."""

    def __init__(self, names: Iterable[tuple[str, int]]) -> None:
        """Take names, each with the row that it stands for."""
        self._root = _Node()
        for name, row in names:
            node = self._root
            for word in words_of(name):
                node = node.following.setdefault(word.text, _Node())
                node.is_small |= name[word.start].islower()
            node.meant |= {row}
            if name.isalpha() and name.isupper():
                node.abbreviations |= {name}

    def find(self, text: str) -> list[Match]:
        """Return the names in ``text``, in order: the longest where they overlap.

        A name must be capitalised in the text.
        """
        words = words_of(text)
        found: list[Match] = []
        behind = 0
        for first, word in enumerate(words):
            if word.start >= behind and word.text in self._root.following:
                match = self._longest(text, words, first)
                if match is not None:
                    found.append(match)
                    behind = match.end
        return found

    def _longest(self, text: str, words: Sequence[Word], first: int) -> Match | None:
        """Return the longest name that begins with the word of that number."""
        node, best = self._root, None
        path: list[tuple[Word, _Node]] = []
        for number in range(first, len(words)):
            word = words[number]
            following = node.following.get(word.text)
            if following is None or (path and _APART.search(text, path[-1][0].end, word.start)):
                break
            node = following
            path.append((word, node))
            if node.meant and _is_written(text, path):
                best = _match(text, [word for word, _ in path], node.meant)
        return best


def _is_written(text: str, path: Sequence[tuple[Word, _Node]]) -> bool:
    """Say whether the words are written as a name is: telling ones, or all, capitalised."""
    (first, _), (last, node) = path[0], path[-1]
    if node.abbreviations:
        return text[first.start : last.end] in node.abbreviations
    small = [word for word, step in path if text[word.start].islower() and not step.is_small]
    if small and small[0] is first and not _LOWER_CASE.match(text, first.start):
        return False
    telling = any(word.text not in _GENERIC for word, _ in path)
    return not small or (telling and all(word.text in _GENERIC for word in small))


def _match(text: str, words: Sequence[Word], meant: Places) -> Match:
    """Return the match of the words of a name, with an article before and what belongs behind."""
    article = _ARTICLE.search(text, max(0, words[0].start - 4), words[0].start)
    tail = _TAIL.match(text, words[-1].end)
    return Match(
        words[0].start if article is None else article.start(),
        words[-1].end if tail is None else tail.end(),
        # In Northern Alberta it is another place than the one that the table means.
        meant if tail is None or tail.group() == "'s" else NO_PLACES,
        is_plain=not any(word.text in _HEADS for word in words),
        is_general=all(word.text in _GENERIC for word in words),
    )


@functools.cache
def places() -> Gazetteer:
    """Return the places of training with all their names."""
    return Gazetteer(
        (name, row)
        for row, place in enumerate(training_places())
        for name in (place.name, *place.aliases)
    )


@functools.cache
def towns() -> Gazetteer:
    """Return the communities; what they mean does not count."""
    return Gazetteer((name, 0) for name in known_communities())


@functools.cache
def town_words() -> frozenset[str]:
    """Return the words that communities' names are made of, in their form for comparison."""
    return comparable("site hospital ; " + " ; ".join(known_communities()))


@functools.lru_cache(maxsize=4096)
def places_of(name: str) -> Places:
    """Return the places that a whole name means: none where it says more than the table does.

    A town behind a name says nothing more, nor does the network before a hospital's name.
    """
    matches = places().find(name)
    rest = {
        word.text
        for word in words_of(name)
        if not any(match.start <= word.start < match.end for match in matches)
    }
    if not matches or not rest <= town_words():
        return NO_PLACES
    single = [match.meant for match in matches if not is_umbrella(match.meant)]
    whole = [meant for meant in single if kinds_of(meant) != {PlaceKind.CAMPUS}]
    return (whole or single or [matches[0].meant])[-1]


@functools.cache
def _runners() -> tuple[Places, ...]:
    """Return for each row of the table the rows of the places that run it, however far up."""
    named: dict[tuple[str, Province], set[int]] = {}
    for row, place in enumerate(training_places()):
        named.setdefault((place.name, place.province), set()).add(row)
    direct = [named.get((place.network, place.province), set()) for place in training_places()]
    return tuple(_reached(row, direct) for row in range(len(direct)))


def _reached(row: int, direct: Sequence[set[int]]) -> Places:
    """Return the rows that are reached from one by following who runs whom."""
    reached: set[int] = set()
    left = set(direct[row])
    while left:
        reached |= left
        left = {upper for lower in left for upper in direct[lower]} - reached
    return frozenset(reached - {row})


def parts_of(whole: Places, among: Places) -> Places:
    """Return those of the places that one of ``whole`` runs by the table, however far down."""
    return frozenset(row for row in among if _runners()[row] & whole)


def kinds_of(meant: Places) -> frozenset[PlaceKind]:
    """Return the kinds of places."""
    return frozenset(training_places()[row].kind for row in meant)


def is_resource(meant: Places) -> bool:
    """Say whether nothing that a name may mean is a place of training."""
    return kinds_of(meant) == {PlaceKind.RESOURCE}


def provinces_of(meant: Places) -> frozenset[Province]:
    """Return the provinces of places."""
    return frozenset(training_places()[row].province for row in meant)


def is_umbrella(meant: Places) -> bool:
    """Say whether all places that a name may mean are networks or health authorities."""
    return bool(meant) and kinds_of(meant) <= {PlaceKind.NETWORK, PlaceKind.AUTHORITY}


def is_authority(meant: Places) -> bool:
    """Say whether all places that a name may mean are health authorities."""
    return kinds_of(meant) == {PlaceKind.AUTHORITY}
