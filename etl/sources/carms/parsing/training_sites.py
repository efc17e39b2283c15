"""Training sites: the places that the section names, in lists and in prose, once each."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from etl.sources.carms.parsed import ParsedTrainingSite
from etl.sources.carms.parsing.layout import Line
from etl.sources.carms.parsing.normalise import plain
from etl.sources.carms.parsing.sections import Part
from etl.sources.carms.parsing.site_identity import Mentions
from etl.sources.carms.parsing.site_names import Name, find_names, is_health_region, plain_marks
from etl.sources.carms.parsing.site_words import NOT_A_SITE
from warehouse.masking import mask_contacts
from warehouse.vocabulary import TrainingSiteForm

LIST, PROSE = TrainingSiteForm.LIST, TrainingSiteForm.PROSE

_SENTENCE = re.compile(
    r"\b(?:is|are|was|were|will|has|have|had|offers?|provides?|serves?|can|may|our|we|you|their|its|which|who|that"
    r"|where|been|be|residents|receive|spend|takes?|allows?|evaluates?|(?<!')est|sont|offrent?|permet\w*|nous|vous|dispose|compte|dessert"
    r"|qui|que|depuis|sera|seront|peut|peuvent|ont|avec|effectuent|auront)\b"
)
_REQUEST = re.compile(r"\b(?:click|please|cliquez|veuillez|visit)\b")
_WORDS = re.compile(r"[a-z]|\d{3}")
_CONTACT = re.compile(r"\S+@\S+|\(?\d{3}\)?[\s.-]{1,3}\d{3}[\s.-]{1,3}\d{4}")
_LEAD = re.compile(
    r"(?:sites?|hospitals?|hopital|hopitaux|locations?|communit(?:y|ies)|campus(?:es)?|towns?|cities|milieux"
    r"|etablissements?|installations|villes|cliniques?|clinics|centres? hospitaliers?|facilities)\b[^.]{0,120}:?\W*$"
)
_GENERIC_ITEM = re.compile(
    r"(?:other|autres?|elective|selective|private|community|rural|regional|local|various|several|additional|resources?"
    r"|training sites?|sites?|rotations?|hospitals?|clinics?|outpatient|inpatient|office|ambulatory|general|virtual|plus"
    r"|and|or|et|ou|library|simulation|research|academic|teaching|parking|housing|video|facilities|ressources?|lieux)\b"
)
_COMMUNITY = re.compile(
    r"[A-ZÀ-Þ][\w'.À-ÿ-]*(?:[ /-]+(?:of|de|du|la|le|des|and|et|the|sur|en|[A-ZÀ-Þ(][\w'.À-ÿ-]*))*"
)
_ITEM_END = re.compile(r"\s*(?:[(:,;|]|\s-\s|\s-|-\s|$)")


@dataclass(frozen=True, slots=True)
class _Row:
    """A line with its text in plain marks, and what kind of line it is."""

    line: Line
    text: str
    listed: bool


def parse_training_sites(part: Part) -> list[ParsedTrainingSite]:
    """Return each named place once, at its first mention; ``LIST`` wins over ``PROSE``."""
    rows = [_row(part, line) for line in part.lines if _WORDS.search(line.folded)]
    mentions = Mentions()
    for number, row in enumerate(rows):
        for start, end, form in _mentioned(rows, number):
            name = mask_contacts(plain(part.reading.clean[start:end])).strip(" ,;:.-–")
            mentions.add(name, form, start, end)
        mentions.learn_aliases(row.text)
    return [
        ParsedTrainingSite(
            mention.name, mention.form,
            part.reading.evidence(part.kind, mention.start, mention.end),
        )
        for mention in mentions.kept()
    ]  # fmt: skip


def _row(part: Part, line: Line) -> _Row:
    """Return a line with its kind: list items, headings, table rows and short lines of names."""
    text = " " * line.bullet + plain_marks(part.reading.clean[line.start + line.bullet : line.end])
    raw = part.reading.clean[line.start : line.end]
    heading = raw.startswith(("#", "**", "_**", "__")) and raw.rstrip().endswith(("*", "_")) or (
        raw.startswith("#")
    )  # fmt: skip
    table = " | " in text
    sentence = _SENTENCE.search(line.body) is not None or _REQUEST.search(line.body) is not None
    ended = text.rstrip().endswith((".", "!", "?"))
    listed = table or (heading and len(text) <= 200 and not (sentence and ended)) or (
        not sentence and (line.bullet > 0 or (len(text) <= 140 and not ended))
    )  # fmt: skip
    return _Row(line, text, listed)


def _mentioned(rows: Sequence[_Row], number: int) -> Iterator[tuple[int, int, TrainingSiteForm]]:
    """Yield the names of a row with their clean offsets and form."""
    row = rows[number]
    offset = row.line.start
    if row.listed:
        names = list(_listed_names(row))
        if names:
            yield from ((offset + name.start, offset + name.end, LIST) for name in names)
        else:
            own = _own_item(rows, number)
            if own is not None:
                yield offset + own.start, offset + own.end, LIST
        return
    names = _prose_names(row.text)
    for position, name in enumerate(names):
        opening = _opens_item(row, name, names[:position]) or (
            position == 0 and _begins(row, name) and _among_names(rows, number)
        )
        yield offset + name.start, offset + name.end, LIST if opening else PROSE


def _begins(row: _Row, name: Name) -> bool:
    """Say whether a list item begins with the name."""
    before = row.text[row.line.bullet : name.start].strip().casefold()
    return row.line.bullet > 0 and before in {"", "the", "le", "la", "l'"}


def _opens_item(row: _Row, name: Name, before: Sequence[Name]) -> bool:
    """Say whether a line begins with names, set off from what it says about them."""
    opening = row.text[row.line.bullet : name.start]
    for other in before:
        opening = opening.replace(row.text[other.start : other.end], "")
    if opening.strip(" ,").casefold() not in {"", "the", "le", "la", "l'", "and", "et"}:
        return False
    rest = re.compile(r"(?:/\w+)?\s*(?:\([^)]*\)\s*)?(?::|-\s|\s-\s)")
    return any(
        rest.match(row.text, other.end) is not None
        for other in [name, *_directly_behind(row, name)]
    )


def _directly_behind(row: _Row, name: Name) -> list[Name]:
    """Return the names that follow a name after nothing but a comma."""
    following: list[Name] = []
    end = name.end
    for other in find_names(row.text):
        if other.start > end and row.text[end : other.start].strip() in {",", "-", "/"}:
            following.append(other)
            end = other.end
    return following


def _among_names(rows: Sequence[_Row], number: int) -> bool:
    """Say whether most items of the list around a row are names alone."""
    group = _group(rows, number)
    return len(group) > 1 and 2 * sum(
        row.listed and bool(find_names(row.text)) for row in group
    ) >= len(group)


def _outside_parentheses(text: str) -> list[tuple[int, int]]:
    """Return the spans of parentheses in ``text``."""
    return [(match.start(), match.end()) for match in re.finditer(r"\([^()]*\)?", text)]


def _inside(name: Name, spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the span that a name lies in, or null."""
    return next((span for span in spans if span[0] <= name.start < span[1]), None)


