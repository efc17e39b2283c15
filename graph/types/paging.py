"""Pages: connections, edges, page information, and the arguments that all connections share."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final, Generic, TypeVar

import strawberry

from graph.planner.declare import argument, declared
from graph.planner.sources import Connection as ConnectionSource
from graph.planner.sources import OfConnection, OfEdge, OfPage, Through
from graph.planner.weights import LARGEST_PAGE, PAGE_SIZE, TOTAL, Cost, paged

CURSOR: Final = 4
"""Weight of a cursor."""

NodeType = TypeVar("NodeType")


@strawberry.interface(description="An object that can be found again by its id.")
class Node:
    """An object that can be found again by its id."""

    id: strawberry.ID = strawberry.field(
        description="Global id: the type and the natural key, the same in every data version.",
        directives=[Cost(weight="1")],
    )


@strawberry.type(description="Where a page stands among all pages (Relay).")
class PageInfo:
    """Where a page stands among all pages."""

    has_next_page: bool = declared(OfPage("hasNextPage"), "Whether rows follow the page.")
    has_previous_page: bool = declared(OfPage("hasPreviousPage"), "Whether rows precede the page.")
    start_cursor: str | None = declared(
        OfPage("startCursor"), "Cursor of the first edge; null on an empty page.", weight=CURSOR
    )
    end_cursor: str | None = declared(
        OfPage("endCursor"), "Cursor of the last edge; null on an empty page.", weight=CURSOR
    )


@strawberry.type(description="One row of a page, with its cursor.")
class Edge(Generic[NodeType]):
    """One row of a page, with its cursor."""

    cursor: str = declared(
        OfEdge("cursor"),
        "Opaque position of the row: pass it as `after` or `before`. It keeps the data version, so"
        " that later pages neither lose nor repeat rows while data are published.",
        weight=CURSOR,
    )
    node: NodeType = declared(OfEdge("node"), "The row.")


@strawberry.type(description="A page of rows, and totals over all pages.")
class Connection(Generic[NodeType]):
    """A page of rows, and totals over all pages."""

    edges: list[Edge[NodeType]] = declared(
        OfConnection("edges"), "The rows of the page, with their cursors."
    )
    nodes: list[NodeType] = declared(OfConnection("nodes"), "The rows of the page.")
    page_info: PageInfo = declared(OfConnection("pageInfo"), "Where the page stands.")
    total_count: int = declared(
        OfConnection("totalCount"), "Number of rows on all pages together.", weight=TOTAL
    )


def connection(
    node: str,
    module: str,
    description: str,
    *,
    through: Through | None = None,
    is_timed: bool = False,
) -> Any:
    """Declare a connection field.

    Args:
        node: Name of the type whose rows it pages through.
        module: Module of the type, its filter and its order.
        description: What the rows are.
        through: How rows belong to the row at hand; None for all rows.
        is_timed: Whether rows belong to a match iteration and can be read as of a time.
    """
    filter_type: Any = Annotated[f"{node}Filter", strawberry.lazy(module)]
    order_type: Any = Annotated[f"{node}Order", strawberry.lazy(module)]
    arguments = [
        argument("filter", filter_type | None, "Which rows to keep."),
        argument(
            "order_by", list[order_type] | None,
            "How to sort; ties are broken by the natural key.",
        ),
        argument("first", int | None, f"Number of rows from the start: {PAGE_SIZE} where neither"
                 f" `first` nor `last` is given, {LARGEST_PAGE} at most."),
        argument("after", str | None, "Cursor after which to go on."),
        argument("last", int | None, f"Number of rows from the end, {LARGEST_PAGE} at most."),
        argument("before", str | None, "Cursor before which to go on."),
    ]  # fmt: skip
    if is_timed:
        arguments += [
            argument("iteration", int | None, "Number of the match iteration; by default the"
                     " newest published."),
            as_of_argument(),
        ]  # fmt: skip
    return declared(ConnectionSource(through), description, arguments, size=paged())


def as_of_argument() -> Any:
    """Return the argument ``asOf``."""
    return argument(
        "as_of", dt.datetime | None,
        "Read the versions that held at this time of publishing (UTC where no zone is written);"
        " by default those that hold now.",
    )  # fmt: skip
