"""Brings the search index up to the published data, step by step; what is done stays done.

Texts are cut and embedded in batches, each a transaction of its own, so that a run that was cut
off goes on where it ended. Only the last step changes what queries use.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from etl.errors import EtlError
from etl.refresh import Progress, no_progress
from warehouse.engine import Connection, owner_connection
from warehouse.errors import IndexAtWorkError, IndexMissingError, WarehouseError
from warehouse.masking import mask_contacts
from warehouse.queries.search_refreshes import (
    RefreshCounts,
    finish_refresh,
    note_refresh,
    start_refresh,
    take_refresh_lock,
)
from warehouse.search import texts, vectors
from warehouse.search.analysis import lexemes
from warehouse.search.embedders import Embedder, configured, embedder, measured_dimensions
from warehouse.search.phrases import analysis_version
from warehouse.search.settling import settle
from warehouse.search.versions import (
    IndexVersion,
    choose,
    create_version,
    read_fit,
    read_versions,
)
from warehouse.settings import Settings, get_settings
from warehouse.vocabulary import Language, SearchRefreshStatus, SkipReason

PROGRAMS_AT_A_TIME = 25
"""Program versions that are cut in one transaction."""


@dataclass(frozen=True)
class SearchRequest:
    """What a refresh is to do; goes into ``ops.job.arguments`` as JSON."""

    rebuild: bool = False
    """Whether to make a new index version even where the settings are those of one."""

    def as_dict(self) -> dict[str, Any]:
        """Return the request as JSON-able values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the request that :meth:`as_dict` wrote."""
        return cls(**values)


@dataclass
class SearchRefresh:
    """A refresh at work, or what a refresh did."""

    refresh: int
    status: SearchRefreshStatus = SearchRefreshStatus.RUNNING
    version: int | None = None
    data_version: int | None = None
    counts: RefreshCounts = field(default_factory=RefreshCounts)

    def as_dict(self) -> dict[str, Any]:
        """Return what it did as JSON-able values."""
        values = asdict(self) | asdict(self.counts) | {"skipped": self.counts.skipped}
        del values["counts"]
        return values | {
            "status": self.status.value,
            "skips": {reason.value: number for reason, number in self.counts.skips.items()},
        }


async def refresh_search(
    request: SearchRequest | None = None,
    progress: Progress = no_progress,
    settings: Settings | None = None,
) -> SearchRefresh:
    """Cut, embed and switch; a run that finds all of it done changes nothing.

    Raises:
        IndexAtWorkError: another refresh is at work.
        IndexMissingError: no data are published.
        EmbedderError: the embedder gives no vectors; queries use the index as it was before.
    """
    settings = settings or get_settings()
    async with _exclusive(settings) as connection:
        run = SearchRefresh(await start_refresh(connection))
        try:
            await _refresh(connection, run, request or SearchRequest(), progress, settings)
        except BaseException as error:
            run.status = SearchRefreshStatus.FAILED
            await _fail(run, error, settings)
            raise
        await finish_refresh(connection, run.refresh, run.status, run.counts)
    return run


@asynccontextmanager
async def _exclusive(settings: Settings) -> AsyncIterator[Connection]:
    """Yield a connection that holds the refresh lock."""
    async with owner_connection(settings) as connection:
        if not await take_refresh_lock(connection):
            raise IndexAtWorkError(
                "another refresh of the search index is at work",
                remedy="wait until it is done; `residency search status` shows it",
            )
        yield connection


async def _fail(run: SearchRefresh, error: BaseException, settings: Settings) -> None:
    """Record that a refresh failed; where that cannot be done, the error says so."""
    try:
        async with owner_connection(settings) as connection:
            await finish_refresh(
                connection, run.refresh, run.status, run.counts, error=_in_words(error)
            )
    except Exception as trouble:  # noqa: BLE001  (whatever it is, the error at hand counts)
        error.add_note(mask_contacts(f"Refresh {run.refresh} could not be marked: {trouble}"))


def _in_words(error: BaseException) -> str:
    """Return what a refresh's row says of an error."""
    if isinstance(error, EtlError | WarehouseError):
        return str(error)
    if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
        return "The refresh was interrupted; what it embedded is kept."
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


