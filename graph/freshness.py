"""ETags: an answer to a GET can be asked for again at the price of one index look-up.

The tag of an answer is a keyed hash of the data version that its statement read, of who asked,
of the request, and of everything of this program that shapes answers (the schema, the package's
own code, the greatest cost). The statement itself returns the version beside the data, from the
snapshot that both were read in, so that a tag cannot name a version that a load published in
between.

Before a request with a tag runs its statement, the newest version is read. Only if the request's
tag for that version is the one that the client holds, the client's copy is the answer (304).
The version is asked of the database, not kept here and refreshed by NOTIFY on
``warehouse.queries.publishing.PUBLISHED_CHANNEL``: notices arrive a moment after the commit, and
several processes would hear them at different times, so that a client could see new data from one
process and have its old copy confirmed by the next. The look-up takes some 50 microseconds in the
server, and there is no connection to keep, lose and make good for.

Tags are weak: the same answer may travel compressed. Only answers that depend on published data
alone have one (see :func:`graph.planner.plan.is_published`), and none with errors.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any, Final

from graph.planner.cursors import CursorSigner
from graph.protocol import Header

CACHED: Final[Header] = (b"cache-control", b"no-cache")
"""Keep it, but ask each time whether it still holds: nobody knows when the next load is."""
NOT_KEPT: Final[Header] = (b"cache-control", b"no-store")
DIFFERS_BY: Final = "Accept, Accept-Encoding"
_TAG: Final = re.compile(r'"([^"]*)"')


class Freshness:
    """Makes and compares the tags of answers.

    Args:
        signer: Its secret keys the hashes: cursors in an answer hold as long as its tag.
        surroundings: What shapes answers beside data and requests.
    """

    def __init__(self, signer: CursorSigner, *surroundings: Any) -> None:
        self._signer = signer
        self._surroundings = signer.digest(code(), *surroundings)

    def tag(self, data_version: bytes, role: str, *request: Any) -> str:
        """Return the tag, without quotes, of an answer read from a data version."""
        return self._signer.digest(self._surroundings, data_version.decode(), role, *request)


def code() -> str:
    """Return the hash of this package's code: an answer made by other code has another tag."""
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def entity_tag(tag: str) -> Header:
    """Return the header of an answer with a tag."""
    return (b"etag", f'W/"{tag}"'.encode())


def named_in(if_none_match: str) -> set[str]:
    """Return the tags that a client holds; weak and strong ones compare the same."""
    return set(_TAG.findall(if_none_match))
