"""Sizes of lists, as arguments give them."""

from __future__ import annotations

from typing import Any, Final

from graph.errors import BadUserInputError
from graph.planner.inputs import Input
from graph.planner.sql import Binder

LAST_OFFSET: Final = 2**31 - 1


def bounded(given: Input | None, default: int, most: int) -> Binder:
    """Return the binder of an argument ``first`` of a list that has ``most`` rows at most."""
    if given is None or given.is_null:
        return lambda request: default
    return between(given, "first", most, f"this list has at most {most} rows")


def left_out(given: Input) -> Binder:
    """Return the binder of an argument ``offset``."""
    return between(given, "offset", LAST_OFFSET, "it counts the rows to leave out")


def between(given: Input, name: str, most: int, reason: str) -> Binder:
    """Return the binder of a number from 0 to ``most``; it refuses others for the reason given."""
    binder = given.binder()

    def bind(request: Any) -> int:
        value: int = binder(request)
        if not 0 <= value <= most:
            raise BadUserInputError(
                f"Argument '{name}' is {value}; {reason}. Pass a number from 0 to {most}.",
                node=given.node,
            )
        return value

    return bind
