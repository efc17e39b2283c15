"""GraphQL over HTTP: reading requests, choosing the media type, writing answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send

from graph.errors import RequestError

RESPONSE_TYPE: Final = b"application/graphql-response+json; charset=utf-8"
JSON_TYPE: Final = b"application/json; charset=utf-8"
Header = tuple[bytes, bytes]
ALLOW: Final[Header] = (b"allow", b"GET, HEAD, POST, OPTIONS")
MOST_VALUES: Final = 5_000
"""Most values in the variables of a request, those in lists and objects included."""
FEW_BYTES: Final = 2 * MOST_VALUES
"""A request this short cannot hold more values: each takes a digit and a comma at least."""


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A well-formed request; it has a document or an identifier of one.

    ``query`` is empty where the client names its document: ``document_id`` of the draft on
    persisted documents, or ``sha256`` of Apollo's protocol, which may also stand beside it.
    """

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    is_get: bool
    document_id: str | None = None
    sha256: str | None = None


def header(scope: Scope, name: bytes) -> str:
    """Return the value of a request header; empty where it is missing."""
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return ""


def media_type(accept: str) -> bytes | None:
    """Return the media type of the answer; None where the client takes none that we give.

    The first that the client names wins, unless another has a greater weight.
    """
    if accept in {"", "*/*", "application/json"}:
        return JSON_TYPE
    best, weight = None, 0.0
    for item in accept.split(","):
        name, _, options = item.partition(";")
        offered = _offered(name.strip().lower())
        quality = quality_of(options)
        if offered is not None and quality > weight:
            best, weight = offered, quality
    return best


def _offered(name: str) -> bytes | None:
    if name == "application/graphql-response+json":
        return RESPONSE_TYPE
    return JSON_TYPE if name in {"application/json", "application/*", "*/*"} else None


def quality_of(options: str) -> float:
    """Return the weight in the options of an item of Accept or Accept-Encoding."""
    for option in options.split(";"):
        key, _, value = option.strip().partition("=")
        if key == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def wants_page(scope: Scope) -> bool:
    """Return whether a browser asks for the IDE: a GET for HTML without a query."""
    return (
        scope["method"] in {"GET", "HEAD"}
        and "text/html" in header(scope, b"accept")
        and b"query=" not in scope["query_string"]
    )


async def read_body(receive: Receive, most: int) -> bytes:
    """Return the body of a request.

    Raises:
        RequestError: it is longer than ``most`` bytes, or the client went away.
    """
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        pieces, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > most:
                break
        body = b"".join(pieces)
    if len(body) > most:
        raise RequestError(413, f"The body is longer than {most} bytes. Send less at once.")
    if message["type"] == "http.disconnect":
        raise RequestError(499, "The client went away.")
    return body


async def read_request(
    scope: Scope, receive: Receive, most: int, answer_type: bytes | None
) -> GraphQLRequest:
    """Return the GraphQL request in an HTTP request.

    Raises:
        RequestError: there is none, or its answer could have no media type.
    """
    if answer_type is None:
        raise RequestError(406, "Accept application/graphql-response+json or application/json.")
    if scope["method"] == "POST":
        return await _read_post(scope, receive, most)
    if scope["method"] in {"GET", "HEAD"}:  # the server leaves the body of a HEAD out
        return _read_get(scope)
    raise RequestError(405, "Only GET and POST are answered here.", headers=[ALLOW])


async def _read_post(scope: Scope, receive: Receive, most: int) -> GraphQLRequest:
    kind = header(scope, b"content-type")
    if kind != "application/json" and kind.partition(";")[0].strip().lower() != "application/json":
        raise RequestError(415, "Send the request as JSON, with Content-Type: application/json.")
    length = header(scope, b"content-length")
    if length.isdigit() and int(length) > most:
        raise RequestError(413, f"The body is longer than {most} bytes. Send less at once.")
    raw = await read_body(receive, most)
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise RequestError(400, f"The body is not JSON: {error}.") from None
    if not isinstance(body, dict):
        raise RequestError(400, "The body is no JSON object. Batches of requests are not taken.")
    if len(raw) > FEW_BYTES:
        check_values(body.get("variables"))
    return request_of(body)


