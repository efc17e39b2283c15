"""Draws the true values of one program."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from etl.sample.draw_people import draw_contacts, draw_director
from etl.sample.draw_requirements import draw_requirements
from etl.sample.draw_review import draw_review, draw_weights
from etl.sample.facts import Facts, InterviewDate, TrainingSite
from etl.sample.plan import ProgramPlan
from etl.sample.prose import without_accents
from etl.sample.quirks import draw_quirks
from etl.sample.reference import load_reference
from etl.sample.texts import load_texts

# Share of documents with a section, where it is not all of them.
_OPTIONAL_SECTIONS = {
    "IMPORTANT_INFORMATION": 0.91,
    "REVIEW_PROCESS": 0.97,
    "INTERVIEWS": 0.995,
    "PROGRAM_HIGHLIGHTS": 0.89,
    "PROGRAM_CURRICULUM": 0.995,
    "TRAINING_SITES": 0.995,
    "ADDITIONAL_INFORMATION": 0.76,
    "FAQ": 0.4,
    "SUMMARY_OF_CHANGES": 0.69,
}
_SHORT_LACKS = {"IMPORTANT_INFORMATION", "PROGRAM_HIGHLIGHTS", "ADDITIONAL_INFORMATION", "FAQ"}
_ALWAYS = {
    "PROGRAM_CONTACTS",
    "GENERAL_INSTRUCTIONS",
    "SUPPORTING_DOCUMENTATION",
    "SELECTION_CRITERIA",
}
_AUTHORS_SECTIONS = (
    "PROGRAM_HIGHLIGHTS",
    "ADDITIONAL_INFORMATION",
    "IMPORTANT_INFORMATION",
    "PROGRAM_CURRICULUM",
    "SUPPORTING_DOCUMENTATION",
)
_IMG_SERVICE = ("REQUIRED",) * 6 + ("BOTH_GROUPS", "IMG_ONLY")
_OTHER_SERVICE = ("NOT_REQUIRED", "BOTH_GROUPS", "ADVICE", "NOT_APPLICABLE", "IMG_ONLY")
_FIRST_INTERVIEW_DAY = date(2025, 1, 13)


def draw_facts(plan: ProgramPlan, chance: random.Random, *, short: bool) -> Facts:
    """All true values of a program's document."""
    texts = load_texts(f"prose_{plan.language.lower()}")
    forms = load_texts(f"forms_{plan.language.lower()}")
    quirks = draw_quirks(plan, chance)
    years = _years(plan)
    director = draw_director(plan, chance)
    variant, status = _return_of_service(plan, chance, short=short)
    sections = _sections(chance, has_service=variant != "NONE", short=short)
    dates, source = _interview_dates(chance, quirks, has_section="INTERVIEWS" in sections)
    sites, style = _training_sites(plan, texts, chance, quirks, short=short)
    return Facts(
        language=plan.language,
        quota=min(int(chance.expovariate(0.28)) + 1, 40),
        accreditation=_accreditation(quirks),
        approved_on=date(2024, 8, 6) + timedelta(days=chance.randrange(185)),
        application_languages=_application_languages(plan, chance),
        years=years,
        director=director,
        contacts=draw_contacts(plan, texts["contacts"], director, chance, quirks, short=short),
        sections=sections,
        service_variant=variant,
        service_status=status,
        requirements=draw_requirements(forms, plan, chance, quirks, short=short),
        review=draw_review(forms, chance, quirks, short=short),
        weights=draw_weights(texts["weights"], chance, quirks),
        interview_dates=dates,
        dates_source=source,
        training_sites=sites if "TRAINING_SITES" in sections else (),
        sites_style=style,
        authors_section=_authors_section(chance, sections),
        scale=min(max(chance.lognormvariate(0.0, 0.55), 0.3), 1.85),
        quirks=quirks,
    )


def _years(plan: ProgramPlan) -> int:
    lengths: dict[str, list[int]] = load_texts("plan")["lengths"]
    for years, disciplines in lengths.items():
        if plan.discipline.id in disciplines:
            return int(years)
    return 5


def _accreditation(quirks: frozenset[str]) -> str:
    if "accreditation_withdrawal" in quirks:
        return "NOTICE_OF_INTENT_TO_WITHDRAW"
    return "ACCREDITED_JOINT" if "accreditation_joint" in quirks else "ACCREDITED"


