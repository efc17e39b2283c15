"""Answers from the documents: which sentences, whether they answer, and in whose words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol

from graph.answers.abstention import ANSWERS, PARTLY, confidence, fitted
from graph.answers.found import ANSWERED, NOT_IN_DOCUMENTS, PARTIAL, Found, Step
from graph.answers.intents import Condition, Filter, both
from graph.answers.retrieval import Retrieved, Retriever, Sentence
from graph.answers.runner import Runner
from graph.answers.sentences import distinct
from graph.answers.writing import counted, say

RETRIEVED = 40
"""Sentences that are asked for."""
USED = 6
"""Sentences that an answer is made of, at most."""
MOST_OF_ONE = 2
"""Sentences of one program among them, at most."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the documents, in the language of the answer, with what it names."""

    text: str
    filter: Filter
    language: str
    scope: Sequence[Condition] = ()
    rest: str = ""
    """The question without the names in ``scope``: what sentences are to say."""
    spoken: str = "EN"
    """Language of the question itself."""
    caveat: str = ""
    """What is to be said where no sentence can answer: it comes first."""
    is_near: bool = False
    """Whether the sentences are near to an answer only."""

    @property
    def kept(self) -> Filter:
        """The client's filter, and what the question names."""
        return both(self.filter, *(condition.filter for condition in self.scope))


class Answerer(Protocol):
    """Makes an answer of sentences."""

    name: str
    """Name of the model; empty where none writes."""

    def answer(
        self, asked: Asked, sentences: Sequence[Sentence]
    ) -> AsyncGenerator[str | Step | Found]:
        """Give pieces of the text and steps, and at last the answer.

        Its status and confidence are those of an answer that the sentences bear out.
        """


async def from_documents(
    asked: Asked, retriever: Retriever | None, answerer: Answerer, runner: Runner
) -> AsyncGenerator[Step | str | Found]:
    """Give the steps, the pieces of the text, and at last the answer."""
    if retriever is None or not await retriever.version():
        yield _no_index(asked.language)
        return
    language = asked.language
    asked, found = await search(asked, retriever, runner)
    searched = _searched(asked, found)
    yield searched
    # Not on the event loop: the wordings are read when the first question is asked.
    certainty = await asyncio.to_thread(confidence, asked.text, asked.spoken, found)
    limits = fitted()[asked.spoken]
    chosen = distinct(found.sentences, USED, MOST_OF_ONE)
    judged = _judged(certainty, limits[PARTLY], language)
    yield judged
    if certainty < limits[PARTLY] or not chosen:
        text = " ".join(filter(None, [asked.caveat, not_told(language)]))
        yield text
        yield Found(text, NOT_IN_DOCUMENTS, certainty, language, steps=[searched, judged])
        return
    steps = [searched, judged]
    asked = replace(asked, is_near=bool(asked.caveat) or certainty < limits[ANSWERS])
    if asked.caveat:
        yield f"{asked.caveat}\n"
    async with aclosing(answerer.answer(asked, chosen)) as events:
        async for event in events:
            if isinstance(event, Step):
                steps.append(event)
            if not isinstance(event, Found):
                yield event
                continue
            event.confidence = certainty
            if event.status == ANSWERED and asked.is_near:
                event.status = PARTIAL
            if asked.caveat:
                event.text = f"{asked.caveat}\n{event.text}"
            ids = list(dict.fromkeys(cited.program_id for cited in event.citations))
            event.filter = {"id": {"in": ids}} if ids else None
            event.steps = steps
            yield event


async def search(asked: Asked, retriever: Retriever, runner: Runner) -> tuple[Asked, Retrieved]:
    """Return the sentences that fit a question best, and the question as it was searched for.

    Where no program has all that the question names, its places (and names that a school shares
    with a town) need not say which program it is of, but may be what it asks about ("the trip to
    Iqaluit from Montfort"): they are words like others then.
    """
    found = await _sentences(asked, retriever, runner)
    others = tuple(
        condition
        for condition in asked.scope
        if condition.about != "place" and "or" not in condition.filter
    )
    if found.sentences or len(others) == len(asked.scope):
        return asked, found
    wider = replace(asked, scope=others, rest="")
    return wider, await _sentences(wider, retriever, runner)


async def _sentences(asked: Asked, retriever: Retriever, runner: Runner) -> Retrieved:
    return await retriever.sentences(
        asked.rest or asked.text, asked.kept, asked.spoken, RETRIEVED, runner
    )


def not_told(language: str) -> str:
    """Return the text of an answer that there is none."""
    return say(
        language,
        "The documents do not tell, or not in words that match the question.",
        "Les documents ne le disent pas, ou pas en des mots qui répondent à la question.",
    )


def _no_index(language: str) -> Found:
    step = Step(
        say(language, "Looked for the search index", "Recherche de l’index"),
        say(
            language,
            "The question is no structured one, so sentences of the documents must answer it.",
            "La question n’est pas structurée : des phrases des documents doivent y répondre.",
        ),
        say(
            language,
            "There is none yet: `residency search refresh` makes it.",
            "Il n’y en a pas encore : `residency search refresh` le construit.",
        ),
    )
    text = say(
        language,
        "The documents cannot be searched yet, and the data alone do not answer this question.",
        "Les documents ne peuvent pas encore être cherchés, et les données seules ne répondent"
        " pas à cette question.",
    )
    return Found(text, NOT_IN_DOCUMENTS, 0.0, language, steps=[step], is_lasting=False)


def _searched(asked: Asked, found: Retrieved) -> Step:
    language = asked.language
    words = "; ".join(condition.label(language) for condition in asked.scope)
    restricted = (
        say(language, f" Restricted to: {words}.", f" Limité à : {words}.") if words else ""
    )
    programs = len({sentence.program_id for sentence in found.sentences})
    return Step(
        say(language, "Searched the descriptions", "Recherche dans les descriptions"),
        say(
            language,
            "Not every word was understood as a question to the data, so sentences must answer.",
            "Tous les mots n’ont pas été compris comme une question aux données : des phrases"
            " doivent y répondre.",
        )
        + (restricted if words else ""),
        say(
            language,
            f"{len(found.sentences)} sentences of {counted(programs, 'programs', language)}",
            f"{len(found.sentences)} phrases de {counted(programs, 'programs', language)}",
        ),
        variables={"filter": asked.kept} if asked.kept else None,
    )


def _judged(certainty: float, least: float, language: str) -> Step:
    return Step(
        say(language, "Judged whether they answer", "Évaluation des phrases"),
        say(
            language,
            "An answer needs the question's own words in a sentence, and a matter that descriptions"
            " tell: likeness alone is not enough.",
            "Une réponse demande les mots de la question dans une phrase, et un sujet dont les"
            " descriptions parlent : la ressemblance ne suffit pas.",
        ),
        say(
            language,
            f"confidence {certainty:.2f}; at least {least:.2f} is needed",
            f"confiance {certainty:.2f} ; il faut au moins {least:.2f}",
        ),
    )