def _read_get(scope: Scope) -> GraphQLRequest:
    try:
        given: dict[str, Any] = dict(
            parse_qsl(scope["query_string"].decode(), keep_blank_values=True, max_num_fields=10)
        )
    except ValueError as error:
        raise RequestError(400, f"The query string cannot be read: {error}.") from None
    for name in ("variables", "extensions"):
        if given.get(name):
            try:
                given[name] = orjson.loads(given[name])
            except orjson.JSONDecodeError as error:
                raise RequestError(400, f"'{name}' is not JSON: {error}.") from None
        else:
            given.pop(name, None)
    check_values(given.get("variables"))
    return request_of(given, is_get=True)


def check_values(variables: Any) -> None:
    """Refuse more values than a request may have; looks at no more than those."""
    count, rest = 0, [variables]
    while rest:
        value = rest.pop()
        if isinstance(value, dict | list):
            count += len(value)
            if count > MOST_VALUES:
                raise RequestError(
                    400, f"'variables' hold more than {MOST_VALUES} values. Send less at once."
                )
            rest += value.values() if isinstance(value, dict) else value


def request_of(given: dict[str, Any], *, is_get: bool = False) -> GraphQLRequest:
    """Return the GraphQL request in an object of JSON.

    Raises:
        RequestError: there is none in it.
    """
    query, document_id = _text(given, "query"), _text(given, "documentId")
    for member in ("variables", "extensions"):
        if given.get(member) is not None and not isinstance(given[member], dict):
            raise RequestError(400, f"'{member}' is no JSON object.")
    extensions = given.get("extensions") or {}
    sha256 = _hash(extensions["persistedQuery"]) if "persistedQuery" in extensions else None
    if document_id and (query or sha256):
        raise RequestError(400, "Send 'documentId', or 'query' and its hash, not both.")
    if not (query or document_id or sha256):
        raise RequestError(400, "'query' is missing. Send the GraphQL document in it.")
    name, variables = _text(given, "operationName"), given.get("variables") or {}
    return GraphQLRequest(query or "", variables, name, is_get, document_id, sha256)


def _text(given: dict[str, Any], member: str) -> str | None:
    text = given.get(member)
    if text is not None and not isinstance(text, str):
        raise RequestError(400, f"'{member}' is no text.")
    return text or None


def _hash(persisted: Any) -> str:
    version, found = (
        (persisted.get("version"), persisted.get("sha256Hash"))
        if isinstance(persisted, dict)
        else (None, None)
    )
    if version != 1 or not isinstance(found, str) or not found:
        raise RequestError(
            400,
            "'extensions.persistedQuery' is not of version 1. Send"
            ' {"version": 1, "sha256Hash": …}.',
        )
    return found


def formatted(errors: Sequence[GraphQLError], request_id: str) -> list[dict[str, Any]]:
    """Return errors as clients read them; each names the request."""
    return [
        {**error.formatted, "extensions": {**(error.extensions or {}), "requestId": request_id}}
        for error in errors
    ]


async def send_answer(
    send: Send,
    status: int,
    content_type: bytes | None,
    body: bytes,
    headers: Sequence[Header] = (),
) -> None:
    """Send a whole HTTP response; one without a media type has no body."""
    all_headers = [*headers]
    if content_type is not None:
        length = str(len(body)).encode()
        all_headers += [(b"content-type", content_type), (b"content-length", length)]
    await send({"type": "http.response.start", "status": status, "headers": all_headers})
    await send({"type": "http.response.body", "body": body})


PageSender = Callable[[Scope, Receive, Send], Awaitable[None]]
"""Answers a browser with the IDE."""
