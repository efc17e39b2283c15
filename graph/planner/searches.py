"""The queries of an operation: what a plan keeps of them, and what a request makes of them.

A plan knows where a query comes from; the words, the vector and the corrections of one request
are made before its statement runs, and are parameters of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import orjson
from graphql import Node

from graph.errors import (
    AnswerError,
    BadUserInputError,
    EmbedderFailedError,
    FailedFieldsError,
    SearchIndexMissingError,
)
from graph.planner.places import Place
from graph.planner.request import Request
from graph.planner.sql import Binder
from warehouse.errors import EmbedderError, IndexMissingError
from warehouse.search.highlights import highlights
from warehouse.search.ranking_settings import RankingSettings, SearchMode
from warehouse.search.searcher import Index, Prepared, Searcher
from warehouse.vocabulary import Language

LONGEST_QUERY: Final = 1_000
"""Most characters of a query."""
START: Final = "\x03"
END: Final = "\x04"
"""Stand for the two numbers of a span in the template of a highlight."""


@dataclass(slots=True)
class SearchPlan:
    """What runs of a plan need of one search.

    Attributes:
        place: The field.
        text: Gives the query.
        mode: Which legs rank.
        node: Where the query stands in the document.
        templates: JSON of a highlight, for each place that selects highlights.
    """

    place: Place
    text: Binder
    mode: SearchMode
    node: Node | None
    templates: list[str] = field(default_factory=list)

    def query(self, request: Request) -> str:
        """Return the query of a request.

        Raises:
            BadUserInputError: it is empty or too long.
        """
        text: str = self.text(request).strip()
        if not text:
            raise BadUserInputError(
                "Argument 'query' is empty. Pass what to look for, in English or French.",
                place=self.place, node=self.node,
            )  # fmt: skip
        if len(text) > LONGEST_QUERY:
            raise BadUserInputError(
                f"Argument 'query' has {len(text)} characters; {LONGEST_QUERY} is the most. Pass"
                " the words that matter.",
                place=self.place, node=self.node,
            )  # fmt: skip
        return text


@dataclass(frozen=True)
class PreparedSearch:
    """A query, analysed and embedded, and the values of its ranking in their order."""

    plan: SearchPlan
    prepared: Prepared
    values: Sequence[Any]

    def highlights(self, number: int, language: Language, text: str) -> bytes:
        """Return the highlights of a passage as JSON, after the plan's template."""
        template = self.plan.templates[number]
        found = highlights(text, language, self.sayings)
        spans = (template.replace(START, str(s.start)).replace(END, str(s.end)) for s in found)
        return f"[{','.join(spans)}]".encode()

    @cached_property
    def sayings(self) -> frozenset[tuple[str, ...]]:
        """What passages say that answer the query."""
        return self.prepared.query.sayings

    @property
    def needs(self) -> list[str]:
        """Names of the needs that the query was read as."""
        return [need.name for need in self.prepared.query.reading.needs]

    @cached_property
    def corrected(self) -> str | None:
        """The query without slips; None where it has none."""
        query = self.prepared.query
        return query.corrected if query.corrections else None


def ranking_values(prepared: Prepared) -> list[Any]:
    """Return the values of a ranking in the order in which its text binds them."""
    values: list[Any] = []

    def bind(value: Any, sql_type: str) -> str:
        values.append(value)
        return sql_type

    prepared.ctes(RankingSettings(), bind)
    return values


async def prepare(searcher: Searcher, plans: Sequence[SearchPlan], request: Request) -> None:
    """Analyse and embed the queries of a request.

    Raises:
        FailedFieldsError: queries are empty or too long, or an embedder gives no vector.
    """
    found: list[PreparedSearch] = []
    errors: list[AnswerError] = []
    for plan in plans:
        try:
            prepared = await searcher.prepare(plan.query(request), plan.mode)
        except AnswerError as error:
            errors.append(error)
        except EmbedderError as error:
            errors.append(_no_vector(error).at(plan.place, plan.node))
        else:
            found.append(PreparedSearch(plan, prepared, ranking_values(prepared)))
    if errors:
        raise FailedFieldsError(errors)
    request.searches = found


def _no_vector(error: EmbedderError) -> EmbedderFailedError:
    return EmbedderFailedError(
        f"The query cannot be compared by meaning: {error} Or pass mode LEXICAL, which looks at"
        " words alone."
    )


async def index_of(searcher: Searcher) -> Index | AnswerError:
    """Return the index that is in use, or why none can be."""
    try:
        return await searcher.index()
    except IndexMissingError:
        return SearchIndexMissingError(
            "There is no search index yet. Right after a load, wait a minute: its worker builds it."
            " Else run on the server: residency search refresh"
        )
    except EmbedderError as error:
        return _no_vector(error)


def highlighted(request: Request, name: bytes, payload: bytes) -> bytes:
    """Return what stands for the mark of a passage: ``name`` is search.template.language."""
    search, template, language = name.decode().split(".")
    found = request.searches[int(search)]
    return found.highlights(int(template), Language[language], orjson.loads(payload))
