"""The lines of Training Sites: which are list-like, and which belong to one list."""

import re
from dataclasses import dataclass
from functools import cached_property

from etl.sources.carms.parsing.layout import Line
from etl.sources.carms.parsing.sections import Part
from etl.sources.carms.parsing.site_compounds import composed
from etl.sources.carms.parsing.site_names import Name, Scope, find_names, plain_marks

_SENTENCE = re.compile(
    r"\b(?:click|please|cliquez|veuillez|decouvrez|visit|is|are|was|were|will|has|have|had|offers?|provides?|serves?|can|may|our|we|you|their"
    r"|its|which|who|that|where|been|be|residents|receive|spend|takes?|allows?|evaluates?"
    r"|(?<!['-])est|sont|offrent?|permet\w*|nous|vous|dispose|compte|dessert|qui|que|depuis|sera"
    r"|seront|peut|peuvent|ont|avec|effectuent|auront)\b"
)
_LEISURE = re.compile(
    r"\b(?:fitness|recreation|entertainment|leisure|websites?|links|arts|culture|theatres?|museums?"
    r"|hockey|orchestra|symphony|festivals?|galler(?:y|ies)|arena|malls?|shopping|attractions"
    r"|lifestyle|yoga|convention)\b"
)
"""Words of lines, and of lines before lists, that tell of life in a town and not of training."""

_WORDS = re.compile(r"[a-z]|\d{3}")
_LEAD = re.compile(
    r"(?:sites|hospitals?|hopital|hopitaux|locations?|communit(?:y|ies)|campuses|towns?"
    r"|cities|milieux|etablissements?|installations|villes|cliniques?|clinics|streams?"
    r"|centres? hospitaliers?|facilities|site(?=:))\b[^.]{0,120}:?\W*$"
)
_BOLD = re.compile(r"_?\*\*.*?\*\*|__.*?__", re.DOTALL)
_LONGEST_LEAD = 240
LONGEST_BOLD = 120
"""Characters up to which bold words at the beginning of a line are its heading."""

LONGEST_LINE = 1500
"""Characters up to which a line that is no sentence is list-like."""

_SECTION = "training sites"
ABBREVIATION = re.compile(r"\s\([A-Z][A-Z&-]{1,7}\)")
"""An abbreviation in parentheses: it repeats the name before it."""

SPLIT_WORD = re.compile(r"(?<=[a-z])\*\*\s?\n?([a-z])(?=[\s,;.:)])")
"""The last letter of a word that bold type lost: **Lakeside Hospita** l."""

_ENDED = re.compile(r"(?<!\b[A-Z])[.!?]$")
_ALONE = re.compile(r"[^(]*(?:\([^)]*\)\s*)?$")


@dataclass(frozen=True, slots=True)
class Row:
    """A line with its text in plain marks (list mark blanked) and the names in it.

    ``listed`` says whether it is a list item, a heading, a table row or a short line of its own,
    ``group`` numbers the list that it belongs to. ``lead`` is where bold words at its beginning
    end (0 where there are none).
    """

    line: Line
    text: str
    listed: bool
    names: tuple[Name, ...]
    group: int
    lead: int


@dataclass(slots=True)
class _Group:
    """A list: how many rows it has, how many are names alone, and the row before it."""

    rows: int
    named: int
    lead: str


