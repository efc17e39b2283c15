"""Where a field's value comes from: the declarations that the planner reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from graphql import GraphQLField, GraphQLInputField
from strawberry.types.field import StrawberryField

from graph.planner.facts import Fact, fact
from warehouse.tables import metadata

SOURCE: Final = "source"
"""Key of a declaration in a Strawberry field's metadata."""

Keys = tuple[tuple[str, str], ...]
"""Pairs of columns that are equal across a relation: (of this row, of the related row)."""


@dataclass(slots=True)
class Column:
    """A column of the type's table, or of a table beside it."""

    name: str | None = None
    table: str | None = None
    is_filterable: bool = True
    is_sortable: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """A member of an embedded value; the field that embeds it names the column."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Columns of the row that make one value: (member, column); null where all are null."""

    columns: Mapping[str, str]
    table: str


@dataclass(frozen=True, slots=True)
class GlobalId:
    """The global id: the type and the natural key, never a version."""


@dataclass(frozen=True, slots=True)
class Computed:
    """An object that Python works out for the row: ``work`` names what does so.

    It gets the columns of ``key`` and the field's arguments.
    """

    work: str
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToOne:
    """At most one related row; ``is_optional`` where keys that are not null may find none."""

    keys: Keys
    is_sortable: bool = True
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class ListArgument:
    """An argument of a list that keeps the rows whose column equals it, or is among it."""

    column: str
    operator: Literal["=", "= ANY"]


@dataclass(frozen=True, slots=True)
class ToMany:
    """All related rows, in the order of columns of theirs.

    Rows in which the column ``hidden[0]`` is ``hidden[1]`` do not exist for the graph: they are
    neither listed nor seen by filters.
    """

    target: str
    keys: Keys
    order: tuple[str, ...]
    arguments: Mapping[str, ListArgument] = field(default_factory=dict)
    hidden: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """The row that a row is a part of, and lives and dies with: what holds for it holds for both.

    ``field`` is the field of the part that leads to its owner, of type ``type``.
    """

    field: str
    type: str
    relation: ToOne


@dataclass(frozen=True, slots=True)
class Through:
    """Rows of a connection that point to the row at hand, by whatever version of it.

    ``key`` is the surrogate key of this type's table, under the same name in the rows' table.
    """

    key: str


@dataclass(frozen=True, slots=True)
class Via:
    """Rows of a connection that share at least one row of the type ``link`` with the row at hand.

    The link points to versions of both: of this type by ``near``, of the other by ``far``. Only
    links of the moment and match iteration that are read count.
    """

    link: str
    near: str
    far: str


@dataclass(frozen=True, slots=True)
class Connection:
    """Pages of a type; of all its rows, or of those that belong to the row at hand.

    ``target`` is the type, ``module`` where it stands with its filter and its order.
    ``iteration`` is the column of the row at hand that names the match iteration to read, where
    the row itself is one.
    """

    target: str
    module: str
    through: Through | Via | None = None
    iteration: str | None = None


@dataclass(frozen=True, slots=True)
class Everything:
    """A root list of the rows of a type that hold at the moment, in the order of columns."""

    target: str
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ByKey:
    """A root field that finds one row: input member to columns (``None``: the global id).

    A member that is itself an input object names its members' columns.
    """

    members: Mapping[str, str | Mapping[str, str] | None]


@dataclass(frozen=True, slots=True)
class ById:
    """A root field that finds one row of its type by the global id in the argument ``id``."""


@dataclass(frozen=True, slots=True)
class KeyOf:
    """A field of a resolved object: the row whose natural key the object's ``attribute`` has."""

    attribute: str


@dataclass(frozen=True, slots=True)
class KeptBy:
    """A connection of a resolved object: the root field's rows that a filter of the object keeps.

    ``attribute`` of the object is the filter as clients write it, as JSON.
    """

    root: str
    attribute: str


@dataclass(frozen=True, slots=True)
class OneOfIds:
    """A node of a resolved object, whose global id is ``attribute``.

    ``siblings`` holds the ids of all objects that stand beside it: one statement reads them all.
    """

    attribute: str
    siblings: str


@dataclass(frozen=True, slots=True)
class AnyNode:
    """The root field that finds any node by its global id."""


