"""The parsers of program descriptions, quirk by quirk, on texts of our own making."""

import datetime as dt

import pytest

from etl.sources.carms.document import ProgramDocument, SourceText
from etl.sources.carms.parse import parse_program, split_sections
from etl.sources.carms.parsed import ParsedProgram
from etl.sources.carms.parsing.evaluation_words import is_evaluated
from etl.sources.carms.parsing.normalise import fold
from etl.sources.carms.reconcile import reconcile
from warehouse.vocabulary import (
    AccreditationStatus,
    DateSource,
    Language,
    RequirementKind,
    RequirementStatus,
    ReturnOfServiceStatus,
    SectionKind,
    SelectionComponent,
    SelectionPhase,
)

ENGLISH_HEADER = """#  Lakeside University - Sea Medicine - Port Blue

#  2025 R-1 Main Residency Match - first iteration
CMG Stream for CMG

##  Last approved on February 04, 2025

## Approximate Quota:

##   4

##  Accreditation status : Accredited
"""
FRENCH_HEADER = """#  Université du Lac - Médecine marine - Port-Bleu

#  Jumelage principal R-1 de 2025 - premier tour
Groupe Régulier pour Tous

##  Approuve le September 18, 2024

## Quota approximatif:

##   3 cliquez ici

##  Statut d’agrément : Agréé
"""


def document(*sections: str, header: str = ENGLISH_HEADER) -> str:
    """Return a document: a header and sections, with rules between them."""
    return "\n\n* * *\n\n".join([header, *sections]) + "\n"


def parse(text: str, **cells: str) -> ParsedProgram:
    """Parse a JSON document, with CSV cells beside it."""
    sources = {name: SourceText(f"cell {name}", 2, cell) for name, cell in cells.items()}
    return parse_program(ProgramDocument(1503, 1, SourceText("document", 1, text), sources))


def parse_cells(**cells: str) -> ParsedProgram:
    """Parse a program of which only CSV cells are there."""
    sources = {name: SourceText(f"cell {name}", 2, cell) for name, cell in cells.items()}
    return parse_program(ProgramDocument(1503, 1, None, sources))


# --------------------------------------------------------------------------------- header


def test_the_english_header_states_every_value() -> None:
    parsed = parse(document("# Program Contacts\n\nName: A. B."))
    assert parsed.language is not None
    assert parsed.language.value is Language.EN
    assert parsed.iteration_name is not None
    assert parsed.iteration_name.value == "2025 R-1 Main Residency Match - first iteration"
    assert parsed.iteration_year is not None
    assert parsed.iteration_year.value == 2025
    assert parsed.stream_label is not None
    assert parsed.stream_label.value == "CMG Stream for CMG"
    assert parsed.quota is not None
    assert parsed.quota.value == 4
    assert parsed.quota.evidence.quote.split() == ["Approximate", "Quota:", "##", "4"]
    assert parsed.accreditation is not None
    assert parsed.accreditation.value is AccreditationStatus.ACCREDITED
    assert parsed.last_approved_on is not None
    assert parsed.last_approved_on.value == dt.date(2025, 2, 4)


def test_a_french_header_keeps_english_months_and_a_suffix_behind_the_quota() -> None:
    parsed = parse(document("# Personnes à contacter\n\nNom: A. B.", header=FRENCH_HEADER))
    assert parsed.language is not None
    assert parsed.language.value is Language.FR
    assert parsed.quota is not None
    assert parsed.quota.value == 3
    assert parsed.last_approved_on is not None
    assert parsed.last_approved_on.value == dt.date(2024, 9, 18)


def test_the_csv_header_states_the_quota_on_the_headings_line() -> None:
    cell = (
        "#  2025 R-1 Main Residency Match - first iteration\nIMG Stream for IMG  \n"
        "##  Last approved on May 05, 2024  \n## Approximate Quota: 12 click here  \n"
        "##  Accreditation status : Notice of intent to withdraw accreditation  "
    )
    parsed = parse_cells(match_iteration_name=cell)
    assert parsed.quota is not None
    assert parsed.quota.value == 12
    assert parsed.stream_label is not None
    assert parsed.stream_label.value == "IMG Stream for IMG"
    assert parsed.accreditation is not None
    assert parsed.accreditation.value is AccreditationStatus.NOTICE_OF_INTENT_TO_WITHDRAW


