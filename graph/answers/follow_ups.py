"""Questions that could come next: each is asked, and suggested only where it has an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graph.answers.errors import AbsentError, AmbiguousError
from graph.answers.found import ANSWERED
from graph.answers.intents import Condition, Filter, Intent
from graph.answers.names import Lexicon
from graph.answers.structured import Run, Structured, understood

SUGGESTED: Final = 3
TEMPLATES: Final = {
    "EN": (
        "How many positions are there in {}?",
        "Which universities offer {}?",
        "When are the interviews for {}?",
        "How many positions per province in {}?",
        "How long is {}?",
        "Which programs in {} require a return of service?",
    ),
    "FR": (
        "Combien de places y a-t-il en {} ?",
        "Quelles universités offrent {} ?",
        "Quand sont les entrevues de {} ?",
        "Combien de places par province en {} ?",
        "Quelle est la durée de {} ?",
        "Quels programmes en {} exigent un service post-formation ?",
    ),
}
OF_PLACES: Final = {
    "EN": (
        "How many positions are there in {}?",
        "Which cities in {} have programs?",
        "Which university has the most positions in {}?",
    ),
    "FR": (
        "Combien de places au total dans {} ?",
        "Combien de programmes dans {} exigent une photo ?",
    ),
}


async def follow_ups(
    intent: Intent, given: Filter, words: Lexicon, language: str, run: Run
) -> list[str]:
    """Return questions about what a question named, each with an answer of its own."""
    found: list[str] = []
    for text in _candidates(intent, language):
        try:
            other = understood(text, words, language)
        except (AbsentError, AmbiguousError):
            continue
        if other is None or _is_same(other, intent):
            continue
        answer = await Structured(run, language, given).answer(other)
        if answer is not None and answer.status == ANSWERED and _says_something(answer.text):
            found.append(text)
        if len(found) == SUGGESTED:
            break
    return found


def _candidates(intent: Intent, language: str) -> Iterator[str]:
    """Give questions about the one discipline, or the one place, that was named."""
    disciplines = [one for one in intent.conditions if _is_one(one, "discipline")]
    places = [one for one in intent.conditions if _is_one(one, "place")]
    for condition in disciplines[:1]:
        for template in TEMPLATES[language]:
            yield template.format(condition.label(language))
    if not disciplines:
        for condition in places[:1]:
            for template in OF_PLACES[language]:
                yield template.format(condition.label(language))


def _is_one(condition: Condition, about: str) -> bool:
    return condition.about == about and condition.is_scope and not condition.is_choice


def _is_same(one: Intent, other: Intent) -> bool:
    return (one.ask, one.target, one.filter, one.group) == (
        other.ask, other.target, other.filter, other.group,
    )  # fmt: skip


def _says_something(text: str) -> bool:
    """Return whether an answer is more than that there is none."""
    return not text.startswith(("0 ", "No", "Non", "There is no", "Aucun"))
