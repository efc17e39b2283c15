"""Models of sentence-transformers from a local folder; nothing is downloaded.

An optional extra: ``pip install residency-graph[sentence-transformers]``.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from warehouse.errors import EmbedderSettingsError


class LocalEmbeddings(Embeddings):
    """LangChain's interface over a model in a folder.

    Args:
        folder: Of the model, as sentence-transformers saves it.
        dimensions: To which vectors are cut; None leaves them as long as they are.

    Raises:
        EmbedderSettingsError: the extra is not installed, or the folder holds no model.
    """

    def __init__(self, folder: Path, dimensions: int | None) -> None:
        try:
            package = importlib.import_module("sentence_transformers")
        except ModuleNotFoundError as error:
            raise EmbedderSettingsError(
                "the package sentence-transformers is not installed",
                remedy="install residency-graph[sentence-transformers], or choose another"
                " RESIDENCY_EMBEDDINGS_PROVIDER",
            ) from error
        try:
            self._model: Any = package.SentenceTransformer(
                str(folder), local_files_only=True, truncate_dim=dimensions
            )
        except (OSError, ValueError, KeyError) as error:
            raise EmbedderSettingsError(
                f"the folder {folder} holds no model that can be read ({type(error).__name__})",
                remedy="set RESIDENCY_EMBEDDINGS_MODEL to the folder of a sentence-transformers"
                " model",
            ) from error

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text."""
        vectors: list[list[float]] = self._model.encode(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a text."""
        return self.embed_documents([text])[0]