@pytest.mark.parametrize("stated", ["-3", "999", "many", "2.5"])
def test_an_impossible_quota_is_a_problem_and_no_value(stated: str) -> None:
    parsed = parse(document(header=ENGLISH_HEADER.replace("##   4", f"##   {stated}")))
    assert parsed.quota is None
    (problem,) = parsed.problems
    assert problem.field == "quota"
    assert stated in problem.message
    assert "correct it in the source" in problem.message


def test_a_date_that_does_not_exist_is_a_problem() -> None:
    parsed = parse(document(header=ENGLISH_HEADER.replace("February 04", "February 30")))
    assert parsed.last_approved_on is None
    assert [problem.code for problem in parsed.problems] == ["IMPOSSIBLE_DATE"]


def test_an_unknown_accreditation_names_the_vocabulary_to_extend() -> None:
    parsed = parse(document(header=ENGLISH_HEADER.replace(": Accredited", ": Sailing")))
    assert parsed.accreditation is None
    assert "AccreditationStatus in warehouse/vocabulary.py" in parsed.problems[0].message


# ------------------------------------------------------------------------------- sections


def test_only_known_headings_right_after_a_rule_begin_a_section() -> None:
    text = document(
        "# Important Information\n\n* * *\n\n# Our harbour\n\nBoats.\n\n# Interviews\n\nNot yet.",
        "# Interviews\n\nHere.",
    )
    parsed = parse(text)
    assert [section.kind for section in parsed.sections] == [
        SectionKind.IMPORTANT_INFORMATION,
        SectionKind.INTERVIEWS,
    ]
    assert "Boats." in parsed.sections[0].text
    assert "Not yet." in parsed.sections[0].text


def test_headings_match_without_accents_and_in_any_case() -> None:
    parsed = parse(document("# CRITERES DE SELECTION\n\nA.", "# Programme d’etude\n\nB."))
    assert [section.kind for section in parsed.sections] == [
        SectionKind.SELECTION_CRITERIA,
        SectionKind.PROGRAM_CURRICULUM,
    ]


def test_raw_sections_put_together_equal_the_text() -> None:
    text = document("# Interviews\n\nA.", "# Training Sites\n\nB.") + "\u200btail"
    raw = split_sections(text)
    assert "".join(section.text for section in raw) == text
    assert [section.kind.value for section in raw] == ["HEADER", "INTERVIEWS", "TRAINING_SITES"]


def test_the_directors_block_and_the_contacts_are_no_sections() -> None:
    parsed = parse(document("Program Director Dr. Sea\n\nAddress", "# Program Contacts\n\nName: X"))
    assert parsed.sections == ()
    assert {part.kind.value for part in parsed.parts} == {
        "HEADER",
        "DIRECTOR",
        "PROGRAM_CONTACTS",
    }


def test_section_text_comes_from_the_cell_with_its_links_unwrapped() -> None:
    cell = (
        "# Additional Information  \nWe hand out a [map of every single harbour and of its\n"
        "lighthouses](https://example.org/map-of-\nharbours/all), and it is a "
        "world-\nclass map.  \n"
        "* one\n* two"
    )
    parsed = parse(document("# Additional Information\n\nWe hand."), additional_information=cell)
    (section,) = parsed.sections
    assert section.text == (
        "We hand out a [map of every single harbour and of its lighthouses]"
        "(https://example.org/map-of-harbours/all), and it is a world-class map.\n\n* one\n* two"
    )
    assert section.evidence.source.record_name == "cell additional_information"
    assert section.heading_evidence.source.record_name == "document"


def test_a_faq_cell_is_unpacked_and_its_evidence_stays_in_the_cell() -> None:
    cell = "('# FAQ  \\nWhy? Because \\'so\\'.',)"
    parsed = parse(document("# FAQ\n\nWhy?"), faq=cell)
    (section,) = parsed.sections
    assert section.text == "Why? Because 'so'."
    assert section.evidence.source.payload == cell


