"""The reference: graphql-core over tables in memory, one resolver a field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    execute_sync,
    get_operation_ast,
    get_variable_values,
    is_abstract_type,
    is_input_object_type,
    is_object_type,
    parse,
    validate,
)

from graph.planner.cursors import CursorSigner
from graph.schema import build_schema as declared_schema
from tests.reference.pages import Connections
from tests.reference.refusals import BAD_INPUT
from tests.reference.resolvers import Resolvers
from tests.reference.rows import Record, Tables
from tests.reference.schema import read_schema


@dataclass(frozen=True)
class Problem:
    """An error of an answer: where it is, and which codes would be right for it."""

    path: tuple[str | int, ...]
    codes: frozenset[str]


@dataclass(frozen=True)
class Answer:
    """What a server that follows the specification answers.

    ``is_refused``: the request fails before anything is executed, and has no data.
    ``possible`` are all errors that could be reported where ``data`` is None: as soon as one takes
    the data away, a server may leave out the others.
    """

    data: Any
    problems: tuple[Problem, ...] = ()
    is_refused: bool = False
    possible: tuple[Problem, ...] = field(default=())


class Reference:
    """Answers operations from tables in memory.

    Args:
        tables: all rows.
        signer: signs cursors and reads them.
    """

    def __init__(self, tables: Tables, signer: CursorSigner) -> None:
        self.declared = declared = declared_schema()._schema
        filters: dict[str, Any] = {
            name.removesuffix("Filter"): kind
            for name, kind in declared.type_map.items()
            if name.endswith("Filter") and is_input_object_type(kind)
        }
        self.connections = Connections(tables, signer, filters)
        self._resolvers = Resolvers(declared, self.connections)
        self.schema = self._executable()
        self._lenient = self._executable()
        _let_roots_be_null(self._lenient)

    def answer(self, text: str, variables: Mapping[str, Any], name: str | None = None) -> Answer:
        """Answer an operation of a valid document."""
        document = parse(text)
        assert not validate(self.schema, document), validate(self.schema, document)
        operation = get_operation_ast(document, name)
        assert operation is not None, f"no operation {name}"
        coerced = get_variable_values(
            self.schema, operation.variable_definitions or (), {**variables}
        )
        if isinstance(coerced, list):
            return Answer(None, (Problem((), frozenset([BAD_INPUT])),), is_refused=True)
        run = partial(
            execute_sync, document=document, variable_values={**variables}, operation_name=name
        )
        result = run(self.schema)
        problems = tuple(_problem(error) for error in result.errors or ())
        if result.data is not None:
            return Answer(result.data, problems)
        every = run(self._lenient).errors or ()
        return Answer(None, problems, possible=tuple(_problem(error) for error in every))

    def may_be_null(self, field_name: str) -> bool:
        """Return whether a root field may be null."""
        assert self.schema.query_type is not None
        return not isinstance(self.schema.query_type.fields[field_name].type, GraphQLNonNull)

    def _executable(self) -> GraphQLSchema:
        """Return the schema of the SDL with a resolver on every field."""
        schema = read_schema()
        for name, kind in schema.type_map.items():
            if is_abstract_type(kind):
                kind.resolve_type = _type_of
            elif is_object_type(kind) and not name.startswith("__"):
                assert isinstance(kind, GraphQLObjectType)
                for field_name, definition in kind.fields.items():
                    definition.resolve = self._resolvers.resolver(name, field_name)
        for name, read in (
            ("Date", dt.date.fromisoformat),
            ("DateTime", dt.datetime.fromisoformat),
        ):
            scalar: Any = schema.type_map[name]
            scalar.parse_value = scalar.coerce_input_value = read
        return schema


def _let_roots_be_null(schema: GraphQLSchema) -> None:
    assert schema.query_type is not None
    for definition in schema.query_type.fields.values():
        if isinstance(definition.type, GraphQLNonNull):
            definition.type = definition.type.of_type


def _type_of(record: Record, *_: Any) -> str:
    return record.kind.name


def _problem(error: GraphQLError) -> Problem:
    codes = (error.extensions or {}).get("codes")
    if codes is None:
        if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
            raise error.original_error  # the reference itself is at fault
        codes = [BAD_INPUT]  # what graphql-core says of an argument
    return Problem(tuple(error.path or ()), frozenset(codes))
