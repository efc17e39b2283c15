"""Embedders: what is configured, what is missing, and local models without the network."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest

from warehouse.errors import EmbedderSettingsError
from warehouse.search.embedders import configured, embedder, in_words
from warehouse.settings import Settings


def settings(**values):
    return Settings(**{f"embeddings_{name}": value for name, value in values.items()})


def test_the_default_needs_nothing():
    assert configured(settings()) == {"provider": "corpus", "dimensions": 256}


def test_what_an_endpoint_is_made_of_holds_no_secret():
    wanted = configured(
        settings(
            provider="openai",
            model="m",
            base_url="https://user:secret@example.org/v1?key=secret",
            api_key="sk-secret",
        )
    )
    assert wanted["endpoint"] == "https://example.org/v1"
    assert "secret" not in f"{wanted} {in_words(wanted)}"


@pytest.mark.parametrize("provider", ["openai", "sentence-transformers"])
def test_a_model_must_be_named(provider):
    with pytest.raises(EmbedderSettingsError, match="Set RESIDENCY_EMBEDDINGS_MODEL"):
        configured(settings(provider=provider))


def test_a_model_is_never_downloaded(tmp_path):
    with pytest.raises(EmbedderSettingsError, match="models are never downloaded"):
        configured(settings(provider="sentence-transformers", model=str(tmp_path / "nowhere")))


@pytest.fixture
def model(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"weights")
    return settings(provider="sentence-transformers", model=str(tmp_path))


def test_another_model_in_the_same_folder_is_another_embedder(model, tmp_path):
    before = configured(model)
    assert configured(model) == before
    (tmp_path / "model.bin").write_bytes(b"other weights")
    assert configured(model) != before


def test_without_the_extra_the_error_says_what_to_install(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EmbedderSettingsError, match=r"residency-graph\[sentence-transformers\]"):
        embedder(configured(model), None, model, None)


@pytest.fixture
def package(monkeypatch):
    """A package with the interface of sentence-transformers, which is too large to test with."""

    class SentenceTransformer:
        def __init__(self, path, *, local_files_only, truncate_dim):
            assert local_files_only
            self.path, self.length = path, truncate_dim or 4

        def encode(self, texts):
            return np.full((len(texts), self.length), 2.0, dtype=np.float32)

    module = types.SimpleNamespace(SentenceTransformer=SentenceTransformer)
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    return SentenceTransformer


async def test_a_local_model_embeds_with_vectors_of_length_1(model, package):
    opened = embedder(configured(model), 4, model, None)
    assert await opened.embed(["one", "two"]) == [[0.5] * 4, [0.5] * 4]
    assert len(opened.embeddings.embed_query("one")) == 4


async def test_a_folder_without_a_model_is_refused(model, package, monkeypatch):
    def fail(*_, **__):
        raise OSError("no config.json")

    monkeypatch.setattr(package, "__init__", fail)
    with pytest.raises(EmbedderSettingsError, match="holds no model that can be read"):
        embedder(configured(model), None, model, None)
