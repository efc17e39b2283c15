"""The schema that both answer: what is read from tables, without what changes them."""

from __future__ import annotations

from typing import Any

from graphql import (
    REMOVE,
    FieldDefinitionNode,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    Visitor,
    build_ast_schema,
    get_named_type,
    is_abstract_type,
    is_object_type,
    parse,
    visit,
)

from graph.planner.sources import Computed, source_of
from graph.schema import build_schema, sdl
from tests.reference.search import without_search


class _OnlyTables(Visitor):
    """Leaves out what no query reads from a table."""

    def __init__(self, declared: GraphQLSchema) -> None:
        super().__init__()
        self._kinds: dict[str, Any] = dict(declared.type_map)
        self._reached = _reached(declared)

    def enter_schema_definition(self, node: SchemaDefinitionNode, *_: Any) -> Any:
        return REMOVE

    def enter_object_type_definition(self, node: ObjectTypeDefinitionNode, *_: Any) -> Any:
        if node.name.value not in self._reached:
            return REMOVE
        kind = self._kinds[node.name.value]
        kept = tuple(
            field
            for field in node.fields or ()
            if not isinstance(source_of(kind.fields[_name(field)]), Computed)
        )
        if len(kept) == len(node.fields or ()):
            return None
        return ObjectTypeDefinitionNode(
            name=node.name,
            fields=kept,
            interfaces=node.interfaces,
            directives=node.directives,
            description=node.description,
        )


def _reached(declared: GraphQLSchema) -> set[str]:
    """Return the types that queries reach, but for those that are worked out for a row."""
    found: set[str] = set()
    waiting: list[Any] = [declared.query_type]
    while waiting:
        kind = waiting.pop()
        if kind.name in found:
            continue
        found.add(kind.name)
        if is_abstract_type(kind):
            waiting += declared.get_possible_types(kind)
        waiting += [
            get_named_type(field.type)
            for field in (kind.fields.values() if is_object_type(kind) else ())
            if not isinstance(source_of(field), Computed)
        ]
    return found


def _name(field: FieldDefinitionNode) -> str:
    return field.name.value


def read_schema() -> GraphQLSchema:
    """Return the schema of what is read."""
    tables = visit(parse(sdl()), _OnlyTables(build_schema()._schema))
    return build_ast_schema(without_search(tables))
