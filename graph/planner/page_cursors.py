"""Cursors of a page: read from arguments, and signed where an answer has them.

Highlights of passages are marked likewise: Python finishes both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graph.errors import AnswerError, CursorInvalidError
from graph.planner.compilation import PagePlan
from graph.planner.cursors import Cursor
from graph.planner.inputs import Input
from graph.planner.ordering import OrderKey
from graph.planner.searches import highlighted
from graph.planner.sql import MARK, Binder

ReadCursor = Callable[[Any], Cursor]
"""Gives the cursor of an argument for one request."""


def cursor_reader(given: Input, name: str, page: PagePlan) -> ReadCursor:
    """Return what reads the cursor of an argument; it refuses one of another list."""
    binder = given.binder()

    def read(request: Any) -> Cursor:
        try:
            cursor: Cursor = request.cursor(binder(request), name)
        except AnswerError as error:
            raise error.at(page.place, given.node) from None
        if cursor.fingerprint != fingerprint(page, request):
            raise CursorInvalidError(
                f"Argument '{name}' is a cursor of another list: its field, filter, order,"
                " iteration or time differ. Keep them unchanged from page to page.",
                node=given.node,
            )
        return cursor

    return read


def version_of(read: ReadCursor) -> Binder:
    """Return the binder of the data version that a cursor is pinned to."""
    return lambda request: read(request).version


def published_of(read: ReadCursor) -> Binder:
    """Return the binder of the time at which that version was published."""
    return lambda request: read(request).published_at


def fingerprint(page: PagePlan, request: Any) -> bytes:
    """Return the hash of what a page's cursors are made for."""
    values = [None if binder is None else binder(request) for binder in page.inputs]
    found: bytes = request.signer.fingerprint(page.identity, *values)
    return found


def key_of(read: ReadCursor, index: int, key: OrderKey) -> Binder:
    """Return the binder of the value that a cursor has for a key of the order."""

    def bind(request: Any) -> Any:
        value = read(request).keys[index]
        return None if value is None else key.encoding.from_json(value)

    return bind


def finish_marks(data: bytes, pages: tuple[PagePlan, ...], request: Any) -> bytes:
    """Return the answer with every marked place turned into a signed cursor or highlights."""
    mark = MARK.encode()
    pieces = data.split(mark)
    prints: dict[bytes, bytes] = {}
    for index in range(1, len(pieces), 2):
        number, _, payload = pieces[index].partition(b":")
        if number.startswith(b"h"):
            pieces[index] = highlighted(request, number[1:], payload)
            continue
        if number not in prints:
            prints[number] = fingerprint(pages[int(number)], request)
        pieces[index] = request.signer.sign(prints[number], payload)
    return b"".join(pieces)
