"""Programs in groups, by one or several dimensions at once."""

from __future__ import annotations

from graph.planner.declare_groups import dimension, group_type, totals
from graph.planner.derived import Measure
from graph.types.aggregate import ProgramAggregate
from graph.types.discipline import Discipline
from graph.types.enums import AccreditationStatus, ApplicantCategory, Language, Province
from graph.types.group_inputs import dimension_words, group_order
from graph.types.ranges import CountRange
from graph.types.site import Site
from graph.types.stream import Stream
from graph.types.university import University

TERMS = {
    "COUNT": "Number of programs.",
    "QUOTA_SUM": "Sum of the stated quotas; groups in which none is stated come last.",
    "QUOTA_AVG": "Mean of the stated quotas; groups in which none is stated come last.",
}


@group_type(
    "Program",
    default_order=[("COUNT", True)],
    terms={
        "COUNT": Measure("count(*)"),
        "QUOTA_SUM": Measure("sum({quota})"),
        "QUOTA_AVG": Measure("avg({quota})"),
    },
    description="Programs that are alike in the dimensions asked for. A dimension not asked for is"
    " null; one asked for is null in the group of the programs whose source states nothing.",
)
class ProgramGroup:
    """Programs that are alike in the dimensions asked for."""

    discipline: Discipline | None = dimension("discipline", "The discipline.", sort="name")
    university: University | None = dimension("university", "The university.", sort="name")
    province: Province | None = dimension(
        "site.province", "Province or territory of the site, not of the school."
    )
    site: Site | None = dimension("site", "The site: a label at a place.", sort="label")
    stream: Stream | None = dimension("stream", "The stream.", sort="label")
    applicant_category: ApplicantCategory | None = dimension(
        "stream.applicantCategory", "Who may apply."
    )
    language: Language | None = dimension("language", "Language of the description document.")
    accreditation: AccreditationStatus | None = dimension(
        "accreditation", "Accreditation status; null where not stated."
    )
    application_volume: CountRange | None = dimension(
        "applicationVolume", "Average number of applications; null where not stated."
    )
    aggregate: ProgramAggregate = totals("Totals over the programs of the group.")


ProgramGroupOrder = group_order(ProgramGroup, TERMS)
ProgramDimension = dimension_words(
    ProgramGroup, "ProgramDimension", "What programs can be grouped by."
)
