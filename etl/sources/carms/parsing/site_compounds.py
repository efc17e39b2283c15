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
from etl.sources.carms.parsing.site_gazetteer import Places, comparable, kinds_of, parts_of
from etl.sources.carms.parsing.site_names import Name, Scope
from etl.sources.carms.parsing.site_words import ALSO_PROPER

_CAMPUS_OF = re.compile(r"(?:the\s)?(?:campus|site|pavillon)\b.*", re.IGNORECASE)
_CAMPUS = re.compile(r".*\b(?:campus|site|pavillon|pavilion|zone)", re.IGNORECASE)
_DASH = re.compile(r"\s*(?:\([^()]*\)\s*)?-\s*(?:the\s)?|\s+")
_COLON = re.compile(r"\s*:\s*")
_SLASH = re.compile(r"\s*(?:\([^()]*\)\s*)?/\s*")
_COMMA = re.compile(r"\s*(?:\([^()]*\)\s*)?,\s*(?:[Tt]he\s)?")
_OF = re.compile(r"\s+(?:of|de|du)\s+(?:the\s|l')?", re.IGNORECASE)
_SERIES = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:[Ss]ites?\s*)?(?:[,;/+]\s*)*(?:and|et|&|or|ou)?\s*(?:[Tt]he\s|l[ea']\s?)?"
)
_OPENING = re.compile(r"[\W\d_]{0,40}(?:[Tt]he\s)?")
_ENDING = re.compile(r"\s*(?:\([^()]*\))?[\s.;,]{0,9}(?:,\s*\d+\s.*)?")
_LISTING = re.compile(
    r"(?:'s)?(?:\s(?:sites|campuses))?\s*(?:\([^()]*\)\s*(?=-))?"
    r"(?:\((?:[A-Z]+\s[-:]\s)?|:|-\s|,?\s(?:\([^()]*\)\s*)?(?:which\s(?:is\s)?)?"
    r"(?:includ|inclu[ast]|incorporat|compris|compos|consist|regroup|encompass|et tous ses)"
    r"[^.;()]{0,40}?)"
    r"[^.;()]{0,30}"
)
"""What stands between a network and the hospitals that it heads."""

_OPENED = re.compile(r"\s*\(\s*")

LONGEST_GAP = 30
"""Characters up to which a place stands behind its owner: Lakeside Health's busy Cape Hospital."""


def composed(
    text: str, names: Sequence[Name], *, listed: bool
) -> tuple[tuple[Name, ...], frozenset[Name]]:
    """Return the names of a text (in order) with those made one that name one place together.

    Networks that only head or own the hospitals beside them are returned apart. ``listed`` says
    that the text is list-like.
    """
    heads = frozenset(
        name
        for position, name in enumerate(names)
        if _heads(text, names, position, listed=listed)
        or (name.scope > Scope.PLACE and _owns(text, names, position))
    )
    kept = [
        replace(name, beside=_is_beside(text, names, position))
        for position, name in enumerate(names)
        if name not in heads
    ]
    return tuple(_joined(text, kept, listed=listed)), heads


def is_campus(text: str, name: Name) -> bool:
    """Say whether a name is that of a campus or site: alone it does not tell of what."""
    if _CAMPUS_OF.fullmatch(text, name.start, name.end) is not None:
        return True
    if name.meant:
        return kinds_of(name.meant) == {PlaceKind.CAMPUS}
    return _CAMPUS.fullmatch(text, name.start, name.end) is not None


def _heads(text: str, names: Sequence[Name], position: int, *, listed: bool) -> bool:
    """Say whether a network only heads the hospitals behind it: in parentheses or after a colon."""
    name, *behind = names[position : position + 3]
    if not behind or name.scope is Scope.REGION or behind[0].scope is not Scope.PLACE:
        return False
    if name.scope is Scope.PLACE:
        return _holds_parts(text, name, behind)
    first, mark = behind[0], text[name.end : behind[0].start].strip()
    if _LISTING.fullmatch(text, name.end, first.start) is None:
        return False
    series = bool(first.shared) or (len(behind) > 1 and _is_series(text, *behind))
    if mark.startswith("-"):
        in_series = position > 0 and _is_series(text, names[position - 1], name)
        return series and not in_series and not is_campus(text, first)
    return series or not (is_campus(text, first) or (mark == ":" and not listed))


def _holds_parts(text: str, name: Name, behind: Sequence[Name]) -> bool:
    """Say whether parentheses right behind a place name two that it is made of: Lakeside (A, B)."""
    if len(behind) < 2 or _OPENED.fullmatch(text, name.end, behind[0].start) is None:
        return False
    abbreviated = any(text[part.start : part.end].isupper() for part in behind)
    return not abbreviated and _is_series(text, *behind)


def _owns(text: str, names: Sequence[Name], position: int) -> bool:
    """Say whether a network only owns a hospital beside it: Bay Care / Cape, Bay Care's Cape."""
    name = names[position]
    beside = [other for other in names[max(0, position - 1) : position + 2] if other is not name]
    return any(
        _SLASH.fullmatch(text, *sorted((name.start, name.end, other.start, other.end))[1:3])
        or (text.endswith("'s", 0, name.end) and 0 < other.start - name.end < LONGEST_GAP)
        for other in beside
        if other.scope is Scope.PLACE
    )


def _is_beside(text: str, names: Sequence[Name], position: int) -> bool:
    """Say whether a network stands in a series with places that are none of its own."""
    name = names[position]
    return name.scope is Scope.NETWORK and any(
        _is_series(text, left, right)
        and not parts_of(name.meant, left.meant | right.meant)
        and Scope.PLACE in (left.scope, right.scope)
        for left, right in itertools.pairwise(names[max(0, position - 1) : position + 2])
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
    """Say whether two names name one place, by the mark that stands between them."""
    gap = (text, name.end, following.start)
    campus = is_campus(text, following)
    if _OF.fullmatch(*gap) is not None:
        is_part = bool(parts_of(following.meant, name.meant))
        return is_part or (text.endswith("Campus", 0, name.end) and not campus)
    if _COLON.fullmatch(*gap) is not None:
        return listed and campus and not _in_series(text, around, name, following)
    if _SLASH.fullmatch(*gap) is not None:
        return campus and bool(name.meant) and name.scope is Scope.PLACE
    comma = _COMMA.fullmatch(*gap) is not None
    if not comma and _DASH.fullmatch(*gap) is None:
        return False
    if campus and not is_campus(text, name) and name.scope is not Scope.REGION:
        return True
    in_series = comma and _in_series(text, around, name, following)
    return not in_series and _belong(text, name, following, comma=comma, listed=listed)


def _belong(text: str, name: Name, following: Name, *, comma: bool, listed: bool) -> bool:
    """Say whether a comma or dash joins a part and the whole that it belongs to."""
    if parts_of(name.meant, following.meant) or parts_of(following.meant, name.meant):
        return True
    if Scope.PLACE in (name.scope, following.scope) and name.scope != following.scope:
        return listed or not comma
    unit = _is_unit(text, name, following) if comma else _is_general(text, following)
    return listed and unit


def _is_general(text: str, name: Name) -> bool:
    """Say whether a name tells no more than what it is a part of: General Hospital."""
    written = fold(text[name.start : name.end])
    return not name.is_known and ALSO_PROPER.fullmatch(written) is not None


def _is_unit(text: str, name: Name, following: Name) -> bool:
    """Say whether an item names a unit that the table does not hold, and the place it is in."""
    begins = _OPENING.fullmatch(text, 0, name.start) is not None
    ends = _ENDING.fullmatch(text, following.end) is not None
    return begins and ends and not name.is_known and following.is_known


def _in_series(text: str, around: Sequence[Name], name: Name, following: Name) -> bool:
    """Say whether two names stand in a series of more than the two."""
    return any(
        _is_series(text, left, right)
        for left, right in itertools.pairwise(around)
        if (left, right) != (name, following)
    )


def _is_series(text: str, left: Name, right: Name) -> bool:
    """Say whether nothing but a comma or conjunction stands between two names."""
    return _SERIES.fullmatch(text, left.end, right.start) is not None
