"""An example of a market of one's own, as files to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from simulation.errors import InvalidFolderError
from simulation.own_folder import LAYOUT

EXAMPLE: Final = {
    "applicants.csv": (
        "applicant,category,has\nA0001,CMG,\nA0002,CMG,\nA0003,CMG,\nA0004,CMG,\nA0005,CMG,\n"
        "A0006,IMG,AIMG_ASSESSED\nA0007,IMG,\n"
    ),
    "programs.csv": (
        "program,quota,stream,province\n"
        "FM-NORTH,3,CMG Stream for CMG,AB\n"
        "FM-SOUTH,1,CMG Stream for CMG,NS\n"
        "IM-NORTH,1,CMG Stream for CMG,AB\n"
        "FM-WORLD,2,IMG Stream for IMG,AB\n"
    ),
    "applications.csv": (
        "applicant,program,rank\n"
        "A0001,IM-NORTH,1\nA0001,FM-SOUTH,2\n"
        "A0002,IM-NORTH,1\nA0002,FM-NORTH,2\n"
        "A0003,FM-SOUTH,1\n"
        "A0006,FM-WORLD,1\n"
        "A0007,FM-NORTH,1\nA0007,FM-WORLD,2\n"
    ),
    "rankings.csv": (
        "program,applicant,rank\n"
        "FM-NORTH,A0002,1\nFM-NORTH,A0004,2\nFM-NORTH,A0005,3\n"
        "FM-SOUTH,A0001,1\nFM-SOUTH,A0003,2\nFM-SOUTH,A0005,3\n"
        "IM-NORTH,A0002,1\nIM-NORTH,A0001,2\nIM-NORTH,A0004,3\n"
        "FM-WORLD,A0007,1\nFM-WORLD,A0006,2\n"
    ),
    "couples.csv": (
        "first,second,rank,first_program,second_program\n"
        "A0004,A0005,1,FM-NORTH,FM-NORTH\n"
        "A0004,A0005,2,IM-NORTH,FM-SOUTH\n"
        "A0004,A0005,3,FM-NORTH,\n"
    ),
    "reversions.csv": "program,to_program,to_pool,most\nIM-NORTH,FM-SOUTH,,1\nFM-NORTH,,REST,\n",
    "pools.csv": "pool,line,program\nREST,1,FM-SOUTH\n",
    "second_applicants.csv": "applicant,category,has\nA0008,CMG,\n",
    "second_seats.csv": "program,to_program,more\nFM-WORLD,FM-SOUTH,\n",
    "second_applications.csv": "applicant,program,rank\nA0007,FM-SOUTH,1\nA0008,FM-SOUTH,1\n",
    "second_rankings.csv": "program,applicant,rank\nFM-SOUTH,A0007,1\nFM-SOUTH,A0008,2\n",
    "second_couples.csv": "first,second,rank,first_program,second_program\n",
}
"""A small market with a couple, a reversion, a pool, entries that rules refuse, and a second
iteration; it can be run as it is. Rules are those that come with the program."""


def write_template(folder: Path) -> list[Path]:
    """Write the example into a folder; returns the files.

    Raises:
        InvalidFolderError: One of the files is there already, and nothing is written; or the
            folder cannot be written to.
    """
    paths = {name: folder / name for name in LAYOUT if name in EXAMPLE}
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