def _listed_names(row: _Row) -> Iterator[Name]:
    """Yield the names of a list-like line: those in parentheses only where they add to it."""
    spans = _outside_parentheses(row.text)
    names = find_names(row.text)
    outer = [name for name in names if _inside(name, spans) is None]
    places = [name for name in outer if not is_health_region(row.text[name.start : name.end])]
    inner = [name for name in names if _inside(name, spans) is not None]
    if places:
        yield from places
        yield from (
            name
            for name in inner
            if (span := _inside(name, spans)) is not None
            and re.match(
                r"\(\s*(?:incl|incorporat|compris|consist|y compris)", row.text[span[0] : span[1]]
            )
        )
    elif inner:
        yield from inner
        span = _inside(inner[0], spans)
        if span is not None and outer:
            yield from _elliptical(row.text, inner[-1].end, span[1])
    else:
        yield from outer


def _elliptical(text: str, start: int, end: int) -> Iterator[Name]:
    """Yield names that go on after a full one without its head: Hôpital A, B et C."""
    for match in re.finditer(
        r"(?:,|\bet|\band)\s+([A-ZÀ-Þ][\w'-]+(?:[ -][A-ZÀ-Þ][\w'-]+)*)", text[start:end]
    ):
        yield Name(start + match.start(1), start + match.end(1))


