"""Passwords as PostgreSQL stores them, so that none is ever sent, or logged, in the clear."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata

ITERATIONS = 4096
"""PostgreSQL's own number of rounds."""


def scram_verifier(password: str) -> str:
    """Return the SCRAM-SHA-256 verifier of ``password`` for ``ALTER ROLE … PASSWORD``.

    RFC 5803, as PostgreSQL writes it. The password is normalised (NFKC) as clients do.
    """
    salt = secrets.token_bytes(16)
    secret = unicodedata.normalize("NFKC", password).encode()
    salted = hashlib.pbkdf2_hmac("sha256", secret, salt, ITERATIONS)
    client = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt_, client_, server_ = (base64.b64encode(part).decode() for part in (salt, client, server))
    return f"SCRAM-SHA-256${ITERATIONS}:{salt_}${client_}:{server_}"
