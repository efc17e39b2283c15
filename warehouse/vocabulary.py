"""The controlled words of the warehouse: every coded value, defined once, with its meaning.

Column check constraints, parser results and graph enums are all made from these classes, so
that a word cannot mean one thing in the database and another in the graph.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Vocabulary(StrEnum):
    """A coded list whose members carry a description: ``EN = "EN", "English"``."""

    description: str

    def __new__(cls, value: str, description: str) -> Self:
        """Make a member whose value is ``value`` and whose meaning is ``description``."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member

    @classmethod
    def values(cls) -> tuple[str, ...]:
        """Return the coded values in the order of their definition."""
        return tuple(member.value for member in cls)


class Language(Vocabulary):
    """A language of Canada's official two."""

    EN = "EN", "English"
    FR = "FR", "French"


class Province(Vocabulary):
    """A province or territory of Canada, by its postal abbreviation."""

    AB = "AB", "Alberta"
    BC = "BC", "British Columbia"
    MB = "MB", "Manitoba"
    NB = "NB", "New Brunswick"
    NL = "NL", "Newfoundland and Labrador"
    NS = "NS", "Nova Scotia"
    NT = "NT", "Northwest Territories"
    NU = "NU", "Nunavut"
    ON = "ON", "Ontario"
    PE = "PE", "Prince Edward Island"
    QC = "QC", "Quebec"
    SK = "SK", "Saskatchewan"
    YT = "YT", "Yukon"


class ApplicantCategory(Vocabulary):
    """Who may apply to a stream."""

    CMG = "CMG", "Graduates of Canadian (and accredited United States) medical schools"
    IMG = "IMG", "Graduates of international medical schools"
    ALL = "ALL", "Graduates of any recognised medical school"
    MOTP = "MOTP", "Sponsored military trainees only (MOTP and MMTP)"


class AccreditationStatus(Vocabulary):
    """The accreditation status that a program states in the header of its description."""

    ACCREDITED = "ACCREDITED", "Accredited [Agréé]"
    ACCREDITED_JOINT = (
        "ACCREDITED_JOINT",
        "Accredited, arrangement between institutions [Agréé selon des arrangements conjoints]",
    )
    NOTICE_OF_INTENT_TO_WITHDRAW = (
        "NOTICE_OF_INTENT_TO_WITHDRAW",
        "Accredited, with a notice of intent to withdraw accreditation",
    )


class SectionKind(Vocabulary):
    """A section of a program description, by its fixed heading."""

    IMPORTANT_INFORMATION = (
        "IMPORTANT_INFORMATION",
        "Important Information [Information importante]",
    )
    RETURN_OF_SERVICE = "RETURN_OF_SERVICE", "Return of Service [Service post-formation]"
    GENERAL_INSTRUCTIONS = (
        "GENERAL_INSTRUCTIONS",
        "General Instructions [Instruction generale]",
    )
    SUPPORTING_DOCUMENTATION = (
        "SUPPORTING_DOCUMENTATION",
        "Supporting Documentation / Information [Documents / Information à l’appui]",
    )
    REVIEW_PROCESS = (
        "REVIEW_PROCESS",
        "Review Process [Processus d'examen des candidatures]",
    )
    INTERVIEWS = "INTERVIEWS", "Interviews [Entrevues]"
    SELECTION_CRITERIA = "SELECTION_CRITERIA", "Selection Criteria [Critères de sélection]"
    PROGRAM_HIGHLIGHTS = "PROGRAM_HIGHLIGHTS", "Program Highlights [Aperçu du programme]"
    PROGRAM_CURRICULUM = "PROGRAM_CURRICULUM", "Program Curriculum [Programme d'étude]"
    TRAINING_SITES = "TRAINING_SITES", "Training Sites [Site de formation]"
    ADDITIONAL_INFORMATION = (
        "ADDITIONAL_INFORMATION",
        "Additional Information [Information supplémentaire]",
    )
    FAQ = "FAQ", "Frequently asked questions [Foire aux questions]"
    SUMMARY_OF_CHANGES = (
        "SUMMARY_OF_CHANGES",
        "Summary of changes [Résumé des modifications]",
    )


class DocumentPart(Vocabulary):
    """A part of a document that is no published section, where evidence can stand all the same."""

    HEADER = "HEADER", "Title, iteration, stream, quota and accreditation before the first rule"
    DIRECTOR = "DIRECTOR", "The program director's address block (restricted)"
    PROGRAM_CONTACTS = (
        "PROGRAM_CONTACTS",
        "Program Contacts [Personnes à contacter] (restricted)",
    )


