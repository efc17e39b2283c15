"""Training sites: the places that the section names, in lists and in prose, once each."""

import functools
import itertools
import re
from collections.abc import Iterator, Sequence

from etl.reference.communities import known_communities
from etl.sources.carms.parsed import ParsedTrainingSite
from etl.sources.carms.parsing.normalise import fold, plain
from etl.sources.carms.parsing.sections import Part
from etl.sources.carms.parsing.site_identity import Mentions
from etl.sources.carms.parsing.site_lists import Row, Rows
from etl.sources.carms.parsing.site_names import (
    Name,
    is_clinic_of_its_kind,
    is_common,
    is_health_region,
    is_network,
)
from etl.sources.carms.parsing.site_words import NOT_A_SITE
from warehouse.masking import mask_contacts
from warehouse.vocabulary import TrainingSiteForm

LIST, PROSE = TrainingSiteForm.LIST, TrainingSiteForm.PROSE

_CONTACT = re.compile(r"\S+@\S+|\(?\d{3}\)?[\s.-]{1,3}\d{3}[\s.-]{1,3}\d{4}")
_GENERIC_ITEM = re.compile(
    r"(?:(?:the )?university|universite|other|autres?|elective|selective|private|community|rural"
    r"|regional|local|various|several"
    r"|additional|resources?|training sites?|sites?|rotations?|hospitals?|clinics?|outpatient"
    r"|inpatient|office|ambulatory|general|virtual|plus|and|or|et|ou|library|simulation|research"
    r"|academic|teaching|parking|housing|video|facilities|ressources?|lieux)\b"
)
_PLACE_WORD = r"[A-ZÀ-Þ][\w'.À-ÿ-]*"
_COMMUNITY = re.compile(
    rf"{_PLACE_WORD}(?:[ /-]+(?:of|de|du|la|le|des|and|et|the|for|sur|en|\(?{_PLACE_WORD})){{0,9}}"
)
_ITEM_END = re.compile(r"\s*(?:[(:,;|]|\s-\s|\s-|-\s|$)")
_SET_OFF = re.compile(r"(?:/\w+)?\s*(?:\([^()]*\)\s*)?(?::|-\s|\s-\s)")
_PARENTHESIS = re.compile(r"\([^()]*\)?")
_INCLUDING = re.compile(r"\(\s*(?:incl|incorporat|compris|consist|y compris|[Cc]entres? affili)")
_FURTHER_NAME = re.compile(r"(?:,|\bet\b|\band\b)\s+([A-ZÀ-Þ][\w'-]+(?:[ -][A-ZÀ-Þ][\w'-]+){0,5})")
_TOWN = re.compile(r"(?:(?!\s(?:and|et|&)\s)[^,;/•|])+|[,;/•|]|\s(?:and|et|&)\s")
LEAST_TOWNS = 3
_TOWN_LEAD = re.compile(
    r"\b(?:sites? (?:in|include|are)|[Rr]otations include|[Ee]lectives[^:]{0,20}:)\W"
)
_SAINTS = {"st": "saint", "st.": "saint", "ste": "sainte", "ste.": "sainte"}
_BETWEEN_TOWNS = frozenset({",", ";", "/", "•", "|", "and", "et", "&"})
_REGION_OF_TOWNS = re.compile(r"\W*(?:CISSS|CIUSSS?|CRSSS)\b[^()]*\(([^()]*)\)")
_ARTICLES = frozenset({"", "the", "le", "la", "l'", "and", "et"})
_PROGRAM_BEHIND = re.compile(r"\s+and\s+(?:\w+\s+){1,8}Program$")
Span = tuple[int, int]


def parse_training_sites(part: Part) -> list[ParsedTrainingSite]:
    """Return each named place once, at its first mention; ``LIST`` wins over ``PROSE``."""
    rows = Rows(part)
    mentions = Mentions()
    for number, row in enumerate(rows.all):
        for start, end, form in _mentioned(rows, number):
            name = mask_contacts(plain(part.reading.clean[start:end])).strip(" ,;:.-–")
            mentions.add(name, form, start, end, is_town=_town(name) in _towns())
        mentions.learn_aliases(row.text)
    return [
        ParsedTrainingSite(
            mention.name,
            mention.form,
            part.reading.evidence(part.kind, mention.start, mention.end),
        )
        for mention in mentions.kept()
    ]


