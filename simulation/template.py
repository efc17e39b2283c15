"""An example of a market of one's own, as files to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from simulation.errors import InvalidFolderError
from simulation.own_market import LAYOUT

EXAMPLE: Final = {
    "applicants.csv": "applicant\nA0001\nA0002\nA0003\nA0004\nA0005\n",
    "programs.csv": "program,quota\nFM-NORTH,3\nFM-SOUTH,1\nIM-NORTH,1\n",
    "applications.csv": (
        "applicant,program,rank\n"
        "A0001,IM-NORTH,1\nA0001,FM-SOUTH,2\n"
        "A0002,IM-NORTH,1\nA0002,FM-NORTH,2\n"
        "A0003,FM-SOUTH,1\n"
    ),
    "rankings.csv": (
        "program,applicant,rank\n"
        "FM-NORTH,A0002,1\nFM-NORTH,A0004,2\nFM-NORTH,A0005,3\n"
        "FM-SOUTH,A0001,1\nFM-SOUTH,A0003,2\nFM-SOUTH,A0005,3\n"
        "IM-NORTH,A0002,1\nIM-NORTH,A0001,2\nIM-NORTH,A0004,3\n"
    ),
    "couples.csv": (
        "first,second,rank,first_program,second_program\n"
        "A0004,A0005,1,FM-NORTH,FM-NORTH\n"
        "A0004,A0005,2,IM-NORTH,FM-SOUTH\n"
        "A0004,A0005,3,FM-NORTH,\n"
    ),
    "reversions.csv": "program,to_program,to_pool,most\nIM-NORTH,FM-SOUTH,,1\nFM-NORTH,,REST,\n",
    "pools.csv": "pool,line,program\nREST,1,FM-SOUTH\n",
}
"""A small market with a couple, a reversion and a pool; it can be run as it is."""


def write_template(folder: Path) -> list[Path]:
    """Write the example into a folder; returns the files.

    Raises:
        InvalidFolderError: One of the files is there already, and nothing is written; or the
            folder cannot be written to.
    """
    paths = {name: folder / name for name in LAYOUT}
    for name, path in paths.items():
        if path.exists():
            raise InvalidFolderError(
                "The file is there already.", "Name an empty folder, or move the file away.", name
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in paths.items():
            path.write_text(EXAMPLE[name], encoding="utf-8")
    except OSError as error:
        raise InvalidFolderError(
            f"The files cannot be written: {error.strerror}.",
            "Name a folder that can be written to.",
            folder.name,
        ) from error
    return list(paths.values())
