"""The front of the graph: plans first, Strawberry's execution for what cannot be planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from secrets import token_hex
from time import perf_counter
from typing import Any, Final

import orjson
import strawberry
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send

from graph.errors import AnswerError, RequestError
from graph.execution import Executor
from graph.limits import Limits, Validator
from graph.metrics import Metrics
from graph.planner.cursors import CursorSigner
from graph.planner.documents import Documents, KnownDocument, KnownOperation
from graph.planner.execute import Answer, Database, Planner, Timings, masked
from graph.presence import while_connected
from graph.protocol import (
    ALLOW,
    RESPONSE_TYPE,
    GraphQLRequest,
    PageSender,
    errors_json,
    header,
    media_type,
    read_request,
    send_answer,
    wants_page,
)

LARGEST_BODY: Final = 1_000_000
"""Bytes of a request body."""
ROLE: Final = "reader"
"""Who asks, while the graph knows no accounts; part of every plan's key."""


@dataclass(slots=True)
class Outcome:
    """An answer on its way out."""

    path: str
    answer: Answer
    timings: Timings
    is_refused: bool = False
    """Whether the request ended before anything ran: there is no ``data`` then."""


class GraphFront:
    """ASGI application of the path /graphql.

    Args:
        schema: Strawberry's schema.
        database: what runs statements.
        signer: signs cursors.
        page: answers browsers; None where there is no IDE.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        database: Database,
        signer: CursorSigner,
        *,
        limits: Limits | None = None,
        page: PageSender | None = None,
    ) -> None:
        bounds = limits or Limits()
        self.metrics = Metrics()
        self.page = page
        self.documents = Documents(schema._schema, Validator(bounds), bounds.tokens)
        self.planner = Planner(schema._schema, database, signer)
        self.executor = Executor(schema, self.planner)
        self._ids = count(1)
        self._prefix = token_hex(4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        started = perf_counter()
        if self.page is not None and wants_page(scope):
            await self.page(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await send_answer(send, 204, None, b"", [ALLOW])
            return
        request_id = f"{self._prefix}{next(self._ids):08x}"
        accepted = media_type(header(scope, b"accept"))
        content_type = accepted or RESPONSE_TYPE
        try:
            request = await read_request(scope, receive, LARGEST_BODY, accepted)
            outcome = await while_connected(receive, self.outcome(request))
        except RequestError as error:
            await self._refuse(send, error, content_type, request_id)
            self.metrics.observe("refused", error.status, perf_counter() - started, 0)
            return
        status, body = self._body(outcome, content_type, request_id)
        seconds = perf_counter() - started
        timings = outcome.timings
        self.metrics.observe(outcome.path, status, seconds, timings.statements)
        timing = (
            f"plan;dur={timings.plan * 1000:.3f}, db;dur={timings.database * 1000:.3f},"
            f' total;dur={seconds * 1000:.3f}, path;desc="{outcome.path}"'
        )
        headers = [(b"server-timing", timing.encode()), (b"x-request-id", request_id.encode())]
        if status == 503:
            headers.append((b"retry-after", b"1"))
        await send_answer(send, status, content_type, body, headers)

    async def outcome(self, request: GraphQLRequest) -> Outcome:
        """Answer one GraphQL request; what nobody foresaw is masked, and stands in the log.

        Raises:
            RequestError: a GET asks for something other than a query.
        """
        timings = Timings()
        try:
            return await self._outcome(request, timings)
        except RequestError:
            raise
        except Exception as error:  # noqa: BLE001 - masked() logs it
            hidden = masked(error)
            return Outcome("failed", Answer(None, [hidden.located()], hidden.status), timings)

    async def _outcome(self, request: GraphQLRequest, timings: Timings) -> Outcome:
        started = perf_counter()
        document = self.documents.get(request.query)
        if document.errors:
            return _refused(document.errors, timings)
        try:
            known = document.operation(request.operation_name)
        except AnswerError as error:
            return _refused([error.located()], timings)
        if request.is_get and not known.is_query:
            raise RequestError(
                405, "A GET only queries. Send mutations by POST.", headers=[(b"allow", b"POST")]
            )
        variables = self.documents.variables(known, request.variables)
        if isinstance(variables, list):
            return _refused(variables, timings)
        timings.plan += perf_counter() - started
        return await self._run(request, document, known, variables, timings)

    async def _run(
        self,
        request: GraphQLRequest,
        document: KnownDocument,
        known: KnownOperation,
        variables: Mapping[str, Any],
        timings: Timings,
    ) -> Outcome:
        answer = await self.planner.answer(request.query, document, known, variables, ROLE, timings)
        if answer is not None:
            return Outcome("planned", answer, timings)
        answer = await self.executor.answer(request, document, known, variables, timings)
        return Outcome("executed", answer, timings)

    def _body(self, outcome: Outcome, content_type: bytes, request_id: str) -> tuple[int, bytes]:
        answer = outcome.answer
        if not answer.errors:
            assert answer.data is not None
            return 200, b'{"data":' + answer.data + b"}"
        for error in answer.errors:
            self.metrics.errors[str((error.extensions or {}).get("code"))] += 1
        errors = b'{"errors":' + errors_json(answer.errors, request_id)
        if outcome.is_refused:
            status = 400 if content_type is RESPONSE_TYPE else 200
            return status, errors + b"}"
        return answer.status, errors + b',"data":' + (answer.data or b"null") + b"}"

    async def _refuse(
        self, send: Send, error: RequestError, content_type: bytes, request_id: str
    ) -> None:
        self.metrics.errors[error.code] += 1
        entry = {
            "message": str(error),
            "extensions": {"code": error.code, "requestId": request_id},
        }
        headers = [(b"x-request-id", request_id.encode()), *error.headers]
        body = orjson.dumps({"errors": [entry]})
        await send_answer(send, error.status, content_type, body, headers)


def _refused(errors: list[GraphQLError], timings: Timings) -> Outcome:
    return Outcome("refused", Answer(None, errors), timings, is_refused=True)