def _mentioned(rows: Rows, number: int) -> Iterator[tuple[int, int, TrainingSiteForm]]:
    """Yield the names of a row with their clean offsets and form."""
    row = rows.all[number]
    offset = row.line.start
    if not row.listed:
        yield from ((offset + town.start, offset + town.end, PROSE) for town in _town_run(row))
        names = _prose_names(row)
        for position, name in enumerate(names):
            listed = _begins(row, name) or _is_set_off(row, name, names[:position])
            yield offset + name.start, offset + name.end, LIST if listed else PROSE
        return
    found = list(_listed_names(row))
    if not found or all(is_health_region(row.text[name.start : name.end]) for name in found):
        found += [] if not found and _heads_places(rows, number) else _communities(row)
    if found and _is_umbrella_of_following(rows, number, found):
        return
    found = found or _town_run(row) or list(_own_item(rows, number))
    yield from ((offset + name.start, offset + name.end, LIST) for name in found)


def _is_umbrella_of_following(rows: Rows, number: int, found: Sequence[Name]) -> bool:
    """Say whether a row names only a health region whose places stand indented below it."""
    row = rows.all[number]
    below = itertools.takewhile(
        lambda other: other.line.indent > row.line.indent, rows.all[number + 1 :]
    )
    return all(is_health_region(row.text[name.start : name.end]) for name in found) and any(
        other.names for other in below
    )


def _heads_places(rows: Rows, number: int) -> bool:
    """Say whether the line below lists places by name: a town above it only heads them."""
    following = rows.all[number + 1] if number + 1 < len(rows.all) else None
    return following is not None and following.listed and bool(following.names)


def _begins(row: Row, name: Name) -> bool:
    """Say whether a list item begins with the name."""
    return row.line.bullet > 0 and row.text[: name.start].strip().casefold() in _ARTICLES


def _is_set_off(row: Row, name: Name, before: Sequence[Name]) -> bool:
    """Say whether a line begins with names, set off by a colon or dash from what follows."""
    opening = row.text[: name.start]
    for other in before:
        opening = opening.replace(row.text[other.start : other.end], "")
    if opening.strip(" ,").casefold() not in _ARTICLES:
        return False
    end = name.end
    if _SET_OFF.match(row.text, end):
        return True
    for other in row.names:
        if other.start > end and row.text[end : other.start].strip() in {",", "-", "/"}:
            end = other.end
            if _SET_OFF.match(row.text, end):
                return True
    return False


def _inside(name: Name, spans: Sequence[Span]) -> Span | None:
    """Return the parenthesis that a name lies in, or null."""
    return next((span for span in spans if span[0] <= name.start < span[1]), None)


def _listed_names(row: Row) -> Iterator[Name]:
    """Yield the names of a list-like line: those in parentheses only where they add to it."""
    spans = [match.span() for match in _PARENTHESIS.finditer(row.text)]
    outer = [name for name in row.names if _inside(name, spans) is None]
    inner = [name for name in row.names if _inside(name, spans) is not None]
    umbrella = is_network if inner or len(outer) > 1 else is_health_region
    places = [name for name in outer if not umbrella(row.text[name.start : name.end])]
    if places:
        yield from places
        for name in inner:
            span = _inside(name, spans)
            several = sum(_inside(other, spans) == span for other in inner) > 1
            if span is not None and (several or _INCLUDING.match(row.text, span[0])):
                yield name
    elif inner:
        yield from inner
        span = _inside(inner[-1], spans)
        if span is not None and outer:
            # Hôpital A, B et C: the further names leave out the word hospital.
            rest = row.text[: span[1]]
            for match in _FURTHER_NAME.finditer(rest, inner[-1].end):
                if _town(match.group(1)) not in _towns():
                    yield Name(match.start(1), match.end(1))
    else:
        yield from outer


