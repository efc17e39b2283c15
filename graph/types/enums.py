"""The warehouse's vocabularies as enums of the graph, with the meaning of every word."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from strawberry.types.enum import EnumValue, StrawberryEnumDefinition

from warehouse.search.ranking_settings import SearchMode
from warehouse.vocabulary import (
    AccreditationStatus,
    ApplicantCategory,
    DateSource,
    DocumentPart,
    JobKind,
    JobStatus,
    Language,
    ProgramField,
    Province,
    RequirementKind,
    RequirementStatus,
    ReturnOfServiceStatus,
    SearchRefreshStatus,
    SectionKind,
    SelectionComponent,
    SelectionPhase,
    SimulationKind,
    SkipReason,
    TrainingSiteForm,
    Vocabulary,
)

__all__ = [
    "AccreditationStatus",
    "ApplicantCategory",
    "DateSource",
    "EvidenceSection",
    "JobKind",
    "JobStatus",
    "Language",
    "ProgramField",
    "Province",
    "RequirementKind",
    "RequirementStatus",
    "ReturnOfServiceStatus",
    "SearchMode",
    "SearchRefreshStatus",
    "SectionKind",
    "SelectionComponent",
    "SelectionPhase",
    "SimulationKind",
    "SkipReason",
    "SortDirection",
    "TrainingSiteForm",
]

PUBLISHED = (
    AccreditationStatus,
    ApplicantCategory,
    DateSource,
    JobKind,
    JobStatus,
    Language,
    Province,
    RequirementKind,
    RequirementStatus,
    ReturnOfServiceStatus,
    SearchRefreshStatus,
    SectionKind,
    SelectionComponent,
    SelectionPhase,
    SimulationKind,
    SkipReason,
    TrainingSiteForm,
)


def describe(
    words: type[StrEnum], meanings: Mapping[str, str], *, name: str = "", description: str = ""
) -> None:
    """Make a class an enum of the graph, with the meaning of every member.

    Its name and docstring are the enum's, unless others are given.
    """
    published: Any = words
    published.__strawberry_definition__ = StrawberryEnumDefinition(
        wrapped_cls=words,
        name=name or words.__name__,
        values=[
            EnumValue(word.name, word.value, description=meanings[word])
            for word in words
            if word in meanings
        ],
        description=description or inspect.cleandoc(words.__doc__ or ""),
    )


def publish(words: type[Vocabulary], *, without: Sequence[Vocabulary] = ()) -> None:
    """Make a vocabulary an enum of the graph; its members' meanings become descriptions."""
    describe(words, {word.value: word.description for word in words if word not in without})


for vocabulary in PUBLISHED:
    publish(vocabulary)
# Contacts are restricted, and so is where they stand: no evidence for them can be asked for.
publish(ProgramField, without=[ProgramField.CONTACTS])


def word_of(word: Vocabulary) -> tuple[str, str]:
    """Return the definition of a word, for another vocabulary that has it too."""
    return word.value, word.description


class EvidenceSection(Vocabulary):
    """The part of a document in which evidence stands."""

    HEADER = word_of(DocumentPart.HEADER)
    DIRECTOR = word_of(DocumentPart.DIRECTOR)
    PROGRAM_CONTACTS = word_of(DocumentPart.PROGRAM_CONTACTS)
    IMPORTANT_INFORMATION = word_of(SectionKind.IMPORTANT_INFORMATION)
    RETURN_OF_SERVICE = word_of(SectionKind.RETURN_OF_SERVICE)
    GENERAL_INSTRUCTIONS = word_of(SectionKind.GENERAL_INSTRUCTIONS)
    SUPPORTING_DOCUMENTATION = word_of(SectionKind.SUPPORTING_DOCUMENTATION)
    REVIEW_PROCESS = word_of(SectionKind.REVIEW_PROCESS)
    INTERVIEWS = word_of(SectionKind.INTERVIEWS)
    SELECTION_CRITERIA = word_of(SectionKind.SELECTION_CRITERIA)
    PROGRAM_HIGHLIGHTS = word_of(SectionKind.PROGRAM_HIGHLIGHTS)
    PROGRAM_CURRICULUM = word_of(SectionKind.PROGRAM_CURRICULUM)
    TRAINING_SITES = word_of(SectionKind.TRAINING_SITES)
    ADDITIONAL_INFORMATION = word_of(SectionKind.ADDITIONAL_INFORMATION)
    FAQ = word_of(SectionKind.FAQ)
    SUMMARY_OF_CHANGES = word_of(SectionKind.SUMMARY_OF_CHANGES)


publish(EvidenceSection)


describe(
    SearchMode,
    {
        "LEXICAL": "By words, and nothing guessed: BM25, stemmed, with slips forgiven and the"
        " lexicon's terms in both languages.",
        "SEMANTIC": "By meaning: likeness of vectors, and the phrases in which documents speak of"
        " what the query is likely to ask.",
        "HYBRID": "By both together: the more certain it is what a sentence asks, the more meaning"
        " counts.",
    },
)


class SortDirection(StrEnum):
    """Which way to sort. Rows without a value come last either way."""

    ASC = "ASC"
    DESC = "DESC"


describe(
    SortDirection,
    {"ASC": "From the least to the greatest.", "DESC": "From the greatest to the least."},
)
