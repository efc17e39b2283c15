"""Running plans: from a known operation and its variables to the bytes of ``data``."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Hashable, Mapping
from copy import copy
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final, Protocol

from graphql import GraphQLError, GraphQLSchema

from graph.errors import (
    AnswerError,
    BadUserInputError,
    DatabaseBusyError,
    InternalError,
    NotPlannableError,
    TooSlowError,
    UnavailableError,
)
from graph.planner.cache import BoundedCache
from graph.planner.connections import sign_cursors
from graph.planner.cursors import CursorSigner
from graph.planner.documents import KnownDocument, KnownOperation, operation_for
from graph.planner.plan import Plan, make_plan
from graph.planner.request import Request
from graph.planner.selection import Operation
from graph.planner.sql import GUARD
from warehouse import errors as warehouse

_log = logging.getLogger(__name__)
MOST_PLANS: Final = 2_000
GUARD_BYTE: Final = GUARD.encode()
_UNREACHABLE: Final = UnavailableError(
    "The database cannot be reached just now. Try again in a moment."
)
_NOT_SET_UP: Final = UnavailableError(
    "The database is not set up for this program. On the server, run: residency migrate"
)
_KNOWN: Final[tuple[tuple[type[Exception], AnswerError], ...]] = (
    (
        warehouse.DatabaseBusyError,
        DatabaseBusyError("The database has no room just now. Try again in a moment."),
    ),
    (
        warehouse.StatementTimeoutError,
        TooSlowError(
            "The statement took too long and was stopped. Ask for fewer rows or fewer lists."
        ),
    ),
    (warehouse.RoleMissingError, _NOT_SET_UP),
    (warehouse.SchemaOutdatedError, _NOT_SET_UP),
    (warehouse.DatabaseUnreachableError, _UNREACHABLE),
    (warehouse.EmbeddedServerError, _UNREACHABLE),
)
"""What clients may hear of errors of the warehouse."""


class Database(Protocol):
    """What runs statements: a :class:`warehouse.reader.Reader`, or what a test puts in place."""

    async def fetch_value(self, sql: str, *arguments: Any) -> Any:
        """Return the first column of the first row."""


@dataclass(slots=True)
class Timings:
    """Seconds spent on an operation, and its number of statements."""

    plan: float = 0.0
    database: float = 0.0
    statements: int = 0


@dataclass(slots=True)
class Answer:
    """The bytes of ``data``, None where an error took it away, and the errors."""

    data: bytes | None
    errors: list[GraphQLError] = field(default_factory=list)
    status: int = 200


class Planner:
    """Plans operations, keeps the plans, and runs them."""

    def __init__(self, schema: GraphQLSchema, database: Database, signer: CursorSigner) -> None:
        self.schema = schema
        self.database = database
        self.signer = signer
        self.plans: BoundedCache[Hashable, Plan] = BoundedCache(MOST_PLANS)

    async def answer(
        self,
        text: str,
        document: KnownDocument,
        known: KnownOperation,
        variables: Mapping[str, Any],
        role: str,
        timings: Timings,
    ) -> Answer | None:
        """Answer an operation with one statement; None where it cannot be planned."""
        try:
            return await self._answer(text, document, known, variables, role, timings)
        except RecursionError:
            error = BadUserInputError("The filter is nested too deeply. Nest it less.")
            return Answer(None, [error.located()])

    async def _answer(
        self,
        text: str,
        document: KnownDocument,
        known: KnownOperation,
        variables: Mapping[str, Any],
        role: str,
        timings: Timings,
    ) -> Answer | None:
        name = known.definition.name
        identity = (text, name.value if name else "", role, known.shapes.of(variables))
        request = Request(variables, self.signer, role)
        operation = operation_for(self.schema, document, known, variables)
        errors: list[GraphQLError] = []
        without: frozenset[str] = frozenset()
        while True:
            try:
                plan = self._plan(identity, operation, without, timings)
                if plan is None:
                    return None
                data = await self.run(plan, request, timings)
            except AnswerError as error:
                errors.append(error.located())
                if error.root is None or not self._may_be_null(operation, error.root):
                    return Answer(None, errors, error.status)
                without |= {error.root}
            else:
                return Answer(data, errors)

    async def run(self, plan: Plan, request: Request, timings: Timings) -> bytes:
        """Run a plan and return the bytes of ``data``.

        Raises:
            AnswerError: an argument is wrong, or the database cannot answer.
        """
        started = perf_counter()
        values = plan.values(request)
        timings.plan += perf_counter() - started
        if plan.constant is not None:
            return plan.constant
        started = perf_counter()
        try:
            data: bytes = await self.database.fetch_value(plan.sql, *values)
        except Exception as error:
            raise masked(error) from error
        finally:
            timings.database += perf_counter() - started
            timings.statements += 1
        if data.startswith(GUARD_BYTE):
            raise copy(plan.guards[int(data[1:])].error)
        if plan.has_cursors:
            data = sign_cursors(data, plan.pages, request)
        return plan.before + data + plan.after

    def _plan(
        self,
        identity: tuple[Hashable, ...],
        operation: Operation,
        without: frozenset[str],
        timings: Timings,
    ) -> Plan | None:
        started = perf_counter()
        key = (*identity, without)
        plan = self.plans.get(key)
        if plan is None:
            try:
                plan = make_plan(operation, without)
            except NotPlannableError as error:
                _log.debug("not planned: %s", error)
            else:
                self.plans.put(key, plan)
        timings.plan += perf_counter() - started
        return plan

    def _may_be_null(self, operation: Operation, root: str) -> bool:
        query = self.schema.query_type
        assert query is not None
        nodes = operation.root_fields(query).get(root)
        if not nodes:
            return False
        return not str(query.fields[nodes[0].name.value].type).endswith("!")


def masked(error: Exception) -> AnswerError:
    """Return what the client hears of an error of the database; the log gets the rest."""
    if isinstance(error, AnswerError):
        return error
    for kind, answer in _KNOWN:
        if isinstance(error, kind):
            _log.warning("%s: %s", type(error).__name__, error)
            return copy(answer)
    identity = secrets.token_hex(8)
    _log.error("internal error %s", identity, exc_info=error)
    return InternalError(
        f"Something went wrong on the server. If it stays, report the number {identity}."
    )
