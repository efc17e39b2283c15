"""Resolvers of what is made out of rows: groups, comparisons, versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLField, GraphQLSchema, get_named_type

from graph.planner.derived import (
    Breakdown,
    ChangedTexts,
    Changes,
    ComparedRows,
    ComparedTable,
    Comparison,
    Dimension,
    GroupList,
    GroupTotals,
    InScope,
    ListChanges,
    Measure,
    Share,
    VersionNumber,
    Versions,
)
from graph.planner.sources import TABLE_TYPES
from tests.reference import side_by_side
from tests.reference.groups import Groups
from tests.reference.orders import written
from tests.reference.pages import Connections, scope_at
from tests.reference.refusals import BAD_INPUT, NOT_FOUND, RefusalError
from tests.reference.rows import Record
from tests.reference.texts import key_in

Resolver = Callable[..., Any]
MOST_VERSIONS = 100


@dataclass(frozen=True)
class DerivedResolvers:
    """Makes the resolvers; ``declared`` is the schema that carries declarations."""

    declared: GraphQLSchema
    connections: Connections

    def resolver(
        self, source: Any, definition: GraphQLField, type_name: str, field_name: str
    ) -> Resolver | None:
        """Return the resolver of a field; None where it is none of these."""
        inner = get_named_type(definition.type).name
        found = self._of_groups(source, inner, type_name, field_name)
        return found or self._of_comparison(source) or self._of_version(source, inner)

    def _of_groups(  # noqa: PLR0911 - a case for each kind of declaration
        self, source: Any, inner: str, type_name: str, field_name: str
    ) -> Resolver | None:
        groups, tables = Groups(self.declared, self.connections), self.connections.tables
        match source:
            case InScope():
                return lambda _, __, **given: scope_at(tables, given)
            case GroupList():
                return lambda scope, _, **given: groups.of(
                    source, inner, scope_at(tables, given, scope), given
                )
            case Dimension():
                return lambda group, _: written(groups.dimension(type_name, field_name, group))
            case Measure() | Share():
                return lambda group, _: groups.measure(type_name, field_name, group)
            case GroupTotals():
                return lambda group, _: group.rows
            case Breakdown():
                return lambda group, _: groups.breakdown(inner, group)
        return None

    def _of_comparison(self, source: Any) -> Resolver | None:
        match source:
            case Comparison():
                return lambda _, __, **given: self._compared(source, given)
            case ComparedRows():
                return lambda programs, _: programs
            case ComparedTable(lines=lines):
                return lambda programs, _, differing=None: side_by_side.table(
                    lines, programs, differing
                )
        return None

    def _compared(self, source: Comparison, given: Mapping[str, Any]) -> list[Record]:
        ids, kind, tables = given["ids"], TABLE_TYPES[source.of], self.connections.tables
        codes = set() if source.least <= len(ids) <= source.most else {BAD_INPUT}
        found: list[Record] = []
        scope = scope_at(tables, given)
        for one in ids:
            known = key_in(one, kind)
            versions = [] if known is None else tables.versions(kind, known[1])
            held = [Record(kind, row, tables, scope) for row in versions if scope.moment.has(row)]
            found += held
            if known is None:
                codes.add(BAD_INPUT)
            elif not held:
                codes.add(NOT_FOUND)
        if codes:
            raise RefusalError(codes)
        return found

    def _of_version(self, source: Any, inner: str) -> Resolver | None:
        match source:
            case Versions():
                return lambda record, _, **given: self._versions(inner, record, given)
            case VersionNumber():
                return lambda version, _: side_by_side.number(version)
            case Changes(lines=lines):
                return lambda version, _: side_by_side.changes(version, lines)
            case ListChanges(lists=lists):
                return lambda version, _: side_by_side.list_changes(version, lists)
            case ChangedTexts():
                return lambda version, _: side_by_side.changed_sections(version)
        return None

    @staticmethod
    def _versions(inner: str, record: Record, given: Mapping[str, Any]) -> list[Record]:
        first, offset = given.get("first"), given.get("offset") or 0
        if offset < 0 or (first is not None and not 0 <= first <= MOST_VERSIONS):
            raise RefusalError([BAD_INPUT])
        found = [
            Record(TABLE_TYPES[inner], row, record.tables, record.scope)
            for row in reversed(side_by_side.versions(record))
        ]
        return found[offset:][: MOST_VERSIONS if first is None else first]
