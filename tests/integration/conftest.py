"""A small sample, copies of its files to change, and warehouses with and without it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from etl.refresh import RefreshRequest, refresh
from etl.sample.generate import generate_sample
from etl.search_refresh import refresh_search
from tests.conftest import TEMPLATE, Database, fresh_database, in_thread
from tests.integration.source_files import copy_of
from warehouse.settings import get_settings

PROGRAMS = 40
SHARED = Path(os.environ.get("RESIDENCY_SHARED", "../shared")) / "data" / "carms"
TOLD = "told"


@contextmanager
def pointed_to(database: Database) -> Iterator[Database]:
    """Point this process's settings to a database, with vectors that are quickly made."""
    url = database.settings.database_url
    assert url is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESIDENCY_DATABASE_URL", url.get_secret_value())
        patch.setenv("RESIDENCY_EMBEDDINGS_DIMENSIONS", "24")
        get_settings.cache_clear()
        yield database
    get_settings.cache_clear()


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """What to say of a test that passed, at the end of the run."""
    return lambda line: record_property(TOLD, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what tests have to tell."""
    for report in terminalreporter.stats.get("passed", ()):
        for name, line in report.user_properties:
            if name == TOLD:
                terminalreporter.write_line(str(line))


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
def warehouse(database: Database) -> Iterator[Database]:
    """A fresh warehouse that this process's settings point to."""
    with pointed_to(database):
        yield database


@pytest.fixture(scope="session")
def loaded_template(migrated_server: str, sample_files: Path) -> Iterator[str]:
    """Name of a database that holds the sample's files, loaded, to copy from."""
    with contextmanager(fresh_database)(migrated_server, TEMPLATE) as database:
        with pointed_to(database):
            in_thread(lambda: refresh(RefreshRequest(str(sample_files))))
        yield database.name


@pytest.fixture
def published(migrated_server: str, loaded_template: str) -> Iterator[Database]:
    """A warehouse that holds the sample's files, and that this process's settings point to."""
    with (
        contextmanager(fresh_database)(migrated_server, loaded_template) as database,
        pointed_to(database),
    ):
        yield database


@pytest.fixture(scope="session")
def real_files(migrated_server: str) -> Iterator[Database]:
    """A warehouse with the published files, loaded once, to read from."""
    if not SHARED.is_dir():
        pytest.skip(f"the published files are not at {SHARED} (RESIDENCY_SHARED)")
    with contextmanager(fresh_database)(migrated_server, TEMPLATE) as database:
        with pointed_to(database):
            in_thread(lambda: refresh(RefreshRequest(str(SHARED))))
        yield database


@pytest.fixture(scope="session")
def indexed_template(migrated_server: str, loaded_template: str) -> Iterator[str]:
    """Name of a database that holds the sample's files, loaded and indexed, to copy from."""
    with contextmanager(fresh_database)(migrated_server, loaded_template) as database:
        with pointed_to(database):
            in_thread(refresh_search)
        yield database.name


@pytest.fixture
def indexed(migrated_server: str, indexed_template: str) -> Iterator[Database]:
    """A warehouse with a search index, that this process's settings point to."""
    with (
        contextmanager(fresh_database)(migrated_server, indexed_template) as database,
        pointed_to(database),
    ):
        yield database
