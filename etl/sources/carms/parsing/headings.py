"""The fixed words of program descriptions, in both languages, folded.

Folded means lower case, without accents, with plain quotes and dashes (``normalise.fold``).
"""

from warehouse.vocabulary import DocumentPart, Language, SectionKind

EN, FR = Language.EN, Language.FR

SECTION_HEADINGS: dict[str, tuple[SectionKind | DocumentPart, Language]] = {
    "program contacts": (DocumentPart.PROGRAM_CONTACTS, EN),
    "personnes a contacter": (DocumentPart.PROGRAM_CONTACTS, FR),
    "important information": (SectionKind.IMPORTANT_INFORMATION, EN),
    "information importante": (SectionKind.IMPORTANT_INFORMATION, FR),
    "return of service": (SectionKind.RETURN_OF_SERVICE, EN),
    "service post-formation": (SectionKind.RETURN_OF_SERVICE, FR),
    "general instructions": (SectionKind.GENERAL_INSTRUCTIONS, EN),
    "instruction generale": (SectionKind.GENERAL_INSTRUCTIONS, FR),
    "instructions generales": (SectionKind.GENERAL_INSTRUCTIONS, FR),
    "supporting documentation / information": (SectionKind.SUPPORTING_DOCUMENTATION, EN),
    "documents / information a l'appui": (SectionKind.SUPPORTING_DOCUMENTATION, FR),
    "review process": (SectionKind.REVIEW_PROCESS, EN),
    "processus d'examen des candidatures": (SectionKind.REVIEW_PROCESS, FR),
    "interviews": (SectionKind.INTERVIEWS, EN),
    "entrevues": (SectionKind.INTERVIEWS, FR),
    "selection criteria": (SectionKind.SELECTION_CRITERIA, EN),
    "criteres de selection": (SectionKind.SELECTION_CRITERIA, FR),
    "program highlights": (SectionKind.PROGRAM_HIGHLIGHTS, EN),
    "apercu du programme": (SectionKind.PROGRAM_HIGHLIGHTS, FR),
    "program curriculum": (SectionKind.PROGRAM_CURRICULUM, EN),
    "programme d'etude": (SectionKind.PROGRAM_CURRICULUM, FR),
    "training sites": (SectionKind.TRAINING_SITES, EN),
    "site de formation": (SectionKind.TRAINING_SITES, FR),
    "sites de formation": (SectionKind.TRAINING_SITES, FR),
    "additional information": (SectionKind.ADDITIONAL_INFORMATION, EN),
    "information supplementaire": (SectionKind.ADDITIONAL_INFORMATION, FR),
    "faq": (SectionKind.FAQ, EN),
    "foire aux questions": (SectionKind.FAQ, FR),
    "summary of changes": (SectionKind.SUMMARY_OF_CHANGES, EN),
    "resume des modifications": (SectionKind.SUMMARY_OF_CHANGES, FR),
}

DIRECTOR_OPENINGS = ("program director", "directeur de programme", "directrice de programme")

CELL_SECTIONS: dict[str, SectionKind] = {
    "general_instructions": SectionKind.GENERAL_INSTRUCTIONS,
    "supporting_documentation_information": SectionKind.SUPPORTING_DOCUMENTATION,
    "review_process": SectionKind.REVIEW_PROCESS,
    "interviews": SectionKind.INTERVIEWS,
    "selection_criteria": SectionKind.SELECTION_CRITERIA,
    "program_highlights": SectionKind.PROGRAM_HIGHLIGHTS,
    "program_curriculum": SectionKind.PROGRAM_CURRICULUM,
    "training_sites": SectionKind.TRAINING_SITES,
    "additional_information": SectionKind.ADDITIONAL_INFORMATION,
    "return_of_service": SectionKind.RETURN_OF_SERVICE,
    "faq": SectionKind.FAQ,
    "summary_of_changes": SectionKind.SUMMARY_OF_CHANGES,
}
"""The CSV's section columns. The header and the contacts have columns of other kinds."""

HEADER_CELL = "match_iteration_name"
CONTACTS_CELL = "program_contracts"

MONTHS: dict[str, int] = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7,
    "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
    "janvier": 1, "fevrier": 2, "mars": 3, "avril": 4, "mai": 5, "juin": 6, "juillet": 7,
    "aout": 8, "septembre": 9, "octobre": 10, "novembre": 11, "decembre": 12,
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9,
    "oct": 10, "nov": 11, "dec": 12, "janurary": 1, "janv": 1, "fevr": 2, "fev": 2, "juil": 7,
}  # fmt: skip
