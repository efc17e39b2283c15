"""The graph as one would write it by hand with Strawberry: resolvers, data loaders, a pool.

It answers the operations of the benchmark in the same shape as ours. Everything that makes such a
server fast is on: parsed and validated documents are cached, each relation is one statement for
all rows of a request, statements are prepared, and uvicorn runs on uvloop and httptools.
"""

# ruff: noqa: D101, D102 - the types say what ours say, and nobody reads this schema
from __future__ import annotations

import datetime as dt
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
import strawberry
import uvicorn
from fastapi import FastAPI
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.fastapi import BaseContext, GraphQLRouter

from benchmarks.plain_inputs import ProgramBy, ProgramFilter, ProgramOrder

Kind = TypeVar("Kind")
POOL_SIZE = 8
PROGRAM = """
SELECT p.program_key, p.program_stream_id, p.name, p.url, p.language, p.application_languages,
  p.university_key, p.discipline_key, p.site_key, p.stream_key, f.quota, f.length_years,
  f.accreditation, f.last_approved_on, f.application_volume_min, f.application_volume_max,
  f.application_volume_label, f.interview_offer_percent_min, f.interview_offer_percent_max,
  f.interview_offer_label, f.return_of_service_status, f.return_of_service_text
FROM core.dim_program p JOIN core.fact_program f USING (program_key)
WHERE p.is_current
"""
NEWEST = "(SELECT match_iteration_id FROM ops.data_version ORDER BY number DESC LIMIT 1)"


