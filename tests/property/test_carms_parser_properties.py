"""No text crashes the parsers or loses a character, and evidence points where it says."""

import re
import unicodedata
from collections.abc import Iterator

from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl.sources.carms.document import ProgramDocument, SourceText
from etl.sources.carms.parse import parse_program, split_sections
from etl.sources.carms.parsed import Evidence, ParsedProgram
from etl.sources.carms.parsing.normalise import read
from etl.sources.carms.reconcile import reconcile

HEADINGS = (
    "# Program Contacts", "# Personnes à contacter", "# Important Information",
    "# Service post-formation", "# Return of Service", "# Instruction generale",
    "# General Instructions", "# Supporting Documentation / Information",
    "# Documents / Information à l’appui", "# Review Process", "# Interviews", "# Entrevues",
    "# Selection Criteria", "# Critères de sélection", "# Program Curriculum",
    "# Training Sites", "# Site de formation", "# FAQ", "# Résumé des modifications",
    "# A heading of its own", "## File review process", "## Processus d’examen des dossiers",
    "## Interview process", "## Elective criteria", "## Ranking process",
    "## Information gathered outside of CaRMS application", "## Program goals",
)  # fmt: skip
LINES = (
    "#  2025 R-1 Main Residency Match - first iteration  \nCMG Stream for CMG",
    "#  Jumelage principal R-1 de 2025 - premier tour  \nGroupe Régulier pour Tous",
    "## Approximate Quota:\n\n##   7", "## Quota approximatif: 12 cliquez ici",
    "##  Last approved on February 30, 2025", "##  Approuve le August 18, 2024",
    "##  Accreditation status : Accredited", "Program application language: English",
    "This residency program is for 5 years.", "Name: Dr. Sea", "Email: sea@example.org",
    "Phone: 416-555-0123", "Canadian citizenship", "Language proficiency", "Examinations",
    "Reference documents", "Additional documents", "Required", "Requis", "Optionnel",
    "Letter of reference  Number requested: 3", "Personal Letter", "Minimum :  10",
    "Maximum :  5", "Submit one of the following documents to verify your language:\n• IELTS",
    "IELTS Academic with a minimum score of **7**", "Dates:", "  * January 27, 2025",
    "  * 31 avril 2025", "Interviews will be held January 29-31.", "Review team composition : us",
    "Average number of applications received : 51 - 200", "File component | Criteria\n---|---",
    "CV |  We do not evaluate this", "Leadership skills |", "Other :  • one  \n• two",
    "The file counts for 40% and the interview for 160%.", "Elective Requirements: none",
    "  * Blue Harbour Hospital, Port Blue", "At the Hôpital du Cap and the Cape Grey Clinic (CGC).",
    "All IMGs must sign a return of service contract.", "Une e\u0301toile\u200b de mer.",
    "* * *", "", "  ", "\ufeff", "a\x00b\ud800c", "İstanbul ﬁle ½ ²", "\u2028\x85\r\n", "-" * 90,
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Make a document of known lines in any order, then cut, repeat, strip and spoil it."""
    pieces = draw(
        st.lists(
            st.one_of(
                st.sampled_from(LINES),
                st.sampled_from(HEADINGS).map(lambda heading: f"* * *\n\n{heading}"),
                st.text(max_size=40),
            ),
            max_size=40,
        )
    )
    text = draw(st.sampled_from(["\n\n", "  \n", "\n"])).join(pieces)
    if draw(st.booleans()):
        text = "".join(
            c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)
        )
    start = draw(st.integers(0, max(0, len(text) // 3)))
    end = draw(st.integers(len(text) // 2, len(text)))
    text = text[start:end]
    spoiled = draw(st.binary(max_size=20)).decode("utf-8", "replace")
    place = draw(st.integers(0, len(text)))
    return text[:place] + spoiled + text[place:]


def evidence_of(parsed: ParsedProgram) -> Iterator[Evidence]:
    """Yield every span of a parsed program."""
    for name in (
        "language", "iteration_name", "iteration_year", "stream_label", "quota", "accreditation",
        "last_approved_on", "application_languages", "application_volume", "interview_offer",
        "length_years", "return_of_service",
    ):  # fmt: skip
        stated = getattr(parsed, name)
        if stated is not None:
            yield stated.evidence
    for rows in (
        parsed.sections, parsed.parts, parsed.requirements, parsed.criteria,
        parsed.interview_dates, parsed.training_sites, parsed.contacts,
    ):  # fmt: skip
        yield from (row.evidence for row in rows)
    yield from (section.heading_evidence for section in parsed.sections)
    for contact in parsed.contacts:
        for part in (contact.name, contact.title, contact.email, contact.phone):
            if part is not None:
                yield part.evidence


def parse(text: str, **cells: str) -> ParsedProgram:
    """Parse a document with cells beside it."""
    sources = {name: SourceText(name, 2, cell) for name, cell in cells.items()}
    return parse_program(ProgramDocument(1503, 1, SourceText("document", 1, text), sources))


@given(st.one_of(documents(), st.text(max_size=400)))
@example("\ud800")
@example("\u0301")
@example("* * *\n# FAQ\u200b\n* * *\n# FAQ")
@settings(max_examples=300, deadline=None)
def test_sections_put_together_equal_the_text(text: str) -> None:
    raw = split_sections(text)
    assert "".join(section.text for section in raw) == text
    for section in raw:
        assert section.text == text[section.start : section.end]
        assert section.start <= section.heading_start <= section.end


@given(documents())
@settings(max_examples=300, deadline=None)
def test_no_document_crashes_the_parser_and_every_span_lies_in_its_payload(text: str) -> None:
    parsed = parse(text)
    for evidence in evidence_of(parsed):
        assert 0 <= evidence.start <= evidence.end <= len(evidence.source.payload)
        assert evidence.quote == text[evidence.start : evidence.end]


@given(documents(), st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_cell_crashes_the_parser_or_the_reconciliation(text: str, faq: str) -> None:
    cells = {
        "match_iteration_name": text, "program_contracts": text, "interviews": text,
        "selection_criteria": text, "training_sites": text, "faq": f"('{faq}',)",
        "supporting_documentation_information": text, "return_of_service": faq,
    }  # fmt: skip
    sources = {name: SourceText(name, 2, cell) for name, cell in cells.items()}
    for document in (None, SourceText("document", 1, text)):
        program = ProgramDocument(1503, 1, document, sources)
        for evidence in evidence_of(parse_program(program)):
            assert 0 <= evidence.start <= evidence.end <= len(evidence.source.payload)
        assert all(len(item.json_value or "") <= 200 for item in reconcile(program))


@given(documents())
@settings(max_examples=200, deadline=None)
def test_the_quote_of_a_value_holds_the_value(text: str) -> None:
    parsed = parse(text)
    if parsed.quota is not None:
        digits = "".join(
            re.findall(r"\d", unicodedata.normalize("NFKC", parsed.quota.evidence.quote))
        )
        assert str(parsed.quota.value) in str(int(digits))
    if parsed.iteration_year is not None:
        assert str(parsed.iteration_year.value) in parsed.iteration_year.evidence.quote
    if parsed.length_years is not None:
        assert str(int(parsed.length_years.value)) in parsed.length_years.evidence.quote
    for row in parsed.criteria:
        if row.weight_percent is not None:
            assert str(int(row.weight_percent)) in row.evidence.quote
            assert 0 <= row.weight_percent <= 100
    for date in parsed.interview_dates:
        assert date.starts_on <= date.ends_on
    for item in parsed.requirements:
        assert item.min_words is None or item.max_words is None or item.min_words <= item.max_words


@given(documents())
@settings(max_examples=150, deadline=None)
def test_no_text_shows_a_contact_a_null_character_or_a_lone_surrogate(text: str) -> None:
    parsed = parse(text)
    texts = [section.text for section in parsed.sections]
    texts += [row.text or "" for row in parsed.criteria]
    texts += [row.label for row in (*parsed.criteria, *parsed.requirements)]
    texts += [site.name for site in parsed.training_sites]
    texts += [problem.message for problem in parsed.problems]
    for shown in texts:
        assert "sea@example.org" not in shown
        assert "555-0123" not in shown
        assert "\x00" not in shown
        shown.encode("utf-8")


@given(st.one_of(documents(), st.text(max_size=300)))
@settings(max_examples=200, deadline=None)
def test_clean_and_folded_readings_have_one_character_for_each_offset(text: str) -> None:
    reading = read(SourceText("text", 1, text))
    assert len(reading.clean) == len(reading.folded)
    if reading.origin is None:
        assert len(reading.clean) == len(text)
    else:
        assert len(reading.origin) == len(reading.clean) + 1
        assert list(reading.origin) == sorted(set(reading.origin))
        assert reading.origin[-1] == len(text)
