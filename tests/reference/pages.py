"""Orders, pages and cursors over lists in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cmp_to_key
from typing import Any

import orjson
from graphql import GraphQLInputObjectType

from graph.errors import CursorInvalidError
from graph.planner.cursors import Cursor, CursorSigner
from graph.planner.sources import ORDERS, TABLE_TYPES, OrderTerm, TableType
from tests.reference.filters import keeps, wrongs
from tests.reference.refusals import BAD_INPUT, CURSOR_EXPIRED, CURSOR_INVALID, RefusalError
from tests.reference.rows import VERSIONS, Moment, Record, Row, Tables

SIZE = 20
MOST = 100
Arguments = Mapping[str, Any]
Position = tuple[Any, ...]


def written(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if isinstance(value, dt.date) else value


def moment_at(tables: Tables, as_of: dt.datetime | None) -> Moment:
    """Return the moment that an argument ``asOf`` stands for."""
    if as_of is None:
        return Moment.now(tables)
    try:
        time = (as_of if as_of.tzinfo else as_of.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except OverflowError:
        raise RefusalError([BAD_INPUT]) from None
    return Moment.at(tables, time)


@dataclass(frozen=True)
class Order:
    """An order by several keys; what states no value comes last, whichever way a key goes."""

    keys: Sequence[tuple[OrderTerm, bool]]

    @classmethod
    def of(cls, kind: TableType, given: Sequence[Arguments] | None) -> Order:
        """Return the order that an argument ``orderBy`` stands for."""
        terms = ORDERS.get(kind.name, {})
        return cls([(terms[one["field"]], one["direction"] == "DESC") for one in given or ()])

    def position(self, record: Record) -> Position:
        """Return where an object stands; no two stand at the same place."""
        values = []
        for term, _ in self.keys:
            owner: Record | None = record
            if term.relation is not None and term.target is not None:
                owner = next(record.related(TABLE_TYPES[term.target], term.relation.keys), None)
            name = term.column.name
            assert name is not None
            values.append(None if owner is None else owner.value(name, term.column.table))
        return tuple(written(value) for value in (*values, *record.key()))

    def compare(self, one: Position, other: Position) -> int:
        """Return a negative number where the first position comes first, 0 where it is equal."""
        backwards = [is_descending for _, is_descending in self.keys]
        for index, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            if mine == theirs:
                continue
            if mine is None or theirs is None:
                return 1 if mine is None else -1
            is_backward = index < len(backwards) and backwards[index]
            return -1 if (mine < theirs) != is_backward else 1
        return 0


@dataclass
class Page:
    """One page, and all rows behind its connection."""

    everything: list[Record]
    shown: list[Record]
    has_previous: bool
    has_next: bool
    cursor: Callable[[Record], str]


@dataclass
class Connections:
    """Makes pages; ``filters`` are the declared input types by the name of the filtered type."""

    tables: Tables
    signer: CursorSigner
    filters: Mapping[str, GraphQLInputObjectType]
    own_tokens: dict[str, str] = field(default_factory=dict)
    """From a cursor of the graph to the one that the reference made for the same row."""

    def page(
        self,
        kind: TableType,
        identity: str,
        arguments: Arguments,
        belongs: Callable[[Record], bool],
    ) -> Page:
        """Return a page of the objects that belong to a connection.

        Raises:
            RefusalError: an argument is wrong.
        """
        codes = set(wrongs(self.filters.get(kind.name), arguments.get("filter"), kind.name))
        codes |= self._wrong_sizes(arguments)
        cursors: dict[str, Cursor] = {}
        print_ = self._fingerprint(identity, arguments)
        for name in ("after", "before"):
            if arguments.get(name) is not None:
                try:
                    cursors[name] = self._read(arguments[name], name, print_)
                except RefusalError as refusal:
                    codes |= refusal.codes
        if len({(cursor.version, cursor.published_at) for cursor in cursors.values()}) > 1:
            codes.add(CURSOR_INVALID)
        try:
            moment = self._moment(arguments, cursors)
        except RefusalError:
            codes.add(BAD_INPUT)
        if codes:
            raise RefusalError(codes)
        return self._cut(kind, arguments, belongs, moment, cursors, print_)

    def _cut(
        self,
        kind: TableType,
        arguments: Arguments,
        belongs: Callable[[Record], bool],
        moment: Moment,
        cursors: Mapping[str, Cursor],
        print_: bytes,
    ) -> Page:
        order = Order.of(kind, arguments.get("orderBy"))
        rows = [
            record
            for record in self.tables.all(kind, moment)
            if belongs(record)
            and self._is_of_iteration(record, arguments, moment)
            and keeps(self.filters.get(kind.name), arguments.get("filter"), record)
        ]
        by_position = cmp_to_key(order.compare)
        rows.sort(key=lambda record: by_position(order.position(record)))

        def is_beyond(record: Record, name: str, sign: int) -> bool:
            if name not in cursors:
                return False
            return sign * order.compare(order.position(record), cursors[name].keys) <= 0

        before = [record for record in rows if is_beyond(record, "after", 1)]
        after = [record for record in rows if is_beyond(record, "before", -1)]
        window = [r for r in rows if not any(r is other for other in (*before, *after))]
        first, last = arguments.get("first"), arguments.get("last")
        if last is not None:
            shown = window[len(window) - min(last, len(window)) :]
            hidden_before, hidden_after = len(window) > len(shown), False
        else:
            shown = window[: SIZE if first is None else first]
            hidden_before, hidden_after = False, len(window) > len(shown)
        return Page(
            rows,
            shown,
            bool(before) or hidden_before,
            bool(after) or hidden_after,
            lambda record: self._token(print_, moment, order.position(record)),
        )

    @staticmethod
    def _is_of_iteration(record: Record, arguments: Arguments, moment: Moment) -> bool:
        if not record.kind.has_iteration:
            return True
        wanted = arguments.get("iteration")
        iteration = moment.iteration if wanted is None else wanted
        return bool(record.row["match_iteration_id"] == iteration)

    @staticmethod
    def _wrong_sizes(arguments: Arguments) -> set[str]:
        sizes = [arguments.get(name) for name in ("first", "last")]
        wrong = None not in sizes or any(n is not None and not 0 <= n <= MOST for n in sizes)
        return {BAD_INPUT} if wrong else set()

    # -- cursors -------------------------------------------------------------------------------

    def _fingerprint(self, identity: str, arguments: Arguments) -> bytes:
        """Return what tells a list from others: cursors of one are no cursors of another."""
        names = ("filter", "orderBy", "iteration", "asOf")
        return self.signer.fingerprint("reference", identity, *map(arguments.get, names))

    def _token(self, print_: bytes, moment: Moment, position: Position) -> str:
        number, time = 0, 0
        if moment.version is not None:
            number = moment.version["number"]
            time = round(moment.version["published_at"].timestamp() * 1_000_000)
        payload = b"%d|%d|%s" % (number, time, orjson.dumps(position))
        return self.signer.sign(print_, payload).decode()

    def _read(self, token: str, name: str, print_: bytes) -> Cursor:
        try:
            cursor = self.signer.read(self.own_tokens.get(token, token), name)
        except CursorInvalidError:
            raise RefusalError([CURSOR_INVALID]) from None
        if cursor.fingerprint != print_:
            raise RefusalError([CURSOR_INVALID])
        if self._version(cursor) is None:
            raise RefusalError([CURSOR_EXPIRED])
        return cursor

    def _version(self, cursor: Cursor) -> Row | None:
        for row in self.tables.rows[VERSIONS]:
            if (row["number"], row["published_at"]) == (cursor.version, cursor.published_at):
                return row
        return None

    def _moment(self, arguments: Arguments, cursors: Mapping[str, Cursor]) -> Moment:
        for cursor in cursors.values():
            return Moment(self._version(cursor), cursor.published_at)
        return moment_at(self.tables, arguments.get("asOf"))
