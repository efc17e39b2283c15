"""Compressed answers, for clients that ask for them.

Levels were chosen by time on answers of this graph (a page of 50 programs with five relations,
167 kB; 100 programs with all their texts, 3.2 MB). Brotli at 3: 0.24 and 19 ms, to 4 and 20 % of
the size. gzip at 2: 0.25 and 31 ms, to 7 and 34 %; its higher levels take two to four times as
long for a fifth less. Brotli at 5 and above takes two to three times as long for a fifth less.
"""

from __future__ import annotations

import asyncio
import gzip
from typing import Final

import brotli

from graph.protocol import quality_of

LEAST_BYTES: Final = 1_024
"""Shorter answers fit into a packet or two as they are."""
MANY_BYTES: Final = 200_000
"""Longer answers are compressed in a thread, while the loop serves others."""
BROTLI_QUALITY: Final = 3
GZIP_LEVEL: Final = 2
CODINGS: Final = ("br", "gzip")
"""By preference, where the client has none."""


def coding(accept_encoding: str) -> str:
    """Return the coding of an answer, empty for none: the client's greatest weight, then ours."""
    weights: dict[str, float] = {}
    for item in accept_encoding.split(","):
        name, _, options = item.partition(";")
        weights[name.strip().lower()] = quality_of(options)
    others = weights.get("*", 0.0)
    best = max(CODINGS, key=lambda name: weights.get(name, others))
    return best if weights.get(best, others) > weights.get("identity", 0.0) else ""


async def compressed(body: bytes, chosen: str) -> bytes:
    """Return the body of an answer in a coding."""
    if len(body) < MANY_BYTES:
        return _compress(body, chosen)
    return await asyncio.to_thread(_compress, body, chosen)


def _compress(body: bytes, chosen: str) -> bytes:
    if chosen == "br":
        packed: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
        return packed
    return gzip.compress(body, GZIP_LEVEL, mtime=0)
