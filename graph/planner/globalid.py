"""Global ids: base64 of the type and the natural key, ``Program:1503:27447``; never a version."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from graph.errors import BadUserInputError
from graph.planner.facts import fact
from graph.planner.sources import TABLE_TYPES, TableType
from graph.planner.sql import quote

ESCAPES = (("%", "%25"), (":", "%3A"))
"""What a part of a key may not hold, in the order in which it is replaced."""
_NUMBER: Final = re.compile("-?[0-9]{1,10}", re.ASCII)


def encode(type_name: str, parts: Sequence[object]) -> str:
    """Return the global id of a natural key."""
    escaped = [type_name]
    for part in parts:
        text = str(part)
        for plain, code in ESCAPES:
            text = text.replace(plain, code)
        escaped.append(text)
    return base64.b64encode(":".join(escaped).encode()).decode()


def _split(given: str) -> list[str] | None:
    try:
        text = base64.b64decode(given, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    parts = []
    for part in text.split(":"):
        plain_part = part
        for plain, code in reversed(ESCAPES):
            plain_part = plain_part.replace(code, plain)
        parts.append(plain_part)
    return parts


def type_of(given: str) -> str | None:
    """Return the name of the type inside a global id; None where no such type has global ids."""
    parts = _split(given)
    kind = TABLE_TYPES.get(parts[0]) if parts else None
    return kind.name if kind is not None and kind.has_global_id else None


def key_of(given: str, kind: TableType, argument: str) -> list[Any]:
    """Return the natural key inside a global id of a type.

    Raises:
        BadUserInputError: it is no global id of the type.
    """
    parts = _split(given)
    wrong = BadUserInputError(
        f"Argument '{argument}' is no global id of a {kind.name}. Pass the 'id' of a"
        f" {kind.name} as the graph gave it."
    )
    if parts is None or parts[0] != kind.name or len(parts) != len(kind.natural_key) + 1:
        raise wrong
    key: list[Any] = []
    for column, part in zip(kind.natural_key, parts[1:], strict=True):
        read = _read(part, fact(kind.table, column).type)
        if read is None:
            raise wrong
        key.append(read)
    # The same key written in another way would find an object whose id is another.
    if encode(kind.name, key) != given:
        raise wrong
    return key


def _read(part: str, column_type: str) -> str | int | None:
    """Return the value of a column in a part of an id; None where it cannot be one."""
    if column_type == "text":
        return None if "\x00" in part else part
    if column_type == "uuid":
        try:
            return str(UUID(part))
        except ValueError:
            return None
    return int(part) if _NUMBER.fullmatch(part) and abs(int(part)) < 2**31 else None


def parameter_type(kind: TableType, column: str) -> str:
    """Return the database's type of the parameters that a column of a natural key equals."""
    found = fact(kind.table, column).type
    return found if found in {"text", "uuid"} else "int4"


def sql(kind: TableType, columns: Sequence[str]) -> str:
    """Return the expression of a row's global id as text; ``columns`` hold its natural key."""
    parts = [quote(kind.name)]
    for name, expression in zip(kind.natural_key, columns, strict=True):
        text = f"{expression}::text"
        if fact(kind.table, name).type == "text":
            for plain, code in ESCAPES:
                text = f"replace({text}, {quote(plain)}, {quote(code)})"
        parts.append(text)
    joined = " || ':' || ".join(parts)
    # encode breaks lines after 76 characters
    return f"replace(encode(convert_to({joined}, 'UTF8'), 'base64'), E'\\n', '')"
