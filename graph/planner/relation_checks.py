"""Whether declared relations fit the warehouse, told when the schema is built."""

from __future__ import annotations

from graph.errors import DeclarationError
from graph.planner.facts import fact
from graph.planner.sources import TABLE_TYPES, Connection, TableType, Through, ToMany, Via


def check_relation(where: str, kind: TableType, source: ToMany | Connection) -> None:
    """Check that the related rows, and what links them, have the columns that a relation names.

    Args:
        where: Type and field.
        kind: The type that has the field.
        source: The relation.

    Raises:
        DeclarationError: they have not, or a type that it names is not declared.
    """
    if isinstance(source, ToMany):
        _check_list(where, source)
    else:
        _check_connection(where, kind, source)


def _check_list(where: str, source: ToMany) -> None:
    rows = _declared_type(where, source.target)
    arguments = [condition.column for condition in source.arguments.values()]
    hidden = [source.hidden[0]] if source.hidden else []
    for name in (*(theirs for _, theirs in source.keys), *source.order, *arguments, *hidden):
        fact(rows.table, name)


def _check_connection(where: str, kind: TableType, source: Connection) -> None:
    rows = _declared_type(where, source.target)
    pointers: list[tuple[TableType, str]] = []
    match source.through:
        case Through(key=key):
            pointers = [(rows, key), (kind, key)]
        case Via(link=name, near=near, far=far):
            link = _declared_type(where, name)
            pointers = [(link, near), (kind, near), (link, far), (rows, far)]
    for pointing, key in pointers:
        fact(pointing.table, key)


def _declared_type(where: str, name: str) -> TableType:
    if name not in TABLE_TYPES:
        raise DeclarationError(f"{where}: no type {name} is declared")
    return TABLE_TYPES[name]
