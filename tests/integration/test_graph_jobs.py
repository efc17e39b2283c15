"""Jobs through the graph: asked for, followed over both transports, cancelled; by whom one may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from graph.planner.globalid import encode
from tests.conftest import Database
from tests.integration.graph_client import Graph, open_graph
from tests.integration.graph_server import served
from tests.integration.graph_sockets import acknowledged, events, opened
from tests.integration.simulated import new_simulation
from warehouse import jobs
from warehouse.engine import Role, connect
from warehouse.queries import simulations
from warehouse.vocabulary import JobKind

FOLLOW = "subscription ($id: ID!) { jobProgress(jobId: $id) { status progress message } }"
REFRESH = """
mutation ($input: RefreshWarehouseInput!) {
  refreshWarehouse(input: $input) { job { id status kind } errors { code path message howToFix } }
}
"""
CANCEL = """
mutation ($id: ID!) {
  cancelJob(input: {jobId: $id}) { job { status } errors { code path } }
}
"""


@pytest.fixture
async def graph(published: Database, tmp_path: Any) -> AsyncIterator[Graph]:
    async with open_graph(published.settings, tmp_path) as graph:
        yield graph


async def mutate(graph: Graph, query: str, **variables: Any) -> Any:
    """Return the payload of a mutation."""
    (payload,) = (await graph.ask(query, "executed", **variables)).values()
    return payload


async def asked(graph: Graph, **given: Any) -> str:
    """Return the id of a job that was asked for."""
    payload = await mutate(graph, REFRESH, input={"source": "SAMPLE", **given})
    assert payload["errors"] == []
    assert payload["job"]["status"] == "QUEUED"
    identity: str = payload["job"]["id"]
    return identity


async def test_a_load_is_asked_for_once_with_a_key_and_cancelled_once(graph: Graph) -> None:
    first = await asked(graph, idempotencyKey="k")
    assert await asked(graph, idempotencyKey="k") == first
    payload = await mutate(graph, REFRESH, input={"source": "PUBLIC", "idempotencyKey": "k"})
    assert payload["job"] is None
    assert [error["code"] for error in payload["errors"]] == ["KEY_REUSED"]
    assert payload["errors"][0]["path"] == ["input", "idempotencyKey"]
    assert await graph.ask("query ($id: ID!) { job(id: $id) { status message } }", id=first) == {
        "job": {"status": "QUEUED", "message": None}
    }
    assert await mutate(graph, CANCEL, id=first) == {"job": {"status": "CANCELLED"}, "errors": []}
    again = await mutate(graph, CANCEL, id=first)
    assert again["job"] == {"status": "CANCELLED"}
    assert again["errors"] == [{"code": "ALREADY_ENDED", "path": ["input", "jobId"]}]


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"source": "FOLDER"}, "CONTRADICTION", "folder"),
    ({"source": "SAMPLE", "folder": "/tmp"}, "CONTRADICTION", "folder"),
    ({"source": "SAMPLE", "idempotencyKey": ""}, "INVALID", "idempotencyKey"),
    ({"source": "SAMPLE", "idempotencyKey": "x" * 201}, "INVALID", "idempotencyKey"),
]


async def test_wrong_input_is_an_error_of_the_payload_and_asks_for_nothing(graph: Graph) -> None:
    for given, code, field in WRONG:
        payload = await mutate(graph, REFRESH, input=given)
        (error,) = payload["errors"]
        assert (error["code"], error["path"]) == (code, ["input", field])
        assert error["howToFix"]
        assert payload["job"] is None
    assert await graph.values("SELECT count(*) FROM ops.job") == [0]


async def test_no_more_jobs_wait_than_may(graph: Graph) -> None:
    await graph.owner.execute(
        "INSERT INTO ops.job (kind, status, arguments)"
        " SELECT 'REFRESH_WAREHOUSE', 'QUEUED', '{}' FROM generate_series(1, 20)"
    )
    payload = await mutate(graph, REFRESH, input={"source": "SAMPLE"})
    assert [error["code"] for error in payload["errors"]] == ["BUSY"]


async def test_unknown_jobs_and_wrong_ids_are_told(graph: Graph) -> None:
    identity = await asked(graph)
    await graph.owner.execute("DELETE FROM ops.job")
    payload = await mutate(graph, CANCEL, id=identity)
    assert (payload["job"], payload["errors"][0]["code"]) == (None, "UNKNOWN")
    error = await graph.refused(CANCEL, id="Sm9iOng=")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert await graph.ask("query ($id: ID!) { job(id: $id) { status } }", id=identity) == {
        "job": None
    }


async def test_operators_are_those_on_this_machine_or_with_the_token(
    published: Database, tmp_path: Any
) -> None:
    async with open_graph(published.settings, tmp_path) as graph:
        through = {"x-forwarded-for": "203.0.113.9"}
        query = "mutation { refreshWarehouse(input: {source: SAMPLE}) { job { id } } }"
        answer = (await graph.raw(query, headers=through)).json()
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert await graph.values("SELECT count(*) FROM ops.job") == [0]
        assert (await graph.raw(query)).json()["data"]["refreshWarehouse"]["job"]
    settings = published.settings.model_copy(update={"operator_token": _secret("sesame")})
    async with open_graph(settings, tmp_path) as graph:
        for given, code in (({}, "FORBIDDEN"), ({"authorization": "Bearer x"}, "BAD_REQUEST")):
            answer = (await graph.raw(query, headers=given)).json()
            assert answer["errors"][0]["extensions"]["code"] == code
        allowed = await graph.raw(query, headers={"authorization": "Bearer sesame"})
        assert allowed.json()["data"]["refreshWarehouse"]["job"]
        assert (await graph.raw("{ __typename }", headers={"authorization": "Basic x"})).json()[
            "data"
        ]


def _secret(text: str) -> Any:
    from pydantic import SecretStr

    return SecretStr(text)


async def test_where_simulations_are_for_operators_readers_cancel_none(
    published: Database, tmp_path: Any
) -> None:
    settings = published.settings.model_copy(
        update={"operator_token": _secret("sesame"), "simulations": "operators"}
    )
    async with open_graph(settings, tmp_path) as graph:
        async with connect(Role.APP, settings) as app:
            await simulations.queue(app, new_simulation(1, 1503))
        data = await graph.ask("{ simulations { nodes { job { id } } } }")
        identity = data["simulations"]["nodes"][0]["job"]["id"]
        error = await graph.refused(CANCEL, id=identity)
        assert error["extensions"]["code"] == "FORBIDDEN"
        answer = await graph.raw(
            CANCEL, {"id": identity}, headers={"authorization": "Bearer sesame"}
        )
        assert answer.json()["data"]["cancelJob"]["job"] == {"status": "CANCELLED"}


async def test_without_accounts_a_simulation_is_cancelled_by_any_simulator_a_load_by_operators(
    published: Database, tmp_path: Any
) -> None:
    settings = published.settings.model_copy(update={"operator_token": _secret("sesame")})
    async with open_graph(settings, tmp_path) as graph:
        async with connect(Role.APP, settings) as app:
            await simulations.queue(app, new_simulation(1, 1503))
            await jobs.enqueue(app, JobKind.REFRESH_WAREHOUSE, {"source": "sample"})
        found = await graph.values("SELECT job_id::text FROM ops.job ORDER BY kind DESC")
        ids = [encode("Job", [one]) for one in found]
        outcomes = [(await graph.raw(CANCEL, {"id": one})).json()["data"]["cancelJob"]
                    for one in ids]  # fmt: skip
        assert outcomes[0] == {"job": {"status": "CANCELLED"}, "errors": []}
        assert [error["code"] for error in outcomes[1]["errors"]] == ["FORBIDDEN"]
        answer = await graph.raw(CANCEL, {"id": ids[1]}, headers={"authorization": "Bearer sesame"})
        assert answer.json()["data"]["cancelJob"]["job"] == {"status": "CANCELLED"}


async def play(graph: Graph) -> None:
    """Run the only job to its end, as a worker does."""
    job = await jobs.claim(graph.owner, "me")
    assert job is not None
    await jobs.report_progress(graph.owner, job.job_id, "me", progress=0.5, message="half")
    await jobs.succeed(graph.owner, job.job_id, "me", {})


async def test_progress_comes_as_server_sent_events(graph: Graph) -> None:
    identity = await asked(graph)
    async with served(graph.app) as port, aclosing(events(port, FOLLOW, id=identity)) as coming:
        kind, first = await anext(coming)
        assert kind == "next"
        assert first["data"]["jobProgress"] == {
            "status": "QUEUED", "progress": 0, "message": None,
        }  # fmt: skip
        assert first["extensions"]["cost"]["requested"] > 0
        await play(graph)
        rest = [event async for event in coming]
    assert rest[-1] == ("complete", None)
    last = rest[-2][1]["data"]["jobProgress"]
    assert (last["status"], last["progress"]) == ("SUCCEEDED", 1)


async def test_queries_and_refusals_come_as_server_sent_events_too(graph: Graph) -> None:
    async with served(graph.app) as port:
        found = [event async for event in events(port, "{ dataVersion { number } }")]
        assert [kind for kind, _ in found] == ["next", "complete"]
        assert found[0][1]["data"] == {"dataVersion": {"number": 1}}
        found = [event async for event in events(port, "{ wrong }")]
        assert found[0][1]["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        found = [event async for event in events(port, FOLLOW, id="x")]
        assert found[0][1]["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        gone = "Sm9iOjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMA=="
        found = [event async for event in events(port, FOLLOW, id=gone)]
        assert found[0][1]["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_progress_comes_over_a_socket_with_other_operations_beside_it(graph: Graph) -> None:
    identity = await asked(graph)
    query = "subscription ($id: ID!) { jobProgress(jobId: $id) { status job { status kind } } }"
    async with served(graph.app) as port, acknowledged(port) as socket:
        await socket.subscribe("job", query, id=identity)
        assert (await socket.hear())["payload"]["data"]["jobProgress"] == {
            "status": "QUEUED", "job": {"status": "QUEUED", "kind": "REFRESH_WAREHOUSE"},
        }  # fmt: skip
        await socket.subscribe("data", "{ dataVersion { number } }")
        heard = [await socket.hear(), await socket.hear()]
        assert [message["type"] for message in heard] == ["next", "complete"]
        await socket.subscribe("cancel", CANCEL, id=identity)
        messages = [await socket.hear() for _ in range(4)]
        by_id: dict[str, list[Any]] = {}
        for message in messages:
            by_id.setdefault(message["id"], []).append(message)
        assert [message["type"] for message in by_id["job"]] == ["next", "complete"]
        assert by_id["job"][0]["payload"]["data"]["jobProgress"]["status"] == "CANCELLED"
        assert by_id["cancel"][0]["payload"]["data"]["cancelJob"]["errors"] == []


async def test_many_watch_over_one_connection_to_the_database(graph: Graph) -> None:
    identity = await asked(graph)
    feed = graph.app.front.pipeline.executor.services.feed
    async with served(graph.app) as port, acknowledged(port) as one, acknowledged(port) as two:
        for socket in (one, two):
            for number in range(20):
                await socket.subscribe(str(number), FOLLOW, id=identity)
            for _ in range(20):
                assert (await socket.hear())["type"] == "next"
        assert feed.watchers == 40
        assert await graph.values(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND query LIKE '%FROM ops.job WHERE job_id = ANY%' AND pid <> pg_backend_pid()"
        ) == [1]
        await one.say(id="0", type="complete")
        await play(graph)
        for socket, watched in ((one, 19), (two, 20)):
            ended = 0
            while ended < watched:
                ended += (await socket.hear())["type"] == "complete"
        assert feed.watchers == 0


async def test_no_more_watch_than_may(published: Database, tmp_path: Any) -> None:
    settings = published.settings.model_copy(update={"subscriptions": 1})
    async with open_graph(settings, tmp_path) as graph:
        identity = await asked(graph)
        async with served(graph.app) as port, acknowledged(port) as socket:
            for name in ("one", "two"):
                await socket.subscribe(name, FOLLOW, id=identity)
                message = await socket.hear()
            (error,) = message["payload"]["errors"]
            assert (message["id"], error["extensions"]["code"]) == ("two", "DATABASE_BUSY")
            await socket.subscribe("three", "{ __typename }", unused=[0] * 5_001)
            while (message := await socket.hear())["id"] != "three":
                pass
            assert message["payload"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_a_watcher_is_told_the_end_through_a_lost_connection(graph: Graph) -> None:
    identity = await asked(graph)
    async with served(graph.app) as port, acknowledged(port) as socket:
        await socket.subscribe("job", FOLLOW, id=identity)
        await socket.hear()
        await graph.owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = 'residency_reader'"
        )
        await play(graph)
        while (message := await socket.hear())["type"] == "next":
            last = message["payload"]["data"]["jobProgress"]["status"]
        assert (message["type"], last) == ("complete", "SUCCEEDED")


BREACHES: list[tuple[list[str | bytes], int]] = [
    (['{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}}'], 4401),
    (["no JSON"], 4400),
    (["[]"], 4400),
    (['{"type": "what"}'], 4400),
    ([b"bytes"], 4400),
    (['{"type": "connection_init"}'] * 2, 4429),
    (['{"type": "connection_init"}', '{"type": "subscribe", "id": 1, "payload": {}}'], 4400),
    (['{"type": "ping", "payload": "' + "x" * 1_000_001 + '"}'], 1009),
]


async def test_breaches_of_the_protocol_close_the_socket(graph: Graph) -> None:
    async with served(graph.app) as port:
        for messages, code in BREACHES:
            async with opened(port) as socket:
                for message in messages:
                    await socket.connection.send(message)
                assert await socket.close_code() == code, messages[-1][:40]


async def test_sockets_of_other_protocols_and_pages_are_closed(graph: Graph) -> None:
    async with served(graph.app) as port:
        async with opened(port, protocol="graphql-ws") as socket:
            assert await socket.close_code() == 4406
        with pytest.raises(InvalidStatus, match="403"):
            async with opened(port, origin="https://elsewhere.example"):
                pass
        for origin in (f"http://127.0.0.1:{port}", "http://localhost:5173"):
            async with acknowledged(port, origin=origin) as socket:
                await socket.say(type="ping")
                assert await socket.hear() == {"type": "pong"}


async def test_requests_that_cannot_run_are_errors_of_their_own(graph: Graph) -> None:
    async with served(graph.app) as port, acknowledged(port) as socket:
        for query, code in (
            ("{ wrong }", "GRAPHQL_VALIDATION_FAILED"),
            ("{", "GRAPHQL_PARSE_FAILED"),
            ("", "BAD_REQUEST"),
        ):
            await socket.subscribe("1", query)
            message = await socket.hear()
            assert (message["id"], message["type"]) == ("1", "error")
            assert message["payload"][0]["extensions"]["code"] == code
            await asyncio.sleep(0)
        identity = await asked(graph)
        for _ in range(2):
            await socket.subscribe("2", FOLLOW, id=identity)
        assert await socket.close_code() == 4409


async def test_a_subscription_over_plain_http_is_told_the_way(graph: Graph) -> None:
    response = await graph.raw(FOLLOW, {"id": "x"})
    assert response.status_code == 406
    assert "text/event-stream" in response.json()["errors"][0]["message"]