class RequirementKind(Vocabulary):
    """What an applicant is asked to submit."""

    CITIZENSHIP = "CITIZENSHIP", "Proof of Canadian citizenship or permanent residence"
    LANGUAGE_PROFICIENCY = "LANGUAGE_PROFICIENCY", "Proof of language proficiency"
    EXAMINATION = "EXAMINATION", "Result of an examination or assessment"
    REFERENCE_LETTER = "REFERENCE_LETTER", "Letter of reference"
    SUPPORT_FORM = "SUPPORT_FORM", "Applicant support form filled in by a referee"
    PERSONAL_LETTER = "PERSONAL_LETTER", "Personal letter of the applicant"
    CV = "CV", "Curriculum vitae"
    TRANSCRIPT = "TRANSCRIPT", "Medical school transcript"
    UNDERGRADUATE_TRANSCRIPT = (
        "UNDERGRADUATE_TRANSCRIPT",
        "Transcript of studies before or besides medical school",
    )
    PERFORMANCE_RECORD = (
        "PERFORMANCE_RECORD",
        "Medical student performance record (MSPR) [DREM]",
    )
    PHOTO = "PHOTO", "Photograph"
    DIPLOMA = "DIPLOMA", "Medical school diploma"
    EQUIVALENCE_LETTER = "EQUIVALENCE_LETTER", "Letter recognising the equivalence of the MD"
    ABSTRACT_PUBLICATION = "ABSTRACT_PUBLICATION", "Abstracts or publications"
    SELF_IDENTIFICATION = "SELF_IDENTIFICATION", "Self-identification questionnaire"
    PRIVILEGES_PROOF = "PRIVILEGES_PROOF", "Proof of licence, registration or good standing"
    CLINICAL_EXPERIENCE_PROOF = (
        "CLINICAL_EXPERIENCE_PROOF",
        "Proof of the most recent clinical practice",
    )
    OTHER = "OTHER", "Any other item that the program names"


class RequirementStatus(Vocabulary):
    """Under which heading a requirement stands."""

    REQUIRED = "REQUIRED", "Required [Requis]"
    CONDITIONALLY_REQUIRED = (
        "CONDITIONALLY_REQUIRED",
        "Conditionally required [Requis à titre conditionnel]",
    )
    REQUIRED_FOR_IMG = (
        "REQUIRED_FOR_IMG",
        "Required of international graduates [Documents additionnels requis pour les DIM]",
    )
    OPTIONAL = "OPTIONAL", "Optional, will be reviewed [Optionnels, seront examinés]"


class SelectionPhase(Vocabulary):
    """The part of the selection that a criterion belongs to."""

    OVERALL = "OVERALL", "The selection as a whole: goals, and weights of file against interview"
    FILE_REVIEW = "FILE_REVIEW", "Review of the application file"
    ELECTIVES = "ELECTIVES", "Expectations about electives"
    INTERVIEW = "INTERVIEW", "Interview"
    OUTSIDE_INFORMATION = (
        "OUTSIDE_INFORMATION",
        "Information gathered outside of the application",
    )
    RANKING = "RANKING", "Making the rank order list"


class SelectionComponent(Vocabulary):
    """What a selection criterion speaks of."""

    CV = "CV", "Curriculum vitae"
    ELECTIVES = "ELECTIVES", "Electives taken [Stages à option]"
    EXAMINATIONS = "EXAMINATIONS", "Examinations"
    EXTRACURRICULAR = "EXTRACURRICULAR", "Extra-curricular activities"
    LEADERSHIP = "LEADERSHIP", "Leadership skills"
    PERFORMANCE_RECORD = "PERFORMANCE_RECORD", "Medical student performance record (MSPR)"
    PERSONAL_LETTERS = "PERSONAL_LETTERS", "Personal letters"
    REFERENCE_DOCUMENTS = "REFERENCE_DOCUMENTS", "Reference documents"
    RESEARCH_PUBLICATIONS = "RESEARCH_PUBLICATIONS", "Research and publications"
    TRANSCRIPTS = "TRANSCRIPTS", "Transcripts"
    COLLABORATION = "COLLABORATION", "Collaboration skills"
    COLLEGIALITY = "COLLEGIALITY", "Collegiality"
    COMMUNICATION = "COMMUNICATION", "Communication skills"
    HEALTH_ADVOCACY = "HEALTH_ADVOCACY", "Health advocacy"
    INTEREST_IN_DISCIPLINE = "INTEREST_IN_DISCIPLINE", "Interest in the discipline"
    INTEREST_IN_PROGRAM = "INTEREST_IN_PROGRAM", "Interest in the program"
    PROFESSIONALISM = "PROFESSIONALISM", "Professionalism"
    SCHOLARLY_ACTIVITIES = "SCHOLARLY_ACTIVITIES", "Scholarly activities"
    FILE = "FILE", "The application file as a whole"
    INTERVIEW = "INTERVIEW", "The interview as a whole"
    PROGRAM_GOALS = "PROGRAM_GOALS", "Goals of the program"
    SELECTION_GOALS = "SELECTION_GOALS", "Goals of the selection process"
    REVIEW_TEAM = "REVIEW_TEAM", "Who reviews the files"
    ELECTIVE_REQUIREMENTS = "ELECTIVE_REQUIREMENTS", "Elective requirements"
    ON_SITE_ELECTIVE = "ON_SITE_ELECTIVE", "Electives at the program's own site"
    OUTSIDE_INFORMATION = (
        "OUTSIDE_INFORMATION",
        "Information gathered outside of the application",
    )
    RANKING_PROCESS = "RANKING_PROCESS", "What may keep an applicant from being ranked"
    OTHER = "OTHER", "Another component, named by the program"


