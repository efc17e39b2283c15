"""Argument values with their origin: what is bound as a parameter, and what shapes the plan.

A plan is made for one shape of the variables (see :mod:`graph.planner.shape`) and run with many
values. An :class:`Input` therefore knows its value under the shape at hand, and how to read the
value of any other request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputType,
    ListValueNode,
    Node,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    coerce_input_literal,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
)
from graphql.utilities.coerce_input_value import coerce_default_value

from graph.errors import BadUserInputError
from graph.planner.sql import Binder


@dataclass(frozen=True, slots=True)
class Input:
    """A value of an argument, or a part of one.

    ``path`` leads to it from the variables; where it is None the value is written in the
    document, and its ``members`` or ``items`` may still come from variables.
    """

    type: GraphQLInputType
    value: Any
    path: tuple[Any, ...] | None = None
    members: Mapping[str, Input] | None = None
    items: tuple[Input, ...] | None = None
    node: Node | None = None

    @property
    def is_variable(self) -> bool:
        """Whether the value is that of a variable, or a part of one."""
        return self.path is not None

    @property
    def is_null(self) -> bool:
        """Whether the value is null under the shape at hand."""
        return self.value is None

    def fields(self) -> dict[str, Input]:
        """Return the members of an input object that are given, null or not."""
        if self.members is not None:
            return dict(self.members)
        kind: Any = get_nullable_type(self.type)
        return {
            name: Input(kind.fields[name].type, value, self._below(name), node=self.node)
            for name, value in self.value.items()
        }

    def elements(self) -> tuple[Input, ...]:
        """Return the items of a list."""
        if self.items is not None:
            return self.items
        kind: Any = get_nullable_type(self.type)
        return tuple(
            Input(kind.of_type, value, self._below(index), node=self.node)
            for index, value in enumerate(self.value)
        )

    def binder(self) -> Binder:
        """Return a function that reads the value of a request."""
        if self.path is not None:
            path = self.path
            if len(path) == 1:
                return lambda request: request.variables[path[0]]
            return lambda request: follow(request.variables, path)
        if self.items is not None:
            binders = [item.binder() for item in self.items]
            return lambda request: [binder(request) for binder in binders]
        if self.members is not None:
            named = {name: member.binder() for name, member in self.members.items()}
            return lambda request: {name: binder(request) for name, binder in named.items()}
        value = self.value
        return lambda request: value

    def _below(self, step: str | int) -> tuple[Any, ...] | None:
        return None if self.path is None else (*self.path, step)


def follow(value: Any, path: tuple[Any, ...]) -> Any:
    """Return the part of a value at the end of a path."""
    for step in path:
        value = value[step]
    return value


def arguments_of(
    definition: GraphQLField, node: FieldNode, variables: Mapping[str, Any]
) -> dict[str, Input]:
    """Return the arguments of a field that are given or have a default.

    Raises:
        BadUserInputError: a variable is null where a value is needed. A document with such a
            variable is valid if the variable or the place has a default.
    """
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    inputs: dict[str, Input] = {}
    for name, argument in definition.args.items():
        found = read(given.get(name), argument.type, variables)
        if found is None:
            found = _default(argument)
        if found is not None:
            inputs[name] = found
    return inputs


def read(
    node: ValueNode | None, kind: GraphQLInputType, variables: Mapping[str, Any]
) -> Input | None:
    """Return the value that a node stands for; None for an absent one.

    Raises:
        BadUserInputError: a variable is null where a value is needed.
    """
    if node is None or (isinstance(node, VariableNode) and node.name.value not in variables):
        return None
    if isinstance(node, VariableNode):
        name = node.name.value
        if variables[name] is None and is_non_null_type(kind):
            raise BadUserInputError(
                f"Variable '${name}' is null where a value of type {kind} is needed. Pass a value,"
                " or leave it out to have the default.",
                node=node,
            )
        return Input(kind, variables[name], (name,), node=node)
    if isinstance(node, NullValueNode):
        return Input(kind, None, node=node)
    bare: Any = get_nullable_type(kind)
    if is_list_type(bare):
        nodes = node.values if isinstance(node, ListValueNode) else (node,)
        items = [read(item, bare.of_type, variables) for item in nodes]
        parts = tuple(item or Input(bare.of_type, None, node=node) for item in items)
        return Input(kind, [item.value for item in parts], items=parts, node=node)
    if is_input_object_type(bare):
        return _read_object(node, kind, bare, variables)
    return Input(kind, coerce_input_literal(node, bare), node=node)


def _read_object(
    node: ValueNode, kind: GraphQLInputType, bare: Any, variables: Mapping[str, Any]
) -> Input:
    assert isinstance(node, ObjectValueNode)
    given = {field.name.value: field.value for field in node.fields}
    members: dict[str, Input] = {}
    for name, definition in bare.fields.items():
        found = read(given.get(name), definition.type, variables) or _default(definition)
        if found is not None:
            members[name] = found
    value = {name: member.value for name, member in members.items()}
    return Input(kind, value, members=members, node=node)


def _default(definition: GraphQLArgument | GraphQLInputField) -> Input | None:
    default = coerce_default_value(definition)
    return None if default is Undefined else Input(definition.type, default)
