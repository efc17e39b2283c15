"""Search results: programs in order, with their scores and passages, and what the query meant."""

from __future__ import annotations

from typing import Any, Final

import strawberry

from graph.planner.declare import argument, declared, filter_argument, part
from graph.planner.search_pages import MOST_PASSAGES
from graph.planner.sources import Facet, OfConnection, OfEdge, Search
from graph.planner.weights import TOTAL, ListSize, assumed, paged
from graph.types.enums import Language, SearchMode, SectionKind
from graph.types.paging import CURSOR, PageInfo, iteration_argument, page_arguments
from graph.types.program import Program
from warehouse.search.searcher import BEST_PASSAGES

RANKING: Final = 50
"""Weight of a search: every passage with a word of the query is read, and every vector."""
TEXT: Final = 24
"""Weight of a passage's text: 200 words."""


@strawberry.type(description="A stretch of a text: half-open, in code points.")
class TextSpan:
    """A stretch of a text: half-open, in code points."""

    start: int = part("First code point.")
    end: int = part("Code point after the last.")


@strawberry.type(description="How well a program answers a query.")
class SearchScore:
    """How well a program answers a query."""

    total: float = part("What results are sorted by; comparable within one answer only.")
    lexical: float | None = part(
        "Score by words (BM25 of its best passages and its title); null where none of the words, or"
        " of the terms of the concepts that they mean, is in it, or the mode does not ask."
    )
    semantic: float | None = part(
        "Score by meaning (of its best passages and its title: likeness of their vectors, and how"
        " far they tell of the needs that the query was taken for); null where it is not among the"
        " nearest and tells of none, or the mode does not ask."
    )


@strawberry.type(description="A passage of a program description that answers a query.")
class SearchPassage:
    """A passage of a program description that answers a query."""

    text: str = part("The passage word for word, contacts masked.", weight=TEXT)
    language: Language = part("Language that it is written in.")
    section: SectionKind = part("The section in which it stands.")
    heading: str = part("Heading of that section.", weight=2)
    start: int = part("First code point in the section's text.")
    end: int = part("Code point after the last in the section's text.")
    score: float = part("Score of the passage; comparable within one answer only.")
    highlights: list[TextSpan] = part(
        "What the mode looks for, as spans of `text`: words of the query, terms of the concepts"
        " that it means, and, but for mode LEXICAL, phrases of the needs that it was taken for.",
        size=assumed(10),
    )


@strawberry.type(description="A program that answers a query, with its cursor.")
class ProgramSearchEdge:
    """A program that answers a query, with its cursor."""

    cursor: str = declared(
        OfEdge("cursor"),
        "Opaque position: pass it as `after` or `before`. It holds for the index version and the"
        " data version that it came from; with another, it has expired.",
        weight=CURSOR,
    )
    node: Program = declared(OfEdge("node"), "The program.")
    score: SearchScore = declared(OfEdge("score"), "How well it answers.")
    passages: list[SearchPassage] = declared(
        OfEdge("passages"),
        "Its best passages, the best first; none where only its title answers.",
        [argument("first", int | None,
                  f"How many: {BEST_PASSAGES} by default, {MOST_PASSAGES} at most.")],
        size=ListSize(assumed_size=BEST_PASSAGES, slicing_arguments=["first"],
                      require_one_slicing_argument=False),
    )  # fmt: skip


@strawberry.type(description="How many of the programs found have a value.")
class SearchFacetValue:
    """How many of the programs found have a value."""

    value: str = part("The value, as filters take it.", weight=2)
    count: int = part("Number of programs.")


def facet(path: str, size: int, description: str) -> Any:
    """Declare the counts of the values at the end of a path from a program."""
    return declared(Facet(path), description, size=assumed(size))


@strawberry.type(description="All programs found, on all pages, counted by their values.")
class SearchFacets:
    """All programs found, counted by their values."""

    disciplines: list[SearchFacetValue] = facet(
        "discipline.name", 40, "By the discipline's English name, the most frequent first."
    )
    provinces: list[SearchFacetValue] = facet(
        "site.province", 13, "By the site's province or territory, the most frequent first."
    )
    streams: list[SearchFacetValue] = facet(
        "stream.label", 14, "By the stream's label, the most frequent first."
    )


@strawberry.type(description="What a query was taken for.")
class SearchInterpretation:
    """What a query was taken for."""

    corrected_query: str | None = part(
        "The query with slips of the pen corrected; null where there are none.", weight=2
    )
    language: Language | None = part("Its language; null where its words do not tell.")
    concepts: list[str] = part(
        "Concepts of the lexicon that it means: it is looked for under their terms in both"
        " languages.",
        weight=2,
    )
    needs: list[str] = part(
        "What it is likely to ask, the likeliest first, by the names of the search index's bank of"
        " needs: by meaning, passages are found that have the phrases in which documents speak of"
        " that. None in mode LEXICAL, which guesses nothing.",
        weight=2,
    )


@strawberry.type(description="A page of the programs that answer a query, the best first.")
class ProgramSearchConnection:
    """A page of the programs that answer a query, the best first."""

    edges: list[ProgramSearchEdge] = declared(
        OfConnection("edges"), "The programs of the page, with scores, passages and cursors."
    )
    nodes: list[Program] = declared(OfConnection("nodes"), "The programs of the page.")
    page_info: PageInfo = declared(OfConnection("pageInfo"), "Where the page stands.")
    total_count: int = declared(
        OfConnection("totalCount"),
        "Number of programs on all pages: those with a word of the query or of its concepts, those"
        " of the nearest passages, and those that tell of its needs; as the mode asks.",
        weight=TOTAL,
    )
    facets: SearchFacets = declared(
        OfConnection("facets"), "All programs found, counted by their values.", weight=TOTAL
    )
    interpretation: SearchInterpretation = declared(
        OfConnection("interpretation"), "What the query was taken for."
    )


def search_field() -> Any:
    """Return the root field that searches programs."""
    arguments = [
        argument("query", str, "What to look for, in English or French: 1,000 characters at most."),
        filter_argument("Program", "graph.types.program"),
        argument("mode", SearchMode, "Which legs rank.", default=SearchMode.HYBRID),
        *page_arguments(),
        iteration_argument(),
    ]
    return declared(
        Search("Program", "graph.types.program"),
        "Programs of a match iteration whose descriptions answer a query, the best first. It reads"
        " the data version that the search index covers (`searchIndex { dataVersion }`).",
        arguments,
        weight=RANKING,
        size=paged(),
    )
