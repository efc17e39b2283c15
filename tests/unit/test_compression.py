"""Answers are compressed for clients that ask for it, when there is something to gain."""

from __future__ import annotations

import gzip
import json

import brotli
import httpx
import pytest

from graph.compression import LEAST_BYTES, MANY_BYTES, coding
from tests.unit.graph_front import Asking, asking

QUERY = "{ streams { label } }"


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0.5, gzip;q=0.5", "br"),
        ("GZIP", "gzip"),
        ("*", "br"),
        ("*;q=0.5, br;q=0", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("identity", ""),
        ("identity;q=1, gzip;q=0.5", ""),
        ("deflate, zstd", ""),
        ("gzip;q=nonsense", ""),
        ("", ""),
    ],
)
def test_the_coding_is_the_client_s_choice_first(accepted: str, chosen: str) -> None:
    assert coding(accepted) == chosen


async def fetch(graph: Asking, size: int, accepted: str, method: str = "POST") -> httpx.Response:
    graph.database.data = json.dumps("x" * size).encode()
    headers = {"accept-encoding": accepted}
    if method == "POST":
        return await graph.client.post("/graphql", json={"query": QUERY}, headers=headers)
    return await graph.client.request(method, "/graphql", params={"query": QUERY}, headers=headers)


@pytest.mark.parametrize("size", [LEAST_BYTES, MANY_BYTES])
@pytest.mark.parametrize("accepted", ["br", "gzip"])
async def test_a_compressed_answer_is_the_same_answer(accepted: str, size: int) -> None:
    async with asking() as graph:
        plain = await fetch(graph, size, "identity")
        packed = await fetch(graph, size, accepted)
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == accepted
    assert "Accept-Encoding" in packed.headers["vary"]
    assert int(packed.headers["content-length"]) < size / 2
    assert packed.content == plain.content


async def test_the_bytes_on_the_wire_are_of_the_coding() -> None:
    async with asking() as graph:
        for accepted, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress)):
            request = graph.client.build_request(
                "POST", "/graphql", json={"query": QUERY}, headers={"accept-encoding": accepted}
            )
            graph.database.data = json.dumps("x" * 5_000).encode()
            response = await graph.client.send(request, stream=True)
            raw = b"".join([piece async for piece in response.aiter_raw()])
            assert json.loads(unpack(raw))["data"] == {"streams": ["x" * 5_000]}


async def test_small_answers_heads_and_those_who_do_not_ask_get_them_plain() -> None:
    async with asking() as graph:
        assert "content-encoding" not in (await fetch(graph, 10, "br")).headers
        assert "content-encoding" not in (await fetch(graph, 5_000, "")).headers
        assert "content-encoding" not in (await fetch(graph, 5_000, "br", "HEAD")).headers
        kept = await fetch(graph, 5_000, "br", "GET")
        assert kept.headers["content-encoding"] == "br"
        headers = {"if-none-match": kept.headers["etag"], "accept-encoding": "br"}
        same = await graph.client.get("/graphql", params={"query": QUERY}, headers=headers)
    assert same.status_code == 304
    assert "content-encoding" not in same.headers