def _prose_names(text: str) -> list[Name]:
    """Return the names in running text; parentheses right behind a name only repeat it."""
    spans = _outside_parentheses(text)
    names = find_names(text)
    kept: list[Name] = []
    for name in names:
        span = _inside(name, spans)
        behind = span is not None and any(0 <= span[0] - other.end <= 2 for other in names)
        alone = sum(_inside(other, spans) == span for other in names) < 2
        if behind and (alone or text[name.start : name.end].endswith(("Campus", "Campuses"))):
            continue
        kept.append(name)
    places = [name for name in kept if not is_health_region(text[name.start : name.end])]
    return places or kept


def _own_item(rows: Sequence[_Row], number: int) -> Name | None:
    """Return a list item that names a place without a word such as hospital, by its company."""
    row = rows[number]
    contact = number + 1 < len(rows) and _CONTACT.match(rows[number + 1].text.strip()) is not None
    if contact and " - " in re.sub(r"\s+", " ", row.text):
        return _before_person(row)
    if not _in_site_list(rows, number):
        return None
    body = row.text[row.line.bullet :]
    match = _COMMUNITY.match(body)
    if match is None or _GENERIC_ITEM.match(row.line.body) or len(match.group().split()) > 6:
        return None
    if NOT_A_SITE.search(body):
        return None
    if _ITEM_END.match(body, match.end()) is None:
        return None
    return Name(row.line.bullet + match.start(), row.line.bullet + match.end())


def _before_person(row: _Row) -> Name | None:
    """Return the place of a line that names a place and the person to call there."""
    cut = max((match.start() for match in re.finditer(r"\s+-\s", row.text)), default=-1)
    place = row.text[:cut].rstrip() if cut > 0 else ""
    start = len(place) - len(place.lstrip())
    joined = re.search(r"\s+and\s+(?:\w+\s+){1,8}Program$", place)
    end = joined.start() if joined is not None else len(place)
    return Name(start, end) if end > start and "Program" not in place[start:end] else None


def _group(rows: Sequence[_Row], number: int) -> list[_Row]:
    """Return the rows of the list around a row: bullets alike, or short lines alike."""
    bulleted, indent = rows[number].line.bullet > 0, rows[number].line.indent

    def belongs(row: _Row) -> bool:
        if bulleted:
            return row.line.bullet > 0 and row.line.indent >= indent
        return row.listed and row.line.bullet == 0

    first, last = number, number
    while first > 0 and belongs(rows[first - 1]):
        first -= 1
    while last + 1 < len(rows) and belongs(rows[last + 1]):
        last += 1
    return [row for row in rows[first : last + 1] if row.line.indent == indent]


def _in_site_list(rows: Sequence[_Row], number: int) -> bool:
    """Say whether the list around a row is one of places: by its other items or its lead-in."""
    group = _group(rows, number)
    named = sum(bool(find_names(row.text)) for row in group if row.listed)
    if rows[number].line.bullet == 0:
        short = _ITEM_END.match(rows[number].text[len(rows[number].text.split("(")[0].rstrip()) :])
        return len(group) > 2 and named * 3 >= 2 * len(group) and short is not None
    if len(group) > 1 and named * 2 >= len(group):
        return True
    first = rows.index(group[0])
    lead = rows[first - 1].line.folded if first > 0 else ""
    return len(lead) < 240 and _LEAD.search(lead) is not None
