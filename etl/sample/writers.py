"""Writes the published files as streams whose bytes depend on nothing but their content."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from etl.sample.document import SECTION_COLUMNS, Document

ZIP_DATE = (2025, 3, 1, 0, 0, 0)
CSV_COLUMNS = (
    "",
    "document_id",
    "source",
    "n_program_description_sections",
    *SECTION_COLUMNS,
    "match_iteration_id",
    "program_description_id",
)
_TIMESTAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@contextmanager
def zipped_text(path: Path, member: str) -> Iterator[IO[str]]:
    """A text stream into the only member of a new zip file; the member's date is zip's first."""
    # Speed matters more than size: the fastest level makes files twice as large.
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(member, "w", force_zip64=True) as raw,
        io.TextIOWrapper(raw, encoding="utf-8", newline="") as text,
    ):
        yield text


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    # The host system must not show in the bytes.
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


class SectionsWriter:
    """The CSV of sections, one row per document."""

    def __init__(self, stream: IO[str]) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")
        self._writer.writerow(CSV_COLUMNS)
        self._rows = 0

    def write(self, document: Document) -> None:
        """Append a document."""
        plan = document.plan
        self._writer.writerow(
            (
                self._rows,
                f"1503-{plan.stream_id}",
                plan.url,
                document.section_count,
                *document.cells,
                1503,
                plan.stream_id,
            )
        )
        self._rows += 1


class DocumentsWriter:
    """The JSON list of documents, laid out as published, one at a time."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._separator = "[\n    "

    def write(self, document: Document) -> None:
        """Append a document."""
        plan = document.plan
        content = json.dumps(document.text, ensure_ascii=False)
        self._stream.write(
            f'{self._separator}{{\n        "id": "1503|{plan.stream_id}",\n'
            f'        "page_content": {content},\n        "metadata": {{\n'
            f'            "source": "{plan.url}"\n        }}\n    }}'
        )
        self._separator = ",\n    "

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.write("\n]" if self._separator == ",\n    " else "[]")


def write_sheet(path: Path, header: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write a workbook with the one sheet `Sheet1`."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    # An empty first heading is what readers show as "Unnamed: 0".
    sheet.append([WriteOnlyCell(sheet, value=name) if name else None for name in header])
    for row in rows:
        sheet.append(row)
    unfixed = path.with_suffix(".unfixed")
    book.save(unfixed)
    _without_dates(unfixed, path)
    unfixed.unlink()


def _without_dates(source: Path, target: Path) -> None:
    """Copy a workbook with fixed entry dates, and fixed dates in its properties."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for item in old.infolist():
            with old.open(item) as reader, new.open(_entry(item.filename), "w") as writer:
                # openpyxl writes the time of saving into the properties.
                if item.filename == "docProps/core.xml":
                    writer.write(_TIMESTAMP.sub(b"2025-03-01T00:00:00Z", reader.read()))
                    continue
                while chunk := reader.read(1 << 20):
                    writer.write(chunk)
