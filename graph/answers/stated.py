"""Texts of what programs state in a field, and of programs side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from graph.answers.intents import Intent
from graph.answers.writing import COLON, about, counted, listed, number, say
from warehouse.vocabulary import (
    AccreditationStatus,
    Language,
    RequirementKind,
    RequirementStatus,
    ReturnOfServiceStatus,
)

SHOWN: Final = 10
ASPECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "selection": (
        "EVALUATED_COMPONENTS", "INTERVIEW_OFFER_RATE", "APPLICATION_VOLUME", "REQUIREMENTS",
    ),
    "requirements": ("REFERENCE_LETTERS", "REQUIREMENTS", "ACCEPTED_TESTS"),
    "positions": ("QUOTA",),
    "dates": ("INTERVIEW_DATES",),
    "length": ("LENGTH_YEARS",),
    "accreditation": ("ACCREDITATION",),
    "volume": ("APPLICATION_VOLUME",),
    "rate": ("INTERVIEW_OFFER_RATE",),
    "languages": ("APPLICATION_LANGUAGES",),
    "return_of_service": ("RETURN_OF_SERVICE",),
}  # fmt: skip
"""The lines of a comparison that a question asks for; all that differ where it names none."""
LABELS_FR: Final[Mapping[str, str]] = {
    "EVALUATED_COMPONENTS": "Ce qui est évalué, par étape",
    "INTERVIEW_OFFER_RATE": "Part des candidats invités en entrevue",
    "APPLICATION_VOLUME": "Nombre moyen de candidatures",
    "REQUIREMENTS": "Pièces demandées",
    "REFERENCE_LETTERS": "Lettres de référence",
    "ACCEPTED_TESTS": "Tests acceptés",
    "QUOTA": "Places",
    "INTERVIEW_DATES": "Dates d’entrevue",
    "LENGTH_YEARS": "Durée (ans)",
    "ACCREDITATION": "Agrément",
    "APPLICATION_LANGUAGES": "Langues de candidature",
    "RETURN_OF_SERVICE": "Service post-formation",
    "DISCIPLINE": "Discipline", "UNIVERSITY": "Université", "SITE": "Lieu", "CITY": "Ville",
    "PROVINCE": "Province", "STREAM": "Volet", "APPLICANT_CATEGORY": "Candidats admis",
    "LAST_APPROVED_ON": "Description approuvée le", "LANGUAGE": "Langue de la description",
    "TRAINING_SITES": "Lieux de formation", "ITERATION": "Tour du jumelage",
}  # fmt: skip


def stated_value(node: Mapping[str, Any], aspect: str, language: str) -> str | None:
    """Return what one program states, in words; None where it states nothing."""
    if aspect in NUMBERS:
        return _numbers(node, aspect, language)
    if aspect == "words_span":
        return _span(node, language)
    if aspect in {"requirements", "exams"}:
        rows = node["requirements"]
        return "; ".join(f"{row['label']}{_status(row, language)}" for row in rows) or None
    if aspect == "item_status":
        words = [_status_words(row, language) for row in node["requirements"]]
        return "; ".join(dict.fromkeys(filter(None, words))) or None
    return _plain_value(node, aspect)


def _numbers(node: Mapping[str, Any], aspect: str, language: str) -> str | None:
    key = NUMBERS[aspect][0]
    if aspect in {"length", "positions"}:
        years = node[key]
        return None if years is None else with_unit(years, aspect, language)
    rows = [row for row in node["requirements"] if row[key] is not None]
    texts = [f"{with_unit(row[key], aspect, language)}{_status(row, language)}" for row in rows]
    return "; ".join(texts) or None


def _span(node: Mapping[str, Any], language: str) -> str | None:
    """Return the least and the greatest number of words of the personal letter."""
    parts = [
        with_unit(row[key], aspect, language)
        for row in node["requirements"]
        for key, aspect in (("minWords", "words_min"), ("maxWords", "words_max"))
        if row[key] is not None
    ]
    return ", ".join(dict.fromkeys(parts)) or None


def _plain_value(node: Mapping[str, Any], aspect: str) -> str | None:
    if aspect in {"volume", "rate"}:
        found = node["applicationVolume" if aspect == "volume" else "interviewOfferRate"]
        return str(found["label"]) if found and found["label"] else None
    if aspect == "languages":
        return ", ".join(Language[one].description for one in node["applicationLanguages"]) or None
    if aspect == "accreditation":
        word = node["accreditation"]
        return AccreditationStatus[word].description if word else None
    found = node["returnOfService"]
    word = found and found["status"]
    return ReturnOfServiceStatus[word].description if word else None


NUMBERS: Final[Mapping[str, tuple[str, str, str]]] = {
    "letters": ("quantity", "letters of reference", "lettres de référence"),
    "forms": ("quantity", "support forms", "formulaires d’appui"),
    "words_max": ("maxWords", "words at most", "mots au maximum"),
    "words_min": ("minWords", "words at least", "mots au minimum"),
    "length": ("lengthYears", "years", "ans"),
    "positions": ("quota", "positions", "places"),
}
"""Fields whose values are numbers: where they stand, and what is counted."""


def with_unit(value: float, aspect: str, language: str) -> str:
    """Return a stated number with what it counts."""
    _, english, french = NUMBERS[aspect]
    noun = say(language, english, french)
    if value == 1:
        noun = ONE.get(noun, noun)
    return f"{number(value, language)} {noun}"


ONE: Final = {
    "letters of reference": "letter of reference", "lettres de référence": "lettre de référence",
    "support forms": "support form", "formulaires d’appui": "formulaire d’appui",
    "years": "year", "ans": "an", "positions": "position", "places": "place",
}  # fmt: skip


def amount_of(node: Mapping[str, Any], aspect: str) -> float | None:
    """Return the number that a program states; the greatest where it states several."""
    if aspect == "positions":
        quota: float | None = node["quota"]
        return quota
    key = NUMBERS[aspect][0]
    if aspect == "length":
        years: float | None = node[key]
        return years
    stated = [row[key] for row in node["requirements"] if row[key] is not None]
    return max(stated, default=None)


def _status(row: Mapping[str, Any], language: str) -> str:
    if row["status"] in {None, "REQUIRED"}:
        return ""
    return f" ({_status_words(row, language).lower()})"


def _status_words(row: Mapping[str, Any], language: str) -> str:
    if row["status"] is None:
        return ""
    english, _, french = RequirementStatus[row["status"]].description.partition(" [")
    return say(language, english, french.rstrip("]"))


def values_text(
    intent: Intent, nodes: Sequence[Mapping[str, Any]], language: str
) -> tuple[str, int]:
    """Return the text, and how many of the programs state a value."""
    by_value: dict[str, list[str]] = {}
    silent = 0
    for node in nodes:
        value = stated_value(node, intent.aspect, language)
        if value is None:
            silent += 1
        else:
            by_value.setdefault(value, []).append(node["name"])
    total = len(nodes)
    if not total:
        return say(language, f"There is no such program{about(intent, language)}.",
                   f"Aucun programme{about(intent, language)}."), 0  # fmt: skip
    lines = [
        f"{value}{COLON[language]} {counted(len(names), 'programs', language)} –"
        f" {listed(names[:SHOWN], len(names), language)}"
        for value, names in sorted(by_value.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    if silent:
        lines.append(
            say(
                language,
                f"Not stated: {counted(silent, 'programs', language)}.",
                f"Non précisé : {counted(silent, 'programs', language)}.",
            )
        )
    if len(by_value) == 1 and not silent:
        return f"{lines[0]}{about(intent, language)}", total
    head = f"{counted(total, 'programs', language)}{about(intent, language)}{COLON[language]}"
    return "\n".join([head, *lines]), total - silent


def comparison_text(comparison: Mapping[str, Any], aspect: str, language: str) -> str:
    """Return programs side by side, a line for each field."""
    names = [program["name"] for program in comparison["programs"]]
    wanted = ASPECTS.get(aspect)
    lines = [
        _line(field, names, language)
        for field in comparison["fields"]
        if (field["name"] in wanted if wanted else not field["isSame"])
    ]
    head = "\n".join(f"{letter(i)} = {name}" for i, name in enumerate(names))
    nothing = say(language, "No difference is stated.", "Aucune différence n’est indiquée.")
    return "\n".join([head, *(lines or [nothing])])


def letter(index: int) -> str:
    """Return what a compared program is called in the lines of a text."""
    return "ABCDEFGHIJ"[index]


def _line(field: Mapping[str, Any], names: Sequence[str], language: str) -> str:
    label = say(language, field["label"], LABELS_FR.get(field["name"], field["label"]))
    if not field["isSet"]:
        cells = field["values"]
        unstated = say(language, "not stated", "non précisé")
        if field["isSame"]:
            same = say(language, "the same", "identique")
            return f"{label}{COLON[language]} {same}: {_cell(cells[0]) or unstated}"
        parts = [f"{letter(i)}: {_cell(cell) or unstated}" for i, cell in enumerate(cells)]
        return f"{label}{COLON[language]} " + "; ".join(parts)
    held: dict[tuple[int, ...], list[str]] = {}
    for item in field["items"]:
        held.setdefault(tuple(item["heldBy"]), []).append(_words(item["text"], field["name"]))
    parts = []
    for who, items in sorted(held.items(), key=lambda pair: (-len(pair[0]), pair[0])):
        everyone = len(who) == len(names)
        owner = say(language, "all", "tous") if everyone else "+".join(letter(i) for i in who)
        parts.append(f"{owner}: {', '.join(items)}")
    return f"{label}{COLON[language]} " + ("; ".join(parts) or say(language, "none", "aucun"))


def _cell(value: str | None) -> str | None:
    """Return a cell in words: lists come as JSON."""
    if value is None or not value.startswith("["):
        return value
    return ", ".join(json.loads(value))


def _words(text: str, name: str) -> str:
    """Return an item of a set in plain words."""
    if name == "REQUIREMENTS":
        kind, _, status = text.partition(" ")
        description = RequirementKind[kind].description
        return description if status in {"", "REQUIRED"} else f"{description} ({_plain(status)})"
    if name == "EVALUATED_COMPONENTS":
        phase, _, component = text.partition(" ")
        return f"{_plain(component)} ({_plain(phase)})"
    return text


def _plain(word: str) -> str:
    return word.replace("_", " ").lower()
