"""Opening source files safely: archives that lie, texts that are not UTF-8."""

import codecs
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from etl.errors import ArchiveBombError, CorruptArchiveError, EmptyFileError, NotUtf8Error
from etl.sources.carms.files import SourceFile

_GET_AGAIN: Final = "Get the file again; if it stays so, ask whoever publishes it."
# What the standard library raises when it unpacks a damaged archive.
BROKEN_ARCHIVE: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """How much a source file may unpack to.

    Attributes:
        max_uncompressed_bytes: Most bytes that one archive may hold unpacked.
        max_ratio: Most unpacked bytes per packed byte.
        ratio_floor_bytes: Below this many unpacked bytes the ratio does not matter: a text of
            one repeated letter is no attack as long as it is small.
        max_field_characters: Longest CSV cell that is read at all; a quotation mark that never
            closes would otherwise swallow the rest of the file.
    """

    max_uncompressed_bytes: int = 2 << 30
    max_ratio: int = 200
    ratio_floor_bytes: int = 128 << 20
    max_field_characters: int = 256 << 20


DEFAULT_LIMITS: Final = ReadLimits()


def open_archive(path: Path, limits: ReadLimits) -> zipfile.ZipFile:
    """Open a zip archive whose declared sizes are within the limits, and that is not encrypted.

    Raises:
        CorruptArchiveError: The archive is damaged or encrypted.
        ArchiveBombError: It declares more than the limits allow.
    """
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN_ARCHIVE as error:
        raise CorruptArchiveError(
            f"{path.name} is not a readable zip archive.", _GET_AGAIN
        ) from error
    members = archive.infolist()
    if any(member.flag_bits & 0x1 for member in members):
        archive.close()
        raise CorruptArchiveError(
            f"{path.name} is encrypted.", "Unpack it and give the file without a password."
        )
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    try:
        refuse_bomb(path.name, unpacked, packed, limits)
    except ArchiveBombError:
        archive.close()
        raise
    return archive


def refuse_bomb(name: str, unpacked: int, packed: int, limits: ReadLimits) -> None:
    """Raise if so many unpacked bytes from so many packed ones are beyond the limits.

    Raises:
        ArchiveBombError: They are.
    """
    ratio = unpacked // max(packed, 1)
    if unpacked > limits.max_uncompressed_bytes:
        problem = f"unpacks to more than {limits.max_uncompressed_bytes:,} bytes"
    elif unpacked > limits.ratio_floor_bytes and ratio > limits.max_ratio:
        problem = (
            f"unpacks to {unpacked:,} bytes, {ratio:,} times its packed size"
            f" (at most {limits.max_ratio:,} times is read)"
        )
    else:
        return
    raise ArchiveBombError(
        f"{name} {problem}: this looks like a zip bomb.",
        "Check where the file comes from; if it is right, unpack it and give the file inside.",
    )


@contextmanager
def open_text(file: SourceFile, ending: str, limits: ReadLimits) -> Iterator["Utf8Stream"]:
    """Open the CSV or JSON text of a source file, zipped or not, as checked UTF-8 bytes.

    Args:
        file: The source file.
        ending: Ending of the one member that an archive must hold, e.g. ``.csv``.
        limits: How much an archive may unpack to.

    Raises:
        CorruptArchiveError: The archive is damaged or does not hold exactly one such member.
        ArchiveBombError: It unpacks to more than the limits allow.
        EmptyFileError: The member has no bytes.
    """
    if not file.is_archive:
        with file.path.open("rb") as plain:
            yield Utf8Stream(plain, file.name)
        return
    with open_archive(file.path, limits) as archive:
        member = _only_member(archive, file.name, ending)
        try:
            stream = archive.open(member)
        except BROKEN_ARCHIVE as error:
            raise CorruptArchiveError(f"{file.name} is damaged.", _GET_AGAIN) from error
        with stream:
            yield Utf8Stream(
                _GuardedMember(stream, file.name, member.compress_size, limits), file.name
            )


