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


async def ask(
    info: strawberry.Info[Any, Any],
    question: Annotated[
        str,
        strawberry.argument(
            description="A question in English or French, 1,000 characters at most."
        ),
    ],
    filter: Annotated[  # noqa: A002 - the graph's word
        Programs | None,
        strawberry.argument(
            description='Of which programs it asks; by default all. "These two" in a question are'
            " the programs that the filter keeps."
        ),
    ] = None,
    language: Annotated[
        Language | None,
        strawberry.argument(
            description="The language to answer in; by default that of the question."
        ),
    ] = None,
) -> Answer:
    """Answer a question."""
    del filter  # read as the client wrote it: it becomes a part of other operations' variables
    node = info._raw_info.field_nodes[0]
    given = written(node, "filter", variables_of(info._raw_info))
    asked = Question(question, given or {}, None if language is None else language.value)
    found = await services_of(info).answers.answer(asked, runner_of(info))
    return Answer.of(found)
