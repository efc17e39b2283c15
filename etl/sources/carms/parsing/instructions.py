"""Application languages, and the language of the document itself."""

import re
from collections.abc import Iterable

from etl.sources.carms.parsed import Stated
from etl.sources.carms.parsing.normalise import plain
from etl.sources.carms.parsing.outcome import Problems
from etl.sources.carms.parsing.sections import Part
from warehouse.vocabulary import DocumentPart, Language

_APPLICATION_LANGUAGE = re.compile(
    r"\**(?:program application language|langue de candidature du programme)[\s*_]*:(?P<value>.*)"
)
_WORDS = re.compile(r"[a-z]+")
_COMMON = {
    Language.EN: frozenset("the of and to in for is are with program on residents".split()),  # noqa: SIM905
    Language.FR: frozenset("le la les des et de du en pour est sont avec programme".split()),  # noqa: SIM905
}


def parse_application_languages(
    part: Part, problems: Problems
) -> Stated[tuple[Language, ...]] | None:
    """Return the languages in which the program accepts applications, as the part states them."""
    for line in part.lines:
        match = _APPLICATION_LANGUAGE.match(line.folded)
        if match is None:
            continue
        value = match.group("value")
        languages = [Language.EN] if re.search(r"\b(?:english|anglais)\b", value) else []
        languages += [Language.FR] if re.search(r"\b(?:french|francais)\b", value) else []
        evidence = part.reading.evidence(part.kind, line.start + match.start("value"), line.end)
        if languages:
            return Stated(tuple(languages), evidence)
        if value.strip(" *_"):
            problems.add(
                "UNKNOWN_LANGUAGE", "application_languages",
                f"The application language {plain(value)[:60]!r} is neither English nor French: "
                "add it to Language in warehouse/vocabulary.py and to the parser.",
                evidence,
            )  # fmt: skip
        return None
    return None


def document_language(parts: Iterable[Part]) -> Stated[Language] | None:
    """Return the language of the document: of its fixed headings, else of its common words."""
    votes: dict[Language, list[Part]] = {Language.EN: [], Language.FR: []}
    read = list(parts)
    for part in read:
        if part.language is not None:
            votes[part.language].append(part)
    winner = max(votes, key=lambda language: len(votes[language]))
    if votes[winner]:
        part = votes[winner][0]
        evidence = part.reading.evidence(part.kind, part.heading_start, part.heading_end)
        return Stated(winner, evidence)
    words = [word for part in read for word in _WORDS.findall(part.reading.folded)]
    scores = {
        language: sum(word in common for word in words) for language, common in _COMMON.items()
    }
    winner = max(scores, key=lambda language: scores[language])
    if len(words) < 20 or scores[winner] <= 2 * min(scores.values()):
        return None
    first = read[0]
    evidence = first.reading.evidence(DocumentPart.HEADER, 0, min(len(first.reading.clean), 200))
    return Stated(winner, evidence)
