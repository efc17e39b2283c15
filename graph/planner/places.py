"""Where in an answer the planner is at work, and what is left of an answer in which fields fail.

An error belongs to the field that has it, and only if that is executed: a list that no row asks
for has no wrong arguments. Fields that fail are left out of the statement, which writes a mark
where a value of theirs would stand. Where a mark comes back the field is null, and the error is
reported with its path; where it may not be null, what it stands in is lost too (GraphQL
specification, section 6.4.4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from graphql import (
    GraphQLError,
    GraphQLOutputType,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)

from graph.errors import AnswerError
from graph.planner.sql import Json

OBJECT: Final = "{}"
"""In a place, the object that is a field's value, or any that is an item of it."""
MARK: Final = "!"
"""Member of a mark; no response key has such a character."""


@dataclass(frozen=True, slots=True)
class Place:
    """A field of the answer: the response keys that lead to it, and the type of each.

    ``OBJECT`` stands between the key of a field and those of its members. At the end, it means
    that objects cannot be made even if there are some.
    """

    keys: tuple[str, ...]
    types: tuple[GraphQLOutputType, ...] = field(compare=False, repr=False)

    @property
    def is_root(self) -> bool:
        """Whether it is a root field, or the root itself: executed whatever else fails."""
        return len(self.keys) <= 1

    @property
    def is_vital(self) -> bool:
        """Whether no data are left if it fails."""
        return self.is_root and all(map(is_non_null_type, self.types))


@dataclass(slots=True)
class Trail:
    """The fields within each other that are at work.

    ``without`` are the places to leave out, ``left_out`` those that were met, by the number in
    their mark, and ``errors`` what fails besides.
    """

    without: frozenset[Place] = frozenset()
    left_out: list[Place] = field(default_factory=list)
    errors: list[AnswerError] = field(default_factory=list)
    _keys: list[str] = field(default_factory=list)
    _types: list[GraphQLOutputType] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Where the planner is at work."""
        return Place(tuple(self._keys), tuple(self._types))

    def field(self, key: str, kind: GraphQLOutputType, build: Callable[[], Json]) -> Json:
        """Return the JSON of a field; a mark where it is left out."""
        self._keys.append(key)
        self._types.append(kind)
        try:
            return self._guarded(build)
        finally:
            self._keys.pop()
            self._types.pop()

    def object(self, build: Callable[[], Json]) -> Json:
        """Return the JSON of an object, the value of the field at work or an item of it."""
        if not self._types:
            return self._guarded(build)
        kind = self._types[-1]
        bare = get_nullable_type(kind)
        return self.field(OBJECT, bare.of_type if is_list_type(bare) else kind, build)

    def _guarded(self, build: Callable[[], Json]) -> Json:
        place = self.place
        if place in self.without:
            self.left_out.append(place)
            return Json().literal(f'{{"{MARK}":{len(self.left_out) - 1}}}')
        try:
            return build()
        except AnswerError as error:
            self.errors.append(error.at(place))
            return Json().literal("null")  # the statement is not run


def settled(
    data: bytes, failed: Sequence[tuple[Place, AnswerError]]
) -> tuple[bytes | None, list[GraphQLError]]:
    """Return what is left of an answer with marks, None where nothing is, and its errors.

    ``failed`` are what the marks stand for, by their numbers.
    """
    settlement = _Settlement(failed)
    try:
        left = orjson.dumps(settlement.members(orjson.loads(data), (), []))
    except _LostError:
        left = None
    return left, settlement.reported


class _LostError(Exception):
    """A value that may not be null has failed."""


class _Settlement:
    """Completes the values on the way to fields that failed, as the specification has it."""

    def __init__(self, failed: Sequence[tuple[Place, AnswerError]]) -> None:
        self.reported: list[GraphQLError] = []
        self._errors = [error for _, error in failed]
        self._types: dict[tuple[str, ...], GraphQLOutputType] = {}
        for place, _ in failed:
            for index, kind in enumerate(place.types, start=1):
                self._types[place.keys[:index]] = kind

    def members(
        self, value: dict[str, Any], keys: tuple[str, ...], path: list[str | int]
    ) -> dict[str, Any]:
        """Complete the members of an object."""
        for key, member in value.items():
            below = (*keys, key)
            if below in self._types:
                value[key] = self._value(member, self._types[below], below, [*path, key])
        return value

    def _value(
        self, value: Any, kind: GraphQLOutputType, keys: tuple[str, ...], path: list[str | int]
    ) -> Any:
        if is_non_null_type(kind):
            found = self._nullable(value, kind.of_type, keys, path)
            if found is None:
                raise _LostError
            return found
        try:
            return self._nullable(value, kind, keys, path)
        except _LostError:
            return None

    def _nullable(
        self, value: Any, kind: GraphQLOutputType, keys: tuple[str, ...], path: list[str | int]
    ) -> Any:
        if isinstance(value, list) and is_list_type(kind):
            return [
                self._value(item, kind.of_type, keys, [*path, index])
                for index, item in enumerate(value)
            ]
        if not isinstance(value, dict):
            return value
        number = value.get(MARK)
        if number is None:
            return self.members(value, (*keys, OBJECT), path)
        self.reported.append(self._errors[number].located(path))
        return None
