"""`residency search evaluate`: tables and a plot of how well each way of ranking finds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from etl.sample.judged import judged_sample
from residency.console import say, step_progress
from residency.reporting import print_json, print_table
from warehouse.engine import owner_connection
from warehouse.migrate import require_current
from warehouse.reader import Reader
from warehouse.search.collections import collection_scores, read_collection
from warehouse.search.evaluation import METHODS, TEXTS, Cell, Evaluation, Score, gain, table
from warehouse.search.judged import REAL, SECTIONS, JudgedSet, read_judged
from warehouse.search.measures import Interval, interval
from warehouse.search.ranking_settings import SearchMode
from warehouse.search.searcher import Searcher

MEASURES: Final = {"ndcg": "nDCG@10", "recall": "recall@100", "mrr": "MRR", "programs": "programs"}
HYBRID: Final = SearchMode.HYBRID.value
OTHERS: Final = tuple(name for name in METHODS if name != HYBRID)


def evaluate(folder: Path | None, *, half: str, plot: Path | None, as_json: bool) -> None:
    """Print the measures of every method on judged queries.

    Args:
        folder: Of the judged set; by default that of the sample where sample data are loaded,
            else that of the real ones.
        half: TUNING, HELD_OUT or ALL.
        plot: Where to draw the means of nDCG@10.
        as_json: Whether to print JSON.

    Raises:
        SearchError: there is no index, or no such judged set.
    """
    scores = asyncio.run(judged_scores(folder, half))
    cells = table(scores)
    if plot is not None:
        from residency.plotting import bars

        plot.write_text(bars(cells), encoding="utf-8")
    _print(scores, cells, as_json=as_json)


async def judged_scores(folder: Path | None, half: str) -> list[Score]:
    """Return the scores of every method; see :func:`evaluate`."""
    await require_current()
    async with Reader() as reader, owner_connection() as own:
        await own.execute(TEXTS)
        is_sample = await reader.fetch_value(
            "SELECT is_sample FROM ops.data_version ORDER BY number DESC LIMIT 1"
        )
        if is_sample and folder is None:
            judged = judged_sample(await reader.fetch_rows(SECTIONS))
        else:
            judged = read_judged(folder or REAL)
        topics = tuple(topic for topic in judged.topics if half in ("ALL", topic.half))
        with step_progress() as report:
            searcher = Searcher(reader.fetch_rows)
            return await Evaluation(searcher, reader.fetch_rows, own.fetch).scores(
                JudgedSet(topics, judged.judgements),
                report=lambda done, total: report("evaluate", done, total),
            )


def _print(scores: Sequence[Score], cells: Sequence[Cell], *, as_json: bool) -> None:
    gains = {name: gain(scores, HYBRID, name) for name in OTHERS} if scores else {}
    if as_json:
        print_json({"cells": [asdict(c) for c in cells], "gains": gains_as_dict(gains)})
        return
    order = {name: place for place, name in enumerate(METHODS)}
    ordered = sorted(cells, key=lambda c: (c.language or "~", c.kind or "~", order[c.method]))
    print_table([_row(cell) for cell in ordered], nothing="No judged query has an answer here.")
    for name, found in gains.items():
        say(f"{HYBRID} over {name}, nDCG@10: {found.mean:+.3f} ({found.low:+.3f} to"
            f" {found.high:+.3f})")  # fmt: skip


def gains_as_dict(gains: dict[str, Interval]) -> dict[str, dict[str, float]]:
    """Return intervals as JSON has them."""
    return {name: asdict(found) for name, found in gains.items()}


def _row(cell: Cell) -> dict[str, Any]:
    shown = {"language": cell.language or "all", "kind": cell.kind or "all", "method": cell.method}
    of_all = {MEASURES[name]: told(found) for name, found in cell.measures.items()}
    return shown | {"queries": cell.queries} | {n: of_all.get(n, "") for n in MEASURES.values()}


def told(found: Interval) -> str:
    """Return a mean with its interval."""
    return f"{found.mean:.3f} ({found.low:.2f}-{found.high:.2f})"


def evaluate_collection(folder: Path, *, as_json: bool) -> None:
    """Print the measures of every mode on a public test collection.

    Raises:
        SearchError: the folder holds none.
    """
    collection = read_collection(folder)
    say(f"{len(collection.documents)} documents, {len(collection.grades)} queries.")
    scores = collection_scores(collection)
    rows = []
    for mode in SearchMode:
        mine = [score for score in scores if score.method == mode.value]
        measures = {n: interval([getattr(s, n) for s in mine]) for n in ("ndcg", "recall", "mrr")}
        rows.append({"method": mode.value} | {MEASURES[n]: m for n, m in measures.items()})
    if as_json:
        print_json(rows)
        return
    print_table(
        [{n: told(v) if isinstance(v, Interval) else v for n, v in row.items()} for row in rows],
        nothing="",
    )
