"""The auditor: every blocking pair with its reason, every breach, and a certificate."""

from __future__ import annotations

import pytest

from simulation.engine import run_match
from simulation.errors import InvalidMatchingError
from simulation.intake import market_from_lists
from simulation.outcome import OwnSeats
from simulation.stability import audit

SINGLES = market_from_lists(
    {"a": ["x", "y"], "b": ["x"], "c": ["y"]},
    {"x": ["a", "b"], "y": ["c", "a"]},
    {"x": 1, "y": 2},
)
COUPLE = market_from_lists(
    {"s": ["x"]},
    {"x": ["s", "f", "m"], "y": ["m", "f"]},
    {"x": 2, "y": 1},
    {("f", "m"): [("x", "x"), ("x", "y"), (None, "y")]},
)
X, Y, NONE = 0, 1, -1


def reasons(matching: list[int]) -> list[str]:
    return [one.explain(SINGLES) for one in audit(SINGLES, matching).blocking_pairs]


def test_a_stable_matching_has_no_blocking_pair() -> None:
    assert audit(SINGLES, [X, NONE, Y]).is_stable


def test_an_empty_seat_is_a_reason() -> None:
    assert reasons([X, NONE, NONE]) == [
        "'c' would rather have choice 1 than no match: 'y' has a seat for them."
    ]


def test_somebody_ranked_below_is_a_reason() -> None:
    assert reasons([Y, X, Y]) == [
        "'a' would rather have choice 1 than choice 2: 'x' ranks them above 'b'."
    ]


def test_a_couple_blocks_with_both_programs_at_once() -> None:
    (pair,) = audit(COUPLE, [X, NONE, NONE]).blocking_pairs[:1]
    assert (pair.applicants, pair.programs, pair.rank) == ((1, 2), (X, Y), 2)
    assert pair.explain(COUPLE) == (
        "'f' and 'm' would rather have choice 2 than no match:"
        " 'x' has a seat for them; 'y' has a seat for them."
    )


def test_a_couple_does_not_block_with_one_program_that_would_keep_only_one_of_them() -> None:
    blocking = audit(COUPLE, [X, X, Y]).blocking_pairs
    assert blocking == ()


def test_all_pairs_of_a_couple_that_block_are_listed() -> None:
    blocking = audit(COUPLE, [NONE, NONE, NONE]).blocking_pairs
    assert [(one.applicants, one.rank) for one in blocking] == [
        ((0,), 1), ((1, 2), 1), ((1, 2), 2), ((1, 2), 3),
    ]  # fmt: skip


def test_the_couples_own_seat_is_in_the_way_or_not_by_definition() -> None:
    """The couple's second member has the seat of "x" that the first one would have to take."""
    market = market_from_lists(
        {},
        {"x": ["m", "f"], "y": ["m"]},
        {"x": 1, "y": 1},
        {("f", "m"): [("x", "y"), (None, "x")]},
    )
    matching = [NONE, X]
    assert audit(market, matching, OwnSeats.TAKEN).is_stable
    (pair,) = audit(market, matching, OwnSeats.FREE).blocking_pairs
    assert pair.rank == 1
    # Two stable matchings that fill different seats: no rural hospitals theorem for couples.
    assert audit(market, [X, Y], OwnSeats.TAKEN).is_stable
    assert run_match(market, own_seats=OwnSeats.FREE).outcome.assignment.tolist() == [X, Y]


@pytest.mark.parametrize(
    ("matching", "violation"),
    [
        ([X, X, Y], "Program 'x' has 2 applicants for 1 seats."),
        ([NONE, Y, NONE], "Program 'y' does not rank applicant 'b'."),
        ([NONE, Y, NONE], "Applicant 'b' does not list program 'y'."),
    ],
)
def test_what_is_no_matching_of_the_market_is_told(matching: list[int], violation: str) -> None:
    certificate = audit(SINGLES, matching)
    assert violation in certificate.violations
    assert not certificate.is_stable


def test_a_couple_must_have_a_pair_of_its_list() -> None:
    assert audit(COUPLE, [X, X, NONE]).violations == (
        "Couple 'f' and 'm' does not list the pair of programs that it has.",
    )


@pytest.mark.parametrize("matching", [[X], [X, X, 7], [X, X, -2], [0.0, 0.0, 0.0]])
def test_what_is_no_assignment_at_all_is_refused(matching: list[float]) -> None:
    with pytest.raises(InvalidMatchingError):
        audit(SINGLES, matching)


def test_many_blocking_pairs_are_all_listed() -> None:
    people = [str(number) for number in range(60)]
    market = market_from_lists({one: ["x"] for one in people}, {"x": people}, {"x": 60})
    assert len(audit(market, [NONE] * 60).blocking_pairs) == 60


def test_a_certificate_is_of_one_market_and_one_matching() -> None:
    certificates = [
        audit(SINGLES, [X, NONE, Y]),
        audit(SINGLES, [Y, NONE, Y]),
        audit(COUPLE, [X, NONE, NONE]),
    ]
    assert len({one.market_digest for one in certificates}) == 2
    assert len({one.matching_digest for one in certificates}) == 3
    assert certificates[0].applicants == 3
    assert certificates[0].entries == 8
