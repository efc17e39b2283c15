"""An OpenAI-compatible chat endpoint on this machine, that writes what a test tells it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Writes = Callable[[dict[str, Any]], str]
"""From the question and sentences that were sent to what the model writes."""


@dataclass
class ChatEndpoint:
    """The endpoint's address, what it was asked, and what it will do.

    ``statuses`` is consumed one per request before anything is written; ``garbage`` takes the
    place of the stream; ``waits`` is how long it keeps silent.
    """

    writes: Writes = field(default=lambda _: "NONE")
    port: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    garbage: str | None = None
    waits: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def given(self) -> dict[str, Any]:
        """The question and the sentences of the last request."""
        found: dict[str, Any] = json.loads(self.asked[-1]["messages"][-1]["content"])
        return found


@contextmanager
def chat_server() -> Iterator[ChatEndpoint]:
    """Run an endpoint for the length of a test."""
    endpoint = ChatEndpoint()
    ending = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v1/chat/completions"
            assert content["stream"]
            endpoint.asked.append(content)
            if endpoint.statuses:
                code = endpoint.statuses.pop(0)
                key = self.headers.get("Authorization")
                self._send(code, json.dumps({"error": {"message": f"no: {key}"}}))
                return
            if endpoint.waits:
                ending.wait(endpoint.waits)
            if endpoint.garbage is not None:
                self._send(200, endpoint.garbage)
                return
            self._stream(endpoint.writes(json.loads(content["messages"][-1]["content"])))

        def _send(self, code: int, text: str) -> None:
            data = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Retry-After-Ms", "10")
            self.end_headers()
            self.wfile.write(data)

        def _stream(self, text: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
            for number, piece in enumerate([*pieces, ""]):
                choice: dict[str, Any] = {"index": 0, "delta": {"content": piece}}
                choice["finish_reason"] = "stop" if number == len(pieces) else None
                chunk = {
                    "id": "c", "object": "chat.completion.chunk", "created": int(time.time()),
                    "model": "m", "choices": [choice],
                }  # fmt: skip
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")
            self.close_connection = True

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
        ending.set()
        server.shutdown()
        thread.join()
        server.server_close()