class Rows:
    """The rows of the section with the lists that they make.

    ``all`` holds the rows in the order of the text; lines without a word are left out. ``heads``
    are the places of the table that only head or own other places of the section.
    """

    def __init__(self, part: Part) -> None:
        self.all: list[Row] = []
        self.heads: set[int] = set()
        self._groups: list[_Group] = []
        open_groups: dict[tuple[bool, int], int] = {}
        for line in part.lines:
            if _WORDS.search(line.folded):
                self._add(part, line, open_groups)

    def _add(self, part: Part, line: Line, open_groups: dict[tuple[bool, int], int]) -> None:
        """Add a line to the list that is open at its indent, or begin one."""
        text, listed, bold = _text(part, line), _is_listed(part, line), _lead(part, line)
        bulleted = line.bullet > 0
        # The CSV does not keep the indent of a list's first item.
        level = line.indent if part.reading.markdown else 0
        for kind, indent in list(open_groups):
            if indent > level or (kind is not bulleted and indent == level):
                del open_groups[kind, indent]
        leisure = _LEISURE.search(line.folded) is not None or self._follows_leisure(line)
        found = (
            name
            for name in find_names(text, listed=listed)
            if not leisure or (name.is_known and name.scope is Scope.PLACE)
        )
        names, heads = composed(text, tuple(found), listed=listed)
        self.heads |= {place for head in heads for place in head.meant}
        leads_in = not bulleted and not names and _leads_in(line.folded, listed=listed)
        titled = line.folded.startswith("#")
        if leads_in or titled or not (bulleted or listed or level):
            open_groups.clear()
        key = (bulleted, level)
        if key not in open_groups:
            # A line that names a place is the heading of what follows, not a lead-in to places.
            before = self.all[-1] if self.all else None
            lead = _SECTION if before is None else "" if before.names else before.line.folded
            open_groups[key] = len(self._groups)
            self._groups.append(_Group(0, 0, lead))
        group = self._groups[open_groups[key]]
        group.rows += listed
        group.named += listed and bool(names)
        self.all.append(Row(line, text, listed, names, open_groups[key], bold))
        if leads_in or titled or not (bulleted or listed or level):
            open_groups.clear()

    def _follows_leisure(self, line: Line) -> bool:
        """Say whether a list item stands in a list that is not about training."""
        before = self.all[-1] if self.all else None
        if before is None or not (before.listed or before.line.bullet):
            return False
        alike = (before.line.bullet > 0) is (line.bullet > 0)
        lead = self._groups[before.group].lead if alike else before.line.folded
        return len(lead) < _LONGEST_LEAD and _LEISURE.search(lead) is not None

    @cached_property
    def leads_name_places(self) -> bool:
        """Whether the paragraphs' bold beginnings name places, for the most part."""
        leads = [row for row in self.all if row.lead and not row.listed]
        named = sum(any(name.end <= row.lead for name in row.names) for row in leads)
        return len(leads) > 2 and 2 * named >= len(leads)

    def is_among_names(self, row: Row) -> bool:
        """Say whether most items of the row's list are names alone."""
        group = self._groups[row.group]
        return group.rows > 1 and 2 * group.named >= group.rows

    def is_site_list(self, row: Row) -> bool:
        """Say whether the row's list is one of places: by its other items or its lead-in."""
        group = self._groups[row.group]
        if row.line.bullet == 0:
            alone = _ALONE.fullmatch(row.text) is not None
            share = 3 if self.is_led_by_sites(row) else 2
            return alone and group.rows > 2 and group.named * share >= group.rows
        return self.is_among_names(row) or self.is_led_by_sites(row)

    def is_led_by_sites(self, row: Row) -> bool:
        """Say whether words before the row's list announce places."""
        lead = self._groups[row.group].lead
        return len(lead) < _LONGEST_LEAD and _LEAD.search(lead) is not None


def _leads_in(folded: str, *, listed: bool) -> bool:
    """Say whether a line of its own announces a list of places."""
    short = folded.rstrip(" *_").endswith((":", "include", "including")) or len(folded.split()) < 6
    return short and listed and _LEAD.search(folded) is not None


def _lead(part: Part, line: Line) -> int:
    """Return where the bold words end that a line begins with."""
    raw = part.reading.clean[line.start : line.end]
    match = _BOLD.match(raw, line.bullet)
    return match.end() if match is not None and match.end() <= LONGEST_BOLD else 0


def _text(part: Part, line: Line) -> str:
    """Return a line in plain marks; its list mark and abbreviations in parentheses are blanked."""
    body = " " * line.bullet + part.reading.clean[line.start + line.bullet : line.end]
    body = SPLIT_WORD.sub(lambda match: match.group(1).ljust(len(match.group())), body)
    return ABBREVIATION.sub(lambda match: " " * len(match.group()), plain_marks(body))


def _is_listed(part: Part, line: Line) -> bool:
    """Say whether a line is list-like: an item, a heading, a table row, a short line of its own."""
    raw = part.reading.clean[line.start : line.end]
    if " | " in raw:
        return True
    sentence = _SENTENCE.search(line.body) is not None
    ended = _ENDED.search(raw.rstrip(" *_")) is not None
    bold = raw.startswith(("**", "_**", "__")) and raw.rstrip().endswith(("*", "_"))
    if (bold or raw.startswith("#")) and len(raw) <= 200 and not (sentence and ended):
        return True
    return not sentence and (line.bullet > 0 or (len(raw) <= LONGEST_LINE and not ended))
