"""What the parsers return: values with the place where each was read.

Texts are NFC, unwrapped and masked; only evidence still points into the text as received.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from etl.sources.carms.document import SourceText
from warehouse.vocabulary import (
    AccreditationStatus,
    DateSource,
    DocumentPart,
    Language,
    RequirementKind,
    RequirementStatus,
    ReturnOfServiceStatus,
    SectionKind,
    SelectionComponent,
    SelectionPhase,
    TrainingSiteForm,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A half-open span of code points of a landed text, as received.

    ``section`` is a value of ``SectionKind`` or ``DocumentPart``.
    """

    source: SourceText
    section: str
    start: int
    end: int

    @property
    def quote(self) -> str:
        """Return the text of the span as received (contacts are not masked here)."""
        return self.source.payload[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Stated(Generic[T]):
    """A value and the place that states it."""

    value: T
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class CountRange:
    """A bucket of counts; ``max`` is null where the bucket is open."""

    min: int
    max: int | None
    label: str


@dataclass(frozen=True, slots=True)
class PercentRange:
    """A bucket of percentages between 0 and 100."""

    min: float
    max: float
    label: str


@dataclass(frozen=True, slots=True)
class ReturnOfService:
    """What a program says of return of service; ``status`` is null where it states neither."""

    status: ReturnOfServiceStatus | None
    text: str | None


@dataclass(frozen=True, slots=True)
class ParsedSection:
    """A published section: its text, and its heading in the text that values are read from."""

    kind: SectionKind
    heading: str
    text: str
    evidence: Evidence
    heading_evidence: Evidence


@dataclass(frozen=True, slots=True)
class AcceptedTest:
    """A language test that a program accepts, with the least score as stated."""

    name: str
    minimum_score: str | None


@dataclass(frozen=True, slots=True)
class ParsedRequirement:
    """An item that applicants submit. The evidence is its title line."""

    kind: RequirementKind
    label: str
    status: RequirementStatus | None
    quantity: int | None
    min_words: int | None
    max_words: int | None
    tests: tuple[AcceptedTest, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ParsedCriterion:
    """What a program says it looks at: a table row, a team, a goal, a stated weight …."""

    phase: SelectionPhase
    component: SelectionComponent
    label: str
    is_evaluated: bool | None
    text: str | None
    weight_percent: float | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ParsedInterviewDate:
    """An interview day, or a range of days (inclusive)."""

    starts_on: dt.date
    ends_on: dt.date
    source: DateSource
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ParsedTrainingSite:
    """A place of training, once, at its first mention."""

    name: str
    form: TrainingSiteForm
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ParsedContact:
    """A contact block (restricted). Each part keeps its own span besides the block's."""

    name: Stated[str] | None
    title: Stated[str] | None
    email: Stated[str] | None
    phone: Stated[str] | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ParsedPart:
    """A part that is no published section: header, director's block, contacts."""

    kind: DocumentPart
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Problem:
    """Something stated that cannot be: the value is left out, the row is for quarantine.

    ``field`` is the program's field, ``message`` says what, where and what to do (masked).
    """

    code: str
    field: str
    message: str
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class ParsedProgram:
    """Everything read from one program's texts. What is not stated is null or empty."""

    match_iteration_id: int
    program_stream_id: int
    parser_version: str
    language: Stated[Language] | None
    iteration_name: Stated[str] | None
    iteration_year: Stated[int] | None
    stream_label: Stated[str] | None
    quota: Stated[int] | None
    accreditation: Stated[AccreditationStatus] | None
    last_approved_on: Stated[dt.date] | None
    application_languages: Stated[tuple[Language, ...]] | None
    application_volume: Stated[CountRange] | None
    interview_offer: Stated[PercentRange] | None
    length_years: Stated[float] | None
    return_of_service: Stated[ReturnOfService] | None
    sections: tuple[ParsedSection, ...]
    parts: tuple[ParsedPart, ...]
    requirements: tuple[ParsedRequirement, ...]
    criteria: tuple[ParsedCriterion, ...]
    interview_dates: tuple[ParsedInterviewDate, ...]
    training_sites: tuple[ParsedTrainingSite, ...]
    contacts: tuple[ParsedContact, ...]
    problems: tuple[Problem, ...]

    def longer_than(self, most: int) -> Iterator[tuple[str, int]]:
        """Yield name and length of every list of more than ``most`` items."""
        lengths = {
            "sections": len(self.sections),
            "requirements": len(self.requirements),
            "tests of a requirement": max((len(r.tests) for r in self.requirements), default=0),
            "selection criteria": len(self.criteria),
            "interview dates": len(self.interview_dates),
            "training sites": len(self.training_sites),
            "contacts": len(self.contacts),
        }
        return ((name, length) for name, length in lengths.items() if length > most)
