"""One attempt to receive one file over HTTP, continuing what an earlier attempt received."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from etl.errors import DownloadError, DownloadTimeoutError, OfflineError, TruncatedDownloadError

# Called with the file's name, the bytes received so far and the size, None if it is not known.
Progress = Callable[[str, int, int | None], None]

OFFLINE_REMEDY: Final = (
    "Check the network connection and try again (what was received is kept), or load the bundled"
    " sample: make run without SOURCE."
)
_MOVED_REMEDY: Final = (
    "The repository may have moved: download the four files by hand and give their folder, make"
    " run SOURCE=path/to/folder, or load the bundled sample: make run without SOURCE."
)
_CONTENT_RANGE: Final = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")
_TRY_AGAIN_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_WAIT_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class DownloadLimits:
    """How long and how often a download may try.

    Attributes:
        connect_seconds: Longest wait for a connection.
        read_seconds: Longest silence of a connection.
        total_seconds: Longest time for all files together.
        attempts: Most attempts per file.
        backoff_seconds: Wait before the second attempt; doubles with each further one.
        max_file_bytes: Largest file that is accepted.
    """

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    total_seconds: float = 900.0
    attempts: int = 5
    backoff_seconds: float = 0.5
    max_file_bytes: int = 2 << 30


class TryAgainError(Exception):
    """An attempt failed in a way that another attempt may cure.

    Attributes:
        error: What to raise if no attempt is left.
        wait_seconds: How long the server asked to wait; None if it did not.
    """

    def __init__(self, error: DownloadError, wait_seconds: float | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.wait_seconds = wait_seconds


class PartialFile:
    """What was received of a file so far, and the entity tag that it belongs to.

    Without a strong entity tag nobody can say whether the file on the server is still the same
    one; what was received is then given up instead of continued.
    """

    def __init__(self, final: Path) -> None:
        self.path = final.with_name(f".{final.name}.part")
        self._note = final.with_name(f".{final.name}.part.json")

    @property
    def size_bytes(self) -> int:
        """Bytes received so far."""
        return self.path.stat().st_size if self.path.exists() else 0

    def etag_of(self, url: str) -> str | None:
        """Return the entity tag under which bytes of this address were received, if any."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        matches = isinstance(note, dict) and note.get("url") == url
        etag = note.get("etag") if matches else None
        return etag if isinstance(etag, str) and self.size_bytes else None

    def start(self, url: str, etag: str | None) -> None:
        """Give up what was received and begin anew."""
        self.discard()
        self.path.write_bytes(b"")
        if etag is not None and not etag.startswith("W/"):
            self._note.write_text(json.dumps({"url": url, "etag": etag}), encoding="utf-8")

    def discard(self) -> None:
        """Give up what was received."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def finish(self, final: Path) -> None:
        """Move the complete file to its final name."""
        self.path.replace(final)
        self._note.unlink(missing_ok=True)


class Transfer:
    """Receives one file into a partial file, in one or several attempts.

    Attributes:
        etag: Entity tag that the server gave last; None if it gave none.
    """

    def __init__(
        self,
        client: httpx.Client,
        url: httpx.URL,
        partial: PartialFile,
        limits: DownloadLimits,
        deadline: float,
    ) -> None:
        self._client = client
        self._url = url
        self._partial = partial
        self._limits = limits
        self._deadline = deadline
        self._name = url.path.rsplit("/", 1)[-1]
        self._shown = str(url.copy_with(userinfo=b""))
        self.etag: str | None = None

    def is_unchanged(self, etag: str) -> bool:
        """Ask the server whether the file still has an entity tag.

        Raises:
            TryAgainError: The server did not answer as it should.
        """
        try:
            response = self._client.head(
                self._url, headers={"If-None-Match": etag}, timeout=self._timeout()
            )
        except httpx.HTTPError as error:
            raise TryAgainError(self._translated(error)) from error
        return response.status_code == httpx.codes.NOT_MODIFIED

    def attempt(self, on_progress: Progress) -> None:
        """Receive the rest of the file.

        Raises:
            TryAgainError: It failed; what was received and can be continued is kept.
            DownloadError: It failed for good.
            DownloadTimeoutError: The time for all files is over.
        """
        headers = {"Accept-Encoding": "identity"}
        offset = self._partial.size_bytes
        etag = self._partial.etag_of(str(self._url))
        if etag is not None:
            headers |= {"Range": f"bytes={offset}-", "If-Range": etag}
        try:
            with self._client.stream(
                "GET", self._url, headers=headers, timeout=self._timeout()
            ) as response:
                total = self._accept(response, etag)
                if response.status_code != httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    self._receive(response, total, on_progress)
        except httpx.HTTPError as error:
            raise TryAgainError(self._translated(error)) from error
        except OSError as error:
            raise DownloadError(
                f"{self._name} cannot be written to {self._partial.path.parent}:"
                f" {error.strerror or 'unknown reason'}.",
                "Make room there, or give the files another folder.",
            ) from error

    def _accept(self, response: httpx.Response, etag: str | None) -> int | None:
        """Judge the answer's header and return the size of the whole file, if it is stated."""
        status = response.status_code
        self.etag = response.headers.get("ETag")
        if status == httpx.codes.OK:
            self._refuse_encoding(response)
            self._partial.start(str(self._url), self.etag)
            return _length(response)
        if status == httpx.codes.PARTIAL_CONTENT and etag is not None:
            self._refuse_encoding(response)
            return self._accept_rest(response, etag)
        if status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            size = self._partial.size_bytes
            if response.headers.get("Content-Range") == f"bytes */{size}" and size:
                return size
            self._partial.discard()
            raise TryAgainError(self._answered(status))
        if status in _TRY_AGAIN_STATUS:
            raise TryAgainError(self._answered(status), _retry_after(response))
        raise self._answered(status)

    def _accept_rest(self, response: httpx.Response, etag: str) -> int | None:
        """Check that the rest which the server sends is the rest of the same file."""
        stated = response.headers.get("Content-Range", "")
        match = _CONTENT_RANGE.fullmatch(stated)
        offset = self._partial.size_bytes
        is_other_file = self.etag is not None and self.etag != etag
        if match is None or match[1] != str(offset) or is_other_file:
            self._partial.discard()
            raise TryAgainError(
                DownloadError(
                    f"{self._shown} answered with another range ({stated or 'none'}) than the one"
                    f" asked for (from byte {offset}).",
                    OFFLINE_REMEDY,
                )
            )
        return None if match[3] == "*" else int(match[3])

    def _receive(self, response: httpx.Response, total: int | None, on_progress: Progress) -> None:
        """Append the body to the partial file."""
        received = self._partial.size_bytes
        with self._partial.path.open("ab") as stream:
            on_progress(self._name, received, total)
            for chunk in response.iter_raw():
                stream.write(chunk)
                received += len(chunk)
                on_progress(self._name, received, total)
                if received > self._limits.max_file_bytes:
                    self._partial.discard()
                    raise DownloadError(
                        f"{self._shown} is larger than {self._limits.max_file_bytes:,} bytes.",
                        "Check the address: this is not one of the program files.",
                    )
                self.refuse_lateness()
        if total is not None and received != total:
            if received > total:
                self._partial.discard()
            raise TryAgainError(self.truncated(f"{received:,} of {total:,} bytes arrived"))

    def refuse_lateness(self, wait_seconds: float = 0.0) -> None:
        """Raise if the time for all files is over, or would be after a wait.

        Raises:
            DownloadTimeoutError: It is.
        """
        if time.monotonic() + wait_seconds > self._deadline:
            raise self._late()

    def truncated(self, detail: str) -> TruncatedDownloadError:
        """Return the error of a file that did not arrive whole."""
        return TruncatedDownloadError(
            f"{self._shown} did not arrive whole: {detail}.", OFFLINE_REMEDY
        )

    def _timeout(self) -> httpx.Timeout:
        """Return the time limits of an attempt: never beyond the limit of all files together."""
        self.refuse_lateness()
        left = self._deadline - time.monotonic()
        connect = min(self._limits.connect_seconds, left)
        return httpx.Timeout(min(self._limits.read_seconds, left), connect=connect, pool=connect)

    def _late(self) -> DownloadTimeoutError:
        return DownloadTimeoutError(
            f"Downloading the program files took longer than {self._limits.total_seconds:g} s.",
            OFFLINE_REMEDY,
        )

    def _refuse_encoding(self, response: httpx.Response) -> None:
        """Raise if the body is packed for the way: a packed rest could not be continued."""
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding != "identity":
            raise DownloadError(
                f"{self._shown} was sent with the content encoding {encoding!r}, although the"
                " bytes as they are were asked for.",
                "Check for a proxy that changes contents.",
            )

    def _answered(self, status: int) -> DownloadError:
        return DownloadError(f"{self._shown} answered with HTTP status {status}.", _MOVED_REMEDY)

    def _translated(self, error: httpx.HTTPError) -> DownloadError:
        """Return the error of this package for an error of the HTTP client."""
        place = f"{self._url.host}:{self._url.port}" if self._url.port else self._url.host
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
            return OfflineError(
                f"{place} cannot be reached; the program files were not downloaded.",
                OFFLINE_REMEDY,
            )
        if isinstance(error, httpx.TimeoutException):
            return DownloadTimeoutError(
                f"{place} fell silent for {self._limits.read_seconds:g} s while sending"
                f" {self._name}.",
                OFFLINE_REMEDY,
            )
        return self.truncated(f"the connection broke after {self._partial.size_bytes:,} bytes")


def _length(response: httpx.Response) -> int | None:
    """Return the size that an answer states of its body, None if it states none."""
    stated = response.headers.get("Content-Length", "")
    return int(stated) if stated.isdigit() else None


def _retry_after(response: httpx.Response) -> float | None:
    """Return how many seconds the server asks to wait, within reason."""
    stated = response.headers.get("Retry-After", "")
    return min(float(stated), _LONGEST_WAIT_SECONDS) if stated.isdigit() else None
