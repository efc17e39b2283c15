"""Downloading the four published files from the public GitHub repository.

A file is written under a temporary name, checked, and then renamed, so that a file under its
final name is always complete. What was received before a broken connection is kept and continued,
if the server can say that the file is still the same one.
"""

import datetime as dt
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from etl.errors import ChecksumMismatchError, CorruptArchiveError, DownloadError
from etl.sources.carms.archive import DEFAULT_LIMITS, open_archive
from etl.sources.carms.files import FileRole, SourceFiles, find_source_files, sha256_of
from etl.sources.carms.transfer import (
    DownloadLimits,
    PartialFile,
    Progress,
    Transfer,
    TryAgainError,
)

PUBLIC_BASE_URL: Final = "https://raw.githubusercontent.com"
PUBLIC_REPOSITORY: Final = "dnokes/Junior-Data-Scientist"
PUBLIC_REVISION: Final = "HEAD"  # the tip of the default branch, whatever its name
BASE_URL_VARIABLE: Final = "RESIDENCY_PUBLIC_SOURCE_URL"
CHECKSUMS_NAME: Final = "checksums.json"

# Where each file lies in the repository; its last part is the name under which it is kept.
PUBLIC_PATHS: Final[Mapping[FileRole, str]] = {
    FileRole.DISCIPLINE: "1503_discipline.xlsx",
    FileRole.PROGRAM_MASTER: "1503_program_master.xlsx",
    FileRole.PROGRAM_SECTIONS: "1503_program_descriptions_x_section.zip",
    FileRole.PROGRAM_DOCUMENTS: "1503_markdown_program_descriptions_v2.zip",
}
DEFAULT_DOWNLOAD_LIMITS: Final = DownloadLimits()


def _no_progress(name: str, received: int, total: int | None) -> None:
    """Take no notice of progress."""


def download_public(
    folder: Path,
    *,
    base_url: str | None = None,
    repository: str = PUBLIC_REPOSITORY,
    limits: DownloadLimits = DEFAULT_DOWNLOAD_LIMITS,
    revalidate: bool = False,
    expected_sha256: Mapping[str, str] | None = None,
    on_progress: Progress = _no_progress,
) -> SourceFiles:
    """Download the four files into a folder; files that are complete there are not sent again.

    Args:
        folder: Where to keep them; made if it is not there.
        base_url: Address of the raw content host; by default RESIDENCY_PUBLIC_SOURCE_URL, or
            GitHub's.
        repository: Owner and name.
        limits: Time limits and attempts.
        revalidate: Ask the server whether complete files have changed since.
        expected_sha256: Checksums that the files must have, by name, where they are known.
        on_progress: Called with name, bytes received and size (None if unknown).

    Raises:
        OfflineError: The server cannot be reached.
        DownloadTimeoutError: It is too slow, or silent.
        TruncatedDownloadError: A file does not arrive whole.
        ChecksumMismatchError: A file is not the one that was expected.
        DownloadError: The server refuses, or sends something else.
        SourceError: What arrived does not make the four files of one iteration.
    """
    base = (base_url or os.environ.get(BASE_URL_VARIABLE) or PUBLIC_BASE_URL).rstrip("/")
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + limits.total_seconds
    with _locked(folder), httpx.Client(follow_redirects=True) as client:
        for path in PUBLIC_PATHS.values():
            url = _address(f"{base}/{repository}/{PUBLIC_REVISION}/{path}")
            final = folder / path.rsplit("/", 1)[-1]
            transfer = Transfer(client, url, PartialFile(final), limits, deadline)
            if _is_complete(final, url, transfer if revalidate else None):
                size_bytes = final.stat().st_size
                on_progress(final.name, size_bytes, size_bytes)
                continue
            _fetch(transfer, final, limits, on_progress)
            _keep(final, url, transfer, (expected_sha256 or {}).get(final.name))
    return find_source_files(folder)


