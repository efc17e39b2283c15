"""Builds one document twice at once: the JSON's text with offsets, and the CSV's section cells."""

from __future__ import annotations

from functools import lru_cache

from etl.sample.markup import (
    ANCHOR_END,
    ANCHOR_START,
    ANY_MARK,
    LINK_TOKENS,
    TOKEN_PATTERN,
    Anchor,
    anchor_index,
    csv_text,
    new_anchor,
)
from etl.sample.wrapping import wrap

RULE = "* * *"


class DocumentBuilder:
    """Collects blocks of markdown and records where anchored passages end up."""

    def __init__(self) -> None:
        self.rules = 0
        self._parts: list[str] = []
        self._position = 0
        self._anchors: list[Anchor] = []
        self._columns: dict[str, list[str]] = {}
        self._column: str | None = None

    def anchor(self) -> Anchor:
        """A new anchor; wrap it around text before the text is given to the builder."""
        created = new_anchor(len(self._anchors))
        self._anchors.append(created)
        return created

    def column(self, name: str | None) -> None:
        """Send the following blocks also to this column of the CSV (None: only to the JSON)."""
        self._column = name

    def block(self, markup: str, *, csv: bool = True, end: str = "\n\n") -> None:
        """Append laid-out lines as they are, followed by a blank line."""
        if not markup.isascii() and ANY_MARK.search(markup):
            self._emit(markup)
            self._raw(end)
            plain = csv_text(markup) if csv and self._column else ""
        else:
            self._raw(markup + end)
            plain = markup
        if csv and self._column is not None:
            self._columns.setdefault(self._column, []).append(_cell_block(plain))

    def fixed_blocks(self, *blocks: str) -> None:
        """Append laid-out blocks without anchors that many documents share, all in one go."""
        content, cell = _shared(blocks)
        self._raw(content)
        if self._column is not None:
            self._columns.setdefault(self._column, []).append(cell)

    def csv_only(self, markup: str) -> None:
        """Append a block to the current column of the CSV and not to the JSON."""
        if self._column is not None:
            self._columns.setdefault(self._column, []).append(_cell_block(csv_text(markup)))

    def paragraph(self, text: str) -> None:
        """Append a paragraph of running text, wrapped."""
        self.block(wrap(text))

    def items(self, items: list[str], *, marker: str = "  * ") -> None:
        """Append a list; the published documents do not wrap list items."""
        self.block("\n".join(marker + item for item in items))

    def rule(self) -> None:
        """Append a horizontal rule; it is never part of a cell of the CSV."""
        self.rules += 1
        self.block(RULE, csv=False)

    def noise(self, text: str) -> None:
        """Append white space that only the JSON has."""
        self._raw(text)

    def text(self) -> str:
        """The JSON document's page content."""
        return "".join(self._parts).rstrip("\n ") + "\n"

    def cell(self, column: str) -> str:
        """The CSV's cell of this column, empty when the document has no such section."""
        return "  \n".join(block for block in self._columns.get(column, []) if block)

    def _raw(self, text: str) -> None:
        self._parts.append(text)
        self._position += len(text)

    def _emit(self, markup: str) -> None:
        position, anchors, parts = self._position, self._anchors, self._parts
        for token in TOKEN_PATTERN.split(markup):
            if not token:
                continue
            first = token[0]
            if first == ANCHOR_START:
                anchors[anchor_index(token[1])].start = position
            elif first == ANCHOR_END:
                anchors[anchor_index(token[1])].end = position
            elif first not in LINK_TOKENS:
                parts.append(token)
                position += len(token)
        self._position = position


@lru_cache(maxsize=1024)
def _shared(blocks: tuple[str, ...]) -> tuple[str, str]:
    """Shared blocks as JSON text with blank lines, and as a piece of a cell of the CSV."""
    content = "".join(TOKEN_PATTERN.sub("", block) + "\n\n" for block in blocks)
    return content, "  \n".join(_cell_block(csv_text(block)) for block in blocks)


def _cell_block(text: str) -> str:
    """A block in the CSV's form: full links, no trailing white space, list items not indented."""
    if "  " not in text:
        return text.strip()
    return "\n".join(_cell_line(line) for line in text.split("\n")).strip()


def _cell_line(line: str) -> str:
    line = line.rstrip()
    if line.startswith("  ") and not line.startswith("    "):
        return line[2:]
    return line
