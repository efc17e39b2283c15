"""From an operation and a shape of its variables to a plan: one statement and its parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLObjectType, OperationType, is_non_null_type

from graph.errors import AnswerError, NotPlannableError
from graph.planner.compilation import Compilation, PagePlan
from graph.planner.moments import NEWEST, VERSIONS, Guard
from graph.planner.objects import object_json
from graph.planner.request import Request
from graph.planner.roots import root_json
from graph.planner.selection import Operation
from graph.planner.sql import GUARD, Binder, Json, Owner, quote

TABLE: Final = re.compile(r"\b(?:landing|staging|core|mart|search|simulation|ops)\.\w+")


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement that returns the answer's data as JSON text in UTF-8.

    ``before`` and ``after`` stand around what it returns: text that is always the same.
    ``constant`` is the answer where no statement is needed. ``roots`` are the response keys of
    the root fields, with whether each may be null. ``with_version`` is the statement that returns
    the newest data version and a line feed before the data; empty where the data may change
    without a new version. ``unbound`` are the pages whose size is no parameter, because their
    rows are only counted.
    """

    sql: str
    with_version: str
    binders: tuple[Binder, ...]
    owners: tuple[Owner, ...]
    guards: tuple[Guard, ...]
    pages: tuple[PagePlan, ...]
    unbound: tuple[PagePlan, ...]
    roots: Mapping[str, bool]
    has_cursors: bool
    before: bytes
    after: bytes
    constant: bytes | None = None

    def values(self, request: Request) -> list[Any]:
        """Return the parameters of a request.

        Raises:
            AnswerError: an argument has a value that it may not have.
        """
        for page in self.unbound:
            try:
                page.size(request)
            except AnswerError as error:
                raise error.at(page.root) from None
        values: list[Any] = []
        try:
            for binder in self.binders:
                values.append(binder(request))  # noqa: PERF401 - the error needs the position
        except AnswerError as error:
            raise error.at(*self.owners[len(values)]) from None
        return values


def make_plan(operation: Operation, without: frozenset[str] = frozenset()) -> Plan:
    """Plan a query.

    Args:
        operation: a valid operation with variables of the shape to plan for.
        without: response keys of nullable root fields that are null because of an error.

    Raises:
        NotPlannableError: a field is resolved, or the operation is no query.
        AnswerError: an argument has a value that it may not have; ``root`` says where.
    """
    if operation.definition.operation is not OperationType.QUERY:
        raise NotPlannableError("only queries are planned")
    root = operation.schema.query_type
    assert isinstance(root, GraphQLObjectType)
    compilation = Compilation(operation, object_json)
    json = Json().literal("{")
    roots: dict[str, bool] = {}
    for index, (key, nodes) in enumerate(operation.root_fields(root).items()):
        json.literal(f'{"," if index else ""}"{key}":')
        name = nodes[0].name.value
        if name == "__typename":
            json.literal(f'"{root.name}"')
            continue
        if name.startswith("__"):
            raise NotPlannableError("introspection is resolved")
        definition = root.fields[name]
        roots[key] = not is_non_null_type(definition.type)
        compilation.parameters.root = key
        json.append(
            Json().literal("null") if key in without else root_json(compilation, definition, nodes)
        )
    return _finish(compilation, json.literal("}"), roots)


def _finish(compilation: Compilation, json: Json, roots: Mapping[str, bool]) -> Plan:
    constant = json.constant
    moments = compilation.moments
    before, middle, after = json.parted()
    data = middle.sql()
    if moments.guards:
        cases = " ".join(
            f"WHEN {guard.condition} THEN {quote(f'{GUARD}{index}')}"
            for index, guard in enumerate(moments.guards)
        )
        data = f"CASE {cases} ELSE {data} END"
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
        roots=roots,
        has_cursors=compilation.has_cursors,
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
