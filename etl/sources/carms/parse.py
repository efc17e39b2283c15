"""From one program's texts to typed values with evidence: the table of contents of the parsers.

Values are read from the JSON document where there is one, else from the CSV cells; the text of a
section is the CSV cell's where there is one, because only the cells keep their links.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeVar

from etl.sources.carms.document import ProgramDocument
from etl.sources.carms.parsed import ParsedPart, ParsedProgram, ParsedSection
from etl.sources.carms.parsing.contacts import parse_contacts
from etl.sources.carms.parsing.curriculum import parse_length
from etl.sources.carms.parsing.header import NO_HEADER, parse_header
from etl.sources.carms.parsing.instructions import document_language, parse_application_languages
from etl.sources.carms.parsing.interviews import parse_interview_dates
from etl.sources.carms.parsing.normalise import fold, plain
from etl.sources.carms.parsing.outcome import Problems
from etl.sources.carms.parsing.requirements import parse_requirements
from etl.sources.carms.parsing.return_of_service import parse_return_of_service
from etl.sources.carms.parsing.section_text import span_text, unpack_tuple
from etl.sources.carms.parsing.sections import (
    Part,
    PartKind,
    RawSection,
    cell_part,
    cell_parts,
    document_parts,
    split_sections,
)
from etl.sources.carms.parsing.selection_criteria import NO_SELECTION, parse_selection
from etl.sources.carms.parsing.training_sites import parse_training_sites
from etl.sources.carms.parsing.weights import parse_weights
from warehouse.masking import mask_contacts
from warehouse.vocabulary import DocumentPart, SectionKind

__all__ = ["PARSER_VERSION", "RawSection", "parse_program", "split_sections"]

PARSER_VERSION = "5"
"""Raise it with every change that can change a value, be it in code or in the tables of communities
and training places: it stands in every row of evidence."""

R = TypeVar("R")
_KIND = SectionKind


def parse_program(document: ProgramDocument) -> ParsedProgram:
    """Return everything that a program's texts state. Never raises, whatever the texts are."""
    cells = cell_parts(document)
    stated = document.document is not None and document.document.payload.strip() != ""
    parts = document_parts(document.document) if stated and document.document else cells
    read = partial(_read, parts)
    problems = Problems()
    header = read(DocumentPart.HEADER, parse_header, NO_HEADER, problems)
    year = header.iteration_year.value if header.iteration_year else None
    stream = fold(header.stream_label.value) if header.stream_label else ""
    selection = read(_KIND.SELECTION_CRITERIA, parse_selection, NO_SELECTION, problems)
    weights = parse_weights(parts.values(), problems)
    languages = read(_KIND.GENERAL_INSTRUCTIONS, parse_application_languages, None, problems)
    return ParsedProgram(
        match_iteration_id=document.match_iteration_id,
        program_stream_id=document.program_stream_id,
        parser_version=PARSER_VERSION,
        language=document_language(parts.values()),
        iteration_name=header.iteration_name,
        iteration_year=header.iteration_year,
        stream_label=header.stream_label,
        quota=header.quota,
        accreditation=header.accreditation,
        last_approved_on=header.last_approved_on,
        application_languages=languages,
        application_volume=selection.application_volume,
        interview_offer=selection.interview_offer,
        length_years=read(_KIND.PROGRAM_CURRICULUM, parse_length, None, problems),
        return_of_service=read(_KIND.RETURN_OF_SERVICE, parse_return_of_service, None, stream),
        sections=tuple(_sections(parts, cells)),
        parts=tuple(_parts(parts)),
        requirements=tuple(read(_KIND.SUPPORTING_DOCUMENTATION, parse_requirements, (), problems)),
        criteria=(*selection.criteria, *weights),
        interview_dates=tuple(read(_KIND.INTERVIEWS, parse_interview_dates, (), year, problems)),
        training_sites=tuple(read(_KIND.TRAINING_SITES, parse_training_sites, ())),
        contacts=tuple(read(DocumentPart.PROGRAM_CONTACTS, parse_contacts, ())),
        problems=tuple(problems.found),
    )


def _read(
    parts: Mapping[PartKind, Part],
    kind: PartKind,
    reader: Callable[..., R],
    otherwise: R,
    *arguments: object,
) -> R:
    """Return what ``reader`` reads from a part, or ``otherwise`` where there is no such part."""
    part = parts.get(kind)
    return otherwise if part is None else reader(part, *arguments)


def _sections(
    parts: Mapping[PartKind, Part], cells: Mapping[PartKind, Part]
) -> Iterator[ParsedSection]:
    """Yield the published sections in the order of the document, then those of the CSV alone."""
    for kind in (*parts, *(kind for kind in cells if kind not in parts)):
        if isinstance(kind, DocumentPart):
            continue
        place = parts[kind] if kind in parts else cells[kind]
        written = _unpacked(cells[kind]) if kind in cells else place
        source = cells.get(kind, place)
        yield ParsedSection(
            kind=kind,
            heading=mask_contacts(
                plain(written.reading.clean[written.heading_start : written.heading_end])
            ),
            text=span_text(written, written.heading_end, written.end),
            evidence=source.reading.evidence(kind, *_body(source)),
            heading_evidence=place.reading.evidence(kind, place.heading_start, place.heading_end),
        )


def _body(part: Part) -> tuple[int, int]:
    """Return where the text below the heading stands, without blanks around it."""
    text = part.reading.clean[part.heading_end : part.end]
    if not text.strip():
        return part.heading_end, part.heading_end
    return (
        part.heading_end + len(text) - len(text.lstrip()),
        part.end - (len(text) - len(text.rstrip())),
    )


def _unpacked(cell: Part) -> Part:
    """Return a FAQ cell as the text that it holds; other cells as they are."""
    if cell.kind is not SectionKind.FAQ:
        return cell
    unpacked = unpack_tuple(cell.reading.source)
    return cell if unpacked is cell.reading.source else cell_part(cell.kind, unpacked)


def _parts(parts: Mapping[PartKind, Part]) -> Iterator[ParsedPart]:
    """Yield the parts that are no published sections, each with its heading's place."""
    for kind, part in parts.items():
        if isinstance(kind, DocumentPart):
            evidence = part.reading.evidence(kind, part.heading_start, part.heading_end)
            yield ParsedPart(kind, evidence)
