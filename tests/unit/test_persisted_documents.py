"""Documents by identifier: automatic persisted queries, and trusted documents of each format."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from graph.app import create_app
from graph.errors import TrustedDocumentsError
from graph.persisted import MOST_SEEN, PersistedDocuments, load_trusted
from tests.unit.graph_front import asking
from warehouse.settings import Settings

QUERY = "{ streams { label } }"
OTHER = "query Other { iterations { name } }"
HASH = sha256(QUERY.encode()).hexdigest()
JSON_RESPONSE = {"accept": "application/graphql-response+json"}


def apollo(hash_: str = HASH) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_}}


async def test_apollo_s_protocol_registers_a_document_and_finds_it_again() -> None:
    async with asking() as graph:
        answer = await graph.post(extensions=apollo(), headers=JSON_RESPONSE)
        assert answer.status_code == 200  # older clients take 4xx for "not supported"
        (error,) = answer.json()["errors"]
        assert error["message"] == "PersistedQueryNotFound"
        assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        assert (await graph.post(QUERY, extensions=apollo())).json()["data"]
        assert (await graph.post(extensions=apollo())).json()["data"]
        assert (await graph.post(documentId=f"sha256:{HASH}")).json()["data"]
        parameters = {"extensions": json.dumps(apollo())}
        assert (await graph.client.get("/graphql", params=parameters)).json()["data"]


async def test_a_get_registers_too() -> None:
    async with asking() as graph:
        parameters = {"query": QUERY, "extensions": json.dumps(apollo())}
        assert (await graph.client.get("/graphql", params=parameters)).json()["data"]
        del parameters["query"]
        assert (await graph.client.get("/graphql", params=parameters)).json()["data"]


async def test_a_hash_of_another_text_is_refused_and_not_kept() -> None:
    async with asking() as graph:
        answer = await graph.post(OTHER, extensions=apollo())
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST"
        assert "sha256Hash" in error["message"]
        error = await graph.refused(extensions=apollo())
        assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_document_that_is_not_valid_is_not_kept() -> None:
    wrong = "{ nothing }"
    extensions = apollo(sha256(wrong.encode()).hexdigest())
    async with asking() as graph:
        error = await graph.refused(wrong, extensions=extensions)
        assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        error = await graph.refused(extensions=extensions)
        assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


async def test_the_cache_of_documents_is_bounded() -> None:
    persisted = PersistedDocuments()
    async with asking(persisted=persisted) as graph:
        for number in range(MOST_SEEN + 10):
            persisted.seen.put(f"{number}", QUERY, len(QUERY))
        assert len(persisted.seen) == MOST_SEEN
        metrics = graph.front.metrics.text()
    assert f'residency_graph_cache_limit{{cache="persisted_documents"}} {MOST_SEEN}' in metrics
    assert f'residency_graph_cache_entries{{cache="persisted_documents"}} {MOST_SEEN}' in metrics


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"extensions": {"persistedQuery": {"version": 2, "sha256Hash": HASH}}}, "version 1"),
        ({"extensions": {"persistedQuery": {"version": 1}}}, "version 1"),
        ({"extensions": {"persistedQuery": "x"}}, "version 1"),
        ({"documentId": 7}, "'documentId' is no text"),
        ({"documentId": "x", "query": QUERY}, "not both"),
        ({"documentId": "x", "extensions": apollo()}, "not both"),
        ({}, "'query' is missing"),
        ({"query": ""}, "'query' is missing"),
    ],
)
async def test_a_request_that_names_its_document_wrongly_is_told(
    body: dict[str, Any], words: str
) -> None:
    async with asking() as graph:
        answer = await graph.post(**body)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert words in error["message"]


async def test_an_unknown_identifier_is_told_with_the_remedy() -> None:
    async with asking() as graph:
        error = await graph.refused(documentId="nobody-knows")
        assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        assert "send its text in 'query'" in error["message"]
        answer = await graph.post(documentId="nobody-knows", headers=JSON_RESPONSE)
        assert answer.status_code == 400


MANIFESTS = {
    "apollo": {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{"id": "one", "name": "Q", "type": "query", "body": QUERY}],
    },
    "relay and graphql-codegen": {"one": QUERY},
}


@pytest.mark.parametrize("form", MANIFESTS)
async def test_manifests_of_client_builds_are_read(form: str, tmp_path: Path) -> None:
    path = tmp_path / "documents.json"
    path.write_text(json.dumps(MANIFESTS[form]))
    async with asking(persisted=PersistedDocuments(load_trusted(path))) as graph:
        assert (await graph.post(documentId="one")).json()["data"]
        assert (await graph.post(documentId=f"sha256:{HASH}")).json()["data"]
        assert (await graph.post(extensions=apollo())).json()["data"]
        assert (await graph.post(extensions=apollo("one"))).json()["data"]
        assert (await graph.post(OTHER)).json()["data"]


def test_a_folder_may_hold_manifests_and_documents(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "relay.json").write_text(json.dumps({"one": QUERY}))
    (tmp_path / "Other.graphql").write_text(OTHER)
    (tmp_path / "notes.md").write_text("no document")
    assert load_trusted(tmp_path) == {"one": QUERY, "Other": OTHER}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "no trusted document"),
        ({"a.json": "[1]"}, "no manifest"),
        ({"a.json": '{"one": 1}'}, "no manifest"),
        ({"a.json": '{"format": "apollo-persisted-query-manifest"}'}, "no manifest"),
        ({"a.json": "{"}, "cannot be read"),
        ({"a.json": '{"one": "{ a }"}', "b.json": '{"one": "{ b }"}'}, "'one'"),
    ],
)
def test_trusted_documents_that_cannot_be_read_stop_the_start(
    files: dict[str, str], words: str, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    settings = Settings(trusted_documents=tmp_path, data_dir=tmp_path / "data")
    with pytest.raises(TrustedDocumentsError, match=words) as caught:
        create_app(settings)
    assert caught.value.remedy


def test_only_trusted_documents_need_some(tmp_path: Path) -> None:
    with pytest.raises(TrustedDocumentsError, match="RESIDENCY_TRUSTED_DOCUMENTS"):
        create_app(Settings(trusted_only=True, data_dir=tmp_path))


@pytest.mark.parametrize(
    "body",
    [
        {"query": OTHER},
        {"query": OTHER, "extensions": apollo(sha256(OTHER.encode()).hexdigest())},
        {"extensions": apollo(sha256(OTHER.encode()).hexdigest())},
        {"documentId": "nobody-knows"},
        {"query": "{ __schema { queryType { name } } }"},
        {"query": QUERY + " "},
    ],
)
async def test_where_only_trusted_documents_run_all_others_are_refused(
    body: dict[str, Any],
) -> None:
    persisted = PersistedDocuments({"one": QUERY}, only_trusted=True)
    async with asking(persisted=persisted) as graph:
        error = await graph.refused(**body)
        assert error["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
        assert "documentId" in error["message"]
        assert 'code="DOCUMENT_NOT_TRUSTED"} 1' in graph.front.metrics.text()


async def test_where_only_trusted_documents_run_they_do_by_identifier_hash_and_text() -> None:
    persisted = PersistedDocuments({"one": QUERY}, only_trusted=True)
    async with asking(persisted=persisted) as graph:
        for body in (
            {"documentId": "one"},
            {"documentId": f"sha256:{HASH}"},
            {"extensions": apollo()},
            {"query": QUERY},
            {"query": QUERY, "extensions": apollo()},
        ):
            assert (await graph.post(**body)).json()["data"] == {"streams": []}
