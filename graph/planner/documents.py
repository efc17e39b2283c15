"""Documents, parsed and validated once, and the operations in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableDefinitionNode,
    parse,
)
from graphql.execution.values import get_variable_values

from graph.errors import PARSE_FAILED, VALIDATION_FAILED, BadUserInputError
from graph.planner.cache import BoundedCache
from graph.planner.selection import Operation
from graph.planner.shape import Shapes

Validate = Callable[[GraphQLSchema, DocumentNode], Sequence[GraphQLError]]
MOST_DOCUMENTS: Final = 1_000
MOST_CHARACTERS: Final = 8_000_000
MOST_ERRORS: Final = 10
"""How many errors an answer lists."""


@dataclass(slots=True)
class KnownOperation:
    """An operation of a valid document."""

    document: DocumentNode
    definition: OperationDefinitionNode
    shapes: Shapes

    @property
    def is_query(self) -> bool:
        """Whether it only reads."""
        return self.definition.operation is OperationType.QUERY


@dataclass(slots=True)
class KnownDocument:
    """A document with its errors, or its operations by name (``""`` where it has none)."""

    errors: list[GraphQLError] = field(default_factory=list)
    operations: dict[str, KnownOperation] = field(default_factory=dict)
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)

    def operation(self, name: str | None) -> KnownOperation:
        """Return the operation of a name, or the only one.

        Raises:
            BadUserInputError: there is none, or there are several and no name.
        """
        if name:
            if name not in self.operations:
                raise BadUserInputError(
                    f"'operationName' is {name!r}, but the document has no such operation. It"
                    f" has: {', '.join(filter(None, self.operations)) or 'one without a name'}."
                )
            return self.operations[name]
        if len(self.operations) != 1:
            raise BadUserInputError(
                f"The document has {len(self.operations)} operations. Say in 'operationName'"
                " which one to run."
            )
        return next(iter(self.operations.values()))


class Documents:
    """All documents seen lately."""

    def __init__(self, schema: GraphQLSchema, validate: Validate, most_tokens: int) -> None:
        self.schema = schema
        self.cache: BoundedCache[str, KnownDocument] = BoundedCache(MOST_DOCUMENTS, MOST_CHARACTERS)
        self._validate = validate
        self._most_tokens = most_tokens

    def get(self, text: str) -> KnownDocument:
        """Return a document; its errors, if it has any, carry codes."""
        found = self.cache.get(text)
        if found is None:
            found = self._read(text)
            self.cache.put(text, found, len(text))
        return found

    def _read(self, text: str) -> KnownDocument:
        try:
            document = parse(text, max_tokens=self._most_tokens)
        except GraphQLError as error:
            return KnownDocument([coded(error, PARSE_FAILED)])
        except RecursionError:
            too_deep = GraphQLError("The document is nested too deeply. Nest it less.")
            return KnownDocument([coded(too_deep, PARSE_FAILED)])
        errors = self._validate(self.schema, document)
        if errors:
            return KnownDocument([coded(e, VALIDATION_FAILED) for e in errors[:MOST_ERRORS]])
        known = KnownDocument()
        for definition in document.definitions:
            if isinstance(definition, FragmentDefinitionNode):
                known.fragments[definition.name.value] = definition
            elif isinstance(definition, OperationDefinitionNode):
                name = definition.name.value if definition.name else ""
                shapes = Shapes(self.schema, definition.variable_definitions or ())
                known.operations[name] = KnownOperation(document, definition, shapes)
        return known

    def variables(
        self, known: KnownOperation, given: Mapping[str, Any]
    ) -> dict[str, Any] | list[GraphQLError]:
        """Return the coerced variables of an operation, or what is wrong with them."""
        definitions = known.definition.variable_definitions
        if not definitions:
            return {}
        coerced = get_variable_values(self.schema, definitions, dict(given), max_errors=MOST_ERRORS)
        if not isinstance(coerced, list):
            return coerced.coerced
        errors = [e for one in definitions for e in self._wrong(one, given)]
        return [coded(error, BadUserInputError.code) for error in errors[:MOST_ERRORS]]

    def _wrong(
        self, definition: VariableDefinitionNode, given: Mapping[str, Any]
    ) -> list[GraphQLError]:
        """Return what is wrong with one variable; every message names it."""
        found = get_variable_values(self.schema, [definition], dict(given), max_errors=MOST_ERRORS)
        errors = found if isinstance(found, list) else []
        name = f"'${definition.variable.name.value}'"
        for error in errors:
            if name not in error.message:  # it comes from an input type that takes one member
                error.message = f"Variable {name} has invalid value: {error.message}"
        return errors


def operation_for(
    schema: GraphQLSchema,
    document: KnownDocument,
    known: KnownOperation,
    variables: Mapping[str, Any],
) -> Operation:
    """Return what the planner reads."""
    return Operation(schema, known.definition, document.fragments, variables)


def coded(error: GraphQLError, code: str) -> GraphQLError:
    """Return the error with a code, keeping one that it has."""
    extensions = {"code": code, **(error.extensions or {})}
    return GraphQLError(
        error.message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        original_error=error.original_error,
        extensions=extensions,
    )