def test_a_faq_cell_that_is_no_tuple_is_a_text_all_the_same() -> None:
    parsed = parse(document("# FAQ\n\nWhy?"), faq="(# FAQ  \nWhy?")
    assert "Why?" in parsed.sections[0].text


def test_contacts_are_masked_in_every_text() -> None:
    parsed = parse(document("# Important Information\n\nWrite to sea@example.org, 416-555-0123."))
    assert "sea@" not in parsed.sections[0].text
    assert "555" not in parsed.sections[0].text


def test_texts_are_composed_and_lose_zero_width_characters() -> None:
    text = document("# Important Information\n\nUne e\u0301toile\u200b de mer.")
    parsed = parse(text)
    assert parsed.sections[0].text == "Une étoile de mer."
    assert parsed.sections[0].evidence.quote == "Une e\u0301toile\u200b de mer."


# --------------------------------------------------------------------------- requirements

SUPPORTING = """# Supporting Documentation / Information

Canadian citizenship

Required

Submit one of the following documents to verify your Canadian citizenship:
• Sailor's book

Language proficiency

Conditionally required

Submit one of the following documents to verify your language proficiency:
• IELTS
• Letter of language proficiency

  * IELTS Academic, with a minimum score of **7** in each component

Examinations

Required

NAC

* Score

Reference documents

Required

Letter of reference  Number requested: 3

Additional documents

Required

Personal Letter

Word count

Minimum :  None

Maximum :  500

Harbour Pilot Attestation

Optional - will be reviewed

Photo
"""


def test_items_have_kind_status_number_and_word_limits() -> None:
    items = parse(document(SUPPORTING)).requirements
    assert [(item.kind, item.status) for item in items] == [
        (RequirementKind.CITIZENSHIP, RequirementStatus.REQUIRED),
        (RequirementKind.LANGUAGE_PROFICIENCY, RequirementStatus.CONDITIONALLY_REQUIRED),
        (RequirementKind.EXAMINATION, RequirementStatus.REQUIRED),
        (RequirementKind.REFERENCE_LETTER, RequirementStatus.REQUIRED),
        (RequirementKind.PERSONAL_LETTER, RequirementStatus.REQUIRED),
        (RequirementKind.PHOTO, RequirementStatus.OPTIONAL),
    ]
    assert items[3].quantity == 3
    assert items[3].label == "Letter of reference"
    assert (items[4].min_words, items[4].max_words) == (None, 500)


def test_a_precise_test_replaces_the_general_one_of_the_tick_list() -> None:
    language = parse(document(SUPPORTING)).requirements[1]
    assert {test.name: test.minimum_score for test in language.tests} == {
        "IELTS_ACADEMIC": "7",
        "LETTER": None,
    }


def test_an_item_of_the_programs_own_counts_right_below_a_status_heading() -> None:
    text = SUPPORTING.replace("Photo\n", "Harbour Pilot Attestation\n")
    items = parse(document(text)).requirements
    assert (items[-1].kind, items[-1].label) == (RequirementKind.OTHER, "Harbour Pilot Attestation")


def test_a_number_requested_may_be_written_in_words() -> None:
    text = SUPPORTING.replace("Number requested: 3", "Number requested: two (2)")
    assert parse(document(text)).requirements[3].quantity == 2


def test_word_limits_out_of_order_are_a_problem() -> None:
    text = SUPPORTING.replace("Minimum :  None", "Minimum :  900")
    parsed = parse(document(text))
    assert (parsed.requirements[4].min_words, parsed.requirements[4].max_words) == (None, None)
    assert [problem.code for problem in parsed.problems] == ["WORDS_OUT_OF_ORDER"]


def test_french_items_for_international_graduates_have_their_own_status() -> None:
    text = (
        "# Documents / Information à l’appui\n\nCitoyenneté canadienne\n\nRequis\n\n"
        "Documents supplémentaires\n\nRequis\n\nPhotographie\n\n"
        "Documents additionnels requis pour les DIM\n\nDiplôme de médecine\n"
    )
    items = parse(document(text, header=FRENCH_HEADER)).requirements
    assert (items[-1].kind, items[-1].status) == (
        RequirementKind.DIPLOMA,
        RequirementStatus.REQUIRED_FOR_IMG,
    )


