"""Files of wordings: what is said of something, in either language, one wording a line.

The bank of needs and the lexicon are such files: columns for what it is said of, ``language``
(EN, FR), ``kind`` (of the wording) and ``text``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from warehouse.errors import SearchError
from warehouse.vocabulary import Language

Kind = TypeVar("Kind", bound=StrEnum)


def read_wordings(
    path: Path, of: str, kinds: type[Kind]
) -> Iterator[tuple[str, Language, Kind, str]]:
    """Yield what each wording of a file is said of, its language, its kind and its text.

    Args:
        path: Of the file.
        of: Name of the first column.
        kinds: The kinds that there are.

    Raises:
        SearchError: a line cannot be read; the message says which and why.
    """
    columns = (of, "language", "kind", "text")
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != columns:
            raise SearchError(
                f"{path.name} has the columns {reader.fieldnames}",
                remedy=f"its columns must be {', '.join(columns)}",
            )
        for number, row in enumerate(reader, start=2):
            try:
                known = Language[row["language"]], kinds[row["kind"]]
            except KeyError as error:
                raise SearchError(
                    f"{path.name}, line {number}: {error} is no language or kind of wording",
                    remedy=f"languages are {', '.join(Language)}; kinds are {', '.join(kinds)}",
                ) from error
            yield row[of], *known, row["text"]
