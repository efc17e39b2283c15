"""What a question names, where only its names are understood: of which programs it speaks."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from graph.answers import conditions as c
from graph.answers.cursor import PREPOSITIONS
from graph.answers.intents import Condition
from graph.answers.named import NAMES, meant
from graph.answers.words import Phrases, Sense

CLEAR: Final = 4
"""Letters of a name that is taken for one without a preposition before it."""
FILLERS: Final = ("filler", "and", "or", "comma")


def scope_of(question: str, phrases: Phrases) -> list[Condition]:
    """Return the disciplines, schools and places that a question names; only those that are clear.

    Several of one kind are alternatives.
    """
    found: dict[str, list[Sense]] = defaultdict(list)
    preposition = ""
    for term in phrases.terms(question):
        senses = [sense for sense in term.senses if sense.role in NAMES]
        before = term.sense(*PREPOSITIONS)
        if before is not None and not senses:
            preposition = before.role
            continue
        if term.sense("outside", "not"):
            return []  # what is denied is not told apart here
        chosen = senses if len(senses) < 2 else meant(senses, preposition, is_outside=False)
        if len(chosen) == 1 and (preposition or len(term.text) >= CLEAR):
            found[chosen[0].role].append(chosen[0])
        elif not term.sense(*FILLERS):
            preposition = ""
    return [c.named(dimension, tuple(dict.fromkeys(s))) for dimension, s in found.items()]
