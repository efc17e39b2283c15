"""Errors about values of a wrong type name the argument and say what it takes."""

from __future__ import annotations

from typing import Any

import pytest

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
    ],
)
def test_wrong_values_in_a_document_are_told_with_argument_and_remedy(
    documents: Documents, arguments: str, start: str, end: str
) -> None:
    (error,) = documents.get(NUMBERS % arguments).errors
    assert error.message.startswith(start)
    assert error.message.endswith(end)
    assert error.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}


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
