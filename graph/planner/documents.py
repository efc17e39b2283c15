"""Documents, parsed and validated once, and the operations in them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Token,
    TokenKind,
    VariableDefinitionNode,
    parse,
    type_from_ast,
)
from graphql.execution.values import get_variable_values

from graph.errors import PARSE_FAILED, VALIDATION_FAILED, BadUserInputError
from graph.planner.cache import BoundedCache
from graph.planner.cost import Estimate, estimate
from graph.planner.plain_variables import PlainVariables
from graph.planner.request import Request
from graph.planner.selection import IN_PARTS, Operation
from graph.planner.shape import Shapes
from graph.wrong_values import explained_variable

Validate = Callable[[GraphQLSchema, DocumentNode], Sequence[GraphQLError]]
MOST_DOCUMENTS: Final = 1_000
MOST_TOKENS: Final = 300_000
"""Tokens of all known documents together."""
TOKEN_BYTES: Final = 500
"""What a token and its share of the nodes take, about."""
MOST_ERRORS: Final = 10
"""How many errors an answer lists."""
MOST_REFUSED: Final = 200
REFUSED_CHARACTERS: Final = 2_000_000
"""Wrong documents are kept apart, so that many of them do not drive out the right ones."""
SEARCH_FIELD: Final = "searchPrograms"
"""The field that needs the search index."""
MOST_SHAPES: Final = 50
"""Estimates that are kept of one operation."""


@dataclass(slots=True)
class KnownOperation:
    """An operation of a valid document.

    ``plain`` takes variables that need no coercion, ``key`` is what it is known by, ``costs`` its
    estimates by the shape of the variables, ``is_parted`` whether its document has directives that
    defer parts of the answer.
    """

    document: DocumentNode
    definition: OperationDefinitionNode
    shapes: Shapes
    plain: PlainVariables
    key: Hashable
    costs: BoundedCache[Hashable, Estimate] = field(
        default_factory=lambda: BoundedCache(MOST_SHAPES)
    )
    is_parted: bool = False
    is_search: bool = False

    @property
    def is_query(self) -> bool:
        """Whether it only reads."""
        return self.definition.operation is OperationType.QUERY

    @property
    def is_subscription(self) -> bool:
        """Whether it has an answer for each of many events."""
        return self.definition.operation is OperationType.SUBSCRIPTION


@dataclass(slots=True)
class KnownDocument:
    """A document with its errors, or its operations by name (``""`` where one has none)."""

    errors: list[GraphQLError] = field(default_factory=list)
    operations: dict[str, KnownOperation] = field(default_factory=dict)
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    tokens: int = 0

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
    """All documents seen lately.

    Args:
        schema: What they are valid for.
        validate: Finds what is wrong with one.
        most_tokens: Most tokens of one.
        most_characters: Most characters of one.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        validate: Validate,
        most_tokens: int,
        most_characters: int = 100_000,
    ) -> None:
        self.schema = schema
        self.cache: BoundedCache[str, KnownDocument] = BoundedCache(MOST_DOCUMENTS, MOST_TOKENS)
        self.refused: BoundedCache[str, KnownDocument] = BoundedCache(
            MOST_REFUSED, REFUSED_CHARACTERS
        )
        self._validate = validate
        self._most_tokens = most_tokens
        self._most_characters = most_characters

    def get(self, text: str) -> KnownDocument:
        """Return a document; its errors, if it has any, carry codes."""
        found = self.cache.get(text) or self.refused.get(text)
        if found is None:
            found = self._read(text)
            if found.errors:
                self.refused.put(text, found, len(text))
            else:
                self.cache.put(text, found, found.tokens)
        return found

    def _read(self, text: str) -> KnownDocument:
        if len(text) > self._most_characters:
            too_long = GraphQLError(
                f"The document has {len(text)} characters; {self._most_characters} is the most."
                " Put values into variables, and ask for less at once.",
                extensions={"limit": "characters"},
            )
            return KnownDocument([coded(too_long, PARSE_FAILED)])
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
        known = KnownDocument(tokens=document.token_count or 0)
        is_parted, is_search = has_parts(document), has_search(document)
        for definition in document.definitions:
            if isinstance(definition, FragmentDefinitionNode):
                known.fragments[definition.name.value] = definition
            elif isinstance(definition, OperationDefinitionNode):
                name = definition.name.value if definition.name else ""
                variables = definition.variable_definitions or ()
                shapes, plain = Shapes(self.schema, variables), PlainVariables(variables)
                known.operations[name] = KnownOperation(
                    document,
                    definition,
                    shapes,
                    plain,
                    (text, name),
                    is_parted=is_parted,
                    is_search=is_search,
                )
        return known

    def variables(
        self, known: KnownOperation, given: Mapping[str, Any]
    ) -> dict[str, Any] | list[GraphQLError]:
        """Return the coerced variables of an operation, or what is wrong with them."""
        plain = known.plain.of(given)
        if plain is not None:
            return plain
        definitions = known.definition.variable_definitions or ()
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
        kind: Any = type_from_ast(self.schema, definition.type)
        for error in errors:
            if name not in error.message:  # it comes from an input type that takes one member
                error.message = f"Variable {name} has invalid value: {error.message}"
            error.message = explained_variable(error.message, kind)
        return errors


def has_parts(document: DocumentNode) -> bool:
    """Return whether a parsed document has a directive that defers parts of the answer."""
    token: Token | None = document.loc.start_token if document.loc else None
    while token is not None:
        if token.kind is TokenKind.AT and token.next and token.next.value in IN_PARTS:
            return True
        token = token.next
    return False


def has_search(document: DocumentNode) -> bool:
    """Return whether a parsed document has the name of a field that searches."""
    token: Token | None = document.loc.start_token if document.loc else None
    while token is not None:
        if token.kind is TokenKind.NAME and token.value == SEARCH_FIELD:
            return True
        token = token.next
    return False


def estimate_of(
    schema: GraphQLSchema, document: KnownDocument, known: KnownOperation, request: Request
) -> Estimate:
    """Return what an operation costs under the shape of a request's variables."""
    found = known.costs.get(request.shape)
    if found is None:
        found = estimate(operation_for(schema, document, known, request.variables))
        known.costs.put(request.shape, found)
    return found


def operation_for(
    schema: GraphQLSchema,
    document: KnownDocument,
    known: KnownOperation,
    variables: Mapping[str, Any],
) -> Operation:
    """Return what the planner reads."""
    return Operation(
        schema, known.definition, document.fragments, variables, is_search=known.is_search
    )


def coded(error: GraphQLError, code: str) -> GraphQLError:
    """Return the error with a code, keeping one that it has.

    It knows its place by positions alone: kept with its nodes, it would keep the whole document.
    """
    extensions = {"code": code, **(error.extensions or {})}
    return GraphQLError(
        error.message, source=error.source, positions=error.positions, extensions=extensions
    )
