"""Training sites: the places that the section names, in lists and in prose, once each."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from etl.reference.training_places import training_places
from etl.sources.carms.parsed import ParsedTrainingSite
from etl.sources.carms.parsing.normalise import fold, plain
from etl.sources.carms.parsing.sections import Part
from etl.sources.carms.parsing.site_gazetteer import NO_PLACES, Places, parts_of, places_of
from etl.sources.carms.parsing.site_identity import Mentions
from etl.sources.carms.parsing.site_items import item, led_towns, own_item
from etl.sources.carms.parsing.site_lists import ABBREVIATION, SPLIT_WORD, Row, Rows
from etl.sources.carms.parsing.site_names import Name, Scope
from etl.sources.carms.parsing.site_patterns import Span
from etl.sources.carms.parsing.site_roles import ARTICLES, listed_names, prose_names
from etl.sources.carms.parsing.site_towns import Town, is_town, towns_alone, towns_of_training
from warehouse.masking import mask_contacts
from warehouse.vocabulary import TrainingSiteForm

LIST, PROSE = TrainingSiteForm.LIST, TrainingSiteForm.PROSE

LONGEST_ITEM = 230
"""Characters up to which a bulleted sentence is an item of a list, whatever it begins with."""

_SET_OFF = re.compile(r"(?:/\w+)?\s*(?:\([^()]*\)\s*)?(?:[:.]|-\s|\s-\s|,\san?\s)")
_TOWN_HOSPITAL = re.compile(r"(.+) Hospitals?")
_POSSESSIVE = re.compile(r"(?:(?<=[Hh]ospital)|(?<=Centre)|(?<=Center))['’]s$")
_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_NOTHING_MORE = re.compile(r"\s*(?:\([^()]*\))?[\s.]*")
_ADDRESS = re.compile(r"\d+,?\s+[A-Za-z]|[A-Z]\d[A-Z]\s?\d[A-Z]\d")


class Found(NamedTuple):
    """A place in a row, by its offsets there; ``shared`` to ``beside`` as in :class:`Name`."""

    start: int
    end: int
    form: TrainingSiteForm
    shared: str = ""
    meant: Places = NO_PLACES
    beside: bool = False
    is_town: bool = False


def parse_training_sites(part: Part) -> list[ParsedTrainingSite]:
    """Return each named place once, at its first mention; ``LIST`` wins over ``PROSE``."""
    rows = Rows(part)
    clean = part.reading.clean
    mentions = Mentions(
        (clean[row.line.start : row.line.end] for row in rows.all), frozenset(rows.heads)
    )
    for number, row in enumerate(rows.all):
        found = _of_list(rows, number) if row.listed else _of_prose(rows, row)
        for place in sorted(found, key=lambda place: (place.start, place.end)):
            first, last = row.line.start + place.start, row.line.start + place.end
            written, last = _written(clean, first, last)
            name = mask_contacts(written + place.shared)
            meant = place.meant or places_of(name)
            town = place.is_town or is_town(name)
            mentions.add(name, place.form, first, last, meant, is_town=town, beside=place.beside)
    return [
        ParsedTrainingSite(
            mention.name,
            mention.form,
            part.reading.evidence(part.kind, mention.start, mention.end),
        )
        for mention in mentions.kept()
    ]


def _written(clean: str, first: int, last: int) -> tuple[str, int]:
    """Return a name without emphasis and abbreviation, and where it ends in the text."""
    text, split = clean[first:last], SPLIT_WORD.match(clean, last - 1)
    if split is not None:
        text, last = clean[first : split.start()] + split.group(1), split.end()
    name = ABBREVIATION.sub("", plain(text)).strip(" ,;:.-–")
    return _POSSESSIVE.sub("", name), last


def _of_prose(rows: Rows, row: Row) -> Iterator[Found]:
    """Yield the places of running text, with offsets in the row."""
    names = prose_names(row)
    is_item = row.line.bullet > 0 and (len(row.text) < LONGEST_ITEM or _begins_with_name(row))
    for position, name in enumerate(names):
        listed = name.end <= row.lead or is_item or _is_set_off(row, name, names[:position])
        yield Found(
            name.start, name.end, LIST if listed else PROSE, name.shared, name.meant, name.beside
        )
    if row.lead and rows.leads_name_places and not any(name.start < row.lead for name in names):
        yield from (Found(*span, LIST) for span in item(row, 0, row.lead, sure=True))
    yield from (Found(*span, LIST) for span in led_towns(row))
    for town in towns_of_training(row.text):
        if not (_overlaps(town, row.names) or _only_locates(row, town)):
            listed = town.listed or row.line.bullet > 0
            yield Found(town.start, town.end, LIST if listed else PROSE, is_town=True)


def _of_list(rows: Rows, number: int) -> Iterator[Found]:
    """Yield the places of a list-like line, with offsets in the row."""
    row = rows.all[number]
    names = list(listed_names(rows, row))
    sibling = len(names) == 1 and _is_sibling(rows, number, names[0])
    found = [
        Found(name.start, name.end, LIST, name.shared, name.meant, name.beside or sibling)
        for name in names
    ]
    towns: list[Span] = []
    if all(name.scope is Scope.REGION for name in names) and "|" not in row.text:
        # The cells of a table say where something is done, not only where one trains.
        behind = names[-1].end if names else row.line.bullet
        towns = towns_alone(row.text, behind)
        mark = row.text[behind:].lstrip()[:1]
        part = list(item(row, behind + 1, len(row.text))) if mark == ":" else []
        if _is_seat(row, names, towns):
            towns = []
        elif names and mark in {"-", "/"} and len(towns) == 1:
            found = [found[-1]._replace(end=towns[0][1])]
        elif towns or part:
            found = [] if part and not towns else found
            found += [Found(*span, LIST) for span in towns or part]
    if _is_heading(rows, number, names, towns):
        return
    found += _towns_of_list(rows, number, found)
    yield from found or (Found(*span, LIST) for span in own_item(rows, number))


def _is_sibling(rows: Rows, number: int, name: Name) -> bool:
    """Say whether a network or authority is an item of a list of names that it does not head."""
    row = rows.all[number]
    if name.scope is Scope.PLACE or not rows.is_among_names(row):
        return False
    if name.scope is Scope.REGION and not row.line.bullet:
        return False
    if _NOTHING_MORE.fullmatch(row.text, name.end) is None or number + 1 == len(rows.all):
        return False
    following = rows.all[number + 1]
    heads = any(parts_of(name.meant, other.meant) for other in following.names)
    return following.listed and following.group == row.group and not heads


def _is_seat(row: Row, names: Sequence[Name], towns: Sequence[Span]) -> bool:
    """Say whether the one town behind a health authority is that of its seat by the table."""
    meant = names[-1].meant if names else NO_PLACES
    seats = {fold(training_places()[place].city) for place in meant}
    return len(towns) == 1 and fold(row.text[slice(*towns[0])]) in seats


def _towns_of_list(rows: Rows, number: int, found: Sequence[Found]) -> list[Found]:
    """Return the towns of training of a list-like line beside the places found in it."""
    row = rows.all[number]
    if row.line.folded.startswith("#") and _heads_places(rows, number):
        return []
    led = not found and (rows.is_site_list(row) or rows.is_led_by_sites(row))
    return [
        Found(town.start, town.end, LIST, is_town=True)
        for town in towns_of_training(row.text)
        if (town.told or led or (town.listed and not found))
        and not (_overlaps(town, found) or _only_locates(row, town))
    ]


def _overlaps(town: Town, places: Iterable[Name | Found]) -> bool:
    """Say whether a town is part of one of the places."""
    return any(place.start < town.end and town.start < place.end for place in places)


def _only_locates(row: Row, town: Town) -> bool:
    """Say whether parentheses behind a town name the places there: Montréal (CHUM, McGill)."""
    inner = _PARENTHESES.match(row.text, town.end)
    return inner is not None and any(
        inner.start() < name.start < inner.end() and not name.scope for name in row.names
    )


def _is_heading(rows: Rows, number: int, names: Sequence[Name], towns: Sequence[Span]) -> bool:
    """Say whether a town, region or network only heads the places below it, or is an address."""
    row = rows.all[number]
    if any(_is_town_hospital(row, name) for name in names):
        alone = number + 1 < len(rows.all) and not rows.all[number + 1].lead
        return row.lead > 0 and alone and _heads_places(rows, number)
    if not names:
        return bool(towns) and (_heads_places(rows, number) or _is_address(rows, number))
    if towns or not all(name.scope for name in names):
        return False
    below = _names_below(rows, number)
    if any(parts_of(name.meant, other.meant) for name in names for other in below):
        return True
    written = row.text.rstrip()
    titled = written.endswith(":") or row.line.folded.startswith("#")
    if all(name.scope is Scope.REGION for name in names):
        if below or row.line.folded.startswith("#"):
            return True
        titled = titled or row.lead >= len(written)
    return titled and not row.line.bullet and _heads_places(rows, number)


def _is_town_hospital(row: Row, name: Name) -> bool:
    """Say whether a name that the table does not hold is a town's with the word hospital alone."""
    match = _TOWN_HOSPITAL.fullmatch(row.text, name.start, name.end)
    return match is not None and not name.is_known and is_town(match.group(1))


