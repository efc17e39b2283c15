"""The root field that answers questions in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import strawberry

from graph.answers.answering import Question
from graph.answers.runner import runner_of
from graph.mutations.asking import services_of
from graph.planner.standing_in import variables_of, written
from graph.types.answer import Answer
from graph.types.enums import Language
from graph.types.program import ProgramFilter

WEIGHT: Final = 5_000
"""Units of cost of a question: several statements, and perhaps a call of a chat model."""
if TYPE_CHECKING:
    Programs = Any
else:
    Programs = ProgramFilter


GivenQuestion = Annotated[
    str,
    strawberry.argument(description="A question in English or French, 1,000 characters at most."),
]
GivenFilter = Annotated[
    Programs | None,
    strawberry.argument(
        description='Of which programs it asks; by default all. "These two" in a question are the'
        " programs that the filter keeps."
    ),
]
GivenLanguage = Annotated[
    Language | None,
    strawberry.argument(description="The language to answer in; by default that of the question."),
]


async def ask(
    info: strawberry.Info[Any, Any],
    question: GivenQuestion,
    filter: GivenFilter = None,  # noqa: A002 - the graph's word
    language: GivenLanguage = None,
) -> Answer:
    """Answer a question."""
    del filter
    asked = asked_in(info, question, language)
    return Answer.of(await services_of(info).answers.answer(asked, runner_of(info)))


def asked_in(info: strawberry.Info[Any, Any], question: str, language: Language | None) -> Question:
    """Return the question of the field at hand.

    Its filter is read as the client wrote it: it becomes a part of other operations' variables.
    """
    raw = info._raw_info
    given = written(raw.field_nodes[0], "filter", variables_of(raw))
    # Strawberry gives the words of vocabularies as texts.
    return Question(question, given or {}, None if language is None else str(language))
