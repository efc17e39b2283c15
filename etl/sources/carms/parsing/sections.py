"""Sections of a program description: found by fixed headings right after a rule."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from etl.sources.carms.document import ProgramDocument, SourceText
from etl.sources.carms.parsing.headings import (
    CELL_SECTIONS,
    CONTACTS_CELL,
    DIRECTOR_OPENINGS,
    HEADER_CELL,
    SECTION_HEADINGS,
)
from etl.sources.carms.parsing.layout import Line, logical_lines
from etl.sources.carms.parsing.normalise import Reading, read
from warehouse.vocabulary import DocumentPart, Language, SectionKind

PartKind = SectionKind | DocumentPart

_RULE = re.compile(r"^[ \t]*\* \* \*[ \t]*$", re.MULTILINE)
_NEXT_LINE = re.compile(r"\s*([^\n]*)")
_HEADING = re.compile(r"#[ \t]+(.*)")
_TRIMMED = " *_#:\t"


@dataclass(frozen=True, slots=True)
class RawSection:
    """A slice of a text: all of them put together are the text, rules and blanks included.

    ``start`` and ``end`` count code points of the text as received; ``heading_start`` is the
    heading's own offset (equal to ``start`` where there is no heading).
    """

    kind: PartKind
    start: int
    heading_start: int
    end: int
    text: str


@dataclass(frozen=True)
class Part:
    """A part of a program description, ready to be read: offsets are clean ones."""

    kind: PartKind
    language: Language | None
    reading: Reading
    heading_start: int
    heading_end: int
    end: int

    @cached_property
    def lines(self) -> list[Line]:
        """The logical lines below the heading."""
        return logical_lines(self.reading, self.heading_end, self.end)


@dataclass(frozen=True, slots=True)
class _Boundary:
    start: int
    heading_start: int
    heading_end: int
    kind: PartKind
    language: Language | None


def known_heading(folded_line: str) -> tuple[PartKind, Language] | None:
    """Return what a folded level-1 heading line announces, or null for an unknown one."""
    match = _HEADING.match(folded_line.strip())
    if match is None:
        return None
    words = " ".join(match.group(1).strip(_TRIMMED).split())
    return SECTION_HEADINGS.get(words)


def _boundaries(reading: Reading) -> Iterator[_Boundary]:
    """Yield where the parts begin: each kind once, at its first heading."""
    seen: set[PartKind] = set()
    yield _Boundary(0, 0, 0, DocumentPart.HEADER, None)
    for rule in _RULE.finditer(reading.folded):
        following = _NEXT_LINE.match(reading.folded, rule.end())
        if following is None:
            continue
        line = following.group(1)
        known = known_heading(line)
        if known is None and line.startswith(DIRECTOR_OPENINGS):
            known = (DocumentPart.DIRECTOR, Language.EN)
        if known is None or known[0] in seen:
            continue
        seen.add(known[0])
        heading_end = following.end() if known[0] is not DocumentPart.DIRECTOR else rule.end()
        language = known[1] if known[0] is not DocumentPart.DIRECTOR else None
        yield _Boundary(rule.start(), following.start(1), heading_end, known[0], language)


def split_sections(text: str) -> list[RawSection]:
    """Cut a document at its sections; the texts put together equal ``text``, whatever it is."""
    reading = read(SourceText("text", 0, text))
    starts = list(_boundaries(reading))
    offset = reading.origin.__getitem__ if reading.origin is not None else int
    cuts = [offset(boundary.start) for boundary in starts[1:]]
    # The first part takes what stands before the first clean character, the last one the rest.
    edges = [0, *cuts, len(text)]
    return [
        RawSection(
            boundary.kind, edges[number], max(edges[number], offset(boundary.heading_start)),
            edges[number + 1], text[edges[number] : edges[number + 1]],
        )
        for number, boundary in enumerate(starts)
    ]  # fmt: skip


def document_parts(source: SourceText) -> dict[PartKind, Part]:
    """Return the parts of a JSON document by kind."""
    reading = read(source)
    starts = list(_boundaries(reading))
    ends = [boundary.start for boundary in starts[1:]] + [len(reading.clean)]
    return {
        boundary.kind: Part(
            boundary.kind, boundary.language, reading, boundary.heading_start,
            boundary.heading_end, end,
        )
        for boundary, end in zip(starts, ends, strict=True)
    }  # fmt: skip


def cell_part(kind: PartKind, source: SourceText) -> Part:
    """Return a CSV cell as a part; its first line is its heading where it is a known one."""
    reading = read(source)
    first = _NEXT_LINE.match(reading.folded)
    known = known_heading(first.group(1)) if first else None
    if first is None or known is None or known[0] is not kind:
        return Part(kind, None, reading, 0, 0, len(reading.clean))
    return Part(kind, known[1], reading, first.start(1), first.end(), len(reading.clean))


def cell_parts(document: ProgramDocument) -> dict[PartKind, Part]:
    """Return the parts that the CSV cells hold; empty cells hold none."""
    kinds: dict[str, PartKind] = {
        HEADER_CELL: DocumentPart.HEADER,
        CONTACTS_CELL: DocumentPart.PROGRAM_CONTACTS,
        **CELL_SECTIONS,
    }
    return {
        kind: cell_part(kind, document.cells[column])
        for column, kind in kinds.items()
        if column in document.cells and document.cells[column].payload.strip()
    }
