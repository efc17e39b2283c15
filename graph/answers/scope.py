"""What a question names, where only its names are understood: of which programs it speaks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from graph.answers import conditions as c
from graph.answers.cursor import PREPOSITIONS
from graph.answers.intents import Condition
from graph.answers.named import ABSENT
from graph.answers.words import Phrases, Sense, Term

CLEAR: Final = 4
"""Letters of a name that is taken for one without a preposition before it."""
FILLERS: Final = ("filler", "and", "or", "comma")
SCOPES: Final = ("discipline", "university", "city", "province", "region", "site")
PLACES: Final = ("province", "region", "city", "site")


@dataclass(frozen=True, slots=True)
class Scope:
    """The names of a question as conditions, and the question without them.

    ``absent`` are those that the data do not have.
    """

    conditions: tuple[Condition, ...]
    rest: str
    absent: tuple[Sense, ...] = ()


def scope_of(question: str, phrases: Phrases) -> Scope:
    """Return the disciplines, schools and places that a question names; only those that are clear.

    Several of one kind are alternatives. Where something is denied, nothing is taken.
    """
    found: dict[tuple[str, ...], list[tuple[Sense, ...]]] = defaultdict(list)
    named: list[Term] = []
    absent: list[Sense] = []
    preposition = ""
    for term in phrases.terms(question):
        missing = term.sense(*ABSENT)
        if missing is not None:
            absent.append(missing)
        senses = [sense for sense in term.senses if sense.role in SCOPES]
        before = term.sense(*PREPOSITIONS)
        if before is not None and not senses:
            preposition = before.role
            continue
        if term.sense("outside", "not"):
            return Scope((), question, tuple(absent))
        chosen = meant(senses, preposition)
        if chosen and (preposition or len(term.text) >= CLEAR):
            found[tuple(one.role for one in chosen)].append(chosen)
            named.append(term)
        elif not term.sense(*FILLERS):
            preposition = ""
    conditions = tuple(_condition(names) for names in found.values())
    return Scope(conditions, _without(question, named), tuple(absent))


def is_elsewhere(scope: Scope) -> bool:
    """Return whether a question is about a school that the data do not have, and no other."""
    is_absent = any(one.role == "absent_university" for one in scope.absent)
    return is_absent and not any(one.about in {"university", "place"} for one in scope.conditions)


def meant(senses: list[Sense], preposition: str) -> tuple[Sense, ...]:
    """Return what a name means; a school and its town or province together where nothing tells."""
    kinds = {sense.role: sense for sense in senses}
    place = next((kinds[role] for role in PLACES if role in kinds), None)
    school = kinds.get("university")
    if "discipline" in kinds:
        return (kinds["discipline"],) if len(kinds) == 1 else ()
    if place is None or school is None:
        only = place or school
        return (only,) if only is not None and only.home != "common" else ()
    if preposition == "in":
        return (place,)
    if preposition == "at":
        return (school,)
    is_home = place.role == "province" or school.home == place.value
    return (school, place) if is_home else ()


def _condition(names: list[tuple[Sense, ...]]) -> Condition:
    """Return the condition of names of one kind; of a school and a town in one, that of either."""
    parts = tuple(
        c.named(meaning[0].role, tuple(dict.fromkeys(meaning)))
        for meaning in zip(*names, strict=True)
    )
    return parts[0] if len(parts) == 1 else c.either(parts)


def _without(question: str, terms: list[Term]) -> str:
    for term in reversed(terms):
        question = f"{question[: term.start]} {question[term.end :]}"
    return " ".join(question.split())
