"""One load from source files to a published data version, step by step.

Every step can be called on its own (a flow wires them) and leaves the warehouse in a state from
which the next run completes: what landed stays landed, staging is emptied by the next load, and
publishing is one transaction.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from etl.errors import EtlError, GateStoppedError, LoadAtWorkError, PublishError
from etl.quality import LoadCounts, Thresholds, close_gate_on_failure, run_checks
from etl.reference.eligibility import eligibility_rows
from etl.reference.tables import load_reference_tables
from etl.sample.generate import GENERATOR_VERSION, generate_sample
from etl.sources.carms.download import download_public
from etl.sources.carms.extract import read_records
from etl.sources.carms.files import SourceFiles, find_source_files
from etl.sources.carms.parse import PARSER_VERSION
from etl.sources.carms.stage import stage_programs
from warehouse.engine import owner_connection
from warehouse.errors import WarehouseError
from warehouse.jobs import is_connection_lost
from warehouse.masking import mask_contacts
from warehouse.queries import runs
from warehouse.queries.landing import ReceivedFile, land_file
from warehouse.queries.publishing import Publication, publish
from warehouse.queries.quality import file_row_counts, staged_figures
from warehouse.queries.runs import Check
from warehouse.settings import get_settings
from warehouse.vocabulary import RunStatus

Progress = Callable[[str, int, int | None], None]
"""Called with the step, the rows done, and the rows in all (None where not known)."""


def no_progress(step: str, done: int, total: int | None) -> None:
    """Ignore progress."""


@dataclass(frozen=True)
class RefreshRequest:
    """What to load; goes into ``ops.job.arguments`` as JSON."""

    source: str = "sample"
    """``sample``, ``public``, or the path of a folder with the four files."""
    replace: bool = False
    """Whether sample data may take the place of real ones."""
    sample_programs: int = 800
    sample_seed: int = 1503

    @property
    def kind(self) -> str:
        """Return ``sample``, ``public`` or ``folder``."""
        return self.source if self.source in {"sample", "public"} else "folder"

    @property
    def is_sample(self) -> bool:
        """Whether the data are generated."""
        return self.kind == "sample"

    def as_dict(self) -> dict[str, Any]:
        """Return the request as JSON-able values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the request that :meth:`as_dict` wrote."""
        return cls(**values)


@dataclass(frozen=True)
class Landed:
    """Files that have landed for a run."""

    run: int
    files: SourceFiles
    file_keys: dict[str, int]
    is_sample: bool
    is_unchanged: bool
    """Whether the published version was made of the same files, parser and reference tables."""


@dataclass(frozen=True)
class Staged:
    """Programs that are staged for a run."""

    run: int
    match_iteration_id: int
    is_sample: bool
    file_keys: dict[str, int]
    rows_in: int
    rows_staged: int
    rows_quarantined: int


@dataclass(frozen=True)
class RefreshResult:
    """What a whole refresh did."""

    run: int
    status: RunStatus
    version: int | None = None
    rows_in: int = 0
    rows_published: int = 0
    rows_quarantined: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    checks: tuple[Check, ...] = ()


@asynccontextmanager
async def exclusive_load() -> AsyncIterator[None]:
    """Hold the load lock: one load at a time over all processes; a killed one lets go of it.

    Raises:
        LoadAtWorkError: another load holds the lock.
    """
    async with owner_connection() as connection:
        if not await runs.take_load_lock(connection):
            raise LoadAtWorkError(
                "Another load is at work in this warehouse.",
                "Wait until it is done; `residency status` shows it.",
            )
        yield


async def begin(request: RefreshRequest) -> int:
    """Record a new run and return its key.

    Raises:
        GateStoppedError: sample data would take the place of real ones.
    """
    async with owner_connection() as connection:
        version = await runs.published_version(connection)
        if request.is_sample and version and not version.is_sample and not request.replace:
            raise GateStoppedError(
                f"Data version {version.number} holds real data; the sample would replace them.",
                "Serve them with `residency serve`, or load the sample with --replace.",
            )
        return await runs.start_run(connection, source=request.kind, is_sample=request.is_sample)


def prepare(request: RefreshRequest, progress: Progress = no_progress) -> SourceFiles:
    """Bring the four files to a local folder: generate, download or find them.

    Raises:
        SourceError: a folder lacks files or has too many.
        DownloadError: the public files cannot be downloaded.
    """
    data_dir = get_settings().data_dir.expanduser()
    if request.kind == "public":
        return download_public(
            data_dir / "public",
            revalidate=True,
            on_progress=lambda name, done, total: progress("prepare", done, total),
        )
    if request.kind == "folder":
        return find_source_files(Path(request.source).expanduser())
    size_and_seed = f"{request.sample_programs}-{request.sample_seed}"
    folder = data_dir / "sample" / f"{size_and_seed}-v{GENERATOR_VERSION}"
    if not (folder / "truth.jsonl").exists():
        generate_sample(
            folder,
            programs=request.sample_programs,
            seed=request.sample_seed,
            on_progress=lambda done: progress("prepare", done, request.sample_programs),
        )
    return find_source_files(folder)


def fingerprint(files: SourceFiles, request: RefreshRequest) -> str:
    """Return a digest of everything that decides the result of a load."""
    parts = [
        request.kind, PARSER_VERSION, load_reference_tables().sha256,
        str(get_settings().max_cell_characters), str(files.match_iteration_id),
        *(file.sha256 for file in files),
    ]  # fmt: skip
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


async def is_published(request: RefreshRequest, files: SourceFiles) -> bool:
    """Whether the last complete run read the same files with the same parser and references."""
    async with owner_connection() as connection:
        known = await runs.published_fingerprint(connection)
    return known == fingerprint(files, request)


async def land(
    run: int, request: RefreshRequest, files: SourceFiles, progress: Progress = no_progress
) -> Landed:
    """Land the files, each in one transaction; files that landed before are not landed again.

    Raises:
        SourceError: a file cannot be read; the message says where.
    """
    async with owner_connection() as connection:
        unchanged = await runs.published_fingerprint(connection) == fingerprint(files, request)
        keys = {}
        for done, file in enumerate(files):
            progress("land", done, 4)
            received = ReceivedFile(
                role=file.role.value,
                name=file.name,
                source=request.kind,
                sha256=file.sha256,
                size_bytes=file.size_bytes,
            )
            keys[file.role.value] = await land_file(connection, received, read_records(file))
        await runs.record_files(connection, run, list(keys.values()), fingerprint(files, request))
        progress("land", 4, 4)
        if unchanged:
            await runs.finish_run(connection, run, RunStatus.UNCHANGED)
    return Landed(run, files, keys, request.is_sample, unchanged)


async def stage(landed: Landed, progress: Progress = no_progress) -> Staged:
    """Check, parse and stage every landed program; quarantine those that cannot be published."""
    settings = get_settings()
    async with owner_connection() as reader, owner_connection() as writer:
        await runs.enter_step(writer, landed.run, "stage")
        counts = await stage_programs(
            reader,
            writer,
            run=landed.run,
            files=landed.files,
            file_keys=landed.file_keys,
            max_cell_characters=settings.max_cell_characters,
            progress=progress,
        )
        await runs.record_rows(
            writer, landed.run, rows_in=counts.rows_in, quarantined=counts.quarantined
        )
    return Staged(
        run=landed.run,
        match_iteration_id=landed.files.match_iteration_id,
        is_sample=landed.is_sample,
        file_keys=landed.file_keys,
        rows_in=counts.rows_in,
        rows_staged=counts.staged,
        rows_quarantined=counts.quarantined,
    )


async def check(staged: Staged) -> list[Check]:
    """Run and store the quality checks.

    Raises:
        GateStoppedError: a check failed; nothing is published.
        ReconciliationError: rows in are not rows staged plus rows quarantined.
    """
    settings = get_settings()
    async with owner_connection() as connection:
        await runs.enter_step(connection, staged.run, "check")
        figures = await staged_figures(
            connection,
            run=staged.run,
            match_iteration_id=staged.match_iteration_id,
            is_sample=staged.is_sample,
        )
        counts = LoadCounts(
            rows_in=staged.rows_in,
            quarantined=staged.rows_quarantined,
            file_rows=await file_row_counts(connection, staged.file_keys),
            **asdict(figures),
        )
        checks = run_checks(
            counts, Thresholds(settings.quarantine_threshold, settings.shrink_threshold)
        )
        await runs.store_checks(connection, staged.run, checks)
    close_gate_on_failure(checks)
    return checks


async def publish_load(staged: Staged) -> Publication:
    """Publish what is staged, in one transaction.

    Raises:
        PublishError: the database refused; the version published before stands.
    """
    async with owner_connection() as connection:
        await runs.enter_step(connection, staged.run, "publish")
        try:
            return await publish(
                connection,
                staged.run,
                match_iteration_id=staged.match_iteration_id,
                is_sample=staged.is_sample,
                rules=eligibility_rows(load_reference_tables().rules),
            )
        except Exception as error:
            # A connection lost in the commit leaves open what came of it: no word on that here.
            if is_connection_lost(error):
                raise
            problem = f"Publishing failed: {_in_words(error).rstrip('.')}."
            remedy = "What was published before stands; load again, and report it if it stays so."
            raise PublishError(problem, remedy) from error


async def fail(run: int, error: BaseException) -> None:
    """Record that a run ended with ``error`` before it published.

    Where the database is gone too, ``error`` stays what the caller sees, with a note: the next
    load marks the run.
    """
    status = RunStatus.STOPPED if isinstance(error, GateStoppedError) else RunStatus.FAILED
    try:
        async with owner_connection() as connection:
            await runs.finish_run(connection, run, status, error=_in_words(error))
    except Exception as trouble:  # noqa: BLE001  (whatever it is, the error at hand counts)
        error.add_note(mask_contacts(f"Run {run} could not be marked as {status}: {trouble}"))


def _in_words(error: BaseException) -> str:
    """Return what a run's row says of an error."""
    if isinstance(error, EtlError | WarehouseError):
        return str(error)
    if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
        return "The load was interrupted; nothing was published."
    # The lines after the first quote whole rows of the database.
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


async def refresh(request: RefreshRequest, progress: Progress = no_progress) -> RefreshResult:
    """Run a whole load; the data published before stand until the last moment, and on any error.

    Raises:
        EtlError: the load ended before publishing; the run's row says the same.
    """
    async with exclusive_load():
        run = await begin(request)
        try:
            landed = await land(run, request, prepare(request, progress), progress)
            if landed.is_unchanged:
                return RefreshResult(run, RunStatus.UNCHANGED)
            staged = await stage(landed, progress)
            checks = await check(staged)
            publication = await publish_load(staged)
        except BaseException as error:
            await fail(run, error)
            raise
    return result_of(staged, checks, publication)


def result_of(staged: Staged, checks: list[Check], publication: Publication) -> RefreshResult:
    """Put together what a complete load did."""
    return RefreshResult(
        run=staged.run,
        status=RunStatus.UNCHANGED if publication.version is None else RunStatus.PUBLISHED,
        version=publication.version,
        rows_in=staged.rows_in,
        rows_published=staged.rows_staged,
        rows_quarantined=staged.rows_quarantined,
        added=publication.programs.added,
        changed=publication.programs.changed,
        removed=publication.programs.removed,
        checks=tuple(checks),
    )
