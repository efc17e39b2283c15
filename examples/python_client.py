"""Lists programs from Python, typed: ``python examples/python_client.py [--discipline NAME]``.

gql (``pip install "gql[httpx]" pydantic``) sends the operations and checks each against the graph's
schema before it does; pydantic turns answers into objects, and refuses what does not fit.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import date

import httpx
from gql import Client, GraphQLRequest, gql
from gql.client import SyncClientSession
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

PROGRAMS = gql("""
query Programs($discipline: String!, $first: Int!, $after: String) {
  programs(filter: {discipline: {name: {eq: $discipline}}}, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      name
      quota
      lastApprovedOn
      university { name province }
      requirements { kind label status quantity }
    }
  }
}
""")


class Answer(BaseModel):
    """What the graph answers: its camelCase names become Python's, unknown members are errors."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


class University(Answer):
    """The university of a program; its province is one of the enum Province."""

    name: str
    province: str


class Requirement(Answer):
    """An item that applicants submit; None where the source does not state it."""

    kind: str
    label: str
    status: str | None
    quantity: int | None


class Program(Answer):
    """A program; None where the source does not state a value."""

    name: str
    quota: int | None
    last_approved_on: date | None
    university: University
    requirements: list[Requirement]


class PageInfo(Answer):
    """Where a page stands."""

    has_next_page: bool
    end_cursor: str | None


class ProgramPage(Answer):
    """A page of programs; ``total_count`` counts those of all pages."""

    total_count: int
    page_info: PageInfo
    nodes: list[Program]


class GraphRefusedError(Exception):
    """The graph answered with an error: ``code`` for programs, the message for people."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def connect(address: str) -> Client:
    """Return a client of the graph at ``address``; ``with`` opens a session that keeps connections.

    The schema comes from the server, so that a misspelt field fails here and not there.
    """
    sdl = httpx.get(f"{address}/schema.graphql").raise_for_status().text
    return Client(schema=sdl, transport=HTTPXTransport(url=f"{address}/graphql"))


def program_page(
    session: SyncClientSession, discipline: str, first: int, after: str | None = None
) -> ProgramPage:
    """Return a page of the programs of a discipline.

    Raises:
        GraphRefusedError: The graph answered with an error.
    """
    variables = {"discipline": discipline, "first": first, "after": after}
    try:
        data = session.execute(GraphQLRequest(PROGRAMS, variable_values=variables))
    except TransportQueryError as error:
        (first_error, *_) = error.errors or [{"message": str(error)}]
        code = first_error.get("extensions", {}).get("code", "")
        raise GraphRefusedError(first_error["message"], code) from error
    return ProgramPage.model_validate(data["programs"])


def all_programs(
    session: SyncClientSession, discipline: str, page_size: int = 50
) -> Iterator[Program]:
    """Yield all programs of a discipline; a page is read when it is needed.

    Raises:
        GraphRefusedError: The graph answered with an error.
    """
    page = program_page(session, discipline, page_size)
    yield from page.nodes
    while page.page_info.has_next_page:
        page = program_page(session, discipline, page_size, page.page_info.end_cursor)
        yield from page.nodes


def main() -> int:
    """Print the programs of a discipline; return the exit code."""
    parser = argparse.ArgumentParser(description="List the programs of a discipline.")
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--discipline", default="Family Medicine")
    given = parser.parse_args()
    with connect(given.address) as session:
        for program in all_programs(session, given.discipline):
            letters = sum(
                item.quantity or 0 for item in program.requirements
                if item.kind == "REFERENCE_LETTER"
            )  # fmt: skip
            quota = "?" if program.quota is None else program.quota
            sys.stdout.write(f"{quota:>4}  {letters} letters  {program.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
