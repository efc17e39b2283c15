"""Eligibility: the first row that fits decides, and a refusal names it."""

from __future__ import annotations

import pytest

from simulation.eligibility import Candidate, Eligibility, Entry, Offering, Refusal, Rule
from simulation.errors import InvalidRuleError, UnknownIdError

RULES = [
    Rule(
        "QC-IMG", True, "IMG", "Regular", "QC", requires=frozenset({"CMQ_APPROVED"}),
        reason="the order of physicians approves",
    ),
    Rule("REGULAR", True, None, "Regular"),
    Rule("CMG-ONLY", True, "CMG", "CMG stream", iteration=1),
    Rule("CMG-NOT-IMG", False, "IMG", "CMG stream", iteration=1, reason="separate"),
    Rule("SECOND-OPEN", True, None, "CMG stream", iteration=2, year=2025),
]  # fmt: skip
CANDIDATES = {
    "cmg": Candidate("CMG"),
    "img": Candidate("IMG"),
    "approved": Candidate("IMG", frozenset({"CMQ_APPROVED"})),
}
OFFERINGS = {
    "on": Offering("Regular", "ON"),
    "qc": Offering("Regular", "QC"),
    "cmg": Offering("CMG stream", "ON"),
    "other": Offering("Other stream", "ON"),
}


def entries(*lists: tuple[str, str]) -> list[Entry]:
    """Entries of these applicants and programs, one in each row."""
    return [Entry(*one, rank=row, file="x.csv", row=row) for row, one in enumerate(lists, start=1)]


def test_entries_that_the_rules_refuse_are_named_with_the_rule() -> None:
    given = entries(
        ("cmg", "cmg"), ("img", "qc"), ("img", "cmg"), ("img", "on"), ("approved", "qc")
    )
    refusals = Eligibility(RULES, 2025, 1).refusals(given, CANDIDATES, OFFERINGS)
    assert refusals == [
        Refusal(
            given[1], RULES[0],
            "Rule QC-IMG (the order of physicians approves) requires CMQ_APPROVED.",
        ),
        Refusal(given[2], RULES[3], "Rule CMG-NOT-IMG (separate) refuses them."),
    ]  # fmt: skip


def test_what_no_rule_speaks_of_is_refused() -> None:
    decision = Eligibility(RULES, 2025, 1).decide(CANDIDATES["cmg"], OFFERINGS["other"])
    assert not decision.is_admitted
    assert decision.rule is None
    assert decision.explain() == "No rule says who may apply here."


@pytest.mark.parametrize(
    ("year", "iteration", "expected"),
    [(2025, 1, False), (2025, 2, True), (2024, 2, False)],
)
def test_rules_belong_to_a_year_and_an_iteration(year: int, iteration: int, expected: bool) -> None:
    decision = Eligibility(RULES, year, iteration).decide(CANDIDATES["img"], OFFERINGS["cmg"])
    assert decision.is_admitted is expected


def test_an_admission_names_its_rule_too() -> None:
    decision = Eligibility(RULES, 2025, 1).decide(CANDIDATES["img"], OFFERINGS["on"])
    assert decision.explain() == "Rule REGULAR admits them."


def test_everybody_must_be_described() -> None:
    eligibility = Eligibility(RULES, 2025, 1)
    with pytest.raises(UnknownIdError, match="applicant 'who'"):
        eligibility.refusals(entries(("who", "on")), CANDIDATES, OFFERINGS)
    with pytest.raises(UnknownIdError, match="program 'where'"):
        eligibility.refusals(entries(("cmg", "where")), CANDIDATES, OFFERINGS)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Rule("REGULAR", True), "Two rules share a name"),
        (Rule("new", False, requires=frozenset({"X"})), "admits nobody and yet requires"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(rule: Rule, message: str) -> None:
    with pytest.raises(InvalidRuleError, match=message):
        Eligibility([*RULES, rule], 2025, 1)
