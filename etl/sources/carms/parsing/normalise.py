"""Two readings of a received text that keep their offsets: clean and folded.

``clean`` is composed (NFC character by character), without zero-width characters, without control
characters. ``folded`` has the same length, in lower case, without accents, with plain quotes,
dashes and spaces: patterns are matched on it. Both map back to code points of the payload.
"""

import re
import unicodedata
from dataclasses import dataclass

from etl.sources.carms.document import SourceText
from etl.sources.carms.parsed import Evidence

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"
_QUOTES = "’‘`´ʼ‛′"
_DASHES = "‐‑‒–—―−"
_COMBINING = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
_DROPPED = re.compile(f"[{ZERO_WIDTH}]|{_COMBINING.pattern}")
_JOINING_WORDS = r"(?:and|or|et|ou|to|a|à)\b"
_HYPHEN_BREAK = re.compile(rf"(?<=[\w/])-[ \t]*\n[ \t]*(?!{_JOINING_WORDS})(?=\w)")
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_SPACES = re.compile(r"\s+")
_EMPHASIS = re.compile(
    r"\*+|(?<![^\W_])_+|_+(?![^\W_])|(?<!&)(?<![A-Za-z0-9])#+(?=\s)|\\(?=[-.*+_#])"
)


def _clean_character(character: str) -> str:
    """Return one character for one: controls become spaces, lone surrogates a replacement mark."""
    if character == "\n":
        return character
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    composed = unicodedata.normalize("NFC", character)
    return composed if len(composed) == 1 else character


def _folded_character(character: str) -> str:
    """Return one lower-case character without accent for one."""
    if character in _QUOTES:
        return "'"
    if character in _DASHES:
        return "-"
    if character == "\n":
        return character
    if character.isspace():
        return " "
    base = unicodedata.normalize("NFKD", character)
    if len(base) > 1 and not base[1:].isascii():
        base = _COMBINING.sub("", base)
    base = base.lower()
    return base if len(base) == 1 else character


_FOLDED: dict[str, str] = {}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def _cleaned(text: str) -> str:
    """Return ``text`` of the same length, composed and without controls."""
    if unicodedata.is_normalized("NFC", text) and _CONTROLS.search(text) is None:
        return text
    return "".join(map(_clean_character, text))


def _folded_match(match: re.Match[str]) -> str:
    """Return the folded form of a character outside ASCII; each is worked out once."""
    character = match.group()
    folded = _FOLDED.get(character)
    if folded is None:
        folded = _FOLDED[character] = _folded_character(character)
    return folded


def _folded(clean: str) -> str:
    """Return a clean text of the same length, folded."""
    return _NOT_ASCII.sub(_folded_match, clean).lower().replace("`", "'")


def fold(text: str) -> str:
    """Return ``text`` lower-case, without accents, with plain quotes, dashes and spaces."""
    composed = unicodedata.normalize("NFC", text) if _DROPPED.search(text) else text
    return _folded(_cleaned(_DROPPED.sub("", composed)))


@dataclass(frozen=True, slots=True)
class Reading:
    """A received text with its clean and its folded form, which have the same length.

    ``origin[i]`` is the offset in the payload of clean character ``i`` (one more entry for the
    end); it is null where the three texts have the same offsets. ``markdown`` says that empty lines
    separate paragraphs (the JSON's layout) and not only line ends (the CSV's).
    """

    source: SourceText
    clean: str
    folded: str
    origin: tuple[int, ...] | None
    markdown: bool

    def evidence(self, section: str, start: int, end: int) -> Evidence:
        """Return the span of clean characters ``start`` to ``end`` as evidence."""
        if self.origin is None:
            return Evidence(self.source, section, start, end)
        first = self.origin[start]
        # The end of the last character, with the accents that were composed into it.
        last = self.origin[end - 1] + 1 if end > start else first
        limit = self.origin[end] if end < len(self.origin) else last
        payload = self.source.payload
        while last < limit and _COMBINING.match(payload[last]):
            last += 1
        return Evidence(self.source, section, first, last)


def _keeps_empty_lines(text: str) -> bool:
    """Say whether a text separates paragraphs with empty lines (JSON) or not (CSV)."""
    return _EMPTY_LINE.search(text.strip()) is not None


def read(source: SourceText) -> Reading:
    """Return the clean and folded reading of a received text; any text is accepted."""
    payload = source.payload
    if _DROPPED.search(payload) is None:
        clean = _cleaned(payload)
        return Reading(source, clean, _folded(clean), None, _keeps_empty_lines(clean))
    characters: list[str] = []
    origin: list[int] = []
    for offset, character in enumerate(payload):
        if not _DROPPED.match(character):
            characters.append(character)
            origin.append(offset)
        elif _COMBINING.match(character) and characters:
            composed = unicodedata.normalize("NFC", characters[-1] + character)
            if len(composed) == 1:
                characters[-1] = composed
    origin.append(len(payload))
    clean = _cleaned("".join(characters))
    return Reading(source, clean, _folded(clean), tuple(origin), _keeps_empty_lines(clean))


def join_lines(text: str) -> str:
    """Return ``text`` on one line: wrapped lines joined, hyphens of broken words kept closed."""
    return _SPACES.sub(" ", _HYPHEN_BREAK.sub("-", text)).strip()


def plain(text: str) -> str:
    """Return ``text`` on one line without markdown emphasis, escapes and heading marks."""
    return _SPACES.sub(" ", _EMPHASIS.sub("", join_lines(text))).strip()
