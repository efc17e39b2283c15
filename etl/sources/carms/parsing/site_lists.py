"""The lines of Training Sites: which are list-like, and which belong to one list."""

import re
from dataclasses import dataclass

from etl.sources.carms.parsing.layout import Line
from etl.sources.carms.parsing.sections import Part
from etl.sources.carms.parsing.site_names import Name, find_names, plain_marks

_SENTENCE = re.compile(
    r"\b(?:is|are|was|were|will|has|have|had|offers?|provides?|serves?|can|may|our|we|you|their"
    r"|its|which|who|that|where|been|be|residents|receive|spend|takes?|allows?|evaluates?"
    r"|(?<!['-])est|sont|offrent?|permet\w*|nous|vous|dispose|compte|dessert|qui|que|depuis|sera"
    r"|seront|peut|peuvent|ont|avec|effectuent|auront)\b"
)
_REQUEST = re.compile(r"\b(?:click|please|cliquez|veuillez|visit)\b")
_WORDS = re.compile(r"[a-z]|\d{3}")
_LEAD = re.compile(
    r"(?:sites?|hospitals?|hopital|hopitaux|locations?|communit(?:y|ies)|campus(?:es)?|towns?"
    r"|cities|milieux|etablissements?|installations|villes|cliniques?|clinics|streams?"
    r"|centres? hospitaliers?|facilities)\b[^.]{0,120}:?\W*$"
)
_LONGEST_LEAD = 240
_ALONE = re.compile(r"[^(]*(?:\([^)]*\)\s*)?$")


@dataclass(frozen=True, slots=True)
class Row:
    """A line with its text in plain marks (list mark blanked) and the names in it.

    ``listed`` says whether it is a list item, a heading, a table row or a short line of its own,
    ``group`` numbers the list that it belongs to.
    """

    line: Line
    text: str
    listed: bool
    names: tuple[Name, ...]
    group: int


@dataclass(slots=True)
class _Group:
    """A list: how many rows it has, how many are names alone, and the row before it."""

    rows: int
    named: int
    lead: str


class Rows:
    """The rows of the section with the lists that they make.

    ``all`` holds the rows in the order of the text; lines without a word are left out.
    """

    def __init__(self, part: Part) -> None:
        self.all: list[Row] = []
        self._groups: list[_Group] = []
        open_groups: dict[tuple[bool, int], int] = {}
        for line in part.lines:
            if _WORDS.search(line.folded):
                self._add(part, line, open_groups)

    def _add(self, part: Part, line: Line, open_groups: dict[tuple[bool, int], int]) -> None:
        """Add a line to the list that is open at its indent, or begin one."""
        text, listed = _text(part, line), _is_listed(part, line)
        names = tuple(find_names(text))
        bulleted = line.bullet > 0
        # The CSV does not keep the indent of a list's first item.
        level = line.indent if part.reading.markdown else 0
        for kind, indent in list(open_groups):
            if kind is not bulleted or indent > level:
                del open_groups[kind, indent]
        if not bulleted and not listed:
            open_groups.clear()
        key = (bulleted, level)
        if key not in open_groups:
            # A line that names a place is the heading of what follows, not a lead-in to places.
            before = self.all[-1] if self.all else None
            lead = before.line.folded if before is not None and not before.names else ""
            open_groups[key] = len(self._groups)
            self._groups.append(_Group(0, 0, lead))
        group = self._groups[open_groups[key]]
        group.rows += 1
        group.named += listed and bool(names)
        self.all.append(Row(line, text, listed, names, open_groups[key]))

    def is_among_names(self, row: Row) -> bool:
        """Say whether most items of the row's list are names alone."""
        group = self._groups[row.group]
        return group.rows > 1 and 2 * group.named >= group.rows

    def is_site_list(self, row: Row) -> bool:
        """Say whether the row's list is one of places: by its other items or its lead-in."""
        group = self._groups[row.group]
        if row.line.bullet == 0:
            alone = _ALONE.fullmatch(row.text) is not None
            return alone and group.rows > 2 and group.named * 3 >= 2 * group.rows
        if self.is_among_names(row):
            return True
        return len(group.lead) < _LONGEST_LEAD and _LEAD.search(group.lead) is not None


def _text(part: Part, line: Line) -> str:
    """Return a line in plain marks; its list mark is blanked."""
    body = part.reading.clean[line.start + line.bullet : line.end]
    return " " * line.bullet + plain_marks(body)


def _is_listed(part: Part, line: Line) -> bool:
    """Say whether a line is list-like: an item, a heading, a table row, a short line of its own."""
    raw = part.reading.clean[line.start : line.end]
    if " | " in raw:
        return True
    sentence = _SENTENCE.search(line.body) is not None or _REQUEST.search(line.body) is not None
    ended = raw.rstrip(" *_").endswith((".", "!", "?"))
    bold = raw.startswith(("**", "_**", "__")) and raw.rstrip().endswith(("*", "_"))
    if (bold or raw.startswith("#")) and len(raw) <= 200 and not (sentence and ended):
        return True
    return not sentence and (line.bullet > 0 or (len(raw) <= 140 and not ended))
