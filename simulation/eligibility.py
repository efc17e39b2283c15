"""Who may apply to which stream: rules as data.

A rule is a row of a table: for a year, an iteration, a province, a stream and a category of
applicants it says whether they may apply, and what else they must have. An empty cell stands for
all. The first row from the top that fits a program and an applicant decides, so that exceptions
stand above what they are an exception to. An entry that no row admits is refused, and the refusal
names the row, or says that there is none.

The table is ``etl/reference/eligibility.csv``, loaded into ``core.eligibility_rule``; nothing here
knows a province or a category.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from simulation.errors import InvalidRuleError, UnknownIdError

Description = TypeVar("Description", "Candidate", "Offering")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table of eligibility.

    Attributes:
        name: Identifies the row, such as ``QC-2025-1-IMG``.
        is_admitted: Whether those whom the row fits may apply.
        category: The category of applicants, such as ``CMG``; None for all.
        stream: The label of the stream; None for all.
        province: The province of the program; None for all.
        year: The year of the match; None for all.
        iteration: The iteration of the match, 1 or 2; None for all.
        requires: What an applicant must have besides, such as ``CMQ_APPROVED``.
        reason: The rule in words.
        source: Where it is published.
    """

    name: str
    is_admitted: bool
    category: str | None = None
    stream: str | None = None
    province: str | None = None
    year: int | None = None
    iteration: int | None = None
    requires: frozenset[str] = frozenset()
    reason: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the rules look at in an applicant.

    Attributes:
        category: The category, as in the rules.
        has: What they have, in the words that rules require.
    """

    category: str
    has: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Offering:
    """What the rules look at in a program stream."""

    stream: str
    province: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a rank order list: an applicant who wants a program.

    Attributes:
        applicant: The applicant.
        program: The program.
        rank: The rank in the applicant's list, or in the couple's, as it was submitted.
        file: Where it stands, such as ``applications.csv``.
        row: In which row of it, from 1.
    """

    applicant: str
    program: str
    rank: int
    file: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry of a rank order list that no rule admits.

    Attributes:
        entry: The entry.
        rule: The rule that refuses it; None if no rule speaks of it.
        why: The refusal in a sentence.
    """

    entry: Entry
    rule: Rule | None
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules say of an applicant and a program.

    Attributes:
        is_admitted: Whether the applicant may apply.
        rule: The rule that decides; None if none fits.
        lacks: What the rule requires and the applicant does not have.
    """

    is_admitted: bool
    rule: Rule | None
    lacks: frozenset[str] = frozenset()

    def explain(self) -> str:
        """Return the decision in a sentence."""
        if self.rule is None:
            return "No rule says who may apply here."
        reason = f" ({self.rule.reason})" if self.rule.reason else ""
        if self.lacks:
            return f"Rule {self.rule.name}{reason} requires {', '.join(sorted(self.lacks))}."
        return f"Rule {self.rule.name}{reason} {'admits' if self.is_admitted else 'refuses'} them."


class Eligibility:
    """The rules of one iteration of one year's match.

    Attributes:
        rules: The rows that apply in that year and iteration, in the order of the table.
    """

    def __init__(self, rules: Iterable[Rule], year: int, iteration: int) -> None:
        """Select the rules of a year and an iteration.

        Raises:
            InvalidRuleError: Two rules share a name, or one requires something of those whom it
                does not admit.
        """
        table = tuple(rules)
        check_rules(table)
        self.rules = tuple(
            rule
            for rule in table
            if rule.year in {None, year} and rule.iteration in {None, iteration}
        )
        self._decide = cache(self._first_fitting)

    def admissions(self, offering: Offering, categories: Iterable[str]) -> tuple[str, ...]:
        """Return which categories a program admits, with what they must have besides.

        An entry is a category, and the credentials that a rule requires behind plus signs, such as
        ``IMG+CMQ_EQUIVALENCE``.
        """
        entries = []
        for category in categories:
            rule = self.decide(Candidate(category), offering).rule
            if rule is not None and rule.is_admitted:
                entries.append("+".join((category, *sorted(rule.requires))))
        return tuple(entries)

    def decide(self, candidate: Candidate, offering: Offering) -> Decision:
        """Return whether an applicant may apply to a program, and the rule that says so."""
        return self._decide(candidate, offering)

    def _first_fitting(self, candidate: Candidate, offering: Offering) -> Decision:
        for rule in self.rules:
            fits = (
                rule.category in {None, candidate.category}
                and rule.stream in {None, offering.stream}
                and rule.province in {None, offering.province}
            )
            if fits:
                lacks = rule.requires - candidate.has
                return Decision(rule.is_admitted and not lacks, rule, lacks)
        return Decision(is_admitted=False, rule=None)

    def refusals(
        self,
        entries: Iterable[Entry],
        candidates: Mapping[str, Candidate],
        offerings: Mapping[str, Offering],
    ) -> list[Refusal]:
        """Return which entries the rules refuse, in their order, each with the rule.

        Args:
            entries: The entries of rank order lists; of a couple's, one for each member.
            candidates: What the rules look at in each applicant.
            offerings: What the rules look at in each program.

        Raises:
            UnknownIdError: An applicant or a program is not described.
        """
        found = []
        for entry in entries:
            decision = self.decide(
                _described(candidates, entry.applicant, "applicant"),
                _described(offerings, entry.program, "program"),
            )
            if not decision.is_admitted:
                found.append(Refusal(entry, decision.rule, decision.explain()))
        return found


def _described(descriptions: Mapping[str, Description], identifier: str, kind: str) -> Description:
    if identifier not in descriptions:
        raise UnknownIdError(
            "Nothing says what the rules look at.",
            f"Describe every {kind} of the lists.",
            f"{kind} {identifier!r}",
        )
    return descriptions[identifier]


def check_rules(rules: Sequence[Rule]) -> None:
    """Check that rules fit together.

    Raises:
        InvalidRuleError: Two share a name, or one requires something of those whom it does not
            admit.
    """
    names: set[str] = set()
    for row, rule in enumerate(rules, start=1):
        if rule.name in names:
            raise InvalidRuleError(
                "Two rules share a name.", "Name each once.", f"rule {rule.name!r}, row {row}"
            )
        names.add(rule.name)
        if rule.requires and not rule.is_admitted:
            raise InvalidRuleError(
                "The rule admits nobody and yet requires something.",
                "Admit those who have it, or leave the requirement out.",
                f"rule {rule.name!r}, row {row}",
            )
