"""Which web pages of other origins may read the graph.

Pages from the reader's own machine always may, so that a development server needs no setting;
others where ``RESIDENCY_ALLOWED_ORIGINS`` names them. No cookie or other credential is ever taken
from a page of another origin.
"""

from __future__ import annotations

from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

THIS_MACHINE: Final = (
    r"https?://(localhost|([a-z0-9-]+\.)+localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?"
)
READABLE: Final = ("ETag", "Retry-After", "Server-Timing", "X-Request-Id")
"""Headers of answers that such a page may read, beside those that it always may."""
REMEMBERED_SECONDS: Final = 600


def crossing(app: ASGIApp, allowed_origins: str) -> CORSMiddleware:
    """Return the application for requests with an ``Origin``.

    Args:
        app: Answers what is allowed.
        allowed_origins: Origins, separated by commas; ``*`` for all.
    """
    return CORSMiddleware(
        app,
        allow_origins=[o.strip().rstrip("/") for o in allowed_origins.split(",") if o.strip()],
        allow_origin_regex=THIS_MACHINE,
        allow_methods=("GET", "HEAD", "POST"),
        allow_headers=("*",),
        expose_headers=READABLE,
        max_age=REMEMBERED_SECONDS,
    )
