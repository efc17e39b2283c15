"""Texts without case, accents and typographic variants; global ids."""

from __future__ import annotations

import base64
import binascii
import unicodedata
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from graph.planner.sources import TABLE_TYPES, TableType
from warehouse.tables import metadata

ALIKE = {"’": "'", "‘": "'", "–": "-", "—": "-", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"}


def folded(text: str) -> str:
    """Return a text in the form in which people would call it the same."""
    return "".join(
        letter.lower() if letter.isascii() else ALIKE.get(letter, letter)
        for letter in unicodedata.normalize("NFKD", text)
        if not 0x300 <= ord(letter) <= 0x36F  # combining accents
    )


def global_id(type_name: str, key: Sequence[object]) -> str:
    """Return the global id of an object by its natural key."""
    parts = [str(part).replace("%", "%25").replace(":", "%3A") for part in key]
    return base64.b64encode(":".join([type_name, *parts]).encode()).decode()


def key_in(given: str, wanted: TableType | None = None) -> tuple[TableType, tuple[Any, ...]] | None:
    """Return the type and the natural key in a global id; None where it is none (of that type)."""
    try:
        name, *parts = base64.b64decode(given, validate=True).decode().split(":")
    except (binascii.Error, ValueError):
        return None
    kind = TABLE_TYPES.get(name)
    if kind is None or not kind.has_global_id or (wanted is not None and wanted != kind):
        return None
    plain = [part.replace("%3A", ":").replace("%25", "%") for part in parts]
    if len(plain) != len(kind.natural_key) or any("\0" in part for part in plain):
        return None
    key: list[Any] = []
    columns = metadata.tables[kind.table].c
    for column, part in zip(kind.natural_key, plain, strict=True):
        if columns[column].type.python_type is str:
            key.append(part)
        elif columns[column].type.python_type is UUID:
            try:
                key.append(UUID(part))
            except ValueError:
                return None
        elif part.removeprefix("-").isdecimal() and -(2**31) <= int(part) < 2**31:
            key.append(int(part))
        else:
            return None
    # What is written otherwise than the graph writes it was not given by the graph.
    return (kind, tuple(key)) if global_id(name, key) == given else None
