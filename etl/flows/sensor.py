"""Seeing that new source files have arrived in a folder, once per content."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path

from etl.errors import SourceError
from etl.sources.carms.files import FILE_NAMES, FileRole, find_source_files

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Arrival:
    """Complete, settled files that were not seen before.

    Attributes:
        fingerprint: SHA-256 over the four files' hashes.
        key: Names this arrival: the same files arriving again later, after others, are another.
    """

    fingerprint: str
    key: str


class FolderSensor:
    """Looks at a folder again and again; what it has seen survives a restart.

    Files count as complete when all four are there and no size or time changed between two
    looks. They are compared by content, so that touching or copying them again is no arrival.
    """

    def __init__(self, folder: Path, memory: Path) -> None:
        self.folder = folder
        self._memory = memory
        self._last_look: dict[str, tuple[int, int]] = {}
        self._known_look: dict[str, tuple[int, int]] = {}
        self._complaint = ""

    def look(self) -> Arrival | None:
        """Look once; returns an arrival until :meth:`remember` is called with it."""
        before, now = self._last_look, self._stamps()
        self._last_look = now
        if len(now) < len(FileRole) or now != before or now == self._known_look:
            return None
        try:
            files = find_source_files(self.folder)
        except SourceError as error:
            self._complain(str(error))
            return None
        except OSError as error:
            self._complain(f"{self.folder} cannot be read: {error.strerror}")
            return None
        if self._stamps() != now:
            return None
        fingerprint = hashlib.sha256("\n".join(file.sha256 for file in files).encode()).hexdigest()
        memory = self._recall()
        if memory.get("fingerprint") == fingerprint:
            self._known_look = now
            return None
        return Arrival(fingerprint, f"{fingerprint}:{int(memory.get('arrivals', 0)) + 1}")

    def remember(self, arrival: Arrival) -> None:
        """Keep that an arrival was dealt with; written so that a crash leaves old or new."""
        number = int(arrival.key.rpartition(":")[2])
        self._memory.parent.mkdir(parents=True, exist_ok=True)
        draft = self._memory.with_suffix(".new")
        draft.write_text(json.dumps({"fingerprint": arrival.fingerprint, "arrivals": number}))
        draft.replace(self._memory)
        self._known_look = self._last_look

    def _stamps(self) -> dict[str, tuple[int, int]]:
        """Return size and time of change of everything that looks like a source file."""
        endings = tuple(f"{stem}{end}" for stem, ends in FILE_NAMES.values() for end in ends)
        stamps = {}
        try:
            for path in self.folder.iterdir():
                if path.name.lower().endswith(endings):
                    status = path.stat()
                    stamps[path.name] = (status.st_size, status.st_mtime_ns)
        except OSError as error:
            self._complain(f"{self.folder} cannot be read: {error.strerror}")
            return {}
        return stamps

    def _recall(self) -> dict[str, str | int]:
        try:
            memory: dict[str, str | int] = json.loads(self._memory.read_text())
        except FileNotFoundError:
            return {}
        except ValueError:
            logger.warning("%s is damaged; files in the folder count as new", self._memory)
            return {}
        return memory

    def _complain(self, complaint: str) -> None:
        """Log a complaint once, not at every look."""
        if complaint != self._complaint:
            logger.warning("%s", complaint)
            self._complaint = complaint


def memory_file(home: Path, folder: Path) -> Path:
    """Return where the sensor of ``folder`` keeps what it has seen."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return home / "sensors" / f"{name}.json"
