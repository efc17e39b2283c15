"""From cells to ratios, tables and verdicts."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.speed.measuring import Cell, Cold
from benchmarks.speed.questions import Question
from benchmarks.speed.servers import OURS, PEER, PLAIN
from benchmarks.speed.shares import Shares


@dataclass(frozen=True)
class Spread:
    """A median with its least and greatest value."""

    median: float
    least: float
    greatest: float

    def text(self, digits: int = 2) -> str:
        """Return the median and what it lies between."""
        return f"{self.median:.{digits}f} [{self.least:.{digits}f}-{self.greatest:.{digits}f}]"


@dataclass(frozen=True)
class Verdict:
    """Whether a target is reached."""

    question: str
    against: str
    target: float
    ratio: Spread

    @property
    def is_reached(self) -> bool:
        """Whether the median is at least the target."""
        return self.ratio.median >= self.target

    def text(self) -> str:
        """Return the verdict in a line."""
        word = "reached" if self.is_reached else "NOT reached"
        return (
            f"{self.question}: {self.ratio.text()} times {self.against}, at least"
            f" {self.target:g} wanted: {word}"
        )


def spread(values: Sequence[float]) -> Spread:
    """Return the median of values, and what they lie between."""
    return Spread(statistics.median(values), min(values), max(values))


def rate_ratio(cells: Sequence[Cell], question: str, one: str, other: str) -> Spread:
    """Return the ratios of two servers' rates, round by round."""
    rates = {(cell.server, cell.round): cell.rate for cell in cells if cell.question == question}
    rounds = sorted({number for _, number in rates})
    return spread([rates[one, number] / rates[other, number] for number in rounds])


def verdicts(
    cells: Sequence[Cell], questions: Sequence[Question], *, is_generated: bool
) -> list[Verdict]:
    """Return the targets with what was reached."""
    found = []
    for question in questions:
        if question.targets is not None:
            ratio = rate_ratio(cells, question.name, OURS, PEER)
            found.append(Verdict(question.name, PEER, question.targets[is_generated], ratio))
        ratio = rate_ratio(cells, question.name, OURS, PLAIN)
        found.append(Verdict(question.name, PLAIN, 1, ratio))
    return found


def cells_table(cells: Sequence[Cell], question: Question, memory: dict[str, float]) -> Table:
    """Return a table of all servers for one question."""
    table = Table(
        "server",
        "requests/s",
        f"times {PEER}",
        "p50 / p99 ms",
        "CPU ms/request, server + PostgreSQL",
        "CPU ratio",
        "client, others",
        "RSS MiB",
        title=f"{question.name}: {question.title}",
    )
    of_peer = [c.cpu for c in cells if c.server == PEER and c.question == question.name]
    for name in (OURS, PEER, PLAIN):
        own = [cell for cell in cells if cell.server == name and cell.question == question.name]
        server_cpu = statistics.median(cell.server_cpu for cell in own)
        postgres_cpu = statistics.median(cell.postgres_cpu for cell in own)
        table.add_row(
            name,
            spread([cell.rate for cell in own]).text(0),
            rate_ratio(cells, question.name, name, PEER).text(),
            f"{_middle(own, 'p50') * 1000:.2f} / {_middle(own, 'p99') * 1000:.2f}",
            f"{server_cpu * 1000:.2f} + {postgres_cpu * 1000:.2f}",
            f"x{statistics.median(of_peer) / statistics.median(c.cpu for c in own):.2f}",
            f"{_middle(own, 'client_share'):.0%}, {_middle(own, 'others'):.0%}",
            f"{memory[name]:.0f}",
        )
    return table


def _middle(cells: Sequence[Cell], name: str) -> float:
    middle: float = statistics.median(getattr(cell, name) for cell in cells)
    return middle


def connections_table(cells: Sequence[Cell]) -> Table:
    """Return how ours does on few and many connections."""
    table = Table(
        "question", "connections", "requests/s", "p50 / p99 ms", "errors", title=f"{OURS} alone"
    )
    for cell in cells:
        table.add_row(
            cell.question,
            str(cell.connections),
            f"{cell.rate:.0f}",
            f"{cell.p50 * 1000:.2f} / {cell.p99 * 1000:.2f}",
            str(cell.errors),
        )
    return table


def shares_table(found: Sequence[Shares], cells: Sequence[Cell]) -> Table:
    """Return where ours spends a request."""
    table = Table(
        "question",
        "statement",
        "driver",
        "graph",
        "HTTP server",
        title=f"Where {OURS} spends a request, CPU ms",
    )
    for one in found:
        loaded = [c for c in cells if c.server == OURS and c.question == one.question]
        around = max(0.0, min(cell.server_cpu for cell in loaded) - one.graph)
        parts = (one.statement, one.driver, one.graph - one.driver, around)
        table.add_row(one.question, *(f"{max(0.0, part) * 1000:.3f}" for part in parts))
    return table


def cold_table(colds: Sequence[Cold]) -> Table:
    """Return the latencies of first answers."""
    table = Table(
        "server",
        "process starts, s",
        "first answer, ms",
        "new operation, ms",
        "known operation, ms",
        title="One request at a time: cold and warm (Q1)",
    )
    for one in colds:
        milliseconds = (one.first_answer, one.new_operation, one.known_operation)
        table.add_row(one.server, f"{one.start:.2f}", *(f"{m * 1000:.1f}" for m in milliseconds))
    return table


def say_verdicts(console: Console, found: Sequence[Verdict]) -> None:
    """Print the verdicts."""
    for verdict in found:
        console.print(verdict.text(), style="green" if verdict.is_reached else "bold red")


def as_json(found: Sequence[Any]) -> list[dict[str, Any]]:
    """Return dataclasses as JSON objects."""
    return [asdict(one) for one in found]
