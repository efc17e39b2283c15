"""Contact blocks of the section Program Contacts (restricted)."""

import re

from etl.sources.carms.parsed import ParsedContact, Stated
from etl.sources.carms.parsing.layout import Line
from etl.sources.carms.parsing.normalise import join_lines
from etl.sources.carms.parsing.sections import Part

_LABEL = re.compile(
    r"[*_]*(?:(?P<name>name|nom)|(?P<title>title|titre)"
    r"|(?P<email>e-?mail|adresse electronique|courriel)|(?P<phone>phone|telephone)"
    r"|(?P<general>general information|information generale))[*_]*\s*:[*_]*\s*"
)
_Fields = dict[str, Stated[str]]


def parse_contacts(part: Part) -> list[ParsedContact]:
    """Return one contact per block; a block begins with its name line."""
    contacts: list[ParsedContact] = []
    fields: _Fields = {}
    for line in part.lines:
        match = _LABEL.match(line.folded)
        label = match.lastgroup if match is not None else None
        if match is None or label is None:
            continue
        if label == "name" or label in fields:
            _close(part, fields, contacts)
            fields = {}
        value = _value(part, line, match.end())
        if value is not None and label != "general":
            fields[label] = value
    _close(part, fields, contacts)
    return contacts


def _value(part: Part, line: Line, offset: int) -> Stated[str] | None:
    """Return what stands behind a label, or null."""
    start = line.start + offset
    words = join_lines(part.reading.clean[start : line.end])
    return Stated(words, part.reading.evidence(part.kind, start, line.end)) if words else None


def _close(part: Part, fields: _Fields, contacts: list[ParsedContact]) -> None:
    """Add the contact that the fields make, if they make one."""
    if not fields:
        return
    spans = [stated.evidence for stated in fields.values()]
    first = min(spans, key=lambda span: span.start)
    last = max(spans, key=lambda span: span.end)
    evidence = type(first)(first.source, part.kind, first.start, last.end)
    contacts.append(
        ParsedContact(
            fields.get("name"), fields.get("title"), fields.get("email"), fields.get("phone"),
            evidence,
        )
    )  # fmt: skip
