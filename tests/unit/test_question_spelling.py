"""Slips of spelling are forgiven where one word alone can be meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.answers.spelling import allowed, distance, meant, nearest

KNOWN = ["psychiatry", "pediatric", "urology", "neurology", "dermatology", "position", "calgary"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("pyschiatry", "psychiatry"),
        ("dermatolgy", "dermatology"),
        ("urolgy", "urology"),
        ("calagry", "calgary"),
        ("paediatric", "pediatric"),
    ],
)
def test_a_slip_becomes_the_word_that_was_meant(word: str, meant: str) -> None:
    assert nearest(word, KNOWN) == meant


@pytest.mark.parametrize(
    ("word", "name"),
    [("psychi", "psychiatry"), ("anasthesia", "anesthesia"), ("neuro", None), ("psyc", None)],
)
def test_a_name_may_be_cut_where_only_one_thing_begins_so(word: str, name: str | None) -> None:
    meanings = {"psychiatry": "84", "neurology": "52", "neurosurgery": "56"}
    meanings |= {"anesthesia": "13", "anaesthesia": "13"}
    assert meant(word, list(meanings), meanings.get) == name


@pytest.mark.parametrize(
    "word", ["surgeon", "physician", "seet", "year", "nephrology2", "oncology"]
)
def test_other_words_stay(word: str) -> None:
    assert nearest(word, KNOWN) is None


def test_a_slip_of_two_words_is_none() -> None:
    assert nearest("sitting", ["fitting", "sifting", "setting"]) is None


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_the_distance_is_symmetric_and_nought_for_the_same(one: str, other: str) -> None:
    assert distance(one, other, 6) == distance(other, one, 6)
    assert (distance(one, other, 6) == 0) == (one == other)


def test_short_words_are_never_changed() -> None:
    assert [allowed("x" * length) for length in (5, 6, 9, 10)] == [0, 1, 1, 2]
