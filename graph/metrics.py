"""Counters of the graph in Prometheus' text format."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graph.planner.cache import BoundedCache

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latency histogram, in seconds."""


@dataclass(slots=True)
class Metrics:
    """What one process has answered since it started; ``caches`` by name."""

    caches: Mapping[str, BoundedCache[Any, Any]] = field(default_factory=dict)
    operations: Counter[str] = field(default_factory=Counter)
    """By path: planned, executed (the fall-back), unchanged, refused or failed."""
    statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    statements: int = 0
    seconds: float = 0.0
    _latencies: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))

    def observe(self, path: str, status: int, seconds: float, statements: int) -> None:
        """Count one request."""
        self.operations[path] += 1
        self.statuses[status] += 1
        self.statements += statements
        self.seconds += seconds
        self._latencies[bisect_left(BUCKETS, seconds)] += 1

    def text(self) -> str:
        """Return all counters."""
        lines = [
            "# HELP residency_graph_operations_total Operations, by the way they were answered.",
            "# TYPE residency_graph_operations_total counter",
            *self._labelled("residency_graph_operations_total", "path", self.operations),
            "# HELP residency_graph_responses_total Responses, by HTTP status.",
            "# TYPE residency_graph_responses_total counter",
            *self._labelled("residency_graph_responses_total", "status", self.statuses),
            "# HELP residency_graph_errors_total Errors in answers, by code.",
            "# TYPE residency_graph_errors_total counter",
            *self._labelled("residency_graph_errors_total", "code", self.errors),
            "# HELP residency_graph_statements_total SQL statements run.",
            "# TYPE residency_graph_statements_total counter",
            f"residency_graph_statements_total {self.statements}",
            *self._cached(),
            "# HELP residency_graph_seconds Time from the request to the answer.",
            "# TYPE residency_graph_seconds histogram",
            *self._histogram(),
        ]
        return "\n".join(lines) + "\n"

    def _cached(self) -> list[str]:
        """Return how often each cache had what was asked for, and how full it is."""
        name = "residency_graph_cache"
        lines = [
            f"# HELP {name}_requests_total Look-ups in caches, by whether they found something.",
            f"# TYPE {name}_requests_total counter",
        ]
        for cache, kept in self.caches.items():
            counts = (("hit", kept.hits), ("miss", kept.misses))
            lines += [
                f'{name}_requests_total{{cache="{cache}",result="{result}"}} {number}'
                for result, number in counts
            ]
        lines += [
            f"# HELP {name}_entries Entries of caches.",
            f"# TYPE {name}_entries gauge",
            *(f'{name}_entries{{cache="{n}"}} {len(kept)}' for n, kept in self.caches.items()),
            f"# HELP {name}_limit Most entries of caches.",
            f"# TYPE {name}_limit gauge",
            *(f'{name}_limit{{cache="{n}"}} {kept.most}' for n, kept in self.caches.items()),
        ]
        return lines

    @staticmethod
    def _labelled(name: str, label: str, counts: Counter[str] | Counter[int]) -> list[str]:
        return [f'{name}{{{label}="{key}"}} {count}' for key, count in sorted(counts.items())]

    def _histogram(self) -> list[str]:
        lines, below = [], 0
        for bound, count in zip((*map(str, BUCKETS), "+Inf"), self._latencies, strict=True):
            below += count
            lines.append(f'residency_graph_seconds_bucket{{le="{bound}"}} {below}')
        lines.append(f"residency_graph_seconds_sum {self.seconds:.6f}")
        lines.append(f"residency_graph_seconds_count {below}")
        return lines