# ----------------------------------------------------------------------- selection criteria

SELECTION = """# Selection Criteria

In the final ranking the file counts for 40% and the interview for 60%.

## Program goals

We train sailors.

## Selection process goals

We look for sea legs.

## File review process

Review team composition : Two captains and a cook. They
all read.

Average number of applications received by our program in the last five years
: 51 - 200

Average percentage of applicants offered interviews : 76 - 100 %

Evaluation criteria :

File component | Criteria
---|---
CV |  Voyages
Examinations |  We do not evaluate this file component
Leadership skills |  Steering
of a crew
Transcripts |

## Elective criteria

Elective Requirements: Any harbour.

On Site Elective: Ours is not needed.

Other information regarding elective requirement:

Bring boots.

## Interview process

Interview format :
Traditional (one on one/two on one)
Panel
MMI or rotating station

Interview components | Criteria
---|---
Leadership skills |  Yes
Other interview component(s) |  N/A

## Information gathered outside of CaRMS application

Specifically, we may consider:
Social media
Unsolicited reference letters
Other :  What the harbour master says

## Ranking process

The behavior(s) exhibited below during the interview process may prevent an
applicant from being ranked by our program :
Did not attend interview
Other :  Seasickness
""".replace(":\n", ":  \n").replace("\nPanel\n", "  \nPanel  \n")


def rows(
    parsed: ParsedProgram, phase: SelectionPhase
) -> dict[SelectionComponent, tuple[object, ...]]:
    """Return the rows of a phase without weights by component."""
    return {
        row.component: (row.is_evaluated, row.text)
        for row in parsed.criteria
        if row.phase is phase and row.weight_percent is None
    }


def test_table_rows_say_whether_a_component_is_evaluated() -> None:
    text = SELECTION.replace("\nSocial media\n", "  \nSocial media  \n")
    found = rows(parse(document(text)), SelectionPhase.FILE_REVIEW)
    assert found[SelectionComponent.CV] == (True, "Voyages")
    assert found[SelectionComponent.EXAMINATIONS] == (
        False,
        "We do not evaluate this file component",
    )
    assert found[SelectionComponent.LEADERSHIP] == (True, "Steering of a crew")
    assert found[SelectionComponent.TRANSCRIPTS] == (None, None)
    assert found[SelectionComponent.REVIEW_TEAM] == (
        None,
        "Two captains and a cook. They all read.",
    )


def test_a_cell_of_the_csv_keeps_links_in_its_tables_and_no_empty_lines() -> None:
    cell = (
        "# Selection Criteria  \n## File review process  \nFile component | Criteria\n---|---\n"
        "[CV](https://example.org/a) |  Voyages\n"
        "[Electives](https://example.org/b) |  Not evaluated  \n## Ranking process  \n"
        "Did not attend interview"
    )
    found = rows(parse_cells(selection_criteria=cell), SelectionPhase.FILE_REVIEW)
    assert found == {
        SelectionComponent.CV: (True, "Voyages"),
        SelectionComponent.ELECTIVES: (False, "Not evaluated"),
    }


def test_buckets_are_ranges() -> None:
    parsed = parse(document(SELECTION))
    assert parsed.application_volume is not None
    assert (parsed.application_volume.value.min, parsed.application_volume.value.max) == (51, 200)
    assert parsed.interview_offer is not None
    assert (parsed.interview_offer.value.min, parsed.interview_offer.value.max) == (76, 100)


def test_an_open_bucket_has_no_maximum() -> None:
    parsed = parse(document(SELECTION.replace("51 - 200", "601 +")))
    assert parsed.application_volume is not None
    assert (parsed.application_volume.value.min, parsed.application_volume.value.max) == (601, None)


def test_lost_tick_boxes_yield_nothing_but_free_text_is_a_statement() -> None:
    lines = ("Social media", "Unsolicited reference letters", "Did not attend interview")
    text = SELECTION
    for line in lines:
        text = text.replace(f"{line}\n", f"{line}  \n")
    parsed = parse(document(text))
    outside = rows(parsed, SelectionPhase.OUTSIDE_INFORMATION)
    assert outside == {
        SelectionComponent.OUTSIDE_INFORMATION: (None, "What the harbour master says")
    }
    ranking = rows(parsed, SelectionPhase.RANKING)
    assert ranking == {SelectionComponent.RANKING_PROCESS: (None, "Seasickness")}


