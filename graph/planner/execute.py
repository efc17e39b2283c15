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
    IndexSwitchedError,
    InternalError,
    NotPlannableError,
    TooSlowError,
    UnavailableError,
)
from graph.planner.cache import BoundedCache
from graph.planner.compilation import Searchable
from graph.planner.computed import Work, work_out
from graph.planner.cursors import CursorSigner
from graph.planner.documents import (
    TOKEN_BYTES,
    KnownDocument,
    KnownOperation,
    operation_for,
)
from graph.planner.moments import NEWEST
from graph.planner.page_cursors import finish_marks
from graph.planner.places import Place, settled
from graph.planner.plan import KnownRow, Plan, make_plan
from graph.planner.request import Request
from graph.planner.searches import index_of, prepare
from graph.planner.selection import Operation
from graph.planner.sql import GUARD
from warehouse import errors as warehouse
from warehouse.search.searcher import Index, Searcher
from warehouse.settings import Settings

_log = logging.getLogger(__name__)
MOST_PLANS: Final = 2_000
MOST_BYTES: Final = 200_000_000
"""Bytes of all kept plans together, with the documents that they point into."""
MOST_SWITCHES: Final = 2
"""How often a search is run again because the index was switched meanwhile."""
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

    async def fetch_rows(self, sql: str, *arguments: Any) -> list[Any]:
        """Return the rows."""


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

    def get(self, without: frozenset[Place], index: Searchable) -> Plan | None:
        """Return the plan without some fields, over an index, if it is known."""
        return self.cache.get((*self.identity, without, _identity(index)))

    def put(self, without: frozenset[Place], index: Searchable, plan: Plan) -> None:
        """Keep a plan."""
        size = len(plan.sql) + len(plan.with_version) + self.size
        self.cache.put((*self.identity, without, _identity(index)), plan, size)


def _identity(index: Searchable) -> Hashable:
    """Return what of an index a plan depends on."""
    if isinstance(index, Index):
        return index.shape, index.version.data_version_number
    return None if index is None else index.code


class Planner:
    """Plans operations, keeps the plans, and runs them."""

    def __init__(
        self,
        schema: GraphQLSchema,
        database: Database,
        signer: CursorSigner,
        works: Mapping[str, Work] | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.schema = schema
        self.searcher = Searcher(self._rows, settings)
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
        switches = 0
        while True:
            try:
                index = await self._searchable(operation)
                plan = self._plan(operation, frozenset(failed), index, plans, timings, known)
                await prepare(self.searcher, plan.searches, request)
                answer = await self.run(plan, request, timings, with_version=with_version)
            except FailedFieldsError as found:
                is_switch = any(isinstance(error, IndexSwitchedError) for error in found.errors)
                if is_switch and switches < MOST_SWITCHES:
                    switches += 1
                    continue
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
        if plan.has_marks:
            data = finish_marks(data, plan.pages, request)
        return Answer(plan.before + data + plan.after, version=version)

    async def _searchable(self, operation: Operation) -> Searchable:
        """Return the index in use where an operation searches, or why there is none.

        Raises:
            AnswerError: the database cannot answer.
        """
        if not operation.is_search:
            return None
        try:
            return await index_of(self.searcher)
        except Exception as error:
            raise masked(error) from error

    async def _rows(self, sql: str, *values: Any) -> list[Any]:
        return await self.database.fetch_rows(sql, *values)

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
        index: Searchable,
        plans: Plans | None,
        timings: Timings,
        known: KnownRow | None = None,
    ) -> Plan:
        started = perf_counter()
        plan = plans.get(without, index) if plans else None
        if plan is None:
            try:
                plan = make_plan(operation, without, index, known)
            finally:
                timings.plan += perf_counter() - started
            if plans:
                plans.put(without, index, plan)
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
