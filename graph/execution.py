"""Strawberry's own execution for what cannot be planned; declared root fields are planned."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import orjson
import strawberry
from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Visitor,
    visit,
)
from strawberry.extensions import SchemaExtension

from graph.own_operations import OwnOperations
from graph.planner.documents import KnownDocument, KnownOperation, operation_for
from graph.planner.execute import Answer, Planner, Timings, masked
from graph.planner.plan import KnownRow
from graph.planner.request import Request
from graph.planner.selection import IN_PARTS, Operation
from graph.schema import Completed
from graph.services import Services


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


@dataclass(slots=True)
class Run:
    """An operation at work: what its planned fields read, and what went wrong in them."""

    operation: Operation
    request: Request
    timings: Timings
    errors: list[GraphQLError] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)


class Executor:
    """Runs operations through Strawberry.

    Args:
        schema: Strawberry's schema.
        planner: Answers declared fields.
        services: What mutations and subscriptions work with; None where there are none.
        operations: Runs operations of the graph's own.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        planner: Planner,
        services: Services | None = None,
        operations: OwnOperations | None = None,
    ) -> None:
        self.schema = schema
        self.planner = planner
        self.services = services
        self.operations = operations
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
        run = self._run(document, known, request, timings)
        result = await self.schema.execute(None, **self._arguments(run, known, given))
        return self._answer(run, result)

    async def events(
        self,
        document: KnownDocument,
        known: KnownOperation,
        request: Request,
        given: Mapping[str, Any],
        timings: Timings,
    ) -> AsyncGenerator[Answer]:
        """Answer a subscription, once for each of its events."""
        run = self._run(document, known, request, timings)
        results = await self.schema.subscribe(None, **self._arguments(run, known, given))
        async with aclosing(results):
            async for result in results:
                yield self._answer(run, result)
                run.errors, run.statuses = [], []

    def _run(
        self, document: KnownDocument, known: KnownOperation, request: Request, timings: Timings
    ) -> Run:
        operation = operation_for(self.schema._schema, document, known, request.variables)
        return Run(operation, request, timings)

    def _arguments(
        self, run: Run, known: KnownOperation, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what Strawberry is called with."""
        name = known.definition.name
        context = {
            "document": at_once(known.document) if known.is_parted else known.document,
            "resolve_declared": partial(self._resolve, run),
            "services": self.services,
            "role": run.request.role,
            "given": given,
            "operations": self.operations,
            "timings": run.timings,
            "read_root": partial(self._read_root, run),
        }
        return {
            "variable_values": dict(given),
            "context_value": context,
            "operation_name": name.value if name else None,
        }

    def _answer(self, run: Run, result: Any) -> Answer:
        errors = run.errors + [self._coded(error) for error in result.errors or ()]
        data = None if result.data is None else orjson.dumps(result.data)
        return Answer(data, errors, max(run.statuses, default=200) if data is None else 200)

    async def _resolve(
        self, run: Run, info: GraphQLResolveInfo[Any], key: tuple[object, ...] | None = None
    ) -> Completed:
        """Resolve a declared root field, or one that is the row of a natural key."""
        answer = await self._planned(run, info, key)
        run.statuses.append(answer.status)
        above = info.path.as_list()[:-1]
        errors = [_below(above, error) for error in answer.errors]
        if answer.data is not None:
            run.errors.extend(errors)
            start = len(f'{{"{info.path.key}":')
            return Completed(orjson.Fragment(answer.data[start:-1]))
        *others, last = errors
        run.errors.extend(others)
        raise last

    async def _planned(
        self, run: Run, info: GraphQLResolveInfo[Any], key: tuple[object, ...] | None
    ) -> Answer:
        """Run one field as a statement of its own."""
        selected = SelectionSetNode(selections=tuple(info.field_nodes))
        definition: Any = run.operation.definition
        alone = OperationDefinitionNode(
            operation=definition.operation, selection_set=selected, directives=()
        )
        request = Request(run.operation.variables, self.planner.signer, run.request.role)
        return await self.planner.answer_planned(
            replace(run.operation, definition=alone),
            request,
            run.timings,
            known=None if key is None else KnownRow(info.parent_type, key),
        )

    async def _read_root(
        self, run: Run, info: GraphQLResolveInfo[Any], node: FieldNode, given: Mapping[str, Any]
    ) -> bytes:
        """Return the JSON of a root field that stands for a field of a resolved object.

        Args:
            run: The operation at work.
            info: The field of the object.
            node: The root field, with what is selected of it.
            given: Coerced variables of its arguments, beside those of the operation.
        """
        definition = OperationDefinitionNode(
            operation=OperationType.QUERY,
            selection_set=SelectionSetNode(selections=(node,)),
            directives=(),
        )
        variables = {**run.operation.variables, **given}
        operation = replace(run.operation, definition=definition, variables=variables)
        request = Request(variables, self.planner.signer, run.request.role)
        answer = await self.planner.answer_planned(operation, request, run.timings)
        run.statuses.append(answer.status)
        above = info.path.as_list()
        errors = [
            GraphQLError(e.message, nodes=e.nodes, path=[*above, *(e.path or ())[1:]],
                         extensions=e.extensions)
            for e in answer.errors
        ]  # fmt: skip
        if answer.data is None:
            *others, last = errors
            run.errors.extend(others)
            raise last
        run.errors.extend(errors)
        key = node.alias.value if node.alias else node.name.value
        return answer.data[len(f'{{"{key}":') : -1]

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


def _below(above: list[str | int], error: GraphQLError) -> GraphQLError:
    """Return an error of a field's own statement at its place in the whole answer."""
    if not above:
        return error
    path = [*above, *(error.path or ())]
    return GraphQLError(error.message, nodes=error.nodes, path=path, extensions=error.extensions)
