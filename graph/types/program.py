"""Programs: what an applicant ranks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.planner.declare import (
    argument,
    column,
    declared,
    embedded,
    part,
    table_type,
    to_many,
    to_one,
)
from graph.planner.derived import Versions
from graph.planner.similar import DEFAULT_SIZE, MOST_SIMILAR
from graph.planner.sources import GlobalId, ListArgument, OfConnection, Similar
from graph.planner.weights import TOTAL, ListSize, listed
from graph.types.aggregate import ProgramAggregate
from graph.types.criterion import SelectionCriterion
from graph.types.discipline import Discipline
from graph.types.enums import (
    AccreditationStatus,
    Language,
    ProgramField,
    ReturnOfServiceStatus,
    SectionKind,
)
from graph.types.evidence import Evidence
from graph.types.generate import filter_input, list_filter, order_input
from graph.types.iteration import MatchIteration
from graph.types.paging import Connection, Node
from graph.types.ranges import CountRange, PercentRange
from graph.types.requirement import ProgramRequirement
from graph.types.section import ProgramSection
from graph.types.site import Site
from graph.types.stream import Stream
from graph.types.training import InterviewDate, TrainingSite
from graph.types.university import University
from graph.types.version import ProgramVersion

if TYPE_CHECKING:
    from graph.types.similar import SimilarProgram

FACTS = "core.fact_program"
OWN_KEY = ("program_key", "program_key")
HIDDEN_EVIDENCE = ("field", ProgramField.CONTACTS.value)
"""Where contacts stand is as restricted as they are."""


@strawberry.type(description="What a program says of a return of service.")
class ReturnOfService:
    """What a program says of a return of service."""

    status: ReturnOfServiceStatus | None = part(
        "Whether one is attached; null where the text states neither."
    )
    text: str | None = part("What the program says, contacts masked.", weight=20)


@table_type("core.dim_program", natural_key=["match_iteration_id", "program_stream_id"],
            beside={FACTS: "program_key"},
            description="A residency program stream: what an applicant ranks.")  # fmt: skip
class Program(Node):
    """A residency program stream."""

    id: strawberry.ID = declared(
        GlobalId(), "Global id of iteration and program stream id, the same in every version."
    )
    program_stream_id: int = column()
    name: str = column(weight=2)
    url: str = column(weight=2)
    language: Language = column()
    application_languages: list[Language] = column(is_sortable=False)
    quota: int | None = column(beside=FACTS)
    length_years: float | None = column(beside=FACTS)
    accreditation: AccreditationStatus | None = column(beside=FACTS)
    last_approved_on: dt.date | None = column(beside=FACTS)
    iteration: MatchIteration = to_one(
        ("match_iteration_key", "match_iteration_key"), description="The match iteration."
    )
    discipline: Discipline = to_one(
        ("discipline_key", "discipline_key"), description="The discipline."
    )
    university: University = to_one(
        ("university_key", "university_key"), description="The university."
    )
    site: Site = to_one(("site_key", "site_key"), description="The site.")
    stream: Stream = to_one(("stream_key", "stream_key"), description="The stream.")
    application_volume: CountRange | None = embedded(
        FACTS,
        "Average number of applications in the last five years; null where not stated.",
        min="application_volume_min",
        max="application_volume_max",
        label="application_volume_label",
    )
    interview_offer_rate: PercentRange | None = embedded(
        FACTS,
        "Average share of applicants offered an interview; null where not stated.",
        min="interview_offer_percent_min",
        max="interview_offer_percent_max",
        label="interview_offer_label",
    )
    return_of_service: ReturnOfService | None = embedded(
        FACTS,
        "What the program says of a return of service; null where it says nothing.",
        status="return_of_service_status",
        text="return_of_service_text",
    )
    sections: list[ProgramSection] = to_many(
        ProgramSection,
        OWN_KEY,
        order=["ordinal"],
        description="Sections of the description, in the order of the document.",
        arguments=[
            (
                argument("kinds", list[SectionKind] | None, "Which kinds; by default all."),
                ListArgument("kind", "= ANY"),
            )
        ],
        size=listed(13, "kinds"),
    )
    requirements: list[ProgramRequirement] = to_many(
        ProgramRequirement,
        OWN_KEY,
        order=["ordinal"],
        description="What applicants submit, in the order of the document.",
        size=13,
    )
    selection_criteria: list[SelectionCriterion] = to_many(
        SelectionCriterion,
        OWN_KEY,
        order=["ordinal"],
        description="What the program says it looks at, in the order of the document.",
        size=31,
    )
    interview_dates: list[InterviewDate] = to_many(
        InterviewDate,
        OWN_KEY,
        order=["starts_on", "ordinal"],
        description="Days of interviews, calendar dates without a time zone, the first first.",
        size=5,
    )
    training_sites: list[TrainingSite] = to_many(
        TrainingSite,
        OWN_KEY,
        order=["ordinal"],
        description="Places where residents train, as the description names them.",
        size=12,
    )
    evidence: list[Evidence] = to_many(
        Evidence,
        OWN_KEY,
        order=["ordinal"],
        description="The spans of the source from which the values of a field were read.",
        arguments=[
            (
                argument("field", ProgramField, "The field of the program."),
                ListArgument("field", "="),
            )
        ],
        hidden=HIDDEN_EVIDENCE,
        size=13,
    )
    history: list[ProgramVersion] = declared(
        Versions(),
        "All versions of the program, the newest first, whatever moment is read.",
        [
            argument("first", int | None, "How many versions: 100 by default, and at most."),
            argument("offset", int | None, "Number of versions to leave out, the newest first."),
        ],
        size=listed(10),
    )
    similar: list[Annotated[SimilarProgram, strawberry.lazy("graph.types.similar")]] = declared(
        Similar(),
        "Programs of the same iteration that are most like this one, by fields and by text that"
        " they share, the most alike first.",
        [argument("first", int | None,
                  f"How many: {DEFAULT_SIZE} by default, {MOST_SIMILAR} at most.")],
        weight=TOTAL,
        size=ListSize(assumed_size=DEFAULT_SIZE, slicing_arguments=["first"],
                      require_one_slicing_argument=False),
    )  # fmt: skip


ProgramFilter = filter_input(Program)
ProgramListFilter = list_filter(Program)
ProgramOrder = order_input(Program)


@strawberry.type(description="A page of programs.")
class ProgramConnection(Connection[Program]):
    """A page of programs."""

    aggregate: ProgramAggregate = declared(
        OfConnection("aggregate"), "Totals over all pages together.", weight=TOTAL
    )
