"""The fixed words of Selection Criteria, in both languages, folded."""

import re
from enum import Enum, auto

from warehouse.vocabulary import SelectionComponent

_C = SelectionComponent


class Block(Enum):
    """A fixed block of the section."""

    PROGRAM_GOALS = auto()
    SELECTION_GOALS = auto()
    FILE_REVIEW = auto()
    ELECTIVES = auto()
    INTERVIEW = auto()
    OUTSIDE = auto()
    RANKING = auto()


BLOCKS: dict[str, Block] = {
    "program goals": Block.PROGRAM_GOALS,
    "objectifs du programme": Block.PROGRAM_GOALS,
    "selection process goals": Block.SELECTION_GOALS,
    "objectifs du processus de selection": Block.SELECTION_GOALS,
    "file review process": Block.FILE_REVIEW,
    "processus d'examen des dossiers": Block.FILE_REVIEW,
    "elective criteria": Block.ELECTIVES,
    "criteres de stage a option": Block.ELECTIVES,
    "criteres de stages a option": Block.ELECTIVES,
    "interview process": Block.INTERVIEW,
    "processus d'entrevue": Block.INTERVIEW,
    "information gathered outside of carms application": Block.OUTSIDE,
    "information recueillie a l'exterieur de la candidature de carms": Block.OUTSIDE,
    "ranking process": Block.RANKING,
    "processus de classement": Block.RANKING,
}

FILE_COMPONENTS: dict[str, SelectionComponent] = {
    "cv": _C.CV, "curriculum vitae": _C.CV,
    "electives": _C.ELECTIVES, "stages a option": _C.ELECTIVES,
    "examinations": _C.EXAMINATIONS, "examens": _C.EXAMINATIONS,
    "extra-curricular": _C.EXTRACURRICULAR, "activites parascolaires": _C.EXTRACURRICULAR,
    "leadership skills": _C.LEADERSHIP, "competences de leadership": _C.LEADERSHIP,
    "competences en leadership": _C.LEADERSHIP,
    "msprs": _C.PERFORMANCE_RECORD, "mspr": _C.PERFORMANCE_RECORD, "drem": _C.PERFORMANCE_RECORD,
    "personal letters": _C.PERSONAL_LETTERS, "lettres personnelles": _C.PERSONAL_LETTERS,
    "reference documents": _C.REFERENCE_DOCUMENTS,
    "documents de reference": _C.REFERENCE_DOCUMENTS,
    "research/publications": _C.RESEARCH_PUBLICATIONS,
    "recherche/publications": _C.RESEARCH_PUBLICATIONS,
    "transcripts": _C.TRANSCRIPTS, "releves de notes": _C.TRANSCRIPTS,
    "other file component(s)": _C.OTHER, "autres composants de dossier": _C.OTHER,
}  # fmt: skip

INTERVIEW_COMPONENTS: dict[str, SelectionComponent] = {
    "collaboration skills": _C.COLLABORATION, "competences en collaboration": _C.COLLABORATION,
    "collegiality": _C.COLLEGIALITY, "collegialite": _C.COLLEGIALITY,
    "communication skills": _C.COMMUNICATION, "competences en communication": _C.COMMUNICATION,
    "health advocacy": _C.HEALTH_ADVOCACY, "promotion de la sante": _C.HEALTH_ADVOCACY,
    "interest in the discipline": _C.INTEREST_IN_DISCIPLINE,
    "interet envers la discipline": _C.INTEREST_IN_DISCIPLINE,
    "interest in the program": _C.INTEREST_IN_PROGRAM,
    "interet envers le programme": _C.INTEREST_IN_PROGRAM,
    "leadership skills": _C.LEADERSHIP, "competences en leadership": _C.LEADERSHIP,
    "competences de leadership": _C.LEADERSHIP,
    "professionalism": _C.PROFESSIONALISM, "professionnalisme": _C.PROFESSIONALISM,
    "scholarly activities": _C.SCHOLARLY_ACTIVITIES,
    "activites savantes": _C.SCHOLARLY_ACTIVITIES,
    "other interview component(s)": _C.OTHER, "autres composants d'entrevue": _C.OTHER,
}  # fmt: skip

ELECTIVE_LABELS: tuple[tuple[re.Pattern[str], SelectionComponent], ...] = (
    (
        re.compile(r"[*_]*(?:elective requirements?|exigences des stages a option)\s*:[\s*_]*"),
        _C.ELECTIVE_REQUIREMENTS,
    ),
    (
        re.compile(
            r"[*_]*(?:on-?\s?site electives?|stages? a option dans notre etablissement)\s*:[\s*_]*"
        ),
        _C.ON_SITE_ELECTIVE,
    ),
    (
        re.compile(
            r"[*_]*(?:other information regarding elective requirements?"
            r"|autres informations concernant les stages a option)\s*:[\s*_]*"
        ),
        _C.OTHER,
    ),
)

_LOST_OPTIONS = (
    # what both blocks open with
    "specifically, we may consider", "specifiquement, nous pourrions considerer",
    "the behavior(s) exhibited below during the interview process may prevent",
    "les comportements observes ci-dessous pendant le processus d'entrevue",
    # information gathered outside
    "social interaction during program related events",
    "communication with program administration", "social media",
    "unsolicited reference letters", "unsolicited email references",
    "unsolicited verbal information on a candidate's prior performance",
    "unsolicited feedback from colleagues",
    "interaction sociale pendant des evenements lies au programme",
    "communication avec l'administration du programme", "medias sociaux",
    "references par courriel non sollicitees", "lettres de recommandation non sollicitees",
    "information verbale non sollicitee concernant la performance anterieure",
    "des commentaires non sollicites de la part de collegues",
    # ranking
    "unprofessional or inappropriate behavior", "did not attend interview",
    "interview performance was not competitive", "comportement non professionnel ou inapproprie",
    "absence lors de l'entrevue", "performance lors de l'entrevue n'est pas competitive",
)  # fmt: skip
_EXACT = frozenset({"social media", "medias sociaux"})


def is_lost_option(folded: str) -> bool:
    """Say whether a line is a fixed option, whose tick was lost, or the words before them."""
    words = " ".join(folded.strip("*_ :.").split())
    return words in _EXACT or (
        any(words.startswith(option) for option in _LOST_OPTIONS if option not in _EXACT)
        and len(words) < 260
    )
