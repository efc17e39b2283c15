"""From a request to its answer: the document, its limits and cost, the plan, or the execution."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

import strawberry
from graphql import GraphQLError

from graph.auth import Role, authorise
from graph.errors import (
    AnswerError,
    DataChangedError,
    DocumentNotFoundError,
    RequestError,
)
from graph.execution import Executor
from graph.freshness import Freshness, named_in
from graph.incremental import Part, split
from graph.limits import Limits, Validator
from graph.own_operations import OwnOperations
from graph.persisted import PersistedDocuments
from graph.planner.cache import BoundedCache
from graph.planner.cost import too_high
from graph.planner.cursors import CursorSigner
from graph.planner.documents import (
    Documents,
    KnownDocument,
    KnownOperation,
    estimate_of,
    operation_for,
)
from graph.planner.execute import Answer, Database, Planner, Timings, masked
from graph.planner.request import Request
from graph.protocol import GraphQLRequest
from graph.schema import sdl
from graph.services import Services

SUBSCRIPTIONS: Final = RequestError(
    406,
    "A subscription has many answers. Ask over a WebSocket (graphql-transport-ws), or accept"
    " text/event-stream.",
)
GET_ONLY_QUERIES: Final = RequestError(
    405, "A GET only queries. Send mutations by POST.", headers=[(b"allow", b"POST")]
)


@dataclass(slots=True)
class Ready:
    """An operation that may run."""

    given: GraphQLRequest
    document: KnownDocument
    known: KnownOperation
    request: Request
    cost: int


@dataclass(slots=True)
class Outcome:
    """An answer on its way out.

    ``refusal`` is the HTTP status, for clients that read statuses, of a request that ended before
    anything ran: there is no ``data`` then. ``tag`` names the answer where it can be kept.
    """

    path: str
    answer: Answer
    timings: Timings
    cost: int | None = None
    refusal: int = 0
    tag: str = ""
    is_unchanged: bool = False
    ready: Ready | None = None
    parts: Sequence[Part] = ()


class Pipeline:
    """Answers requests.

    Args:
        schema: Strawberry's schema.
        database: What runs statements.
        signer: Signs cursors and tags.
        limits: What documents may have.
        persisted: Documents that clients name.
        most_cost: Greatest cost of an operation, in units.
        services: What mutations and subscriptions work with.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        database: Database,
        signer: CursorSigner,
        limits: Limits,
        persisted: PersistedDocuments,
        most_cost: int,
        services: Services | None = None,
    ) -> None:
        self.schema = schema._schema
        self.most_cost = most_cost
        self.persisted = persisted
        self.documents = Documents(self.schema, Validator(limits), limits.tokens, limits.characters)
        works = services.works if services else None
        settings = services.settings if services else None
        self.planner = Planner(self.schema, database, signer, works, settings)
        own = OwnOperations(self.documents, self.planner)
        self.executor = Executor(schema, self.planner, services, own)
        self.freshness = Freshness(signer, sdl(), most_cost)

    def caches(self) -> dict[str, BoundedCache[Any, Any]]:
        """Return the caches, by what they keep."""
        return {
            "documents": self.documents.cache,
            "refused_documents": self.documents.refused,
            "persisted_documents": self.persisted.seen,
            "plans": self.planner.plans,
        }

    async def outcome(
        self,
        given: GraphQLRequest,
        role: Role = Role.READER,
        *,
        held: str = "",
        takes_parts: bool = False,
    ) -> Outcome:
        """Answer one request; what nobody foresaw is masked, and stands in the log.

        Args:
            given: The request.
            role: Who asks.
            held: Tags of the answers that the client has kept.
            takes_parts: Whether the client takes deferred fragments later.

        Raises:
            RequestError: the request as such is wrong.
        """
        timings = Timings()
        try:
            found = self._prepare(given, role, timings)
            if isinstance(found, Outcome):
                return found
            if takes_parts and found.known.is_parted:
                return await self._run_first(found, timings)
            if given.is_get:
                return await self._kept_or_run(found, held, timings)
            return await self._run(found, found.known, timings)
        except RequestError:
            raise
        except Exception as error:  # noqa: BLE001 - masked() logs it
            hidden = masked(error)
            return Outcome("failed", Answer(None, [hidden.located()], hidden.status), timings)

    async def events(
        self, given: GraphQLRequest, role: Role = Role.READER
    ) -> AsyncGenerator[Outcome]:
        """Answer one request, a subscription once for each of its events.

        Raises:
            RequestError: the request as such is wrong.
        """
        timings = Timings()
        try:
            found = self._prepare(given, role, timings, takes_events=True)
            if isinstance(found, Outcome):
                yield found
            elif not found.known.is_subscription:
                yield await self._run(found, found.known, timings)
            else:
                answers = self.executor.events(
                    found.document, found.known, found.request, given.variables, timings
                )
                async with aclosing(answers):
                    async for answer in answers:
                        yield Outcome("event", answer, timings, found.cost)
        except RequestError:
            raise
        except Exception as error:  # noqa: BLE001 - masked() logs it
            hidden = masked(error)
            yield Outcome("failed", Answer(None, [hidden.located()], hidden.status), timings)

    def _prepare(
        self, given: GraphQLRequest, role: Role, timings: Timings, *, takes_events: bool = False
    ) -> Ready | Outcome:
        """Return the operation with its variables and cost, or why it may not run."""
        started = perf_counter()
        cost: int | None = None
        try:
            document = self.documents.get(self.persisted.text(given))
            if document.errors:
                return _refused(document.errors, timings)
            if given.sha256:
                self.persisted.keep(given)
            known = document.operation(given.operation_name)
            if given.is_get and not (known.is_query or (takes_events and known.is_subscription)):
                raise GET_ONLY_QUERIES
            if known.is_subscription and not takes_events:
                raise SUBSCRIPTIONS
            variables = self.documents.variables(known, given.variables)
            if isinstance(variables, list):
                return _refused(variables, timings)
            shape = known.shapes.of(variables)
            request = Request(variables, self.planner.signer, role.name, shape)
            if not known.is_query:
                authorise(operation_for(self.schema, document, known, variables), role)
            cost = estimate_of(self.schema, document, known, request).of(variables)
            if cost > self.most_cost:
                operation = operation_for(self.schema, document, known, variables)
                raise too_high(operation, cost, self.most_cost)
        except AnswerError as error:
            is_retry = isinstance(error, DocumentNotFoundError) and given.sha256 is not None
            status = 200 if is_retry else 400  # clients of that protocol take 4xx for a refusal
            return _refused([error.located()], timings, cost, status)
        timings.plan += perf_counter() - started
        return Ready(given, document, known, request, cost)

    async def _run(
        self,
        ready: Ready,
        known: KnownOperation,
        timings: Timings,
        *,
        with_version: bool = False,
    ) -> Outcome:
        answer = await self.planner.answer(
            ready.document, known, ready.request, timings, with_version=with_version
        )
        if answer is not None:
            return Outcome("planned", answer, timings, ready.cost)
        answer = await self.executor.answer(
            ready.document, known, ready.request, ready.given.variables, timings
        )
        return Outcome("executed", answer, timings, ready.cost)

    # -- answers that clients keep -------------------------------------------------------------

    async def _kept_or_run(self, ready: Ready, held: str, timings: Timings) -> Outcome:
        if held:
            tag = self._tag(ready, await self.planner.version(timings))
            if tag in named_in(held):
                return Outcome(
                    "unchanged", Answer(None), timings, ready.cost, tag=tag, is_unchanged=True
                )
        outcome = await self._run(ready, ready.known, timings, with_version=True)
        if outcome.answer.version and not outcome.answer.errors:
            outcome.tag = self._tag(ready, outcome.answer.version)
        return outcome

    def _tag(self, ready: Ready, version: bytes) -> str:
        request = ready.request
        return self.freshness.tag(version, request.role, ready.known.key, ready.given.variables)

    # -- answers in parts ----------------------------------------------------------------------

    async def _run_first(self, ready: Ready, timings: Timings) -> Outcome:
        operation = operation_for(self.schema, ready.document, ready.known, ready.request.variables)
        root = self.schema.get_root_type(ready.known.definition.operation)
        assert root is not None
        first, parts = split(ready.known, operation, root)
        outcome = await self._run(ready, first, timings, with_version=bool(parts))
        if outcome.answer.data is not None:
            outcome.ready, outcome.parts = ready, parts
        return outcome

    async def later(self, outcome: Outcome) -> AsyncGenerator[tuple[int, Answer]]:
        """Give the index and the answer of each deferred part, as they become ready."""
        assert outcome.ready is not None
        tasks = {
            asyncio.ensure_future(self._part(outcome, part)): index
            for index, part in enumerate(outcome.parts)
        }
        try:
            while tasks:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield tasks.pop(task), task.result()
        finally:
            for task in tasks:
                task.cancel()

    async def _part(self, outcome: Outcome, part: Part) -> Answer:
        assert outcome.ready is not None
        try:
            found = await self._run(outcome.ready, part.known, outcome.timings, with_version=True)
        except Exception as error:  # noqa: BLE001 - masked() logs it
            return Answer(None, [masked(error).located()])
        seen = outcome.answer.version = outcome.answer.version or found.answer.version
        if found.answer.version not in {b"", seen}:
            changed = DataChangedError(
                "Data were published between the parts of the answer. Ask again for all of it."
            )
            return Answer(None, [changed.located()])
        return found.answer


def _refused(
    errors: list[GraphQLError], timings: Timings, cost: int | None = None, status: int = 400
) -> Outcome:
    return Outcome("refused", Answer(None, errors), timings, cost, refusal=status)
