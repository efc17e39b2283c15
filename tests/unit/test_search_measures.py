"""Measures by hand, judged spans that passages overlap, and public collections in their formats."""

from __future__ import annotations

import json
from dataclasses import replace
from math import log2

import pytest

from warehouse.errors import SearchError
from warehouse.search.collections import collection_scores, read_collection
from warehouse.search.evaluation import Score, gain, table
from warehouse.search.highlights import Span, highlights
from warehouse.search.judged import (
    HELD_OUT,
    REAL,
    TUNING,
    Judgement,
    Place,
    Topic,
    half_of,
    passage_grades,
    read_judged,
)
from warehouse.search.measures import interval, ndcg, recall, reciprocal_rank
from warehouse.search.query import EMPTY, QueryTerm
from warehouse.search.tuning import fused
from warehouse.vocabulary import Language


def test_ndcg_is_the_share_of_the_greatest_possible_gain():
    grades = {"a": 3, "b": 2, "c": 0}
    assert ndcg(["a", "b"], grades) == 1
    assert ndcg(["x", "b", "a"], grades) == pytest.approx(
        (2 / log2(3) + 3 / log2(4)) / (3 + 2 / log2(3))
    )
    assert ndcg(["a"], {"a": 0}) == 0


def test_recall_and_reciprocal_rank_count_what_is_relevant():
    grades = {"a": 3, "b": 2, "c": 1}
    assert recall(["a", "c"], grades) == 0.5
    assert reciprocal_rank(["c", "x", "b"], grades) == pytest.approx(1 / 3)
    assert reciprocal_rank(["c"], grades) == 0
    assert reciprocal_rank(["c"], grades, 1) == 1


def test_an_interval_holds_its_mean_and_is_repeatable():
    found = interval([0.1, 0.5, 0.9, 0.3])
    assert found.mean == pytest.approx(0.45)
    assert found.low < found.mean < found.high
    assert found == interval([0.1, 0.5, 0.9, 0.3])


def test_a_passage_has_the_greatest_grade_of_a_span_that_it_overlaps_by_half():
    places = {("1503-1", "FAQ"): [Place(7, 0, 100), Place(8, 100, 300)]}
    judged = [
        Judgement("1503-1", "FAQ", 40, 90, 2),  # all of it in the first passage
        Judgement("1503-1", "FAQ", 80, 130, 3),  # three fifths in the second
        Judgement("1503-1", "OTHER", 0, 100, 3),
        Judgement("1503-2", "FAQ", 0, 100, 3),
    ]
    assert passage_grades(judged, places) == {7: 2, 8: 3}


def test_halves_are_equal_and_do_not_depend_on_the_order():
    ids = [f"q{number}" for number in range(11)]
    halves = half_of(ids)
    assert halves == half_of(reversed(ids))
    assert sorted(halves.values()) == [HELD_OUT] * 5 + [TUNING] * 6


def test_the_judged_set_has_halves_by_rule_and_spans_that_are_ranges():
    judged = read_judged(REAL)
    groups = {}
    for topic in judged.topics:
        groups.setdefault((topic.language, topic.kind), []).append(topic)
    assert len(groups) == 6
    whole = {row.id: row.half for row in judged.topics}
    for found in groups.values():
        assert {TUNING, HELD_OUT} == {whole[topic.id] for topic in found}
    for spans in judged.judgements.values():
        assert all(0 <= one.start < one.end and 1 <= one.grade <= 3 for one in spans)


def test_a_folder_without_a_judged_set_is_refused(tmp_path):
    with pytest.raises(SearchError, match=r"queries\.csv"):
        read_judged(tmp_path)


def test_cranfield_counts_queries_in_their_order(tmp_path):
    (tmp_path / "cran.all.1400").write_text(
        ".I 1\n.T\nwings\n.A\nsmith\n.W\nwings .\nslender wings in a slipstream\n"
        ".I 2\n.T\nheat\n.W\nheat of re-entry bodies\n.I 3\n.W\nheat and wings alike\n"
    )
    (tmp_path / "cran.qry").write_text(".I 004\n.W\nslender wings\n.I 009\n.W\nheat of bodies\n")
    (tmp_path / "cranqrel").write_text("1 1 2\n2 2 1\n2 3 -1\n")
    found = read_collection(tmp_path)
    assert found.queries == {"1": "slender wings", "2": "heat of bodies"}
    assert found.grades == {"1": {"1": 1}, "2": {"2": 1}}
    scores = collection_scores(found)
    assert {score.ndcg for score in scores if score.method == "LEXICAL"} == {1}
    assert len(scores) == 6


def test_beir_reads_titles_and_grades(tmp_path):
    (tmp_path / "qrels").mkdir()
    documents = [
        {"_id": "d1", "title": "Heat", "text": "of bodies"},
        {"_id": "d2", "text": "wings"},
    ]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, documents)))
    (tmp_path / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "heat"}))
    (tmp_path / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td1\t2\nq\td2\t0\n")
    found = read_collection(tmp_path)
    assert found.documents == {"d1": "Heat of bodies", "d2": "wings"}
    assert found.grades == {"q": {"d1": 2}}


def test_a_folder_without_a_collection_is_refused(tmp_path):
    with pytest.raises(SearchError, match="no test collection"):
        read_collection(tmp_path)


def test_fusing_takes_each_leg_by_its_greatest_score():
    assert fused({1: 10.0, 2: 5.0}, {2: 0.8, 3: 0.4}, 0.5) == [2, 1, 3]
    assert fused({1: 10.0, 2: 5.0}, {2: 0.8, 3: 0.4}, 0.0)[0] == 1


def test_a_term_of_several_words_is_shown_where_they_follow_each_other():
    terms = (
        QueryTerm("rural", 1, 0, 0, 1),
        QueryTerm("famili", 1, 1, 0, 2),
        QueryTerm("medicin", 1, 1, 0, 2),
    )
    sayings = replace(EMPTY, terms=terms).sayings
    text = "Rural family medicine; the family of medicine; a family"
    found = highlights(text, Language.EN, sayings)
    assert [text[one.start : one.end] for one in found] == [
        "Rural family medicine",
        "family of medicine",
    ]
    assert highlights("", Language.FR, sayings) == []
    assert isinstance(found[0], Span)


def test_a_gain_is_the_mean_of_differences_query_by_query():
    topics = [Topic(str(n), Language.EN, "KEYWORD", HELD_OUT, "x") for n in range(3)]
    scores = [Score(t, "HYBRID", 0.6, 1, 1) for t in topics]
    scores += [Score(t, "BM25", 0.1 * n, 1, 1) for n, t in enumerate(topics)]
    assert gain(scores, "HYBRID", "BM25").mean == pytest.approx(0.5)
    cells = {(c.method, c.kind): c.queries for c in table(scores)}
    assert cells == {(m, k): 3 for m in ("HYBRID", "BM25") for k in ("KEYWORD", None)}
