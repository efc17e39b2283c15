"""Draws made-up people, their addresses and their phone numbers."""

from __future__ import annotations

import random
from typing import Any

from etl.sample.facts import Contact
from etl.sample.plan import ProgramPlan
from etl.sample.texts import load_texts

_PHONE_SHAPES = (
    "({area}) 555-{line}",
    "({area}) 555-{line}",
    "{area}-555-{line}",
    "{area}.555.{line}",
    "{area} 555-{line}",
    "1-{area}-555-{line}",
    "+1 {area} 555 {line}",
)
_EXTENSIONS = {
    "EN": (", ext. {n}", " ext {n}", " x{n}", " (ext. {n})"),
    "FR": (", poste {n}", " poste {n}", " (poste {n})"),
}


def draw_director(plan: ProgramPlan, chance: random.Random) -> str:
    """The program director's name with title."""
    if plan.language == "FR":
        return f"Dr(e) {_person('fr', chance)}"
    return f"Dr. {_person('en', chance)}"


def draw_email(chance: random.Random) -> str:
    """An address at example.org, in one of several shapes."""
    shape = chance.randrange(4)
    if shape == 0:
        return f"residency.office{chance.randrange(100)}@example.org"
    if shape == 1:
        return f"pgme_{chance.randrange(0x1000):03x}@med.example.org"
    return f"contact-{chance.randrange(0x100000000):08x}@example.org"


def draw_phone(plan: ProgramPlan, chance: random.Random, *, extension: bool) -> str:
    """A number from the block of fictitious numbers, in one of several shapes."""
    area = load_texts("people")["areas"].get(plan.site.province, "416")
    number = chance.choice(_PHONE_SHAPES).format(area=area, line=f"01{chance.randrange(100):02d}")
    if extension:
        shape = chance.choice(_EXTENSIONS[plan.language])
        number += shape.format(n=chance.randrange(1000, 99999))
    return number


def draw_contacts(
    plan: ProgramPlan,
    texts: dict[str, Any],
    director: str,
    chance: random.Random,
    quirks: frozenset[str],
    *,
    short: bool,
) -> tuple[Contact, ...]:
    """The contacts of the program; the director comes first or not at all."""
    contacts: list[Contact] = []
    titles: list[str] = texts["titles"]
    for index in range(1 if short else chance.choice((1, 2, 2, 3, 4))):
        is_director = index == 0 and chance.random() < 0.6
        name = director if is_director else _person(plan.language.lower(), chance)
        contacts.append(
            Contact(
                name=name,
                title=titles[0] if is_director else chance.choice(titles[1:]),
                email=draw_email(chance) if chance.random() < 0.85 else None,
                phone=draw_phone(plan, chance, extension="phone_extension" in quirks)
                if chance.random() < 0.6 or "phone_extension" in quirks
                else None,
                information=chance.choice(texts["information"]) if chance.random() < 0.2 else None,
            )
        )
    return tuple(contacts)


def _person(language: str, chance: random.Random) -> str:
    people = load_texts("people")
    return (
        f"{chance.choice(people[f'first_{language}'])} {chance.choice(people[f'last_{language}'])}"
    )