def _only_member(archive: zipfile.ZipFile, name: str, ending: str) -> zipfile.ZipInfo:
    """Return the one member of an archive, which must lie at its top."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1:
        raise CorruptArchiveError(
            f"{name} holds {len(members)} files instead of one {ending} file.",
            f"Pack exactly the {ending} file into the archive.",
        )
    member = members[0]
    if PurePosixPath(member.filename.replace("\\", "/")).name != member.filename:
        raise CorruptArchiveError(
            f"{name} holds {member.filename!r}, which lies in a folder.",
            f"Pack the {ending} file without its folder.",
        )
    if not member.filename.lower().endswith(ending):
        raise CorruptArchiveError(
            f"{name} holds {member.filename!r} instead of a {ending} file.",
            f"Pack exactly the {ending} file into the archive.",
        )
    if member.file_size == 0:
        raise EmptyFileError(f"{name} holds {member.filename!r}, which is empty.", _GET_AGAIN)
    return member


class _GuardedMember(io.RawIOBase):
    """The unpacked bytes of an archive's member, counted while they are read."""

    def __init__(self, stream: IO[bytes], name: str, packed: int, limits: ReadLimits) -> None:
        self._stream = stream
        self._name = name
        self._packed = packed
        self._limits = limits
        self._unpacked = 0

    def readable(self) -> bool:
        """Say that bytes can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer and return how many bytes were read; 0 at the end."""
        view = memoryview(buffer)
        try:
            chunk = self._stream.read(len(view))
        except BROKEN_ARCHIVE as error:
            raise CorruptArchiveError(
                f"{self._name} is damaged: its content cannot be unpacked after byte"
                f" {self._unpacked:,}.",
                _GET_AGAIN,
            ) from error
        self._unpacked += len(chunk)
        # What the archive declares was looked at before; this is what it really holds.
        refuse_bomb(self._name, self._unpacked, self._packed, self._limits)
        view[: len(chunk)] = chunk
        return len(chunk)


class Utf8Stream(io.RawIOBase):
    """Bytes that are proved to be UTF-8 while they are read; a byte order mark is left out."""

    def __init__(self, stream: IO[bytes] | io.RawIOBase, name: str) -> None:
        self._stream = stream
        self._name = name
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._offset = 0
        self._line = 1
        self._at_start = True
        self._pending = b""

    def readable(self) -> bool:
        """Say that bytes can be read."""
        return True

    def peek_character(self) -> str:
        """Return the first character that is no white space, without consuming anything."""
        looked_at = b""
        while chunk := self.read(65536):
            looked_at += chunk
            if looked_at.strip():
                break
        self._pending = looked_at
        return looked_at.decode("utf-8", "ignore").strip()[:1]

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes, or all of them if it is negative.

        Raises:
            NotUtf8Error: They are not UTF-8.
        """
        if size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        if self._pending:
            chunk, self._pending = self._pending[:size], self._pending[size:]
            return chunk
        while True:
            chunk = self._stream.read(size) or b""
            self._check(chunk)
            if self._at_start and chunk:
                self._at_start = False
                chunk = self._without_mark(chunk)
                if not chunk:
                    continue
            return chunk

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer and return how many bytes were read; 0 at the end."""
        view = memoryview(buffer)
        chunk = self.read(len(view))
        view[: len(chunk)] = chunk
        return len(chunk)

    def _without_mark(self, chunk: bytes) -> bytes:
        """Leave out the byte order mark at the start of the file."""
        while len(chunk) < len(codecs.BOM_UTF8) and codecs.BOM_UTF8.startswith(chunk):
            more = self._stream.read(1) or b""
            if not more:
                break
            self._check(more)
            chunk += more
        return chunk.removeprefix(codecs.BOM_UTF8)

    def _check(self, chunk: bytes) -> None:
        """Raise unless the bytes so far, with this chunk, are UTF-8."""
        carried = len(self._decoder.getstate()[0])
        try:
            self._decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            line = self._line + error.object.count(b"\n", 0, error.start)
            raise NotUtf8Error(
                f"{self._name} is not UTF-8: byte {error.object[error.start]:#04x} at offset"
                f" {self._offset - carried + error.start:,}, line {line:,}.",
                "Save the file as UTF-8.",
            ) from error
        self._offset += len(chunk)
        self._line += chunk.count(b"\n")