@dataclass(frozen=True, slots=True)
class AnyNodes:
    """The root field that finds nodes of any types by their global ids."""


@dataclass(frozen=True, slots=True)
class Latest:
    """A root field that returns the row with the greatest value of a column.

    ``missing`` is what to say where there is none; without it, the field is null then. A row
    without a value is none.
    """

    column: str
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """A root connection of the rows of a type that answer a query, the best first."""

    target: str
    module: str


@dataclass(frozen=True, slots=True)
class Facet:
    """How often a value, at the end of a path, occurs among the rows that answer a query."""

    path: str


@dataclass(frozen=True, slots=True)
class Similar:
    """The rows of the type that are most like the row at hand."""


ConnectionPart = Literal[
    "edges", "nodes", "pageInfo", "totalCount", "aggregate", "facets", "interpretation"
]
PagePart = Literal["hasNextPage", "hasPreviousPage", "startCursor", "endCursor"]


@dataclass(frozen=True, slots=True)
class OfConnection:
    """A field of a connection."""

    part: ConnectionPart


@dataclass(frozen=True, slots=True)
class OfPage:
    """A field of pageInfo."""

    part: PagePart


@dataclass(frozen=True, slots=True)
class OfEdge:
    """A field of an edge."""

    part: Literal["cursor", "node", "score", "passages"]


@dataclass(frozen=True, slots=True)
class RowCount:
    """The number of rows that an aggregate covers."""


@dataclass(frozen=True, slots=True)
class AggregateOf:
    """The aggregates of one column."""

    column: str
    table: str


@dataclass(frozen=True, slots=True)
class AggregateFunction:
    """One aggregate function."""

    function: Literal["sum", "avg", "min", "max"]


@dataclass(frozen=True, slots=True)
class RelationFilter:
    """A filter on a related row, or on the members of an embedded value."""

    source: ToOne | Embedded
    target: str | None


@dataclass(frozen=True, slots=True)
class ListFilter:
    """A filter on related rows: some, none or every one of them."""

    source: ToMany | Connection


@dataclass(frozen=True, slots=True)
class Distance:
    """A filter on the distance of the place in two columns from a place given."""

    latitude: str
    longitude: str


@dataclass(frozen=True, slots=True)
class ColumnFilter:
    """A filter on a column; ``graph_type`` as in the encodings."""

    column: Column
    graph_type: str


@dataclass(frozen=True, slots=True)
class Combination:
    """The members and, or, not of a filter."""

    operator: Literal["and", "or", "not"]


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """A member of a type's order fields: own column, or that of a related row."""

    column: Column
    graph_type: str
    relation: ToOne | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class TableType:
    """A type of the graph with its table."""

    name: str
    table: str
    natural_key: tuple[str, ...]
    """Columns that identify a row, or a part among the parts of its owner."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Tables with exactly one row per row of the table, and the key that they share."""
    has_global_id: bool = False
    owner: Owner | None = None

    @property
    def is_versioned(self) -> bool:
        """Whether the table is a type-2 history."""
        return "valid_from" in metadata.tables[self.table].c

    @property
    def has_iteration(self) -> bool:
        """Whether rows belong to a match iteration."""
        return "match_iteration_id" in metadata.tables[self.table].c and len(self.natural_key) > 1

    def fact(self, column: Column) -> Fact:
        """Return the facts of a column of this type."""
        assert column.name is not None
        return fact(column.table or self.table, column.name)


TABLE_TYPES: dict[str, TableType] = {}
"""Every type with a table, by its name in the graph."""
ORDERS: dict[str, dict[str, OrderTerm]] = {}
"""The order fields of each type, by the name of the type and of the enum's member."""


def source_of(definition: GraphQLField | GraphQLInputField) -> Any:
    """Return the declaration of a field, or None where it has none and must be resolved."""
    origin = definition.extensions.get("strawberry-definition")
    return origin.metadata.get(SOURCE) if isinstance(origin, StrawberryField) else None


def member_of(definition: GraphQLField | GraphQLInputField) -> str:
    """Return the name of a field as Python writes it."""
    origin: Any = definition.extensions["strawberry-definition"]
    name: str = origin.python_name
    return name
