"""Strawberry's own execution for what cannot be planned; declared root fields are planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import strawberry
from graphql import (
    GraphQLError,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    SelectionSetNode,
)
from strawberry.extensions import SchemaExtension

from graph.errors import AnswerError
from graph.planner.documents import KnownDocument, KnownOperation, operation_for
from graph.planner.execute import Answer, Planner, Timings, masked
from graph.planner.plan import make_plan
from graph.planner.request import Request
from graph.planner.selection import Operation
from graph.protocol import GraphQLRequest
from graph.schema import Completed


class KnownDocumentExtension(SchemaExtension):
    """Hands Strawberry the document that was parsed and validated already."""

    def on_parse(self) -> Iterator[None]:
        """Set the document, so that it is not parsed again."""
        context: Any = self.execution_context.context
        self.execution_context.graphql_document = context["document"]
        yield

    def on_validate(self) -> Iterator[None]:
        """Say that there are no errors, so that it is not validated again."""
        self.execution_context.pre_execution_errors = []
        yield


class Executor:
    """Runs operations through Strawberry."""

    def __init__(self, schema: strawberry.Schema, planner: Planner) -> None:
        self.schema = schema
        self.planner = planner
        schema.extensions = (KnownDocumentExtension,)

    async def answer(
        self,
        request: GraphQLRequest,
        document: KnownDocument,
        known: KnownOperation,
        variables: Mapping[str, Any],
        timings: Timings,
    ) -> Answer:
        """Answer an operation field by field; each declared root field is one statement."""
        operation = operation_for(self.schema._schema, document, known, variables)
        statuses: list[int] = []

        async def resolve_declared(info: GraphQLResolveInfo[Any]) -> Completed:
            try:
                return await self._planned(operation, info, timings)
            except AnswerError as error:
                statuses.append(error.status)
                raise error.located() from error

        result = await self.schema.execute(
            request.query,
            variable_values=request.variables,
            context_value={"document": known.document, "resolve_declared": resolve_declared},
            operation_name=request.operation_name,
        )
        errors = [self._coded(error) for error in result.errors or ()]
        data = None if result.data is None else orjson.dumps(result.data)
        return Answer(data, errors, max(statuses, default=200) if data is None else 200)

    async def _planned(
        self, operation: Operation, info: GraphQLResolveInfo[Any], timings: Timings
    ) -> Completed:
        """Run one root field as a statement of its own."""
        key = info.path.key
        selected = SelectionSetNode(selections=tuple(info.field_nodes))
        definition: Any = operation.definition
        alone = OperationDefinitionNode(
            operation=definition.operation, selection_set=selected, directives=()
        )
        plan = make_plan(
            Operation(operation.schema, alone, operation.fragments, operation.variables)
        )
        request = Request(operation.variables, self.planner.signer)
        data = await self.planner.run(plan, request, timings)
        start = len(f'{{"{key}":')
        return Completed(orjson.Fragment(data[start:-1]))

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
