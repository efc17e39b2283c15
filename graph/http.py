"""The front of the graph: one HTTP request in, one answer out, whole or in parts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from functools import partial
from itertools import count
from secrets import token_hex
from time import perf_counter
from typing import Any, Final

import orjson
import strawberry
from starlette.types import Receive, Scope, Send

from graph.auth import Gate, Role
from graph.compression import LEAST_BYTES, coding, compressed
from graph.errors import RequestError
from graph.freshness import CACHED, DIFFERS_BY, NOT_KEPT, entity_tag
from graph.incremental import MULTIPART, PartsForm, parts_form
from graph.limits import Limits
from graph.metrics import Metrics
from graph.persisted import PersistedDocuments
from graph.pipeline import Outcome, Pipeline
from graph.planner.cursors import CursorSigner
from graph.planner.execute import Answer, Database
from graph.presence import CLIENT_GONE, while_connected
from graph.protocol import (
    ALLOW,
    JSON_TYPE,
    RESPONSE_TYPE,
    GraphQLRequest,
    Header,
    PageSender,
    formatted,
    header,
    media_type,
    read_request,
    send_answer,
    wants_page,
)
from graph.services import Services
from graph.subscriptions.sse import MEDIA_TYPE, send_events
from graph.subscriptions.websocket import Answering, Connection
from warehouse.settings import Settings

LARGEST_BODY: Final = 1_000_000
"""Bytes of a request body."""
MOST_COST: Final[int] = Settings.model_fields["max_cost"].default
"""Units of cost of one operation, where no setting says otherwise."""


class GraphFront:
    """ASGI application of the path /graphql.

    Args:
        schema: Strawberry's schema.
        database: What runs statements.
        signer: Signs cursors, and the tags of answers.
        limits: What documents may have.
        page: Answers browsers; None where there is no IDE.
        persisted: Documents that clients name.
        most_cost: Greatest cost of an operation, in units.
        services: What mutations and subscriptions work with.
        gate: Tells who asks.
    """

    def __init__(  # noqa: PLR0913 - all but the first three have defaults
        self,
        schema: strawberry.Schema,
        database: Database,
        signer: CursorSigner,
        *,
        limits: Limits | None = None,
        page: PageSender | None = None,
        persisted: PersistedDocuments | None = None,
        most_cost: int = MOST_COST,
        services: Services | None = None,
        gate: Gate | None = None,
    ) -> None:
        self.page = page
        self.gate = gate or Gate(Settings())
        self.pipeline = Pipeline(
            schema,
            database,
            signer,
            limits or Limits(),
            persisted or PersistedDocuments(),
            most_cost,
            services,
        )
        self.metrics = Metrics(self.pipeline.caches())
        self._cost = b',"extensions":{"cost":{"requested":%%d,"maximum":%d}}}' % most_cost
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
        accept = header(scope, b"accept")
        form = parts_form(accept) if MULTIPART in accept else None
        # Whoever takes parts alone still gets whole what has none.
        accepted = media_type(accept) or (JSON_TYPE if form else None)
        try:
            role = self.gate.role(scope)
            if accept.lstrip().startswith(MEDIA_TYPE):  # it is what the client likes best
                request = await read_request(scope, receive, LARGEST_BODY, JSON_TYPE)
                await self._send_events(receive, send, request, request_id, role)
                return
            request = await read_request(scope, receive, LARGEST_BODY, accepted)
            held = header(scope, b"if-none-match") if request.is_get else ""
            outcome = await while_connected(
                receive,
                self.pipeline.outcome(request, role, held=held, takes_parts=form is not None),
            )
            if form is not None and outcome.parts:
                work = self._send_parts(send, outcome, form, request_id, started)
                await while_connected(receive, work)
                return
        except RequestError as error:
            await self._refuse(send, error, accepted or RESPONSE_TYPE, request_id)
            self.metrics.observe("refused", error.status, perf_counter() - started, 0)
            return
        assert accepted is not None
        await self._send(scope, send, outcome, accepted, request_id, started)

    async def _send(
        self,
        scope: Scope,
        send: Send,
        outcome: Outcome,
        content_type: bytes,
        request_id: str,
        started: float,
    ) -> None:
        """Send an answer as a whole."""
        headers = [(b"x-request-id", request_id.encode())]
        method = scope["method"]
        if method != "POST":
            headers += _keeping(scope, outcome)
        if outcome.is_unchanged:
            headers.append(self._observe(outcome, 304, started))
            await send_answer(send, 304, None, b"", headers)
            return
        status, body = self._body(outcome, content_type, request_id)
        taken = header(scope, b"accept-encoding")
        if taken and len(body) >= LEAST_BYTES and method != "HEAD" and (chosen := coding(taken)):
            body = await compressed(body, chosen)
            headers.append((b"content-encoding", chosen.encode()))
            if method == "POST":
                headers.append((b"vary", b"Accept-Encoding"))
        if status == 503:
            headers.append((b"retry-after", b"1"))
        headers.append(self._observe(outcome, status, started))
        await send_answer(send, status, content_type, body, headers)

    async def _send_parts(
        self, send: Send, outcome: Outcome, form: PartsForm, request_id: str, started: float
    ) -> None:
        """Send an answer part by part."""
        _, body = self._body(outcome, RESPONSE_TYPE, request_id)
        headers = [
            (b"content-type", form.content_type),
            NOT_KEPT,
            (b"x-request-id", request_id.encode()),
            _timing(outcome, perf_counter() - started),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        first = form.first(body, outcome.parts)
        await send({"type": "http.response.body", "body": first, "more_body": True})
        waiting = len(outcome.parts)
        async with aclosing(self.pipeline.later(outcome)) as later:
            async for index, answer in later:
                waiting -= 1
                part = outcome.parts[index]
                errors = self._noted(answer, request_id)
                frame = form.later(index, part, answer.data, errors, is_last=not waiting)
                await send({"type": "http.response.body", "body": frame, "more_body": waiting > 0})
        self._observe(outcome, 200, started)

    async def _send_events(
        self, receive: Receive, send: Send, request: GraphQLRequest, request_id: str, role: Role
    ) -> None:
        """Send answers as server-sent events."""
        body_of = partial(self._event, request_id)
        work = send_events(
            send,
            self.pipeline.events(request, role),
            body_of,
            [(b"x-request-id", request_id.encode())],
        )
        try:
            await while_connected(receive, work)
        except RequestError as error:
            if error.status != CLIENT_GONE:
                raise

    def _event(self, request_id: str, outcome: Outcome) -> bytes:
        """Return the JSON of one answer among several."""
        self.metrics.observe(outcome.path, 200, 0.0, outcome.timings.statements)
        outcome.timings.statements = 0
        return self._body(outcome, JSON_TYPE, request_id)[1]

    async def socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer operations over a WebSocket."""
        request_id = f"{self._prefix}{next(self._ids):08x}"
        answering = Answering(
            self.pipeline.events,
            partial(self._event, request_id),
            lambda outcome: self._noted(outcome.answer, request_id),
            self.gate,
        )
        await Connection(scope, receive, send, answering).run()

    def _observe(self, outcome: Outcome, status: int, started: float) -> Header:
        """Count an answer, and return the header that says how long it took."""
        seconds = perf_counter() - started
        self.metrics.observe(outcome.path, status, seconds, outcome.timings.statements)
        return _timing(outcome, seconds)

    def _body(self, outcome: Outcome, content_type: bytes, request_id: str) -> tuple[int, bytes]:
        """Return the status and the JSON of an answer."""
        answer = outcome.answer
        end = b"}" if outcome.cost is None else self._cost % outcome.cost
        if not answer.errors:
            assert answer.data is not None
            return 200, b"".join((b'{"data":', answer.data, end))
        errors = orjson.dumps(self._noted(answer, request_id), default=str)
        if outcome.refusal:
            status = outcome.refusal if content_type is RESPONSE_TYPE else 200
            return status, b"".join((b'{"errors":', errors, end))
        data = answer.data or b"null"
        return answer.status, b"".join((b'{"errors":', errors, b',"data":', data, end))

    def _noted(self, answer: Answer, request_id: str) -> list[dict[str, Any]]:
        """Count the errors of an answer, and return them as clients read them."""
        for error in answer.errors:
            self.metrics.errors[str((error.extensions or {}).get("code"))] += 1
        return formatted(answer.errors, request_id)

    async def _refuse(
        self, send: Send, error: RequestError, content_type: bytes, request_id: str
    ) -> None:
        self.metrics.errors[error.code] += 1
        entry = {
            "message": str(error),
            "extensions": {"code": error.code, "requestId": request_id},
        }
        headers = [(b"x-request-id", request_id.encode()), NOT_KEPT, *error.headers]
        body = orjson.dumps({"errors": [entry]})
        await send_answer(send, error.status, content_type, body, headers)


def _keeping(scope: Scope, outcome: Outcome) -> Sequence[Header]:
    """Return what tells a client, and caches on the way, how an answer may be kept."""
    if not outcome.tag:
        return [NOT_KEPT]
    # Where there is an origin, the rules for pages of other origins name it themselves.
    others = DIFFERS_BY if header(scope, b"origin") else f"{DIFFERS_BY}, Origin"
    return [CACHED, (b"vary", others.encode()), entity_tag(outcome.tag)]


def _timing(outcome: Outcome, seconds: float) -> Header:
    timings = outcome.timings
    text = (
        f"plan;dur={timings.plan * 1000:.3f}, db;dur={timings.database * 1000:.3f},"
        f' total;dur={seconds * 1000:.3f}, path;desc="{outcome.path}"'
    )
    return (b"server-timing", text.encode())