def _prose_names(row: Row) -> list[Name]:
    """Return the names in running text; parentheses right behind a name only repeat it."""
    text = row.text
    spans = [match.span() for match in _PARENTHESIS.finditer(text)] if "(" in text else []
    kept: list[Name] = []
    for name in row.names:
        span = _inside(name, spans)
        behind = span is not None and any(0 <= span[0] - other.end <= 2 for other in row.names)
        alone = sum(_inside(other, spans) == span for other in row.names) < 2
        campus = text[name.start : name.end].endswith(("Campus", "Campuses"))
        if not (behind and (alone or campus)):
            kept.append(name)
    kept = [name for name in kept if not is_clinic_of_its_kind(text[name.start : name.end])]
    places = [name for name in kept if not is_health_region(text[name.start : name.end])]
    return places or kept


def _communities(row: Row) -> list[Name]:
    """Return the towns of a line that names nothing else, or of the region before them."""
    if "|" in row.text:
        return []  # the cells of a table say where something is done, not only where one trains
    region = _REGION_OF_TOWNS.match(row.text)
    first, last = (region.start(1), region.end(1)) if region else (0, len(row.text))
    towns: list[Name] = []
    for segment in _TOWN.finditer(row.text, first, last):
        name = segment.group().strip(" :.")
        if not name or name in _BETWEEN_TOWNS:
            continue
        if _town(name) not in _towns():
            return []
        start = segment.start() + segment.group().index(name)
        towns.append(Name(start, start + len(name)))
    return towns


def _town_run(row: Row) -> list[Name]:
    """Return the towns that running text lists, three or more at a time, as sites."""
    lead = _TOWN_LEAD.search(row.text)
    run: list[Name] = []
    if lead is None:
        return run
    for segment in _TOWN.finditer(row.text, lead.end()):
        name = segment.group().strip(" :.()")
        if not name or name in _BETWEEN_TOWNS:
            continue
        if not run:
            name = _town_at_end(name)
        if _town(name) not in _towns():
            if len(run) >= LEAST_TOWNS:
                break
            run = []
            continue
        start = segment.start() + segment.group().index(name)
        run.append(Name(start, start + len(name)))
    return run if len(run) >= LEAST_TOWNS else []


def _town_at_end(words: str) -> str:
    """Return the town that a stretch of text ends with, or the text where it ends with none."""
    parts = words.split(" ")
    ends = (" ".join(parts[first:]) for first in range(max(0, len(parts) - 4), len(parts)))
    return next((end for end in ends if _town(end) in _towns()), words)


@functools.cache
def _towns() -> frozenset[str]:
    """Return the folded names of Canadian communities."""
    return frozenset(map(_town, known_communities()))


def _town(name: str) -> str:
    """Return a town's name folded, with hyphens and spaces alike: Val D'Or, Val-d'Or."""
    words = fold(name).replace("-", " ").split()
    return " ".join(_SAINTS.get(word, word) for word in words)


def _own_item(rows: Rows, number: int) -> Iterator[Name]:
    """Yield a list item that names a place without a word such as hospital, by its company."""
    row = rows.all[number]
    following = rows.all[number + 1] if number + 1 < len(rows.all) else None
    if following is not None and _CONTACT.match(following.text.strip()) is not None:
        yield from _before_person(row)
        return
    if not rows.is_site_list(row):
        return
    body = row.text[row.line.bullet :]
    match = _COMMUNITY.match(body)
    if match is None or len(match.group().split()) > 6 or not _ITEM_END.match(body, match.end()):
        return
    common = _GENERIC_ITEM.match(row.line.body) or is_common(fold(match.group()))
    if not common and not NOT_A_SITE.search(body):
        yield Name(row.line.bullet + match.start(), row.line.bullet + match.end())


def _before_person(row: Row) -> Iterator[Name]:
    """Yield the place of a line that names a place and the person to call there."""
    cut = max((match.start() for match in re.finditer(r"\s-\s", row.text)), default=-1)
    place = row.text[: max(cut, 0)].rstrip()
    start = len(place) - len(place.lstrip())
    joined = _PROGRAM_BEHIND.search(place)
    end = joined.start() if joined is not None else len(place)
    if end > start and "Program" not in place[start:end]:
        yield Name(start, end)