class ReturnOfServiceStatus(Vocabulary):
    """Whether a residency position comes with an obligation to serve."""

    REQUIRED = "REQUIRED", "A return of service is attached to the program's positions"
    CONDITIONAL = "CONDITIONAL", "Attached for some applicants or positions only"
    NOT_REQUIRED = "NOT_REQUIRED", "The program states that there is none"


class ProgramField(Vocabulary):
    """A field of a program that evidence supports."""

    ITERATION = "ITERATION", "The match iteration, as the document states it"
    STREAM = "STREAM", "The stream, as the document states it"
    QUOTA = "QUOTA", "The approximate quota"
    ACCREDITATION = "ACCREDITATION", "The accreditation status"
    LAST_APPROVED_ON = "LAST_APPROVED_ON", "The day of the last approval"
    APPLICATION_LANGUAGES = "APPLICATION_LANGUAGES", "The languages of application"
    APPLICATION_VOLUME = "APPLICATION_VOLUME", "The application bucket"
    INTERVIEW_OFFER_RATE = "INTERVIEW_OFFER_RATE", "The interview offer bucket"
    LENGTH_YEARS = "LENGTH_YEARS", "The length of the residency"
    RETURN_OF_SERVICE = "RETURN_OF_SERVICE", "What is said of return of service"
    SECTIONS = "SECTIONS", "A whole section"
    REQUIREMENTS = "REQUIREMENTS", "A requested item"
    SELECTION_CRITERIA = "SELECTION_CRITERIA", "A selection criterion"
    INTERVIEW_DATES = "INTERVIEW_DATES", "An interview date"
    TRAINING_SITES = "TRAINING_SITES", "A training site"
    CONTACTS = "CONTACTS", "A contact (restricted)"


class DateSource(Vocabulary):
    """Where in the section Interviews a date was read."""

    LIST = "LIST", "The list headed Dates"
    PROSE = "PROSE", "The running text"


class TrainingSiteForm(Vocabulary):
    """How the section Training Sites names a site."""

    LIST = "LIST", "As an item of a list, a table row, a heading or a line of its own"
    PROSE = "PROSE", "Within running text"


class RunStatus(Vocabulary):
    """State of a load run."""

    RUNNING = "RUNNING", "At work, or killed before it could say otherwise"
    PUBLISHED = "PUBLISHED", "Complete; a new data version was published"
    UNCHANGED = "UNCHANGED", "Complete; the files hold nothing new, so nothing was written"
    STOPPED = "STOPPED", "A gate stopped it before publishing; the old data stand"
    FAILED = "FAILED", "Ended with an error before publishing; the old data stand"


class CheckStatus(Vocabulary):
    """Result of a quality check."""

    PASSED = "PASSED", "As expected"
    WARNED = "WARNED", "Worth a look; the load goes on"
    FAILED = "FAILED", "Stops the load before publishing"


class JobStatus(Vocabulary):
    """State of a job."""

    QUEUED = "QUEUED", "Waiting for a worker"
    RUNNING = "RUNNING", "Claimed by a worker"
    SUCCEEDED = "SUCCEEDED", "Done; the result stands in the row"
    FAILED = "FAILED", "Ended with the error that stands in the row"
    CANCELLED = "CANCELLED", "Cancelled before it was done"


class JobKind(Vocabulary):
    """What a job does."""

    REFRESH_WAREHOUSE = "REFRESH_WAREHOUSE", "Load the program files"
    RUN_SIMULATION = "RUN_SIMULATION", "Run matches of simulated applicants"
    REFRESH_SEARCH = "REFRESH_SEARCH", "Bring the search index up to the published data"


class SimulationKind(Vocabulary):
    """What a simulation asks."""

    MATCH = "MATCH", "What a match of the real program streams gives, with simulated applicants"
    WHAT_IF = "WHAT_IF", "What differs between scenarios, over the same simulated applicants"


class SearchRefreshStatus(Vocabulary):
    """State of a refresh of the search index."""

    RUNNING = "RUNNING", "At work, or killed before it could say otherwise"
    COMPLETE = "COMPLETE", "Done; queries use what it made"
    UNCHANGED = "UNCHANGED", "Done; the index was up to date"
    FAILED = "FAILED", "Ended with an error; queries use the index as it was before"


class SkipReason(Vocabulary):
    """Why a passage has no vector."""

    NO_WORDS = "NO_WORDS", "It holds no word: lines, dots, masked contacts"
    NO_KNOWN_WORDS = "NO_KNOWN_WORDS", "The fitted embedder knows none of its words"
