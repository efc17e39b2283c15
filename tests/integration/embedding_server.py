"""An OpenAI-compatible embeddings endpoint on this machine, that does what a test tells it."""

from __future__ import annotations

import hashlib
import json
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from warehouse.search.analysis import words

Behaviour = Callable[["Endpoint", list[str]], tuple[int, Any] | None]
"""Status and body to answer with; None closes the connection without a word."""


def vector_of(text: str, dimensions: int) -> list[float]:
    """A vector in which texts that share words are alike."""
    numbers = [0.0] * dimensions
    for word in words(text):
        digest = hashlib.sha256(word.form.encode()).digest()
        numbers[digest[0] % dimensions] += 1.0
    numbers[0] += 0.01
    length = math.hypot(*numbers)
    return [number / length for number in numbers]


@dataclass
class Endpoint:
    """The endpoint's address, what it was asked, and what it will do next.

    ``next`` is consumed one behaviour per request; after that, ``always`` holds.
    """

    dimensions: int = 16
    port: int = 0
    asked: list[list[str]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    next: list[Behaviour] = field(default_factory=list)
    always: Behaviour | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def texts(self) -> list[str]:
        return [text for batch in self.asked for text in batch]


def well(endpoint: Endpoint, texts: list[str]) -> tuple[int, Any]:
    return of_length(endpoint.dimensions)(endpoint, texts)


def of_length(dimensions: int) -> Behaviour:
    """Answer with vectors of another length."""

    def answer(_: Endpoint, texts: list[str]) -> tuple[int, Any]:
        data = [
            {"object": "embedding", "index": n, "embedding": vector_of(text, dimensions)}
            for n, text in enumerate(texts)
        ]
        return 200, {"object": "list", "data": data, "model": "m", "usage": {}}

    return answer


def status(code: int) -> Behaviour:
    """Refuse with a status, quoting the key as real endpoints do."""
    return lambda endpoint, _: (code, {"error": {"message": f"no: {endpoint.keys[-1]}"}})


def body(value: Any) -> Behaviour:
    """Answer 200 with a body of one's own."""
    return lambda _endpoint, _texts: (200, value)


def nothing(_: Endpoint, __: list[str]) -> None:
    """Close the connection."""


@contextmanager
def embedding_server() -> Iterator[Endpoint]:
    """Run an endpoint for the length of a test."""
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v1/embeddings"
            assert all(isinstance(text, str) for text in content["input"]), "tokens, not texts"
            endpoint.asked.append(content["input"])
            endpoint.keys.append(self.headers.get("Authorization"))
            behaviour = endpoint.next.pop(0) if endpoint.next else endpoint.always or well
            answer = behaviour(endpoint, content["input"])
            if answer is None:
                self.close_connection = True
                return
            code, value = answer
            data = value.encode() if isinstance(value, str) else json.dumps(value).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Retry-After-Ms", "10")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    endpoint.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