def test_a_program_that_considers_nothing_outside_says_so() -> None:
    sentence = "We do not consider any information gathered outside of the CaRMS application."
    heading = "## Information gathered outside of CaRMS application"
    text = f"# Selection Criteria\n\n{heading}\n\n{sentence}"
    outside = rows(parse(document(text)), SelectionPhase.OUTSIDE_INFORMATION)
    assert outside == {SelectionComponent.OUTSIDE_INFORMATION: (False, sentence)}


def test_electives_run_to_the_next_label() -> None:
    assert rows(parse(document(SELECTION)), SelectionPhase.ELECTIVES) == {
        SelectionComponent.ELECTIVE_REQUIREMENTS: (None, "Any harbour."),
        SelectionComponent.ON_SITE_ELECTIVE: (None, "Ours is not needed."),
        SelectionComponent.OTHER: (None, "Bring boots."),
    }


def test_stated_weights_are_rows_of_their_own() -> None:
    weights = [row for row in parse(document(SELECTION)).criteria if row.weight_percent is not None]
    assert [(row.phase, row.component, row.weight_percent) for row in weights] == [
        (SelectionPhase.OVERALL, SelectionComponent.FILE, 40),
        (SelectionPhase.OVERALL, SelectionComponent.INTERVIEW, 60),
    ]
    assert weights[0].evidence.quote == "40%"


def test_a_weight_over_a_hundred_is_a_problem() -> None:
    parsed = parse(document(SELECTION.replace("60%", "160%")))
    assert [problem.code for problem in parsed.problems] == ["WEIGHT_OVER_100"]
    assert [row.weight_percent for row in parsed.criteria if row.weight_percent] == [40]


@pytest.mark.parametrize(
    ("text", "evaluated"),
    [
        ("We do not formally evaluate this component during the interview.", False),
        ("Nous n’examinons pas ce composant de dossier", False),
        ("Not evaluated", False),
        ("Non évalué en entrevue", False),
        ("N/A", None),
        ("", None),
        ("If applicable", None),
        ("Evaluated", True),
        ("Courage and knots", True),
        ("Reviewed but not scored", True),
    ],
)
def test_words_tell_whether_a_component_is_evaluated(text: str, evaluated: bool | None) -> None:
    assert is_evaluated(fold(text)) is evaluated


# -------------------------------------------------------------- interviews, service, contacts


def test_listed_interview_dates_win_over_prose() -> None:
    text = (
        "# Interviews\n\nDates:\n\n  * January 27, 2025\n  * 31 janvier 2025\n\n"
        "Details regarding interview dates: Interviews will be held on February 2, 2025."
    )
    dates = parse(document(text)).interview_dates
    assert [(date.starts_on, date.source) for date in dates] == [
        (dt.date(2025, 1, 27), DateSource.LIST),
        (dt.date(2025, 1, 31), DateSource.LIST),
    ]


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("Interviews will be held on January 26th, 2025.", [("2025-01-26", "2025-01-26")]),
        ("January 31 - February 1, 2025", [("2025-01-31", "2025-02-01")]),
        ("du 29 au 31 janvier", [("2025-01-29", "2025-01-31")]),
        ("January 21 and 23, 2025", [("2025-01-21", "2025-01-21"), ("2025-01-23", "2025-01-23")]),
        ("Applicants will be contacted before December 20, 2024.", []),
    ],
)
def test_prose_dates_are_days_or_ranges(prose: str, expected: list[tuple[str, str]]) -> None:
    parsed = parse(document(f"# Interviews\n\nDetails regarding interview dates: {prose}"))
    found = [(str(date.starts_on), str(date.ends_on)) for date in parsed.interview_dates]
    assert found == expected
    assert all(date.source is DateSource.PROSE for date in parsed.interview_dates)


