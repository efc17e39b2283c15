"""From a question to its answer: by the data, else by sentences of the documents, else none.

An answer comes as events: the steps as they are taken, pieces of the text as a chat model writes
it, and at last the whole answer. Who wants the answer alone takes the last.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Final

from graph.answers.documents import Answerer, Asked, from_documents
from graph.answers.errors import AbsentError, AmbiguousError
from graph.answers.follow_ups import follow_ups
from graph.answers.found import Found, Step
from graph.answers.intents import Filter
from graph.answers.names import NAMES_QUERY, Lexicon, lexicon
from graph.answers.operations import Operation
from graph.answers.refusals import asked_back, is_measured, refusal, unread
from graph.answers.retrieval import Retriever
from graph.answers.runner import Runner
from graph.answers.scope import is_elsewhere, scope_of
from graph.answers.structured import Structured, understood
from graph.answers.words import folded, language_of
from graph.errors import BadUserInputError
from graph.planner.cache import BoundedCache

_log = logging.getLogger(__name__)
LONGEST_QUESTION: Final = 1_000
WORD: Final = re.compile(r"[^\W_]")
Event = Step | str | Found
"""A step that was taken, a piece of the text, or the answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was asked.

    Args:
        text: Its words.
        filter: A ``ProgramFilter`` as JSON: of which programs it asks.
        language: The language to answer in; None for that of the question.
    """

    text: str
    filter: Filter
    language: str | None = None


class Audit:
    """Notes questions; what a test puts in place, or :class:`graph.services.QuestionAudit`."""

    async def note(self, question: str, details: Mapping[str, Any]) -> None:
        """Note a question."""


class Answers:
    """Answers questions.

    Args:
        retriever: Finds sentences in the documents; None where there is no index.
        answerer: Makes answers of sentences.
        audit: Notes every question.
        kept: How many answers are kept.
    """

    def __init__(
        self, retriever: Retriever | None, answerer: Answerer, audit: Audit, kept: int = 500
    ) -> None:
        self._retriever = retriever
        self._answerer = answerer
        self._audit = audit
        self._cache: BoundedCache[str, Found] = BoundedCache(kept) if kept else BoundedCache(1)
        self._is_keeping = kept > 0
        self._lexicons: BoundedCache[str, Lexicon] = BoundedCache(2)
        self._noting: set[asyncio.Future[None]] = set()

    async def answer(self, question: Question, runner: Runner) -> Found:
        """Return the answer to a question.

        Raises:
            BadUserInputError: it is empty or too long.
            AnswerError: the database cannot answer.
        """
        last: Event | None = None
        async with aclosing(self.events(question, runner)) as events:
            async for event in events:
                last = event
        assert isinstance(last, Found)
        return last

    async def events(self, question: Question, runner: Runner) -> AsyncGenerator[Event]:
        """Give the steps, the pieces of the text, and at last the answer; raises as above."""
        asked = checked(question)
        version = await runner.version()
        index = await self._retriever.version() if self._retriever else ""
        key = _key(asked, version, index, self._answerer.name)
        kept = self._cache.get(key) if self._is_keeping else None
        found = kept
        try:
            events = self._fresh(asked, runner, version) if kept is None else _again(kept)
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, Found):
                        found = event
                    else:
                        yield event
        finally:  # whoever goes away in the middle has asked all the same: nothing ends the note
            details = _details(asked, found, version, index, is_kept=kept is not None)
            noting = asyncio.ensure_future(self._audit.note(asked.text, details))
            self._noting.add(noting)
            noting.add_done_callback(self._noting.discard)
            await asyncio.shield(noting)
        assert found is not None
        if self._is_keeping and found.is_lasting:
            self._cache.put(key, found)
        yield found

    async def _fresh(self, asked: Question, runner: Runner, version: str) -> AsyncGenerator[Event]:
        words = await self._lexicon(runner, version)
        spoken = language_of(asked.text)
        language = asked.language or spoken
        try:
            intent = understood(asked.text, words, spoken)
        except (AbsentError, AmbiguousError) as error:
            told = self._told(error, asked.text, words, spoken, language)
            if told is not None:
                async for event in _again(told):
                    yield event
                return
            intent = None
        if intent is not None:
            found = await Structured(runner.run, language, asked.filter).answer(intent)
            if found is not None:
                for step in found.steps:
                    yield step
                yield found.text
                found.follow_ups = await follow_ups(
                    intent, asked.filter, words, language, runner.run
                )
                yield found
                return
        scope = scope_of(asked.text, words.phrases[spoken])
        if is_elsewhere(scope):
            async for event in _again(refusal(AbsentError(scope.absent, ""), words, language)):
                yield event
            return
        caveat = unread(asked.text, words.phrases[spoken], words, language)
        events = from_documents(
            Asked(asked.text, asked.filter, language, scope.conditions, scope.rest, spoken, caveat),
            self._retriever,
            self._answerer,
            runner,
        )
        async with aclosing(events):
            async for event in events:
                yield event

    @staticmethod
    def _told(
        error: AbsentError | AmbiguousError, text: str, words: Lexicon, spoken: str, language: str
    ) -> Found | None:
        """Return what is said where the data cannot answer; None where sentences may."""
        if isinstance(error, AbsentError):
            return refusal(error, words, language)
        phrases = words.phrases[spoken]
        is_counted = bool(unread(text, phrases, words, language))
        is_counted = is_counted or any(map(is_measured, phrases.terms(text)))
        return asked_back(error, language) if is_counted else None

    async def _lexicon(self, runner: Runner, version: str) -> Lexicon:
        known = self._lexicons.get(version)
        if known is None:
            known = lexicon(await runner.run(Operation(NAMES_QUERY)))
            self._lexicons.put(version, known)
        return known


def checked(question: Question) -> Question:
    """Return a question with its white space in order.

    Raises:
        BadUserInputError: it is empty or too long.
    """
    text = " ".join(question.text.split())
    if not WORD.search(text):
        raise BadUserInputError(
            "Argument 'question' is empty. Ask in a sentence, such as: How many positions are"
            " there in psychiatry in Ontario?"
        )
    if len(text) > LONGEST_QUESTION:
        raise BadUserInputError(
            f"Argument 'question' has {len(text)} characters; {LONGEST_QUESTION} is the most. Ask"
            " one thing at a time, and put what restricts it into 'filter'."
        )
    return replace(question, text=text.replace("\x00", ""))


def _key(asked: Question, version: str, index: str, model: str) -> str:
    parts = [folded(asked.text), asked.filter, asked.language, version, index, model]
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


async def _again(found: Found) -> AsyncGenerator[Event]:
    """Give an answer that is there already, with how it was found."""
    for step in found.steps:
        yield step
    yield found.text
    yield found


def _details(
    asked: Question, found: Found | None, version: str, index: str, *, is_kept: bool
) -> dict[str, Any]:
    """Return what the audit keeps of an answer; its status alone where it came to no end."""
    if found is None:
        return {"status": "UNFINISHED", "dataVersion": version, "indexVersion": index}
    return {
        "status": found.status,
        "confidence": round(found.confidence, 3),
        "language": found.language,
        "model": found.model,
        "citations": len(found.citations),
        "droppedClaims": found.dropped_claims,
        "isFiltered": bool(asked.filter),
        "dataVersion": version,
        "indexVersion": index,
        "isKept": is_kept,
    }
