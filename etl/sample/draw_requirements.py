"""Draws the requested items of the supporting documentation."""

from __future__ import annotations

import random
from typing import Any

from etl.sample.facts import LanguageTest, Requirement
from etl.sample.plan import FAMILY_MEDICINE, ProgramPlan

STATUSES = ("REQUIRED", "CONDITIONALLY_REQUIRED", "REQUIRED_FOR_IMG", "OPTIONAL")
_ENGLISH_STATUSES = ("REQUIRED", "CONDITIONALLY_REQUIRED", "OPTIONAL", "OPTIONAL")
_EMERGENCY_MEDICINE = 25
_ORTHOPEDIC_SURGERY = 61
_WORD_LIMITS = (None, 250, 500, 500, 600, 750, 800, 1000, 1000, 1500)

Drawn = list[Requirement]


def draw_requirements(
    forms: dict[str, Any],
    plan: ProgramPlan,
    chance: random.Random,
    quirks: frozenset[str],
    *,
    short: bool,
) -> tuple[Requirement, ...]:
    """All requested items, in the order of the document."""
    label = forms["blocks"]["citizenship"]
    items: Drawn = [Requirement("citizenship", "CITIZENSHIP", label, "REQUIRED")]
    if chance.random() < (0.4 if short else 0.64):
        items.append(_language(forms, chance))
    if chance.random() < (0.4 if short else 0.7):
        items.extend(_in_order(_examinations(forms, chance, french=plan.language == "FR")))
    items.extend(_in_order(_references(forms, plan, chance, quirks)))
    items.extend(_in_order(_documents(forms, plan, chance, short=short)))
    return tuple(items)


def _in_order(items: Drawn) -> Drawn:
    return sorted(items, key=lambda item: STATUSES.index(item.status))


def _language(forms: dict[str, Any], chance: random.Random) -> Requirement:
    rows: list[list[str]] = forms["tests"]["rows"]
    chosen = [row for row in rows if chance.random() < 0.6] or rows[:1]
    tests: list[LanguageTest] = []
    with_prose = chance.random() < 0.6
    for name, tick, prose, scores, _ in chosen:
        if not tick and not with_prose:
            continue
        score = chance.choice(scores.split(";")) if scores and with_prose else None
        text = prose.replace("{score}", score) if score else ""
        # The tick list names only the family of the test; precise names stand in the prose.
        exact = name if text or name != "IELTS_ACADEMIC" else "IELTS"
        tests.append(LanguageTest(exact, score, tick, text))
    status = "CONDITIONALLY_REQUIRED" if chance.random() < 0.7 else "REQUIRED"
    return Requirement(
        "language",
        "LANGUAGE_PROFICIENCY",
        forms["blocks"]["language"],
        status,
        tests=tuple(tests),
    )


def _examinations(forms: dict[str, Any], chance: random.Random, *, french: bool) -> Drawn:
    items: Drawn = []
    names: dict[str, list[str]] = forms["examinations"]
    for name in chance.sample(list(names), chance.choice((1, 1, 2, 2, 3))):
        files = names[name]
        words = forms["examination_words"]
        shown = (words["both"], *files) if files and chance.random() < 0.6 else (words["score"],)
        # The heading for IMGs is the French platform's; English documents hardly have it.
        statuses = STATUSES if french or chance.random() < 0.03 else _ENGLISH_STATUSES
        items.append(
            Requirement("examinations", "EXAMINATION", name, chance.choice(statuses), files=shown)
        )
    return items


def _references(
    forms: dict[str, Any], plan: ProgramPlan, chance: random.Random, quirks: frozenset[str]
) -> Drawn:
    kinds: list[list[str]] = forms["references"]["kinds"]
    if plan.language == "FR":
        chosen = kinds if chance.random() < 0.4 else kinds[:1]
    else:
        special = {FAMILY_MEDICINE: 1, _EMERGENCY_MEDICINE: 2, _ORTHOPEDIC_SURGERY: 3}
        chosen = [kinds[special.get(plan.discipline.id, 0)]]
        if chance.random() < 0.15:
            chosen.append(kinds[-1])
    items: Drawn = []
    for index, (kind, label) in enumerate(chosen):
        quantity: int | None = chance.choice((2, 3, 3, 3, 3, 4))
        form = "plain"
        if index == 0 and "number_in_words" in quirks:
            form = chance.choice(("words", "prose_words"))
        elif index == 0 and "number_in_digits" in quirks:
            form = "prose_digits"
        elif chance.random() < 0.04:
            quantity, form = None, "missing"
        elif chance.random() < 0.04:
            form = "bold"
        items.append(Requirement("references", kind, label, "REQUIRED", quantity, form))
    return items


def _documents(
    forms: dict[str, Any], plan: ProgramPlan, chance: random.Random, *, short: bool
) -> Drawn:
    items: Drawn = [_personal_letter(forms, chance)]
    shares = {
        "CV": 0.85,
        "TRANSCRIPT": 0.97,
        "PERFORMANCE_RECORD": 0.97,
        "PHOTO": 0.7,
        "ABSTRACT_PUBLICATION": 0.15,
        "SELF_IDENTIFICATION": 0.15,
        "UNDERGRADUATE_TRANSCRIPT": 0.12,
        "DIPLOMA": 0.25,
        "OTHER": 0.12,
        "CLINICAL_EXPERIENCE_PROOF": 0.08,
        "PRIVILEGES_PROOF": 0.08,
        "EQUIVALENCE_LETTER": 0.06,
    }
    if plan.language == "FR":
        shares |= {"DIPLOMA": 0.9, "EQUIVALENCE_LETTER": 0.85, "CLINICAL_EXPERIENCE_PROOF": 0.25}
    for kind, share in shares.items():
        if chance.random() >= (share / 2 if short else share):
            continue
        label, *explanation = forms["documents"][kind]
        status = _document_status(kind, plan, chance)
        items.append(Requirement("additional", kind, label, status, explanation=tuple(explanation)))
    chance.shuffle(items)
    return items


def _document_status(kind: str, plan: ProgramPlan, chance: random.Random) -> str:
    if kind in {"DIPLOMA", "EQUIVALENCE_LETTER", "CLINICAL_EXPERIENCE_PROOF"}:
        return "REQUIRED_FOR_IMG" if plan.language == "FR" else "CONDITIONALLY_REQUIRED"
    if kind in {"ABSTRACT_PUBLICATION", "SELF_IDENTIFICATION"}:
        return "OPTIONAL"
    if kind in {"UNDERGRADUATE_TRANSCRIPT", "PRIVILEGES_PROOF", "OTHER"}:
        return chance.choice(("REQUIRED", "CONDITIONALLY_REQUIRED"))
    return "REQUIRED" if chance.random() < 0.93 else "OPTIONAL"


def _personal_letter(forms: dict[str, Any], chance: random.Random) -> Requirement:
    maximum = chance.choice(_WORD_LIMITS)
    minimum = chance.choice((100, 200, 250)) if maximum and chance.random() < 0.12 else None
    return Requirement(
        "additional",
        "PERSONAL_LETTER",
        forms["documents"]["PERSONAL_LETTER"][0],
        "REQUIRED" if chance.random() < 0.93 else "OPTIONAL",
        min_words=minimum,
        max_words=maximum,
    )
