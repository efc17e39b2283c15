"""A small sample, a copy of its files to change, and a fresh warehouse to load them into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.sample.generate import generate_sample
from tests.conftest import Database
from tests.integration.source_files import copy_of
from warehouse.settings import get_settings

PROGRAMS = 40


@pytest.fixture(scope="session")
def sample_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bundled sample, generated once."""
    folder = tmp_path_factory.mktemp("sample")
    generate_sample(folder, programs=PROGRAMS, seed=7, short_documents=True)
    return folder


@pytest.fixture
def files(sample_files: Path, tmp_path: Path) -> Path:
    """A copy of the sample's files, to change at will."""
    return copy_of(sample_files, tmp_path / "files")


@pytest.fixture
def warehouse(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A fresh warehouse that this process's settings point to."""
    url = database.settings.database_url
    assert url is not None
    monkeypatch.setenv("RESIDENCY_DATABASE_URL", url.get_secret_value())
    get_settings.cache_clear()
    yield database
    get_settings.cache_clear()
