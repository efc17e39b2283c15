"""Finds the names of places of training in a line: those of the reference table, and others.

The table tells what is a name and how far it reaches; names that it does not hold are known by
how they are built.
"""

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from etl.reference.training_places import training_places
from etl.sources.carms.parsing.site_gazetteer import (
    NO_PLACES,
    Match,
    Places,
    is_authority,
    is_umbrella,
    places,
    places_of,
    words_of,
)
from etl.sources.carms.parsing.site_patterns import Span, find_built, has_head, singular
from etl.sources.carms.parsing.site_towns import is_town
from etl.sources.carms.parsing.site_words import LEADING_WORDS

_OTHER_THING = re.compile(
    r"'?s?\s+(?:Research|Foundation|Library|Residency|Teams?|Association|Academy|Society|Committee"
    r"|Board|Auxiliary|Corporation\s*$)"
    r"|\s+is (?:currently |expected |now )*(?:under construction|to be replaced)"
)
"""What behind a name makes it part of a thing of another kind."""

_NOT_THERE = re.compile(
    r"(?:\b(?:[Aa]n?|[Uu]ne?|est l[ea]|any|each|another|known as(?: the)?|adjoining)"
    r"|[Ff]ormerly(?: \w+)?(?: the)?|[Aa]nciennement(?: l[ea'])?"
    r"|in close \w+ to(?: the)?"
    r"|(?:adjacent|next|affiliated?|close) to(?: [^.;,]{0,60} and)?(?: the)?"
    r"|[Aa]djacent to the \w+ is(?: the)?|à proximité (?:de la|du|de l'|de)"
    r"|\b(?:près|adjacente?s?) (?:de l[a']|du|au|à l[a'])"
    r"|(?:pour les résidents|for residents) (?:de la|du|de l'|of|at)(?: the)?"
    r"|\b(?:[Rr]ue,?|chemin|boulevard|avenue|boul\.|av\.))\s*$"
)
"""What before a name tells that residents do not train there: a clinic, formerly, close to."""

_GLUED = re.compile(r"\b(?:of|the|at|and)[A-ZÀ-Þ]\w+\s$")
"""A word that lost the space before it: the name behind it has lost its beginning."""

_REGION = re.compile(
    r"(?:le |la |du )?(?:CIUSSS?|CISSS?|CRSSS|Centre [Ii]nt[ée]gr[ée](?! (?:de|en) [Cc]anc))"
    r"(?!.*(?:[Hh][ôo]pital|[Hh]ospitali|H[ôo]tel|CLSC|GMF|CHUM|Institut|Pavillon|Direction))"
)
_SEVERAL = re.compile(r"[Hh][ôo]pitaux\b")
_TOWN_CENTRE = re.compile(r"\s+(?:Cent(?:re|er)|Campus)$")
_DASH = re.compile(r"\s-\s(?=[A-ZÀ-Þ])")
_CONJUNCTION = re.compile(r"\b(?:and|et|or|ou)\b|&")
_CAPITALS = r"[A-ZÀ-Þ][\w'.-]*(?:\s[A-ZÀ-Þ][\w'.-]*)?"
_MEMBER = re.compile(_CAPITALS)
_SERIES = re.compile(
    rf"({_CAPITALS}(?:,\s+{_CAPITALS}){{0,8}},?)\s+(?:and|et|&|or)\s+(?:the\s)?{_CAPITALS}?\s*"
    r"\b(Hospitals|Campus(?:es)?|Sites)\b"
)
_SERIES_END = re.compile(r"(?:Hospitals|Campus|Sites)\b|Campuses\b")
_GOES_ON = re.compile(r"[\s-](?!(?:Site|Campus)\b)[A-ZÀ-Þ]")
_PLACED = re.compile(
    r"(?:\b(?:at|to|the|and|or|such as|include|including|site|au|à|et|ou|le|la|du|l')"
    r"|\(ex\.|[,(/:]|^)\s*$",
    re.IGNORECASE,
)

