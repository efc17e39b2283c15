"""Cells of the benchmark: one server, one question, some seconds of load."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.speed import client
from benchmarks.speed.client import Task, http_request
from benchmarks.speed.data import Warehouse
from benchmarks.speed.processes import machine_cpu, usage
from benchmarks.speed.questions import Question, new_operations
from benchmarks.speed.servers import PEER, Server

WARM_UP_SECONDS = 0.5
NEW_OPERATIONS = 20
QUIET = 0.1
"""Share of the machine that other processes may take without disturbing a measurement much."""
LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Cell:
    """What one server did with one question in one round; seconds unless it says otherwise."""

    server: str
    question: str
    round: int
    connections: int
    rate: float
    p50: float
    p99: float
    errors: int
    server_cpu: float
    """Processor seconds of the server per request; ``postgres_cpu`` likewise."""
    postgres_cpu: float
    client_share: float
    """Share of the machine's processors that the load generator took; ``others`` likewise."""
    others: float

    @property
    def cpu(self) -> float:
        """Processor seconds of server and PostgreSQL per request."""
        return self.server_cpu + self.postgres_cpu


@dataclass(frozen=True)
class Load:
    """The requests of a question for one server, and the lengths of their right answers."""

    server: Server
    question: Question
    requests: Sequence[str]
    lengths: Sequence[int]


class UnequalAnswersError(Exception):
    """Two servers answer a question differently: their speed cannot be compared."""


def compare(question: Question, servers: Sequence[Server]) -> list[Load]:
    """Ask every server every request of a question, and return what to load them with.

    Raises:
        UnequalAnswersError: an answer differs from ours, the first server's.
    """
    lengths: dict[str, list[int]] = {server.name: [] for server in servers}
    for our_variables, peer_variables in question.cases:
        expected = None
        for server in servers:
            is_peer = server.name == PEER
            data, body, _ = server.ask(
                question.peer if is_peer else question.ours,
                peer_variables if is_peer else our_variables,
            )
            found = (question.of_peer if is_peer else question.of_ours)(data)
            expected = found if expected is None else expected
            if found != expected:
                raise UnequalAnswersError(
                    f"{question.name} {our_variables}: {server.name} answers otherwise"
                )
            lengths[server.name].append(len(body))
    return [Load(s, question, _requests(question, s), lengths[s.name]) for s in servers]


@dataclass(frozen=True)
class Patience:
    """How often a measurement is made while others take much of the machine.

    Before each, ``seconds`` are waited at most for the others to rest.
    """

    attempts: int
    seconds: float

    def wait(self) -> None:
        """Wait until others rest, or for as long as there is patience."""
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            before = machine_cpu()
            time.sleep(LOOK_SECONDS)
            if machine_cpu() - before < QUIET * LOOK_SECONDS * (os.cpu_count() or 1):
                return


def quietest_cell(
    load: Load,
    warehouse: Warehouse,
    *,
    round_number: int,
    connections: int,
    seconds: float,
    patience: Patience,
) -> Cell:
    """Run a cell again while others take much of the machine; return the least disturbed one."""
    best: Cell | None = None
    for _ in range(patience.attempts):
        patience.wait()
        cell = run_cell(
            load,
            warehouse,
            round_number=round_number,
            connections=connections,
            seconds=seconds,
        )
        if best is None or cell.others < best.others:
            best = cell
        if best.others < QUIET:
            break
    assert best is not None
    return best


def run_cell(
    load: Load, warehouse: Warehouse, *, round_number: int, connections: int, seconds: float
) -> Cell:
    """Warm up, load, and return what happened."""
    server, question = load.server, load.question

    def task(length: float, first: int) -> Task:
        return Task(server.port, load.requests, load.lengths, connections, length, first)

    client.measure(task(WARM_UP_SECONDS, 7 * round_number))
    before = usage(server.pid, warehouse.postmaster)
    result = client.measure(task(seconds, 13 * round_number))
    used = usage(server.pid, warehouse.postmaster).since(before)
    capacity = result.seconds * (os.cpu_count() or 1)
    others = used.machine - used.server - used.postgres - result.client_cpu
    return Cell(
        server=server.name,
        question=question.name,
        round=round_number,
        connections=connections,
        rate=result.rate,
        p50=result.p50,
        p99=result.p99,
        errors=result.errors,
        server_cpu=used.server / result.answers,
        postgres_cpu=used.postgres / result.answers,
        client_share=result.client_cpu / capacity,
        others=max(0.0, others / capacity),
    )


@dataclass(frozen=True)
class Cold:
    """Seconds until a new process listens, its first answer, and a new operation's when warm."""

    server: str
    start: float
    first_answer: float
    new_operation: float
    known_operation: float


def cold(server: Server, question: Question) -> Cold:
    """Start a server, and measure first answers one at a time.

    The new operations differ in what they select, so that each needs a new plan and statement.
    """
    is_peer = server.name == PEER
    variables = question.cases[0][is_peer]
    text = question.peer if is_peer else question.ours
    with server:
        _, _, first = server.ask(text, variables)
        for _ in range(NEW_OPERATIONS):
            server.ask(text, variables)
        known = [server.ask(text, variables)[2] for _ in range(NEW_OPERATIONS)]
        new = [
            server.ask(pair[is_peer], variables)[2]
            for pair in new_operations(question, NEW_OPERATIONS)
        ]
        return Cold(
            server.name,
            server.start_seconds,
            first,
            statistics.median(new),
            statistics.median(known),
        )


def _requests(question: Question, server: Server) -> list[str]:
    is_peer = server.name == PEER
    query = question.peer if is_peer else question.ours
    return [
        http_request("/graphql", json.dumps({"query": query, "variables": case[is_peer]}))
        for case in question.cases
    ]
