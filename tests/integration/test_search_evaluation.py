"""Judged queries over the generated sample: searching finds what the generator wrote."""

from __future__ import annotations

import pytest

from etl.sample.judged import TOPICS, judged_sample
from tests.conftest import Database
from warehouse.engine import Role, connect
from warehouse.queries.search_filters import filtered_by
from warehouse.reader import Reader
from warehouse.search.evaluation import BM25, METHODS, TEXTS, Evaluation, table
from warehouse.search.judged import SECTIONS
from warehouse.search.ranking_settings import SearchMode
from warehouse.search.searcher import Searcher


async def test_every_method_is_measured_and_searching_beats_postgresql(indexed: Database) -> None:
    async with Reader(indexed.settings) as reader, connect(Role.OWNER, indexed.settings) as own:
        await own.execute(TEXTS)
        judged = judged_sample(await reader.fetch_rows(SECTIONS))
        searcher = Searcher(reader.fetch_rows, indexed.settings)
        scores = await Evaluation(searcher, reader.fetch_rows, own.fetch).scores(judged)
    whole = {c.method: c.measures["ndcg"].mean for c in table(scores) if c.kind is None}
    assert set(whole) == set(METHODS)
    assert {score.topic.id for score in scores} <= {name for name, *_ in TOPICS}
    assert len({score.topic.id for score in scores}) >= 4, "short documents have few themes"
    assert whole["LEXICAL"] > whole["POSTGRESQL"]
    assert whole["LEXICAL"] >= whole[BM25] - 0.05, "concepts help more than they cost"


ALBERTA = """program_key IN (SELECT program_key FROM core.dim_program
  JOIN core.dim_university u USING (university_key) WHERE u.name ILIKE '%alberta%')"""


@pytest.mark.parametrize(
    ("kept", "condition"),
    [
        ({"document_language": "fr", "province": None}, "language = 'FR'"),
        ({"university": "ALBERTA"}, ALBERTA),
    ],
)  # fmt: skip
async def test_options_of_the_command_keep_what_they_say(
    indexed: Database, kept: dict[str, str | None], condition: str
) -> None:
    filtered, values = filtered_by(kept)
    async with Reader(indexed.settings) as reader:
        searcher = Searcher(reader.fetch_rows, indexed.settings)
        prepared = await searcher.prepare("formation training", SearchMode.HYBRID)
        hits = await searcher.programs(prepared, filtered=filtered, values=values, first=100)
        rows = await reader.fetch_rows(
            f"SELECT program_key FROM core.dim_program WHERE is_current AND {condition}"
        )
    assert {hit.program_key for hit in hits} <= {row["program_key"] for row in rows}
