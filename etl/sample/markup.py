"""Invisible marks that carry anchors and links through wrapping until the text is laid out.

Offsets are only known after wrapping, so a renderer writes marks (private-use characters) into
its text and the builder takes them out again while it counts. No value is ever searched for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ANCHOR_START, ANCHOR_END = "\ue000", "\ue001"
LINK_OPEN, LINK_MIDDLE, LINK_CLOSE = "\ue002", "\ue003", "\ue004"
# Tokens of links that leave no trace in the JSON.
LINK_TOKENS = (LINK_OPEN, LINK_MIDDLE)
MARKS = (ANCHOR_START, ANCHOR_END)
MARK_PATTERN = re.compile("[\ue000\ue001].", re.DOTALL)
TOKEN_PATTERN = re.compile("([\ue000\ue001].|\ue002|\ue003[^\ue004]*\ue004)", re.DOTALL)
ANY_MARK = re.compile("[\ue000-\ue004]")
_FIRST_CODE = 0xF0000


@dataclass(slots=True, eq=False)
class Anchor:
    """A place in a document: 0-based half-open code point offsets, known after rendering."""

    code: str
    start: int = -1
    end: int = -1

    def around(self, text: str) -> str:
        """The text with the anchor's marks before and after it."""
        return f"{ANCHOR_START}{self.code}{text}{ANCHOR_END}{self.code}"

    def offsets(self) -> list[int]:
        """Start and end, once the text is rendered."""
        if self.start < 0 or self.end < self.start:
            raise ValueError("an anchor was made and never written into the document")
        return [self.start, self.end]

    def around_blocks(self, blocks: list[str]) -> list[str]:
        """Several blocks of text as one anchored passage."""
        marked = list(blocks)
        marked[0] = f"{ANCHOR_START}{self.code}{marked[0]}"
        marked[-1] = f"{marked[-1]}{ANCHOR_END}{self.code}"
        return marked


def new_anchor(index: int) -> Anchor:
    """The anchor with this number; its code is one supplementary private-use character."""
    return Anchor(chr(_FIRST_CODE + index))


def anchor_index(code: str) -> int:
    """The number of the anchor that a mark's code stands for."""
    return ord(code) - _FIRST_CODE


def link(text: str, url: str) -> str:
    """A link: `[text](url)` in the CSV, only its text in the JSON."""
    return f"{LINK_OPEN}{text}{LINK_MIDDLE}{url}{LINK_CLOSE}"


def csv_text(marked: str) -> str:
    """The markdown of the CSV: anchors out, links written in full."""
    text = MARK_PATTERN.sub("", marked)
    if LINK_OPEN not in text:
        return text
    return text.replace(LINK_OPEN, "[").replace(LINK_MIDDLE, "](").replace(LINK_CLOSE, ")")
