"""From a column to JSON text in SQL and back from a cursor's JSON: one encoding per column type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from graphql import GraphQLField, get_named_type, get_nullable_type, is_enum_type, is_list_type

from graph.errors import DeclarationError
from graph.planner.sql import Json

TIMESTAMP = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
"""ISO 8601 in UTC with microseconds."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a column type travels.

    ``json`` makes JSON text of a value that is not null; ``sql_type`` is what parameters compared
    with the column are cast to; ``from_json`` reads a value back from a cursor.
    """

    json: Callable[[str], str]
    sql_type: str
    from_json: Callable[[Any], Any]
    is_word: bool = False
    """Whether a value is its own JSON between quotation marks."""

    def member(self, expression: str, *, nullable: bool) -> Json:
        """Return the value's JSON; a word's quotation marks join the text around it."""
        if self.is_word and not nullable:
            return Json().literal('"').expression(expression).literal('"')
        return Json().expression(self.text(expression, nullable=nullable))

    def text(self, expression: str, *, nullable: bool) -> str:
        """Return an expression of type text: the value's JSON, ``null`` where it is null."""
        encoded = self.json(expression)
        return f"COALESCE({encoded}, 'null')" if nullable else encoded


def _number(expression: str) -> str:
    return f"{expression}::text"


def _escaped(expression: str) -> str:
    return f"to_json({expression})::text"


def _finite(expression: str) -> str:
    """Null for NaN and the infinities, which GraphQL's Float does not have."""
    return (
        f"CASE WHEN {expression} NOT IN ('NaN', 'Infinity', '-Infinity')"
        f" THEN to_json({expression})::text END"
    )


def _word(expression: str) -> str:
    """A word of a vocabulary: a check constraint keeps it free of anything to escape."""
    return f"('\"' || {expression} || '\"')"


def _timestamp(expression: str) -> str:
    return f"to_json(to_char({expression} AT TIME ZONE 'UTC', '{TIMESTAMP}'))::text"


def _same(value: Any) -> Any:
    return value


def _exact(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"{value!r} is no {kind.__name__}")
        return value

    return read


def _float(value: Any) -> float:
    return float(value)


INTEGER = Encoding(_number, "int4", _exact(int))
FLOAT = Encoding(_finite, "float8", _float)
TEXT = Encoding(_escaped, "text", _exact(str))
UUID = Encoding(_escaped, "uuid", _exact(str))
WORD = Encoding(_word, "text", _exact(str), is_word=True)

ENCODINGS: dict[tuple[str, str], Encoding] = {
    ("integer", "Int"): INTEGER,
    ("small_integer", "Int"): INTEGER,
    ("float", "Float"): FLOAT,
    ("double", "Float"): FLOAT,
    ("numeric", "Decimal"): Encoding(lambda e: f"to_json({e}::text)::text", "numeric", Decimal),
    ("text", "String"): TEXT,
    ("text", "ID"): TEXT,
    ("boolean", "Boolean"): Encoding(_number, "bool", _exact(bool)),
    ("date", "Date"): Encoding(_escaped, "date", dt.date.fromisoformat),
    ("datetime", "DateTime"): Encoding(_timestamp, "timestamptz", dt.datetime.fromisoformat),
    ("text", "enum"): WORD,
    ("ARRAY", "[String]"): Encoding(_escaped, "text[]", _same),
    ("ARRAY", "[enum]"): Encoding(_escaped, "text[]", _same),
    ("uuid", "ID"): UUID,
    ("JSONB", "JSON"): Encoding(_number, "jsonb", _same),
}
"""By SQLAlchemy's name of the column type and the graph's type (``enum`` for any vocabulary)."""
NATURAL: dict[str, Encoding] = {
    "integer": INTEGER,
    "small_integer": INTEGER,
    "text": TEXT,
    "date": ENCODINGS["date", "Date"],
    "uuid": UUID,
}
"""Encodings of the columns that make natural keys and orders of lists."""
PASSED_ON: dict[str, Encoding] = {**NATURAL, "JSONB": ENCODINGS["JSONB", "JSON"]}
"""Encodings of the columns that Python works out a value from."""
COMPUTED: dict[str, Encoding] = {
    "Int": INTEGER,
    "Float": FLOAT,
    "String": TEXT,
    "Boolean": ENCODINGS["boolean", "Boolean"],
    "enum": WORD,
    "[String]": ENCODINGS["ARRAY", "[String]"],
    "[enum]": ENCODINGS["ARRAY", "[enum]"],
    "[Int]": Encoding(_escaped, "int4[]", _same),
}
"""Encodings of values that no column holds, by the graph's type."""


def encoding(column_type: str, graph_type: str, where: str) -> Encoding:
    """Return the encoding; ``bigint`` has none, because GraphQL's Int has 32 bits.

    Raises:
        DeclarationError: no encoding is known for the pair; ``where`` says which field.
    """
    try:
        return ENCODINGS[column_type, graph_type]
    except KeyError:
        raise DeclarationError(
            f"{where}: a column of type {column_type} cannot become {graph_type};"
            " declare another type or add an encoding to graph/planner/encode.py"
        ) from None


def computed(expression: str, graph_type: str, *, nullable: bool) -> str:
    """Return the JSON of a value that the statement computes, an expression of type text.

    An integer beyond 32 bits fails loudly here: GraphQL's Int could not carry it.
    """
    how = COMPUTED[graph_type]
    return how.text(f"({expression})::{how.sql_type}", nullable=nullable)


def graph_type_of(definition: GraphQLField) -> str:
    """Return a field's type as the encodings name it."""
    bare: Any = get_nullable_type(definition.type)
    named: Any = get_named_type(definition.type)
    name = "enum" if is_enum_type(named) else named.name
    return f"[{name}]" if is_list_type(bare) else name
