"""Filters to SQL conditions.

A comparison with a value never holds for a row that states none; only ``isNull`` speaks of those.
``not`` is the exact complement. A member or comparison that is null is as if it were not given,
and an object without members holds for every row.

Of related rows, ``some`` asks for at least one that a filter keeps, ``none`` for not a single
one, ``every`` for no row that it does not keep: ``every`` holds where there are no rows.
Related rows of a connection are those that it lists without a filter, at the moment and in the
match iteration that the enclosing connection reads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import get_nullable_type

from graph.errors import BadUserInputError
from graph.planner import globalid
from graph.planner.compilation import Compilation
from graph.planner.distance import within
from graph.planner.encode import Encoding, encoding
from graph.planner.folding import fold, fold_sql
from graph.planner.inputs import Input
from graph.planner.relations import related, scope_below
from graph.planner.rows import Rows
from graph.planner.sources import (
    TABLE_TYPES,
    Column,
    ColumnFilter,
    Combination,
    Connection,
    Distance,
    Embedded,
    GlobalId,
    ListFilter,
    RelationFilter,
    ToMany,
    ToOne,
    member_of,
    source_of,
)
from graph.planner.sql import Binder, Parameters, conjunction

COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
MOST_ITEMS = 1_000
"""Longest list that ``in`` and ``notIn`` take."""
MOST_IDS = 100
"""Longest list of global ids: each is a condition of its own."""
DEEPEST_RELATED = 5
"""How deep filters on related rows go: schools with a program with a requirement is 2."""
MOST_RELATED = 50
"""How many filters on related rows an operation has: each is a subselect of its own."""


def conditions(given: Input | None, rows: Rows, compilation: Compilation) -> list[str]:
    """Return the conditions of a filter on rows; all of them must hold."""
    return _Filter(compilation).conditions(given, rows)


@dataclass(frozen=True, slots=True)
class _Filter:
    """A filter under construction; ``depth`` counts the related rows around the one at hand."""

    compilation: Compilation
    depth: int = 0

    def conditions(self, given: Input | None, rows: Rows) -> list[str]:
        if given is None or given.is_null:
            return []
        kind: Any = get_nullable_type(given.type)
        found: list[str] = []
        for name, member in given.fields().items():
            if not member.is_null:
                found += self._member(source_of(kind.fields[name]), name, member, rows)
        return found

    def _member(self, source: Any, name: str, member: Input, rows: Rows) -> list[str]:
        parameters = self.compilation.parameters
        match source:
            case Combination():
                found = [self._combination(source, member, rows)]
            case RelationFilter(source=Embedded() as embedded):
                found = _embedded(embedded, member, rows, parameters)
            case RelationFilter(source=ToOne() as relation, target=str(target)):
                found = self.conditions(member, rows.to_one(relation, TABLE_TYPES[target]))
            case ListFilter(source=relation):
                found = self._quantified(relation, member, rows)
            case ColumnFilter(column=column, graph_type=graph_type):
                found = _of_column(column, graph_type, name, member, rows, parameters)
            case Distance():
                found = [within(source, member, rows, parameters)]
            case GlobalId():
                found = _of_id(member, rows, parameters)
            case _:
                raise AssertionError(f"filter member {name} has no declaration")
        return found

    def _combination(self, source: Combination, member: Input, rows: Rows) -> str:
        if source.operator == "not":
            return f"(({conjunction(self.conditions(member, rows))}) IS NOT TRUE)"
        parts = [f"({conjunction(self.conditions(one, rows))})" for one in member.elements()]
        if source.operator == "and":
            return f"({conjunction(parts)})"
        return f"({' OR '.join(parts) or 'false'})"

    def _quantified(self, relation: ToMany | Connection, member: Input, rows: Rows) -> list[str]:
        scope = self.compilation.scope
        if isinstance(relation, Connection):
            scope = scope_below(relation, scope, rows)
        found: list[str] = []
        for quantifier, operand in member.fields().items():
            if operand.is_null:
                continue
            below = self._below(operand)
            belonging, where = related(relation, rows, scope)
            with self.compilation.within(scope):
                kept = conjunction(below.conditions(operand, belonging))
            where.append(f"({kept}) IS NOT TRUE" if quantifier == "every" else kept)
            select = f"SELECT FROM {belonging.from_list()} WHERE {conjunction(where)}"
            found.append(f"{'' if quantifier == 'some' else 'NOT '}EXISTS ({select})")
        return found

    def _below(self, operand: Input) -> _Filter:
        """Return the filter on related rows.

        Raises:
            BadUserInputError: related rows are nested too deeply, or there are too many filters.
        """
        self.compilation.related += 1
        for measure, found, most in (
            ("deep", self.depth + 1, DEEPEST_RELATED),
            ("times in one operation", self.compilation.related, MOST_RELATED),
        ):
            if found > most:
                raise BadUserInputError(
                    f"Argument 'filter' asks for related rows ('some', 'none', 'every') {found}"
                    f" {measure}; {most} is the most. Ask for less at once.",
                    node=operand.node,
                )
        return _Filter(self.compilation, self.depth + 1)


def _embedded(embedded: Embedded, member: Input, rows: Rows, parameters: Parameters) -> list[str]:
    kind: Any = get_nullable_type(member.type)
    found: list[str] = []
    for name, comparison in member.fields().items():
        if comparison.is_null:
            continue
        source = source_of(kind.fields[name])
        column = Column(embedded.columns[member_of(kind.fields[name])], embedded.table)
        found += _of_column(column, source.graph_type, name, comparison, rows, parameters)
    return found


def _of_column(
    column: Column, graph_type: str, name: str, member: Input, rows: Rows, parameters: Parameters
) -> list[str]:
    assert column.name is not None
    expression = rows.column(column.name, column.table)
    how = encoding(rows.kind.fact(column).type, graph_type, f"{rows.kind.name}.{name}")
    return [
        _comparison(operator, operand, expression, how, parameters, f"{name}.{operator}")
        for operator, operand in member.fields().items()
        if not operand.is_null
    ]


def _comparison(
    operator: str,
    operand: Input,
    expression: str,
    how: Encoding,
    parameters: Parameters,
    argument: str,
) -> str:
    binder = operand.binder()
    if operator == "isNull":
        return f"({expression} IS {'' if operand.value else 'NOT '}NULL)"
    if operator in COMPARISONS:
        value = adapted(binder, how.sql_type, argument)
        placeholder = parameters.add(value, how.sql_type, operand.node)
        return f"({expression} {COMPARISONS[operator]} {placeholder})"
    if operator in {"in", "notIn"}:
        values = listed(binder, argument, how.sql_type)
        placeholder = parameters.add(values, f"{how.sql_type}[]", operand.node)
        # Every value is none of no values, but a row that states none does not count even then.
        test = "= ANY ({})" if operator == "in" else f"<> ALL ({{}}) AND {expression} IS NOT NULL"
        return f"({expression} {test.format(placeholder)})"
    if how.sql_type == "text[]":
        return _of_list(operator, operand, expression, parameters, argument)
    placeholder = parameters.add(folded(binder, argument), "text", operand.node)
    if operator == "contains":
        return f"(strpos({fold_sql(expression)}, {placeholder}) > 0)"
    return f"starts_with({fold_sql(expression)}, {placeholder})"


def _of_list(
    operator: str, operand: Input, expression: str, parameters: Parameters, argument: str
) -> str:
    binder = operand.binder()
    if operator == "contains":
        placeholder = parameters.add(adapted(binder, "text", argument), "text", operand.node)
        return f"({placeholder} = ANY ({expression}))"
    test = {"containsAny": "&&", "containsAll": "@>"}[operator]
    placeholder = parameters.add(listed(binder, argument, "text"), "text[]", operand.node)
    return f"({expression} {test} {placeholder})"


def _of_id(member: Input, rows: Rows, parameters: Parameters) -> list[str]:
    kind = rows.kind
    found: list[str] = []
    for operator, operand in member.fields().items():
        if operand.is_null:
            continue
        is_list = operator in {"in", "notIn"}
        operands = operand.elements() if is_list else (operand,)
        if len(operands) > MOST_IDS:
            raise BadUserInputError(
                f"Argument 'filter' has {len(operands)} ids in '{operator}'; at most {MOST_IDS}"
                " are allowed. Split the list over several requests.",
                node=member.node,
            )
        rows_equal = [id_condition(one, f"id.{operator}", rows, parameters) for one in operands]
        equal = f"({' OR '.join(rows_equal) or 'false'})"
        found.append(f"(NOT {equal})" if operator in {"ne", "notIn"} else equal)
    assert kind.natural_key
    return found


def id_condition(given: Input, argument: str, rows: Rows, parameters: Parameters) -> str:
    """Return the condition that a row has a global id."""
    binder, kind = given.binder(), rows.kind
    pairs = []
    for index, name in enumerate(kind.natural_key):

        def part(request: Any, index: int = index) -> Any:
            value = globalid.key_of(binder(request), kind, argument)[index]
            return storable(value, argument) if isinstance(value, str) else value

        sql_type = globalid.parameter_type(kind, name)
        pairs.append(f"{rows.column(name)} = {parameters.add(part, sql_type, given.node)}")
    return f"({conjunction(pairs)})"


def listed(binder: Binder, argument: str, sql_type: str) -> Binder:
    """Return a binder that refuses lists that are too long."""
    convert = _converter(sql_type, argument)

    def bind(request: Any) -> list[Any]:
        values = binder(request)
        if len(values) > MOST_ITEMS:
            raise BadUserInputError(
                f"Argument '{argument}' has {len(values)} values; at most {MOST_ITEMS} are"
                " allowed. Split the list over several requests."
            )
        return [convert(value) for value in values] if convert else list(values)

    return bind


def folded(binder: Binder, argument: str) -> Binder:
    """Return a binder of a text in the form in which it is compared."""
    return lambda request: fold(storable(binder(request), argument))


def adapted(binder: Binder, sql_type: str, argument: str) -> Binder:
    """Return a binder whose values the database driver takes for ``sql_type``.

    Those that it does not take are refused in the name of the argument.
    """
    convert = _converter(sql_type, argument)
    return binder if convert is None else lambda request: convert(binder(request))


def _converter(sql_type: str, argument: str) -> Callable[[Any], Any] | None:
    converters: dict[str, Callable[[Any, str], Any]] = {"timestamptz": in_utc, "text": storable}
    convert = converters.get(sql_type)
    return None if convert is None else lambda value: convert(value, argument)


def in_utc(value: dt.datetime, argument: str) -> dt.datetime:
    """Return a time in UTC, which also holds where no zone is written.

    Raises:
        BadUserInputError: the time lies outside the years 1 to 9999 in UTC.
    """
    try:
        return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except OverflowError:
        raise BadUserInputError(
            f"Argument '{argument}' is {value.isoformat()}, which lies outside the years 1 to 9999"
            " in UTC. Pass another time."
        ) from None


def storable(value: str, argument: str) -> str:
    """Return a text that the database can hold.

    Raises:
        BadUserInputError: it has a null character.
    """
    if "\x00" in value:
        raise BadUserInputError(
            f"Argument '{argument}' has the character U+0000, which no value has. Remove it."
        )
    return value
