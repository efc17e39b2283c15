"""Compares the JSON document and the CSV cells of one program: both are published copies."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from etl.sources.carms.document import ProgramDocument
from etl.sources.carms.parsed import Stated
from etl.sources.carms.parsing.header import NO_HEADER, Header, parse_header
from etl.sources.carms.parsing.headings import CELL_SECTIONS, HEADER_CELL
from etl.sources.carms.parsing.normalise import fold
from etl.sources.carms.parsing.outcome import Problems
from etl.sources.carms.parsing.section_text import unpack_tuple
from etl.sources.carms.parsing.sections import (
    Part,
    PartKind,
    cell_part,
    cell_parts,
    document_parts,
)
from warehouse.masking import mask_contacts
from warehouse.vocabulary import DocumentPart, SectionKind

EXCERPT = 200
"""Longest excerpt of a disagreement, in characters."""

_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()]|\([^()]*\))*\)")
_BARE_LINK = re.compile(r"<[^<>\s][^<>]*>")
_MARKS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A value that the two copies do not share; excerpts are masked and short."""

    field: str
    json_value: str | None
    csv_value: str | None
    message: str


def reconcile(document: ProgramDocument) -> list[Disagreement]:
    """Return where the JSON document and the CSV cells of a program differ.

    White space, wrapping, link syntax, emphasis, accents and case are not compared. A program
    that only one of the two files has is one disagreement.
    """
    in_json = document.document is not None and document.document.payload.strip() != ""
    in_csv = any(cell.payload.strip() for cell in document.cells.values())
    if not in_json or not in_csv:
        return [] if in_json == in_csv else [_absent(document, in_json=in_json)]
    assert document.document is not None
    ours, theirs = document_parts(document.document), cell_parts(document)
    found = _header(ours.get(DocumentPart.HEADER), theirs.get(DocumentPart.HEADER))
    if HEADER_CELL not in document.cells:
        found = []
    for kind in dict.fromkeys((*CELL_SECTIONS.values(),)):
        disagreement = _section(kind, ours, theirs)
        if disagreement is not None:
            found.append(disagreement)
    return found


def _absent(document: ProgramDocument, *, in_json: bool) -> Disagreement:
    """Return the disagreement of a program that one file lacks."""
    here, there = ("JSON", "CSV") if in_json else ("CSV", "JSON")
    return Disagreement(
        "program", "present" if in_json else None, None if in_json else "present",
        f"Program {document.program_stream_id} is in the {here} but not in the {there}: "
        "compare the two published files.",
    )  # fmt: skip


def _excerpt(value: Any) -> str | None:
    """Return a value as a masked text of at most 200 characters."""
    if value is None:
        return None
    return mask_contacts(" ".join(str(value).split()))[:EXCERPT]


def _header(ours: Part | None, theirs: Part | None) -> list[Disagreement]:
    """Compare the header's values, and the language of the two copies."""
    json_header, csv_header = _parsed_header(ours), _parsed_header(theirs)
    found = []
    for field in ("iteration_name", "stream_label", "quota", "accreditation", "last_approved_on"):
        mine: Stated[Any] | None = getattr(json_header, field)
        other: Stated[Any] | None = getattr(csv_header, field)
        json_value = mine.value if mine is not None else None
        csv_value = other.value if other is not None else None
        if json_value != csv_value:
            found.append(
                Disagreement(
                    field, _excerpt(json_value), _excerpt(csv_value),
                    f"The JSON and the CSV state different values of {field}: the JSON's is used.",
                )
            )  # fmt: skip
    return found


def _parsed_header(part: Part | None) -> Header:
    """Return the header's values; problems are the parser's to tell."""
    return NO_HEADER if part is None else parse_header(part, Problems())


def _section(
    kind: SectionKind, ours: Mapping[PartKind, Part], theirs: Mapping[PartKind, Part]
) -> Disagreement | None:
    """Compare a section's presence, heading language and words."""
    mine, other = ours.get(kind), theirs.get(kind)
    if mine is None and other is None:
        return None
    field = f"sections.{kind.value}"
    if mine is None or other is None:
        here, there = ("CSV", "JSON") if mine is None else ("JSON", "CSV")
        return Disagreement(
            field, _excerpt(_text(mine)), _excerpt(_text(other)),
            f"The section is in the {here} but not in the {there}: compare the two files.",
        )  # fmt: skip
    if kind is SectionKind.FAQ:
        other = cell_part(kind, unpack_tuple(other.reading.source))
    if mine.language is not None and other.language not in {None, mine.language}:
        return Disagreement(
            f"{field}.language", mine.language.value, other.language and other.language.value,
            "The headings are in different languages: the JSON's is used.",
        )  # fmt: skip
    json_text, csv_text = _bare(_text(mine) or ""), _bare(_text(other) or "")
    json_letters, csv_letters = _letters(json_text), _letters(csv_text)
    if json_letters == csv_letters:
        return None
    pairs = zip(json_letters, csv_letters, strict=False)
    shorter = min(len(json_letters), len(csv_letters))
    first = next((number for number, (a, b) in enumerate(pairs) if a != b), shorter)
    return Disagreement(
        field, _excerpt(_around(json_text, first)), _excerpt(_around(csv_text, first)),
        f"The texts differ from letter {first} on (folded, without marks): the CSV's is published.",
    )  # fmt: skip


def _text(part: Part | None) -> str | None:
    """Return the text below a part's heading."""
    return None if part is None else part.reading.clean[part.heading_end : part.end]


def _bare(text: str) -> str:
    """Return a text on one line, contacts masked, links reduced to their words."""
    bare = " ".join(mask_contacts(re.sub(r"-[ \t]*\n", "-", text)).split())
    for _ in range(3):
        bare = _LINK.sub(r"\1", bare)
    return fold(_BARE_LINK.sub("", bare))


def _letters(text: str) -> str:
    """Return the letters and digits of a folded text."""
    return _MARKS.sub("", text)


def _around(text: str, letter: int) -> str:
    """Return what stands around a letter, which is counted without marks and blanks."""
    places = [offset for offset, character in enumerate(text) if not _MARKS.match(character)]
    place = places[letter] if letter < len(places) else len(text)
    start = max(0, place - EXCERPT // 4)
    return text[start : start + EXCERPT]
