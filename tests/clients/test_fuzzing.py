"""Schemathesis generates operations, valid and wrong ones, and the server answers all of them.

No server error, whatever comes; each error has a code that tells whose fault it is; each answer
fits the schema. `make nightly` sends thousands from three seeds.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType

from graph.schema import build_schema
from tests.clients.fuzzing_hooks import ADDRESS

ROOT = Path(__file__).resolve().parents[2]
# Codes that tell clients to ask differently; the others say that the server has failed.
CLIENTS_FAULT = {
    "BAD_USER_INPUT", "COST_TOO_HIGH", "CURSOR_INVALID", "GRAPHQL_VALIDATION_FAILED", "NOT_FOUND",
}  # fmt: skip
# That values which the schema allows may still be refused (a cursor, a size) is what codes are for.
UNWANTED_CHECK = "positive_data_acceptance"


@dataclass(frozen=True)
class Case:
    """An operation that was sent, and what came back."""

    operation: str
    document: str
    status: int
    errors: list[dict[str, Any]]
    failures: list[dict[str, Any]]
    """Checks of Schemathesis that failed."""

    @property
    def codes(self) -> set[Any]:
        return {error.get("extensions", {}).get("code") for error in self.errors}


def fuzz(
    address: str, folder: Path, seed: int, cases: int, mode: str = "all", root: str = "Query"
) -> list[Case]:
    """Send at least that many operations, of every field of a root type equally many.

    Of mode "all" more than half are wrong on purpose, of mode "positive" none.
    """
    query = build_schema()._schema.type_map[root]
    assert isinstance(query, GraphQLObjectType)
    report = folder / f"{seed}-{mode}.ndjson"
    done = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", f"{address}/graphql",
            f"--max-examples={-(-cases // len(query.fields))}", f"--seed={seed}", f"--mode={mode}",
            f"--include-name-regex=^{root}[.]",
            "--continue-on-failure", f"--exclude-checks={UNWANTED_CHECK}",
            "--generation-database=none", "--suppress-health-check=all", "--no-color",
            f"--report-ndjson-path={report}",
        ],
        env=os.environ | {
            "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.clients.fuzzing_hooks",
            ADDRESS: address,
        },
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stdout + done.stderr  # 1: a check has failed
    found = list(read(report))
    assert {case.operation for case in found} == {f"{root}.{name}" for name in query.fields}
    return found


def read(report: Path) -> Iterator[Case]:
    """Yield the cases of a report."""
    for line in report.read_text(encoding="utf-8").splitlines():
        if not (scenario := json.loads(line).get("ScenarioFinished")):
            continue
        recorder = scenario["recorder"]
        for name, interaction in recorder["interactions"].items():
            response = interaction["response"]
            assert response, f"no answer to {interaction['request']}"
            document = json.loads(unpacked(interaction["request"]["body"]))["query"]
            errors = json.loads(unpacked(response["content"])).get("errors", [])
            checks = recorder["checks"].get(name, [])
            failures = [check for check in checks if check["status"] != "success"]
            yield Case(recorder["label"], document, response["status_code"], errors, failures)


def unpacked(body: dict[str, str]) -> bytes:
    return base64.b64decode(body["$base64"])


def assert_sound(cases: list[Case]) -> None:
    """Every case went well, or was refused with a code that says why."""
    for case in cases:
        assert case.status < 500, case
        assert case.codes <= CLIENTS_FAULT, case
        assert all(error["message"] for error in case.errors), case
        if not case.errors:  # Schemathesis knows no code CURSOR_INVALID, and calls it the server's
            assert case.failures == [], case
    answered = sum(not case.errors for case in cases)
    assert answered > len(cases) / 4, f"{answered} of {len(cases)}"


def test_generated_operations_are_answered_or_refused_with_a_code(
    graph_address: str, tmp_path: Path
) -> None:
    cases = fuzz(graph_address, tmp_path, seed=1, cases=150)
    assert len(cases) >= 150
    assert_sound(cases)


@pytest.mark.slow
def test_generated_mutations_are_done_or_refused_with_a_code(
    graph_address: str, tmp_path: Path
) -> None:
    cases = fuzz(graph_address, tmp_path, seed=1, cases=30, root="Mutation")
    assert len(cases) >= 30
    assert_sound(cases)


@pytest.mark.slow
def test_thousands_of_operations_are_answered_or_refused_with_a_code(
    graph_address: str, tmp_path: Path
) -> None:
    cases = [
        case
        for seed in (1, 2, 3)
        for mode in ("all", "positive")
        for case in fuzz(graph_address, tmp_path, seed, 600, mode)
    ]
    assert len({case.document for case in cases}) >= 2000
    assert_sound(cases)
    answered = {case.operation for case in cases if not case.errors}
    assert answered == {case.operation for case in cases}
    assert sum(not case.errors for case in cases) > 1000


def test_what_the_fuzzing_looks_for_would_be_seen() -> None:
    """The judgement itself: server errors, errors without a code, answers that do not fit."""
    sound = Case("Query.streams", "{ streams { label } }", 200, [], [])
    assert_sound([sound])
    bad = {"message": "Oh", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
    for flawed in (
        Case(sound.operation, sound.document, 500, [], []),
        Case(sound.operation, sound.document, 200, [bad], []),
        Case(sound.operation, sound.document, 200, [{"message": "uncoded"}], []),
        Case(sound.operation, sound.document, 200, [], [{"name": "response_schema_conformance"}]),
    ):
        with pytest.raises(AssertionError):
            assert_sound([sound, sound, flawed])
