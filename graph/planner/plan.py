"""From an operation and a shape of its variables to a plan: one statement and its parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from graphql import FieldNode, GraphQLField, GraphQLObjectType, OperationType, get_named_type

from graph.errors import AnswerError, FailedFieldsError, NotPlannableError
from graph.planner.compilation import Compilation, Computation, PagePlan, Searchable
from graph.planner.members import members_json
from graph.planner.moments import NEWEST, VERSIONS, Guard
from graph.planner.objects import object_json
from graph.planner.places import Place, Trail
from graph.planner.request import Request
from graph.planner.roots import root_json, row_json
from graph.planner.searches import SearchPlan
from graph.planner.selection import Operation
from graph.planner.sql import GUARD, Binder, Json, Owner, quote

TABLE: Final = re.compile(r"\b(?:landing|staging|core|mart|search|simulation|ops)\.\w+")


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement that returns the answer's data as JSON text in UTF-8.

    ``before`` and ``after`` stand around what it returns: text that is always the same.
    ``constant`` is the answer where no statement is needed. ``computations`` are what Python works
    out for rows of the answer. ``left_out`` are fields that fail, by
    the numbers of the marks that stand for them. ``with_version`` is the statement that returns
    the newest data version and a line feed before the data; empty where the data may change
    without a new version. ``unbound`` are the pages whose size is no parameter: it is known, or
    their rows are only counted. ``searches`` are its queries, to be analysed before it runs.
    """

    sql: str
    with_version: str
    binders: tuple[Binder, ...]
    owners: tuple[Owner, ...]
    guards: tuple[Guard, ...]
    pages: tuple[PagePlan, ...]
    unbound: tuple[PagePlan, ...]
    left_out: tuple[Place, ...]
    computations: tuple[Computation, ...]
    has_marks: bool
    before: bytes
    after: bytes
    constant: bytes | None = None
    searches: tuple[SearchPlan, ...] = ()

    def values(self, request: Request) -> list[Any]:
        """Return the parameters of a request.

        Raises:
            FailedFieldsError: arguments have values that they may not have.
            AnswerError: it asks for too much.
        """
        errors: list[AnswerError] = []
        for page in self.unbound:
            try:
                page.size(request)
            except AnswerError as error:
                errors.append(error.at(page.place))
        values: list[Any] = []
        for binder, owner in zip(self.binders, self.owners, strict=True):
            try:
                values.append(binder(request))
            except AnswerError as error:
                errors.append(error.at(*owner))
        if errors:
            raise FailedFieldsError(errors)
        return values


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A row whose natural key Python knows, as a field of an object that it has resolved.

    ``root`` is the type of that object; the operation selects the field on it.
    """

    root: GraphQLObjectType
    key: tuple[object, ...]


def make_plan(
    operation: Operation,
    without: frozenset[Place] = frozenset(),
    index: Searchable = None,
    known: KnownRow | None = None,
) -> Plan:
    """Plan a query, or a field of a resolved object.

    Args:
        operation: a valid operation with variables of the shape to plan for.
        without: places of fields to leave out because they fail.
        index: the search index in use, or why there is none, for operations that search.
        known: the row that is the value of the only field of the operation.

    Raises:
        NotPlannableError: a field is resolved, or the operation is no query.
        FailedFieldsError: arguments have values that they may not have.
    """
    if known is None and operation.definition.operation is not OperationType.QUERY:
        raise NotPlannableError("only queries are planned")
    root = operation.schema.query_type if known is None else known.root
    assert isinstance(root, GraphQLObjectType)
    trail = Trail(without)
    compilation = Compilation(replace(operation, trail=trail), object_json, index=index)

    def member(definition: GraphQLField, nodes: list[FieldNode]) -> Json:
        if known is None:
            return root_json(compilation, definition, nodes)
        kind: Any = get_named_type(definition.type)
        return row_json(compilation, kind, nodes, known.key)

    json = members_json(compilation.operation, root, [operation.definition], member)
    if trail.errors:
        raise FailedFieldsError(trail.errors)
    return _finish(compilation, json)


def _finish(compilation: Compilation, json: Json) -> Plan:
    constant = json.constant
    moments = compilation.moments
    before, middle, after = json.parted()
    data = middle.sql()
    if moments.guards:
        failing = ", ".join(
            f"CASE WHEN {guard.condition} THEN {index} END"
            for index, guard in enumerate(moments.guards)
        )
        numbers = f"concat_ws(',', {failing})"
        data = f"CASE WHEN {numbers} <> '' THEN {quote(GUARD)} || {numbers} ELSE {data} END"
    heads = f"WITH {', '.join(moments.heads)} " if moments.heads else ""
    bound = set(compilation.parameters.binders)
    return Plan(
        sql=f"{heads}SELECT convert_to({data}, 'UTF8')",
        with_version=(
            f"{heads}SELECT convert_to({NEWEST} || chr(10) || {data}, 'UTF8')"
            if is_published(heads + data)
            else ""
        ),
        binders=tuple(compilation.parameters.binders),
        owners=tuple(compilation.parameters.owners),
        guards=tuple(moments.guards),
        pages=tuple(compilation.pages),
        unbound=tuple(page for page in compilation.pages if page.size not in bound),
        left_out=tuple(compilation.operation.trail.left_out),
        computations=tuple(compilation.computations),
        has_marks=compilation.has_marks,
        searches=tuple(compilation.searches),
        before=before.encode(),
        after=after.encode(),
        constant=None if constant is None else constant.encode(),
    )


def is_published(sql: str) -> bool:
    """Return whether a statement reads only what publishing a data version changes.

    A text in the statement that looks like another table errs on the safe side.
    """
    tables = set(TABLE.findall(sql))
    return all(table.startswith("core.") or table == VERSIONS for table in tables)
