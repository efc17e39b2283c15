"""The server audits of npm's graphql-http: GraphQL over HTTP, each clause of it a test here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.clients import packages

LISTED = Path(__file__).with_name("graphql_over_http_audits.txt")
AUDITS = [line.split(maxsplit=1) for line in LISTED.read_text(encoding="utf-8").splitlines()]

pytestmark = pytest.mark.usefixtures("javascript")


@pytest.fixture(scope="module")
def audited(graph_address: str) -> dict[str, dict[str, Any]]:
    """Results of all audits that the package has, by their ids."""
    return {result["id"]: result for result in json.loads(packages.run("audits.ts", graph_address))}


def test_the_list_holds_every_audit_of_the_package(audited: dict[str, dict[str, Any]]) -> None:
    assert {id_: audit["name"] for id_, audit in audited.items()} == dict(AUDITS)
    assert len(audited) == 61


@pytest.mark.parametrize(("id_", "name"), AUDITS, ids=[" ".join(audit) for audit in AUDITS])
def test_the_server_passes_the_audit(
    id_: str, name: str, audited: dict[str, dict[str, Any]]
) -> None:
    assert (audited[id_]["status"], audited[id_]["reason"]) == ("ok", None), name
