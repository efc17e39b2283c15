"""Pages: connections, edges, page information, and the arguments that all connections share."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Generic, TypeVar

import strawberry

from graph.planner.declare import argument, declared, filter_argument, order_argument
from graph.planner.sources import Connection as ConnectionSource
from graph.planner.sources import OfConnection, OfEdge, OfPage, Through, Via
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
    through: Through | Via | None = None,
    iteration: str | None = None,
    is_timeless: bool = False,
    source: object | None = None,
) -> Any:
    """Declare a connection field.

    Args:
        node: Name of the type whose rows it pages through.
        module: Module of the type, its filter and its order.
        description: What the rows are.
        through: How rows belong to the row at hand; None for all rows.
        iteration: Column of the row at hand that names the match iteration that is read; without
            one it is an argument.
        is_timeless: Whether rows are of no match iteration and no time of publishing.
        source: Where a resolved object's rows come from; by default the warehouse alone says.
    """
    arguments = [
        filter_argument(node, module),
        order_argument(node, module, "ties are broken by the natural key"),
        *page_arguments(),
    ]
    if not is_timeless:
        arguments.append(as_of_argument())
    if iteration is None and not is_timeless:
        arguments.append(iteration_argument())
    if source is not None:
        return declared(source, description, arguments, size=paged(), default=None)
    rows = ConnectionSource(node, module, through, iteration)
    return declared(rows, description, arguments, size=paged())


def page_arguments() -> list[Any]:
    """Return the arguments that cut a page."""
    return [
        argument("first", int | None, f"Number of rows from the start: {PAGE_SIZE} where neither"
                 f" `first` nor `last` is given, {LARGEST_PAGE} at most."),
        argument("after", str | None, "Cursor after which to go on."),
        argument("last", int | None, f"Number of rows from the end, {LARGEST_PAGE} at most."),
        argument("before", str | None, "Cursor before which to go on."),
    ]  # fmt: skip


def iteration_argument() -> Any:
    """Return the argument ``iteration``."""
    return argument(
        "iteration", int | None,
        "Number of the match iteration whose programs are read: here, by filters, and in"
        " connections below; by default that of the connection around, else the newest published.",
    )  # fmt: skip


def as_of_argument() -> Any:
    """Return the argument ``asOf``."""
    return argument(
        "as_of", dt.datetime | None,
        "Read what held at this time of publishing (UTC where no zone is written), here and in"
        " connections below; by default the time of the connection around, else now.",
    )  # fmt: skip
