"""The application: the graph at /graphql, and what operators ask for beside it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import Receive, Scope, Send

from graph.auth import Gate
from graph.crossing import crossing
from graph.errors import TrustedDocumentsError
from graph.exports import add_exports
from graph.http import GraphFront
from graph.ide.examples import WELCOME, example_queries
from graph.ide.mount import ASSET_BASE, mount
from graph.ide.page import PAGE_HEADERS, graphiql_page
from graph.persisted import PersistedDocuments, load_trusted
from graph.planner.cursors import CursorSigner, load_secret
from graph.protocol import header
from graph.schema import build_schema, sdl
from graph.services import Services
from simulation.warming import Warming
from warehouse.errors import WarehouseError
from warehouse.reader import Reader
from warehouse.settings import Settings, get_settings

ENDPOINT: Final = "/graphql"
PATHS: Final = frozenset({ENDPOINT, ENDPOINT + "/"})
READY_SECONDS: Final = 5
"""Longest time until /readyz says that the database does not answer."""
TITLE: Final = "Residency Graph"
STATE_SQL: Final = """
SELECT convert_to(COALESCE((
  SELECT concat_ws(' ', number, is_sample::text, match_iteration_id, (
    SELECT string_agg(id, ' ') FROM (
      SELECT program_stream_id::text id FROM core.dim_program
      WHERE is_current AND match_iteration_id = v.match_iteration_id
      ORDER BY program_stream_id LIMIT 2) p))
  FROM ops.data_version v ORDER BY number DESC LIMIT 1), ''), 'UTF8')
"""


class GraphApplication(FastAPI):
    """FastAPI, with the graph ahead of its routing and middleware."""

    front: GraphFront
    crossing: CORSMiddleware

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer requests; those that pages send go by the rules for pages of other origins."""
        if scope["type"] == "http" and header(scope, b"origin"):
            await self.crossing(scope, receive, send)
        else:
            await self.dispatch(scope, receive, send)

    async def dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the graph's path directly and leave all others to FastAPI."""
        if scope["type"] == "http" and scope["path"] in PATHS:
            await self.front(scope, receive, send)
        elif scope["type"] == "websocket" and scope["path"] in PATHS:
            await self._socket(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a WebSocket, unless a page of an origin that may not read the graph opens it."""
        origin = header(scope, b"origin")
        own = f"//{header(scope, b'host')}"
        if origin and not origin.endswith(own) and not self.crossing.is_allowed_origin(origin):
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": "Forbidden"})
            return
        await self.front.socket(scope, receive, send)


def create_app(
    settings: Settings | None = None,
    *,
    reader: Reader | None = None,
    warming: Warming | None = None,
) -> FastAPI:
    """Return the application.

    Args:
        settings: Where the database is, and where the secret of cursors is kept.
        reader: Read connections of the caller's own; by default the application opens and closes
            its own.
        warming: What compiles the match engine; simulations are jobs until it is done.

    Raises:
        TrustedDocumentsError: the trusted documents that the settings name cannot be read.
    """
    chosen = settings or get_settings()
    database = reader or Reader(chosen)
    services = Services(chosen, database, warming)
    app = GraphApplication(
        title=TITLE, docs_url=None, redoc_url=None, openapi_url=None,
        lifespan=_lifespan(database, services, is_ours=reader is None),
    )  # fmt: skip
    signer = CursorSigner(load_secret(chosen.data_dir.expanduser() / "cursor.key"))
    app.front = GraphFront(
        build_schema(),
        database,
        signer,
        page=_ide(database),
        persisted=_persisted(chosen),
        most_cost=chosen.max_cost,
        services=services,
        gate=Gate(chosen),
    )
    app.crossing = crossing(app.dispatch, chosen.allowed_origins)
    mount(app)
    _add_operator_routes(app, database)
    add_exports(app, services)
    return app


def _persisted(settings: Settings) -> PersistedDocuments:
    path = settings.trusted_documents
    if path is None and settings.trusted_only:
        raise TrustedDocumentsError(
            "RESIDENCY_TRUSTED_ONLY is set, but there are no trusted documents",
            remedy="name them in RESIDENCY_TRUSTED_DOCUMENTS",
        )
    trusted = load_trusted(path.expanduser()) if path is not None else {}
    return PersistedDocuments(trusted, only_trusted=settings.trusted_only)


def _lifespan(
    reader: Reader, services: Services, *, is_ours: bool
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        # What exists now stays for good. Left to the collector, a request that allocates much
        # would now and then wait a tenth of a second for it to look through all of that.
        gc.collect()
        gc.freeze()
        yield
        await services.close()
        if is_ours:
            await reader.close()

    return lifespan


async def state(reader: Reader) -> list[str]:
    """Return number, is_sample, iteration and two program ids of the newest version; [] if none."""
    found: bytes = await reader.fetch_value(STATE_SQL)
    return found.decode().split()


def _ide(reader: Reader) -> Callable[[Scope, Receive, Send], Any]:
    async def send_page(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            found = await state(reader)
        except WarehouseError:
            found = []  # the page opens all the same; its queries will say what is wrong
        is_sample = len(found) > 1 and found[1] in {"t", "true"}
        iteration, *programs = map(int, found[2:] if len(found) > 3 else ("1503", "27447"))
        page = graphiql_page(
            endpoint=ENDPOINT,
            asset_base=ASSET_BASE,
            is_sample=is_sample,
            welcome=WELCOME,
            examples=example_queries(iteration, programs),
        )
        await HTMLResponse(page, headers=PAGE_HEADERS)(scope, receive, send)

    return send_page


def _add_operator_routes(app: GraphApplication, reader: Reader) -> None:
    def route(path: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return app.api_route(path, methods=["GET", "HEAD"], response_class=PlainTextResponse)

    @route("/")
    async def root() -> RedirectResponse:
        """Lead people to the graph."""
        return RedirectResponse(ENDPOINT)

    @route("/healthz")
    async def healthz() -> str:
        """Say that the process runs."""
        return "ok\n"

    @route("/readyz")
    async def readyz() -> PlainTextResponse:
        """Say whether the database answers and a data version is published."""
        problem, version = await _readiness(reader)
        if problem:
            return PlainTextResponse(f"not ready: {problem}\n", status_code=503)
        return PlainTextResponse(f"ready: data version {version}\n")

    @route("/schema.graphql")
    async def schema() -> str:
        """Return the SDL."""
        return sdl()

    @route("/metrics")
    async def metrics() -> PlainTextResponse:
        """Return the counters."""
        return PlainTextResponse(
            app.front.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8"
        )


async def _readiness(reader: Reader) -> tuple[str, str]:
    """Return what keeps the graph from answering, empty if nothing does, and the data version."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            found = await state(reader)
    except TimeoutError:
        return f"the database has not answered within {READY_SECONDS} seconds.", ""
    except WarehouseError as error:
        return str(error), ""
    if not found:
        return "no data version is published. Load the program files: residency load", ""
    return "", found[0]
