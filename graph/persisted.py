"""Documents that clients name instead of sending them: trusted ones, and those seen before.

Trusted documents come from files that the clients' builds write (``RESIDENCY_TRUSTED_DOCUMENTS``)
and are asked for by their identifier: ``documentId`` of the GraphQL-over-HTTP draft, or the hash
of Apollo's ``extensions.persistedQuery``. Where ``RESIDENCY_TRUSTED_ONLY`` is set, nothing else
runs. Automatic persisted queries (Apollo's protocol) keep any valid document under its SHA-256;
the cache is bounded, and a client whose document has gone sends it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from graph.errors import (
    DocumentNotFoundError,
    DocumentNotTrustedError,
    RequestError,
    TrustedDocumentsError,
)
from graph.planner.cache import BoundedCache
from graph.protocol import GraphQLRequest

MOST_SEEN: Final = 2_000
MOST_CHARACTERS: Final = 8_000_000
SHA256: Final = "sha256:"
APOLLO_FORMAT: Final = "apollo-persisted-query-manifest"
NOT_FOUND: Final = "PersistedQueryNotFound"
"""The words by which older Apollo and urql clients know that they have to send the document."""
SUFFIXES: Final = frozenset({".graphql", ".gql"})


def sha256_of(text: str) -> str:
    """Return the SHA-256 of a document's text in UTF-8, in lower-case hexadecimals."""
    return hashlib.sha256(text.encode()).hexdigest()


class PersistedDocuments:
    """Documents by identifier.

    Args:
        trusted: Identifier to text (see :func:`load_trusted`).
        only_trusted: Whether nothing else runs.
    """

    def __init__(
        self, trusted: Mapping[str, str] | None = None, *, only_trusted: bool = False
    ) -> None:
        self.only_trusted = only_trusted
        self.trusted = dict(trusted or {})
        self.trusted |= {sha256_of(text): text for text in self.trusted.values()}
        self._texts = frozenset(self.trusted.values())
        self.seen: BoundedCache[str, str] = BoundedCache(MOST_SEEN, MOST_CHARACTERS)

    def text(self, request: GraphQLRequest) -> str:
        """Return the document of a request.

        Raises:
            DocumentNotFoundError: nothing is kept under its identifier.
            DocumentNotTrustedError: only trusted documents run, and it is none.
            RequestError: its hash is not that of its document.
        """
        if request.document_id is not None:
            return self._by_id(request.document_id)
        if request.sha256 is None or request.query:
            return self._sent(request)
        found = self._find(request.sha256)
        if found is None:
            raise self._not_trusted() if self.only_trusted else DocumentNotFoundError(NOT_FOUND)
        return found

    def keep(self, request: GraphQLRequest) -> None:
        """Keep the valid document of a request that registers it."""
        if request.sha256 and request.query and request.sha256 not in self.trusted:
            self.seen.put(request.sha256, request.query, len(request.query))

    def _sent(self, request: GraphQLRequest) -> str:
        if self.only_trusted and request.query not in self._texts:
            raise self._not_trusted()
        is_known = request.sha256 is None or self._find(request.sha256) == request.query
        if not is_known and sha256_of(request.query) != request.sha256:
            raise RequestError(
                400,
                "'extensions.persistedQuery.sha256Hash' is not the SHA-256 of 'query'. Hash the"
                " text that you send, in UTF-8.",
            )
        return request.query

    def _by_id(self, identifier: str) -> str:
        found = self.trusted.get(identifier)
        if found is None and identifier.startswith(SHA256):
            found = self._find(identifier.removeprefix(SHA256))
        if found is None and self.only_trusted:
            raise self._not_trusted()
        if found is None:
            raise DocumentNotFoundError(
                "No document is kept under this 'documentId'. Add it to the trusted documents of"
                " the server, or send its text in 'query'."
            )
        return found

    def _find(self, sha256: str) -> str | None:
        return self.trusted.get(sha256) or (None if self.only_trusted else self.seen.get(sha256))

    @staticmethod
    def _not_trusted() -> DocumentNotTrustedError:
        return DocumentNotTrustedError(
            "This server runs trusted documents only, and this is none. Ask for one of them by"
            " 'documentId', or add the document to the list and start the server again."
        )


def load_trusted(path: Path) -> dict[str, str]:
    """Return the trusted documents of a file, or of all files of a folder: identifier to text.

    JSON files are manifests as Apollo's generate-persisted-query-manifest, the Relay compiler and
    graphql-codegen write them. The text of a ``.graphql`` file is a document; its name without
    the ending is its identifier. The SHA-256 of a text is always one.

    Raises:
        TrustedDocumentsError: a file cannot be read or has none of these forms, or two documents
            have the same identifier.
    """
    found: dict[str, str] = {}
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.suffix not in {".json", *SUFFIXES}:
            continue
        for identifier, text in _documents_in(file):
            if found.setdefault(identifier, text) != text:
                raise TrustedDocumentsError(
                    f"{file}: another document has the identifier {identifier!r} too",
                    remedy="give each document an identifier of its own",
                )
    if not found:
        raise TrustedDocumentsError(
            f"{path} holds no trusted document",
            remedy="set RESIDENCY_TRUSTED_DOCUMENTS to a manifest, or to a folder with manifests"
            " or .graphql files",
        )
    return found


def _documents_in(file: Path) -> Iterator[tuple[str, str]]:
    try:
        text = file.read_text(encoding="utf-8")
        if file.suffix in SUFFIXES:
            yield file.stem, text
            return
        manifest = orjson.loads(text)
    except (OSError, ValueError) as error:
        raise TrustedDocumentsError(
            f"{file} cannot be read: {error}", remedy="write it anew"
        ) from None
    for identifier, document in _entries(manifest):
        if not isinstance(identifier, str) or not isinstance(document, str):
            raise TrustedDocumentsError(
                f"{file} is no manifest of documents",
                remedy="use the file that your client's build writes: a JSON object from"
                " identifiers to documents, or Apollo's manifest",
            )
        yield identifier, document


def _entries(manifest: Any) -> Iterator[tuple[Any, Any]]:
    """Give what should be identifiers and texts."""
    if not isinstance(manifest, dict):
        yield None, None
    elif manifest.get("format") == APOLLO_FORMAT:
        operations = manifest.get("operations")
        for entry in operations if isinstance(operations, list) else [None]:
            yield (entry.get("id"), entry.get("body")) if isinstance(entry, dict) else (None, None)
    else:
        yield from manifest.items()
