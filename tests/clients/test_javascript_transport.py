"""How operations and answers travel for clients that people use: by hash, by GET, in parts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients import packages
from tests.clients.conftest import serving
from tests.clients.test_javascript_clients import report
from tests.clients.test_readme import ask

pytestmark = pytest.mark.usefixtures("javascript")

FIRST, WHOLE = ["dataVersion"], ["dataVersion", "programs"]


def test_apollo_sends_a_document_once_and_then_its_hash_by_get(graph_address: str) -> None:
    persisted = report("apollo-transport", graph_address)["persisted"]
    by_hash = {"method": "GET", "hasHash": True, "hasText": False, "status": 200}
    in_full = {"method": "POST", "hasHash": True, "hasText": True, "status": 200}
    assert persisted["exchanges"] == [by_hash, in_full, by_hash]
    first, second = persisted["answers"]
    assert first == second
    assert first["dataVersion"]["number"] == 1


@pytest.mark.parametrize("form", ["deferSpec=20220824", "incrementalSpec=v0.2"])
def test_apollo_shows_the_first_part_before_the_deferred_one(form: str, graph_address: str) -> None:
    shown = report("apollo-transport", graph_address)["deferred"][form]
    assert [sorted(set(names) - {"__typename"}) for names in shown] == [FIRST, WHOLE]


def test_urql_shows_the_first_part_before_the_deferred_one(graph_address: str) -> None:
    assert report("urql-transport", graph_address)["deferred"] == [FIRST, WHOLE]


@pytest.fixture(scope="module")
def trusting_address(
    javascript: None, loaded_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of a server that runs nothing but what Relay's compiler has listed."""
    environment = loaded_environment | {
        "RESIDENCY_TRUSTED_DOCUMENTS": str(packages.RELAY_OPERATIONS),
        "RESIDENCY_TRUSTED_ONLY": "true",
    }
    with serving(environment, tmp_path_factory.mktemp("trusting") / "serve.log") as address:
        yield address


def test_relay_works_by_hash_alone_on_a_server_that_runs_only_its_documents(
    trusting_address: str, graph_address: str
) -> None:
    by_hash = json.loads(packages.run("relay.ts", trusting_address, "by-hash"))
    for part in ("walk", "node", "badCursor"):
        assert by_hash[part] == report("relay", graph_address)[part]
    assert [error["extensions"]["code"] for error in by_hash["caught"]] == ["BAD_USER_INPUT"]


def test_a_server_that_trusts_only_listed_documents_refuses_others(trusting_address: str) -> None:
    answer: Any = ask(trusting_address, "{ dataVersion { number } }")
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
    assert "data" not in answer


def test_the_list_holds_the_operations_by_their_sha256() -> None:
    listed = json.loads(packages.RELAY_OPERATIONS.read_text(encoding="utf-8"))
    assert len(listed) == 4
    assert all(len(name) == 64 and "query operations" in text for name, text in listed.items())
