"""Values to ask with: those that occur in the data, those beside them, and strange ones."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from graph.planner.sources import TABLE_TYPES, Column, Embedded, TableType, member_of, source_of
from tests.reference.orders import written
from tests.reference.rows import Moment, Record, Scope, Tables
from tests.reference.texts import global_id, key_in

Item = TypeVar("Item")
MOST = 40
ALSO = {"iteration": "number", "ids": "id", "asOf": "publishedAt"}
"""Names of arguments that take the values of another field."""
SIZES = {"first", "last", "offset"}
USUAL_SIZES = (2, 1, 3, 4, 0, 5, 100)
WRONG_SIZES = (-1, 101, 501, 1001, 2**31 - 1)
STRANGE = (
    "", " ", "%", "_", "\\", "'", '"', "''; --", "université", "UNIVERSITÉ", "œ", "Œuvre",
    "e\u0301", "\u212b", "ﬁ", "’", "–", "ß", "İ", "日本", "🏥", "\u2028", "\u200f", "\t\r\n",
    "\x07", "\ufeff", "$1", "null", "a" * 300,
)  # fmt: skip
NUL = "a\0b"
STRANGE_TIMES = (
    "0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00",
    "2024-02-29T12:00:00+05:30", "2020-01-01",
)  # fmt: skip
STRANGE_DATES = ("0001-01-01", "9999-12-31", "2024-02-29", "20250204", "2025-W06-2")
STRANGE_IDS = ("", "!", "UHJvZ3JhbQ==", "UHJvZ3JhbQ", "🏥", NUL, "MQ")


@dataclass(frozen=True)
class Word:
    """A member of an enum, which JSON writes as a text and GraphQL without quotes."""

    name: str


@dataclass
class Chooser:
    """Choices, read from bytes: two for each, and the first of the choices where none is left.

    A run of bytes is one choice to Hypothesis, which shortens and lessens it where a test fails.
    Choices of their own would cost ten times as much.
    """

    entropy: bytes
    _read: int = 0

    def number(self, least: int, most: int) -> int:
        """Return a number in a range, both ends included."""
        taken = self.entropy[self._read : self._read + 2]
        self._read += 2
        return least + int.from_bytes(taken) % (most - least + 1)

    def among(self, items: Sequence[Item]) -> Item:
        """Return one of the items."""
        return items[self.number(0, len(items) - 1)]

    def chance(self, percent: int) -> bool:
        """Return whether something happens that has this chance; at first it does not."""
        return self.number(0, 99) >= 100 - percent


class Values:
    """The values of fields in the data, by the name of the field and by the name of the scalar."""

    def __init__(self, schema: GraphQLSchema, tables: Tables) -> None:
        self._found: dict[tuple[str, str], set[Any]] = {}
        for name, kind in TABLE_TYPES.items():
            graph_type = schema.type_map.get(name)
            if isinstance(graph_type, GraphQLObjectType):
                self._of_type(graph_type, kind, tables)
        self._by_name = {key: self._thinned(values) for key, values in self._found.items()}
        self._by_scalar: dict[str, list[Any]] = {}
        for (_, scalar), values in sorted(self._by_name.items()):
            self._by_scalar.setdefault(scalar, []).extend(values)

    def _of_type(self, graph_type: GraphQLObjectType, kind: TableType, tables: Tables) -> None:
        if kind.has_global_id:
            records = [
                Record(kind, row, tables, Scope(Moment(None))) for row in tables.rows[kind.table]
            ]
            self._add("id", "ID", (global_id(kind.name, record.own_key()) for record in records))
        for name, definition in graph_type.fields.items():
            inner: Any = get_named_type(definition.type)
            match source_of(definition):
                case Column(name=str() as column, table=table):
                    self._add(name, inner.name, _column(kind, tables, column, table))
                case Embedded(columns=columns, table=table):
                    for member, found in inner.fields.items():
                        column = columns[member_of(found)]
                        scalar: Any = get_named_type(found.type)
                        self._add(member, scalar.name, _column(kind, tables, column, table))

    def _add(self, name: str, scalar: str, values: Iterable[Any]) -> None:
        stated = {
            value for value in values if value is not None and not isinstance(value, list | dict)
        }
        self._found.setdefault((name, scalar), set()).update(stated)

    @staticmethod
    def _thinned(values: set[Any]) -> list[Any]:
        """Return some of the values, spread evenly: the same ones whenever the data are."""
        ordered = sorted(values)
        return ordered[:: max(1, len(ordered) // MOST)]

    def real(self, scalar: str, names: Sequence[str]) -> Sequence[Any]:
        """Return values of a scalar that occur in the data.

        ``names`` lead to the place where one is wanted; the last that is a field counts.
        """
        for name in reversed(names):
            for known in (ALSO.get(name, name), name):
                if found := self._by_name.get((known, scalar)):
                    return found
        return self._by_scalar.get(scalar, ())

    # -- scalars -------------------------------------------------------------------------------

    def scalar(self, choose: Chooser, kind: str, names: Sequence[str]) -> Any:
        """Return a value of a scalar for a place, as JSON has it."""
        makers: Mapping[str, Callable[[Chooser, Sequence[str]], Any]] = {
            "Boolean": lambda choose, names: choose.chance(50),
            "Int": self._whole,
            "Float": self._number,
            "String": self._text,
            "ID": self._id,
            "Date": self._date,
            "DateTime": self._time,
        }
        return makers[kind](choose, names)

    def _whole(self, choose: Chooser, names: Sequence[str]) -> int:
        if names[-1] in SIZES:
            return choose.among(WRONG_SIZES if choose.chance(2) else USUAL_SIZES)
        real = self.real("Int", names)
        if not real or choose.chance(20):
            return choose.among((0, 1, -1, 7, 2**31 - 1, -(2**31)))
        return int(choose.among(real)) + choose.among((0, 0, 0, -1, 1))

    def _number(self, choose: Chooser, names: Sequence[str]) -> float:
        if names[-1] == "km":
            return choose.among((0, -1.5)) if choose.chance(4) else choose.number(1, 4_000) + 0.5
        real = self.real("Float", names)
        if not real or choose.chance(20):
            return choose.among((0, -0.0, 1, 0.1, -1.5, 1e308, 5e-324, 12345678901234))
        return float(choose.among(real)) + choose.among((0, 0, 0, -0.5, 0.25, 1e-9))

    def _id(self, choose: Chooser, names: Sequence[str]) -> str:
        """Return a global id: of the type that is asked for, of any, of none that exists."""
        every = self._by_scalar.get("ID", ())
        if not every or choose.chance(2):
            return choose.among(STRANGE_IDS)
        fitting = [one for one in every if key_in(one, self._wanted_type(names))]
        text: str = choose.among(fitting if fitting and choose.chance(95) else every)
        if choose.chance(4):
            kind, key = key_in(text) or (None, ())
            assert kind is not None
            return global_id(kind.name, [7 if isinstance(one, int) else f"{one}:%" for one in key])
        return text

    @staticmethod
    def _wanted_type(names: Sequence[str]) -> TableType | None:
        """Return the type that names speak of, the last first: ``university``, ``programs``."""
        for name in reversed(names):
            for type_name, kind in TABLE_TYPES.items():
                one = type_name.lower()
                if name.lower().endswith((one, f"{one}s", f"{one.removesuffix('y')}ies")):
                    return kind
        return None

    def _text(self, choose: Chooser, names: Sequence[str]) -> str:
        real = self.real("String", names)
        if not real or choose.chance(25):
            return NUL if choose.chance(4) else choose.among(STRANGE)
        text: str = choose.among(real)
        start = choose.number(0, 12)
        changed: Sequence[str] = (
            text,
            text,
            text.upper(),
            text[: choose.number(1, 8)].lower(),
            text[start : start + choose.number(1, 8)],
            unicodedata.normalize("NFD", text),
            "".join(c for c in unicodedata.normalize("NFKD", text) if c.isascii()),
        )
        return choose.among(changed)

    def _date(self, choose: Chooser, names: Sequence[str]) -> str:
        real = self.real("Date", names)
        if not real or choose.chance(20):
            return choose.among(STRANGE_DATES)
        near = dt.timedelta(days=choose.among((0, 0, 1, -1, 30)))
        return str(written(choose.among(real) + near))

    def _time(self, choose: Chooser, names: Sequence[str]) -> str:
        real = self.real("DateTime", names)
        if not real or choose.chance(20):
            return choose.among(STRANGE_TIMES)
        near = dt.timedelta(microseconds=choose.among((0, 0, 1, -1, 3_600_000_000)))
        time: dt.datetime = choose.among(real) + near
        if choose.chance(30):
            return time.astimezone(dt.timezone(dt.timedelta(hours=2))).isoformat()
        if choose.chance(30):
            time = time.replace(tzinfo=None)
        return time.isoformat()


def _column(kind: TableType, tables: Tables, column: str, table: str | None) -> Iterable[Any]:
    return (row[column] for row in tables.rows[table or kind.table])
