"""Titles of requested items: the catalogue that programs choose from, and what each kind is.

All titles are folded. Programs also name items of their own; those are recognised by their place
right below a status heading (see ``requirements``), and classified here by their words.
"""

import re

from warehouse.vocabulary import RequirementKind, RequirementStatus

KNOWN_TITLES = frozenset(
    {
        # examinations
        "mccqe part i", "mccqe part ii", "nac", "fmproc", "casper", "usmle1", "usmle2-ck",
        "usmle2-cs", "usmle3", "eacmc, partie i", "eacmc, partie ii", "cne", "cpromf", "mccee",
        "eecmc", "usmle 1", "usmle 2", "usmle 3",
        # documents, English
        "personal letter", "custom resume / cv", "medical school transcript",
        "medical student performance record", "photo", "medical school diploma",
        "self-identification questionnaire", "abstract/publications",
        "declaration of indigenous ancestry", "undergraduate transcript (bachelor's degree)",
        "self-identification process for black learners", "graduate transcript (master/phd degree)",
        "family medicine rural addendum/questionnaire", "img-bc clinical assessment program",
        "detailed outline of medical practice experience", "ophthalmological report",
        "documentation of prior postgraduate training", "memorial declaration for interruptions",
        "consent for disclosure", "regional connection attestation", "rcpsc assessment of training",
        "alberta img clinical assessment placement", "advanced cardiac life support (acls)",
        "program questionnaire", "postgraduate medical training certificate", "usmle transcript",
        "alberta img program (aimgp) multiple mini interview (mmi) results", "name change",
        "nova scotian declaration", "new brunswicker declaration", "lmcc certificate",
        "prince edward islander declaration", "maritimer declaration",
        "description of research interests", "memorial core clinical clerkship rotation details",
        "cegep transcript", "letter of standing", "proof of most recent clinical experience",
        "proof of registration as a clinical assistant or allied health professional in canada",
        "applicant support form", "formulaire d'appui au candidat", "letter of reference",
        "lettre de recommandation", "usmle",
        "rotation evaluations / in training evaluation report (iter)",
        "relevant rotations or health care experience", "residency transcript", "diploma",
        # documents, French
        "lettre de motivation", "curriculum vitae", "curriculum vitae personnalise",
        "releve de notes medicale", "dossier de rendement de l'etudiant en medecine",
        "photographie", "diplome de medecine", "diplome",
        "lettre de reconnaissance de l'equivalence du diplome md", "abstrait/publication",
        "preuve de l'experience clinique la plus recente", "rapport d'ophtalmologie",
        "releve de notes du 2e ou 3e cycle (p. ex. doctorat, maitrise es sciences)",
        "releve de notes de 1er cycle (p. ex. baccalaureat, baccalaureat es sciences)",
        "releve de notes de residence medicale", "description des interets de recherche",
        "cedis (centre d'evaluation des diplomes internationaux en sante)",
        "description detaillee de l'experience de l'exercice de la medecine",
        "evaluations de stages cliniques / rapport d'evaluation en cours de formation",
        "examen visuel (notamment vision stereoscopique)", "questionnaire d'auto-identification",
        "certificat de programme de formation postdoctoral", "consentement a la divulgation",
        "questionnaire d'auto-declaration", "changement de nom", "questionnaire du programme",
    }
)  # fmt: skip

STATUS_HEADINGS: dict[str, RequirementStatus] = {
    "required": RequirementStatus.REQUIRED,
    "requis": RequirementStatus.REQUIRED,
    "conditionally required": RequirementStatus.CONDITIONALLY_REQUIRED,
    "requis a titre conditionnel": RequirementStatus.CONDITIONALLY_REQUIRED,
    "optional - will be reviewed": RequirementStatus.OPTIONAL,
    "optionnels - seront examines": RequirementStatus.OPTIONAL,
    "optionnel - sera examine": RequirementStatus.OPTIONAL,
    "optionnel": RequirementStatus.OPTIONAL,
    "optional": RequirementStatus.OPTIONAL,
    "additional required img documents": RequirementStatus.REQUIRED_FOR_IMG,
    "additional documents required for imgs": RequirementStatus.REQUIRED_FOR_IMG,
    "documents additionnels requis pour les dim": RequirementStatus.REQUIRED_FOR_IMG,
}

BLOCK_HEADINGS: dict[str, int] = {
    "canadian citizenship": 1, "citoyennete canadienne": 1,
    "language proficiency": 2, "competences linguistiques": 2,
    "examinations": 3, "examens": 3,
    "reference documents": 4, "documents de reference": 4,
    "additional documents": 5, "documents supplementaires": 5,
}  # fmt: skip
"""The fixed blocks of the section, numbered in their fixed order."""

CITIZENSHIP_BLOCK, LANGUAGE_BLOCK, EXAMINATION_BLOCK = 1, 2, 3

_KINDS: tuple[tuple[re.Pattern[str], RequirementKind], ...] = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"equivalence", RequirementKind.EQUIVALENCE_LETTER),
        (
            r"^(?:mccqe|nac\b|nac-|fmproc|casper|usmle\b|usmle\d|eacmc|cne\b|cpromf|mccee|eecmc)",
            RequirementKind.EXAMINATION,
        ),
        (
            (
                r"reference letter|letters? of (?:reference|recommendation)"
                r"|lettres? de (?:recommandation|reference)"
            ),
            RequirementKind.REFERENCE_LETTER,
        ),
        (r"support form|formulaire d'appui", RequirementKind.SUPPORT_FORM),
        (
            r"personal letter|lettre de motivation|lettre personnelle|letter of intent",
            RequirementKind.PERSONAL_LETTER,
        ),
        (r"curriculum vitae|\bcv\b|resume /", RequirementKind.CV),
        (
            r"medical school transcript|^releve de notes medicale|transcript of medical school",
            RequirementKind.TRANSCRIPT,
        ),
        (
            r"undergraduate transcript|cegep transcript|releve de notes de (?:1er|premier) cycle",
            RequirementKind.UNDERGRADUATE_TRANSCRIPT,
        ),
        (
            r"performance record|dossier de rendement|\bmspr\b|\bdrem\b",
            RequirementKind.PERFORMANCE_RECORD,
        ),
        (r"^photo", RequirementKind.PHOTO),
        (r"^(?:medical (?:school )?)?diploma\b|^diplome\b", RequirementKind.DIPLOMA),
        (r"^(?:abstract|abstrait|resume/pub)", RequirementKind.ABSTRACT_PUBLICATION),
        (r"self-identification|auto-?identification", RequirementKind.SELF_IDENTIFICATION),
        (
            (
                r"proof of registration|good standing|letter of standing|licen[cs]e\b|privileges"
                r"|permis d'exercice|preuve d'inscription"
            ),
            RequirementKind.PRIVILEGES_PROOF,
        ),
        (
            (
                r"most recent clinical|recent clinical (?:practice|experience)"
                r"|(?:experience|pratique) clinique la plus recente"
            ),
            RequirementKind.CLINICAL_EXPERIENCE_PROOF,
        ),
    )
)


def item_kind(folded_title: str) -> RequirementKind:
    """Return what kind of item a folded title names; ``OTHER`` for any other named item."""
    for pattern, kind in _KINDS:
        if pattern.search(folded_title):
            return kind
    return RequirementKind.OTHER
