"""The speed benchmark's operations stay operations of the graph, and of the server beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
import strawberry
from graphql import parse, validate

from benchmarks import plain_strawberry
from benchmarks.speed.data import University, Warehouse
from benchmarks.speed.questions import Question, new_operations, questions
from graph.limits import Limits, Validator
from graph.planner.documents import Documents, operation_for
from graph.planner.plan import make_plan
from graph.schema import build_schema

WAREHOUSE = Warehouse("none", Path(), 1503, 0, (27447,), (University(90, 1, 2),), "18")
QUESTIONS = questions(WAREHOUSE)
SCHEMA = build_schema()._schema
PLAIN = strawberry.Schema(plain_strawberry.Query)._schema


def texts_of(question: Question) -> list[str]:
    new = new_operations(question, 20) if question.name == "Q1" else []
    return [question.ours, *(ours for ours, _ in new)]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_every_operation_is_planned(question: Question) -> None:
    documents = Documents(SCHEMA, Validator(Limits()), Limits().tokens)
    for text in texts_of(question):
        document = documents.get(text)
        assert not document.errors
        known = document.operation(None)
        variables = documents.variables(known, question.cases[0][0])
        assert isinstance(variables, dict)
        assert make_plan(operation_for(SCHEMA, document, known, variables)).constant is None


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_the_plain_server_takes_every_operation(question: Question) -> None:
    for text in texts_of(question):
        assert not validate(PLAIN, parse(text))
