"""Fields of resolved objects that root fields stand in for, each read by one statement.

Such an object knows a filter, or ids; what a client selects of its field is selected of the root
field with that filter or those ids.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import orjson
from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLResolveInfo,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    value_from_ast_untyped,
)
from graphql.pyutils import Undefined
from graphql.utilities import coerce_input_value

from graph.errors import InternalError
from graph.planner.sources import KeptBy, OneOfIds, source_of

OWN: Final = "__own"
"""Name of the variable that carries the object's part; no client can declare it twice over."""


def variables_of(info: GraphQLResolveInfo[Any]) -> dict[str, Any]:
    """Return the variables as the client wrote them, with the defaults of the document."""
    found = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in info.operation.variable_definitions or ()
        if definition.default_value is not None
    }
    return found | dict(info.context["given"])


def written(node: FieldNode, name: str, variables: Mapping[str, Any]) -> Any:
    """Return an argument as the client wrote it, as JSON; None where it is not given."""
    for argument in node.arguments or ():
        if argument.name.value == name:
            value = value_from_ast_untyped(argument.value, dict(variables))
            return None if value is Undefined else value
    return None


async def read_kept(source: Any, info: GraphQLResolveInfo[Any]) -> bytes:
    """Return the JSON of a connection whose rows a filter of the object keeps."""
    kept = source_of(info.parent_type.fields[info.field_name])
    assert isinstance(kept, KeptBy)
    node = info.field_nodes[0]
    own = getattr(source, kept.attribute)
    others = written(node, "filter", variables_of(info))
    value = {"and": [own, others]} if others else own
    arguments = [a for a in node.arguments or () if a.name.value != "filter"]
    root = _root(info, kept.root, [*arguments, _argument("filter")], _selected(info))
    read: Any = info.context["read_root"]
    found: bytes = await read(info, root, {OWN: _coerced(info, kept.root, "filter", value)})
    return found


async def read_sibling(source: Any, info: GraphQLResolveInfo[Any]) -> Any:
    """Return a node, read with those of all objects beside it by one statement."""
    ids = source_of(info.parent_type.fields[info.field_name])
    assert isinstance(ids, OneOfIds)
    siblings: list[str] = getattr(source, ids.siblings)
    kept: dict[Any, Any] = info.context.setdefault("siblings", {})
    place = (id(siblings), tuple(step for step in info.path.as_list() if isinstance(step, str)))
    if place not in kept:
        kept[place] = asyncio.ensure_future(_read_siblings(info, siblings))
    found = await kept[place]
    return found[siblings.index(getattr(source, ids.attribute))]


async def _read_siblings(info: GraphQLResolveInfo[Any], siblings: list[str]) -> list[Any]:
    name = get_named_type(info.return_type).name
    condition = NamedTypeNode(name=NameNode(value=name))
    fragment = InlineFragmentNode(
        type_condition=condition, selection_set=_selected(info), directives=()
    )
    root = _root(info, "nodes", [_argument("ids")], SelectionSetNode(selections=(fragment,)))
    read: Any = info.context["read_root"]
    rows: list[Any] = orjson.loads(await read(info, root, {OWN: siblings}))
    return rows


def _selected(info: GraphQLResolveInfo[Any]) -> SelectionSetNode:
    """Return what all nodes of the field select together."""
    sets = [node.selection_set for node in info.field_nodes if node.selection_set]
    return SelectionSetNode(selections=tuple(one for s in sets for one in s.selections))


def _argument(name: str) -> ArgumentNode:
    variable = VariableNode(name=NameNode(value=OWN))
    return ArgumentNode(name=NameNode(value=name), value=variable)


def _root(
    info: GraphQLResolveInfo[Any],
    name: str,
    arguments: list[ArgumentNode],
    selected: SelectionSetNode,
) -> FieldNode:
    return FieldNode(
        alias=NameNode(value=str(info.path.as_list()[-1])) if name != "nodes" else None,
        name=NameNode(value=name),
        arguments=tuple(arguments),
        selection_set=selected,
        directives=(),
    )


def _coerced(info: GraphQLResolveInfo[Any], root: str, argument: str, value: Any) -> Any:
    """Return JSON as the value of a root field's argument."""
    query = info.schema.query_type
    assert query is not None

    coerced = coerce_input_value(value, query.fields[root].args[argument].type)
    if coerced is Undefined:
        raise InternalError(f"The graph's own value of '{argument}' does not fit.")
    return coerced
