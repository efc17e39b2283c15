"""Explanations with couples: the chain is that of the engine, step by step, and its end is told."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from simulation.building import build_market
from simulation.couples import couple_orders, step_limit
from simulation.couples_story import CouplesStory
from simulation.engine import solve
from simulation.explanation import LAST_STEPS, MOST_STEPS, explain_applicant, explain_program
from simulation.market import NO_MATCH, CoupleLists, Market, RankLists
from simulation.matching import applicant_optimal, assignment_of
from simulation.outcome import Outcome, OwnSeats, Verdict
from simulation.reversion import Reversion, run_with_reversions
from simulation.roth_peranson import fresh_processing, settle
from simulation.story import StepKind, Story
from tests.markets import random_couples_market

SEEDS = (*range(50), 178, 192, 265, 328, 569, 847, 882)
"""Markets where processing settles, and where it does not, with a stable matching and without."""


def drawn(seed: int) -> Market:
    return random_couples_market(Random(seed), seats=1 + (seed % 4 == 0)).build()


@pytest.mark.parametrize("own_seats", OwnSeats)
def test_the_replay_takes_the_steps_of_the_kernel_in_every_order(own_seats: OwnSeats) -> None:
    circles = 0
    for seed in range(200):
        market = drawn(seed)
        singles = applicant_optimal(market.lists, market.quotas)
        for order in couple_orders(len(market.couples), seed, 3):
            run = fresh_processing(market, singles)
            steps = settle(run, order, own_seats == OwnSeats.FREE, step_limit(market))
            expected = assignment_of(market.lists, run.state)
            placed = run.pair_at < market.couples.starts[1:]
            expected[market.couples.members[placed]] = market.couples.pairs[run.pair_at[placed]]
            story = Story(market, is_told=True)
            story.let_in(np.flatnonzero(market.couple_of < 0).tolist())
            replay = CouplesStory(story, own_seats)
            assert replay.bring_in(order, step_limit(market)) == steps
            assert replay.pair_at == run.pair_at.tolist()
            assert story.assignment().tolist() == expected.tolist()
            assert (replay.circles_at is not None) == (steps < 0), "given up is going in circles"
            circles += steps < 0
    assert circles > 5


def sides(outcome: Outcome, applicant: int) -> set[str]:
    """Return the applicant, and the partner if there is one, as explanations call them."""
    couple = int(outcome.market.couple_of[applicant])
    if couple < 0:
        return {str(applicant)}
    return set(map(str, outcome.market.couples.members[couple // 2].tolist()))


def choices(outcome: Outcome, applicant: int) -> int:
    """Return the length of the list of an applicant, or of their couple."""
    couple = int(outcome.market.couple_of[applicant])
    if couple < 0:
        return len(outcome.market.applicants.of(applicant))
    return len(outcome.market.couples.of(couple // 2))


@pytest.mark.parametrize("own_seats", OwnSeats)
def test_every_chain_ends_where_the_engine_does_with_a_reason_for_each_choice(
    own_seats: OwnSeats,
) -> None:
    seen: set[Verdict] = set()
    for seed in SEEDS:
        outcome = solve(drawn(seed), seed=seed, own_seats=own_seats)
        seen.add(outcome.method.verdict)
        ranks = outcome.ranks().tolist()
        for applicant, program in enumerate(outcome.assignment.tolist()):
            found = explain_applicant(outcome, str(applicant))
            own = [step for step in found.steps if step.applicant == str(applicant)]
            held = [step for step in own if step.kind in {StepKind.HELD, StepKind.UNMATCHED}]
            if program == NO_MATCH:
                assert held[-1].kind is StepKind.UNMATCHED
            else:
                assert (held[-1].kind, held[-1].program) == (StepKind.HELD, str(program))
                assert held[-1].choice == ranks[applicant]
            both = [step for step in found.steps if step.applicant in sides(outcome, applicant)]
            against = {StepKind.REFUSED, StepKind.DISPLACED, StepKind.NOT_RANKED}
            if outcome.method.verdict is Verdict.NONE_EXISTS:
                against.add(StepKind.UNSTABLE)
            told = {step.choice for step in both if step.kind in against}
            above = ranks[applicant] - 1 if ranks[applicant] else choices(outcome, applicant)
            assert told >= set(range(1, above + 1)), (seed, applicant)
    assert seen == {Verdict.PROCESSED, Verdict.SEARCHED, Verdict.NONE_EXISTS}


def test_the_story_of_a_program_leaves_it_with_whom_the_engine_gave_it() -> None:
    for seed in SEEDS:
        outcome = solve(drawn(seed), seed=seed)
        for program in range(len(outcome.market.quotas)):
            held: set[str] = set()
            for step in explain_program(outcome, str(program)).steps:
                if step.kind is StepKind.SEARCHED:
                    held.clear()
                    continue
                assert step.program == str(program)
                assert step.applicant is not None
                if step.kind is StepKind.HELD:
                    held.add(step.applicant)
                elif step.kind in {StepKind.DISPLACED, StepKind.WITHDRAWN, StepKind.LEFT}:
                    held.remove(step.applicant)
            expected = np.flatnonzero(outcome.assignment == program).tolist()
            assert sorted(held) == sorted(map(str, expected)), (seed, program)


def test_a_chain_says_that_the_exact_search_decided_only_where_it_did() -> None:
    for seed in SEEDS:
        outcome = solve(drawn(seed), seed=seed)
        kinds = [step.kind for step in explain_applicant(outcome, "0").steps]
        assert (StepKind.SEARCHED in kinds) == (outcome.method.verdict is not Verdict.PROCESSED)


NAMES = {"1-1": "Surgery", "1-2": "Family"}


TOLD = """
Ann and Bob ask for the pair Surgery and Family, choice 1: Surgery holds Ann, at rank 2 of its list.
Bob and Ann ask for the pair Family and Surgery, choice 1: Family holds Bob, at rank 2 of its list.
Family lets Ed go, at rank 3 of its list, because it likes Bob better.
Ed asks Family, choice 1, and is refused at rank 3 of its list: it likes all whom it holds better, \
the last of them Bob.
Ed is at the end of the list and has no match.
Surgery lets Ann go, at rank 2 of its list, because it likes Cy better.
Bob withdraws from Family, because the partner Ann lost Surgery.
Ann and Bob ask for the pair Surgery and Family, choice 1: Surgery refuses Ann at rank 2 of its \
list: it likes all whom it holds better, the last of them Cy.
Ann is at the end of the paired list with Bob and has no match.
Bob is at the end of the paired list with Ann and has no match.
Ed asks Family, choice 1, and is held: at rank 3 of its list.
""".strip()


def displaced_couple() -> Market:
    """Ann and Bob have Surgery and Family until Cy and Di come in, who are liked better there."""
    return build_market(
        RankLists.from_rows([[], [], [], [], [1]]),
        RankLists.from_rows([[2, 0], [3, 1, 4]]),
        [1, 1],
        CoupleLists.from_rows([(0, 1), (2, 3)], [[(0, 1)], [(0, NO_MATCH)]]),
        ("Ann", "Bob", "Cy", "Di", "Ed"),
        ("1-1", "1-2"),
    )


def test_a_couple_is_told_with_withdrawals_and_what_followed() -> None:
    found = explain_applicant(solve(displaced_couple()), "Ann", NAMES)
    assert [step.kind for step in found.steps] == [
        StepKind.HELD, StepKind.HELD, StepKind.DISPLACED, StepKind.REFUSED, StepKind.UNMATCHED,
        StepKind.DISPLACED, StepKind.WITHDRAWN, StepKind.REFUSED, StepKind.UNMATCHED,
        StepKind.UNMATCHED, StepKind.HELD,
    ]  # fmt: skip
    assert "\n".join(step.text for step in found.steps) == TOLD
    assert found.summary == (
        "Ann and Bob have no match. One pair met a program that preferred the applicants"
        " whom it holds. Their coming in moved 1 others. They are matched as a couple, by their"
        " paired list only."
    )
    assert found.is_complete
    withdrawal = found.steps[6]
    assert (withdrawal.applicant, withdrawal.program) == ("Bob", "1-2")
    assert (withdrawal.partner, withdrawal.partner_program) == ("Ann", "1-1")


def test_the_page_tells_a_chain_as_it_is() -> None:
    page = (Path(__file__).parents[3] / "docs" / "matching.md").read_text(encoding="utf-8")
    assert f"```text\n{TOLD}\n```" in page


def test_a_single_is_told_by_which_couple_they_were_displaced() -> None:
    found = explain_applicant(solve(displaced_couple()), "Ed", NAMES)
    assert [(step.kind, step.by) for step in found.steps] == [
        (StepKind.HELD, None), (StepKind.DISPLACED, "Bob"), (StepKind.REFUSED, "Bob"),
        (StepKind.UNMATCHED, None), (StepKind.HELD, None),
    ]  # fmt: skip
    of_program = explain_program(solve(displaced_couple()), "1-2", NAMES)
    assert [step.kind for step in of_program.steps] == [
        StepKind.HELD, StepKind.HELD, StepKind.DISPLACED, StepKind.REFUSED, StepKind.WITHDRAWN,
        StepKind.HELD,
    ]  # fmt: skip
    assert of_program.summary.startswith("Family fills 1 of 1 seats from 3 ranked applicants.")
    assert "2 above are not there." in of_program.summary


def test_where_none_is_stable_the_chain_ends_in_a_circle_and_the_reasons_follow() -> None:
    """The couple wants both programs or none, and the single has one of them that it needs."""
    market = build_market(
        RankLists.from_rows([[0, 1], [], []]),
        RankLists.from_rows([[1, 0], [0, 2]]),
        [1, 1],
        CoupleLists.from_rows([(1, 2)], [[(0, 1)]]),
        ("Ann", "Bob", "Cy"),
        ("1-1", "1-2"),
    )
    outcome = solve(market)
    assert outcome.method.verdict is Verdict.NONE_EXISTS
    found = explain_applicant(outcome, "Bob", NAMES)
    kinds = [step.kind for step in found.steps]
    middle = kinds.index(StepKind.SEARCHED)
    assert {StepKind.HELD, StepKind.WITHDRAWN} <= set(kinds[:middle]), "the chain comes first"
    assert "goes in circles from here on" in found.steps[middle].text
    assert "no stable matching exists" in found.steps[middle].text
    assert "no stable matching exists" in found.summary
    stories = [explain_applicant(outcome, who, NAMES) for who in ("Ann", "Bob")]
    unstable = [
        step.text for one in stories for step in one.steps if step.kind is StepKind.UNSTABLE
    ]
    assert unstable, "who blocks is told"
    assert "which is not stable" in unstable[0]
    assert found.is_complete


def test_long_chains_lose_their_middle_and_keep_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.explanation.MOST_STEPS", 6)
    monkeypatch.setattr("simulation.explanation.LAST_STEPS", 2)
    found = explain_applicant(solve(displaced_couple()), "Ann", NAMES)
    assert not found.is_complete
    assert [step.number for step in found.steps] == [1, 2, 3, 4, 10, 11]
    assert MOST_STEPS > LAST_STEPS > 100, "reasons of a couple's whole list are kept"


def test_seats_that_moved_before_the_match_are_told() -> None:
    market = build_market(
        RankLists.from_rows([[1], [1], [], []]),
        RankLists.from_rows([[], [0, 1, 2, 3]]),
        [1, 1],
        CoupleLists.from_rows([(2, 3)], [[(1, 1)]]),
        ("Ann", "Bob", "Cy", "Di"),
        ("1-1", "1-2"),
    )
    reverted = run_with_reversions(market, [Reversion(0, 1)])
    found = explain_applicant(reverted.run.outcome, "Bob", NAMES, reverted)
    assert [(step.kind, step.applicant, step.text) for step in found.steps] == [
        (StepKind.REVERTED, None, "An empty seat of Surgery goes to Family, in step 1."),
        (StepKind.HELD, "Bob", "Bob asks Family, choice 1, and is held: at rank 2 of its list."),
    ]
    assert found.summary == (
        "Bob has choice 1, Family. One empty seat had moved between programs before this match, in"
        " 2 steps."
    )
    of_program = explain_program(reverted.run.outcome, "1-1", NAMES, reverted)
    assert [step.kind for step in of_program.steps] == [StepKind.REVERTED]
    assert "before this match" in of_program.summary