def _application_languages(plan: ProgramPlan, chance: random.Random) -> tuple[str, ...]:
    if chance.random() < 0.05:
        return ("EN", "FR")
    return (plan.language,)


def _sections(chance: random.Random, *, has_service: bool, short: bool) -> frozenset[str]:
    present = {kind for kind, share in _OPTIONAL_SECTIONS.items() if chance.random() < share}
    if short:
        present -= _SHORT_LACKS
    if has_service:
        present.add("RETURN_OF_SERVICE")
    return frozenset(present | _ALWAYS)


def _authors_section(chance: random.Random, sections: frozenset[str]) -> str:
    candidates = [kind for kind in _AUTHORS_SECTIONS if kind in sections]
    return chance.choice(candidates)


def _return_of_service(
    plan: ProgramPlan, chance: random.Random, *, short: bool
) -> tuple[str, str | None]:
    """The variant of the section's text, and the status that it states for this stream."""
    group = plan.stream.rsplit("for ", 1)[1]
    if "RoS" in plan.stream or "RGP" in plan.stream:
        variant = "REQUIRED"
    elif group == "IMG":
        variant = chance.choice(_IMG_SERVICE)
    elif group == "MOTP/MMTP" or chance.random() < (0.8 if short else 0.6):
        variant = "NONE"
    else:
        variant = chance.choice(_OTHER_SERVICE)
    # A text that speaks of one group only, or of none, states nothing for the others.
    statuses: dict[str, dict[str, str]] = {
        "REQUIRED": {group: "REQUIRED"},
        "NOT_REQUIRED": {group: "NOT_REQUIRED"},
        "BOTH_GROUPS": {"IMG": "REQUIRED", "CMG": "NOT_REQUIRED", "All": "CONDITIONAL"},
        "IMG_ONLY": {"IMG": "REQUIRED", "All": "CONDITIONAL"},
    }
    return variant, statuses.get(variant, {}).get(group)


def _interview_dates(
    chance: random.Random, quirks: frozenset[str], *, has_section: bool
) -> tuple[tuple[InterviewDate, ...], str]:
    """Interview days and where they stand: LIST, PROSE or NONE."""
    if not has_section:
        return (), "NONE"
    first = _FIRST_INTERVIEW_DAY + timedelta(days=chance.randrange(14))
    if "no_interview_list" not in quirks:
        days = sorted(chance.sample(range(6), chance.choice((1, 1, 2, 2, 3, 4))))
        dates = [first + timedelta(days=day) for day in days]
        return tuple(InterviewDate(day, day) for day in dates), "LIST"
    if chance.random() < 0.35:
        return (), "NONE"
    # A span stays within one month, so that its text is short and clear.
    last = min(first + timedelta(days=chance.choice((0, 1, 2))), date(2025, 1, 31))
    return (InterviewDate(first, last),), "PROSE"


def _training_sites(
    plan: ProgramPlan,
    texts: dict[str, Any],
    chance: random.Random,
    quirks: frozenset[str],
    *,
    short: bool,
) -> tuple[tuple[TrainingSite, ...], str]:
    """Made-up hospitals and clinics named after real places of the site's province."""
    cities = load_reference().cities_of(plan.site.province) or (plan.site.city,)
    templates: list[str] = texts["sites"]["names"]
    comments: list[str] = texts["sites"]["comments"]
    names: dict[str, None] = {}
    for template in chance.sample(templates, 3 if short else chance.randint(4, 10)):
        place = plan.site.city if chance.random() < 0.5 else chance.choice(cities)
        name = template.replace("{place}", place)
        names[without_accents(name) if "lost_accents" in quirks else name] = None
    in_prose = 2 if len(names) > 4 and chance.random() < 0.5 else 0
    listed = len(names) - in_prose
    sites = tuple(
        TrainingSite(
            name,
            "LIST" if index < listed else "PROSE",
            chance.choice(comments) if chance.random() < 0.3 else "",
        )
        for index, name in enumerate(names)
    )
    return sites, chance.choice(("bullets", "bullets", "dashes", "table", "nested", "headings"))
