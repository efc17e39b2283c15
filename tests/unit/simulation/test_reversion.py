"""Reversion: seats move in the documented order, to a fixed point, and never in circles."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from simulation.engine import solve
from simulation.errors import InvalidReversionError
from simulation.intake import market_from_lists
from simulation.market import Market
from simulation.reversion import Move, Pool, Reversion, run_with_reversions
from tests.markets import random_market, rank


def market(listed: dict[str, str], quotas: dict[str, int]) -> Market:
    """Applicants and the programs that they list, as letters; all programs rank everybody."""
    return market_from_lists(
        {one: list(programs) for one, programs in listed.items()},
        {program: list(listed) for program in quotas},
        quotas,
    )


def test_empty_seats_move_and_are_filled() -> None:
    run = run_with_reversions(
        market({"a": "x", "b": "y", "c": "y"}, {"x": 3, "y": 1}), [Reversion(0, 1)]
    )
    assert run.quotas.tolist() == [1, 3]
    assert run.moves == (Move(1, 0, 1, None, 2),)
    assert run.run.outcome.matches() == {"a": "x", "b": "y", "c": "y"}
    assert run.run.certificate.is_stable
    assert (run.steps, run.is_settled) == (2, True)


def test_no_more_seats_move_than_an_instruction_allows() -> None:
    run = run_with_reversions(market({"a": "y"}, {"x": 5, "y": 0}), [Reversion(0, 1, most=2)])
    assert run.quotas.tolist() == [3, 2]
    assert run.is_settled


def test_seats_move_on_in_the_next_step() -> None:
    run = run_with_reversions(
        market({"a": "z"}, {"x": 1, "y": 0, "z": 0}), [Reversion(1, 2), Reversion(0, 1)]
    )
    assert run.moves == (Move(1, 0, 1, None, 1), Move(2, 1, 2, None, 1))
    assert run.run.outcome.matches() == {"a": "z"}


def test_seats_freed_by_applicants_who_moved_up_revert_as_well() -> None:
    run = run_with_reversions(
        market({"a": "yx", "b": "z"}, {"w": 1, "x": 1, "y": 0, "z": 0}),
        [Reversion(0, 2), Reversion(1, 3)],
    )
    assert run.run.outcome.matches() == {"a": "y", "b": "z"}
    assert run.quotas.tolist() == [0, 0, 1, 1]


def test_programs_that_revert_to_each_other_come_to_an_end() -> None:
    run = run_with_reversions(market({}, {"x": 2, "y": 1}), [Reversion(0, 1), Reversion(1, 0)])
    assert run.is_settled
    assert run.quotas.tolist() == [1, 2]
    assert sum(move.seats for move in run.moves) == 3


def test_instructions_are_followed_in_their_order() -> None:
    quotas = {"x": 1, "y": 0, "z": 0}
    applicants = market({"a": "yz"}, quotas)
    first = run_with_reversions(applicants, [Reversion(0, 1), Reversion(0, 2)])
    second = run_with_reversions(applicants, [Reversion(0, 2), Reversion(0, 1)])
    assert first.run.outcome.matches() == {"a": "y"}
    assert second.run.outcome.matches() == {"a": "z"}


def test_a_pool_gives_one_seat_for_each_line_in_order() -> None:
    run = run_with_reversions(
        market({"a": "y", "b": "z", "c": "y"}, {"x": 2, "w": 2, "y": 0, "z": 0}),
        [Reversion(0, pool="P"), Reversion(1, pool="P", most=1)],
        [Pool("P", (2, 3, 2, 2))],
    )
    assert run.quotas.tolist() == [0, 1, 2, 1]
    assert [move.target for move in run.moves] == [None, None, 2, 3, 2]
    assert run.left_in_pools == {"P": 0}


def test_seats_that_no_line_takes_stay_in_the_pool() -> None:
    run = run_with_reversions(
        market({}, {"x": 3, "y": 0}), [Reversion(0, pool="P")], [Pool("P", (1, 0))]
    )
    assert run.quotas.tolist() == [0, 1]
    assert run.left_in_pools == {"P": 2}


def test_markets_with_couples_revert_too() -> None:
    couples = market_from_lists(
        {},
        {"x": ["a"], "y": ["b"]},
        {"x": 3, "y": 0},
        {("a", "b"): [("x", "y"), ("x", None)]},
    )
    run = run_with_reversions(couples, [Reversion(0, 1)])
    assert run.run.outcome.matches() == {"a": "x", "b": "y"}
    assert run.is_settled


def test_reversion_makes_nobody_worse_off_and_loses_no_seat() -> None:
    for case in range(200):
        random = Random(case)
        plain = random_market(random)
        programs = len(plain.quotas)
        rules = [
            Reversion(*random.sample(range(programs), 2), most=random.choice([None, 1]))
            for _ in range(4)
            if programs > 1
        ]
        rules += [Reversion(random.randrange(programs), pool="P")]
        pools = [Pool("P", tuple(random.randrange(programs) for _ in range(3)))]
        built = plain.build()
        run = run_with_reversions(built, rules, pools)
        before, after = solve(built).assignment, run.run.outcome.assignment
        for applicant in range(len(plain.applicants)):
            assert rank(plain, applicant, after[applicant]) <= rank(
                plain, applicant, before[applicant]
            ), case
        assert run.quotas.sum() + run.left_in_pools["P"] == sum(plain.quotas), case
        assert run.is_settled, case
        assert run.run.certificate.is_stable, case
        assert np.array_equal(run.quotas, run.run.outcome.market.quotas), case


@pytest.mark.parametrize(
    ("rules", "pools", "message"),
    [
        ([Reversion(0)], [], "reversion 1: Seats go to a program or into a pool."),
        ([Reversion(0, 1, pool="P")], [], "Seats go to a program or into a pool."),
        ([Reversion(0, pool="Q")], [Pool("P", ())], "There is no pool 'Q'."),
        ([Reversion(0, 9)], [], "There is no program 9."),
        ([Reversion(9, 0)], [], "There is no program 9."),
        ([Reversion(0, 0)], [], "Program 'x' reverts to itself."),
        ([Reversion(0, 1, most=-1)], [], "-1 seats may move."),
        ([], [Pool("P", (0, 9))], "pool 'P', line 2: There is no program 9."),
        ([], [Pool("P", ()), Pool("P", ())], "Two pools share a name."),
    ],
)
def test_instructions_that_contradict_themselves_are_refused(
    rules: list[Reversion], pools: list[Pool], message: str
) -> None:
    with pytest.raises(InvalidReversionError) as caught:
        run_with_reversions(market({}, {"x": 1, "y": 1}), rules, pools)
    assert message in str(caught.value)
