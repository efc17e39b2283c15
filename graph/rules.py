"""The rules of the specification that documents are checked with, where libraries fall short."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from graphql import (
    SKIP,
    GraphQLError,
    GraphQLInputType,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    ValidationRule,
    ValueNode,
    ValuesOfCorrectTypeRule,
    VisitorAction,
    get_nullable_type,
    is_input_object_type,
    is_non_null_type,
    is_nullable_type,
    specified_rules,
    type_from_ast,
)
from graphql.utilities.validate_input_value import validate_input_literal
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule


class PlacedValuesRule(ValuesOfCorrectTypeRule):
    """The specification's rule for values, with every error at a node of the document.

    graphql-core gives scalars copies of lists and objects, and reports what they refuse at the
    copies, which have no place.
    """

    def is_valid_value_node(
        self, node: ValueNode, input_type: GraphQLInputType | None
    ) -> VisitorAction:
        """Report what is wrong with the whole value of an argument or a default."""

        def report(error: GraphQLError, path: Sequence[str | int]) -> None:
            if error.nodes and error.nodes[0].loc is None:
                at = value_at(node, path)
                error = GraphQLError(error.message, at, original_error=error.original_error)
            self.report_error(error)

        if input_type:
            hide = self.context.hide_suggestions
            validate_input_literal(node, input_type, report, None, None, hide)
        return SKIP  # the members have been looked at


def value_at(value: ValueNode, path: Sequence[str | int]) -> ValueNode:
    """Return the part of a value to which names of members and places in lists lead."""
    for step in path:
        if isinstance(value, ObjectValueNode):
            members = {member.name.value: member.value for member in value.fields}
            value = members[str(step)]
        elif isinstance(value, ListValueNode):
            value = value.values[int(step)]
    return value


class OneOfVariablesRule(ValidationRule):
    """A variable that is the one member of an input must not be nullable.

    graphql-core looks only where the input itself may be null.
    """

    def leave_operation_definition(self, operation: OperationDefinitionNode, *_: Any) -> None:
        """Look at the variables of an operation, wherever its fragments stand."""
        types = {
            definition.variable.name.value: type_from_ast(self.context.schema, definition.type)
            for definition in operation.variable_definitions or ()
        }
        for usage in self.context.get_recursive_variable_usages(operation):
            name = usage.node.name.value
            parent: Any = usage.parent_type and get_nullable_type(usage.parent_type)
            is_seen = is_input_object_type(parent) and parent.is_one_of
            if (
                is_seen
                and is_non_null_type(usage.parent_type)
                and is_nullable_type(types.get(name))
            ):
                self.report_error(
                    GraphQLError(
                        f"Variable '${name}' may be null, but is the one member of a '{parent}'."
                        f" Declare it as '{types[name]}!'.",
                        [usage.node],
                    )
                )


RULES: Final = (
    *(PlacedValuesRule if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules),
    OneOfVariablesRule,
    MaybeNullValidationRule,
)
