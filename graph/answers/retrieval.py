"""Sentences of the documents that may answer a question: what answers are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from graph.answers.intents import Filter
from graph.answers.runner import Runner


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a section, and how well it fits a question.

    Attributes:
        program_id: Global id of the program.
        program: Its name.
        section: Kind of the section.
        start: First character in the section's text, in code points.
        end: Behind its last character.
        text: The text from ``start`` to ``end``, word for word.
        score: From 0 to 1, as the retriever ranks; the best of a question need not be near 1.
        lexical_support: Share, 0 to 1, of what the question asks for that the sentence says.
        passage_support: The same of the passage around it.
        similarity: Cosine of the passage's vector and the question's; None where unknown.
        is_heading: Whether it is a heading.
    """

    program_id: str
    program: str
    section: str
    start: int
    end: int
    text: str
    score: float
    lexical_support: float
    passage_support: float = 0.0
    similarity: float | None = None
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a retriever found, the best first.

    ``known_share`` is the share of the question's words that any document has.
    """

    sentences: Sequence[Sentence]
    passages: int
    known_share: float = 1.0


class Retriever(Protocol):
    """Finds sentences."""

    async def version(self) -> str:
        """Return the index version that is asked; empty where there is none."""

    async def sentences(
        self, question: str, filter_: Filter, language: str, limit: int, runner: Runner
    ) -> Retrieved:
        """Return the sentences that fit a question best.

        Args:
            question: The question.
            filter_: A ``ProgramFilter`` as JSON: of which programs.
            language: Language of the question.
            limit: How many.
            runner: Finds the programs of the filter.
        """
