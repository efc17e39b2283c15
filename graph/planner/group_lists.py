"""Fields that list groups: their arguments, and how many groups they give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type

from graph.errors import BadUserInputError
from graph.planner.compilation import Compilation
from graph.planner.derived import GROUP_TYPES, GroupList, GroupType
from graph.planner.groups import GroupCompiler
from graph.planner.inputs import Input, arguments_of
from graph.planner.members import members_json
from graph.planner.sizes import bounded, left_out
from graph.planner.sources import source_of
from graph.planner.sql import Json

DEFAULT_SIZE: Final = 100
LARGEST_SIZE: Final = 1_000


def in_scope_json(
    compilation: Compilation, kind: GraphQLObjectType, nodes: list[FieldNode]
) -> Json:
    """Return an object whose members are lists of groups."""

    def member(definition: GraphQLField, found: list[FieldNode]) -> Json:
        return group_list_json(compilation, definition, found)

    return members_json(compilation.operation, kind, nodes, member)


def group_list_json(
    compilation: Compilation, definition: GraphQLField, nodes: list[FieldNode]
) -> Json:
    """Return a list of groups as JSON.

    Raises:
        BadUserInputError: an argument has a value that it may not have.
    """
    source, kind = source_of(definition), get_named_type(definition.type)
    assert isinstance(source, GroupList)
    assert isinstance(kind, GraphQLObjectType)
    given = arguments_of(definition, nodes[0], compilation.operation.variables)
    arguments = {name: one for name, one in given.items() if not one.is_null}
    dimensions = _dimensions(source, GROUP_TYPES[kind.name], arguments)
    size = bounded(arguments.get("first"), DEFAULT_SIZE, LARGEST_SIZE)
    groups = GroupCompiler(compilation, kind, dimensions, arguments.get("filter"))
    item = groups.item(nodes).sql()
    order = groups.order(arguments.get("orderBy"))
    rows = groups.from_list()
    limit = f"LIMIT {compilation.parameters.add(size, 'int8')}"
    if offset := arguments.get("offset"):
        limit += f" OFFSET {compilation.parameters.add(left_out(offset), 'int8', offset.node)}"
    name = compilation.names.new("q")
    select = f"SELECT {item} AS j, row_number() OVER (ORDER BY {order}) AS n FROM {rows}"
    listed = f"({select} ORDER BY n {limit}) {name}"
    gathered = f"'[' || string_agg({name}.j, ',' ORDER BY {name}.n) || ']'"
    return Json().expression(f"COALESCE((SELECT {gathered} FROM {listed}), '[]')")


def _dimensions(source: GroupList, groups: GroupType, arguments: Mapping[str, Input]) -> list[str]:
    """Return the fields by which to group."""
    if "by" not in arguments:
        without = {
            name
            for flag, name in source.flags.items()
            if flag not in arguments or not arguments[flag].value
        }
        return [name for name in groups.dimensions.values() if name not in without]
    by = arguments["by"]
    words = [str(element.value) for element in by.elements()]
    if not words:
        raise BadUserInputError(
            f"Argument 'by' is empty. Name at least one of: {', '.join(groups.dimensions)}.",
            node=by.node,
        )
    for index, word in enumerate(words):
        if word in words[:index]:
            raise BadUserInputError(
                f"Argument 'by[{index}]' repeats {word}. Name each dimension once.", node=by.node
            )
    return [groups.dimensions[word] for word in words]
