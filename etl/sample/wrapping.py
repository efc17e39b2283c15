"""Wrapping of running text at 78 columns, in the way the published documents are wrapped."""

from __future__ import annotations

import re
from functools import lru_cache

from etl.sample.markup import LINK_MIDDLE, MARKS

WIDTH = 78
_HYPHEN = re.compile(r"(?<=[A-Za-zÀ-ÿ0-9])-(?=[A-Za-zÀ-ÿ0-9])")


def wrap(text: str) -> str:
    """Wrap one paragraph; a newline in `text` is a hard break and becomes two spaces and newline.

    Marks of anchors take no room; the marks of links count as the brackets that they stand for,
    because the published text was wrapped before its links were stripped.
    """
    if "\n" in text:
        return "  \n".join(_wrap_line(line) for line in text.split("\n"))
    return _wrap_line(text)


@lru_cache(maxsize=4096)
def wrap_fixed(text: str) -> str:
    """Wrap a text of the platform that many documents share."""
    return wrap(text)


def _wrap_line(text: str) -> str:
    if len(text) + text.count(LINK_MIDDLE) <= WIDTH:
        return text
    marked = any(mark in text for mark in (*MARKS, LINK_MIDDLE))
    lines: list[str] = []
    current = ""
    room = WIDTH
    for word in text.split(" "):
        # Marks are not ASCII, and most words are: this saves most of the counting.
        width = _visible(word) if marked and not word.isascii() else len(word)
        if current and width + 1 <= room:
            current += " " + word
            room -= width + 1
            continue
        head, rest = _hyphenate(word, room - 1, marked) if current else ("", word)
        if current or lines:
            lines.append(f"{current} {head}" if head else current)
        current, room = _broken(rest, lines, marked)
    lines.append(current)
    return "\n".join(lines)


def _broken(word: str, lines: list[str], marked: bool) -> tuple[str, int]:
    """Break a word that is longer than a line at its hyphens: (last piece, room after it)."""
    room = WIDTH - _visible(word)
    while room < 0:
        head, rest = _hyphenate(word, WIDTH, marked)
        if not head or not rest:
            break
        lines.append(head)
        word, room = rest, WIDTH - _visible(rest)
    return word, room


def _visible(word: str) -> int:
    # The mark in the middle of a link stands for two brackets.
    width = len(word) + word.count(LINK_MIDDLE)
    if MARKS[0] not in word and MARKS[1] not in word:
        return width
    # Each mark of an anchor is two characters.
    return width - 2 * (word.count(MARKS[0]) + word.count(MARKS[1]))


def _hyphenate(word: str, room: int, marked: bool) -> tuple[str, str]:
    """Split a word after its last hyphen that still fits: (head or nothing, rest)."""
    if "-" not in word:
        return "", word
    best = 0
    for match in _HYPHEN.finditer(word):
        head = word[: match.end()]
        if (_visible(head) if marked else len(head)) > room:
            break
        best = match.end()
    return word[:best], word[best:]
