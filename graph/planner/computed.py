"""Fields that Python works out for rows that a statement finds, and objects that it has as data.

The statement leaves the columns that identify the row between two marks; the work is done when the
answer is there, and its object, cut to what is selected, takes the place of the marks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Final

import orjson
from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type

from graph.errors import AnswerError
from graph.planner.compilation import Compilation, Computation
from graph.planner.encode import PASSED_ON
from graph.planner.inputs import arguments_of
from graph.planner.places import MARK, Place
from graph.planner.request import Request
from graph.planner.rows import Rows
from graph.planner.selection import Operation
from graph.planner.sources import Column, Computed, member_of
from graph.planner.sql import COMPUTED, Json

Work = Callable[[Sequence[Any], Mapping[str, Any]], Awaitable[object]]
"""Works out a value from the columns of a row and the arguments; raises AnswerError."""
_BETWEEN: Final = COMPUTED.encode()


def computed_json(
    compilation: Compilation,
    source: Computed,
    definition: GraphQLField,
    nodes: list[FieldNode],
    rows: Rows,
) -> Json:
    """Return the marks of a computed field, with the key of its row between them."""
    inputs = arguments_of(definition, nodes[0], compilation.operation.variables)
    binders = {name: given.binder() for name, given in inputs.items()}
    kind: Any = get_named_type(definition.type)
    computation = Computation(
        compilation.place,
        source.work,
        lambda request: {name: binder(request) for name, binder in binders.items()},
        kind,
        tuple(nodes),
        compilation.operation,
    )
    json = Json().literal(f"{COMPUTED}{len(compilation.computations)}:[")
    compilation.computations.append(computation)
    for index, name in enumerate(source.key):
        how = PASSED_ON[rows.kind.fact(Column(name)).type]
        json.literal("," if index else "").expression(how.text(rows.column(name), nullable=True))
    return json.literal(f"]{COMPUTED}")


async def work_out(
    data: bytes,
    computations: Sequence[Computation],
    works: Mapping[str, Work],
    request: Request,
    failures: list[tuple[Place, AnswerError]],
) -> bytes:
    """Return the answer with the computed objects in it.

    What fails is added to ``failures``; a mark with its number there stands in its place.
    """
    pieces = data.split(_BETWEEN)

    async def fill(index: int) -> None:
        number, _, key = pieces[index].partition(b":")
        computation = computations[int(number)]
        try:
            work = works[computation.work]
            value = await work(orjson.loads(key), computation.given(request))
            pieces[index] = orjson.dumps(projected(computation, value))
        except AnswerError as error:
            failures.append((computation.place, error))
            pieces[index] = orjson.dumps({MARK: len(failures) - 1})

    await asyncio.gather(*(fill(index) for index in range(1, len(pieces), 2)))
    return b"".join(pieces)


def projected(computation: Computation, value: object) -> Any:
    """Return what an operation selects of an object that Python has."""
    return _selected(computation.operation, computation.kind, computation.nodes, value)


def _selected(operation: Operation, kind: Any, nodes: Sequence[FieldNode], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, list | tuple):
        return [_selected(operation, kind, nodes, item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if not isinstance(kind, GraphQLObjectType):
        return value
    found: dict[str, Any] = {}
    for key, below in operation.below(kind, nodes).items():
        name = below[0].name.value
        if name == "__typename":
            found[key] = kind.name
            continue
        definition = kind.fields[name]
        inner: Any = get_named_type(definition.type)
        found[key] = _selected(operation, inner, below, getattr(value, member_of(definition)))
    return found
