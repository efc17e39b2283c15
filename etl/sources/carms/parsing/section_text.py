"""The text of a section: unwrapped markdown, NFC, contacts masked, links intact."""

import ast
import re
import unicodedata
import warnings

from etl.sources.carms.document import SourceText
from etl.sources.carms.parsing.layout import is_wrapped
from etl.sources.carms.parsing.normalise import fold
from etl.sources.carms.parsing.sections import Part
from warehouse.masking import mask_contacts

_ENDS_IN_HYPHEN = re.compile(r"[\w/]-$")
_BROKEN_LINK = re.compile(r"(?:://|]\(|www\.)\S*$")
_JOINING_WORD = re.compile(r"(?:and|or|et|ou|to|a)\b")
_BLANKS = re.compile(r"(?<=\S)[ \t]{2,}(?=\S)")


def _joint(line: str, following: str) -> str:
    """Return what belongs between two halves of a wrapped line: nothing or a space."""
    if not line.endswith("-") or not _ENDS_IN_HYPHEN.search(line, max(0, len(line) - 2)):
        return " "
    if _BROKEN_LINK.search(line, max(0, len(line) - 2000)):
        return ""
    return " " if _JOINING_WORD.match(fold(following)) else ""


def unwrap(text: str, *, markdown: bool, column: int = 0) -> str:
    """Return ``text`` with wrapped lines joined; paragraphs, lists and tables keep their lines.

    ``markdown`` says which layout the text has (see ``layout``), ``column`` in which column its
    first line begins. Paragraphs are separated by one empty line.
    """
    pieces: list[str] = []
    gap = False
    previous = ""
    for number, line in enumerate(text.split("\n")):
        content = line.rstrip()
        if "  " in content or "\t" in content:
            content = _BLANKS.sub(" ", content)
        if not content.strip():
            gap, previous = True, ""
            continue
        if not pieces:
            pieces.append(content)
        elif not gap and previous and is_wrapped(previous, line, markdown=markdown):
            pieces[-1] += _joint(pieces[-1], content.lstrip()) + content.lstrip()
        else:
            ends_paragraph = gap or (not markdown and previous.endswith("  "))
            pieces.extend(["", content] if ends_paragraph else [content])
        gap, previous = False, line if number or not column else " " * column + line
    return unicodedata.normalize("NFC", "\n".join(pieces)).strip()


def span_text(part: Part, start: int, end: int) -> str:
    """Return a span of a part (clean offsets) unwrapped and with its contacts masked."""
    clean = part.reading.clean
    column = start - (clean.rfind("\n", 0, start) + 1)
    return mask_contacts(unwrap(clean[start:end], markdown=part.reading.markdown, column=column))


def unpack_tuple(source: SourceText) -> SourceText:
    """Return the strings that a FAQ cell holds as the text of a Python tuple, put together.

    A cell that is no such tuple is returned as it is: its text is still a text.
    """
    payload = source.payload.strip()
    if not payload.startswith(("(", "[")):
        return source
    try:
        with warnings.catch_warnings():
            # A stray backslash in the text is the author's, and stays as it is.
            warnings.simplefilter("ignore")
            value = ast.literal_eval(payload)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return source
    parts = value if isinstance(value, tuple | list) else (value,)
    if not all(isinstance(part, str) for part in parts):
        return source
    return SourceText(source.record_name, source.record_key, "\n\n".join(parts))
