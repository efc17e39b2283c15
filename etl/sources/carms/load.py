"""From a checked master row and a parsed document to the rows of the staging tables.

Pure: nothing here touches the database. Evidence is numbered per program in the order of the
document's fields, and its quotes are masked as part of the whole payload, so that a span that cuts
an address in two shows neither half.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from etl.reference.tables import Site
from etl.sources.carms.contract import ProgramMasterRow
from etl.sources.carms.document import SourceText
from etl.sources.carms.parsed import Evidence, ParsedProgram, Stated
from warehouse.masking import mask_contacts
from warehouse.vocabulary import ProgramField

Row = dict[str, Any]
T = TypeVar("T")

NOT_CONTENT = {"evidence_ordinal", "content_hash"}
"""Columns that say where a value stands, not what it is: they do not make a new version."""


@dataclass
class StagedProgram:
    """The rows of one program, by staging table."""

    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, table: str, row: Row) -> None:
        """Add a row to a table."""
        self.rows.setdefault(table, []).append(row)

    def __iter__(self) -> Iterator[tuple[str, Row]]:
        return ((table, row) for table, rows in self.rows.items() for row in rows)


class EvidenceRows:
    """Numbers the evidence of one program and makes its rows."""

    def __init__(self, parsed: ParsedProgram, key: Row) -> None:
        self._parser_version = parsed.parser_version
        self._key = key
        self._masked: dict[int, str] = {}
        self.rows: list[Row] = []

    def add(self, of: ProgramField, evidence: Evidence, *, with_quote: bool = True) -> int:
        """Add a span that supports field ``of``; return its ordinal."""
        ordinal = len(self.rows)
        quote = self._mask(evidence.source)[evidence.start : evidence.end] if with_quote else None
        self.rows.append(
            {
                **self._key,
                "ordinal": ordinal,
                "field": of.value,
                "record_key": evidence.source.record_key,
                "record_name": evidence.source.record_name,
                "section": str(evidence.section),
                "span_start": evidence.start,
                "span_end": evidence.end,
                "quote": quote,
                "parser_version": self._parser_version,
            }
        )
        return ordinal

    def _mask(self, source: SourceText) -> str:
        if source.record_key not in self._masked:
            self._masked[source.record_key] = mask_contacts(source.payload)
        return self._masked[source.record_key]


def staged_program(
    master: ProgramMasterRow, site: Site, parsed: ParsedProgram, dimension_hash: str
) -> StagedProgram:
    """Return all staging rows of one program.

    ``dimension_hash`` digests the members that the program refers to: where one of them changes,
    the program has a new version that points to the member's new version.
    """
    key = {
        "match_iteration_id": master.match_iteration_id,
        "program_stream_id": master.program_stream_id,
    }
    staged = StagedProgram()
    evidence = EvidenceRows(parsed, key)
    program = _program_row(master, site, parsed, key)
    for of, stated in _facts(parsed):
        evidence.add(of, stated.evidence)
    for table, row in _children(parsed, evidence):
        staged.add(table, {**key, **row})
    program["content_hash"] = _content_hash(program, staged, dimension_hash)
    staged.add("program", program)
    staged.rows["program_evidence"] = evidence.rows
    return staged


def _value(stated: Stated[T] | None) -> T | None:
    """Return the value of something stated."""
    return None if stated is None else stated.value


def _program_row(master: ProgramMasterRow, site: Site, parsed: ParsedProgram, key: Row) -> Row:
    """Return the row of ``staging.program``, without its hash."""
    languages = _value(parsed.application_languages) or ()
    volume, offer = _value(parsed.application_volume), _value(parsed.interview_offer)
    service = _value(parsed.return_of_service)
    return {
        **key,
        "name": master.program_name,
        "url": master.program_url,
        "discipline_id": master.discipline_id,
        "school_code": master.school_code,
        "site_label": master.program_site,
        "site_city": site.city,
        "site_province": site.province.value,
        "stream_label": master.program_stream,
        "language": _value(parsed.language),
        "application_languages": [str(one) for one in languages],
        "quota": _value(parsed.quota),
        "length_years": _value(parsed.length_years),
        "accreditation": _value(parsed.accreditation),
        "last_approved_on": _value(parsed.last_approved_on),
        "application_volume_min": volume and volume.min,
        "application_volume_max": volume and volume.max,
        "application_volume_label": volume and volume.label,
        "interview_offer_percent_min": offer and offer.min,
        "interview_offer_percent_max": offer and offer.max,
        "interview_offer_label": offer and offer.label,
        "return_of_service_status": service and service.status,
        "return_of_service_text": service and service.text,
    }


def _facts(parsed: ParsedProgram) -> Iterator[tuple[ProgramField, Stated[Any]]]:
    """Yield the single values that are stated, with the field that they give."""
    fields: tuple[tuple[ProgramField, Stated[Any] | None], ...] = (
        (ProgramField.ITERATION, parsed.iteration_name),
        (ProgramField.STREAM, parsed.stream_label),
        (ProgramField.QUOTA, parsed.quota),
        (ProgramField.ACCREDITATION, parsed.accreditation),
        (ProgramField.LAST_APPROVED_ON, parsed.last_approved_on),
        (ProgramField.APPLICATION_LANGUAGES, parsed.application_languages),
        (ProgramField.APPLICATION_VOLUME, parsed.application_volume),
        (ProgramField.INTERVIEW_OFFER_RATE, parsed.interview_offer),
        (ProgramField.LENGTH_YEARS, parsed.length_years),
        (ProgramField.RETURN_OF_SERVICE, parsed.return_of_service),
    )
    return ((of, stated) for of, stated in fields if stated is not None)


def _children(parsed: ParsedProgram, evidence: EvidenceRows) -> Iterator[tuple[str, Row]]:
    """Yield the rows of everything that a program has many of."""
    for ordinal, section in enumerate(parsed.sections):
        yield "program_section", {
            "ordinal": ordinal, "kind": section.kind, "heading": section.heading,
            "text": section.text,
            "evidence_ordinal": evidence.add(
                ProgramField.SECTIONS, section.evidence, with_quote=False
            ),
        }  # fmt: skip
    yield from _requirements(parsed, evidence)
    for ordinal, criterion in enumerate(parsed.criteria):
        yield "selection_criterion", {
            "ordinal": ordinal, "phase": criterion.phase, "component": criterion.component,
            "label": criterion.label, "is_evaluated": criterion.is_evaluated,
            "text": criterion.text, "weight_percent": criterion.weight_percent,
            "evidence_ordinal": evidence.add(
                ProgramField.SELECTION_CRITERIA, criterion.evidence
            ),
        }  # fmt: skip
    for ordinal, date in enumerate(parsed.interview_dates):
        yield "interview_date", {
            "ordinal": ordinal, "starts_on": date.starts_on, "ends_on": date.ends_on,
            "source": date.source,
            "evidence_ordinal": evidence.add(ProgramField.INTERVIEW_DATES, date.evidence),
        }  # fmt: skip
    for ordinal, site in enumerate(parsed.training_sites):
        yield "program_training_site", {
            "ordinal": ordinal, "name": site.name, "form": site.form,
            "evidence_ordinal": evidence.add(ProgramField.TRAINING_SITES, site.evidence),
        }  # fmt: skip
    for ordinal, contact in enumerate(parsed.contacts):
        yield "program_contact", {
            "ordinal": ordinal, "name": _value(contact.name), "title": _value(contact.title),
            "email": _value(contact.email), "phone": _value(contact.phone),
            "evidence_ordinal": evidence.add(
                ProgramField.CONTACTS, contact.evidence, with_quote=False
            ),
        }  # fmt: skip


def _requirements(parsed: ParsedProgram, evidence: EvidenceRows) -> Iterator[tuple[str, Row]]:
    """Yield the requirements with their accepted tests."""
    for ordinal, item in enumerate(parsed.requirements):
        yield "program_requirement", {
            "ordinal": ordinal, "kind": item.kind, "label": item.label, "status": item.status,
            "quantity": item.quantity, "min_words": item.min_words, "max_words": item.max_words,
            "evidence_ordinal": evidence.add(ProgramField.REQUIREMENTS, item.evidence),
        }  # fmt: skip
        for number, test in enumerate(item.tests):
            yield "requirement_test", {
                "requirement_ordinal": ordinal, "ordinal": number, "name": test.name,
                "minimum_score": test.minimum_score,
            }  # fmt: skip


def _content_hash(program: Row, staged: StagedProgram, dimension_hash: str) -> str:
    """Digest what a program states; where it stands in the document does not count."""
    return digest(
        [
            dimension_hash,
            _content([program]),
            *([table, _content(rows)] for table, rows in sorted(staged.rows.items())),
        ]
    )


def _content(rows: Iterable[Row]) -> list[Row]:
    """Return rows without the columns that are not content."""
    return [{k: v for k, v in row.items() if k not in NOT_CONTENT} for row in rows]


def digest(content: Any) -> str:
    """Return the SHA-256 of JSON-able content, in hexadecimal; dates go by their ISO form."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
