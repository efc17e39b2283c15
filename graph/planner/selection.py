"""What an operation selects: fragments, aliases, @skip and @include, merged by response key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from graph.errors import BadUserInputError, NotPlannableError
from graph.planner.places import Trail

IN_PARTS = frozenset({"defer", "stream"})
"""Directives that let a server send a selection later; at once is always right."""
Fields = dict[str, list[FieldNode]]
"""Response key to the field nodes that ask for it, in the order of the answer."""
Selecting = FieldNode | OperationDefinitionNode
"""What has a selection set."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A valid operation with the coerced variables of the shape at hand.

    ``trail`` says where in it the planner is at work.
    """

    schema: GraphQLSchema
    definition: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    trail: Trail = field(default_factory=Trail, compare=False)
    is_search: bool = False
    """Whether a field of the document may need the search index."""

    def below(self, kind: GraphQLObjectType, nodes: Iterable[Selecting]) -> Fields:
        """Return the fields that an operation, or nodes of one response key, select on a type."""
        return self.collect(kind, [node.selection_set for node in nodes if node.selection_set])

    def collect(self, kind: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> Fields:
        """Return the fields that selection sets select on an object type.

        Raises:
            NotPlannableError: a directive that has to be executed stands on a selection.
            BadUserInputError: the condition of one is a variable that is null.
        """
        fields: Fields = {}
        visited: set[str] = set()
        for selection_set in sets:
            self._visit(kind, selection_set, fields, visited)
        return fields

    def _visit(
        self,
        kind: GraphQLObjectType,
        selection_set: SelectionSetNode,
        fields: Fields,
        visited: set[str],
    ) -> None:
        for selection in selection_set.selections:
            if not self._is_included(selection):
                continue
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                fields.setdefault(key, []).append(selection)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                if condition is None or self._applies(condition.name.value, kind):
                    self._visit(kind, selection.selection_set, fields, visited)
            elif isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                fragment = self.fragments[name]
                if name not in visited and self._applies(fragment.type_condition.name.value, kind):
                    visited.add(name)
                    self._visit(kind, fragment.selection_set, fields, visited)

    def _applies(self, condition: str, kind: GraphQLObjectType) -> bool:
        if condition == kind.name:
            return True
        found = self.schema.type_map.get(condition)
        if isinstance(found, GraphQLInterfaceType | GraphQLUnionType):
            return self.schema.is_sub_type(found, kind)
        return False

    def _is_included(self, selection: SelectionNode) -> bool:
        for directive in selection.directives or ():
            name = directive.name.value
            if name in IN_PARTS:
                continue
            if name not in {"skip", "include"}:
                raise NotPlannableError(f"directive @{name} is left to the execution")
            if self._condition(directive) == (name == "skip"):
                return False
        return True

    def _condition(self, directive: DirectiveNode) -> bool:
        (argument,) = directive.arguments or ()
        value: Any = argument.value
        if not isinstance(value, VariableNode):
            return bool(value.value)
        name = value.name.value
        condition = self.variables.get(name)
        if condition is None:
            raise BadUserInputError(
                f"Variable '${name}' is null, but decides whether a field is selected. Pass true"
                " or false, or leave it out to have its default.",
                node=argument,
            )
        return bool(condition)
