"""Compares a server's answer with the reference's, byte for byte after canonical JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from graph.errors import CursorInvalidError
from graph.planner.cursors import Cursor, CursorSigner
from tests.reference.executor import Answer, Problem, Reference


def read_json(body: bytes) -> Any:
    """Return what a body holds; a member that comes twice is an error."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        assert len(found) == len(pairs), f"a member comes twice: {[name for name, _ in pairs]}"
        return found

    return json.loads(body, object_pairs_hook=members)


def canonical(value: Any) -> str:
    """Return JSON text in the one form that RFC 8785 gives numbers and texts.

    Members keep their order: GraphQL says which it is.
    """
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def first_difference(graph: Any, reference: Any, path: str = "data") -> str:
    """Return where two answers differ first."""
    if isinstance(graph, dict) and isinstance(reference, dict) and [*graph] == [*reference]:
        pairs = [(f".{name}", graph[name], reference[name]) for name in graph]
    elif isinstance(graph, list) and isinstance(reference, list) and len(graph) == len(reference):
        items = enumerate(zip(graph, reference, strict=True))
        pairs = [(f"[{index}]", one, other) for index, (one, other) in items]
    else:
        return f"{path}:\n  graph     {canonical(graph)}\n  reference {canonical(reference)}"
    step, one, other = next(pair for pair in pairs if canonical(pair[1]) != canonical(pair[2]))
    return first_difference(one, other, path + step)


class Comparison:
    """Compares answers.

    Cursors are opaque: they cannot be equal, but must stand at the same places, for the same data
    version, and one for one. What stands for what is kept in the reference, which takes the
    graph's cursors in later operations.
    """

    def __init__(self, reference: Reference, signer: CursorSigner) -> None:
        self.reference = reference
        self.signer = signer
        self._graph_tokens: dict[str, str] = {}

    def differences(self, response: dict[str, Any], expected: Answer) -> list[str]:
        """Return how a response differs from what is expected; nothing where it is right."""
        problems = [
            Problem(tuple(e.get("path", ())), frozenset([e["extensions"]["code"]]))
            for e in response.get("errors", ())
        ]
        if expected.is_refused or "data" not in response:
            return self._refusals(response, expected, problems)
        found = list(self._errors(response["data"], expected, problems))
        graph, reference = response["data"], expected.data
        if canonical(self._named(graph)) != canonical(self._named(reference)):
            found.append(first_difference(self._named(graph), self._named(reference)))
        if not found:
            found += self._pair(graph, reference)
        return found

    @staticmethod
    def _refusals(
        response: dict[str, Any], expected: Answer, problems: Sequence[Problem]
    ) -> list[str]:
        found = []
        if expected.is_refused != ("data" not in response):
            found.append(f"refused: reference {expected.is_refused}, response {response}")
        allowed = {code for problem in expected.problems for code in problem.codes}
        if not problems or not all(problem.codes <= allowed for problem in problems):
            found.append(f"errors of a refusal: {problems}; reference {expected.problems}")
        return found

    def _errors(self, data: Any, expected: Answer, problems: Sequence[Problem]) -> list[str]:
        """Compare errors; where they take all data away, some of them are enough."""
        allowed = {
            problem.path: problem.codes for problem in expected.possible or expected.problems
        }
        found = [
            f"error {problem}, which the reference does not have: {expected}"
            for problem in problems
            if not problem.codes <= allowed.get(problem.path, frozenset())
        ]
        paths = [problem.path for problem in problems]
        if len(set(paths)) < len(paths):
            found.append(f"two errors at one place: {paths}")
        if data is not None and set(paths) != set(allowed):
            found.append(f"errors at {sorted(map(str, paths))}, not {sorted(map(str, allowed))}")
        if data is None and not problems:
            found.append("no data, and no error")
        return found

    # -- cursors -------------------------------------------------------------------------------

    def _cursor(self, value: Any) -> Cursor | None:
        if not isinstance(value, str) or len(value) < 24:
            return None
        try:
            return self.signer.read(value, "")
        except CursorInvalidError:
            return None

    def _named(self, value: Any) -> Any:
        """Return an answer in which cursors tell their data version only."""
        if isinstance(value, dict):
            return {name: self._named(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self._named(item) for item in value]
        cursor = self._cursor(value)
        return f"cursor {cursor.version} {cursor.published_at}" if cursor else value

    def _pair(self, graph: Any, reference: Any) -> list[str]:
        """Note which cursors stand for the same; both are of one form."""
        if isinstance(graph, dict):
            pairs = [self._pair(graph[name], reference[name]) for name in graph]
            return [difference for pair in pairs for difference in pair]
        if isinstance(graph, list):
            pairs = [self._pair(one, other) for one, other in zip(graph, reference, strict=True)]
            return [difference for pair in pairs for difference in pair]
        if self._cursor(graph) is None:
            return []
        own = self.reference.connections.own_tokens
        if own.setdefault(graph, reference) != reference:
            return [f"cursor {graph} stands for two rows"]
        if self._graph_tokens.setdefault(reference, graph) != graph:
            return [f"one row of one list has two cursors: {graph}"]
        return []

    def expired(self, token: str) -> str:
        """Return a cursor of the same row in a data version that is no longer kept."""
        own = self.reference.connections.own_tokens
        cursor = self._cursor(token)
        assert cursor is not None
        expired = self._of_version(token, cursor.version + 100)
        own[expired] = self._of_version(own[token], cursor.version + 100)
        return expired

    def _of_version(self, token: str, number: int) -> str:
        cursor = self.signer.read(token, "")
        time = round(cursor.published_at.timestamp() * 1_000_000)
        payload = f"{number}|{time}|{json.dumps(cursor.keys)}".encode()
        return self.signer.sign(cursor.fingerprint, payload).decode()

    def tokens(self, value: Any) -> list[str]:
        """Return all cursors in a part of an answer, in their order."""
        if isinstance(value, dict):
            return [token for member in value.values() for token in self.tokens(member)]
        if isinstance(value, list):
            return [token for item in value for token in self.tokens(item)]
        return [value] if self._cursor(value) else []
