"""The words in which types are declared: table types, columns, relations, embedded values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar, dataclass_transform

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from graph.errors import DeclarationError
from graph.planner.facts import fact
from graph.planner.sources import (
    SOURCE,
    TABLE_TYPES,
    Column,
    Embedded,
    Everything,
    GlobalId,
    Keys,
    ListArgument,
    Owner,
    Part,
    TableType,
    ToMany,
    ToOne,
)
from graph.planner.weights import ASSUMED_SIZE, Cost, ListSize, listed
from warehouse.tables import metadata
from warehouse.tables.programs import LARGEST_LIST

Class = TypeVar("Class", bound=type)


def declared(
    source: object,
    description: str | None = None,
    arguments: Sequence[StrawberryArgument] = (),
    *,
    weight: int = 1,
    size: ListSize | None = None,
    **options: Any,
) -> Any:
    """Return a Strawberry field whose value comes from ``source``, not from a resolver.

    Args:
        source: What the planner reads.
        description: Words for the graph.
        arguments: The field's arguments.
        weight: Units of cost that the value adds (see :mod:`graph.planner.weights`).
        size: How many rows of a list count.
        options: Further arguments of :func:`strawberry.field`.
    """
    directives: list[Any] = [Cost(weight=str(weight))]
    if size is not None:
        directives.append(size)
        description = f"{description} {size.sentence}"
    field = strawberry.field(
        description=description, metadata={SOURCE: source}, directives=directives, **options
    )
    assert isinstance(field, StrawberryField)
    field.arguments = list(arguments)
    return field


def argument(name: str, annotation: Any, description: str, **options: Any) -> StrawberryArgument:
    """Return an argument of a declared field; ``name`` as Python writes it."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=options.pop("graphql_name", None),
        type_annotation=StrawberryAnnotation(annotation),
        description=description,
        **options,
    )


def column(
    name: str | None = None,
    *,
    beside: str | None = None,
    description: str | None = None,
    is_filterable: bool = True,
    is_sortable: bool = True,
    weight: int = 1,
) -> Any:
    """Declare a column; its comment in the warehouse describes the field.

    Args:
        name: Name of the column; by default that of the field.
        beside: The table, if it is not the type's own.
        description: Words for the graph, where the comment speaks of tables.
        is_filterable: Whether the type's filter has it.
        is_sortable: Whether the type's order fields have it.
        weight: Units of cost; one for each 64 bytes of long texts.
    """
    return declared(Column(name, beside, is_filterable, is_sortable), description, weight=weight)


def part(description: str, *, weight: int = 1, size: ListSize | None = None) -> Any:
    """Declare a member of a value that other types embed; ``weight`` as that of a column."""
    return declared(Part(), description, weight=weight, size=size)


def embedded(table: str, description: str, **columns: str) -> Any:
    """Declare a value made of columns of ``table``: member to column."""
    for name in columns.values():
        fact(table, name)
    return declared(Embedded(columns, table), description)


def to_one(
    *keys: tuple[str, str], description: str, is_sortable: bool = True, is_optional: bool = False
) -> Any:
    """Declare the related row for which (own column, its column) are equal.

    ``is_optional`` says that there may be none although the own columns have values.
    """
    return declared(ToOne(keys, is_sortable, is_optional), description)


def to_many(
    target: type,
    *keys: tuple[str, str],
    order: Sequence[str],
    description: str,
    arguments: Sequence[tuple[StrawberryArgument, ListArgument]] = (),
    hidden: tuple[str, str] | None = None,
    size: ListSize | int = ASSUMED_SIZE,
) -> Any:
    """Declare the related rows for which (own column, their column) are equal.

    Args:
        target: Their type.
        keys: Pairs of columns.
        order: Columns of theirs in whose order they stand by themselves: they tell them apart.
        description: What they are.
        arguments: Arguments besides filter, order, ``first`` and ``offset``, which every list has.
        hidden: A column and its value in rows that nobody may see or ask for.
        size: How many count in the cost: as many as nine of ten rows have at most.
    """
    by_name = {given.graphql_name or given.python_name: condition for given, condition in arguments}
    source = ToMany(target.__name__, keys, tuple(order), by_name, hidden)
    every = list_arguments(target.__name__, target.__module__, "by default all: no list has more")
    given = [*(one for one, _ in arguments), *every]
    counted = listed(size) if isinstance(size, int) else size
    return declared(source, description, given, size=counted)


