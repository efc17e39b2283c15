"""Embedders behind LangChain's ``Embeddings``: which is configured, and what its answers must be.

Nothing here imports LangChain or a model before an embedder is opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import numpy as np

from warehouse.errors import EmbedderAnswerError, EmbedderSettingsError
from warehouse.settings import Settings

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from warehouse.search.corpus import Fit

CORPUS: Final = "corpus"
OPENAI: Final = "openai"
SENTENCE_TRANSFORMERS: Final = "sentence-transformers"
LEAST_LENGTH: Final = 1e-6
"""A vector that is shorter says nothing."""
PROBE: Final = "residency"
"""A text that is embedded to learn how long an endpoint's vectors are."""


def configured(settings: Settings) -> dict[str, Any]:
    """Return what the vectors of the configured embedder depend on, without secrets.

    Raises:
        EmbedderSettingsError: something is missing.
    """
    match settings.embeddings_provider:
        case "corpus":
            return {"provider": CORPUS, "dimensions": settings.embeddings_dimensions or 256}
        case "openai":
            return {
                "provider": OPENAI,
                "model": _model(settings),
                "endpoint": _endpoint(settings.embeddings_base_url),
                "dimensions": settings.embeddings_dimensions,
            }
        case "sentence-transformers":
            folder = _folder(settings)
            return {
                "provider": SENTENCE_TRANSFORMERS,
                "model": folder.name,
                "sha256": _digest(folder),
                "dimensions": settings.embeddings_dimensions,
            }


def _model(settings: Settings) -> str:
    if settings.embeddings_model is None:
        raise EmbedderSettingsError(
            f"the embedder {settings.embeddings_provider} needs the name of a model",
            remedy="set RESIDENCY_EMBEDDINGS_MODEL",
        )
    return settings.embeddings_model


def _endpoint(base_url: str | None) -> str | None:
    """Return the address without user and password."""
    if base_url is None:
        return None
    parts = urlsplit(base_url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _folder(settings: Settings) -> Path:
    folder = Path(_model(settings)).expanduser()
    if not folder.is_dir():
        raise EmbedderSettingsError(
            f"there is no folder {folder} with a model: models are never downloaded",
            remedy="set RESIDENCY_EMBEDDINGS_MODEL to the folder of a sentence-transformers model",
        )
    return folder


def _digest(folder: Path) -> str:
    """Return a digest over the names and contents of a model's files."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.relative_to(folder)} {content}\n".encode())
    return digest.hexdigest()


def in_words(wanted: dict[str, Any]) -> str:
    """Return an embedder's settings in words."""
    if wanted["provider"] == CORPUS:
        return "fitted on the passages (TF-IDF and truncated SVD)"
    where = f" at {wanted['endpoint']}" if wanted.get("endpoint") else ""
    return f"{wanted['provider']} {wanted['model']}{where}"


def open_embeddings(wanted: dict[str, Any], settings: Settings, fit: Fit | None) -> Embeddings:
    """Return LangChain's ``Embeddings`` for an index version (imports it; may take seconds).

    Args:
        wanted: What :func:`configured` returned when the version was made.
        settings: Gives keys, addresses, time limits and retries.
        fit: Of the index version, where it has one.

    Raises:
        EmbedderSettingsError: the embedder is not installed, or misconfigured.
    """
    if wanted["provider"] == CORPUS:
        from warehouse.search.corpus import CorpusEmbeddings

        assert fit is not None, "an index version of the corpus-fitted embedder has its fit"
        return CorpusEmbeddings(fit)
    if wanted["provider"] == OPENAI:
        from warehouse.search.endpoint import EndpointEmbeddings

        name = f"the embedder {in_words(wanted)}"
        return EndpointEmbeddings(name, wanted["model"], wanted["dimensions"], settings)
    from warehouse.search.local_models import LocalEmbeddings

    return LocalEmbeddings(_folder(settings), wanted["dimensions"])


@dataclass(frozen=True)
class Embedder:
    """An opened embedder that gives checked vectors.

    Attributes:
        name: What it is, for messages.
        dimensions: How long its vectors are; None before the first answer.
    """

    name: str
    dimensions: int | None
    embeddings: Embeddings
    may_know_nothing: bool = False
    """Whether a vector of zeros is an answer: the text has no word that it knows."""

    async def embed(self, texts: Sequence[str]) -> list[list[float] | None]:
        """Return a vector of length 1 for each text; None where it knows none of its words.

        Raises:
            EmbedderUnavailableError: no answer, after every retry.
            EmbedderSettingsError: an endpoint refuses key, model or request.
            EmbedderAnswerError: the answer is not what was asked for.
        """
        answer = await self.embeddings.aembed_documents(list(texts))
        return self._checked(answer, len(texts))

    def _strange(self, what: str) -> EmbedderAnswerError:
        return EmbedderAnswerError(
            f"the answer of {self.name} {what}",
            remedy="see that the model is the one of the index version; the old index keeps"
            " serving",
        )

    def _checked(self, answer: Any, count: int) -> list[list[float] | None]:
        """Return the vectors of an answer, scaled to length 1."""
        try:
            vectors = np.asarray(answer, dtype=np.float64)
        except (ValueError, TypeError) as error:
            raise self._strange("is no list of vectors of equal length") from error
        if vectors.ndim != 2 or len(vectors) != count:
            raise self._strange(f"has not one vector for each of {count} texts")
        if self.dimensions is not None and vectors.shape[1] != self.dimensions:
            raise self._strange(
                f"has {vectors.shape[1]} dimensions, and the index version has {self.dimensions}"
            )
        if not np.isfinite(vectors).all():
            raise self._strange("holds numbers that are not finite")
        lengths = np.linalg.norm(vectors, axis=1)
        says_nothing = lengths < LEAST_LENGTH
        if says_nothing.any() and not self.may_know_nothing:
            raise self._strange("holds a vector of zeros")
        scaled = vectors / np.where(says_nothing, 1, lengths)[:, None]
        return [
            None if nothing else vector
            for vector, nothing in zip(scaled.tolist(), says_nothing.tolist(), strict=True)
        ]


def embedder(
    wanted: dict[str, Any], dimensions: int | None, settings: Settings, fit: Fit | None
) -> Embedder:
    """Open the embedder of an index version; see :func:`open_embeddings`."""
    name = f"the embedder {in_words(wanted)}"
    opened = open_embeddings(wanted, settings, fit)
    return Embedder(name, dimensions, opened, may_know_nothing=wanted["provider"] == CORPUS)


async def measured_dimensions(opened: Embedder) -> int:
    """Ask an embedder how long its vectors are; raises as :meth:`Embedder.embed` does."""
    (vector,) = await opened.embed([PROBE])
    assert vector is not None, "an embedder that may know nothing tells its dimensions"
    return len(vector)
