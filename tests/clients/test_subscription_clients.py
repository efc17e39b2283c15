"""graphql-ws and graphql-sse, the reference clients of both transports, against the server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.clients import packages


@pytest.fixture(scope="module")
def found(javascript: None, graph_address: str) -> Any:
    return json.loads(packages.run("subscriptions.ts", graph_address))


@pytest.mark.parametrize("transport", ["socket", "events"])
def test_both_transports_answer_queries_follow_jobs_and_tell_of_errors(
    found: Any, transport: str
) -> None:
    report = found[transport]
    (answer,) = report["query"]
    assert answer["data"] == {"dataVersion": {"number": 1}}
    assert report["followed"][0] == "QUEUED"
    assert report["followed"][-1] == "CANCELLED"
    assert report["refused"] == "GRAPHQL_VALIDATION_FAILED"
    assert report["unknown"] == "BAD_USER_INPUT"
