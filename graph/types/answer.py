"""Answers to questions in words."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import strawberry
from strawberry.scalars import JSON

from graph.answers.found import Cited, Found, Step
from graph.planner.declare import declared
from graph.planner.sources import KeptBy, OneOfIds
from graph.planner.weights import Cost, ListSize, assumed
from graph.types.enums import EvidenceSection, Language, describe
from graph.types.paging import connection
from graph.types.program import Program, ProgramConnection

NONE: dict[str, Any] = {"programStreamId": {"in": []}}
"""The filter that keeps no program."""


class AnswerStatus(StrEnum):
    """How far a question was answered."""

    ANSWERED = "ANSWERED"
    PARTIAL = "PARTIAL"
    NOT_IN_DOCUMENTS = "NOT_IN_DOCUMENTS"


describe(
    AnswerStatus,
    {
        "ANSWERED": "Answered, from the data or from sentences of the documents.",
        "PARTIAL": "Answered in part: some programs state nothing, or the sentences are only near"
        " to what was asked.",
        "NOT_IN_DOCUMENTS": "The documents do not tell; the text says so.",
    },
)


def weighing(description: str, weight: int, size: ListSize | None = None) -> Any:
    """Return a field of an answer with its cost."""
    cost: list[Any] = [Cost(weight=str(weight))]
    if size is None:
        return strawberry.field(description=description, directives=cost)
    return strawberry.field(description=f"{description} {size.sentence}", directives=[*cost, size])


@strawberry.type(description="A span of a description that an answer rests on.")
class Citation:
    """A span of a description that an answer rests on."""

    program_id: strawberry.Private[str]
    siblings: strawberry.Private[list[str]]
    program: Program | None = declared(
        OneOfIds("program_id", "siblings"),
        "The program whose description it stands in; null where it is gone since.",
        default=None,
    )
    section: EvidenceSection = weighing("The part of the document.", 1)
    record: str | None = weighing(
        "The landing record that `start` and `end` count in, as `Evidence` has it; null where they"
        " count in the `text` of the program's section.",
        2,
    )
    start: int = weighing("First character of the span, counted in code points from 0.", 1)
    end: int = weighing("The position behind the last character of the span.", 1)
    quote: str | None = weighing(
        "The span, word for word, contacts masked; null where a whole section is meant.", 12
    )

    @classmethod
    def of(cls, cited: Cited, siblings: list[str]) -> Citation:
        """Return what clients see of a span."""
        return cls(
            program_id=cited.program_id,
            siblings=siblings,
            section=EvidenceSection[cited.section],
            record=cited.record,
            start=cited.start,
            end=cited.end,
            quote=cited.quote,
        )


@strawberry.type(description="Something that was done to find an answer.")
class AnswerStep:
    """Something that was done to find an answer."""

    what: str = weighing("What was done.", 2)
    why: str = weighing("Why.", 4)
    found: str = weighing("What it gave.", 4)
    query: str | None = weighing(
        "An operation of this graph that gives the same; null where it was none.", 16
    )
    variables: JSON | None = weighing("The variables of the operation.", 8)

    @classmethod
    def of(cls, step: Step) -> AnswerStep:
        """Return what clients see of a step."""
        variables: Any = None if step.variables is None else dict(step.variables)
        return cls(
            what=step.what, why=step.why, found=step.found, query=step.query, variables=variables
        )


@strawberry.type(
    description="An answer to a question in words: from the data by operations of this graph, which"
    " `steps` shows, or from sentences of the documents, which `citations` quotes. Nothing else"
    " is ever told."
)
class Answer:
    """An answer to a question in words."""

    filter: strawberry.Private[Any]
    text: str = weighing("The answer, in `language`.", 30)
    status: AnswerStatus = weighing("How far the question was answered.", 1)
    confidence: float = weighing(
        "From 0 to 1: 1 where the data themselves answer, else how often answers that look like"
        " this one are right.",
        1,
    )
    language: Language = weighing("The language of the text.", 1)
    model: str | None = weighing("The chat model that wrote the text; null where none did.", 1)
    dropped_claims: int = weighing(
        "Claims of the chat model that were left out because they cite no sentence, or one that"
        " does not bear them out.",
        1,
    )
    citations: list[Citation] = weighing(
        "What the answer rests on, word for word; of long lists the first programs'.",
        1,
        assumed(12),
    )
    steps: list[AnswerStep] = weighing("What was done to find it, in order.", 1, assumed(4))
    follow_ups: list[str] = weighing(
        "Questions that could come next, each of which has an answer.", 3
    )
    programs: ProgramConnection = connection(
        "Program",
        "graph.types.program",
        "The programs that the answer is about.",
        source=KeptBy("programs", "filter"),
    )

    @classmethod
    def of(cls, found: Found) -> Answer:
        """Return what clients see of an answer."""
        siblings = list(dict.fromkeys(cited.program_id for cited in found.citations))
        return cls(
            filter=NONE if found.filter is None else found.filter,
            text=found.text,
            status=AnswerStatus[found.status],
            confidence=found.confidence,
            language=Language[found.language],
            model=found.model,
            dropped_claims=found.dropped_claims,
            citations=[Citation.of(cited, siblings) for cited in found.citations],
            steps=[AnswerStep.of(step) for step in found.steps],
            follow_ups=found.follow_ups,
        )


@strawberry.type(
    description="What happens while a question is answered; exactly one member is given."
)
class AnswerEvent:
    """What happens while a question is answered."""

    step: AnswerStep | None = weighing("A step that was just taken.", 1)
    text: str | None = weighing(
        "The next piece of the answer's text: all pieces together are its `text`.", 30
    )
    answer: Answer | None = weighing("The answer; nothing follows.", 1)

    @classmethod
    def of(cls, event: Step | str | Found) -> AnswerEvent:
        """Return what clients see of an event."""
        if isinstance(event, Step):
            return cls(step=AnswerStep.of(event), text=None, answer=None)
        if isinstance(event, str):
            return cls(step=None, text=event, answer=None)
        return cls(step=None, text=None, answer=Answer.of(event))
