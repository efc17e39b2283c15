"""Groups of objects by the values of dimensions, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type
from strawberry.utils.str_converters import to_camel_case

from graph.planner.derived import GROUP_TYPES, Dimension, GroupList, Share
from graph.planner.sources import TABLE_TYPES, source_of
from tests.reference.filters import keeps, wrongs
from tests.reference.measures import MEASURES, WORDS, programs
from tests.reference.orders import Key, Order
from tests.reference.pages import Connections
from tests.reference.refusals import BAD_INPUT, RefusalError
from tests.reference.rows import Record, Scope
from tests.reference.walks import at

OF_RANGE = ("min", "max", "label")
"""What ranges sort by, the first first."""
USUAL = 100
MOST = 1_000


@dataclass(frozen=True)
class Group:
    """The rows of one group; ``all_owners`` are those that a share is of."""

    rows: Sequence[Record]
    dimensions: tuple[str, ...]
    all_owners: Sequence[Record]


def identity(value: Any) -> Any:
    """Return what tells the values of a dimension apart: of an object, its natural key."""
    if isinstance(value, Record):
        return value.key()
    return tuple(value.values()) if isinstance(value, dict) else value


@dataclass(frozen=True)
class Groups:
    """Makes groups; ``declared`` is the schema that carries declarations."""

    declared: GraphQLSchema
    connections: Connections

    def of(
        self, source: GroupList, name: str, scope: Scope, arguments: Mapping[str, Any]
    ) -> list[Group]:
        """Return the groups of a type.

        Raises:
            RefusalError: an argument is wrong.
        """
        kept, words = arguments.get("filter"), self._words(name, arguments.get("orderBy"))
        dimensions = self._dimensions(source, name, arguments)
        known = GROUP_TYPES[name].dimensions
        size, offset = arguments.get("first"), arguments.get("offset")
        wrong = (
            not dimensions
            or len(set(dimensions)) < len(dimensions)
            or (size is not None and not 0 <= size <= MOST)
            or (offset is not None and offset < 0)
            or (
                arguments.get("orderBy") is not None
                and any(known.get(word, dimensions[0]) not in dimensions for word, _ in words)
            )
        )
        programs_filter = self.connections.filters["Program"]
        codes = set(wrongs(programs_filter, kept, "Program")) | ({BAD_INPUT} if wrong else set())
        if codes:
            raise RefusalError(codes)
        over = TABLE_TYPES[GROUP_TYPES[name].over]
        tables = self.connections.tables
        rows = [
            row for row in tables.all(over, scope) if keeps(programs_filter, kept, row.holder())
        ]
        owners = [
            row
            for row in tables.all(TABLE_TYPES["Program"], scope)
            if keeps(programs_filter, kept, row)
        ]
        found = self._grouped(name, dimensions, rows, owners)
        ordered = self._order(name, words, dimensions).sorted(found)[offset or 0 :]
        return ordered[: USUAL if size is None else size]

    def breakdown(self, name: str, group: Group) -> list[Group]:
        """Return the groups of a group by the dimensions of another type of groups."""
        dimensions = tuple(GROUP_TYPES[name].dimensions.values())
        found = self._grouped(name, dimensions, group.rows, group.all_owners)
        return self._order(name, self._words(name, None), dimensions).sorted(found)

    def dimension(self, name: str, field_name: str, group: Group) -> Any:
        """Return the value of a dimension; of an object the newest version that rows point to."""
        if field_name not in group.dimensions:
            return None
        values = [at(row, self._path(name, field_name)) for row in group.rows]
        if isinstance(values[0], Record) and "valid_from" in values[0].row:
            return max(values, key=lambda value: value.row["valid_from"])
        return values[0]

    def measure(self, name: str, field_name: str, group: Group) -> Any:
        """Return the value of a measure."""
        if isinstance(source_of(self._kind(name).fields[field_name]), Share):
            return self._share(name, group)
        return MEASURES[field_name](group.rows)

    def _share(self, name: str, group: Group) -> float:
        """Return which part of the programs with the group's own values have rows in it."""
        prefix = "program."
        paths = [self._path(name, field_name) for field_name in group.dimensions]
        own = [path.removeprefix(prefix) for path in paths if path.startswith(prefix)]
        (first, *_) = (row.holder() for row in group.rows)
        wanted = [identity(at(first, path)) for path in own]
        like = [
            one for one in group.all_owners if [identity(at(one, path)) for path in own] == wanted
        ]
        return programs(group.rows) / len(like)

    # -- declarations --------------------------------------------------------------------------

    def _kind(self, name: str) -> GraphQLObjectType:
        kind = self.declared.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        return kind

    def _path(self, name: str, field_name: str) -> str:
        source = source_of(self._kind(name).fields[field_name])
        assert isinstance(source, Dimension)
        return source.path

    @staticmethod
    def _words(name: str, given: Sequence[Mapping[str, Any]] | None) -> list[tuple[str, bool]]:
        if given is None:
            return list(GROUP_TYPES[name].order)
        return [(one["field"], one["direction"] == "DESC") for one in given]

    @staticmethod
    def _dimensions(source: GroupList, name: str, arguments: Mapping[str, Any]) -> tuple[str, ...]:
        known = GROUP_TYPES[name].dimensions
        if (by := arguments.get("by")) is not None:
            return tuple(known[word] for word in by)
        left_out = [field for flag, field in source.flags.items() if not arguments.get(flag)]
        return tuple(field for field in known.values() if field not in left_out)

    # -- groups --------------------------------------------------------------------------------

    def _grouped(
        self,
        name: str,
        dimensions: tuple[str, ...],
        rows: Sequence[Record],
        owners: Sequence[Record],
    ) -> list[Group]:
        paths = [self._path(name, field_name) for field_name in dimensions]
        found: dict[tuple[Any, ...], list[Record]] = {}
        for row in rows:
            found.setdefault(tuple(identity(at(row, path)) for path in paths), []).append(row)
        return [Group(group, dimensions, owners) for group in found.values()]

    def _order(
        self, name: str, words: Sequence[tuple[str, bool]], dimensions: Sequence[str]
    ) -> Order:
        known = GROUP_TYPES[name].dimensions
        keys: list[Key] = []
        for word, is_descending in words:
            if word in known:
                if known[word] in dimensions:
                    keys += self._dimension_keys(name, known[word], is_descending)
            else:
                keys.append(self._measure_key(name, word, is_descending))
        for field_name in dimensions:
            keys += self._dimension_keys(name, field_name, False)
        return Order(keys)

    def _measure_key(self, name: str, word: str, is_descending: bool) -> Key:
        if word in WORDS and name == "ProgramGroup":
            return Key(lambda group: WORDS[word](group.rows), is_descending)
        field_name = to_camel_case(word.lower())
        return Key(lambda group: self.measure(name, field_name, group), is_descending)

    def _dimension_keys(self, name: str, field_name: str, is_descending: bool) -> list[Key]:
        definition = self._kind(name).fields[field_name]
        source = source_of(definition)
        inner: Any = get_named_type(definition.type)

        def value(group: Group) -> Any:
            return self.dimension(name, field_name, group)

        def part(member: int | str, group: Group) -> Any:
            found = value(group)
            if isinstance(found, Record):
                return found.row[member] if isinstance(member, str) else found.key()[member]
            return None if found is None else found[member]

        if inner.name in TABLE_TYPES:
            count = len(TABLE_TYPES[inner.name].natural_key)
            keys = [Key(partial(part, index), is_descending) for index in range(count)]
            by_name = [Key(partial(part, source.sort), is_descending, is_text=True)]
            return [*(by_name if source.sort else []), *keys]
        if isinstance(inner, GraphQLObjectType):
            return [
                Key(partial(part, member), is_descending, is_text=_is_text(inner.fields[member]))
                for member in OF_RANGE
            ]
        return [Key(value, is_descending, is_text=_is_text(definition))]


def _is_text(definition: GraphQLField) -> bool:
    return get_named_type(definition.type).name == "String"
