"""What the warehouse's metadata says of the columns that declarations name."""

from __future__ import annotations

from dataclasses import dataclass

from graph.errors import DeclarationError
from warehouse.tables import metadata


@dataclass(frozen=True, slots=True)
class Fact:
    """What the warehouse's metadata says of a column."""

    table: str
    name: str
    type: str
    is_nullable: bool
    comment: str


def fact(table: str, name: str) -> Fact:
    """Return the facts of a column.

    Raises:
        DeclarationError: there is no such column, or it has no comment.
    """
    try:
        column = metadata.tables[table].c[name]
    except KeyError:
        raise DeclarationError(f"the warehouse has no column {table}.{name}") from None
    if not column.comment:
        raise DeclarationError(f"column {table}.{name} has no comment to describe its field with")
    return Fact(table, name, column.type.__visit_name__, bool(column.nullable), column.comment)
