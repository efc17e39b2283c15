"""Finding the four program files of a folder by their names."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from etl.errors import AmbiguousFileError, EmptyFileError, MissingFileError

_CHUNK_BYTES: Final = 1 << 20


class FileRole(StrEnum):
    """What a source file holds."""

    DISCIPLINE = "discipline"
    PROGRAM_MASTER = "program_master"
    PROGRAM_SECTIONS = "program_sections"
    PROGRAM_DOCUMENTS = "program_documents"


# Role -> (name after the iteration number, accepted endings).
FILE_NAMES: Final = {
    FileRole.DISCIPLINE: ("discipline", (".xlsx",)),
    FileRole.PROGRAM_MASTER: ("program_master", (".xlsx",)),
    FileRole.PROGRAM_SECTIONS: ("program_descriptions_x_section", (".zip", ".csv")),
    FileRole.PROGRAM_DOCUMENTS: ("markdown_program_descriptions_v2", (".zip", ".json")),
}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One source file and what its name and bytes say of it.

    Attributes:
        role: What the file holds.
        path: Where it is.
        match_iteration_id: Number of the match iteration, from the name.
        sha256: SHA-256 of the bytes, in hexadecimal.
        size_bytes: Size of the file as received (packed, if it is an archive).
    """

    role: FileRole
    path: Path
    match_iteration_id: int
    sha256: str
    size_bytes: int

    @property
    def name(self) -> str:
        """Name of the file, without its folder."""
        return self.path.name

    @property
    def is_archive(self) -> bool:
        """Whether the file is a zip archive around the CSV or JSON file."""
        return self.path.suffix.lower() == ".zip"


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """The four files of one match iteration, in the order in which they are loaded."""

    discipline: SourceFile
    program_master: SourceFile
    program_sections: SourceFile
    program_documents: SourceFile

    @property
    def match_iteration_id(self) -> int:
        """Number of the match iteration that all four names state."""
        return self.discipline.match_iteration_id

    def __iter__(self) -> Iterator[SourceFile]:
        yield self.discipline
        yield self.program_master
        yield self.program_sections
        yield self.program_documents


def find_source_files(folder: Path) -> SourceFiles:
    """Find the four files of a folder by role, zipped or not, and hash them.

    Raises:
        MissingFileError: The folder or one of the four files is not there.
        AmbiguousFileError: Two files fit one role, or the names state several iterations.
        EmptyFileError: A file has no bytes.
    """
    if not folder.is_dir():
        raise MissingFileError(
            f"{folder} is not a folder.",
            "Give the folder with the four program files, e.g. make run SOURCE=path/to/folder.",
        )
    candidates = {role: _candidates(folder, role) for role in FileRole}
    missing = [role for role, found in candidates.items() if not found]
    if missing:
        raise MissingFileError(
            f"{folder} lacks {_and(_described(role) for role in missing)}.",
            "Put the missing files into the folder, or leave SOURCE out to use the bundled sample.",
        )
    for role, found in candidates.items():
        if len(found) > 1:
            raise AmbiguousFileError(
                f"{folder} has several files for {role.value}:"
                f" {_and(path.name for path, _ in found)}.",
                "Leave exactly one of them in the folder.",
            )
    chosen = {role: found[0] for role, found in candidates.items()}
    if len({iteration for _, iteration in chosen.values()}) > 1:
        raise AmbiguousFileError(
            f"{folder} mixes match iterations: {_and(path.name for path, _ in chosen.values())}.",
            "Keep the four files of one iteration together, and each iteration in its own folder.",
        )
    described = {role.value: describe_file(path, role, n) for role, (path, n) in chosen.items()}
    return SourceFiles(**described)


def describe_file(path: Path, role: FileRole, match_iteration_id: int) -> SourceFile:
    """Hash a file and describe it.

    Raises:
        EmptyFileError: The file has no bytes.
    """
    size_bytes = path.stat().st_size
    if size_bytes == 0:
        raise EmptyFileError(f"{path.name} is empty (0 bytes).", "Get the file again.")
    return SourceFile(role, path, match_iteration_id, sha256_of(path), size_bytes)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal, read in chunks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _candidates(folder: Path, role: FileRole) -> list[tuple[Path, int]]:
    """Return the files of a folder whose names fit a role, with their iteration numbers."""
    stem, endings = FILE_NAMES[role]
    pattern = re.compile(
        rf"(\d+)_{re.escape(stem)}(?:{'|'.join(map(re.escape, endings))})", re.IGNORECASE
    )
    found = []
    for path in sorted(folder.iterdir()):
        match = pattern.fullmatch(path.name)
        if match and path.is_file():
            found.append((path, int(match[1])))
    return found


def _described(role: FileRole) -> str:
    """Return a role with the names that it may have."""
    stem, endings = FILE_NAMES[role]
    names = " or ".join(f"<iteration>_{stem}{ending}" for ending in endings)
    return f"the {role.value} file ({names})"


def _and(parts: Iterable[str]) -> str:
    """Join parts with commas and a final "and"."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
