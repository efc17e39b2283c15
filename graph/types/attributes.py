"""What programs, and versions of programs, are compared by."""

from __future__ import annotations

from typing import Final

from graph.planner.derived import Attribute, Items
from graph.types.enums import publish
from warehouse.vocabulary import Vocabulary


class ComparedFieldName(Vocabulary):
    """What programs, or versions of a program, are compared by."""

    NAME = "NAME", "Name"
    URL = "URL", "Address of the published description"
    ITERATION = "ITERATION", "Match iteration"
    DISCIPLINE = "DISCIPLINE", "Discipline"
    UNIVERSITY = "UNIVERSITY", "University"
    SITE = "SITE", "Site"
    CITY = "CITY", "City of the site"
    PROVINCE = "PROVINCE", "Province of the site"
    STREAM = "STREAM", "Stream"
    APPLICANT_CATEGORY = "APPLICANT_CATEGORY", "Who may apply"
    QUOTA = "QUOTA", "Quota (positions)"
    LENGTH_YEARS = "LENGTH_YEARS", "Length (years)"
    ACCREDITATION = "ACCREDITATION", "Accreditation"
    LAST_APPROVED_ON = "LAST_APPROVED_ON", "Description last approved on"
    LANGUAGE = "LANGUAGE", "Language of the description"
    APPLICATION_LANGUAGES = "APPLICATION_LANGUAGES", "Languages of application"
    APPLICATION_VOLUME = "APPLICATION_VOLUME", "Average number of applications"
    INTERVIEW_OFFER_RATE = "INTERVIEW_OFFER_RATE", "Share of applicants offered an interview"
    RETURN_OF_SERVICE = "RETURN_OF_SERVICE", "Return of service"
    RETURN_OF_SERVICE_TEXT = "RETURN_OF_SERVICE_TEXT", "What is said of return of service"
    REFERENCE_LETTERS = "REFERENCE_LETTERS", "Letters of reference (number)"
    REQUIREMENTS = "REQUIREMENTS", "Requested items, with their status"
    ACCEPTED_TESTS = "ACCEPTED_TESTS", "Accepted tests, with the least score"
    EVALUATED_COMPONENTS = "EVALUATED_COMPONENTS", "What is evaluated, by phase of the selection"
    INTERVIEW_DATES = "INTERVIEW_DATES", "Interview dates"
    TRAINING_SITES = "TRAINING_SITES", "Training sites"


class ProgramList(Vocabulary):
    """A list of a program whose rows are compared from version to version."""

    REQUIREMENTS = "REQUIREMENTS", "What applicants submit"
    ACCEPTED_TESTS = "ACCEPTED_TESTS", "Tests that requirements accept as proof"
    SELECTION_CRITERIA = "SELECTION_CRITERIA", "What the program looks at"
    INTERVIEW_DATES = "INTERVIEW_DATES", "Days of interviews"
    TRAINING_SITES = "TRAINING_SITES", "Places where residents train"


publish(ComparedFieldName)
publish(ProgramList)


def attribute(word: ComparedFieldName, path: str) -> Attribute:
    """Return a value to compare by."""
    return Attribute(word.value, word.description, path)


def items(
    word: ComparedFieldName, path: str, text: str, *, condition: str = "true", is_one: bool = False
) -> Items:
    """Return a set to compare by."""
    return Items(word.value, word.description, path, text, condition, is_one)


_ATTRIBUTES: Final = (
    attribute(ComparedFieldName.ITERATION, "iteration.name"),
    attribute(ComparedFieldName.DISCIPLINE, "discipline.name"),
    attribute(ComparedFieldName.UNIVERSITY, "university.name"),
    attribute(ComparedFieldName.SITE, "site.label"),
    attribute(ComparedFieldName.CITY, "site.city"),
    attribute(ComparedFieldName.PROVINCE, "site.province"),
    attribute(ComparedFieldName.STREAM, "stream.label"),
    attribute(ComparedFieldName.APPLICANT_CATEGORY, "stream.applicantCategory"),
    attribute(ComparedFieldName.QUOTA, "quota"),
    attribute(ComparedFieldName.LENGTH_YEARS, "lengthYears"),
    attribute(ComparedFieldName.ACCREDITATION, "accreditation"),
    attribute(ComparedFieldName.LAST_APPROVED_ON, "lastApprovedOn"),
    attribute(ComparedFieldName.LANGUAGE, "language"),
    attribute(ComparedFieldName.APPLICATION_LANGUAGES, "applicationLanguages"),
    attribute(ComparedFieldName.APPLICATION_VOLUME, "applicationVolume.label"),
    attribute(ComparedFieldName.INTERVIEW_OFFER_RATE, "interviewOfferRate.label"),
    attribute(ComparedFieldName.RETURN_OF_SERVICE, "returnOfService.status"),
)
OF_VERSIONS: Final = (
    attribute(ComparedFieldName.NAME, "name"),
    attribute(ComparedFieldName.URL, "url"),
    *_ATTRIBUTES,
    attribute(ComparedFieldName.RETURN_OF_SERVICE_TEXT, "returnOfService.text"),
)
"""What versions of a program are compared by."""
OF_PROGRAMS: Final = (
    *_ATTRIBUTES,
    items(
        ComparedFieldName.REFERENCE_LETTERS,
        "requirements",
        "max({quantity})",
        condition="{kind} = 'REFERENCE_LETTER'",
        is_one=True,
    ),
    items(
        ComparedFieldName.REQUIREMENTS, "requirements", "{kind} || COALESCE(' ' || {status}, '')"
    ),
    items(
        ComparedFieldName.ACCEPTED_TESTS,
        "requirements.tests",
        "{name} || COALESCE(' ' || {minimumScore}, '')",
    ),
    items(
        ComparedFieldName.EVALUATED_COMPONENTS,
        "selectionCriteria",
        "{phase} || ' ' || {component}",
        condition="{isEvaluated}",
    ),
    items(
        ComparedFieldName.INTERVIEW_DATES,
        "interviewDates",
        "CASE WHEN {startsOn} = {endsOn} THEN to_char({startsOn}, 'YYYY-MM-DD')"
        " ELSE to_char({startsOn}, 'YYYY-MM-DD') || '/' || to_char({endsOn}, 'YYYY-MM-DD') END",
    ),
    items(ComparedFieldName.TRAINING_SITES, "trainingSites", "{name}"),
)
"""What programs are compared by: no texts of sections."""
LISTS: Final = (
    (ProgramList.REQUIREMENTS.value, "requirements"),
    (ProgramList.ACCEPTED_TESTS.value, "requirements.tests"),
    (ProgramList.SELECTION_CRITERIA.value, "selectionCriteria"),
    (ProgramList.INTERVIEW_DATES.value, "interviewDates"),
    (ProgramList.TRAINING_SITES.value, "trainingSites"),
)
"""The lists whose rows are compared from version to version."""
