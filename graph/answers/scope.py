"""What a question names, where only its names are understood: of which programs it speaks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from graph.answers import conditions as c
from graph.answers.cursor import PREPOSITIONS
from graph.answers.intents import Condition
from graph.answers.named import NAMES, meant
from graph.answers.words import Phrases, Sense, Term

CLEAR: Final = 4
"""Letters of a name that is taken for one without a preposition before it."""
FILLERS: Final = ("filler", "and", "or", "comma")


@dataclass(frozen=True, slots=True)
class Scope:
    """The names of a question as conditions, and the question without them."""

    conditions: tuple[Condition, ...]
    rest: str


def scope_of(question: str, phrases: Phrases) -> Scope:
    """Return the disciplines, schools and places that a question names; only those that are clear.

    Several of one kind are alternatives. Where something is denied, nothing is taken.
    """
    found: dict[str, list[Sense]] = defaultdict(list)
    named: list[Term] = []
    preposition = ""
    for term in phrases.terms(question):
        senses = [sense for sense in term.senses if sense.role in NAMES]
        before = term.sense(*PREPOSITIONS)
        if before is not None and not senses:
            preposition = before.role
            continue
        if term.sense("outside", "not"):
            return Scope((), question)
        chosen = senses if len(senses) < 2 else meant(senses, preposition, is_outside=False)
        if len(chosen) == 1 and (preposition or len(term.text) >= CLEAR):
            found[chosen[0].role].append(chosen[0])
            named.append(term)
        elif not term.sense(*FILLERS):
            preposition = ""
    conditions = tuple(c.named(role, tuple(dict.fromkeys(s))) for role, s in found.items())
    return Scope(conditions, _without(question, named))


def _without(question: str, terms: list[Term]) -> str:
    for term in reversed(terms):
        question = f"{question[: term.start]} {question[term.end :]}"
    return " ".join(question.split())
