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
    FailedFieldsError,
    InternalError,
    NotPlannableError,
    TooSlowError,
    UnavailableError,
)
from graph.planner.cache import BoundedCache
from graph.planner.computed import Work, work_out
from graph.planner.cursors import CursorSigner
from graph.planner.documents import (
    TOKEN_BYTES,
    KnownDocument,
    KnownOperation,
    operation_for,
)
from graph.planner.moments import NEWEST
from graph.planner.page_cursors import sign_cursors
from graph.planner.places import Place, settled
from graph.planner.plan import KnownRow, Plan, make_plan
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


@dataclass(frozen=True, slots=True)
class Plans:
    """The plans of one operation and shape of its variables: one for each set of failed fields."""

    cache: BoundedCache[Hashable, Plan]
    identity: tuple[Hashable, ...]
    size: int
    """What the nodes take that its plans hold, in bytes."""

    def get(self, without: frozenset[Place]) -> Plan | None:
        """Return the plan without some fields, if it is known."""
        return self.cache.get((*self.identity, without))

    def put(self, without: frozenset[Place], plan: Plan) -> None:
        """Keep a plan."""
        size = len(plan.sql) + len(plan.with_version) + self.size
        self.cache.put((*self.identity, without), plan, size)


class Planner:
    """Plans operations, keeps the plans, and runs them."""

    def __init__(
        self,
        schema: GraphQLSchema,
        database: Database,
        signer: CursorSigner,
        works: Mapping[str, Work] | None = None,
    ) -> None:
        self.schema = schema
        self.database = database
        self.signer = signer
        self.works = works or {}
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
        plans = Plans(self.plans, identity, document.tokens * TOKEN_BYTES)
        try:
            return await self.answer_planned(
                operation, request, timings, plans=plans, with_version=with_version
            )
        except NotPlannableError as error:
            _log.debug("not planned: %s", error)
            return None

    async def answer_planned(
        self,
        operation: Operation,
        request: Request,
        timings: Timings,
        *,
        plans: Plans | None = None,
        with_version: bool = False,
        known: KnownRow | None = None,
    ) -> Answer:
        """Answer an operation, without the fields that fail; ``plans`` are those of it.

        With ``known``, the operation selects one field of an object that is resolved already.

        Raises:
            NotPlannableError: a field is resolved, not declared.
        """
        failed: dict[Place, AnswerError] = {}
        while True:
            try:
                plan = self._plan(operation, frozenset(failed), plans, timings, known)
                answer = await self.run(plan, request, timings, with_version=with_version)
            except FailedFieldsError as found:
                before = len(failed)
                for error in found.errors:
                    assert error.place is not None
                    failed.setdefault(error.place, error)
                assert len(failed) > before, "a field that is left out fails"
                if any(place.is_vital for place in failed):
                    roots = {place: error for place, error in failed.items() if place.is_root}
                    return Answer(None, [e.located(place.keys) for place, e in roots.items()])
            except AnswerError as error:
                return Answer(None, [error.located()], error.status)
            else:
                return await self._complete(plan, answer, request, failed)

    async def _complete(
        self, plan: Plan, answer: Answer, request: Request, failed: Mapping[Place, AnswerError]
    ) -> Answer:
        """Put what Python works out into an answer, and take what failed out of it."""
        marked = [(place, failed[place]) for place in plan.left_out]
        if answer.data is not None and plan.computations:
            answer.data = await work_out(
                answer.data, plan.computations, self.works, request, marked
            )
        if answer.data is not None and marked:
            answer.data, answer.errors = settled(answer.data, marked)
        return answer

    async def run(
        self, plan: Plan, request: Request, timings: Timings, *, with_version: bool = False
    ) -> Answer:
        """Run a plan and return the answer.

        Raises:
            FailedFieldsError: fields have wrong arguments.
            AnswerError: it asks for too much, or the database cannot answer.
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
            raise FailedFieldsError([plan.guards[int(n)].error for n in data[1:].split(b",")])
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

    @staticmethod
    def _plan(
        operation: Operation,
        without: frozenset[Place],
        plans: Plans | None,
        timings: Timings,
        known: KnownRow | None = None,
    ) -> Plan:
        started = perf_counter()
        plan = plans.get(without) if plans else None
        if plan is None:
            try:
                plan = make_plan(operation, without, known)
            finally:
                timings.plan += perf_counter() - started
            if plans:
                plans.put(without, plan)
        else:
            timings.plan += perf_counter() - started
        return plan


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
