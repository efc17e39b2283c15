"""Explanations: they end where the engine ends, and say who kept whom out."""

from __future__ import annotations

from random import Random

import pytest

from simulation.building import build_market
from simulation.engine import solve
from simulation.errors import UnknownIdError
from simulation.explanation import explain_applicant, explain_program
from simulation.market import NO_MATCH, CoupleLists, RankLists
from simulation.story import StepKind, Story
from tests.markets import random_market


@pytest.mark.parametrize("seed", range(40))
def test_every_story_of_singles_ends_where_the_engine_does(seed: int) -> None:
    market = random_market(Random(seed)).build()
    outcome = solve(market)
    ranks = outcome.ranks().tolist()
    for applicant, program in enumerate(outcome.assignment.tolist()):
        found = explain_applicant(outcome, str(applicant))
        own = [step for step in found.steps if step.applicant == str(applicant)]
        last = own[-1]
        if program == NO_MATCH:
            assert last.kind is StepKind.UNMATCHED
        else:
            assert (last.kind, last.program) == (StepKind.HELD, str(program))
            assert last.choice == ranks[applicant]
            refusals = {StepKind.REFUSED, StepKind.DISPLACED, StepKind.NOT_RANKED}
            above = {step.program for step in own if step.kind in refusals}
            assert len(above) == ranks[applicant] - 1, "a reason for every choice above"
        assert [step.number for step in found.steps] == list(range(1, len(found.steps) + 1))
    for program in range(len(market.quotas)):
        found = explain_program(outcome, str(program))
        held: set[str] = set()
        for step in found.steps:
            assert step.program == str(program)
            if step.kind is StepKind.HELD:
                held.add(step.applicant)
            elif step.kind is StepKind.DISPLACED:
                held.remove(step.applicant)
        expected = [str(a) for a, p in enumerate(outcome.assignment.tolist()) if p == program]
        assert sorted(held) == sorted(expected)


def test_the_words_name_the_rival_and_those_who_moved() -> None:
    market = build_market(
        RankLists.from_rows([[0, 1], [0, 1], [1]]),
        RankLists.from_rows([[1, 0], [0, 2, 1]]),
        [1, 1],
        CoupleLists.none(),
        ("Ann", "Bob", "Cy"),
        ("1-1", "1-2"),
    )
    outcome = solve(market)
    found = explain_applicant(outcome, "Ann", {"1-1": "Surgery", "1-2": "Family"})
    assert found.summary == (
        "Ann has choice 2, Family. One program above it preferred the applicants whom they hold."
        " Their coming in moved 1 others."
    )
    assert [step.text for step in found.steps] == [
        (
            "Ann asks Surgery, choice 1, and is refused at rank 2 of its list: it likes all whom it"
            " holds better, the last of them Bob."
        ),
        "Ann asks Family, choice 2, and is held: at rank 1 of its list.",
        "Family lets Cy go, at rank 2 of its list, because it likes Ann better.",
        "Cy is at the end of the list and has no match.",
    ]
    assert found.is_complete
    of_program = explain_program(outcome, "1-2", {"1-2": "Family"})
    assert of_program.summary == (
        "Family fills 1 of 1 seats from 3 ranked applicants. The last of them is at rank 1 of its"
        " list. 1 who wanted in found it full."
    )


def test_nobody_of_that_name_is_told() -> None:
    outcome = solve(random_market(Random(1)).build())
    with pytest.raises(UnknownIdError, match="no applicant 'x'"):
        explain_applicant(outcome, "x")
    with pytest.raises(UnknownIdError, match="no program 'x'"):
        explain_program(outcome, "x")


@pytest.mark.parametrize("seed", range(20))
def test_whoever_comes_in_by_the_kernel_asks_where_they_would_one_by_one(seed: int) -> None:
    market = random_market(Random(seed)).build()
    everybody = list(range(len(market.applicants)))
    one_by_one, at_once, mixed = (Story(market, is_told=True) for _ in range(3))
    one_by_one.let_in(everybody)
    at_once.let_others_in([])
    mixed.let_others_in(everybody[::3])
    mixed.let_in(everybody[::3])
    for story in (at_once, mixed):
        assert story.at == one_by_one.at
        assert story.assignment().tolist() == one_by_one.assignment().tolist()
    told = {(event.kind, event.applicant) for event in mixed.events}
    assert at_once.events == []
    assert {one for kind, one in told if kind is StepKind.HELD} >= {
        one for one in everybody[::3] if mixed.assignment()[one] != NO_MATCH
    }
