"""Why an applicant or a program got what it got: the chain of proposals and displacements.

The match is repeated in plain Python, one applicant after the other, each asking down the list
until somebody holds them, and whoever is displaced asking on (McVitie and Wilson 1971). The order
in which applicants come in does not change the matching, only the story. To explain an applicant,
everybody else comes in first: then each refusal is final, and what happens after that one comes in
is what they caused. To explain a program, the story is told of its own list.

Where couples are in the market, or seats moved, order matters and no chain is told: the reasons are
those of the final matching.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from simulation.errors import UnknownIdError
from simulation.market import NEVER, NO_MATCH, Market
from simulation.outcome import Outcome

MOST_STEPS: Final = 500
"""Steps that are told."""


class StepKind(StrEnum):
    """What happens in a step.

    `HELD`: a program holds the applicant. `REFUSED`: it is full with those whom it likes better.
    `DISPLACED`: it lets the applicant go for somebody whom it likes better. `NOT_RANKED`: it does
    not rank the applicant at all. `UNMATCHED`: the applicant is at the end of the list.
    """

    HELD = "HELD"
    REFUSED = "REFUSED"
    DISPLACED = "DISPLACED"
    NOT_RANKED = "NOT_RANKED"
    UNMATCHED = "UNMATCHED"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the story.

    Attributes:
        number: From 1.
        kind: What happens.
        applicant: To whom.
        program: Key of the program; None at the end of a list.
        choice: Rank of the program in the applicant's list.
        rank: Rank of the applicant in the program's list; None where it has none.
        by: Who took the seat, or is the last whom the program holds instead; None for nobody.
        text: The same in words.
    """

    number: int
    kind: StepKind
    applicant: str
    program: str | None
    choice: int | None
    rank: int | None
    by: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why somebody got what they got.

    Attributes:
        about: The applicant, or the key of the program.
        summary: The outcome and its reason.
        steps: The chain that led to it.
        is_complete: Whether all steps are there; long chains are cut.
    """

    about: str
    summary: str
    steps: tuple[Step, ...]
    is_complete: bool


def explain_applicant(
    outcome: Outcome, applicant: str, names: Mapping[str, str] | None = None
) -> Explanation:
    """Explain the match of an applicant.

    Args:
        outcome: The matching.
        applicant: Who.
        names: What to call programs, by key.

    Raises:
        UnknownIdError: There is no such applicant.
    """
    story = _Story(outcome.market, names or {})
    people = len(outcome.market.applicants)
    number = _number(outcome.market.applicant_ids, people, applicant, "applicant")
    if _is_plain(outcome):
        story.let_in(one for one in range(people) if one != number)
        story.is_told = True
        story.let_in([number])
        assert story.program_of(number) == outcome.assignment[number]
    else:
        story.seat(outcome)
        story.is_told = True
        story.tell_reasons(number, int(outcome.ranks()[number]))
    return story.explanation(applicant, _summary_of_applicant(story, outcome, number))


def explain_program(
    outcome: Outcome, program: str, names: Mapping[str, str] | None = None
) -> Explanation:
    """Explain whom a program got; see `explain_applicant`.

    Raises:
        UnknownIdError: There is no such program.
    """
    market = outcome.market
    number = _number(market.program_ids, len(market.quotas), program, "program")
    story = _Story(market, names or {}, of_program=number)
    if _is_plain(outcome):
        story.is_told = True
        story.let_in(range(len(market.applicants)))
    else:
        story.seat(outcome)
        story.is_told = True
        story.tell_seats(number)
    return story.explanation(program, _summary_of_program(story, outcome, number))


def _is_plain(outcome: Outcome) -> bool:
    """Whether the matching is that of singles alone, applicants proposing."""
    return not len(outcome.market.couples) and outcome.method.proposing == "APPLICANTS"


def _number(ids: tuple[str, ...] | None, count: int, given: str, what: str) -> int:
    known = ids if ids is not None else tuple(map(str, range(count)))
    try:
        return known.index(given)
    except ValueError:
        raise UnknownIdError(
            f"There is no {what} {given!r} in this match.",
            f"Take the {what} from the matches that the simulation keeps.",
            what,
        ) from None


@dataclass(slots=True)
class _Story:
    """A match that is repeated and told."""

    market: Market
    names: Mapping[str, str]
    of_program: int | None = None
    is_told: bool = False
    steps: list[Step] = field(default_factory=list)
    is_cut: bool = False
    _held: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    _at: dict[int, int] = field(default_factory=dict)

    # -- what happens --------------------------------------------------------------------------

    def let_in(self, applicants: Iterable[int]) -> None:
        """Let applicants come in, one after the other."""
        for applicant in applicants:
            waiting = applicant
            while waiting != NO_MATCH:
                waiting = self._ask(waiting)

    def seat(self, outcome: Outcome) -> None:
        """Put everybody where a matching has them."""
        market = outcome.market
        for program in range(len(market.quotas)):
            start = int(market.programs.starts[program])
            for place, applicant in enumerate(market.programs.of(program).tolist(), start=start):
                if outcome.assignment[applicant] == program:
                    self._of(program).append((place, applicant))

    def program_of(self, applicant: int) -> int:
        """Return where an applicant is; `NO_MATCH` for nowhere."""
        choices = self.market.applicants.of(applicant)
        place = self._at.get(applicant, len(choices))
        return int(choices[place]) if place < len(choices) else NO_MATCH

    def _ask(self, applicant: int) -> int:
        """Let an applicant ask on down the list; return whom that displaces."""
        choices = self.market.applicants.of(applicant)
        edge = int(self.market.applicants.starts[applicant])
        for choice in range(self._at.get(applicant, -1) + 1, len(choices)):
            self._at[applicant] = choice
            program, place = int(choices[choice]), int(self.market.positions[edge + choice])
            if place == NEVER:
                self._tell(StepKind.NOT_RANKED, applicant, program, choice + 1, None, None)
                continue
            held, quota = self._of(program), int(self.market.quotas[program])
            worst = held[-1] if held else None
            if len(held) >= quota and (worst is None or worst[0] < place):
                by = None if worst is None else worst[1]
                self._tell(StepKind.REFUSED, applicant, program, choice + 1, place, by)
                continue
            insort(held, (place, applicant))
            self._tell(StepKind.HELD, applicant, program, choice + 1, place, None)
            if len(held) <= quota:
                return NO_MATCH
            lost_place, lost = held.pop()
            lost_choice = self._at[lost] + 1
            self._tell(StepKind.DISPLACED, lost, program, lost_choice, lost_place, applicant)
            return lost
        self._at[applicant] = len(choices)
        self._tell(StepKind.UNMATCHED, applicant, None, None, None, None)
        return NO_MATCH

    def _of(self, program: int) -> list[tuple[int, int]]:
        return self._held.setdefault(program, [])

    # -- what is told --------------------------------------------------------------------------

    def tell_reasons(self, applicant: int, has: int) -> None:
        """Tell why an applicant has none of the choices above ``has``, 0 for no match."""
        couple = int(self.market.couple_of[applicant])
        if couple >= 0:
            pairs = self.market.couples.of(couple // 2)[:, couple % 2].tolist()
            places = self._couple_places(couple)
        else:
            pairs = self.market.applicants.of(applicant).tolist()
            start = int(self.market.applicants.starts[applicant])
            places = self.market.positions[start : start + len(pairs)].tolist()
        for choice, (program, place) in enumerate(zip(pairs, places, strict=True), start=1):
            if choice == has and program != NO_MATCH:
                self._tell(StepKind.HELD, applicant, program, choice, place, None)
                return
            if choice == has:
                break
            if program == NO_MATCH:
                continue
            held = self._of(program)
            kind = StepKind.NOT_RANKED if place == NEVER else StepKind.REFUSED
            by = held[-1][1] if held and place != NEVER else None
            rank = None if place == NEVER else place
            self._tell(kind, applicant, program, choice, rank, by)
        self._tell(StepKind.UNMATCHED, applicant, None, None, None, None)

    def _couple_places(self, couple: int) -> list[int]:
        couples = self.market.couples
        first, last = couples.starts[couple // 2], couples.starts[couple // 2 + 1]
        places: list[int] = self.market.couple_positions[first:last, couple % 2].tolist()
        return places

    def tell_seats(self, program: int) -> None:
        """Tell who sits in a program."""
        for place, applicant in self._of(program):
            self._tell(StepKind.HELD, applicant, program, None, place, None)

    def _tell(
        self,
        kind: StepKind,
        applicant: int,
        program: int | None,
        choice: int | None,
        place: int | None,
        by: int | None,
    ) -> None:
        if not self.is_told or (self.of_program is not None and program != self.of_program):
            return
        if len(self.steps) >= MOST_STEPS:
            self.is_cut = True
            return
        rank = None
        if program is not None and place is not None:
            rank = place - int(self.market.programs.starts[program]) + 1
        who = self.market.applicant_id(applicant)
        rival = None if by is None else self.market.applicant_id(by)
        key = None if program is None else self.market.program_id(program)
        text = _WORDS[kind](who, self.name(program), choice, rank, rival)
        number = len(self.steps) + 1
        self.steps.append(Step(number, kind, who, key, choice, rank, rival, text))

    def name(self, program: int | None) -> str:
        """Return what to call a program."""
        if program is None:
            return ""
        key = self.market.program_id(program)
        return self.names.get(key) or key

    def explanation(self, about: str, summary: str) -> Explanation:
        """Return what was told."""
        return Explanation(about, summary, tuple(self.steps), not self.is_cut)


_Words = Callable[[str, str, int | None, int | None, str | None], str]


def _asks(who: str, program: str, choice: int | None) -> str:
    return f"{who} asks {program}" + (f", choice {choice}" if choice else "")


def _held(who: str, program: str, choice: int | None, rank: int | None, _: str | None) -> str:
    if choice is None:
        return f"{program} holds {who}, at rank {rank} of its list."
    return f"{_asks(who, program, choice)}, and is held: at rank {rank} of its list."


def _refused(who: str, program: str, choice: int | None, rank: int | None, by: str | None) -> str:
    why = f"it likes all whom it holds better, the last of them {by}" if by else "it has no seat"
    return f"{_asks(who, program, choice)}, and is refused at rank {rank} of its list: {why}."


def _displaced(who: str, program: str, choice: int | None, rank: int | None, by: str | None) -> str:
    del choice
    return f"{program} lets {who} go, at rank {rank} of its list, because it likes {by} better."


def _not_ranked(who: str, program: str, choice: int | None, *_: object) -> str:
    return f"{_asks(who, program, choice)}, which does not rank them."


def _unmatched(who: str, *_: object) -> str:
    return f"{who} is at the end of the list and has no match."


_WORDS: Final[Mapping[StepKind, _Words]] = {
    StepKind.HELD: _held,
    StepKind.REFUSED: _refused,
    StepKind.DISPLACED: _displaced,
    StepKind.NOT_RANKED: _not_ranked,
    StepKind.UNMATCHED: _unmatched,
}


def _summary_of_applicant(story: _Story, outcome: Outcome, number: int) -> str:
    market, who = outcome.market, outcome.market.applicant_id(number)
    own = [step for step in story.steps if step.applicant == who]
    refused = sum(step.kind in {StepKind.REFUSED, StepKind.DISPLACED} for step in own)
    unranked = sum(step.kind is StepKind.NOT_RANKED for step in own)
    program = int(outcome.assignment[number])
    if program == NO_MATCH:
        words = [f"{who} has no match."]
    else:
        rank = int(outcome.ranks()[number])
        words = [f"{who} has choice {rank}, {story.name(program)}."]
    if refused:
        words.append(f"{_programs(refused)} above it preferred the applicants whom they hold.")
    if unranked:
        words.append(f"{_programs(unranked)} did not rank {who}.")
    moved = {step.applicant for step in story.steps if step.kind is StepKind.DISPLACED} - {who}
    if moved:
        words.append(f"Their coming in moved {len(moved)} others.")
    if market.couple_of[number] >= 0:
        words.append("They are matched as a couple, by their paired list only.")
    return " ".join(words)


def _programs(count: int) -> str:
    return "One program" if count == 1 else f"{count} programs"


def _summary_of_program(story: _Story, outcome: Outcome, number: int) -> str:
    market = outcome.market
    ranked = market.programs.of(number).tolist()
    seated = [r for r, one in enumerate(ranked, start=1) if outcome.assignment[one] == number]
    quota, name = int(market.quotas[number]), story.name(number)
    words = [f"{name} fills {len(seated)} of {quota} seats from {len(ranked)} ranked applicants."]
    if seated:
        better = seated[-1] - len(seated)
        words.append(f"The last of them is at rank {seated[-1]} of its list.")
        if better:
            words.append(f"{better} above have a program that they like better.")
    if len(seated) < quota and _is_plain(outcome):
        words.append("Everybody else whom it ranks has a program that they like better.")
    elif len(seated) == quota:
        refused = {
            step.applicant
            for step in story.steps
            if step.kind in {StepKind.REFUSED, StepKind.DISPLACED}
        }
        words.append(f"{len(refused)} who wanted in found it full.")
    return " ".join(words)
