"""Which names of a line are places of training, and which only say whose or where one is."""

import bisect
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from etl.reference.training_places import PlaceKind
from etl.sources.carms.parsing.normalise import fold
from etl.sources.carms.parsing.site_compounds import is_campus
from etl.sources.carms.parsing.site_gazetteer import kinds_of, parts_of
from etl.sources.carms.parsing.site_lists import Row, Rows
from etl.sources.carms.parsing.site_names import Name, Scope
from etl.sources.carms.parsing.site_patterns import Span, is_clinic_of_its_kind, is_common
from etl.sources.carms.parsing.site_towns import is_town
from etl.sources.carms.parsing.site_words import ALSO_PROPER

_PARENTHESIS = re.compile(r"\([^()]*\)?")
_INCLUDING = re.compile(
    r"\(\s*(?:incl|incorporat|compris|consist|encompass|y compris|[Cc]entres? affili)"
)
_SEVERAL = re.compile(
    r"\b(?:(?:[Hh]ospitals|[Hh][ôo]pitaux|[Cc]lini(?:c|que)s|[Cc]entres)\b[^():]{0,40}|[Ss]ites\s*"
    r"|(C(?:IU|I|S)SSS?\b[^()]*))$"
)
_FURTHER_NAME = re.compile(
    r"(?:\(|,|\bet\b|\band\b)\s*([A-ZÀ-Þ][\w'-]+(?:[ -][A-ZÀ-Þ][\w'-]+){0,5})"
    r"(?=\s*(?:,|$|et\b|and\b))"
)
_JOINT = re.compile(r"\s*(?:\([^()]*\)\s*)?(?:[,/;-]\s*)*(and|et|&|or|ou)?\s*(?:the\s|l[ea']\s?)?")
_SERIES = re.compile(r",?\s(?:and\s|et\s)?")
_AT = re.compile(r",?\s+at\s+(?:the\s+)?")
_PART_OF = re.compile(
    r"(?:(?:part|member|sponsorship) (?:of|with)|\b(?:sites?|hospitals?) within|\bcampus of)"
    r"(?: the)? [\"“]?$"
)
_SPELLED = re.compile(r"\s-\s(?:The\s)?")
_AMALGAMATED = re.compile(r"\bamalgamation of\b[^.]*$")
_TRAINING_AT = re.compile(
    r"\b(?:training|rotations?|placements?|stages?|blocks?)\b.*\b(?:at|in|with)(?: the)? $"
)
_GOES_ON = re.compile(r",\s[A-Z]")
_LIES = r"(?:located|housed|situated|based)\s(?:at|in|on|within)\s(?:the\s)?"
_IS_AT = re.compile(
    rf"\s*(?:\([^()]*\)\s*)?,?\s*(?:which\s)?(?:(?:is|are|itself)\s)*(?:\w+\s)?{_LIES}"
)
_STANDS_AT = re.compile(rf"\s(?:is|are)\s(?:\w+\s)?{_LIES}")
_SERIAL = re.compile(r"(?:,|\band)\s$")
_OTHERS_AT = re.compile(
    rf"(?:\b(?:[Dd]epartments|[Rr]esearch|[Ll]ibrar(?:y|ies)|[Ll]ab|[Rr]oom)\b[^.;:]{{0,90}}"
    rf"\b{_LIES}|\b(?:Lab|lab services) at\s(?:the\s)?)$"
)
"""What says that a thing where no resident trains is at the place named next."""

ARTICLES = frozenset({"", "the", "le", "la", "l'", "and", "et"})
"""What may stand before the name that a line begins with."""


def listed_names(rows: Rows, row: Row) -> Iterator[Name]:
    """Yield the places of a list-like line: those in parentheses only where they add to it."""
    spans = [match.span() for match in _PARENTHESIS.finditer(row.text)]
    names = [name for name in row.names if not _is_repeated(row, name, spans)]
    outer = [name for name in names if _inside(name, spans) is None]
    inner = [
        name
        for name in names
        if _inside(name, spans) is not None and name.scope is not Scope.REGION
    ]
    places = [
        name
        for position, name in enumerate(outer)
        if name.scope is not Scope.REGION and not _is_where(row, outer, position)
    ]
    titled = row.line.folded.startswith("#")
    if len(places) > 1 or titled or not rows.is_site_list(row):
        places = [name for name in places if not _is_of_its_kind(row, name)]
    if places:
        yield from places
        yield from (name for name in inner if _adds(row, name, outer, inner, spans))
        return
    further = list(_further(row, inner, spans))
    yield from (*inner, *further)
    if not inner and not further:
        regions = (name for name in outer if name.scope is Scope.REGION)
        yield from (name for name in regions if _is_all_of(row, name))


def prose_names(row: Row) -> list[Name]:
    """Return the places in running text; parentheses right behind a name only repeat it."""
    spans = [match.span() for match in _PARENTHESIS.finditer(row.text)]
    held = Counter(_inside(name, spans) for name in row.names)
    kept: list[Name] = []
    for name in row.names:
        span = _inside(name, spans)
        campus = row.text[name.start : name.end].endswith("Campus")
        repeats = span is not None and _follows_alike(row, name, span, kept[-9:])
        if not (repeats and (held[span] < 2 or campus)) and not _is_repeated(row, name, spans):
            kept.append(name)
    regions = _series_of_regions(row, kept)
    return [
        name
        for position, name in enumerate(kept)
        if (name.scope is not Scope.REGION or name in regions)
        and _AMALGAMATED.search(row.text, max(0, name.start - 300), name.start) is None
        and not _is_of_its_kind(row, name)
        and not _is_location(row, kept, position)
        and not _is_ward(row, name)
        and not (name.scope is Scope.NETWORK and _only_tells_whose(row, name))
    ]