_SITE_BEFORE = re.compile(
    r"\b(?:[Ss]ite|[Pp]avillon|Dr\.?|Hôpital|CHSLD|CSSSG?|Centre hospitalier"
    r"|[A-Z]\.(?:\s?[A-Z]\.)*)\s$"
)
_SITE_BEHIND = re.compile(r"\s(?:(Site|Campus)|site|campus)\b")
_TOWN_BEHIND = re.compile(r"(?:\s?-\s|\sà\s)([A-ZÀ-Þ][\w'. -]+)$")
_SITES = re.compile(r"\s(?:sites|campuses)$")
_DISCIPLINE = re.compile(
    r"\s-\s(?!pavillon|site|campus|h[ôo]p|centre)[a-zà-ÿ][a-zà-ÿ ]+$"
    r"|\s-\s(?:Primary|Main|Trauma|Secondary) Site$"
)

_MARKS = str.maketrans(
    {
        **dict.fromkeys("’‘`´ʼ", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("*_#\n\t\u00a0\\", " "),
    }
)


class Scope(IntEnum):
    """What a name stands for: one place, a network of hospitals, or the care of a region."""

    PLACE = 0
    NETWORK = 1
    REGION = 2


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a text, by its offsets; ``is_known`` says that the table holds it.

    ``shared`` is the last word of a name that leaves it to the next: Civic, of Civic and General
    Campuses. ``meant`` are the places that the table has by that name. ``beside`` says of a
    network that it stands in a series with places that are not its own.
    """

    start: int
    end: int
    scope: Scope = Scope.PLACE
    is_known: bool = False
    shared: str = ""
    meant: Places = NO_PLACES
    beside: bool = False


def plain_marks(text: str) -> str:
    """Return ``text`` of the same length with plain quotes and dashes, and without emphasis."""
    return text.translate(_MARKS)


def find_names(text: str, *, listed: bool = False) -> list[Name]:
    """Return the names in ``text`` (plain marks), in order; none lies inside another.

    ``listed`` says that the text is list-like: a name without a word like hospital needs no
    words around it there that tell a place.
    """
    matches = places().find(text)
    starts = frozenset(match.start for match in matches)
    known = [
        match
        for match in matches
        if _is_there(text, match.start, match.end, listed=listed)
        and _stands_alone(text, match, starts, listed=listed)
    ]
    built = [span for span in find_built(text) if _is_there(text, *span, listed=listed)]
    names = _as_written(text, _merged(text, known, built))
    for name in _sharing(text, names):
        over = _over(names, name.start, name.end)
        names[over] = names[over] or [name]
    return names


def _over(names: Sequence[Name], start: int, end: int) -> slice:
    """Return which of the names, in order and apart, overlap a stretch of text."""
    first = bisect.bisect_right(names, start, key=lambda name: name.end)
    last = bisect.bisect_left(names, end, first, key=lambda name: name.start)
    return slice(first, last)


def _is_there(text: str, start: int, end: int, *, listed: bool) -> bool:
    """Say whether the words around a name leave it a place of training."""
    before = text[max(0, start - 90) : start]
    if not listed and _SEVERAL.match(text, start) is not None:
        return False
    if _GLUED.search(before) is not None:
        return False
    return _OTHER_THING.match(text, end) is None and _NOT_THERE.search(before) is None


def _stands_alone(text: str, match: Match, starts: frozenset[int], *, listed: bool) -> bool:
    """Say whether a name without a telling word is no part of another, and is said of a place.

    ``starts`` are where names of the table begin: such a one may follow it.
    """
    if not (match.is_plain or match.is_general):
        return True
    word = text[max(0, match.start - 60) : match.start].rstrip("- ").rsplit(" ", 1)[-1]
    goes_before = word[:1].isupper() and word[-1].isalnum() and word not in LEADING_WORDS
    goes_before = goes_before and not text.endswith(" - ", 0, match.start)
    goes_on = _GOES_ON.match(text, match.end) is not None and match.end + 1 not in starts
    if goes_before or goes_on:
        return False
    placed = _PLACED.search(text[max(0, match.start - 9) : match.start]) is not None
    several = len(words_of(text[match.start : match.end])) > 2
    return match.is_general or listed or placed or several


def _sharing(text: str, names: Sequence[Name]) -> Iterator[Name]:
    """Yield places of the table that share a last word: the Civic and General Campuses."""
    if _SERIES_END.search(text) is None:
        return
    for series in _SERIES.finditer(text):
        head = singular(series.group(2))
        for member in _MEMBER.finditer(text, series.start(), series.end(1)):
            first, last = member.span()
            taken = bool(names[_over(names, first, last)])
            if taken or not places_of(f"{text[first:last]} {head}"):
                first = text.rfind(" ", first, last) + 1 or first
            meant = places_of(f"{text[first:last]} {head}")
            if meant:
                yield Name(first, last, is_known=True, shared=f" {head}", meant=meant)


def _merged(text: str, known: Sequence[Match], built: Sequence[Span]) -> list[Name]:
    """Return the names of both origins in order: the longer of two that overlap.

    A stretch that joins several places, or a place and something else, is left to the table.
    """
    names = [
        Name(start, _end_of_one(text, start, end), _scope(meant), True, meant=meant)
        for start, end, meant, *_ in known
    ]
    left = sorted(built, key=lambda span: span[1] - span[0])
    while left:
        start, end = left.pop()
        over = _over(names, start, end)
        scope = Scope.REGION if _REGION.match(text[start:end]) else Scope.PLACE
        if not names[over]:
            # The Ottawa Centre and the Hamilton Campus are no places of care that one knows.
            head = _TOWN_CENTRE.search(text, start, end)
            if head is None or not is_town(text[start : head.start()]):
                names[over] = [Name(start, end, scope)]
            continue
        held, *others = names[over]
        if others or not start <= held.start <= held.end <= end:
            continue
        around = ((start, held.start), (held.end, end))
        dash = _DASH.match(text, held.end, end)
        if dash is not None and dash.end() < end:
            behind = find_built(text[dash.end() : end])
            left += [(dash.end() + first, dash.end() + last) for first, last in behind]
        elif any(_CONJUNCTION.search(text, *side) for side in around):
            left += [
                (low + first, low + last)
                for low, high in around
                for first, last in find_built(text[low:high])
            ]
        elif end > held.end or held.scope or _is_told_before(text, start, held):
            meant = places_of(text[start:end])
            scope = held.scope if meant else scope
            names[over] = [Name(start, end, scope, is_known=bool(meant), meant=meant)]
    return names


def _end_of_one(text: str, start: int, end: int) -> int:
    """Return where a name ends, without the plural that it shares: A and B Hospitals."""
    before = text[max(0, start - 9) : start]
    shares = before.endswith(", ") or _CONJUNCTION.search(before) is not None
    return start + len(singular(text[start:end])) if shares else end


def _is_told_before(text: str, start: int, held: Name) -> bool:
    """Say whether the word for a place of care stands before its name alone: CSSS de Suroît."""
    return has_head(text, start, held.start) and not has_head(text, held.start, held.end)


def _as_written(text: str, names: Sequence[Name]) -> list[Name]:
    """Return names with their words for a site, and without what only tells where or what for."""
    written: list[Name] = []
    for position, name in enumerate(names):
        low = written[-1].end if written else 0
        high = names[position + 1].start if position + 1 < len(names) else len(text)
        written.append(_trimmed(text, _extended(text, name, low, high)))
    return written


def _extended(text: str, name: Name, low: int, high: int) -> Name:
    """Return a name of the table with the words before and behind it that belong to it."""
    if not name.is_known:
        return name
    start, end = name.start, name.end
    before = _SITE_BEFORE.search(text, max(low, start - 20), start)
    behind = _SITE_BEHIND.match(text, end, high)
    if before is not None:
        start = before.start()
    if behind is not None and (behind.group(1) or not has_head(text, start, end)):
        end = behind.end()
    return replace(name, start=start, end=end)


def _trimmed(text: str, name: Name) -> Name:
    """Return a name without a town that only tells where it is, a discipline, or a plural."""
    end = name.end
    town = _TOWN_BEHIND.search(text, name.start, end)
    if town is not None and is_town(town.group(1)) and not _has_town(name):
        end = town.start()
    for behind in (_DISCIPLINE, _SITES):
        match = behind.search(text, name.start, end)
        end = end if match is None else match.start()
    return replace(name, end=end)


def _has_town(name: Name) -> bool:
    """Say whether a town behind a dash is part of the name by the table: BC Cancer - Victoria."""
    return any(" - " in training_places()[row].name for row in name.meant)


def _scope(meant: Places) -> Scope:
    """Return what the places of the table are."""
    if is_authority(meant):
        return Scope.REGION
    return Scope.NETWORK if is_umbrella(meant) else Scope.PLACE
