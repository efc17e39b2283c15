"""Changes copies of source files the way a new publication would."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

csv.field_size_limit(2**31 - 1)

CSV_COLUMNS = (
    "", "document_id", "source", "n_program_description_sections", "program_name",
    "match_iteration_name", "program_contracts", "general_instructions",
    "supporting_documentation_information", "review_process", "interviews", "selection_criteria",
    "program_highlights", "program_curriculum", "training_sites", "additional_information",
    "return_of_service", "faq", "summary_of_changes", "match_iteration_id",
    "program_description_id",
)  # fmt: skip

Document = dict[str, Any]


def copy_of(folder: Path, target: Path) -> Path:
    """Copy the four files (not the true values) to ``target``."""
    target.mkdir(parents=True)
    for path in folder.iterdir():
        if path.suffix != ".jsonl":
            shutil.copy(path, target)
    return target


def edit_documents(folder: Path, edit: Callable[[list[Document]], list[Document]]) -> None:
    """Rewrite the JSON of documents."""
    path = next(folder.glob("*_markdown_program_descriptions_v2.zip"))
    with zipfile.ZipFile(path) as archive:
        name = archive.namelist()[0]
        documents = json.loads(archive.read(name))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, json.dumps(edit(documents), ensure_ascii=False))


def edit_sections(folder: Path, edit: Callable[[list[list[str]]], list[list[str]]]) -> None:
    """Rewrite the rows of the CSV, header not included."""
    path = next(folder.glob("*_program_descriptions_x_section.zip"))
    with zipfile.ZipFile(path) as archive:
        name = archive.namelist()[0]
        header, *rows = csv.reader(io.StringIO(archive.read(name).decode(), newline=""))
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *edit(rows)])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, out.getvalue())


def edit_workbook(path: Path, edit: Callable[[list[list[Any]]], list[list[Any]]]) -> None:
    """Rewrite the rows of a spreadsheet, header included."""
    rows = [list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)]
    book = openpyxl.Workbook()
    book.active.title = "Sheet1"
    for row in edit(rows):
        book.active.append(row)
    book.save(path)


def edit_master(folder: Path, edit: Callable[[list[list[Any]]], list[list[Any]]]) -> None:
    """Rewrite the rows of the program master, header included."""
    edit_workbook(next(folder.glob("*_program_master.xlsx")), edit)


def stream_id(document: Document) -> str:
    """Return the program stream id of a document."""
    return str(document["id"]).split("|")[1]


def change_quota(folder: Path, program: str, quota: int) -> None:
    """State another quota for one program, in both files and both layouts."""

    def in_json(documents: list[Document]) -> list[Document]:
        for document in documents:
            if stream_id(document) == program:
                lines = document["page_content"].split("\n")
                at = next(
                    i for i, line in enumerate(lines) if line.startswith("## ") and "uota" in line
                )
                value = next(i for i in range(at + 1, at + 5) if lines[i].startswith("##   "))
                lines[value] = f"##   {quota}"
                document["page_content"] = "\n".join(lines)
        return documents

    def in_csv(rows: list[list[str]]) -> list[list[str]]:
        for row in rows:
            if row[1].endswith(f"-{program}"):
                lines = row[5].split("\n")
                at = next(
                    i for i, line in enumerate(lines) if line.startswith("## ") and "uota" in line
                )
                lines[at] = f"{lines[at].split(':')[0]}: {quota}  "
                row[5] = "\n".join(lines)
        return rows

    edit_documents(folder, in_json)
    edit_sections(folder, in_csv)


def remove_program(folder: Path, program: str) -> None:
    """Take one program out of all three program files."""
    edit_documents(folder, lambda documents: [d for d in documents if stream_id(d) != program])
    edit_sections(folder, lambda rows: [r for r in rows if not r[1].endswith(f"-{program}")])
    edit_master(folder, lambda rows: [r for r in rows if str(r[5]) != program])


def name_of(folder: Path, role: str) -> str:
    """Return the file name of ``master``, ``disciplines``, ``sections`` or ``documents``."""
    endings = {
        "master": "*_program_master.xlsx",
        "disciplines": "*_discipline.xlsx",
        "sections": "*_program_descriptions_x_section.zip",
        "documents": "*_markdown_program_descriptions_v2.zip",
    }
    return next(folder.glob(endings[role])).name


def edit_bytes(folder: Path, role: str, edit: Callable[[bytes], bytes]) -> None:
    """Rewrite the one member of an archive, whatever it holds."""
    path = folder / name_of(folder, role)
    with zipfile.ZipFile(path) as archive:
        name = archive.namelist()[0]
        content = archive.read(name)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, edit(content))


def edit_cell(folder: Path, program: str, column: str, edit: Callable[[str], str]) -> int:
    """Rewrite one cell of a program in the CSV; return its row number."""
    found: list[int] = []

    def in_csv(rows: list[list[str]]) -> list[list[str]]:
        for number, row in enumerate(rows, start=1):
            if row[1].endswith(f"-{program}"):
                found.append(number)
                at = CSV_COLUMNS.index(column)
                row[at] = edit(row[at])
        return rows

    edit_sections(folder, in_csv)
    return found[0]


def edit_document(folder: Path, program: str, edit: Callable[[str], str]) -> tuple[int, str]:
    """Rewrite the text of a program in the JSON; return its row number and its new text."""
    found: list[tuple[int, str]] = []

    def in_json(documents: list[Document]) -> list[Document]:
        for number, document in enumerate(documents, start=1):
            if stream_id(document) == program:
                document["page_content"] = edit(document["page_content"])
                found.append((number, document["page_content"]))
        return documents

    edit_documents(folder, in_json)
    return found[0]


def edit_master_row(folder: Path, program: str, **cells: Any) -> int:
    """Set cells of a program in the master, by column name; return its row number."""
    found: list[int] = []

    def in_sheet(rows: list[list[Any]]) -> list[list[Any]]:
        for number, row in enumerate(rows[1:], start=1):
            if str(row[5]) == program:
                found.append(number)
                for column, value in cells.items():
                    row[rows[0].index(column)] = value
        return rows

    edit_master(folder, in_sheet)
    return found[0]


def master_row(folder: Path, program: str) -> dict[str, Any]:
    """Return a program's row of the master by column name."""
    path = folder / name_of(folder, "master")
    header, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    return next(dict(zip(header, row, strict=True)) for row in rows if str(row[5]) == program)
