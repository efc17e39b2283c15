"""List items that name a place without a word such as hospital: known by their company."""

import re
from collections.abc import Iterator

from etl.sources.carms.parsing.normalise import fold
from etl.sources.carms.parsing.site_lists import Row, Rows
from etl.sources.carms.parsing.site_patterns import Span, is_common
from etl.sources.carms.parsing.site_towns import is_town, towns_alone
from etl.sources.carms.parsing.site_words import NOT_A_SITE
from warehouse.vocabulary import Province

LONGEST_ITEM = 9
"""Words of the longest name."""

_CONTACT = re.compile(r"\S+@\S+|\(?\d{3}\)?[\s.-]{1,3}\d{3}[\s.-]{1,3}\d{4}")
_GENERIC = re.compile(
    r"(?:(?:the )?department|r\d|pgy|internal match|other|autres?"
    r"|elective|selective|various|several|additional|resources?|training sites?|sites?|rotations?"
    r"|outpatient|inpatient|office|virtual|plus|and|or|et|ou|library|simulation|research|parking"
    r"|housing|video|facilities|ressources?|lieux"
    r"|(?:private|community|rural|regional|local|hospitals?|clinics?|ambulatory|general|academic"
    r"|teaching)(?! \w+ (?:services?|clinic|division|unit|program)\b))\b"
)
"""Beginnings of items that tell no place."""

_UNIVERSITY = re.compile(r"(?:the )?universit[ey]\b")
"""Beginning of items that name a place only where words before the list announce places."""

_PROVINCES = frozenset(fold(province.description) for province in Province)
_WORD = r"[A-ZÀ-Þ][\w'.À-ÿ-]*"
_ENGLISH = re.compile(
    rf"{_WORD}(?:[ /-]+(?:of|de|du|la|le|des|and|et|the|for|sur|en|{_WORD})){{0,9}}"
    r"(?: clinic| unit| centre| hospital)?"
)
_FRENCH = re.compile(
    r"(?:Centres?|Cliniques?|Unités?|Réseaux?|Maisons?|Services?)(?: [\w'-]+){2,9}"
)
_END = re.compile(r"\s*(?:[(:,;|]|\s-\s|\s-|-\s|$)")
_DASH = re.compile(r"\s-\s")
_PROGRAM_BEHIND = re.compile(r"\s+and\s+(?:\w+\s+){1,8}Program$")
_LED_PART = re.compile(r"[^/\s:*_-](?:[^/:]*[^/\s:*_-])?")


def own_item(rows: Rows, number: int) -> Iterator[Span]:
    """Yield the place that an item of a list of places names, with offsets in the row."""
    row = rows.all[number]
    following = rows.all[number + 1] if number + 1 < len(rows.all) else None
    if following is not None and _CONTACT.match(following.text.strip()) is not None:
        yield from _before_person(row)
        return
    titled = row.lead or row.line.folded.startswith("#")
    heads = titled and following is not None and following.names and not following.lead
    if rows.is_site_list(row) and not heads:
        found = item(row, row.line.bullet, len(row.text))
        led = rows.is_led_by_sites(row)
        yield from (
            span
            for span in found
            if (led and row.text[span[1] : span[1] + 1] != ":")
            or not _UNIVERSITY.match(fold(row.text[slice(*span)]))
        )


def item(row: Row, start: int, end: int, *, sure: bool = False) -> Iterator[Span]:
    """Yield the capitalised words that a stretch of a row begins with, if they name a place.

    ``sure`` says that such stretches are known to name places, whatever their words.
    """
    text = row.text[:end]
    start += len(text[start:]) - len(text[start:].lstrip())
    match = _FRENCH.match(text, start) or _ENGLISH.match(text, start)
    if match is None or len(match.group().split()) > LONGEST_ITEM:
        return
    placed = text.startswith(",", match.end())
    if _END.match(text, match.end()) is None or (placed and not towns_alone(text, match.end())):
        return
    folded = fold(match.group())
    if folded in _PROVINCES or _GENERIC.match(folded) or (is_common(folded) and not placed):
        return
    if sure or not NOT_A_SITE.search(match.group()):
        yield match.span()


def led_towns(row: Row) -> list[Span]:
    """Return the communities that a paragraph names in bold at its beginning: A / B."""
    parts = [match.span() for match in _LED_PART.finditer(row.text[: row.lead])]
    if len(parts) > 1 and is_town(row.text[slice(*parts[0])]):
        return parts
    return towns_alone(row.text[: row.lead])


def _before_person(row: Row) -> Iterator[Span]:
    """Yield the place of a line that names a place and the person to call there."""
    cut = max((match.start() for match in _DASH.finditer(row.text)), default=0)
    place = row.text[:cut].rstrip()
    start = len(place) - len(place.lstrip())
    joined = _PROGRAM_BEHIND.search(place)
    end = joined.start() if joined is not None else len(place)
    if end > start and "Program" not in place[start:end]:
        yield start, end
