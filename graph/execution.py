"""Strawberry's own execution for what cannot be planned; declared root fields are planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson
import strawberry
from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    visit,
)
from strawberry.extensions import SchemaExtension

from graph.planner.documents import KnownDocument, KnownOperation, operation_for
from graph.planner.execute import Answer, Planner, Timings, masked
from graph.planner.request import Request
from graph.planner.selection import IN_PARTS, Operation
from graph.schema import Completed


class KnownDocumentExtension(SchemaExtension):
    """Hands Strawberry the document that was parsed and validated already."""

    def on_operation(self) -> Iterator[None]:
        """Set the document, so that no text is asked for and parsed."""
        context: Any = self.execution_context.context
        self.execution_context.graphql_document = context["document"]
        yield

    def on_validate(self) -> Iterator[None]:
        """Say that there are no errors, so that it is not validated again."""
        self.execution_context.pre_execution_errors = []
        yield


class AtOnce(Visitor):
    """Takes away the directives that defer parts of an answer."""

    def enter_directive(self, node: DirectiveNode, *_: Any) -> Any:
        """Remove one of them."""
        return REMOVE if node.name.value in IN_PARTS else None


def at_once(document: DocumentNode) -> DocumentNode:
    """Return the document without directives that defer parts of the answer."""
    whole: DocumentNode = visit(document, AtOnce())
    return whole


class Executor:
    """Runs operations through Strawberry."""

    def __init__(self, schema: strawberry.Schema, planner: Planner) -> None:
        self.schema = schema
        self.planner = planner
        schema.extensions = (KnownDocumentExtension,)

    async def answer(
        self,
        document: KnownDocument,
        known: KnownOperation,
        request: Request,
        given: Mapping[str, Any],
        timings: Timings,
    ) -> Answer:
        """Answer an operation field by field; each declared root field is one statement.

        ``given`` are the variables as the client sent them.
        """
        operation = operation_for(self.schema._schema, document, known, request.variables)
        inner: list[GraphQLError] = []
        statuses: list[int] = []

        async def resolve_declared(info: GraphQLResolveInfo[Any]) -> Completed:
            answer = await self._planned(operation, info, timings)
            statuses.append(answer.status)
            key = info.path.key
            if answer.data is not None:
                inner.extend(answer.errors)
                start = len(f'{{"{key}":')
                return Completed(orjson.Fragment(answer.data[start:-1]))
            *others, last = answer.errors
            inner.extend(others)
            raise last

        whole = at_once(known.document) if known.is_parted else known.document
        name = known.definition.name
        result = await self.schema.execute(
            None,
            variable_values=dict(given),
            context_value={"document": whole, "resolve_declared": resolve_declared},
            operation_name=name.value if name else None,
        )
        errors = inner + [self._coded(error) for error in result.errors or ()]
        data = None if result.data is None else orjson.dumps(result.data)
        return Answer(data, errors, max(statuses, default=200) if data is None else 200)

    async def _planned(
        self, operation: Operation, info: GraphQLResolveInfo[Any], timings: Timings
    ) -> Answer:
        """Run one root field as a statement of its own."""
        selected = SelectionSetNode(selections=tuple(info.field_nodes))
        definition: Any = operation.definition
        alone = OperationDefinitionNode(
            operation=definition.operation, selection_set=selected, directives=()
        )
        request = Request(operation.variables, self.planner.signer)
        return await self.planner.answer_planned(
            replace(operation, definition=alone), request, timings
        )

    @staticmethod
    def _coded(error: GraphQLError) -> GraphQLError:
        if (error.extensions or {}).get("code"):
            return error
        original = error.original_error
        if original is None:  # graphql-core's own words about the request
            code = {"code": "BAD_USER_INPUT"}
        else:
            hidden = masked(original)
            error.message, code = str(hidden), {"code": hidden.code}
        return GraphQLError(error.message, nodes=error.nodes, path=error.path, extensions=code)
