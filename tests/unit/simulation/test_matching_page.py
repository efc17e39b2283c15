"""What docs/matching.md tells of own data and of the calibration is what the program has."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from simulation.own_folder import LAYOUT
from simulation.own_results import COLUMNS
from simulation.parameters import CALIBRATED

PAGE = (Path(__file__).parents[3] / "docs" / "matching.md").read_text(encoding="utf-8")


def test_the_page_tells_the_layout_of_the_folder() -> None:
    for name, file in LAYOUT.items():
        optional = "" if file.is_required else " (optional)"
        assert f"| `{name}`{optional} | `{','.join(file.columns)}` |" in PAGE
    for name in COLUMNS:
        assert f"`{name}`" in PAGE


def test_the_page_tells_the_committed_fit() -> None:
    committed = json.loads(files("simulation").joinpath(CALIBRATED).read_text(encoding="utf-8"))
    for row in committed["fit"]:
        if row["moment"] == "success":
            continue
        told = f"{100 * row['published']:.1f} | {100 * row['simulated']:.1f} |"
        assert told in PAGE, (row["moment"], row["subject"])
    for row in committed["estimates"]:
        assert f"`{row['path']}`" in PAGE
