"""Pages and cursors over lists in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from graphql import GraphQLInputObjectType

from graph.errors import CursorInvalidError
from graph.planner.cursors import Cursor, CursorSigner
from graph.planner.sources import TABLE_TYPES, Connection
from tests.reference.filters import keeps, wrongs
from tests.reference.orders import Key, Order, Position, natural, order_of
from tests.reference.refusals import BAD_INPUT, CURSOR_EXPIRED, CURSOR_INVALID, RefusalError
from tests.reference.relations import members, scope_of
from tests.reference.rows import VERSIONS, Moment, Record, Row, Scope, Tables
from tests.reference.times import in_utc

SIZE = 20
MOST = 100
LONGEST = 500
"""Most rows of a list that is no page."""
Arguments = Mapping[str, Any]


def scope_at(tables: Tables, arguments: Arguments, around: Scope | None = None) -> Scope:
    """Return where arguments ``asOf`` and ``iteration`` let a field read.

    Raises:
        RefusalError: there is no such time.
    """
    scope = around or Scope(Moment.now(tables))
    as_of, iteration = arguments.get("asOf"), arguments.get("iteration")
    if as_of is not None:
        try:
            moment = Moment.at(tables, in_utc(as_of))
        except OverflowError:
            raise RefusalError([BAD_INPUT]) from None
        scope = replace(scope, moment=moment, given=(scope.given[0], as_of))
    if iteration is not None:
        scope = replace(scope, iteration=iteration, given=(iteration, scope.given[1]))
    return scope


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

    def part(
        self, target: str, rows: list[Record], order: list[Key], arguments: Arguments
    ) -> list[Record]:
        """Return what the arguments of a list leave of it; ``order`` is its own.

        Raises:
            RefusalError: an argument is wrong.
        """
        kind, given = self.filters.get(target), arguments.get("filter")
        codes = set(wrongs(kind, given, target))
        first, offset = arguments.get("first"), arguments.get("offset")
        if (first is not None and not 0 <= first <= LONGEST) or (offset is not None and offset < 0):
            codes.add(BAD_INPUT)
        if codes:
            raise RefusalError(codes)
        kept = [row for row in rows if keeps(kind, given, row)]
        found = Order([*order_of(target, arguments.get("orderBy")), *order]).sorted(kept)
        start = offset or 0
        return found[start : start + (LONGEST if first is None else first)]

    def page(
        self,
        relation: Connection,
        identity: str,
        arguments: Arguments,
        record: Record | None = None,
    ) -> Page:
        """Return a page of the rows behind a connection, of all or of those of a row.

        Raises:
            RefusalError: an argument is wrong.
        """
        target = relation.target
        codes = set(wrongs(self.filters.get(target), arguments.get("filter"), target))
        codes |= self._wrong_sizes(arguments)
        around = scope_of(relation, record, record.scope) if record else scope_at(self.tables, {})
        try:
            scope = scope_at(self.tables, arguments, around)
        except RefusalError:
            if arguments.get("after") is not None or arguments.get("before") is not None:
                codes.add(CURSOR_INVALID)  # no cursor is one of a time that does not exist
            raise RefusalError({*codes, BAD_INPUT}) from None
        print_ = self._fingerprint(identity, arguments, scope)
        cursors: dict[str, Cursor] = {}
        for name in ("after", "before"):
            if arguments.get(name) is not None:
                try:
                    cursors[name] = self._read(arguments[name], name, print_)
                except RefusalError as refusal:
                    codes |= refusal.codes
        if len({(cursor.version, cursor.published_at) for cursor in cursors.values()}) > 1:
            codes.add(CURSOR_INVALID)
        if codes:
            raise RefusalError(codes)
        for cursor in cursors.values():
            scope = replace(scope, moment=Moment(self._version(cursor), cursor.published_at))
        return self._cut(relation, arguments, record, scope, cursors, print_)

    def _cut(
        self,
        relation: Connection,
        arguments: Arguments,
        record: Record | None,
        scope: Scope,
        cursors: Mapping[str, Cursor],
        print_: bytes,
    ) -> Page:
        target = TABLE_TYPES[relation.target]
        order = Order(order_of(target.name, arguments.get("orderBy")))
        kind, given = self.filters.get(target.name), arguments.get("filter")
        found = [
            row for row in members(relation, record, self.tables, scope) if keeps(kind, given, row)
        ]
        rows = order.sorted(sorted(found, key=natural))

        def side(row: Record, cursor: Cursor) -> int:
            """Return a negative number where a row comes before a cursor, 0 where it is its."""
            keys = tuple(cursor.keys)
            position, key = order.position(row), natural(row)
            return order.compare(position, keys[: len(position)]) or (
                (key > keys[len(position) :]) - (key < keys[len(position) :])
            )

        before = [r for r in rows if "after" in cursors and side(r, cursors["after"]) <= 0]
        after = [r for r in rows if "before" in cursors and side(r, cursors["before"]) >= 0]
        window = [r for r in rows if not any(r is other for other in (*before, *after))]
        first, last = arguments.get("first"), arguments.get("last")
        if last is not None:
            shown = window[len(window) - min(last, len(window)) :]
            hidden_before, hidden_after = len(window) > len(shown), False
        else:
            shown = window[: SIZE if first is None else first]
            hidden_before, hidden_after = False, len(window) > len(shown)

        def cursor(row: Record) -> str:
            return self._token(print_, scope.moment, (*order.position(row), *natural(row)))

        return Page(rows, shown, bool(before) or hidden_before, bool(after) or hidden_after, cursor)

    @staticmethod
    def _wrong_sizes(arguments: Arguments) -> set[str]:
        sizes = [arguments.get(name) for name in ("first", "last")]
        wrong = None not in sizes or any(n is not None and not 0 <= n <= MOST for n in sizes)
        return {BAD_INPUT} if wrong else set()

    # -- cursors -------------------------------------------------------------------------------

    def _fingerprint(self, identity: str, arguments: Arguments, scope: Scope) -> bytes:
        """Return what tells a list from others: cursors of one are no cursors of another."""
        given = (arguments.get("filter"), arguments.get("orderBy"), *scope.given)
        return self.signer.fingerprint("reference", identity, *given)

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
