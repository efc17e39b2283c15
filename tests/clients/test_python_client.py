"""The Python example, a typed client on gql, against the running server."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from graphql import GraphQLError

from examples import python_client
from examples.python_client import GraphRefusedError, all_programs, connect, program_page
from tests.clients.test_readme import ROOT, ask

COUNTS = "{ programs(first: 100) { nodes { name quota discipline { name } } } }"


@pytest.fixture
def rows(graph_address: str) -> list[dict[str, Any]]:
    """All programs of the commonest discipline, from a plain POST."""
    data: Any = ask(graph_address, COUNTS)["data"]
    nodes: list[dict[str, Any]] = data["programs"]["nodes"]
    names = [node["discipline"]["name"] for node in nodes]
    commonest = max(set(names), key=names.count)
    return [node for node in nodes if node["discipline"]["name"] == commonest]


def test_it_yields_every_program_once_over_all_pages(
    graph_address: str, rows: list[dict[str, Any]]
) -> None:
    discipline = rows[0]["discipline"]["name"]
    with connect(graph_address) as session:
        programs = list(all_programs(session, discipline, page_size=3))
        total = program_page(session, discipline, first=1).total_count
    assert [(p.name, p.quota) for p in programs] == [(row["name"], row["quota"]) for row in rows]
    assert total == len(rows) > 3
    assert any(requirement.quantity for p in programs for requirement in p.requirements)


def test_a_coded_error_becomes_an_exception_with_the_code(graph_address: str) -> None:
    with connect(graph_address) as session:
        with pytest.raises(GraphRefusedError, match="'after'") as refused:
            program_page(session, "Psychiatry", first=1, after="not a cursor")
        assert refused.value.code == "CURSOR_INVALID"
        with pytest.raises(GraphRefusedError, match="'first'") as refused:
            program_page(session, "Psychiatry", first=101)
        assert refused.value.code == "BAD_USER_INPUT"


def test_an_operation_that_does_not_fit_the_schema_is_not_sent(
    graph_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = python_client.gql("{ programs { nosuchfield } }")
    monkeypatch.setattr(python_client, "PROGRAMS", wrong)
    with connect(graph_address) as session, pytest.raises(GraphQLError, match="nosuchfield"):
        program_page(session, "Psychiatry", first=1)


def test_the_example_runs_as_a_program(graph_address: str, rows: list[dict[str, Any]]) -> None:
    discipline = rows[0]["discipline"]["name"]
    done = subprocess.run(
        [sys.executable, "examples/python_client.py",
         "--address", graph_address, "--discipline", discipline],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [line.partition("letters  ")[2] for line in done.stdout.splitlines()] == [
        row["name"] for row in rows
    ]
