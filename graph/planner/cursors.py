"""Keyset cursors: opaque, signed, pinned to a data version and to what they were made for.

A cursor holds the values of the order keys of a row. The statement gives them as JSON between
marks, and Python signs them here: the secret never reaches the database.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import datetime as dt
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from graph.errors import CursorInvalidError

SIGNATURE_BYTES: Final = 12
FINGERPRINT_BYTES: Final = 6
SECRET_BYTES: Final = 32
TAG_BYTES: Final = 16
FORMAT: Final = b"1"
EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position between rows.

    ``fingerprint`` stands for the field, its filter and its order; ``keys`` are JSON values.
    """

    fingerprint: bytes
    version: int
    published_at: dt.datetime
    keys: tuple[Any, ...]


def load_secret(path: Path) -> bytes:
    """Return the secret in a file of the data folder, made on first use.

    Processes that share the folder share the secret, so cursors outlive a restart.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(secrets.token_bytes(SECRET_BYTES))
        with contextlib.suppress(FileExistsError):  # another process was faster: its secret holds
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes()


class CursorSigner:
    """Makes and reads cursors."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def fingerprint(self, *parts: Any) -> bytes:
        """Return a short hash of what a cursor is made for (JSON-like values)."""
        text = orjson.dumps(parts, default=str, option=orjson.OPT_SORT_KEYS)
        return hashlib.blake2b(text, digest_size=FINGERPRINT_BYTES).hexdigest().encode()

    def digest(self, *parts: Any) -> str:
        """Return a hash of JSON-like values that only holders of the secret can make."""
        text = orjson.dumps(parts, default=str, option=orjson.OPT_SORT_KEYS)
        return hashlib.blake2b(text, digest_size=TAG_BYTES, key=self._secret).hexdigest()

    def sign(self, fingerprint: bytes, payload: bytes) -> bytes:
        """Return the token of a payload ``version|microseconds|[keys]`` from a statement."""
        text = b"|".join((FORMAT, fingerprint, payload))
        return base64.urlsafe_b64encode(self._signature(text) + text).rstrip(b"=")

    def read(self, token: str, argument: str) -> Cursor:
        """Return what a token holds.

        Raises:
            CursorInvalidError: the token is not one that this graph signed.
        """
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise self._foreign(argument) from None
        signature, text = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(text)):
            raise self._foreign(argument)
        _, fingerprint, version, published, keys = text.split(b"|", 4)
        return Cursor(
            fingerprint,
            int(version),
            EPOCH + dt.timedelta(microseconds=int(published)),
            tuple(orjson.loads(keys)),
        )

    def _signature(self, text: bytes) -> bytes:
        return hmac.digest(self._secret, text, "sha256")[:SIGNATURE_BYTES]

    @staticmethod
    def _foreign(argument: str) -> CursorInvalidError:
        return CursorInvalidError(
            f"Argument '{argument}' is no cursor of this graph. Pass the 'cursor' of an edge, or"
            " 'startCursor' or 'endCursor' of 'pageInfo', unchanged."
        )
