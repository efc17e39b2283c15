"""Folders of markets for tests, written from lists."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path


def write(folder: Path, name: str, header: str, rows: Iterable[Sequence[object]]) -> None:
    """Write a file of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


def write_lists(folder: Path, name: str, header: str, lists: dict[str, Sequence[str]]) -> None:
    """Write rank order lists; ``header`` names the owner and the entry."""
    rows = [
        (owner, entry, rank)
        for owner, entries in lists.items()
        for rank, entry in enumerate(entries, start=1)
    ]
    write(folder, name, f"{header},rank", rows)
