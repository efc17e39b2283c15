"""Logical lines of a text: the lines their author meant, whatever the wrapping did.

The JSON is markdown: an empty line ends a paragraph, two spaces at a line's end force a break,
any other line end is wrapping. The CSV keeps no empty lines: two spaces end a paragraph there,
and a plain line end is wrapping only where the next word would not have fitted into 78 columns.
"""

import re
from dataclasses import dataclass

from etl.sources.carms.parsing.normalise import Reading

WRAP_COLUMNS = 78
_BLOCK_START = re.compile(r"[ \t]*(?:[*+\-•●○▪◦o·]\s|[•●▪]|\\[-+]|\d{1,2}\\?[.)]\s|#{1,6}\s|\|)")
_BULLET = re.compile(
    r"(?:[*+](?=\s)|-(?!-)|[•●○▪◦·–]|o(?=\s)|\\[-+*]|\(?\d{1,2}\\?[.)](?=\s|\*|[A-Za-z]))\s*"
)
_FIRST_WORD = re.compile(r"[ \t]*(\S+?(?:-(?=\w)|(?=\s|$)))")
_BROKEN_WORD = re.compile(r"\w-$")
_TABLE_ROW = re.compile(r"\s\|(?:\s|$)|^\|")


@dataclass(frozen=True, slots=True)
class Line:
    """A logical line: clean offsets without surrounding blanks, and its folded text.

    ``folded`` has one character for each of the span (line ends inside it are spaces). ``gap``
    says whether a paragraph begins here, ``indent`` counts blanks before it, ``bullet`` is the
    length of a list mark at its beginning (0 where there is none).
    """

    start: int
    end: int
    folded: str
    gap: bool
    indent: int
    bullet: int

    @property
    def body(self) -> str:
        """Return the folded text behind a list mark."""
        return self.folded[self.bullet :]


def _fits(line: str, following: str) -> bool:
    """Say whether the first word of the next line would have fitted on this one."""
    word = _FIRST_WORD.match(following)
    length = len(line.rstrip())
    return length + 1 + (len(word.group(1)) if word else 0) <= WRAP_COLUMNS


def is_wrapped(line: str, following: str, *, markdown: bool) -> bool:
    """Say whether ``following`` continues ``line``: the line end between them is wrapping."""
    if not line.strip() or not following.strip() or line.endswith("  "):
        return False
    if _BLOCK_START.match(following) or ("|" in following and _TABLE_ROW.search(following)):
        return False
    if markdown:
        return not line.lstrip().startswith("#") or not _fits(line, following)
    if _BROKEN_WORD.search(line) and following[0].isalnum():
        return True
    if len(line.rstrip()) > WRAP_COLUMNS + 1 and " " in line.strip():
        return False  # list items and table rows are never wrapped
    return not _fits(line, following)


def logical_lines(reading: Reading, start: int, end: int) -> list[Line]:
    """Return the logical lines between two clean offsets; empty lines yield none."""
    clean = reading.clean
    markdown = reading.markdown
    lines: list[Line] = []
    position, gap = start, True
    while position < end:
        stop = clean.find("\n", position, end)
        stop = end if stop < 0 else stop
        first = position
        if not clean[first:stop].strip():
            gap, position = True, stop + 1
            continue
        while stop < end:
            following_stop = clean.find("\n", stop + 1, end)
            following_stop = end if following_stop < 0 else following_stop
            current, following = clean[position:stop], clean[stop + 1 : following_stop]
            if not is_wrapped(current, following, markdown=markdown):
                break
            position, stop = stop + 1, following_stop
        lines.append(_line(reading, first, stop, gap=gap))
        gap = not markdown and clean[max(first, stop - 2) : stop] == "  "
        position = stop + 1
    return lines


def _line(reading: Reading, first: int, stop: int, *, gap: bool) -> Line:
    """Return the logical line of a span, without surrounding blanks."""
    raw = reading.clean[first:stop]
    indent = len(raw) - len(raw.lstrip())
    start, end = first + indent, first + len(raw.rstrip())
    folded = reading.folded[start:end].replace("\n", " ")
    mark = _BULLET.match(folded)
    return Line(start, end, folded, gap, indent, mark.end() if mark else 0)
