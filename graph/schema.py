"""The schema: the one SDL of the graph, and how Strawberry's execution runs declared fields.

``python -m graph.schema`` writes graph/schema.graphql, ``--check`` compares it.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson
import strawberry
from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLOneOfDirective,
    GraphQLResolveInfo,
    GraphQLSchema,
    is_non_null_type,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema_directive import StrawberrySchemaDirective
from strawberry.schema_directives import OneOf
from strawberry.types.base import StrawberryObjectDefinition

from graph.errors import DeclarationError
from graph.mutations.mutation import Mutation
from graph.planner.derived_checks import check_derived
from graph.planner.encode import encoding, graph_type_of
from graph.planner.facts import fact
from graph.planner.relation_checks import check_relation
from graph.planner.sources import (
    TABLE_TYPES,
    Column,
    Connection,
    KeptBy,
    KeyOf,
    OneOfIds,
    ToMany,
    ToOne,
    source_of,
)
from graph.planner.standing_in import read_kept, read_sibling
from graph.queries.query import Query
from graph.subscriptions.subscription import Subscription
from graph.types.iteration import MatchIteration
from graph.types.scalars import SCALARS

SDL_FILE: Final = Path(__file__).with_name("schema.graphql")
Resolve = Callable[[GraphQLResolveInfo[Any]], Awaitable["Completed"]]


class Completed:
    """A value that a plan has completed already: JSON that the execution passes on as it is."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class PlanAwareExecution(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's execution, which does not descend into what a plan has completed."""

    def complete_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: GraphQLResolveInfo[Any],
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete a value, unless a plan has done so."""
        if isinstance(result, Completed):
            return result.value
        return super().complete_value(
            return_type, field_details_list, info, path, result, position_context
        )


class QuietSchema(strawberry.Schema):
    """A schema that logs no errors by itself: those would carry the text of the document.

    What nobody foresaw is logged where it is masked (:func:`graph.planner.execute.masked`).
    """

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        """Log nothing."""


async def resolve_declared(
    source: Any, info: GraphQLResolveInfo[Any], **arguments: Any
) -> Completed:
    """Resolve a declared root field: one planned statement (the context runs it)."""
    del source, arguments
    resolve: Resolve = info.context["resolve_declared"]
    return await resolve(info)


async def resolve_key(source: Any, info: GraphQLResolveInfo[Any]) -> Completed | None:
    """Resolve a row by the natural key that a resolved object has of it: one statement."""
    definition = info.parent_type.fields[info.field_name]
    key = getattr(source, source_of(definition).attribute)
    resolve: Any = info.context["resolve_declared"]
    return None if key is None else await resolve(info, (key,))


async def resolve_kept(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Completed:
    """Resolve a connection of what an object's filter keeps: one statement."""
    del arguments
    return Completed(orjson.Fragment(await read_kept(source, info)))


async def resolve_sibling(source: Any, info: GraphQLResolveInfo[Any]) -> Completed:
    """Resolve a node that one statement reads with those of the objects beside it."""
    return Completed(await read_sibling(source, info))


@lru_cache(maxsize=1)
def build_schema() -> strawberry.Schema:
    """Return the schema of this process, with its declarations checked.

    Raises:
        DeclarationError: a declaration does not fit the warehouse.
    """
    # Strawberry prints its own definition of @oneOf: here with the words of the specification.
    vars(OneOf)["__strawberry_directive__"].description = GraphQLOneOfDirective.description
    schema = QuietSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[MatchIteration],
        config=StrawberryConfig(
            sort_schema=True,
            scalar_map=dict(SCALARS),
            enable_experimental_incremental_execution=True,
        ),
        execution_context_class=PlanAwareExecution,
    )
    _describe_arguments_of_directives(schema)
    _mark_one_of(schema._schema)
    check_declarations(schema._schema)
    check_derived(schema._schema)
    query = schema._schema.query_type
    assert query is not None
    for definition in query.fields.values():
        if source_of(definition) is not None:
            definition.resolve = resolve_declared
    for kind in schema._schema.type_map.values():
        for definition in kind.fields.values() if isinstance(kind, GraphQLObjectType) else ():
            source = source_of(definition)
            if isinstance(source, KeyOf):
                definition.resolve = resolve_key
            elif isinstance(source, KeptBy):
                definition.resolve = resolve_kept
            elif isinstance(source, OneOfIds):
                definition.resolve = resolve_sibling
    return schema


