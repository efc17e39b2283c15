"""Statistics of a match iteration: one typed row per specialty, requirement, criterion, place.

Numbers are not rounded. A median is the middle value, or the mean of the two in the middle; means
and medians leave out what is not stated, and are null where nothing is.
"""

from __future__ import annotations

from typing import Any

import strawberry

from graph.planner.declare import argument
from graph.planner.declare_groups import (
    breakdown,
    dimension,
    group_list,
    group_type,
    measure,
    share,
)
from graph.types.discipline import Discipline
from graph.types.enums import (
    ApplicantCategory,
    Language,
    Province,
    RequirementKind,
    RequirementStatus,
    SelectionComponent,
    SelectionPhase,
)
from graph.types.group_inputs import group_arguments, group_order
from graph.types.site import Site

PROGRAMS = "Number of programs."
POSITIONS = "Positions: sum of the stated quotas; null where none is stated."
STATED = "Number of programs that state a quota."
OF_ITEM = "count(DISTINCT {program})"


def median(of: str) -> str:
    """Return the SQL of a median, interpolated between the two values in the middle."""
    return f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {of})"


def mean(of: str) -> str:
    """Return the SQL of a mean, in decimal arithmetic: the same in whatever order rows come."""
    return f"avg({of}::numeric)"


def program_count() -> Any:
    """Declare the number of programs of a group of programs."""
    return measure("count(*)", PROGRAMS)


def positions() -> Any:
    """Declare the positions of a group of programs."""
    return measure("sum({quota})", POSITIONS)


def quota_stated_count() -> Any:
    """Declare how many programs of a group of programs state a quota."""
    return measure("count({quota})", STATED)


@group_type(
    "Program",
    default_order=[("PROGRAM_COUNT", True)],
    description="The programs of a specialty that a category of applicants may apply to.",
)
class ApplicantCategoryStatistics:
    """The programs of a specialty for a category of applicants."""

    applicant_category: ApplicantCategory = dimension("stream.applicantCategory", "Who may apply.")
    program_count: int = program_count()
    positions: int | None = positions()
    quota_stated_count: int = quota_stated_count()


@group_type(
    "Program",
    default_order=[("PROGRAM_COUNT", True)],
    description="The programs of a specialty whose descriptions are in a language.",
)
class LanguageStatistics:
    """The programs of a specialty in a language."""

    language: Language = dimension("language", "Language of the description document.")
    program_count: int = program_count()
    positions: int | None = positions()
    quota_stated_count: int = quota_stated_count()


@group_type(
    "Program", default_order=[("PROGRAM_COUNT", True)], description="A specialty in numbers."
)
class SpecialtyStatistics:
    """A specialty in numbers."""

    discipline: Discipline = dimension("discipline", "The specialty.", sort="name")
    program_count: int = program_count()
    university_count: int = measure(
        "count(DISTINCT {university.code})", "Number of universities that offer it."
    )
    site_count: int = measure(
        "count(DISTINCT ({site.label}, {site.city}, {site.province}))",
        "Number of sites at which it is offered.",
    )
    province_count: int = measure(
        "count(DISTINCT {site.province})", "Number of provinces and territories of those sites."
    )
    positions: int | None = positions()
    quota_stated_count: int = quota_stated_count()
    mean_length_years: float | None = measure(mean("{lengthYears}"), "Mean length in years.")
    median_length_years: float | None = measure(median("{lengthYears}"), "Median length in years.")
    length_stated_count: int = measure(
        "count({lengthYears})", "Number of programs that state a length."
    )
    applicant_categories: list[ApplicantCategoryStatistics] = breakdown(
        "The same by who may apply; the category with most programs first, then by its word."
    )
    languages: list[LanguageStatistics] = breakdown(
        "The same by language of the description; that of most programs first, then by its word."
    )


@group_type(
    "ProgramRequirement",
    default_order=[("DISCIPLINE", False), ("PROGRAM_COUNT", True)],
    description="What programs of a discipline ask for: one kind of item, with one status.",
)
class RequirementStatistics:
    """One kind of item that programs of a discipline ask for, with one status."""

    discipline: Discipline = dimension("program.discipline", "The discipline.", sort="name")
    kind: RequirementKind = dimension("kind", "What kind of item.")
    status: RequirementStatus | None = dimension(
        "status", "The status heading above it; null where none is in force."
    )
    program_count: int = measure(OF_ITEM, "Number of programs with such an item.")
    program_share: float = share(
        "Share, 0 to 1, of the programs of the discipline that have such an item."
    )
    item_count: int = measure("count(*)", "Number of such items: a program may list several.")
    least_quantity: int | None = measure(
        "min({quantity})",
        "Least number requested (of letters, for example), over the items that state one.",
    )
    median_quantity: float | None = measure(
        median("{quantity}"), "Median number requested, over the items that state one."
    )
    greatest_quantity: int | None = measure(
        "max({quantity})", "Greatest number requested, over the items that state one."
    )
    median_max_words: float | None = measure(
        median("{maxWords}"), "Median of the greatest numbers of words, over the items with one."
    )


