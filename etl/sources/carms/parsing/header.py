"""The header: iteration, stream, quota (both layouts), accreditation and approval date."""

import datetime as dt
import re
from dataclasses import dataclass

from etl.sources.carms.parsed import Evidence, Stated
from etl.sources.carms.parsing.dates import find_dates
from etl.sources.carms.parsing.layout import Line
from etl.sources.carms.parsing.normalise import plain
from etl.sources.carms.parsing.outcome import Problems
from etl.sources.carms.parsing.sections import Part
from warehouse.masking import mask_contacts
from warehouse.tables.programs import MAXIMUM_QUOTA
from warehouse.vocabulary import AccreditationStatus

_ITERATION = re.compile(
    r"#+\s*(?=[^\n]*\b(?P<year>20\d\d)\b)(?=[^\n]*\b(?:match|jumelage|iteration|tour)\b)"
)
_QUOTA = re.compile(r"(?:approximate quota|quota approximatif)[\s*_]*:?[\s#*_]*(?P<value>[^\n]*)")
_NUMBER = re.compile(r"(?P<sign>[-+]?)\s?(?P<digits>\d[\d ,]*)(?P<fraction>\.\d*[1-9]\d*)?")
_NOTHING_BEHIND = re.compile(r"(?:accreditation status|statut d.agrement|provincial|criteres)")
_ACCREDITATION = re.compile(
    r"#*\s*(?:accreditation status|statut d'agrement)[\s*_]*:[\s*_]*(?P<value>.*)"
)
_APPROVED = re.compile(r"#*\s*(?:last approved on|approuvee? le)\b:?\s*(?P<value>.*)")


@dataclass(frozen=True, slots=True)
class Header:
    """The header's values."""

    iteration_name: Stated[str] | None
    iteration_year: Stated[int] | None
    stream_label: Stated[str] | None
    quota: Stated[int] | None
    accreditation: Stated[AccreditationStatus] | None
    last_approved_on: Stated[dt.date] | None


NO_HEADER = Header(None, None, None, None, None, None)


def parse_header(part: Part, problems: Problems) -> Header:
    """Read the header part of a document, or the header cell of the CSV."""
    name, year, stream = _iteration(part)
    return Header(
        name, year, stream, _quota(part, problems), _accreditation(part, problems),
        _approved(part, problems),
    )  # fmt: skip


def _iteration(part: Part) -> tuple[Stated[str] | None, Stated[int] | None, Stated[str] | None]:
    """Return the iteration's name and year, and the stream on the line below."""
    for number, line in enumerate(part.lines):
        match = _ITERATION.match(line.folded)
        if match is None:
            continue
        start = line.start + match.end()
        words = mask_contacts(plain(part.reading.clean[start : line.end]))
        evidence = part.reading.evidence(part.kind, start, line.end)
        year = part.reading.evidence(
            part.kind, line.start + match.start("year"), line.start + match.end("year")
        )
        stream = _stream(part, part.lines[number + 1 : number + 2])
        return Stated(words, evidence), Stated(int(match.group("year")), year), stream
    return None, None, None


def _stream(part: Part, following: list[Line]) -> Stated[str] | None:
    """Return the stream's label: the plain line right below the iteration."""
    for line in following:
        if not line.folded.startswith("#"):
            words = mask_contacts(plain(part.reading.clean[line.start : line.end]))
            return Stated(words, part.reading.evidence(part.kind, line.start, line.end))
    return None


def _quota(part: Part, problems: Problems) -> Stated[int] | None:
    """Return the quota, on the heading's own line (CSV) or on the next (JSON)."""
    match = _QUOTA.search(part.reading.folded, part.heading_start, part.end)
    if match is None:
        return None
    value = match.group("value").strip()
    start = match.start("value")
    evidence = part.reading.evidence(part.kind, start, start + len(value))
    number = _NUMBER.match(value)
    if number is None:
        stated = "" if _NOTHING_BEHIND.match(value) else value
        if stated:
            problems.add(
                "QUOTA_NOT_A_NUMBER", "quota",
                f"The quota {stated[:40]!r} is not a number: correct it in the source.", evidence,
            )  # fmt: skip
        return None
    digits = re.sub(r"[ ,]", "", number.group("digits"))
    if number.group("sign") == "-" or number.group("fraction") or int(digits[:9]) > MAXIMUM_QUOTA:
        problems.add(
            "QUOTA_OUT_OF_RANGE", "quota",
            f"The quota {number.group()[:40]!r} is not a whole number from 0 to {MAXIMUM_QUOTA}: "
            "correct it in the source.",
            evidence,
        )  # fmt: skip
        return None
    # The evidence is the whole statement: a bare number would not show what it counts.
    end = start + len(number.group().rstrip(" ,"))
    return Stated(int(digits), part.reading.evidence(part.kind, match.start(), end))


def _accreditation(part: Part, problems: Problems) -> Stated[AccreditationStatus] | None:
    """Return the accreditation status; unknown words are a problem."""
    for line in part.lines:
        match = _ACCREDITATION.match(line.folded)
        if match is None or not match.group("value").strip(" *_"):
            continue
        start = line.start + match.start("value")
        evidence = part.reading.evidence(part.kind, start, line.end)
        status = _status(" ".join(match.group("value").split()).strip(" *_."))
        if status is None:
            problems.add(
                "UNKNOWN_ACCREDITATION", "accreditation",
                f"The accreditation status {plain(match.group('value'))[:80]!r} is unknown: add it "
                "to AccreditationStatus in warehouse/vocabulary.py and to the parser.",
                evidence,
            )  # fmt: skip
            return None
        return Stated(status, _statement(part, line))
    return None


def _status(words: str) -> AccreditationStatus | None:
    """Return the status that folded words name."""
    if "intent to withdraw" in words or re.search(
        r"(?:avis d'intention|intention de retrait)", words
    ):
        return AccreditationStatus.NOTICE_OF_INTENT_TO_WITHDRAW
    accredited = re.match(r"(?:accredited|agree?)\b", words)
    if accredited and re.search(r"\b(?:joint|conjoints?|conjointes?)\b", words):
        return AccreditationStatus.ACCREDITED_JOINT
    if accredited and accredited.end() == len(words):
        return AccreditationStatus.ACCREDITED
    return None


def _approved(part: Part, problems: Problems) -> Stated[dt.date] | None:
    """Return the day of the last approval; months stay English in French documents too."""
    for line in part.lines:
        match = _APPROVED.match(line.folded)
        if match is None or not match.group("value").strip(" *_"):
            continue
        start = line.start + match.start("value")
        evidence = part.reading.evidence(part.kind, start, line.end)
        written = next(iter(find_dates(match.group("value"))), None)
        days = written.days(None) if written is not None else None
        if days is None:
            problems.add(
                "IMPOSSIBLE_DATE", "last_approved_on",
                f"The approval date {plain(part.reading.clean[start : line.end])[:40]!r} does not"
                " exist: correct it in the source.",
                evidence,
            )  # fmt: skip
            return None
        return Stated(days[0], _statement(part, line))
    return None


def _statement(part: Part, line: Line) -> Evidence:
    """Return a header line without its heading marks as evidence."""
    marks = len(line.folded) - len(line.folded.lstrip("# "))
    return part.reading.evidence(part.kind, line.start + marks, line.end)
