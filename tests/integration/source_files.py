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