def _fetch(transfer: Transfer, final: Path, limits: DownloadLimits, on_progress: Progress) -> None:
    """Receive a file in as many attempts as are allowed, until it is whole."""
    partial = PartialFile(final)
    for attempt in range(1, limits.attempts + 1):
        try:
            transfer.attempt(on_progress)
            _check_whole(transfer, partial)
        except TryAgainError as failure:
            if attempt == limits.attempts:
                raise failure.error from failure
            wait_seconds = failure.wait_seconds or limits.backoff_seconds * 2 ** (attempt - 1)
            transfer.refuse_lateness(wait_seconds)
            time.sleep(wait_seconds)
        else:
            return


def _check_whole(transfer: Transfer, partial: PartialFile) -> None:
    """Check that what was received is a whole archive (workbooks are archives too).

    Raises:
        TryAgainError: It is cut off or damaged.
        DownloadError: It is no archive at all.
    """
    with partial.path.open("rb") as stream:
        beginning = stream.read(2)
    if beginning not in {b"PK", b""}:
        name = partial.path.name.removeprefix(".").removesuffix(".part")
        partial.discard()
        raise DownloadError(
            f"What the server sent as {name} is no zip archive or workbook.",
            "Check the address, and whether a login page or proxy stands in between.",
        )
    try:
        with open_archive(partial.path, DEFAULT_LIMITS) as archive:
            damaged = archive.testzip()
    except (CorruptArchiveError, OSError, EOFError) as error:
        partial.discard()
        raise TryAgainError(transfer.truncated("it is cut off or damaged")) from error
    if damaged is not None:
        partial.discard()
        raise TryAgainError(transfer.truncated(f"its member {damaged!r} is damaged"))


def _keep(final: Path, url: httpx.URL, transfer: Transfer, expected_sha256: str | None) -> None:
    """Move a whole file to its final name and note its checksum."""
    partial = PartialFile(final)
    sha256 = sha256_of(partial.path)
    if expected_sha256 is not None and sha256 != expected_sha256:
        partial.discard()
        raise ChecksumMismatchError(
            f"{final.name} has the SHA-256 {sha256} instead of {expected_sha256}.",
            "The published file has changed: look at it before you trust the new checksum.",
        )
    size_bytes = partial.size_bytes
    partial.finish(final)
    notes = _read_notes(final.parent)
    notes[final.name] = {
        "sha256": sha256,
        "size_bytes": size_bytes,
        "url": str(url.copy_with(userinfo=b"")),
        "etag": transfer.etag,
        "downloaded_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
    temporary = final.with_name(f".{CHECKSUMS_NAME}.part")
    temporary.write_text(json.dumps(notes, indent=2) + "\n", encoding="utf-8")
    temporary.replace(final.with_name(CHECKSUMS_NAME))


def _is_complete(final: Path, url: httpx.URL, revalidating: Transfer | None) -> bool:
    """Return whether a file is there, is the one that was noted, and has not changed since."""
    note = _read_notes(final.parent).get(final.name, {})
    if not final.is_file() or note.get("url") != str(url.copy_with(userinfo=b"")):
        return False
    if note.get("sha256") != sha256_of(final):
        return False
    if revalidating is None:
        return True
    etag = note.get("etag")
    if not isinstance(etag, str):
        return False
    try:
        return revalidating.is_unchanged(etag)
    except TryAgainError as failure:
        raise failure.error from failure


def _read_notes(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what is noted of the files of a folder; nothing if the notes cannot be read."""
    try:
        notes = json.loads((folder / CHECKSUMS_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(notes, dict):
        return {}
    return {name: note for name, note in notes.items() if isinstance(note, dict)}


def _address(text: str) -> httpx.URL:
    """Return an address, if it is one."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise DownloadError(
            f"{text!r} is not an http or https address.",
            f"Correct {BASE_URL_VARIABLE}, or leave it unset.",
        )
    return url


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep two processes from writing the same partial files; the second one waits."""
    with (folder / ".download.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
