"""From an operation and a shape of its variables to a plan: one statement and its parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from graphql import FieldNode, GraphQLField, GraphQLObjectType, OperationType

from graph.errors import AnswerError, BadUserInputError, FailedFieldsError, NotPlannableError
from graph.planner.compilation import Compilation, PagePlan
from graph.planner.members import members_json
from graph.planner.moments import Guard
from graph.planner.objects import object_json
from graph.planner.places import Place, Trail
from graph.planner.request import Request
from graph.planner.roots import root_json
from graph.planner.selection import Operation
from graph.planner.sql import GUARD, Binder, Json, Owner, quote

LARGEST_ANSWER: Final = 200_000
"""Most rows of connections and root lists that one operation asks for, nested pages multiplied."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement that returns the answer's data as JSON text in UTF-8.

    ``constant`` is the answer where no statement is needed. ``left_out`` are fields that fail, by
    the numbers of the marks that stand for them.
    """

    sql: str
    binders: tuple[Binder, ...]
    owners: tuple[Owner, ...]
    guards: tuple[Guard, ...]
    pages: tuple[PagePlan, ...]
    left_out: tuple[Place, ...]
    has_cursors: bool
    constant: bytes | None = None

    def values(self, request: Request) -> list[Any]:
        """Return the parameters of a request, after checking how much it asks for.

        Raises:
            FailedFieldsError: arguments have values that they may not have.
            AnswerError: it asks for too much.
        """
        errors: list[AnswerError] = []
        if self.pages:
            self._check_size(request, errors)
        values: list[Any] = []
        for binder, owner in zip(self.binders, self.owners, strict=True):
            try:
                values.append(binder(request))
            except AnswerError as error:
                errors.append(error.at(*owner))
        if errors:
            raise FailedFieldsError(errors)
        return values

    def _check_size(self, request: Request, errors: list[AnswerError]) -> None:
        rows: list[int] = []
        for page in self.pages:
            try:
                size = page.size(request)
            except AnswerError as error:
                errors.append(error.at(page.place))
                size = 0
            rows.append(size * (rows[page.parent] if page.parent is not None else 1))
        if sum(rows) > LARGEST_ANSWER:
            raise BadUserInputError(
                f"The operation asks for up to {sum(rows)} rows; {LARGEST_ANSWER} is the most."
                " Make 'first' or 'last' smaller, at the root or below."
            )


def make_plan(operation: Operation, without: frozenset[Place] = frozenset()) -> Plan:
    """Plan a query.

    Args:
        operation: a valid operation with variables of the shape to plan for.
        without: places of fields to leave out because they fail.

    Raises:
        NotPlannableError: a field is resolved, or the operation is no query.
        FailedFieldsError: arguments have values that they may not have.
    """
    if operation.definition.operation is not OperationType.QUERY:
        raise NotPlannableError("only queries are planned")
    root = operation.schema.query_type
    assert isinstance(root, GraphQLObjectType)
    trail = Trail(without)
    compilation = Compilation(replace(operation, trail=trail), object_json)

    def member(definition: GraphQLField, nodes: list[FieldNode]) -> Json:
        return root_json(compilation, definition, nodes)

    json = members_json(compilation.operation, root, [operation.definition], member)
    if trail.errors:
        raise FailedFieldsError(trail.errors)
    return _finish(compilation, json)


def _finish(compilation: Compilation, json: Json) -> Plan:
    constant = json.constant
    moments = compilation.moments
    data = json.sql()
    if moments.guards:
        failing = ", ".join(
            f"CASE WHEN {guard.condition} THEN {index} END"
            for index, guard in enumerate(moments.guards)
        )
        numbers = f"concat_ws(',', {failing})"
        data = f"CASE WHEN {numbers} <> '' THEN {quote(GUARD)} || {numbers} ELSE {data} END"
    heads = f"WITH {', '.join(moments.heads)} " if moments.heads else ""
    return Plan(
        sql=f"{heads}SELECT convert_to({data}, 'UTF8')",
        binders=tuple(compilation.parameters.binders),
        owners=tuple(compilation.parameters.owners),
        guards=tuple(moments.guards),
        pages=tuple(compilation.pages),
        left_out=tuple(compilation.operation.trail.left_out),
        has_cursors=compilation.has_cursors,
        constant=None if constant is None else constant.encode(),
    )
