"""Operations that the graph asks itself: planned like those of clients, and kept like theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from graphql import GraphQLError

from graph.errors import AnswerError, InternalError
from graph.planner.documents import Documents
from graph.planner.execute import Planner, Timings
from graph.planner.request import Request


class OwnOperations:
    """Runs operations of the graph's own.

    Args:
        documents: All documents.
        planner: Answers them.
    """

    def __init__(self, documents: Documents, planner: Planner) -> None:
        self._documents = documents
        self._planner = planner

    async def run(
        self, query: str, variables: Mapping[str, Any], role: str, timings: Timings
    ) -> dict[str, Any]:
        """Return the data of an operation; nothing of it may fail.

        Args:
            query: Its text: one operation, declared fields only.
            variables: As a client would send them.
            role: For whom it runs.
            timings: Those of the operation that it belongs to.

        Raises:
            AnswerError: the database cannot answer.
            GraphQLError: a variable that a client gave is at fault; it has its code.
        """
        document = self._documents.get(query)
        if document.errors:
            raise document.errors[0]
        known = document.operation(None)
        coerced = self._documents.variables(known, variables)
        if isinstance(coerced, list):
            raise coerced[0]
        request = Request(coerced, self._planner.signer, role, known.shapes.of(coerced))
        answer = await self._planner.answer(document, known, request, timings)
        if answer is None:
            raise InternalError("The graph's own operation cannot be planned.")
        for error in answer.errors:
            raise _at_large(error)
        found: dict[str, Any] = orjson.loads(answer.data or b"{}")
        return found

    async def version(self, timings: Timings) -> str:
        """Return the newest data version.

        Raises:
            AnswerError: the database cannot answer.
        """
        return (await self._planner.version(timings)).decode()


def _at_large(error: GraphQLError) -> Exception:
    """Return an error without its place, which is none of the client's document."""
    if isinstance(error.original_error, AnswerError):
        return error.original_error
    return GraphQLError(error.message, extensions=error.extensions)
