"""The search index: its versions, and what refreshing them did."""

from __future__ import annotations

import datetime as dt

from graph.planner.declare import column, table_type, to_many
from graph.types.enums import SearchRefreshStatus, SkipReason
from graph.types.generate import filter_input, list_filter, order_input


@table_type("ops.search_skip", natural_key=["reason"])
class SearchSkip:
    """How many passages have no vector after a refresh, for one reason."""

    reason: SkipReason = column()
    passage_count: int = column()


SearchSkipFilter = filter_input(SearchSkip)
SearchSkipListFilter = list_filter(SearchSkip)
SearchSkipOrder = order_input(SearchSkip)


@table_type("ops.search_refresh", natural_key=["number"])
class SearchRefresh:
    """One refresh of the search index."""

    number: int = column()
    data_version: int | None = column("data_version_number")
    status: SearchRefreshStatus = column()
    programs_cut: int = column()
    passages_added: int = column()
    passages_removed: int = column()
    embedded: int = column()
    kept: int = column()
    skipped: int = column()
    skips: list[SearchSkip] = to_many(
        SearchSkip,
        ("search_refresh_key", "search_refresh_key"),
        order=["reason"],
        description="The passages without a vector, by reason.",
        size=2,
    )
    unknown_share: float | None = column()
    proposal: str | None = column(is_filterable=False, is_sortable=False, weight=4)
    error: str | None = column(is_filterable=False, is_sortable=False, weight=4)
    started_at: dt.datetime = column(is_filterable=False, is_sortable=False)
    finished_at: dt.datetime | None = column(is_filterable=False, is_sortable=False)
    seconds: float | None = column()


SearchRefreshFilter = filter_input(SearchRefresh)
SearchRefreshListFilter = list_filter(SearchRefresh)
SearchRefreshOrder = order_input(SearchRefresh)


@table_type("ops.index_version", natural_key=["number"])
class SearchIndex:
    """A version of the search index."""

    number: int = column()
    embedder: str = column()
    dimensions: int = column()
    is_active: bool = column()
    data_version: int | None = column("data_version_number")
    passage_count: int = column()
    vector_count: int = column()
    created_at: dt.datetime = column(is_filterable=False, is_sortable=False)
    activated_at: dt.datetime | None = column(is_filterable=False, is_sortable=False)
    withdrawn_at: dt.datetime | None = column(is_filterable=False, is_sortable=False)
    refreshes: list[SearchRefresh] = to_many(
        SearchRefresh,
        ("index_version_key", "index_version_key"),
        order=["number"],
        description="The refreshes that made it and brought it up to date, the oldest first.",
        size=5,
    )


SearchIndexFilter = filter_input(SearchIndex)
SearchIndexListFilter = list_filter(SearchIndex)
SearchIndexOrder = order_input(SearchIndex)
