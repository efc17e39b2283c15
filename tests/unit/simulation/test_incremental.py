"""What-ifs by example: what they do, what they refuse, how they are undone."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.engine import solve
from simulation.errors import ContradictoryListError, CouplesNotSupportedError, InvalidEditError
from simulation.incremental import Revision, WhatIf
from simulation.intake import market_from_lists
from simulation.market import NO_MATCH

CITY, COAST = 0, 1
ANN, BEN, CAI = 0, 1, 2

# One seat each: Ann in Coast, Cai in City, Ben unmatched.
MARKET = market_from_lists(
    {"Ann": ["Coast"], "Ben": ["City", "Coast"], "Cai": ["Coast", "City"]},
    {"City": ["Cai", "Ben", "Ann"], "Coast": ["Ann", "Ben", "Cai"]},
    {"City": 1, "Coast": 1},
)


@pytest.fixture
def what_if() -> WhatIf:
    return WhatIf(MARKET)


def test_a_chain_of_vacancies_alone_would_not_be_best_for_applicants(what_if: WhatIf) -> None:
    """The new seat in Coast goes to Ben first, and Cai stays; but both would rather swap."""
    assert what_if.assignment().tolist() == [COAST, NO_MATCH, CITY]
    what_if.change_quota(COAST, 1)
    assert what_if.assignment().tolist() == [COAST, CITY, COAST]


def test_who_moved_is_told(what_if: WhatIf) -> None:
    what_if.keep()
    what_if.change_quota(COAST, 1)
    assert what_if.changes() == {BEN: (NO_MATCH, CITY), CAI: (CITY, COAST)}


def test_undo_goes_back_to_what_was_kept(what_if: WhatIf) -> None:
    what_if.change_quota(COAST, 1)
    what_if.keep()
    what_if.withdraw(ANN)
    what_if.change_quota(CITY, 3)
    what_if.revise(Revision({BEN: [COAST]}))
    what_if.undo()
    assert what_if.assignment().tolist() == [COAST, CITY, COAST]
    assert what_if.quotas.tolist() == [1, 2]
    assert what_if.market is MARKET
    what_if.undo()
    assert what_if.quotas.tolist() == [1, 2]


def test_undo_without_keep_goes_back_to_the_beginning(what_if: WhatIf) -> None:
    what_if.close(COAST)
    assert what_if.assignment().tolist() == [NO_MATCH, NO_MATCH, CITY]
    what_if.undo()
    assert what_if.assignment().tolist() == [COAST, NO_MATCH, CITY]


def test_a_trial_leaves_nothing_behind(what_if: WhatIf) -> None:
    with what_if.trial() as trial:
        trial.withdraw(ANN)
        assert trial.is_withdrawn(ANN)
        assert trial.assignment().tolist() == [NO_MATCH, CITY, COAST]
    assert not what_if.is_withdrawn(ANN)
    assert what_if.assignment().tolist() == [COAST, NO_MATCH, CITY]


def test_an_applicant_and_a_program_come_in_with_names(what_if: WhatIf) -> None:
    what_if.revise(
        Revision(
            applicants={3: [COAST, 2], BEN: [2, CITY]},
            programs={COAST: [3, 0, 1, 2], 2: [3, 1]},
            quotas={2: 1},
            applicant_ids=["Dee"],
            program_ids=["Hill"],
        )
    )
    market = what_if.as_market()
    assert solve(market).matches() == {"Ann": None, "Ben": "Hill", "Cai": "City", "Dee": "Coast"}
    assert np.array_equal(what_if.assignment(), solve(market).assignment)


def test_the_value_of_a_seat_counts_matched_better_off_and_ranks(what_if: WhatIf) -> None:
    assert what_if.seat_values().tolist() == [[1, 1, 0], [1, 2, 1]]
    assert what_if.assignment().tolist() == [COAST, NO_MATCH, CITY]


def test_what_a_revision_gets_wrong_is_refused_and_changes_nothing(what_if: WhatIf) -> None:
    with pytest.raises(ContradictoryListError, match="applicant 'Ann', rank 2"):
        what_if.revise(Revision({ANN: [CITY, CITY]}))
    with pytest.raises(InvalidEditError, match=r"The applicants \[7\] are not in the market"):
        what_if.revise(Revision({7: [CITY]}))
    with pytest.raises(InvalidEditError, match=r"new programs \[2\]"):
        what_if.revise(Revision(programs={2: [ANN]}))
    assert what_if.assignment().tolist() == [COAST, NO_MATCH, CITY]
    assert what_if.market is MARKET


def test_what_contradicts_the_market_is_refused(what_if: WhatIf) -> None:
    with pytest.raises(InvalidEditError, match="There is no program 2"):
        what_if.change_quota(2, 1)
    with pytest.raises(InvalidEditError, match="has 1 seats, 2 are to go"):
        what_if.change_quota(CITY, -2)
    with pytest.raises(InvalidEditError, match="There is no applicant -1"):
        what_if.withdraw(-1)
    with pytest.raises(InvalidEditError, match="still in the market"):
        what_if.admit(ANN)
    what_if.withdraw(ANN)
    with pytest.raises(InvalidEditError, match="already out of the market"):
        what_if.withdraw(ANN)


def test_changes_are_not_told_across_new_lists(what_if: WhatIf) -> None:
    what_if.revise(Revision({ANN: []}))
    with pytest.raises(InvalidEditError, match="Lists were changed"):
        what_if.changes()


def test_couples_are_refused() -> None:
    market = market_from_lists({}, {"x": ["a", "b"]}, {"x": 2}, {("a", "b"): [("x", "x")]})
    with pytest.raises(CouplesNotSupportedError):
        WhatIf(market)
