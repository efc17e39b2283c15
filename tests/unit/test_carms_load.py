"""A program's content hash covers what the program states, and nothing of where it states it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from etl.reference.tables import Site
from etl.sources.carms.contract import ProgramMasterRow
from etl.sources.carms.document import SourceText
from etl.sources.carms.load import staged_program
from etl.sources.carms.parsed import (
    AcceptedTest,
    CountRange,
    Evidence,
    ParsedContact,
    ParsedCriterion,
    ParsedInterviewDate,
    ParsedProgram,
    ParsedRequirement,
    ParsedSection,
    ParsedTrainingSite,
    PercentRange,
    ReturnOfService,
    Stated,
)
from warehouse.queries.staging import COLUMNS
from warehouse.vocabulary import (
    AccreditationStatus,
    DateSource,
    DocumentPart,
    Language,
    Province,
    RequirementKind,
    RequirementStatus,
    ReturnOfServiceStatus,
    SectionKind,
    SelectionComponent,
    SelectionPhase,
    TrainingSiteForm,
)

ADDRESS = "contact-0a1b2c3d@example.org"
TEXT = f"Quota: 4. Write to {ADDRESS} about it."

MASTER = ProgramMasterRow(
    row_number=1,
    match_iteration_id=1503,
    program_stream_id=27447,
    discipline_id=13,
    discipline_name="Anesthesiology",
    school_id=5111821,
    school_code=78,
    school_name="Memorial University of Newfoundland",
    program_stream_name="St. John's - CMG Stream for CMG",
    program_site="St. John's",
    program_stream="CMG Stream for CMG",
    program_name="Memorial / Anesthesiology / St. John's / CMG Stream for CMG",
    program_url="https://example.org/1503/27447",
)
SITE = Site(78, "St. John's", "St. John's", Province.NL, 47.6, -52.7, is_place=True, note="")


def program(shift: int = 0, record_key: int = 5, **changes: Any) -> ParsedProgram:
    """Return a program that states something of everything, its texts ``shift`` further on."""
    source = SourceText("program_documents/1503-27447/page_content", record_key, " " * shift + TEXT)
    evidence = Evidence(source, SectionKind.SELECTION_CRITERIA.value, shift, shift + 8)

    def stated(value: Any) -> Stated[Any]:
        return Stated(value, evidence)

    parsed = ParsedProgram(
        match_iteration_id=1503,
        program_stream_id=27447,
        parser_version="1",
        language=stated(Language.EN),
        iteration_name=stated("R-1 match"),
        iteration_year=stated(2025),
        stream_label=stated("CMG Stream for CMG"),
        quota=stated(4),
        accreditation=stated(AccreditationStatus.ACCREDITED),
        last_approved_on=stated(dt.date(2025, 2, 4)),
        application_languages=stated((Language.EN, Language.FR)),
        application_volume=stated(CountRange(51, 200, "51 - 200")),
        interview_offer=stated(PercentRange(26, 50, "26 - 50 %")),
        length_years=stated(5.0),
        return_of_service=stated(ReturnOfService(ReturnOfServiceStatus.values()[0], "Two years")),
        sections=(
            ParsedSection(SectionKind.INTERVIEWS, "Interviews", "Text", evidence, evidence),
        ),
        parts=(),
        requirements=(
            ParsedRequirement(
                RequirementKind.LANGUAGE_PROFICIENCY, "Tests", RequirementStatus.REQUIRED,
                None, None, None, (AcceptedTest("TOEFL_IBT", "22"),), evidence,
            ),
        ),
        criteria=(
            ParsedCriterion(
                next(iter(SelectionPhase)), next(iter(SelectionComponent)), "CV",
                True, "Read", 40.0, evidence,
            ),
        ),
        interview_dates=(
            ParsedInterviewDate(
                dt.date(2025, 1, 20), dt.date(2025, 1, 21), DateSource.LIST, evidence
            ),
        ),
        training_sites=(ParsedTrainingSite("Hospital", TrainingSiteForm.LIST, evidence),),
        contacts=(ParsedContact(stated("A. Person"), None, stated(ADDRESS), None, evidence),),
        problems=(),
    )  # fmt: skip
    return replace(parsed, **changes)


def hash_of(
    parsed: ParsedProgram, master: ProgramMasterRow = MASTER, members: str = "members"
) -> str:
    staged = staged_program(master, SITE, parsed, members)
    ((_, row),) = [(table, row) for table, row in staged if table == "program"]
    value: str = row["content_hash"]
    return value


FIRST = program()
EVIDENCE = FIRST.sections[0].evidence


def test_where_a_value_stands_does_not_change_the_hash() -> None:
    assert hash_of(program(shift=3)) == hash_of(program(record_key=99)) == hash_of(FIRST)


def test_the_parser_s_version_does_not_change_the_hash() -> None:
    assert hash_of(program(parser_version="2")) == hash_of(FIRST)


def changed(name: str, value: Any) -> ParsedProgram:
    return replace(FIRST, **{name: Stated(value, EVIDENCE)})


def first_of(children: str, **changes: Any) -> ParsedProgram:
    """Return the program with its first child of a kind changed."""
    return replace(FIRST, **{children: (replace(getattr(FIRST, children)[0], **changes),)})


CHANGES = {
    "language": changed("language", Language.FR),
    "quota": changed("quota", 5),
    "no quota": program(quota=None),
    "quota of zero": changed("quota", 0),
    "accreditation": changed("accreditation", AccreditationStatus.ACCREDITED_JOINT),
    "approval": changed("last_approved_on", dt.date(2025, 2, 5)),
    "application languages": changed("application_languages", (Language.EN,)),
    "open volume": changed("application_volume", CountRange(51, None, "51 - 200")),
    "offer": changed("interview_offer", PercentRange(26, 51, "26 - 50 %")),
    "length": changed("length_years", 5.5),
    "return of service": changed("return_of_service", ReturnOfService(None, "Two years")),
    "section text": first_of("sections", text="text"),
    "section kind": first_of("sections", kind=SectionKind.FAQ),
    "section twice": replace(FIRST, sections=FIRST.sections * 2),
    "no section": program(sections=()),
    "requirement": first_of("requirements", quantity=3),
    "requirement status": first_of("requirements", status=None),
    "accepted test": first_of("requirements", tests=(AcceptedTest("TOEFL_IBT", "23"),)),
    "no accepted test": first_of("requirements", tests=()),
    "criterion": first_of("criteria", weight_percent=None),
    "not evaluated": first_of("criteria", is_evaluated=False),
    "unknown whether evaluated": first_of("criteria", is_evaluated=None),
    "interview date": first_of("interview_dates", ends_on=dt.date(2025, 1, 22)),
    "training site": first_of("training_sites", name="Clinic"),
    "contact": first_of("contacts", email=None),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_value_changes_the_hash(name: str) -> None:
    assert hash_of(CHANGES[name]) != hash_of(FIRST)


def test_no_two_changes_give_the_same_hash() -> None:
    hashes = {hash_of(parsed) for parsed in (FIRST, *CHANGES.values())}
    assert len(hashes) == len(CHANGES) + 1


@pytest.mark.parametrize(
    "change",
    [{"program_name": "Other"}, {"program_url": "https://example.org/2"}, {"discipline_id": 14}],
)
def test_a_changed_cell_of_the_master_changes_the_hash(change: dict[str, Any]) -> None:
    assert hash_of(FIRST, MASTER.model_copy(update=change)) != hash_of(FIRST)


def test_a_changed_member_that_the_program_refers_to_changes_the_hash() -> None:
    assert hash_of(FIRST, members="others") != hash_of(FIRST)


def test_the_master_s_row_number_does_not_change_the_hash() -> None:
    assert hash_of(FIRST, MASTER.model_copy(update={"row_number": 7})) == hash_of(FIRST)


def test_every_staged_row_fits_its_table_and_every_child_has_a_span() -> None:
    staged = staged_program(MASTER, SITE, FIRST, "members")
    spans = {row["ordinal"] for table, row in staged if table == "program_evidence"}
    for table, row in staged:
        assert row.keys() <= set(COLUMNS[table])
        assert row.get("evidence_ordinal", 0) in spans
    assert {table for table, _ in staged} == {name for name in COLUMNS if name[:4] != "dim_"}


def test_a_quote_that_cuts_an_address_in_two_shows_neither_half() -> None:
    cut = Evidence(
        SourceText("program_documents/1503-27447/page_content", 5, TEXT),
        DocumentPart.HEADER.value,
        0,
        TEXT.index("@") + 3,
    )
    staged = staged_program(MASTER, SITE, replace(FIRST, quota=Stated(4, cut)), "members")
    quotes = [row["quote"] for table, row in staged if table == "program_evidence" and row["quote"]]
    (quote,) = [quote for quote in quotes if quote.startswith("Quota: 4. Write")]
    assert quote == "Quota: 4. Write to •••••••-••••••••@••"
    assert len(quote) == cut.end


def test_sections_and_contacts_have_a_span_and_no_quote() -> None:
    staged = staged_program(MASTER, SITE, FIRST, "members")
    quotes = {
        row["field"]: row["quote"] for table, row in staged if table == "program_evidence"
    }  # fmt: skip
    assert quotes["SECTIONS"] is None
    assert quotes["CONTACTS"] is None
    assert quotes["QUOTA"] == "Quota: 4"