@group_type(
    "SelectionCriterion",
    default_order=[("PROGRAM_COUNT", True)],
    description="How programs treat one component in one phase of the selection.",
)
class CriteriaPattern:
    """How programs treat one component in one phase of the selection."""

    phase: SelectionPhase = dimension("phase", "Part of the selection.")
    component: SelectionComponent = dimension("component", "What is looked at.")
    discipline: Discipline | None = dimension(
        "program.discipline", "The discipline; null without `byDiscipline`.", sort="name"
    )
    program_count: int = measure(OF_ITEM, "Number of programs that speak of it in this phase.")
    program_share: float = share(
        "Share, 0 to 1, of all programs (with `byDiscipline`: of the discipline) that speak of it."
    )
    evaluated_count: int = measure(
        f"{OF_ITEM} FILTER (WHERE {{isEvaluated}})", "Number of programs that say they evaluate it."
    )
    not_evaluated_count: int = measure(
        f"{OF_ITEM} FILTER (WHERE NOT {{isEvaluated}})",
        "Number of programs that say they do not evaluate it.",
    )
    weight_stated_count: int = measure("count({weightPercent})", "Number of stated weights.")
    mean_weight_percent: float | None = measure(
        mean("{weightPercent}"), "Mean of the stated weights, in percent."
    )


@group_type(
    "Program",
    default_order=[("PROGRAM_COUNT", True)],
    description="The programs of a city at one of its sites.",
)
class SiteStatistics:
    """The programs of a city at one of its sites."""

    site: Site = dimension("site", "The site.", sort="label")
    program_count: int = program_count()
    positions: int | None = positions()


@group_type(
    "Program",
    default_order=[("PROGRAM_COUNT", True)],
    description="The programs of a town or city, with its coordinates: a point on a map.",
)
class CityStatistics:
    """The programs of a town or city."""

    province: Province = dimension("site.location.province", "Province or territory of the sites.")
    city: str = dimension("site.location.city", "Town or city where training is centred.")
    latitude: float | None = measure(
        "max({site.location.latitude})", "Latitude of the city, WGS 84, in degrees north."
    )
    longitude: float | None = measure(
        "max({site.location.longitude})", "Longitude of the city, WGS 84, in degrees east."
    )
    site_labels: list[str] = measure(
        'array_agg(DISTINCT {site.label} COLLATE "C" ORDER BY {site.label} COLLATE "C")',
        "Labels of the sites in the city, in the order of their code points.",
    )
    program_count: int = program_count()
    positions: int | None = positions()
    quota_stated_count: int = quota_stated_count()
    discipline_count: int = measure(
        "count(DISTINCT {discipline.disciplineId})", "Number of disciplines."
    )
    university_count: int = measure("count(DISTINCT {university.code})", "Number of universities.")
    sites: list[SiteStatistics] = breakdown(
        "The same by site; that of most programs first, then by label, city and province."
    )


SpecialtyStatisticsOrder = group_order(SpecialtyStatistics)
RequirementStatisticsOrder = group_order(RequirementStatistics)
CriteriaPatternOrder = group_order(CriteriaPattern)
CityStatisticsOrder = group_order(CityStatistics)
MOST_PROGRAMS_FIRST = "the most programs first"


@strawberry.type(description="Statistics over the programs of a match iteration at one moment.")
class Analytics:
    """Statistics over the programs of a match iteration at one moment."""

    specialties: list[SpecialtyStatistics] = group_list(
        "One row per discipline.",
        group_arguments(SpecialtyStatisticsOrder, MOST_PROGRAMS_FIRST),
    )
    requirements_by_discipline: list[RequirementStatistics] = group_list(
        "One row per discipline, kind of item and status.",
        group_arguments(
            RequirementStatisticsOrder, f"by discipline, within it {MOST_PROGRAMS_FIRST}"
        ),
    )
    criteria_patterns: list[CriteriaPattern] = group_list(
        "One row per phase and component, of all disciplines together or of each.",
        [
            *group_arguments(CriteriaPatternOrder, MOST_PROGRAMS_FIRST),
            argument("by_discipline", bool, "Whether to tell disciplines apart.", default=False),
        ],
        flags={"byDiscipline": "discipline"},
    )
    geography: list[CityStatistics] = group_list(
        "One row per town or city with a site.",
        group_arguments(CityStatisticsOrder, MOST_PROGRAMS_FIRST),
    )
