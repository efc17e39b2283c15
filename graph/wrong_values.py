"""Values of a wrong type: which argument they are given to, and what it takes instead.

The specification's own messages name neither the argument nor the remedy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    ListValueNode,
    Node,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableDefinitionNode,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_required_input_field,
    visit,
)

MOST_WORDS: Final = 24
"""How many values or members a message lists."""
SCALARS: Final = {
    "Int": "a whole number from -2147483648 to 2147483647",
    "Float": "a number",
    "String": "a text",
    "ID": "an id, as the graph gave it",
    "Boolean": "true or false",
}
STEP: Final = re.compile(r"\.(\w+)|\[\d+\]")
AT: Final = re.compile(r" has invalid value at ((?:\.\w+|\[\d+\])+): ")
Found = tuple[str, GraphQLInputType | None]


def explained(
    schema: GraphQLSchema, document: DocumentNode, errors: Sequence[GraphQLError]
) -> Sequence[GraphQLError]:
    """Name the argument and the remedy in errors about values that stand in the document."""
    of_values = [
        (id(error.nodes[0]), error)
        for error in errors
        if error.nodes and isinstance(error.nodes[0], ValueNode | ObjectFieldNode)
    ]
    if of_values:
        places = _Places(TypeInfo(schema), {node for node, _ in of_values})
        visit(document, TypeInfoVisitor(places.types, places))
        for node, error in of_values:
            name, kind = places.found[node]
            error.message = f"{name}: {_sentence(error.message)}{remedy(kind)}"
    return errors


def explained_variable(message: str, kind: GraphQLInputType) -> str:
    """Return a message about a variable of a type, with the remedy."""
    at = AT.search(message)
    for step in STEP.finditer(at[1]) if at else ():
        bare: Any = get_nullable_type(kind)
        name = step[1]
        if name is None and is_list_type(bare):
            kind = bare.of_type
        elif name is not None and is_input_object_type(bare) and name in bare.fields:
            kind = bare.fields[name].type
    return f"{_sentence(message)}{remedy(kind)}"


def remedy(kind: GraphQLInputType | None) -> str:
    """Return a sentence that says what values of a type are; empty where the error says it."""
    named: Any = None if kind is None else get_named_type(kind)
    if named is None:
        return ""
    if is_enum_type(named):
        return f" Pass one of {_listed(list(named.values))}."
    if not is_input_object_type(named):
        words = SCALARS.get(named.name)
        return f" Pass {words}." if words else ""
    required = [name for name, member in named.fields.items() if is_required_input_field(member)]
    needs = f"; {_listed(required)} must be given" if required else ""
    return f" Its members are {_listed(list(named.fields))}{needs}."


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_WORDS
    listed = ", ".join(names[:MOST_WORDS])
    return f"{listed} and {more} more" if more > 0 else listed


def _sentence(message: str) -> str:
    return message if message.endswith((".", "?")) else f"{message}."


class _Places(Visitor):
    """Finds of which arguments some nodes are values, and their types."""

    def __init__(self, types: TypeInfo, wanted: set[int]) -> None:
        super().__init__()
        self.types = types
        self.wanted = wanted
        self.found: dict[int, Found] = {}
        self._path: list[str] = []

    def enter(self, node: Node, *_: Any) -> None:
        """Go into a node; remember its place if it is wanted."""
        is_within = isinstance(node, ObjectFieldNode | ListValueNode)
        if isinstance(node, ArgumentNode):
            self._path.append(f"Argument '{node.name.value}")
        elif isinstance(node, VariableDefinitionNode):
            self._path.append(f"Default of variable '${node.variable.name.value}")
        if id(node) in self.wanted and self._path:
            kind = self.types.get_parent_input_type() if is_within else self.types.get_input_type()
            self.found[id(node)] = (f"{'.'.join(self._path)}'", kind)
        if isinstance(node, ObjectFieldNode):
            self._path.append(node.name.value)

    def leave(self, node: Node, *_: Any) -> None:
        """Come back from a node."""
        if isinstance(node, ArgumentNode | VariableDefinitionNode | ObjectFieldNode):
            self._path.pop()
