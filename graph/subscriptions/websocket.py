"""Answers over a WebSocket: the subprotocol graphql-transport-ws, for any operation.

Protocol: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. The server behind the
application sends pings of the WebSocket itself, and closes connections that do not answer them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from starlette.types import Receive, Scope, Send

from graph.auth import Gate, Role
from graph.errors import RequestError
from graph.pipeline import Outcome
from graph.protocol import GraphQLRequest, check_values, request_of

PROTOCOL: Final = "graphql-transport-ws"
INIT_SECONDS: Final = 10.0
"""Longest time from opening to ``connection_init``."""
MOST_OPERATIONS: Final = 50
"""Operations at work on one connection."""
LARGEST_MESSAGE: Final = 1_000_000
"""Bytes of a message."""

TOO_MANY: Final = RequestError(
    429, f"{MOST_OPERATIONS} operations are at work on this connection. End one, or open another."
)

Events = Callable[[GraphQLRequest, Role], AsyncGenerator[Outcome]]
BodyOf = Callable[[Outcome], bytes]
ErrorsOf = Callable[[Outcome], list[dict[str, Any]]]


class ClosedError(Exception):
    """The connection is to be closed, or the client closed it (``code`` 0)."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answering:
    """How operations are answered: their outcomes, and how these are written."""

    events: Events
    body_of: BodyOf
    errors_of: ErrorsOf
    gate: Gate


@dataclass(slots=True)
class Connection:
    """One client's connection, with the operations at work on it."""

    scope: Scope
    receive: Receive
    send: Send
    answering: Answering
    role: Role = Role.READER
    is_ready: bool = False
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self) -> None:
        """Answer a client until one of the two closes the connection."""
        await self.receive()  # websocket.connect
        if PROTOCOL not in self.scope.get("subprotocols", ()):
            await self.send({"type": "websocket.accept"})
            await self._close(4406, "Subprotocol not acceptable")
            return
        await self.send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        try:
            async with asyncio.timeout(INIT_SECONDS) as limit:
                while True:
                    await self._take(await self._message())
                    if self.is_ready:
                        limit.reschedule(None)
        except TimeoutError:
            await self._close(4408, "Connection initialisation timeout")
        except ClosedError as closed:
            if closed.code:
                await self._close(closed.code, closed.reason)
        finally:
            for task in self.tasks.values():
                task.cancel()
            await asyncio.gather(*self.tasks.values(), return_exceptions=True)

    async def _message(self) -> dict[str, Any]:
        """Return the next message of the client."""
        event = await self.receive()
        if event["type"] == "websocket.disconnect":
            raise ClosedError(0)
        text = event.get("text")
        if text is None:
            raise ClosedError(4400, "Only text messages are understood")
        if len(text) > LARGEST_MESSAGE:
            raise ClosedError(1009, "Message too big")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise ClosedError(4400, "The message is not JSON") from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise ClosedError(4400, "The message has no type")
        return message

    async def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "connection_init":
                await self._begin(message.get("payload"))
            case "ping":
                await self._say({"type": "pong"})
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                task = self.tasks.pop(str(message.get("id")), None)
                if task is not None:
                    task.cancel()
            case other:
                raise ClosedError(4400, f"Unknown type of message: {other[:40]}")

    async def _begin(self, payload: Any) -> None:
        if self.is_ready:
            raise ClosedError(4429, "Too many initialisation requests")
        given = payload if isinstance(payload, dict) else {}
        credentials = given.get("authorization") or given.get("Authorization") or ""
        try:
            self.role = self.answering.gate.role(self.scope, str(credentials))
        except RequestError:
            raise ClosedError(4403, "Forbidden") from None
        self.is_ready = True
        await self._say({"type": "connection_ack"})

    async def _subscribe(self, message: dict[str, Any]) -> None:
        if not self.is_ready:
            raise ClosedError(4401, "Unauthorized")
        name, payload = message.get("id"), message.get("payload")
        if not isinstance(name, str) or not name or not isinstance(payload, dict):
            raise ClosedError(4400, "A subscribe message has an id and a payload")
        if name in self.tasks:
            raise ClosedError(4409, f"Subscriber for {name[:40]} already exists")
        if len(self.tasks) >= MOST_OPERATIONS:
            await self._refuse(name, TOO_MANY)
            return
        try:
            check_values(payload.get("variables"))
            request = request_of(payload)
        except RequestError as error:
            await self._refuse(name, error)
            return
        self.tasks[name] = asyncio.create_task(self._answer(name, request))

    async def _answer(self, name: str, request: GraphQLRequest) -> None:
        """Send an operation's answers; what was refused before anything ran is an error."""
        head = b'{"id":' + orjson.dumps(name) + b',"type":"next","payload":'
        outcomes = self.answering.events(request, self.role)
        try:
            async with aclosing(outcomes):
                async for outcome in outcomes:
                    if outcome.refusal:
                        errors = self.answering.errors_of(outcome)
                        await self._say({"id": name, "type": "error", "payload": errors})
                        return
                    await self._send(head + self.answering.body_of(outcome) + b"}")
            await self._say({"id": name, "type": "complete"})
        except RequestError as error:
            await self._refuse(name, error)
        finally:
            if self.tasks.get(name) is asyncio.current_task():
                del self.tasks[name]

    async def _refuse(self, name: str, error: RequestError) -> None:
        entry = {"message": str(error), "extensions": {"code": error.code}}
        await self._say({"id": name, "type": "error", "payload": [entry]})

    async def _say(self, message: dict[str, Any]) -> None:
        await self._send(orjson.dumps(message))

    async def _send(self, text: bytes) -> None:
        await self.send({"type": "websocket.send", "text": text.decode()})

    async def _close(self, code: int, reason: str) -> None:
        await self.send({"type": "websocket.close", "code": code, "reason": reason})
