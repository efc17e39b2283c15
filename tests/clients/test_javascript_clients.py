"""Apollo Client, urql and Relay, as programs in Node, against the running server.

Each fetches nested programs into its own cache, pages to the end, fetches an object again by its
id, and hands the server's coded errors to the one who calls. See ``javascript/``.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import pytest

from tests.clients import packages
from tests.clients.conftest import PROGRAMS
from tests.clients.test_readme import ask

CLIENTS = ("apollo", "urql", "relay")
# What each client throws or returns where the server answers with errors.
ERRORS = {"apollo": "CombinedGraphQLErrors", "urql": "CombinedError", "relay": "RelayNetwork"}
DETAILS = re.search(
    r"^fragment ProgramDetails on Program {\n.*?^}",
    (packages.FOLDER / "operations.graphql").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)

pytestmark = pytest.mark.usefixtures("javascript")


@lru_cache
def report(client: str, address: str) -> dict[str, Any]:
    """Run the program of a client, once; return what it reports."""
    found: dict[str, Any] = json.loads(packages.run(f"{client}.ts", address))
    return found


@lru_cache
def programs(address: str) -> list[dict[str, Any]]:
    """Return all programs as a plain POST gives them."""
    assert DETAILS is not None
    query = f"{{ programs(first: 100) {{ nodes {{ ...ProgramDetails }} }} }} {DETAILS.group()}"
    data: Any = ask(address, query)["data"]
    nodes: list[dict[str, Any]] = data["programs"]["nodes"]
    return nodes


def without_typenames(value: Any) -> Any:
    """Return a value without what the clients ask for on their own."""
    if isinstance(value, dict):
        return {k: without_typenames(v) for k, v in value.items() if k != "__typename"}
    return [without_typenames(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("client", CLIENTS)
def test_paging_to_the_end_loses_and_repeats_nothing(client: str, graph_address: str) -> None:
    walk = report(client, graph_address)["walk"]
    received = walk["received"]
    assert walk["totalCount"] == len(received) == len(set(received)) == PROGRAMS
    assert received == [program["id"] for program in programs(graph_address)]
    assert walk["pages"] == -(-PROGRAMS // 7)


@pytest.mark.parametrize("client", CLIENTS)
def test_its_cache_holds_each_program_with_all_that_is_nested(
    client: str, graph_address: str
) -> None:
    cached = report(client, graph_address)["walk"]["cached"]
    assert without_typenames(cached) == programs(graph_address)
    assert any(program["requirements"] for program in cached)
    assert any(program["selectionCriteria"] for program in cached)


@pytest.mark.parametrize("client", CLIENTS)
def test_an_object_is_fetched_again_by_its_id(client: str, graph_address: str) -> None:
    last = programs(graph_address)[-1]
    node = without_typenames(report(client, graph_address)["node"])
    assert (node["id"], node["name"]) == (last["id"], last["name"])
    assert node["university"]["id"] == last["university"]["id"]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_bad_cursor_reaches_the_caller_with_its_code(client: str, graph_address: str) -> None:
    error = report(client, graph_address)["badCursor"]
    assert (error["kind"], error["code"]) == (ERRORS[client], "CURSOR_INVALID")
    assert "'after'" in error["message"]


@pytest.mark.parametrize("client", ["apollo", "urql"])
def test_a_document_that_does_not_fit_the_schema_is_refused_with_its_code(
    client: str, graph_address: str
) -> None:
    """Relay's compiler does not let such a document get that far."""
    error = report(client, graph_address)["badDocument"]
    assert (error["kind"], error["code"]) == (ERRORS[client], "GRAPHQL_VALIDATION_FAILED")
    assert "nosuchfield" in error["message"]


def test_relay_catches_an_error_at_its_field(graph_address: str) -> None:
    (error,) = report("relay", graph_address)["caught"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_the_schema_aware_cache_of_urql_has_nothing_to_complain_of(graph_address: str) -> None:
    assert report("urql", graph_address)["complaints"] == []


@pytest.mark.parametrize("client", ["apollo", "urql"])
def test_scalars_of_our_own_arrive_as_text(client: str, graph_address: str) -> None:
    newest = report(client, graph_address)["newest"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", newest["publishedAt"])
    assert newest["isSample"] is True
