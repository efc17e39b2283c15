"""The page of the in-browser IDE: GraphiQL with our examples, and nothing from elsewhere."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from html import escape
from textwrap import wrap
from typing import Any

from graph.ide.examples import Example
from graph.ide.lock import AssetLock, read_lock

SAMPLE_NOTICE = "Sample data: generated, not real programs."
COMMENT_WIDTH = 36  # what the editor shows on a small laptop beside the panel and the answer
# What only a header can say; the rest of the policy stands in the page itself.
PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_ICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>"
    "<rect width='32' height='32' rx='7' fill='#0a75ad'/>"
    "<g stroke='white' stroke-width='2' fill='none'><path d='M9 22 16 9l7 13z'/></g>"
    "<g fill='white'><circle cx='16' cy='9' r='3.4'/><circle cx='9' cy='22' r='3.4'/>"
    "<circle cx='23' cy='22' r='3.4'/></g></svg>"
)
_TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="{icon}">
<link rel="stylesheet" href="{style}" integrity="{style_hash}" nonce="{nonce}">
<style nonce="{nonce}">
html, body, #graphiql {{ height: 100%; margin: 0; }}
body {{ background: #fff; color: #3b4b68; font: 15px/1.5 system-ui, sans-serif; overflow: hidden; }}
.residency-loading {{ padding: 48px; max-width: 640px; }}
.residency-late {{ animation: residency-late 0s 4s both; }}
@keyframes residency-late {{ from {{ visibility: hidden; }} to {{ visibility: visible; }} }}
@media (prefers-color-scheme: dark) {{
  body:not(.graphiql-light) {{ background: #212a3b; color: #b7c2d7; }}
}}
</style>
</head>
<body>
<div id="graphiql"><div class="residency-loading">
<p>Loading GraphiQL …</p>
<noscript><p>GraphiQL needs JavaScript; the graph itself, at <code>{endpoint}</code>, does not.</p>
</noscript>
<p class="residency-late">Should this text stay, the assets are missing: run
<code>python -m graph.ide.assets</code> on the server and load this page again.</p>
</div></div>
<script type="application/json" id="residency-config">{config}</script>
<script type="module" src="{script}" integrity="{script_hash}" nonce="{nonce}"></script>
</body>
</html>
"""


def graphiql_page(
    *,
    endpoint: str,
    asset_base: str,
    is_sample: bool,
    welcome: str,
    examples: Sequence[Example],
) -> str:
    """Return the HTML of the IDE; send it with PAGE_HEADERS.

    Args:
        endpoint: Path or address of the graph, on the same origin.
        asset_base: Path under which mount() serves the assets.
        is_sample: Whether the data are the generated sample; the page then says so, always.
        welcome: Paragraphs of guidance, separated by empty lines, code in backticks. The first
            also stands above the first query, all of them in the panel, around the examples.
        examples: Queries that the panel of examples opens in tabs, the first already open.

    Raises:
        LockError: The lock of the assets cannot be read.
    """
    lock = read_lock()
    base = asset_base.rstrip("/")
    nonce = secrets.token_urlsafe(18)
    script, style = lock.role("script"), lock.role("style")
    config = _config(endpoint, base, is_sample, welcome, examples, lock)
    return _TEMPLATE.format(
        policy=escape(_policy(nonce)),
        title="Residency Graph (sample data)" if is_sample else "Residency Graph",
        icon=escape("data:image/svg+xml," + _ICON.replace("#", "%23").replace("<", "%3C")),
        style=escape(f"{base}/{style.name}"),
        style_hash=style.integrity,
        script=escape(f"{base}/{script.name}"),
        script_hash=script.integrity,
        endpoint=escape(endpoint),
        nonce=nonce,
        # Within a script element only "<" could end it, so none is left as it is.
        config=json.dumps(config, ensure_ascii=False).replace("<", "\\u003c"),
    )


def _policy(nonce: str) -> str:
    """Return the page's content security policy: this origin, and no script but the page's own."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            f"style-src-elem 'self' 'nonce-{nonce}'",
            "style-src-attr 'unsafe-inline'",  # the editor places its lines with style attributes
            "font-src 'self' data:",
            "img-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _config(
    endpoint: str,
    base: str,
    is_sample: bool,
    welcome: str,
    examples: Sequence[Example],
    lock: AssetLock,
) -> dict[str, Any]:
    """Return what ``bundle/config.js`` hands to the page."""
    notice = SAMPLE_NOTICE if is_sample else None
    guide = [" ".join(paragraph.split()) for paragraph in welcome.split("\n\n")]
    first = examples[0]
    return {
        "endpoint": endpoint,
        "storageKey": "sample" if is_sample else "published",
        "notice": notice,
        "guide": guide,
        "tabs": [
            {"query": _greeting(notice, welcome) + first.query, "variables": first.variables_json}
        ],
        "examples": [
            {
                "title": e.title,
                "description": e.description,
                "query": e.query,
                "variables": e.variables_json,
            }
            for e in examples
        ],
        "workers": {
            kind: f"{base}/{lock.role(f'worker:{kind}').name}"
            for kind in ("editor", "graphql", "json")
        },
    }


def _greeting(notice: str | None, welcome: str) -> str:
    """Return the comments above the first query: the name, the notice and the first paragraph."""
    opening = welcome.split("\n\n", maxsplit=1)[0].replace("`", "")
    paragraphs = ("Residency Graph", *([notice] if notice else []), opening)
    blocks = ("".join(f"# {line}\n" for line in wrap(text, COMMENT_WIDTH)) for text in paragraphs)
    return "#\n".join(blocks) + "\n"
