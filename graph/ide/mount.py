"""Serves the IDE's assets: pinned files only, each under a name that says its content."""

from __future__ import annotations

import logging
import os
from pathlib import PurePosixPath
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from graph.ide.lock import ASSETS, read_lock

ASSET_BASE: Final = "/graphql/assets"
# Not the system's table, which an installation may have changed: a browser runs a module only
# when its type is JavaScript.
CONTENT_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".ttf": "font/ttf",
}
HEADERS: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_log = logging.getLogger(__name__)


class PinnedFiles(StaticFiles):
    """The files that the lock names, cached for a year; anything else is not found."""

    def __init__(self, directory: str | os.PathLike[str] = ASSETS) -> None:
        super().__init__(directory=directory, check_dir=False)
        self._names = frozenset(asset.name for asset in read_lock().files)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file with its headers; raises HTTPException 404 for any other path."""
        if path not in self._names:
            raise HTTPException(status_code=404)
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        response.headers["Content-Type"] = CONTENT_TYPES[PurePosixPath(path).suffix]
        return response


def mount(app: Starlette, path: str = ASSET_BASE) -> None:
    """Serve the assets under ``path``; call it before a route that would take ``/graphql/…``.

    Missing files stop nothing but the IDE: they are logged, and the page says what to do.
    """
    if missing := read_lock().missing():
        _log.warning(
            "%d files of the in-browser IDE are missing (%s). Run: python -m graph.ide.assets",
            len(missing), missing[0],
        )  # fmt: skip
    app.mount(path, PinnedFiles(), name="ide-assets")