def _describe_arguments_of_directives(schema: strawberry.Schema) -> None:
    """Pass on the descriptions that Strawberry leaves out, in the schema and in its text."""
    for directive in (*schema._schema.directives, *schema._schema_graphql_directives.values()):
        origin = directive.extensions.get("strawberry-definition")
        if isinstance(origin, StrawberrySchemaDirective):
            for field in origin.fields:
                name = schema.config.name_converter.get_graphql_name(field)
                directive.args[name].description = field.description


def _mark_one_of(schema: GraphQLSchema) -> None:
    """Tell graphql-core which inputs take exactly one member.

    Strawberry keeps that to itself, and its own rule fails at fragments that come before their
    operation and at variables that are not defined.
    """
    for kind in schema.type_map.values():
        origin = kind.extensions.get("strawberry-definition")
        if isinstance(kind, GraphQLInputObjectType):
            kind.is_one_of = isinstance(origin, StrawberryObjectDefinition) and origin.is_one_of


def check_declarations(schema: GraphQLSchema) -> None:
    """Check that every column has an encoding, and that non-null fields stand on NOT NULL columns.

    Relations must fit as well: see :mod:`graph.planner.relation_checks`.

    Raises:
        DeclarationError: one has not.
    """
    for name, kind in TABLE_TYPES.items():
        graph_type = schema.type_map.get(name)
        if not isinstance(graph_type, GraphQLObjectType):
            continue
        for field_name, definition in graph_type.fields.items():
            where = f"{name}.{field_name}"
            source = source_of(definition)
            if isinstance(source, Column):
                about = kind.fact(source)
                encoding(about.type, graph_type_of(definition), where)
                _check_null(where, definition.type, is_nullable=about.is_nullable)
            elif isinstance(source, ToOne):
                nullable = source.is_optional or any(
                    fact(kind.table, local).is_nullable for local, _ in source.keys
                )
                _check_null(where, definition.type, is_nullable=nullable)
            elif isinstance(source, ToMany | Connection):
                check_relation(where, kind, source)


def _check_null(where: str, kind: Any, *, is_nullable: bool) -> None:
    if is_nullable and is_non_null_type(kind):
        raise DeclarationError(f"{where} is not null in the graph, but its column may be null")


def sdl() -> str:
    """Return the text of the schema."""
    return build_schema().as_str() + "\n"


def undescribed(schema: GraphQLSchema) -> list[str]:
    """Return every directive, type, field, argument and enum value that has no description."""
    missing = [f"@{directive.name}" for directive in schema.directives if not directive.description]
    missing += [
        f"@{directive.name}({argument})"
        for directive in schema.directives
        for argument, given in directive.args.items()
        if not given.description
    ]
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        if not kind.description:
            missing.append(name)
        for member, definition in getattr(kind, "fields", {}).items():
            if not definition.description:
                missing.append(f"{name}.{member}")
            missing += [
                f"{name}.{member}({argument})"
                for argument, given in getattr(definition, "args", {}).items()
                if not given.description
            ]
        missing += [
            f"{name}.{member}"
            for member, value in getattr(kind, "values", {}).items()
            if not value.description
        ]
    return missing


def main() -> int:
    """Write the SDL, or compare it with the file."""
    text = sdl()
    if "--check" not in sys.argv[1:]:
        SDL_FILE.write_text(text, encoding="utf-8")
        return 0
    if SDL_FILE.exists() and SDL_FILE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{SDL_FILE.name} is not fresh. Run: python -m graph.schema\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
