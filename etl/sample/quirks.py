"""Names of the planted quirks, and the choice of those that a document is to have.

Some quirks follow from the program (a French document), the others are drawn here. Each of these
is also due in turn by position, so that even a small sample has all of them.
"""

from __future__ import annotations

import random

from etl.sample.plan import BILINGUAL_SCHOOLS, FRENCH_SCHOOLS, ProgramPlan
from etl.sample.prose import without_accents

# Chance of each drawn quirk in a full document of the language.
DRAWN_BOTH = {
    "combining_accents": 0.04,
    "zero_width_spaces": 0.05,
    "author_rule": 0.06,
    "author_heading": 0.08,
    "lookalike_heading": 0.04,
    "rule_before_unknown_heading": 0.04,
    "email_in_prose": 0.3,
    "phone_in_prose": 0.15,
    "mailto_link": 0.25,
    "tel_link": 0.1,
    "phone_extension": 0.2,
    "quota_suffix": 0.07,
    "multi_line_cell": 0.25,
    "empty_cell": 0.1,
    "no_interview_list": 0.09,
    "partial_formats": 0.03,
    "link_wrapped": 0.4,
    "url_wrapped": 0.15,
    "weights_in_prose": 0.35,
    "percent_not_a_weight": 0.25,
    "number_in_words": 0.25,
    "number_in_digits": 0.1,
    "accreditation_joint": 0.015,
    "accreditation_withdrawal": 0.01,
}
DRAWN_ENGLISH = {"both_spellings": 0.15}
DRAWN_FRENCH = {"lost_accents": 0.45, "stray_spaces": 0.45}

# Quirks that follow from the program or from a drawn value; listed so that tests know them.
FOLLOWING = (
    "french_document_of_english_school",
    "english_document_of_french_school",
    "url_says_en",
    "french_title",
    "title_wrapped",
    "tick_boxes_lost",
    "empty_summary_table",
    "site_is_not_a_city",
    "component_not_evaluated",
    "interview_dates_list",
    "interview_dates_in_prose",
    "no_interview_dates",
    "word_count_none",
    "return_of_service_required",
    "return_of_service_not_required",
    "return_of_service_conditional",
    "return_of_service_unstated",
    "english_month_in_french_header",
    "csv_section_empty",
    "email_and_phone_in_contacts",
    "letter_count_unstated",
)
ALL_QUIRKS = tuple(sorted({*DRAWN_BOTH, *DRAWN_ENGLISH, *DRAWN_FRENCH, *FOLLOWING}))


def draw_quirks(plan: ProgramPlan, chance: random.Random) -> frozenset[str]:
    """The quirks that the document of this program is to have."""
    table = dict(DRAWN_BOTH)
    table.update(DRAWN_FRENCH if plan.language == "FR" else DRAWN_ENGLISH)
    chosen = {name for name, share in table.items() if chance.random() < share}
    rotation = tuple(DRAWN_BOTH)
    chosen.add(rotation[plan.position % len(rotation)])
    if {"accreditation_joint", "accreditation_withdrawal"} <= chosen:
        chosen.discard("accreditation_joint")
    return frozenset(chosen)


def program_quirks(plan: ProgramPlan) -> set[str]:
    """The quirks that follow from the program alone."""
    found: set[str] = {"tick_boxes_lost"}
    if plan.language == "FR":
        found |= {"url_says_en", "french_title", "english_month_in_french_header"}
        if plan.school.code in BILINGUAL_SCHOOLS:
            found.add("french_document_of_english_school")
    elif plan.school.code in FRENCH_SCHOOLS:
        found.add("english_document_of_french_school")
    if without_accents(plan.site.label) != without_accents(plan.site.city):
        found.add("site_is_not_a_city")
    return found