def everything(
    target: type, *, order: Sequence[str], description: str, size: int, **options: Any
) -> Any:
    """Declare a root list of all rows of a type, in ``order`` by itself.

    ``arguments`` are those besides the ones that every list has; ``size`` is how many rows count
    in the cost.
    """
    every = list_arguments(target.__name__, target.__module__, "that is also the default")
    arguments = [*every, *options.pop("arguments", ())]
    source = Everything(target.__name__, tuple(order))
    return declared(source, description, arguments, size=listed(size))


def filter_argument(node: str, module: str) -> StrawberryArgument:
    """Return the argument ``filter`` over a type, whose filter stands in its module."""
    kind: Any = Annotated[f"{node}Filter", strawberry.lazy(module)]
    return argument("filter", kind | None, "Which rows to keep; by default all.")


def order_argument(node: str, module: str, ties: str) -> StrawberryArgument:
    """Return the argument ``orderBy`` over a type, whose order stands in its module."""
    kind: Any = Annotated[f"{node}Order", strawberry.lazy(module)]
    return argument("order_by", list[kind] | None, f"How to sort, the first key first; {ties}.")


def list_arguments(node: str, module: str, default: str) -> list[StrawberryArgument]:
    """Return the arguments that every list has; ``default`` says how long it is without them."""
    return [
        filter_argument(node, module),
        order_argument(node, module, "ties keep the order of the list"),
        argument("first", int | None, f"Number of rows, {LARGEST_LIST} at most; {default}."),
        argument("offset", int | None, "Number of rows to leave out from the start."),
    ]


@dataclass_transform(kw_only_default=True)
def table_type(
    table: str,
    *,
    natural_key: Sequence[str],
    beside: Mapping[str, str] | None = None,
    part_of: Owner | None = None,
    description: str | None = None,
) -> Callable[[Class], Class]:
    """Make a class a type of the graph over ``table``, described by the table's comment.

    Args:
        table: Schema and table.
        natural_key: Columns of the global id, which also break ties in every order.
        beside: Tables with one row for each row of the table: table to the key they share.
        part_of: What its rows are parts of; their natural key is then one among those parts.
        description: Words for the graph, where the comment speaks of tables.
    """

    def declare(cls: Class) -> Class:
        fields = {n: field for n, field in vars(cls).items() if isinstance(field, StrawberryField)}
        has_id = any(isinstance(field.metadata.get(SOURCE), GlobalId) for field in fields.values())
        key = tuple(natural_key)
        kind = TableType(cls.__name__, table, key, beside or {}, has_id, part_of)
        for name, field in fields.items():
            complete(kind, name, field)
        TABLE_TYPES[kind.name] = kind
        comment = description or metadata.tables[table].comment
        return strawberry.type(cls, description=comment)

    return declare


def complete(kind: TableType, name: str, field: StrawberryField) -> None:
    """Take what a declaration leaves out from the warehouse's metadata.

    Raises:
        DeclarationError: a column that the declaration names does not exist.
    """
    source = field.metadata.get(SOURCE)
    if isinstance(source, Column):
        source.name = source.name or name
        field.description = field.description or kind.fact(source).comment
    elif isinstance(source, ToOne | ToMany):
        own = {column.name for column in metadata.tables[kind.table].c}
        check_keys(f"{kind.name}.{name}", source.keys, own)


def check_keys(where: str, keys: Keys, own: set[str]) -> None:
    """Raise DeclarationError for a key column that the table does not have."""
    for local, _ in keys:
        if local not in own:
            raise DeclarationError(f"{where}: its table has no column {local}")