def test_an_interview_date_that_does_not_exist_is_a_problem() -> None:
    parsed = parse(document("# Interviews\n\nDates:\n\n  * February 30, 2025"))
    assert parsed.interview_dates == ()
    assert [problem.code for problem in parsed.problems] == ["IMPOSSIBLE_DATE"]


@pytest.mark.parametrize(
    ("text", "stream", "status"),
    [
        ("S/O", "Groupe Régulier pour Tous", None),
        ("No return of service is required.", "CMG Stream for CMG", "NOT_REQUIRED"),
        ("All IMGs must sign a return of service contract.", "CMG Stream for CMG", None),
        ("All IMGs must sign a return of service contract.", "IMG Stream for IMG", "REQUIRED"),
        (
            (
                "**CMGs:** There is no return of service for CMGs.\n\n**IMGs:** IMGs will be"
                " required to sign a Return of Service Agreement."
            ),
            "Regular Stream for All",
            "CONDITIONAL",
        ),
    ],
)
def test_return_of_service_is_judged_with_the_stream_in_mind(
    text: str, stream: str, status: str | None
) -> None:
    header = ENGLISH_HEADER.replace("CMG Stream for CMG", stream)
    parsed = parse(document(f"# Return of Service\n\n{text}", header=header))
    assert parsed.return_of_service is not None
    assert parsed.return_of_service.value.status == (status and ReturnOfServiceStatus(status))


def test_length_and_application_languages_are_read_from_their_sentences() -> None:
    parsed = parse(
        document(
            "# General Instructions\n\nProgram application language: Either English or French",
            "# Program Curriculum\n\nThis residency program is for 5 years.",
        )
    )
    assert parsed.application_languages is not None
    assert parsed.application_languages.value == (Language.EN, Language.FR)
    assert parsed.length_years is not None
    assert parsed.length_years.value == 5.0


def test_a_contact_block_begins_with_its_name() -> None:
    text = (
        "# Program Contacts\n\nGeneral Information: Ask us\n\nName: Dr. Sea\n\nTitle: Captain\n\n"
        "Email: sea@example.org\n\nName: A. Cook\n\nTitle: Cook\n\nPhone: 416-555-0123\n"
    )
    captain, cook = parse(document(text)).contacts
    assert captain.name is not None
    assert (captain.name.value, captain.phone) == ("Dr. Sea", None)
    assert captain.email is not None
    assert captain.email.evidence.quote == "sea@example.org"
    assert cook.phone is not None
    assert cook.phone.value == "416-555-0123"


# --------------------------------------------------------------------------------- reconcile


def test_two_copies_agree_but_for_wrapping_links_and_emphasis() -> None:
    text = document("# Important Information\n\nX.", "# Interviews\n\nBring **boots**, see map.")
    cells = {
        "match_iteration_name": SourceText(
            "cell", 2, ENGLISH_HEADER.split("\n\n", 1)[1].replace(":\n\n##   4", ": 4")
        ),
        "interviews": SourceText(
            "cell", 2, "# Interviews  \nBring boots, see [map](https://example.org)."
        ),
    }
    assert reconcile(ProgramDocument(1503, 1, SourceText("document", 1, text), cells)) == []


def test_a_disagreement_names_the_field_and_masks_its_excerpts() -> None:
    text = document("# Interviews\n\nWrite to sea@example.org on Monday.")
    header = ENGLISH_HEADER.split("\n\n", 1)[1].replace(":\n\n##   4", ": 5")
    cells = {
        "match_iteration_name": SourceText("cell", 2, header),
        "interviews": SourceText("cell", 2, "# Interviews  \nWrite to sea@example.org on Friday."),
    }
    found = reconcile(ProgramDocument(1503, 1, SourceText("document", 1, text), cells))
    assert [item.field for item in found] == ["quota", "sections.INTERVIEWS"]
    assert (found[0].json_value, found[0].csv_value) == ("4", "5")
    assert found[1].json_value is not None
    assert "monday" in found[1].json_value
    assert "sea@" not in found[1].json_value


def test_a_program_in_one_file_only_is_one_disagreement() -> None:
    found = reconcile(ProgramDocument(1503, 1, SourceText("document", 1, document()), {}))
    assert [item.field for item in found] == ["program"]
