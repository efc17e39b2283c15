"""Writes a synthetic sample of the four source files, with the truth about every document.

The files have the published names and format. Disciplines, universities, cities, site labels and
streams are real; every free text, person, address and hospital is made up. The same seed and
size give the same bytes.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.sample.document import Document, make_document
from etl.sample.plan import ProgramPlan, plan_programs
from etl.sample.reference import load_reference
from etl.sample.writers import DocumentsWriter, SectionsWriter, write_sheet, zipped_text

GENERATOR_VERSION = 1
"""Raise it with every change that changes what is written: kept samples are then made anew."""

DISCIPLINES = "1503_discipline.xlsx"
MASTER = "1503_program_master.xlsx"
SECTIONS = "1503_program_descriptions_x_section.zip"
DOCUMENTS = "1503_markdown_program_descriptions_v2.zip"
TRUTH = "truth.jsonl"
FILES = (DISCIPLINES, MASTER, SECTIONS, DOCUMENTS, TRUTH)
MASTER_COLUMNS = (
    "",
    "discipline_id",
    "discipline_name",
    "school_id",
    "school_name",
    "program_stream_id",
    "program_stream_name",
    "program_site",
    "program_stream",
    "program_name",
    "program_url",
)
_PROGRESS_STEP = 100


@dataclass(frozen=True)
class SampleSummary:
    """What was written."""

    folder: Path
    programs: int
    seed: int
    french_documents: int
    bytes_written: int


def generate_sample(
    folder: Path,
    *,
    programs: int = 800,
    seed: int = 1503,
    short_documents: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> SampleSummary:
    """Write the four source files and `truth.jsonl` into `folder`.

    All files are written next to their place first and moved there together at the end, so that
    no reader ever sees half of one. `on_progress` is told the number of finished documents.
    """
    if programs < 1:
        raise ValueError("a sample needs at least one program")
    folder.mkdir(parents=True, exist_ok=True)
    plans = plan_programs(programs, seed)
    for leftover in folder.glob(".unfinished-*"):  # of a generator that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
    try:
        _write_sheets(unfinished, plans)
        _write_documents(unfinished, _documents(plans, seed, short_documents, on_progress))
        for name in FILES:
            (unfinished / name).replace(folder / name)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return SampleSummary(
        folder=folder,
        programs=programs,
        seed=seed,
        french_documents=sum(plan.language == "FR" for plan in plans),
        bytes_written=sum((folder / name).stat().st_size for name in FILES),
    )


def _documents(
    plans: list[ProgramPlan],
    seed: int,
    short: bool,
    on_progress: Callable[[int], None] | None,
) -> Iterator[Document]:
    for count, plan in enumerate(plans, start=1):
        yield make_document(plan, seed, short=short)
        if on_progress is not None and (count % _PROGRESS_STEP == 0 or count == len(plans)):
            on_progress(count)


def _write_documents(folder: Path, documents: Iterator[Document]) -> None:
    """Write CSV, JSON and truth side by side, one document at a time."""
    with ExitStack() as stack:
        csv_name, json_name = _member(SECTIONS, "csv"), _member(DOCUMENTS, "json")
        sections = SectionsWriter(stack.enter_context(zipped_text(folder / SECTIONS, csv_name)))
        stream = stack.enter_context(zipped_text(folder / DOCUMENTS, json_name))
        contents = stack.enter_context(DocumentsWriter(stream))
        truth = stack.enter_context((folder / TRUTH).open("w", encoding="utf-8", newline="\n"))
        for document in documents:
            sections.write(document)
            contents.write(document)
            truth.write(json.dumps(document.truth, ensure_ascii=False) + "\n")


def _member(archive: str, ending: str) -> str:
    return f"{Path(archive).stem}.{ending}"


def _write_sheets(folder: Path, plans: list[ProgramPlan]) -> None:
    disciplines = sorted(load_reference().disciplines, key=lambda d: d.name)
    rows = ((discipline.id, discipline.name) for discipline in disciplines)
    write_sheet(folder / DISCIPLINES, ("discipline_id", "discipline"), rows)
    write_sheet(folder / MASTER, MASTER_COLUMNS, _master_rows(plans))


def _master_rows(plans: list[ProgramPlan]) -> Iterator[tuple[Any, ...]]:
    for index, plan in enumerate(plans):
        yield (
            index,
            plan.discipline.id,
            plan.discipline.name,
            plan.school_id,
            plan.school.name,
            plan.stream_id,
            plan.stream_name,
            plan.site.label,
            plan.stream,
            plan.name,
            plan.url,
        )