def _follows_alike(row: Row, name: Name, span: Span, before: Sequence[Name]) -> bool:
    """Say whether a name fills parentheses right behind another name of its scope."""
    opens = row.text[span[0] + 1 : name.start].strip().casefold() in ARTICLES
    return opens and any(
        0 <= span[0] - other.end <= 2
        for other in before
        if other.scope is name.scope and not _is_of_its_kind(row, other)
    )


def _only_tells_whose(row: Row, network: Name) -> bool:
    """Say whether running text names a network as what something is part of, or by its letters."""
    before = row.text[max(0, network.start - 40) : network.start]
    word = row.text[network.start : network.end]
    return _PART_OF.search(before) is not None or (word.isupper() and word.isalpha())


def _series_of_regions(row: Row, names: Sequence[Name]) -> frozenset[Name]:
    """Return the health authorities of a series of at least three: they are meant themselves."""
    regions = [name for name in names if name.scope is Scope.REGION]
    joined = [
        pair
        for pair in itertools.pairwise(regions)
        if _SERIES.fullmatch(row.text, pair[0].end, pair[1].start) is not None
    ]
    return frozenset(itertools.chain(*joined)) if len(joined) > 1 else frozenset()


def _inside(name: Name, spans: Sequence[Span]) -> Span | None:
    """Return the parenthesis that a name lies in, or null; ``spans`` are in order."""
    place = bisect.bisect_right(spans, (name.start, name.end)) - 1
    return spans[place] if place >= 0 and name.start < spans[place][1] else None


def _is_repeated(row: Row, name: Name, spans: Sequence[Span]) -> bool:
    """Say whether a name is an abbreviation that parentheses behind it spell out: AFM (…)."""
    if not row.text[name.start : name.end].isupper() or _inside(name, spans) is not None:
        return False
    spelled = _SPELLED.match(row.text, name.end)
    if spelled is not None and any(other.start == spelled.end() for other in row.names):
        return True
    place = bisect.bisect_left(spans, (name.end, 0))
    low, high = spans[place] if place < len(spans) else (len(row.text), 0)
    return low - name.end <= 2 and any(low <= other.start < high for other in row.names)


def _adds(
    row: Row, name: Name, outer: Sequence[Name], inner: Sequence[Name], spans: Sequence[Span]
) -> bool:
    """Say whether a name in parentheses is a place of its own and no comment on the one before."""
    span = _inside(name, spans)
    return (
        span is None
        or sum(_inside(other, spans) == span for other in inner) > 1
        or _INCLUDING.match(row.text, span[0]) is not None
        or not any(0 <= span[0] - other.end <= 2 for other in outer)
    )


def _further(row: Row, inner: Sequence[Name], spans: Sequence[Span]) -> Iterator[Name]:
    """Yield the further names of Hospitals (A, B Hospital, C), which leave out the word."""
    for low, high in spans:
        several = _SEVERAL.search(row.text, max(0, low - 120), low)
        if several is None:
            continue
        for match in _FURTHER_NAME.finditer(row.text, low, high - 1):
            start, end = match.span(1)
            town = (several.group(1) is not None or not inner) and is_town(match.group(1))
            common = is_common(fold(match.group(1))) or is_clinic_of_its_kind(match.group(1))
            known = any(start < name.end and name.start < end for name in inner)
            if not (town or common or known):
                yield Name(start, end)


def _is_all_of(row: Row, region: Name) -> bool:
    """Say whether a line is about a region, or training there; it may name it with other things."""
    opening = row.text[max(row.line.bullet, region.start - 200) : region.start]
    if _TRAINING_AT.search(opening):
        return True
    begins = opening.strip(" *_").casefold() in ARTICLES
    return begins and _GOES_ON.match(row.text, region.end) is None


def _is_of_its_kind(row: Row, name: Name) -> bool:
    """Say whether a name tells what a clinic does, and no more."""
    return not name.is_known and is_clinic_of_its_kind(row.text[name.start : name.end])


def _is_where(row: Row, names: Sequence[Name], position: int) -> bool:
    """Say whether a name only tells where the unit before it is: the X clinic at Y."""
    if not position:
        return False
    if names[position - 1].is_known and not is_campus(row.text, names[position]):
        return False
    return _AT.fullmatch(row.text, names[position - 1].end, names[position].start) is not None


def _is_ward(row: Row, name: Name) -> bool:
    """Say whether a name of common words stands in a series without article: a part of a place."""
    common = ALSO_PROPER.fullmatch(fold(row.text[name.start : name.end])) is not None
    return (
        common
        and not name.is_known
        and _SERIAL.search(row.text, max(0, name.start - 9), name.start) is not None
    )


def _is_location(row: Row, names: Sequence[Name], position: int) -> bool:
    """Say whether a sentence only tells where a place is, or names it as where another thing is."""
    name = names[position]
    if _OTHERS_AT.search(row.text, max(0, name.start - 150), name.start) is not None:
        return True
    if any(
        _STANDS_AT.fullmatch(row.text, name.end, other.start)
        for other in names[position + 1 : position + 2]
    ):
        return True
    if not position:
        return False
    before = names[position - 1]
    if row.text.endswith("'s", 0, before.end) and name.start == before.end + 1:
        return True
    is_part = bool(parts_of(name.meant, before.meant))
    within = is_part or kinds_of(before.meant) == {PlaceKind.HOSPITAL}
    marks = (_IS_AT, _AT) if within else (_IS_AT,)
    return any(mark.fullmatch(row.text, before.end, name.start) for mark in marks)
