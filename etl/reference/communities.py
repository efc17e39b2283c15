"""Canadian communities by name, to tell a list of towns in a description from other lists."""

import csv
import functools
from importlib.resources import files

from etl.errors import ReferenceTableError

COLUMNS = ["community", "province"]


@functools.cache
def known_communities() -> frozenset[str]:
    """Return the names of ``communities.csv`` as written, without their provinces.

    Raises:
        ReferenceTableError: the file has other columns than ``community`` and ``province``.
    """
    text = files("etl.reference").joinpath("communities.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    if header != COLUMNS or any(len(row) != len(COLUMNS) for row in rows):
        raise ReferenceTableError(
            "communities.csv has other columns than community and province.",
            "Restore the columns; see docs/decisions.md.",
        )
    return frozenset(name for name, _ in rows)