class Context(BaseContext):
    """The loaders of one request."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__()
        self.pool = pool
        self.universities = self._one(
            University,
            "SELECT university_key AS key, name, city, province FROM core.dim_university"
            " WHERE university_key = ANY ($1)",
        )
        self.disciplines = self._one(
            Discipline,
            "SELECT discipline_key AS key, name FROM core.dim_discipline"
            " WHERE discipline_key = ANY ($1)",
        )
        self.sites = self._one(
            Site,
            "SELECT site_key AS key, label, city, province FROM core.dim_site"
            " WHERE site_key = ANY ($1)",
        )
        self.streams = self._one(
            Stream,
            "SELECT stream_key AS key, label, applicant_category FROM core.dim_stream"
            " WHERE stream_key = ANY ($1)",
        )
        self.requirements = self._many(
            Requirement,
            "SELECT program_key AS key, program_key, ordinal, kind, label, status, quantity,"
            " min_words, max_words FROM core.program_requirement WHERE program_key = ANY ($1)"
            " ORDER BY program_key, ordinal",
        )
        self.criteria = self._many(
            Criterion,
            "SELECT program_key AS key, phase, component, label, is_evaluated, text,"
            " weight_percent FROM core.selection_criterion WHERE program_key = ANY ($1)"
            " ORDER BY program_key, ordinal",
        )
        self.interview_dates = self._many(
            InterviewDate,
            "SELECT program_key AS key, starts_on, ends_on FROM core.interview_date"
            " WHERE program_key = ANY ($1) ORDER BY program_key, starts_on, ordinal",
        )
        self.training_sites = self._many(
            TrainingSite,
            "SELECT program_key AS key, name FROM core.program_training_site"
            " WHERE program_key = ANY ($1) ORDER BY program_key, ordinal",
        )
        self.sections = self._many(
            Section,
            "SELECT program_key AS key, kind, heading, text FROM core.program_section"
            " WHERE program_key = ANY ($1) ORDER BY program_key, ordinal",
        )
        self.tests = DataLoader(self._load_tests)

    def _one(self, kind: type[Kind], sql: str) -> DataLoader[int, Kind]:
        async def load(keys: list[int]) -> list[Kind]:
            rows = await self.pool.fetch(sql, keys)
            found = {row["key"]: _made(kind, row) for row in rows}
            return [found[key] for key in keys]

        return DataLoader(load)

    def _many(self, kind: type[Kind], sql: str) -> DataLoader[int, list[Kind]]:
        async def load(keys: list[int]) -> list[list[Kind]]:
            found: defaultdict[int, list[Kind]] = defaultdict(list)
            for row in await self.pool.fetch(sql, keys):
                found[row["key"]].append(_made(kind, row))
            return [found[key] for key in keys]

        return DataLoader(load)

    async def _load_tests(self, keys: list[tuple[int, int]]) -> list[list[Test]]:
        rows = await self.pool.fetch(
            "SELECT program_key, requirement_ordinal, name, minimum_score"
            " FROM core.requirement_test WHERE program_key = ANY ($1)"
            " ORDER BY program_key, requirement_ordinal, ordinal",
            list({program for program, _ in keys}),
        )
        found: defaultdict[tuple[int, int], list[Test]] = defaultdict(list)
        for row in rows:
            found[row["program_key"], row["requirement_ordinal"]].append(
                Test(name=row["name"], minimum_score=row["minimum_score"])
            )
        return [found[key] for key in keys]


def _made(kind: type[Kind], row: asyncpg.Record) -> Kind:
    """Return an object of the columns after the key."""
    values = iter(row.items())
    next(values)
    return kind(**dict(values))


Info = strawberry.Info[Context, None]


@strawberry.type
class University:
    name: str
    city: str
    province: str


@strawberry.type
class Discipline:
    name: str


@strawberry.type
class Site:
    label: str
    city: str
    province: str


@strawberry.type
class Stream:
    label: str
    applicant_category: str


@strawberry.type
class Test:
    name: str
    minimum_score: str | None


@strawberry.type
class Requirement:
    program_key: strawberry.Private[int]
    ordinal: strawberry.Private[int]
    kind: str
    label: str
    status: str | None
    quantity: int | None
    min_words: int | None
    max_words: int | None

    @strawberry.field
    async def tests(self, info: Info) -> list[Test]:
        return await info.context.tests.load((self.program_key, self.ordinal))


@strawberry.type
class Criterion:
    phase: str
    component: str
    label: str
    is_evaluated: bool | None
    text: str | None
    weight_percent: float | None


@strawberry.type
class InterviewDate:
    starts_on: dt.date
    ends_on: dt.date


@strawberry.type
class TrainingSite:
    name: str


@strawberry.type
class Section:
    kind: str
    heading: str
    text: str


@strawberry.type
class CountRange:
    min: int | None
    max: int | None
    label: str | None


@strawberry.type
class PercentRange:
    min: float | None
    max: float | None
    label: str | None


@strawberry.type
class ReturnOfService:
    status: str | None
    text: str | None


def related(loader: str, key: str, kind: Any) -> Any:
    """Return a field that a loader of the context fills."""

    async def resolve(self: Program, info: Info) -> Any:
        return await getattr(info.context, loader).load(getattr(self, key))

    return strawberry.field(resolver=resolve, graphql_type=kind)


@strawberry.type
class Program:
    program_key: strawberry.Private[int]
    university_key: strawberry.Private[int]
    discipline_key: strawberry.Private[int]
    site_key: strawberry.Private[int]
    stream_key: strawberry.Private[int]
    program_stream_id: int
    name: str
    url: str
    language: str
    application_languages: list[str]
    quota: int | None
    length_years: float | None
    accreditation: str | None
    last_approved_on: dt.date | None
    application_volume: CountRange | None
    interview_offer_rate: PercentRange | None
    return_of_service: ReturnOfService | None
    university: University = related("universities", "university_key", University)
    discipline: Discipline = related("disciplines", "discipline_key", Discipline)
    site: Site = related("sites", "site_key", Site)
    stream: Stream = related("streams", "stream_key", Stream)
    requirements: list[Requirement] = related("requirements", "program_key", list[Requirement])
    selection_criteria: list[Criterion] = related("criteria", "program_key", list[Criterion])
    interview_dates: list[InterviewDate] = related(
        "interview_dates", "program_key", list[InterviewDate]
    )
    training_sites: list[TrainingSite] = related(
        "training_sites", "program_key", list[TrainingSite]
    )
    sections: list[Section] = related("sections", "program_key", list[Section])

    @classmethod
    def of(cls, row: asyncpg.Record) -> Program:
        """Return the program of a row."""
        values = dict(row)
        volume = [values.pop(f"application_volume_{part}") for part in ("min", "max", "label")]
        rate = [values.pop(f"interview_offer_{p}") for p in ("percent_min", "percent_max", "label")]
        service = [values.pop(f"return_of_service_{part}") for part in ("status", "text")]
        return cls(
            **values,
            application_volume=_unless_empty(CountRange, volume),
            interview_offer_rate=_unless_empty(PercentRange, rate),
            return_of_service=_unless_empty(ReturnOfService, service),
        )


def _unless_empty(kind: Callable[..., Kind], values: Sequence[Any]) -> Kind | None:
    if all(value is None for value in values):
        return None
    return kind(**dict(zip(kind.__annotations__, values, strict=True)))


@strawberry.type
class ProgramConnection:
    nodes: list[Program]
    where: strawberry.Private[str]
    values: strawberry.Private[list[Any]]

    @strawberry.field
    async def total_count(self, info: Info) -> int:
        count: int = await info.context.pool.fetchval(
            f"SELECT count(*) FROM core.dim_program p {self.where}", *self.values
        )
        return count


@strawberry.type
class Query:
    @strawberry.field
    async def program(self, info: Info, by: ProgramBy) -> Program | None:
        row = await info.context.pool.fetchrow(
            f"{PROGRAM} AND p.match_iteration_id = $1 AND p.program_stream_id = $2",
            by.key.iteration,
            by.key.program_stream_id,
        )
        return None if row is None else Program.of(row)

    @strawberry.field
    async def programs(
        self,
        info: Info,
        filter: ProgramFilter | None = None,  # noqa: A002
        order_by: list[ProgramOrder] | None = None,
        first: int = 20,
    ) -> ProgramConnection:
        condition, values = f"p.match_iteration_id = {NEWEST}", []
        if filter is not None:
            # A code has versions; programs may point to any of them.
            condition += (
                " AND p.university_key = ANY (ARRAY("
                "SELECT university_key FROM core.dim_university WHERE school_code = $1))"
            )
            values.append(filter.university.code.eq)
        order = [f"{term.field.value} {term.direction.value} NULLS LAST" for term in order_by or ()]
        rows = await info.context.pool.fetch(
            f"{PROGRAM} AND {condition} ORDER BY {', '.join([*order, 'p.program_stream_id'])}"
            f" LIMIT {min(first, 100)}",
            *values,
        )
        nodes = [Program.of(row) for row in rows]
        return ProgramConnection(
            nodes=nodes, where=f"WHERE p.is_current AND {condition}", values=values
        )


def create_app() -> FastAPI:
    """Return the application."""
    schema = strawberry.Schema(Query, extensions=[ParserCache, ValidationCache])
    pools: list[asyncpg.Pool] = []

    async def context() -> Context:
        return Context(pools[0])

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        database = json.loads(os.environ["BENCHMARK_DATABASE"])
        settings = {"plan_cache_mode": "force_generic_plan"}
        async with asyncpg.create_pool(
            **database,
            min_size=POOL_SIZE,
            max_size=POOL_SIZE,
            server_settings=settings,
            max_cached_statement_lifetime=0,
            max_inactive_connection_lifetime=0,
        ) as pool:
            pools.append(pool)
            yield

    app = FastAPI(lifespan=lifespan)
    router = GraphQLRouter(schema, context_getter=context, graphql_ide=None)
    app.include_router(router, prefix="/graphql")
    return app


if __name__ == "__main__":
    uvicorn.run(
        create_app(), port=int(os.environ["BENCHMARK_PORT"]), log_level="warning", access_log=False
    )
