"""The second iteration: what carries over, and who may not come again."""

from __future__ import annotations

import pytest

from simulation.engine import run_match
from simulation.errors import InvalidEditError, UnknownIdError
from simulation.intake import market_from_lists
from simulation.iterations import CarryOver, carry_over, next_iteration

FIRST = market_from_lists(
    {"ann": ["x (CMG)"], "ben": ["x (CMG)"], "cai": []},
    {"x (CMG)": ["ann", "ben"], "x (IMG)": ["cai"], "y": []},
    {"x (CMG)": 1, "x (IMG)": 2, "y": 3},
)


@pytest.fixture
def carried() -> CarryOver:
    return carry_over(run_match(FIRST).outcome, {"x (CMG)": "x (all)", "x (IMG)": "x (all)"})


def test_unfilled_seats_come_to_the_program_that_offers_them(carried: CarryOver) -> None:
    assert carried.quotas == {"x (CMG)": 0, "x (IMG)": 0, "y": 3, "x (all)": 2}


def test_unmatched_applicants_may_apply_again_with_new_lists(carried: CarryOver) -> None:
    market = next_iteration(
        carried,
        {"ben": ["x (all)"], "cai": ["y"], "dee": ["x (all)"]},
        {"x (all)": ["dee", "ben"], "y": ["cai"]},
        newcomers=["dee"],
        more_seats={"x (all)": -1},
    )
    assert run_match(market).outcome.matches() == {"ben": None, "cai": "y", "dee": "x (all)"}


def test_couples_may_apply_too(carried: CarryOver) -> None:
    market = next_iteration(
        carried,
        {},
        {"x (all)": ["ben", "cai"]},
        couples={("ben", "cai"): [("x (all)", "x (all)")]},
    )
    assert run_match(market).outcome.matches() == {"ben": "x (all)", "cai": "x (all)"}


def test_a_match_is_binding(carried: CarryOver) -> None:
    with pytest.raises(InvalidEditError, match=r"applicant 'ann'.*was matched"):
        next_iteration(carried, {"ann": ["y"]}, {})


def test_newcomers_must_be_announced(carried: CarryOver) -> None:
    with pytest.raises(InvalidEditError, match=r"applicant 'dee'.*was not in the iteration before"):
        next_iteration(carried, {}, {}, couples={("ben", "dee"): [("y", "y")]})


def test_destinations_are_given_for_programs_of_the_market() -> None:
    with pytest.raises(UnknownIdError, match="destinations: There is no program 'z'"):
        carry_over(run_match(FIRST).outcome, {"z": "y"})
