"""The root fields that are answered again and again."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Annotated, Any, TypeVar

import strawberry

from graph.answers.runner import runner_of
from graph.errors import NotFoundError
from graph.mutations.asking import key_argument, services_of
from graph.planner.declare import declared
from graph.planner.sources import KeyOf
from graph.planner.weights import Cost
from graph.queries.asking import (
    WEIGHT,
    GivenFilter,
    GivenLanguage,
    GivenQuestion,
    asked_in,
)
from graph.types.answer import AnswerEvent
from graph.types.enums import JobStatus
from graph.types.job import Job
from warehouse.feed import JobState

Event = TypeVar("Event")


@strawberry.type(description="How far a job is.")
class JobProgress:
    """How far a job is."""

    job_id: strawberry.Private[str]
    status: JobStatus = strawberry.field(
        description="State of the job.", directives=[Cost(weight="1")]
    )
    progress: float = strawberry.field(
        description="Share done, from 0 to 1.", directives=[Cost(weight="1")]
    )
    message: str | None = strawberry.field(
        description="What it is doing; null for nothing to tell.", directives=[Cost(weight="2")]
    )
    error: str | None = strawberry.field(
        description="Why it failed; null otherwise.", directives=[Cost(weight="2")]
    )
    job: Job | None = declared(KeyOf("job_id"), "The job, read when the event came.", default=None)

    @classmethod
    def of(cls, state: JobState) -> JobProgress:
        """Return what an event says of a job."""
        return cls(
            job_id=str(state.job_id),
            status=state.status,
            progress=state.progress,
            message=state.message,
            error=state.error,
        )


def subscription(
    description: str, weight: int = 10
) -> Callable[[Callable[..., AsyncGenerator[Event]]], Any]:
    """Return the decorator of a subscription."""
    made: Callable[[Callable[..., AsyncGenerator[Event]]], Any] = strawberry.subscription(
        description=description, directives=[Cost(weight=str(weight))]
    )
    return made


@strawberry.type(description="What can be followed while it changes.")
class Subscription:
    """What can be followed while it changes."""

    @subscription(
        "How far a job is: at once, and again with every change until it has ended. Somebody who"
        " reads slowly misses states in between, never the last one."
    )
    async def job_progress(
        self,
        info: strawberry.Info[Any, Any],
        job_id: Annotated[strawberry.ID, strawberry.argument(description="Global id of the job.")],
    ) -> AsyncGenerator[JobProgress]:
        """Yield the progress of a job until it has ended."""
        states = services_of(info).feed.watch(key_argument(job_id, "Job", "jobId"))
        is_known = False
        async with aclosing(states):
            async for state in states:
                is_known = True
                yield JobProgress.of(state)
        if not is_known:
            raise NotFoundError(
                "Argument 'jobId' names no job. Pass the 'id' of a job as the graph gave it."
            )

    @subscription(
        "A question in words while it is answered: the steps as they are taken, the text piece by"
        " piece, and at last the answer.",
        WEIGHT,
    )
    async def ask_stream(
        self,
        info: strawberry.Info[Any, Any],
        question: GivenQuestion,
        filter: GivenFilter = None,  # noqa: A002 - the graph's word
        language: GivenLanguage = None,
    ) -> AsyncGenerator[AnswerEvent]:
        """Yield what happens until the question is answered."""
        del filter
        asked = asked_in(info, question, language)
        found = services_of(info).answers.events(asked, runner_of(info))
        async with aclosing(found):
            async for event in found:
                yield AnswerEvent.of(event)
