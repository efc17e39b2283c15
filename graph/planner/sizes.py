"""How many objects a list gives that is cut but has no pages."""

from __future__ import annotations

from typing import Any

from graph.errors import BadUserInputError
from graph.planner.inputs import Input
from graph.planner.sql import Binder


def bounded(given: Input | None, default: int, most: int) -> Binder:
    """Return the binder of an argument ``first`` of such a list; it refuses what is too many."""
    if given is None or given.is_null:
        return lambda request: default
    binder = given.binder()

    def bind(request: Any) -> int:
        size: int = binder(request)
        if not 0 <= size <= most:
            raise BadUserInputError(
                f"Argument 'first' is {size}; this list has 0 to {most} objects. Pass a number in"
                " that range.",
                node=given.node,
            )
        return size

    return bind
