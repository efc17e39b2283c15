"""Text material of the generator; every text in the data files is of our own making."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def load_texts(name: str) -> dict[str, Any]:
    """The data file of this name, parsed."""
    path = Path(__file__).parent / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
