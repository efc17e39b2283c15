"""Stored simulations as files: ``/simulations/12.html``, ``.json`` and ``.csv.zip``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import orjson
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, Response

from graph.services import Services
from simulation.report import report
from simulation.stored_export import about, archive_of, document_of
from warehouse.queries import simulations
from warehouse.queries.simulations import Stored


def _html(stored: Stored) -> bytes:
    assert stored.results is not None
    return report(about(stored.row), stored.results).encode()


def _json(stored: Stored) -> bytes:
    return orjson.dumps(document_of(stored), option=orjson.OPT_INDENT_2, default=str)


def _csv(stored: Stored) -> bytes:
    assert stored.results is not None
    return archive_of(stored.results)


FORMS: Final[dict[str, tuple[Callable[[Stored], bytes], str]]] = {
    "html": (_html, "text/html; charset=utf-8"),
    "json": (_json, "application/json"),
    "csv.zip": (_csv, "application/zip"),
}
"""By the ending of the path: what writes it, and its media type."""


def add_exports(app: FastAPI, services: Services) -> None:
    """Add the paths of stored simulations."""

    @app.api_route("/simulations/{name}", methods=["GET", "HEAD"], response_class=Response)
    async def export(name: str) -> Response:
        """Return a simulation as a file."""
        number, _, ending = name.partition(".")
        if not number.isdecimal() or len(number) > 9 or ending not in FORMS:
            endings = ", ".join(f".{one}" for one in FORMS)
            return _told(
                404, f"There is no such file. Ask for /simulations/<number> with {endings}."
            )
        async with services.reading() as connection:
            stored = await simulations.read(connection, int(number), matches=ending == "csv.zip")
        if stored is None:
            return _told(
                404, f"There is no simulation {number}. 'simulations' lists those there are."
            )
        if stored.results is None:
            return _told(
                409, f"Simulation {number} is {stored.row['status']}. Wait until it succeeds."
            )
        write, media_type = FORMS[ending]
        body = await asyncio.to_thread(write, stored)
        headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
        if ending == "csv.zip":
            headers["Content-Disposition"] = f'attachment; filename="simulation-{number}.csv.zip"'
        return Response(body, media_type=media_type, headers=headers)


def _told(status: int, words: str) -> Response:
    return PlainTextResponse(f"{words}\n", status_code=status)