async def _refresh(
    connection: Connection,
    run: SearchRefresh,
    request: SearchRequest,
    progress: Progress,
    settings: Settings,
) -> None:
    run.data_version = await texts.set_target(connection)
    if run.data_version is None:
        raise IndexMissingError(
            "nothing is published, so there is nothing to index", remedy="run `residency load`"
        )
    analysis = analysis_version()
    await cut_programs(connection, run, analysis, progress)
    await texts.set_target_passages(connection, analysis)
    version, opened, is_new = await choose_version(connection, request, analysis, settings)
    run.version = version.key
    await note_refresh(connection, run.refresh, version=version.key, data_version=run.data_version)
    todo = await vectors.missing(connection, version.key)
    await embed_passages(connection, run, version, opened, todo, progress, settings)
    if _is_up_to_date(run, version) and not is_new:
        run.status = SearchRefreshStatus.UNCHANGED
        run.counts.kept = version.vector_count
        return
    progress("switch", 0, None)
    settled = await settle(connection, version, run.data_version)
    if settled.passages > settings.search_exact_limit:
        await vectors.build_approximate_index(connection, version)
    run.status = SearchRefreshStatus.COMPLETE
    run.counts.passages_removed = settled.removed
    run.counts.kept = settled.vectors - run.counts.embedded
    run.counts.skips = dict(settled.skips)
    run.counts.unknown_share = settled.unknown_share
    run.counts.proposal = proposal(settled.unknown_share, settings)


def _is_up_to_date(run: SearchRefresh, version: IndexVersion) -> bool:
    """Whether nothing was done, and the version in use covers the data that are published."""
    counts = run.counts
    did_nothing = not (counts.programs_cut or counts.embedded or counts.skips)
    return did_nothing and version.is_active and version.data_version_number == run.data_version


def proposal(unknown_share: float | None, settings: Settings) -> str | None:
    """Return what to do about words that a fitted embedder does not know."""
    if unknown_share is None or unknown_share <= settings.search_drift_threshold:
        return None
    return (
        f"The fitted embedder does not know {unknown_share:.1%} of the words. Refit it with"
        " `residency search refresh --rebuild`, which makes a new index version."
    )


async def cut_programs(
    connection: Connection, run: SearchRefresh, analysis: str, progress: Progress
) -> None:
    """Cut the texts of programs that are not cut yet."""
    keys = await texts.programs_to_cut(connection, analysis)
    for start in range(0, len(keys), PROGRAMS_AT_A_TIME):
        progress("cut", start, len(keys))
        batch = await texts.read_texts(connection, keys[start : start + PROGRAMS_AT_A_TIME])
        stored = await texts.store_programs(connection, analysis, batch)
        run.counts.programs_cut += stored.programs
        run.counts.passages_added += stored.passages


async def choose_version(
    connection: Connection, request: SearchRequest, analysis: str, settings: Settings
) -> tuple[IndexVersion, Embedder, bool]:
    """Return the index version to bring up to date with its embedder, and whether it is new."""
    wanted = configured(settings)
    if wanted["provider"] == "corpus":
        # What is fitted on generated texts does not fit real ones.
        wanted["is_sample"] = await connection.fetchval(
            "SELECT is_sample FROM ops.data_version ORDER BY number DESC LIMIT 1"
        )
    version = None
    if not request.rebuild:
        version = choose(await read_versions(connection), wanted, analysis)
    if version is not None:
        fit = await read_fit(connection, version.key)
        return version, embedder(version.settings, version.dimensions, settings, fit), False
    return await _make_version(connection, wanted, analysis, settings)


async def _make_version(
    connection: Connection, wanted: dict[str, Any], analysis: str, settings: Settings
) -> tuple[IndexVersion, Embedder, bool]:
    """Make a new index version: fit its embedder, or ask it how long its vectors are."""
    fit = None
    if wanted["provider"] == "corpus":
        from warehouse.search.corpus import fit as fit_corpus

        passages = [
            lexemes(text, Language[language])
            for language, text in await vectors.read_target_texts(connection)
        ]
        fit = await asyncio.to_thread(fit_corpus, passages, wanted["dimensions"])
    dimensions = fit.dimensions if fit else wanted["dimensions"]
    opened = embedder(wanted, dimensions, settings, fit)
    if dimensions is None:
        dimensions = await measured_dimensions(opened)
    version = await create_version(connection, wanted, analysis, dimensions, fit)
    return version, embedder(wanted, dimensions, settings, fit), True


async def embed_passages(
    connection: Connection,
    run: SearchRefresh,
    version: IndexVersion,
    opened: Embedder,
    keys: Sequence[int],
    progress: Progress,
    settings: Settings,
) -> None:
    """Embed passages in batches, each of which is kept."""
    size = settings.embeddings_batch
    for start in range(0, len(keys), size):
        progress("embed", start, len(keys))
        passages = await vectors.read_passages(connection, keys[start : start + size])
        spoken = [passage for passage in passages if passage.has_words]
        found = await opened.embed([passage.text for passage in spoken]) if spoken else []
        skipped = {p.key: SkipReason.NO_WORDS for p in passages if not p.has_words}
        made: dict[int, list[float]] = {}
        for passage, vector in zip(spoken, found, strict=True):
            if vector is None:
                skipped[passage.key] = SkipReason.NO_KNOWN_WORDS
            else:
                made[passage.key] = vector
        await vectors.store_vectors(connection, version.key, made, skipped)
        run.counts.embedded += len(made)
        for reason in skipped.values():
            run.counts.skips[reason] = run.counts.skips.get(reason, 0) + 1
