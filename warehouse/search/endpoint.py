"""OpenAI-compatible embedding endpoints, with errors in this program's words.

An error never quotes the endpoint's answer: it may hold a part of the key.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx
from langchain_core.embeddings import Embeddings
from langchain_openai import OpenAIEmbeddings
from openai import APIConnectionError, APIStatusError, OpenAIError
from pydantic import SecretStr

from warehouse.errors import EmbedderAnswerError, EmbedderSettingsError, EmbedderUnavailableError
from warehouse.settings import Settings

RETRIED: Final = frozenset({408, 409, 429})
"""HTTP statuses, besides 500 and above, after which the client tries again."""
NO_KEPT_CONNECTIONS: Final = httpx.Limits(max_keepalive_connections=0)
KEEPS_SERVING: Final = "the old index keeps serving"


class EndpointEmbeddings(Embeddings):
    """LangChain's ``OpenAIEmbeddings``; what goes wrong is an :class:`EmbedderError`.

    Without the length check it downloads no tokenizer, and sends texts instead of tokens, which
    is what compatible servers understand, as they do vectors that are written out as numbers.

    Args:
        name: What it is called in errors.
        model: Name of the model.
        dimensions: Asked for where not None.
        settings: Address, key, retries and time limit.
    """

    def __init__(self, name: str, model: str, dimensions: int | None, settings: Settings) -> None:
        self._name = name
        self._client = OpenAIEmbeddings(
            model=model,
            openai_api_base=settings.embeddings_base_url,
            openai_api_key=settings.embeddings_api_key or SecretStr("none"),
            dimensions=dimensions,
            check_embedding_ctx_length=False,
            chunk_size=settings.embeddings_batch,
            max_retries=settings.embeddings_retries,
            request_timeout=settings.embeddings_timeout_seconds,
            model_kwargs={"encoding_format": "float"},
            # A kept connection would belong to the event loop of the run that opened it.
            http_client=httpx.Client(limits=NO_KEPT_CONNECTIONS),
            http_async_client=httpx.AsyncClient(limits=NO_KEPT_CONNECTIONS),
        )

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text.

        Raises:
            EmbedderError: see :mod:`warehouse.errors`.
        """
        with in_our_words(self._name):
            return self._client.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a text; raises as :meth:`embed_documents` does."""
        return self.embed_documents([text])[0]

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text; raises as :meth:`embed_documents` does."""
        with in_our_words(self._name):
            return await self._client.aembed_documents(texts)

    async def aembed_query(self, text: str) -> list[float]:
        """Return the vector of a text; raises as :meth:`embed_documents` does."""
        return (await self.aembed_documents([text]))[0]


@contextmanager
def in_our_words(name: str) -> Iterator[None]:
    """Turn what the client raises into an :class:`EmbedderError`."""
    try:
        yield
    except APIStatusError as error:
        raise refusal(name, error.status_code) from error
    except APIConnectionError as error:
        raise EmbedderUnavailableError(
            f"{name} gives no answer ({type(error).__name__})",
            remedy="see that it runs and that RESIDENCY_EMBEDDINGS_BASE_URL is right;"
            f" {KEEPS_SERVING}",
        ) from error
    except (OpenAIError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        # The client raises whatever reading a strange answer comes to.
        raise EmbedderAnswerError(
            f"the answer of {name} cannot be read ({type(error).__name__})",
            remedy="see that RESIDENCY_EMBEDDINGS_BASE_URL is an embeddings endpoint;"
            f" {KEEPS_SERVING}",
        ) from error


def refusal(name: str, status: int) -> EmbedderUnavailableError | EmbedderSettingsError:
    """Return the error for an HTTP status."""
    if status in RETRIED or status >= 500:
        return EmbedderUnavailableError(
            f"{name} answers with HTTP status {status}, after every retry",
            remedy=f"refresh again later: what is embedded is kept; {KEEPS_SERVING}",
        )
    return EmbedderSettingsError(
        f"{name} refuses the request with HTTP status {status}",
        remedy="check RESIDENCY_EMBEDDINGS_API_KEY, _MODEL, _BASE_URL and _DIMENSIONS;"
        f" {KEEPS_SERVING}",
    )
