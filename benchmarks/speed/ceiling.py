"""How fast the load generator is: against a server that sends one answer and does nothing else.

``python -m benchmarks.speed.ceiling PORT BYTES`` is that server.
"""

from __future__ import annotations

import select
import socket
import subprocess
import sys

from benchmarks.speed.client import Result, Task, http_request, measure


def ceiling(port: int, size: int, connections: int, seconds: float) -> Result:
    """Return what the load generator reaches with answers of ``size`` bytes."""
    command = [sys.executable, "-m", "benchmarks.speed.ceiling", str(port), str(size)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        server.stdout.readline()
        return measure(Task(port, [http_request("/", "{}")], [size], connections, seconds))
    finally:
        server.terminate()
        server.wait()


def serve(port: int, size: int) -> None:
    """Answer whatever arrives in one piece with the same ``size`` bytes until terminated."""
    answer = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size
    ) + b" " * size
    listener = socket.create_server(("127.0.0.1", port), backlog=128)
    print("ready", flush=True)
    poll = select.epoll()
    poll.register(listener.fileno(), select.EPOLLIN)
    lines: dict[int, socket.socket] = {}
    while True:
        for number, _ in poll.poll():
            if number == listener.fileno():
                line, _ = listener.accept()
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                lines[line.fileno()] = line
                poll.register(line.fileno(), select.EPOLLIN)
            elif lines[number].recv(1 << 16):
                lines[number].sendall(answer)
            else:
                lines.pop(number).close()


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
