"""The schema that both answer: what is read from tables, without what changes them."""

from __future__ import annotations

from typing import Any, Final

from graphql import (
    REMOVE,
    FieldDefinitionNode,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    Visitor,
    build_ast_schema,
    get_named_type,
    parse,
    visit,
)

from graph.planner.sources import Computed, source_of
from graph.schema import build_schema, sdl
from tests.reference.search import without_search

ROOTS: Final = {"Mutation", "Subscription"}


class _OnlyTables(Visitor):
    """Leaves out what no table holds: other roots, and what is worked out for a row."""

    def __init__(self, declared: GraphQLSchema) -> None:
        super().__init__()
        kinds: dict[str, Any] = dict(declared.type_map)
        self._kinds = kinds
        computed = [
            definition
            for kind in kinds.values()
            for definition in (getattr(kind, "fields", None) or {}).values()
            if isinstance(source_of(definition), Computed)
        ]
        self._gone = ROOTS | {get_named_type(definition.type).name for definition in computed}
        self._gone |= {"RunMatchPayload", "RunWhatIfPayload", "CancelJobPayload"}
        self._gone |= {"RefreshWarehousePayload", "UserError", "JobProgress", "ExplanationStep"}

    def enter_schema_definition(self, node: SchemaDefinitionNode, *_: Any) -> Any:
        return REMOVE

    def enter_object_type_definition(self, node: ObjectTypeDefinitionNode, *_: Any) -> Any:
        if node.name.value in self._gone:
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


def _name(field: FieldDefinitionNode) -> str:
    return field.name.value


def read_schema() -> GraphQLSchema:
    """Return the schema of what is read."""
    tables = visit(parse(sdl()), _OnlyTables(build_schema()._schema))
    return build_ast_schema(without_search(tables))
