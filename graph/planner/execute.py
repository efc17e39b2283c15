"""Running plans: from a known operation and its variables to the bytes of ``data``."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Hashable
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
from graph.planner.documents import (
    TOKEN_BYTES,
    KnownDocument,
    KnownOperation,
    operation_for,
)
from graph.planner.moments import NEWEST
from graph.planner.plan import Plan, make_plan
from graph.planner.request import Request
from graph.planner.selection import Operation
from graph.planner.sql import GUARD
from warehouse import errors as warehouse

_log = logging.getLogger(__name__)
MOST_PLANS: Final = 2_000
MOST_BYTES: Final = 200_000_000
"""Bytes of all kept plans together, with the documents that they point into."""
GUARD_BYTE: Final = GUARD.encode()
VERSION_SQL: Final = f"SELECT convert_to({NEWEST}, 'UTF8')"
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
    """The bytes of ``data``, None where an error took it away, and the errors.

    ``version`` is the data version that the answer was read from; empty where it was not asked
    for, or where the answer depends on more than published data.
    """

    data: bytes | None
    errors: list[GraphQLError] = field(default_factory=list)
    status: int = 200
    version: bytes = b""


class Planner:
    """Plans operations, keeps the plans, and runs them."""

    def __init__(self, schema: GraphQLSchema, database: Database, signer: CursorSigner) -> None:
        self.schema = schema
        self.database = database
        self.signer = signer
        self.plans: BoundedCache[Hashable, Plan] = BoundedCache(MOST_PLANS, MOST_BYTES)

    async def answer(
        self,
        document: KnownDocument,
        known: KnownOperation,
        request: Request,
        timings: Timings,
        *,
        with_version: bool = False,
    ) -> Answer | None:
        """Answer an operation with one statement; None where it cannot be planned."""
        try:
            return await self._answer(document, known, request, timings, with_version)
        except RecursionError:
            error = BadUserInputError("The filter is nested too deeply. Nest it less.")
            return Answer(None, [error.located()])

    async def version(self, timings: Timings) -> bytes:
        """Return the newest data version.

        Raises:
            AnswerError: the database cannot answer.
        """
        return await self._fetch(VERSION_SQL, [], timings)

    async def _answer(
        self,
        document: KnownDocument,
        known: KnownOperation,
        request: Request,
        timings: Timings,
        with_version: bool,
    ) -> Answer | None:
        identity = (known.key, request.role, request.shape)
        operation = operation_for(self.schema, document, known, request.variables)
        errors: list[GraphQLError] = []
        without: frozenset[str] = frozenset()
        while True:
            try:
                plan = self._plan((*identity, without), operation, document, timings)
                if plan is None:
                    return None
                answer = await self.run(plan, request, timings, with_version=with_version)
            except AnswerError as error:
                errors.append(error.located())
                if error.root is None or not self._may_be_null(operation, error.root):
                    return Answer(None, errors, error.status)
                without |= {error.root}
            else:
                answer.errors = errors
                return answer

    async def run(
        self, plan: Plan, request: Request, timings: Timings, *, with_version: bool = False
    ) -> Answer:
        """Run a plan and return the answer.

        Raises:
            AnswerError: an argument is wrong, or the database cannot answer.
        """
        started = perf_counter()
        values = plan.values(request)
        timings.plan += perf_counter() - started
        if plan.constant is not None:
            return Answer(plan.constant)
        version = b""
        if with_version and plan.with_version:
            found = await self._fetch(plan.with_version, values, timings)
            version, _, data = found.partition(b"\n")
        else:
            data = await self._fetch(plan.sql, values, timings)
        if data.startswith(GUARD_BYTE):
            raise copy(plan.guards[int(data[1:])].error)
        if plan.has_cursors:
            data = sign_cursors(data, plan.pages, request)
        return Answer(plan.before + data + plan.after, version=version)

    async def _fetch(self, sql: str, values: list[Any], timings: Timings) -> bytes:
        started = perf_counter()
        try:
            data: bytes = await self.database.fetch_value(sql, *values)
        except Exception as error:
            raise masked(error) from error
        finally:
            timings.database += perf_counter() - started
            timings.statements += 1
        return data

    def _plan(
        self,
        key: tuple[Any, ...],
        operation: Operation,
        document: KnownDocument,
        timings: Timings,
    ) -> Plan | None:
        started = perf_counter()
        plan = self.plans.get(key)
        if plan is None:
            try:
                plan = make_plan(operation, without=key[-1])
            except NotPlannableError as error:
                _log.debug("not planned: %s", error)
            else:
                size = len(plan.sql) + len(plan.with_version) + document.tokens * TOKEN_BYTES
                self.plans.put(key, plan, size)
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
