"""What is true of one program: the structured record that its document is rendered from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Contact:
    """A person of the section Program Contacts, each value as the document writes it."""

    name: str
    title: str
    email: str | None
    phone: str | None
    information: str | None


@dataclass(frozen=True, slots=True)
class LanguageTest:
    """An accepted language test; `tick` and `prose` are how the document names it."""

    name: str
    minimum_score: str | None
    tick: str
    prose: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requested item of the supporting documentation."""

    block: str
    kind: str
    label: str
    status: str
    quantity: int | None = None
    quantity_form: str = ""
    min_words: int | None = None
    max_words: int | None = None
    tests: tuple[LanguageTest, ...] = ()
    files: tuple[str, ...] = ()
    explanation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """A row of a table of components: evaluated, not evaluated, or unknown."""

    component: str
    label: str
    article: str
    is_evaluated: bool | None
    text: str | None
    continuation: str | None = None


@dataclass(frozen=True, slots=True)
class WeightGroup:
    """A sentence that states the weights of the parts of a score."""

    phase: str
    template: str
    subjects: tuple[str, ...]
    percents: tuple[int, ...]
    shape: str


@dataclass(frozen=True, slots=True)
class InterviewDate:
    """A day of interviews, or a span of days."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class TrainingSite:
    """A named place of training and how the document presents it."""

    name: str
    form: str
    comment: str


@dataclass(frozen=True, slots=True)
class FileReview:
    """Buckets, answers and components of the selection criteria."""

    volume: str | None
    percent: str | None
    components: tuple[Criterion, ...]
    interview_components: tuple[Criterion, ...]
    formats: tuple[str, ...]
    elective_answer: str
    on_site_answer: str
    has_elective_notes: bool
    considers_outside: bool
    has_outside_text: bool
    has_ranking_text: bool
    reschedule: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the truth of one document states, before it is rendered."""

    language: str
    quota: int
    accreditation: str
    approved_on: date
    application_languages: tuple[str, ...]
    years: int
    director: str
    contacts: tuple[Contact, ...]
    sections: frozenset[str]
    service_variant: str
    service_status: str | None
    requirements: tuple[Requirement, ...]
    review: FileReview
    weights: tuple[WeightGroup, ...]
    interview_dates: tuple[InterviewDate, ...]
    dates_source: str
    training_sites: tuple[TrainingSite, ...]
    sites_style: str
    authors_section: str
    scale: float
    quirks: frozenset[str]
