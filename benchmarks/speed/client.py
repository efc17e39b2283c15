"""The load generator: one process, one epoll loop, requests made beforehand.

It does as little as it can for each answer (find the head's end, read the length, count), so that
it takes little of the machine and is not what is measured: its own processor time is part of every
result, and :mod:`benchmarks.speed.ceiling` measures how far it gets against a constant answer.

Runs as ``python -m benchmarks.speed.client``: a :class:`Task` as JSON on stdin, a
:class:`Result` as JSON on stdout.
"""

from __future__ import annotations

import gc
import json
import resource
import select
import socket
import subprocess
import sys
from array import array
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import perf_counter

BUFFER_BYTES = 1 << 18
PATIENCE = 30.0
"""Seconds without any answer after which a run fails."""


@dataclass(frozen=True)
class Task:
    """Whom to ask what, on how many connections at once, and for how long.

    ``lengths`` are the bytes of the right answers' bodies: another length is an error.
    """

    port: int
    requests: Sequence[str]
    lengths: Sequence[int]
    connections: int
    seconds: float
    first: int = 0
    """Index of the request to begin with."""


@dataclass(frozen=True)
class Result:
    """What came back: answers in the time, and seconds of the slowest and the middle ones."""

    answers: int
    errors: int
    seconds: float
    p50: float
    p99: float
    client_cpu: float
    """Processor seconds of this process while it asked."""

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds


class _Line:
    """One connection, with one request at a time."""

    __slots__ = ("due", "expected", "got", "is_ok", "sent_at", "socket")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self.due = -1
        self.got = 0
        self.expected = 0
        self.is_ok = True

    def send(self, request: bytes, expected: int) -> None:
        self.due, self.got, self.expected = -1, 0, expected
        self.sent_at = perf_counter()
        self.socket.sendall(request)

    def receive(self, buffer: bytearray, view: memoryview) -> bool:
        """Take what has arrived; return whether the answer is whole."""
        count = self.socket.recv_into(view)
        if count == 0:
            raise ConnectionError("the server closed a connection")
        if self.due < 0:
            head = buffer.find(b"\r\n\r\n", 0, count)
            if head < 0:
                raise ConnectionError("the head of an answer came in pieces")
            length = _content_length(buffer, head)
            self.is_ok = buffer.startswith(b"HTTP/1.1 200") and length == self.expected
            self.due = head + 4 + length
        self.got += count
        return self.got >= self.due


def _content_length(buffer: bytearray, head: int) -> int:
    start = buffer.find(b"ontent-", 0, head)
    while start >= 0:
        if buffer[start + 7 : start + 14].lower() == b"length:":
            end = buffer.find(b"\r\n", start, head + 2)
            return int(buffer[start + 14 : end])
        start = buffer.find(b"ontent-", start + 7, head)
    raise ConnectionError("an answer has no Content-Length")


def run(task: Task) -> Result:
    """Ask until the time is over, then wait for the answers under way.

    Raises:
        ConnectionError: a connection was closed, or an answer is no plain HTTP/1.1.
        TimeoutError: no answer came for half a minute.
    """
    requests = [text.encode() for text in task.requests]
    lines = [_Line(task.port) for _ in range(task.connections)]
    poll = select.epoll()
    by_number = {line.socket.fileno(): line for line in lines}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    latencies = array("d")
    buffer = bytearray(BUFFER_BYTES)
    view = memoryview(buffer)
    errors, turn = 0, task.first
    gc.disable()
    used = _own_cpu()
    start = perf_counter()
    end = start + task.seconds
    for line in lines:
        line.send(requests[turn % len(requests)], task.lengths[turn % len(requests)])
        turn += 1
    under_way = len(lines)
    while under_way:
        events = poll.poll(PATIENCE)
        if not events:
            raise TimeoutError(f"no answer for {PATIENCE:.0f} s")
        for number, _ in events:
            line = by_number[number]
            if not line.receive(buffer, view):
                continue
            now = perf_counter()
            latencies.append(now - line.sent_at)
            errors += not line.is_ok
            if now < end:
                index = turn % len(requests)
                line.send(requests[index], task.lengths[index])
                turn += 1
            else:
                under_way -= 1
    seconds = perf_counter() - start
    used = _own_cpu() - used
    for line in lines:
        line.socket.close()
    ordered = sorted(latencies)
    return Result(
        len(ordered), errors, seconds, _quantile(ordered, 0.5), _quantile(ordered, 0.99), used
    )


def measure(task: Task) -> Result:
    """Run a task in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.speed.client"],
        input=json.dumps(asdict(task)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Result(**json.loads(done.stdout))


def http_request(path: str, body: str) -> str:
    """Return the text of a POST of JSON that keeps its connection."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Accept: application/json\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}"
    )


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


if __name__ == "__main__":
    print(json.dumps(asdict(run(Task(**json.load(sys.stdin))))))
