"""Markets from ids and from columns: the same market, and every fault with its place."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from simulation import errors
from simulation.engine import solve
from simulation.intake import market_from_columns, market_from_lists

APPLICATIONS: dict[str, list[Any]] = {
    "applicant": ["a", "a", "b"],
    "program": ["x", "y", "x"],
    "rank": [1, 2, 1],
}
RANKINGS: dict[str, list[Any]] = {
    "program": ["x", "x", "y"],
    "applicant": ["b", "a", "a"],
    "rank": [1, 2, 1],
}
QUOTAS: dict[str, list[Any]] = {"program": ["x", "y"], "quota": [1, 1]}
COUPLES: dict[str, list[Any]] = {
    "first": ["c", "c"],
    "second": ["d", "d"],
    "rank": [2, 1],
    "first_program": ["x", "y"],
    "second_program": ["", "x"],
}


def with_cell(table: dict[str, list[Any]], column: str, row: int, value: Any) -> dict[str, Any]:
    cells = list(table[column])
    cells[row] = value
    return table | {column: cells}


def test_lists_columns_and_data_frames_give_the_same_match() -> None:
    by_lists = market_from_lists(
        {"a": ["x", "y"], "b": ["x"]}, {"x": ["b", "a"], "y": ["a"]}, {"x": 1, "y": 1}
    )
    by_columns = market_from_columns(APPLICATIONS, RANKINGS, QUOTAS)
    frames = [pd.DataFrame(table) for table in (APPLICATIONS, RANKINGS, QUOTAS)]
    by_frames = market_from_columns(*frames)
    for market in (by_lists, by_columns, by_frames):
        assert solve(market).matches() == {"a": "y", "b": "x"}


def test_ranks_order_a_list_and_may_have_gaps() -> None:
    applications = APPLICATIONS | {"rank": ["20", 7.0, 1]}
    market = market_from_columns(applications, RANKINGS, QUOTAS)
    assert market.applicants.items.tolist() == [1, 0, 0]


@pytest.mark.parametrize("nothing", ["", None, float("nan")])
def test_an_empty_program_in_a_pair_is_no_match(nothing: Any) -> None:
    rankings = {"program": ["x", "y"], "applicant": ["d", "c"], "rank": [1, 1]}
    couples = with_cell(COUPLES, "second_program", 0, nothing)
    market = market_from_columns(
        {"applicant": [], "program": [], "rank": []}, rankings, QUOTAS, couples
    )
    assert market.couples.pairs.tolist() == [[1, 0], [0, -1]]
    assert solve(market).matches() == {"c": "y", "d": "x"}


def test_applicants_without_a_list_can_be_named() -> None:
    market = market_from_columns(
        APPLICATIONS, RANKINGS, QUOTAS, applicants=["a", "b", "nobody wants"]
    )
    assert solve(market).matches()["nobody wants"] is None


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        (
            {"applications": with_cell(APPLICATIONS, "rank", 1, 1)}, "TiedRanksError",
            "applications, row 2: applicant 'a': 'x' and 'y' share rank 1.",
        ),
        (
            {"applications": with_cell(APPLICATIONS, "program", 1, "x")}, "ContradictoryListError",
            "applications, row 2: applicant 'a': Program 'x' stands in row 1 already.",
        ),
        (
            {"rankings": with_cell(RANKINGS, "applicant", 2, "z")}, "UnknownIdError",
            "program 'y', rank 1: There is no applicant 'z'.",
        ),
        (
            {"applications": with_cell(APPLICATIONS, "program", 0, "z")}, "UnknownIdError",
            "applicant 'a', rank 1: There is no program 'z'.",
        ),
        (
            {"rankings": with_cell(RANKINGS, "program", 2, "z")}, "InvalidQuotaError",
            "program 'z': The program has a list and no quota.",
        ),
        (
            {"quotas": with_cell(QUOTAS, "quota", 0, -1)}, "InvalidQuotaError",
            "program 'x': The quota is -1.",
        ),
        (
            {"quotas": with_cell(QUOTAS, "quota", 0, "many")}, "InvalidQuotaError",
            "program 'x': The quota is 'many'.",
        ),
        (
            {"quotas": with_cell(QUOTAS, "program", 1, "x")}, "ContradictoryListError",
            "quotas, row 2: 'x': The program has two quotas.",
        ),
        (
            {"applications": with_cell(APPLICATIONS, "rank", 0, 0)}, "InvalidRankError",
            "applications, row 1: applicant 'a': The rank is 0.",
        ),
        (
            {"applications": with_cell(APPLICATIONS, "rank", 0, 1.5)}, "InvalidRankError",
            "The rank is 1.5.",
        ),
        (
            {"applications": with_cell(APPLICATIONS, "rank", 0, None)}, "InvalidRankError",
            "The rank is None.",
        ),
        (
            {"applications": {"applicant": ["a"], "rank": [1]}}, "InvalidColumnsError",
            "applications: There is no column 'program'.",
        ),
        (
            {"applications": APPLICATIONS | {"rank": [1]}}, "InvalidColumnsError",
            "applications: The columns differ in length.",
        ),
        (
            {"couples": with_cell(COUPLES, "rank", 0, 1)}, "TiedRanksError",
            "couples, row 2: 'c' and 'd': Two pairs share rank 1.",
        ),
        (
            {"couples": COUPLES | {"first": ["c", "d"], "second": ["d", "c"]}},
            "InvalidCoupleError", "The members stand the other way round in another row.",
        ),
        (
            {"applicants": ["a"]}, "UnknownIdError",
            "applications, applicant 'b': The applicant is not among all applicants.",
        ),
        (
            {"applicants": ["a", "b", 7]}, "InvalidIdError", "applicant 3: An id is 7.",
        ),
        (
            {"applicants": ["a", "b", " "]}, "InvalidIdError", "applicant 3: An id is ' '.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_in_columns_is_refused_with_its_place(
    changed: dict[str, Any], error: str, message: str
) -> None:
    inputs = {"applications": APPLICATIONS, "rankings": RANKINGS, "quotas": QUOTAS} | changed
    with pytest.raises(getattr(errors, error)) as caught:
        market_from_columns(**inputs)
    assert message in str(caught.value)


def test_an_id_that_looks_like_an_address_is_refused_without_being_repeated() -> None:
    with pytest.raises(errors.InvalidIdError) as caught:
        market_from_lists({"ann@example.org": []}, {}, {})
    assert "ann" not in str(caught.value)


def test_a_text_is_no_list() -> None:
    with pytest.raises(errors.InvalidRankError, match="The list is the text 'xy'"):
        market_from_lists({"a": "xy"}, {}, {"x": 1})


def test_a_pair_has_two_programs() -> None:
    with pytest.raises(errors.InvalidCoupleError, match="The pair has 1 programs"):
        market_from_lists({}, {}, {"x": 1}, {("a", "b"): [("x",)]})  # type: ignore[list-item]
