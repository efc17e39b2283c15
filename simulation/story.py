"""A match repeated in plain Python, event by event, so that it can be told.

Singles come in one after the other, each asks down the list until somebody holds them, and whoever
is displaced asks on (McVitie and Wilson 1971). The order in which they come in does not change the
matching, only the story: those of whom it is not come in first, all at once, by the engine's own
kernel. What couples do after that is repeated in `couples_story`.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from simulation.market import NEVER, NO_MATCH, Int32, Market
from simulation.matching import fresh_state, propose
from simulation.outcome import Outcome


class StepKind(StrEnum):
    """What happens in a step; see `STEP_MEANINGS`."""

    HELD = "HELD"
    REFUSED = "REFUSED"
    DISPLACED = "DISPLACED"
    NOT_RANKED = "NOT_RANKED"
    UNMATCHED = "UNMATCHED"
    LEFT = "LEFT"
    WITHDRAWN = "WITHDRAWN"
    SEARCHED = "SEARCHED"
    UNSTABLE = "UNSTABLE"
    REVERTED = "REVERTED"


STEP_MEANINGS: Final[Mapping[str, str]] = {
    StepKind.HELD: "The program holds the applicant.",
    StepKind.REFUSED: "The program is full with those whom it likes better.",
    StepKind.DISPLACED: "The program lets the applicant go for somebody whom it likes better.",
    StepKind.NOT_RANKED: "The program does not rank the applicant.",
    StepKind.UNMATCHED: "The applicant is at the end of the list, or has none of the programs of"
    " the couple's pair.",
    StepKind.LEFT: "The applicant leaves the program for a choice that they like better.",
    StepKind.WITHDRAWN: "The applicant gives the seat back, because the partner lost theirs.",
    StepKind.SEARCHED: "The processing of couples does not come to an end, and the exact search"
    " decides; the reasons of its matching follow.",
    StepKind.UNSTABLE: "The choice would take them and they do not have it: they block the"
    " matching, as some do where no stable one exists.",
    StepKind.REVERTED: "Empty seats moved to another program before this match.",
}
"""What each kind of step says; the graph describes its enum with it."""


class Event(NamedTuple):
    """Something that happens.

    Attributes:
        kind: What.
        applicant: To whom; None where it is about nobody.
        program: Where; None for nowhere.
        choice: Rank of the choice in the list of the applicant or couple, from 1.
        place: The applicant's place in the programs' items; None where it is not ranked.
        by: Whom the program has, or takes, instead.
        partner: The other member of the couple; None for singles.
        partner_program: What the pair has for the partner.
        cause: The number of the event that led to this one; None for somebody who comes in.
        words: What is said of it, where the rest does not tell.
    """

    kind: StepKind
    applicant: int | None
    program: int | None = None
    choice: int | None = None
    place: int | None = None
    by: int | None = None
    partner: int | None = None
    partner_program: int | None = None
    cause: int | None = None
    words: str = ""


class Story:
    """A match that is repeated.

    Attributes:
        market: The market.
        is_told: Whether events are noted.
        events: What has happened, as far as it was noted.
        at: The place of each single applicant in their list, from 0; its length for nowhere, -1
            before they have asked.
    """

    def __init__(self, market: Market, *, is_told: bool = False) -> None:
        self.market = market
        self.is_told = is_told
        self.events: list[Event] = []
        self.at: list[int] = [-1] * len(market.applicants)
        # Who is held: for each entry of the programs' lists, and of programs that were looked at.
        self._seated = np.zeros(len(market.programs.items), dtype=np.bool_)
        self._held: dict[int, list[tuple[int, int]]] = {}

    def let_others_in(self, apart: Collection[int]) -> None:
        """Let all single applicants come in but some, before anything else happens."""
        lists = self.market.lists
        state = fresh_state(lists, self.market.quotas)
        singles = np.flatnonzero(self.market.couple_of < 0)
        queue = np.setdiff1d(singles, np.array(sorted(apart), dtype=np.int64)).astype(np.int32)
        propose(lists, state, queue, len(queue))
        self.at = (state.at - lists.starts[:-1]).tolist()
        self._seated = state.held.astype(np.bool_)

    def note(self, event: Event) -> int | None:
        """Note an event, and return its number; None where nothing is noted."""
        if not self.is_told:
            return None
        self.events.append(event)
        return len(self.events) - 1

    def let_in(self, applicants: Iterable[int]) -> None:
        """Let single applicants come in, one after the other."""
        for applicant in applicants:
            waiting, cause = applicant, None
            while waiting != NO_MATCH:
                waiting, cause = self._ask(waiting, cause)

    def seat(self, outcome: Outcome) -> None:
        """Put everybody where a matching has them, and nobody else anywhere."""
        lists = self.market.programs
        owners = np.repeat(np.arange(len(lists)), np.diff(lists.starts))
        self._seated = outcome.assignment[lists.items] == owners
        self._held.clear()

    def assignment(self) -> Int32:
        """Return the program of each applicant, `NO_MATCH` for none."""
        assignment = np.full(len(self.market.applicants), NO_MATCH, dtype=np.int32)
        for program in range(len(self.market.quotas)):
            for _, applicant in self.held(program):
                assignment[applicant] = program
        return assignment

    def held(self, program: int) -> list[tuple[int, int]]:
        """Return whom a program holds, with their places in its list, the best first."""
        if program not in self._held:
            lists = self.market.programs
            start, end = lists.starts[program : program + 2].tolist()
            places = np.flatnonzero(self._seated[start:end]) + start
            self._held[program] = list(
                zip(places.tolist(), lists.items[places].tolist(), strict=True)
            )
        return self._held[program]

    def is_full(self, program: int) -> bool:
        """Return whether a program has no seat free."""
        return len(self.held(program)) >= int(self.market.quotas[program])

    def takes(self, program: int, place: int) -> bool:
        """Return whether a program would take whom it has at a place of its list."""
        held = self.held(program)
        return not self.is_full(program) or bool(held and place < held[-1][0])

    def last(self, program: int) -> int | None:
        """Return the last of those whom a program holds; None for nobody."""
        held = self.held(program)
        return held[-1][1] if held else None

    def choices(self, applicant: int) -> list[tuple[int, int]]:
        """Return the list of a single applicant: programs, and their places there."""
        start, end = self.market.applicants.starts[applicant : applicant + 2].tolist()
        programs = self.market.applicants.items[start:end].tolist()
        return list(zip(programs, self.market.positions[start:end].tolist(), strict=True))

    def refuse(
        self, applicant: int, program: int, choice: int, place: int, cause: int | None
    ) -> Event:
        """Return the event that a program does not take a single applicant."""
        if place == NEVER:
            kind, rank, by = StepKind.NOT_RANKED, None, None
        else:
            kind, rank, by = StepKind.REFUSED, place, self.last(program)
        return Event(kind, applicant, program, choice, rank, by, cause=cause)

    def _ask(self, applicant: int, cause: int | None) -> tuple[int, int | None]:
        """Let an applicant ask on down the list; return whom that displaces, and the event."""
        choices = self.choices(applicant)
        for choice in range(self.at[applicant] + 1, len(choices)):
            self.at[applicant] = choice
            program, place = choices[choice]
            if place == NEVER or not self.takes(program, place):
                self.note(self.refuse(applicant, program, choice + 1, place, cause))
                continue
            held = self.held(program)
            insort(held, (place, applicant))
            asked = Event(StepKind.HELD, applicant, program, choice + 1, place, cause=cause)
            holding = self.note(asked)
            if len(held) <= int(self.market.quotas[program]):
                return NO_MATCH, None
            lost_place, lost = held.pop()
            displaced = Event(
                StepKind.DISPLACED, lost, program, self.at[lost] + 1, lost_place, applicant,
                cause=holding,
            )  # fmt: skip
            return lost, self.note(displaced)
        self.at[applicant] = len(choices)
        self.note(Event(StepKind.UNMATCHED, applicant, cause=cause))
        return NO_MATCH, None
