"""Errors about values of a wrong type name the argument and say what it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputType, GraphQLSchema, get_named_type, is_object_type

from graph.limits import Limits, Validator
from graph.planner.documents import Documents
from graph.schema import build_schema

WHOLE = "Pass a whole number from -2147483648 to 2147483647."
NUMBERS = "{ programs(%s) { totalCount } }"


@pytest.fixture(scope="module")
def documents() -> Documents:
    return Documents(build_schema()._schema, Validator(Limits()), 10_000, 100_000)


@pytest.mark.parametrize(
    ("arguments", "start", "end"),
    [
        ('first: "x"', "Argument 'first': Int", WHOLE),
        ('filter: {quota: {gte: "a"}}', "Argument 'filter.quota.gte': Int", WHOLE),
        ("filter: {and: [{quota: {in: [1, true]}}]}", "Argument 'filter.and.quota.in': Int", WHOLE),
        (
            "filter: {language: {eq: XX}}",
            "Argument 'filter.language.eq': Value 'XX' does not exist",
            "Pass one of EN, FR.",
        ),
        (
            "orderBy: [{direction: ASC}]",
            "Argument 'orderBy': Expected value of type 'ProgramOrder' to include",
            "Its members are direction, field; field must be given.",
        ),
        (
            "filter: {quota: {least: 1}}",
            "Argument 'filter.quota': Expected value of type",
            "Its members are eq, gt, gte, in, isNull, lt, lte, ne, notIn.",
        ),
        ("filter: {name: {eq: 1}}", "Argument 'filter.name.eq': String", "Pass a text."),
        ("first: [1]", "Argument 'first': Int", WHOLE),
        ("first: {a: 1}", "Argument 'first': Int", WHOLE),
        ("filter: {quota: {gte: [1]}}", "Argument 'filter.quota.gte': Int", WHOLE),
        ("filter: {or: [{}, {quota: {in: [1, {}]}}]}", "Argument 'filter.or.quota.in': Int", WHOLE),
        ("filter: {name: {eq: {}}}", "Argument 'filter.name.eq': String", "Pass a text."),
        (
            "filter: {language: {eq: {a: 1}}}",
            "Argument 'filter.language.eq': Enum",
            "Pass one of EN, FR.",
        ),
        ("first: $a", "Argument 'first': Variable '$a' is not defined", WHOLE),
    ],
)
def test_wrong_values_in_a_document_are_told_with_argument_and_remedy(
    documents: Documents, arguments: str, start: str, end: str
) -> None:
    (error,) = documents.get(NUMBERS % arguments).errors
    assert error.message.startswith(start)
    assert error.message.endswith(end)
    assert error.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert error.locations


WRONG = ("XX", "[[1]]", "[{a: 1}]", "{a: 1}", "{id: $a}", "[$a]", "$a")


def arguments_of(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Give an argument of each type, of root fields and of fields below, within an operation."""
    found = {str(kind): (name, text) for name, kind, text in _every_argument(schema)}
    yield from found.values()


def _every_argument(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLInputType, str]]:
    for root in (schema.query_type, schema.mutation_type, schema.subscription_type):
        assert root is not None
        for name, field in root.fields.items():
            operation = f"{root.name.lower()} {{ {name}"
            yield from ((at, one.type, f"{operation}(%s) }}") for at, one in field.args.items())
            kind = get_named_type(field.type)
            for below, inner in kind.fields.items() if is_object_type(kind) else ():
                for at, one in inner.args.items():
                    yield at, one.type, f"{operation} {{ {below}(%s) }} }}"


def test_wrong_values_of_every_type_of_argument_are_refused_at_a_place(
    documents: Documents,
) -> None:
    asked = 0
    for argument, operation in arguments_of(documents.schema):
        for value in WRONG:
            errors = documents.get(operation % f"{argument}: {value}").errors
            assert errors
            assert all(error.locations and error.message for error in errors)
            asked += 1
    assert asked > 300


@pytest.mark.parametrize(
    ("member", "told"),
    [
        ("{}", "Argument 'by': Within OneOf"),
        ("{id: null}", "Argument 'by': Within OneOf"),
        ('{id: "x", key: null}', "Argument 'by': Within OneOf"),
        ("{id: $nullable}", "Argument 'by.id': Variable '$nullable' may be null, but is the one"),
        ("{id: $unknown}", "Argument 'by.id': Variable '$unknown' is not defined"),
    ],
)
def test_inputs_of_one_member_are_told_what_they_lack(
    documents: Documents, member: str, told: str
) -> None:
    used = "sites(filter: {id: {eq: $nullable}}) { totalCount }"
    text = f"query ($nullable: ID) {{ program(by: {member}) {{ id }} {used} }}"
    (error,) = documents.get(text).errors
    assert error.message.startswith(told)
    assert error.locations


@pytest.mark.parametrize("kind", ["ID!", "ID"])
def test_a_fragment_may_stand_before_its_operation(documents: Documents, kind: str) -> None:
    fragment = "fragment F on Query { program(by: {id: $id}) { id } }"
    operation = f"query ($id: {kind}) {{ ...F }}"
    both = [
        [error.message for error in documents.get(text).errors]
        for text in (f"{fragment} {operation}", f"{operation} {fragment}")
    ]
    assert both[0] == both[1]
    assert bool(both[0]) == (kind == "ID")


def test_every_missing_member_is_told(documents: Documents) -> None:
    errors = documents.get("{ sites(filter: {within: {km: 1}}) { totalCount } }").errors
    assert len(errors) == 2
    assert all(error.message.startswith("Argument 'filter.within': ") for error in errors)


def test_wrong_defaults_are_told_with_their_variable(documents: Documents) -> None:
    text = 'query ($a: Int = "x") { programs(first: $a) { totalCount } }'
    (error,) = documents.get(text).errors
    assert error.message.startswith("Default of variable '$a': Int")


@pytest.mark.parametrize(
    ("kind", "argument", "value", "start", "end"),
    [
        ("Int", "first", "x", "Variable '$a' has invalid value: Int", WHOLE),
        (
            "ProgramFilter",
            "filter",
            {"and": [{"quota": {"gte": "z"}}]},
            "Variable '$a' has invalid value at .and[0].quota.gte: Int",
            WHOLE,
        ),
        (
            "[ProgramOrder!]",
            "orderBy",
            [{"field": "NAME", "direction": "UP"}],
            "Variable '$a' has invalid value at [0].direction: Value 'UP'",
            "Pass one of ASC, DESC.",
        ),
        (
            "DateTime",
            "asOf",
            "yesterday",
            "Variable '$a' has invalid value: Expected value of type 'DateTime'",
            "found: 'yesterday'.",
        ),
    ],
)
def test_wrong_variables_are_told_with_place_and_remedy(
    documents: Documents, kind: str, argument: str, value: Any, start: str, end: str
) -> None:
    text = f"query ($a: {kind}) {{ programs({argument}: $a) {{ totalCount }} }}"
    found = documents.variables(documents.get(text).operation(None), {"a": value})
    assert isinstance(found, list)
    assert found[0].message.startswith(start)
    assert found[0].message.endswith(end)
