"""Names that stand together: one place named with its network or campus, or a network's hospitals.

A line names one place as written, be it ``London Health Sciences Centre - University Hospital`` or
``Toronto Western Hospital, University Health Network``. A network whose hospitals are named with
it only heads them.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from etl.reference.training_places import PlaceKind
from etl.sources.carms.parsing.normalise import fold
from etl.sources.carms.parsing.site_gazetteer import (
    Places,
    comparable,
    kinds_of,
    parts_of,
)
from etl.sources.carms.parsing.site_names import Name, Scope
from etl.sources.carms.parsing.site_words import ALSO_PROPER

_CAMPUS_OF = re.compile(r"(?:the\s)?(?:campus|site|pavillon)\b.*", re.IGNORECASE)
_CAMPUS = re.compile(r".*\b(?:campus|site|pavillon|pavilion|zone)", re.IGNORECASE)
_DASH = re.compile(r"\s*(?:\([^()]*\)\s*)?-\s*(?:the\s)?|\s+")
_COLON = re.compile(r"\s*:\s*")
_SLASH = re.compile(r"\s*(?:\([^()]*\)\s*)?/\s*")
_COMMA = re.compile(r"\s*(?:\([^()]*\)\s*)?,\s*(?:the\s)?")
_OF = re.compile(r"\s+(?:of|de|du)\s+(?:the\s|l')?", re.IGNORECASE)
_SERIES = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:[Ss]ites?\s*)?(?:[,;/+]\s*)*(?:and|et|&|or|ou)?\s*(?:the\s|l[ea']\s?)?"
)
_OPENING = re.compile(r"[\W\d_]*(?:[Tt]he\s)?")
_ENDING = re.compile(r"\s*(?:\([^()]*\))?[\s.;,]*(?:,\s*\d+\s.*)?")
_LISTING = re.compile(
    r"(?:'s)?(?:\s(?:sites|campuses))?\s*(?:\([^()]*\)\s*(?=-))?(?:\((?:[A-Z]+\s[-:]\s)?|:|-\s|,?\s(?:\([^()]*\)\s*)?(?:which\s(?:is\s)?)?"
    r"(?:includ|inclu[ast]|compris|compos|consist|regroup|encompass|et tous ses)[^.;()]{0,40}?)"
    r"[^.;()]{0,30}"
)
"""What stands between a network and the hospitals that it heads."""


def composed(
    text: str, names: Sequence[Name], *, listed: bool
) -> tuple[tuple[Name, ...], tuple[Name, ...]]:
    """Return the names of a text (in order) with those made one that name one place together.

    Networks that only head or own the hospitals beside them are returned apart. ``listed`` says
    that the text is list-like.
    """
    heads = tuple(
        name
        for position, name in enumerate(names)
        if _heads(
            text,
            names[position - 1] if position else None,
            name,
            names[position + 1 : position + 3],
            listed=listed,
        )
        or _owns(text, names[max(0, position - 1) : position + 2], name)
    )
    kept = [name for name in names if name not in heads]
    return tuple(_joined(text, kept, listed=listed)), heads


def is_campus(text: str, name: Name) -> bool:
    """Say whether a name is that of a campus or site: alone it does not tell of what."""
    if _CAMPUS_OF.fullmatch(text, name.start, name.end) is not None:
        return True
    if name.meant:
        return kinds_of(name.meant) == {PlaceKind.CAMPUS}
    return _CAMPUS.fullmatch(text, name.start, name.end) is not None


def _heads(
    text: str, before: Name | None, name: Name, behind: Sequence[Name], *, listed: bool
) -> bool:
    """Say whether a network only heads the hospitals behind it: in parentheses or after a colon."""
    if not behind or name.scope is not Scope.NETWORK:
        return False
    first, *others = behind
    gap = text[name.end : first.start]
    if first.scope is not Scope.PLACE or _LISTING.fullmatch(gap) is None:
        return False
    series = any(
        _SERIES.fullmatch(text, first.end, other.start) is not None for other in others
    ) or bool(first.shared)
    if gap.strip().startswith("-") and before is not None:
        series = series and _SERIES.fullmatch(text, before.end, name.start) is None
    if gap.strip().startswith("-"):
        return series and not is_campus(text, first)
    if gap.strip() == ":" and not listed:
        return series
    return series or not is_campus(text, first)


def _owns(text: str, around: Sequence[Name], name: Name) -> bool:
    """Say whether a network only owns a hospital beside it: Lakeside Health / Cape, Lakeside's Cape.
    """
    return name.scope > Scope.PLACE and any(
        (
            _SLASH.fullmatch(text, left.end, right.start) is not None
            or (left is name and text.endswith("'s", 0, name.end) and right.start < name.end + 30)
        )
        and Scope.PLACE in (left.scope, right.scope)
        for left, right in itertools.pairwise(around)
    )


def _joined(text: str, names: Sequence[Name], *, listed: bool) -> Iterator[Name]:
    """Yield the names, with those that name one place together as one."""
    current: Name | None = None
    for position, name in enumerate(names):
        if current is not None:
            around = (*names[max(0, position - 2) : position - 1], current, *names[position:][:2])
            if _is_one(text, current, name, around, listed=listed):
                current = replace(
                    current, end=name.end, scope=Scope.PLACE, meant=_meant(current, name)
                )
                continue
            if _repeats(text, current, name):
                continue
            yield current
        current = name
    if current is not None:
        yield current


def _repeats(text: str, name: Name, following: Name) -> bool:
    """Say whether a name stands a second time behind a dash, as the title of a link does."""
    dash = text[name.end : following.start].strip() == "-"
    words = comparable(text[following.start : following.end])
    return dash and words <= comparable(text[name.start : name.end])


def _meant(name: Name, following: Name) -> Places:
    """Return the places that two names mean as one: the part, not the whole."""
    return (
        parts_of(name.meant, following.meant)
        or parts_of(following.meant, name.meant)
        or (following.meant if name.scope else name.meant)
    )


def _is_one(
    text: str, name: Name, following: Name, around: Sequence[Name], *, listed: bool
) -> bool:
    """Say whether two names name one place: a part and the whole, joined by a dash or comma."""
    gap = (text, name.end, following.start)
    campus = is_campus(text, following)
    if _OF.fullmatch(*gap) is not None:
        return is_campus(text, name) and not campus and text.endswith("Campus", 0, name.end)
    dash, comma = _DASH.fullmatch(*gap), _COMMA.fullmatch(*gap)
    if listed and _COLON.fullmatch(*gap) is not None:
        return campus and not _in_series(text, around, name, following)
    if campus and name.meant and _SLASH.fullmatch(*gap) is not None:
        return name.scope is Scope.PLACE
    if dash is None and comma is None:
        return False
    if campus and not is_campus(text, name) and not name.scope is Scope.REGION:
        return True
    if comma is not None and _in_series(text, around, name, following):
        return False
    networks = (name.scope > Scope.PLACE) + (following.scope > Scope.PLACE)
    parts = bool(
        parts_of(name.meant, following.meant) or parts_of(following.meant, name.meant)
    )
    unit = listed and (_is_unit(text, name, following) if comma else _is_general(text, following))
    return (networks == 1 and (listed or dash is not None)) or parts or unit


def _is_general(text: str, name: Name) -> bool:
    """Say whether a name tells no more than what it is a part of: General Hospital."""
    return not name.is_known and ALSO_PROPER.fullmatch(fold(text[name.start : name.end])) is not None


def _is_unit(text: str, name: Name, following: Name) -> bool:
    """Say whether an item names a unit that the table does not hold, and the place it is in."""
    begins = _OPENING.fullmatch(text, 0, name.start) is not None
    ends = _ENDING.fullmatch(text, following.end) is not None
    return begins and ends and not name.is_known and following.is_known


def _in_series(text: str, around: Sequence[Name], name: Name, following: Name) -> bool:
    """Say whether two names stand in a series of more than the two."""
    return any(
        _SERIES.fullmatch(text, left.end, right.start) is not None
        for left, right in itertools.pairwise(around)
        if (left, right) != (name, following)
    )