def _heads_places(rows: Rows, number: int) -> bool:
    """Say whether the line below lists places by name."""
    row = rows.all[number]
    following = rows.all[number + 1] if number + 1 < len(rows.all) else None
    if following is None or (row.line.bullet and following.line.indent <= row.line.indent):
        return False
    return following.listed and bool(following.names)


def _names_below(rows: Rows, number: int) -> list[Name]:
    """Return the places that stand below a line, indented or with list marks that it has not."""
    line = rows.all[number].line
    below = itertools.takewhile(
        lambda other: (
            other.line.indent > line.indent or (other.line.bullet > 0 and line.bullet == 0)
        ),
        rows.all[number + 1 :],
    )
    return [name for other in below for name in other.names]


def _is_address(rows: Rows, number: int) -> bool:
    """Say whether a line with a town is part of an address."""
    beside = rows.all[max(0, number - 1) : number + 2]
    return any(_ADDRESS.match(other.text.strip()) for other in beside)


def _begins_with_name(row: Row) -> bool:
    """Say whether a row begins with a name."""
    opening = row.text[row.line.bullet : row.names[0].start] if row.names else row.text
    return opening.strip(" *_").casefold() in ARTICLES


def _is_set_off(row: Row, name: Name, before: Sequence[Name]) -> bool:
    """Say whether a line begins with names, set off by a colon or dash from what follows."""
    if name.start > LONGEST_ITEM:
        return False
    opening = row.text[: name.start]
    for other in before:
        opening = opening.replace(row.text[other.start : other.end], "")
    if opening.strip(" ,").casefold() not in ARTICLES:
        return False
    end = name.end
    for other in (name, *(other for other in row.names if other.start > name.start)):
        if other is not name and row.text[end : other.start].strip() not in {",", "-", "/"}:
            return False
        end = other.end
        if _SET_OFF.match(row.text, end):
            return True
    return False
