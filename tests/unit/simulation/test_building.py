"""Markets: what is refused and where, and how the two sides' lists are joined."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from simulation import errors
from simulation.building import build_market
from simulation.market import NEVER, NO_MATCH, CoupleLists, Market, RankLists


def market(
    applicants: Sequence[Sequence[int]],
    programs: Sequence[Sequence[int]],
    quotas: Any,
    couples: CoupleLists | None = None,
    **names: Sequence[str],
) -> Market:
    return build_market(
        RankLists.from_rows(applicants), RankLists.from_rows(programs), quotas, couples, **names
    )


def couple(pairs: Sequence[tuple[int, int]], members: tuple[int, int] = (0, 1)) -> CoupleLists:
    return CoupleLists.from_rows([members], [pairs])


def test_each_entry_knows_its_place_in_the_other_sides_list() -> None:
    built = market([[0, 1], [1]], [[0], [1, 0]], [1, 1])
    assert built.positions.tolist() == [0, 2, 1]
    assert built.edges.tolist() == [0, 2, 1]


def test_entries_of_one_side_only_are_dropped_and_counted() -> None:
    built = market([[0, 1], []], [[0, 1], []], [1, 1])
    assert built.positions.tolist() == [0, NEVER]
    assert built.edges.tolist() == [0, NEVER]
    assert built.one_sided == (1, 1, 0)


def test_pairs_of_couples_are_joined_and_counted_too() -> None:
    built = market([[], []], [[0], [1, 0]], [1, 2], couple([(0, 1), (1, 0), (NO_MATCH, 1)]))
    assert built.couple_positions.tolist() == [[0, 1], [2, NEVER], [NO_MATCH, 1]]
    assert built.one_sided == (0, 0, 1)
    assert built.couple_of.tolist() == [0, 1]


def test_an_empty_market_is_a_market() -> None:
    built = market([], [], [])
    assert built.one_sided == (0, 0, 0)


def test_a_market_is_frozen_and_does_not_follow_its_inputs() -> None:
    starts, items = np.array([0, 1], dtype=np.int32), np.array([0], dtype=np.int32)
    quotas = np.array([1], dtype=np.int32)
    built = build_market(RankLists(starts, items), RankLists(starts, items), quotas)
    items[0], quotas[0] = 7, 9
    assert built.applicants.items.tolist() == [0]
    assert built.quotas.tolist() == [1]
    for array in (*built.lists, built.quotas, built.couple_of, built.couple_positions):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@pytest.mark.parametrize(
    ("applicants", "programs", "error", "place", "problem"),
    [
        ([[0, 3]], [[0]], "UnknownIdError", "applicant '0', rank 2", "There is no program 3."),
        ([[0]], [[0, 5]], "UnknownIdError", "program '0', rank 2", "There is no applicant 5."),
        ([[0], [-2]], [[0]], "UnknownIdError", "applicant '1', rank 1", "There is no program -2."),
        (
            [[], [1, 0, 1]], [[0], []], "ContradictoryListError", "applicant '1', rank 3",
            "The list has program '1' already at rank 1.",
        ),
        (
            [[0]], [[], [0, 0]], "ContradictoryListError", "program '1', rank 2",
            "The list has applicant '0' already at rank 1.",
        ),
    ],
)  # fmt: skip
def test_a_list_that_contradicts_itself_is_refused_with_its_place(
    applicants: list[list[int]], programs: list[list[int]], error: str, place: str, problem: str
) -> None:
    with pytest.raises(getattr(errors, error)) as caught:
        market(applicants, programs, [1] * len(programs))
    assert caught.value.place == place
    assert caught.value.problem == problem


@pytest.mark.parametrize(
    ("quotas", "problem"),
    [
        ([1, -3], "The quota is -3."),
        ([1], "There are 1 quotas for 2 programs."),
        ([[1, 1]], "There are 2 quotas for 2 programs."),
    ],
)
def test_a_quota_that_cannot_be_is_refused(quotas: Any, problem: str) -> None:
    with pytest.raises(errors.InvalidQuotaError) as caught:
        market([[0]], [[0], []], quotas, program_ids=["here", "there"])
    assert caught.value.problem == problem


def test_numbers_that_are_not_whole_are_refused() -> None:
    with pytest.raises(errors.InvalidArraysError, match="quotas holds float64"):
        market([[0]], [[0]], [1.5])
    with pytest.raises(errors.InvalidArraysError, match="items holds"):
        RankLists(np.array([0, 1]), np.array([2**40]))


@pytest.mark.parametrize(
    ("starts", "items"),
    [([], [0]), ([0, 2], [0]), ([0, 2, 1, 2], [0, 1]), ([1, 2], [0, 0]), ([[0, 1]], [0])],
)
def test_starts_that_are_none_are_refused(starts: list[int], items: list[int]) -> None:
    with pytest.raises(errors.InvalidArraysError, match="must rise from 0"):
        RankLists(np.array(starts, dtype=np.int32), np.array(items, dtype=np.int32))


@pytest.mark.parametrize(
    ("couples", "applicants", "error", "problem"),
    [
        (couple([(0, 9)]), [[], []], "UnknownIdError", "There is no program 9."),
        (couple([(-1, -1)]), [[], []], "InvalidCoupleError", "leaves both without a program"),
        (couple([(0, 1), (0, 1)]), [[], []], "ContradictoryListError", "already at rank 1"),
        (couple([(0, 1)]), [[0], []], "InvalidCoupleError", "a list of their own as well"),
        (couple([(0, 1)], (0, 0)), [[], []], "InvalidCoupleError", "is in a couple already"),
        (couple([(0, 1)], (0, 7)), [[], []], "UnknownIdError", "There is no applicant 7."),
    ],
)
def test_a_couple_that_contradicts_itself_is_refused(
    couples: CoupleLists, applicants: list[list[int]], error: str, problem: str
) -> None:
    with pytest.raises(getattr(errors, error), match="couple") as caught:
        market(applicants, [[0, 1], [0, 1]], [1, 1], couples)
    assert problem in caught.value.problem


def test_couples_of_the_wrong_shape_are_refused() -> None:
    with pytest.raises(errors.InvalidArraysError, match="two members each"):
        CoupleLists(np.zeros((1, 3), np.int32), np.array([0, 0]), np.zeros((0, 2), np.int32))


def test_ids_are_used_in_errors_and_must_be_unique() -> None:
    with pytest.raises(errors.UnknownIdError, match="applicant 'Ann', rank 1"):
        market([[4]], [[0]], [1], applicant_ids=["Ann"])
    with pytest.raises(errors.DuplicateIdError, match="program 'x'"):
        market([[0]], [[0], []], [1, 1], program_ids=["x", "x"])
    with pytest.raises(errors.InvalidArraysError, match="1 applicant ids for 2 lists"):
        market([[0], []], [[0]], [1], applicant_ids=["Ann"])


def test_errors_survive_the_way_between_processes() -> None:
    with pytest.raises(errors.SimulationError) as caught:
        market([[4]], [[0]], [1])
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert again.place == caught.value.place
