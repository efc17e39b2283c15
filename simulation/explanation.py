"""Why an applicant or a program got what it got: the chain of proposals and displacements.

The match is repeated (`story`, `couples_story`). To explain a single applicant, all other singles
come in first: then each refusal is final, and what happens after that one comes in is what they
caused. To explain a program, those come in last who list it. Couples come in afterwards, in the
order in which the engine had them, so that the story ends where the engine does. It is cut to what
concerns the applicant: what happens to them and their partner, and what followed from that; or to
what happens at the program.

Where the processing of couples does not end, the chain is told until it goes in circles; then the
reasons of the matching that the exact search gave. Where seats moved, the chain is that of the last
match, with the seats after that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulation.couples import couple_orders, step_limit
from simulation.couples_story import CouplesStory
from simulation.errors import UnknownIdError
from simulation.market import NO_MATCH, Market
from simulation.outcome import Outcome, Proposing, Verdict
from simulation.reasons import reasons_of, seats_of
from simulation.reversion import ReversionRun
from simulation.story import Event, StepKind, Story
from simulation.story_words import DECIDED, Words, reverted_summary, searched

MOST_STEPS: Final = 500
"""Steps that are told."""

LAST_STEPS: Final = 150
"""How many of them are the last ones, where a chain is cut."""

REFUSALS: Final = frozenset({StepKind.REFUSED, StepKind.DISPLACED})
LOSSES: Final = frozenset({StepKind.DISPLACED, StepKind.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the story.

    Attributes:
        number: From 1; numbers that are missing are steps that were cut.
        kind: What happens.
        applicant: To whom; None where it is about nobody.
        program: Key of the program; None for none.
        choice: Rank of the program, or of the couple's pair, in their list.
        rank: Rank of the applicant in the program's list; None where it has none.
        by: Who took the seat, or is the last whom the program holds instead; None for nobody.
        partner: The other member of the couple; None for singles.
        partner_program: Key of the pair's program for the partner; None for none.
        text: The same in words.
    """

    number: int
    kind: StepKind
    applicant: str | None
    program: str | None
    choice: int | None
    rank: int | None
    by: str | None
    partner: str | None
    partner_program: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why somebody got what they got.

    Attributes:
        about: The applicant, or the key of the program.
        summary: The outcome and its reason.
        steps: The chain that led to it.
        is_complete: Whether all steps are there; of long chains the middle is cut.
    """

    about: str
    summary: str
    steps: tuple[Step, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class _Chain:
    """What is told.

    Attributes:
        before: Seats that moved before the match.
        events: What happened in the match.
        decided: That the exact search decided, and the reasons of its matching; empty where the
            chain led to the matching.
    """

    before: list[Event]
    events: list[Event]
    decided: list[Event]

    @property
    def reasons(self) -> list[Event]:
        """The events that tell why the matching is as it is."""
        return self.decided or self.events


def explain_applicant(
    outcome: Outcome,
    applicant: str,
    names: Mapping[str, str] | None = None,
    reverted: ReversionRun | None = None,
) -> Explanation:
    """Explain the match of an applicant.

    Args:
        outcome: The matching.
        applicant: Who.
        names: What to call programs, by key.
        reverted: The run of reversions that ended with this matching, if there was one.

    Raises:
        UnknownIdError: There is no such applicant.
    """
    market, words = outcome.market, Words(outcome.market, names or {})
    number = _number(market.applicant_ids, len(market.applicants), applicant, "applicant")
    own, story = _unit(outcome, number), Story(market)
    chain = _Chain(_moves(words, reverted, _wanted(outcome, number)), [], [])
    if _is_by_applicants(outcome):
        story.let_others_in(own)
        story.is_told = True
        story.let_in(one for one in own if market.couple_of[one] < 0)
        decision = _bring_in(story, outcome)
        chain.events.extend(_concerning(story.events, own))
        if decision is not None:
            chain.decided.extend([decision, *reasons_of(outcome, number)])
    else:
        chain.events.extend(reasons_of(outcome, number))
    summary = _summary_of_applicant(words, outcome, number, chain)
    return _explanation(applicant, words, _with_more(summary, outcome, reverted, chain), chain)


def explain_program(
    outcome: Outcome,
    program: str,
    names: Mapping[str, str] | None = None,
    reverted: ReversionRun | None = None,
) -> Explanation:
    """Explain whom a program got; see `explain_applicant`.

    Raises:
        UnknownIdError: There is no such program.
    """
    market, words = outcome.market, Words(outcome.market, names or {})
    number = _number(market.program_ids, len(market.quotas), program, "program")
    chain = _Chain(_moves(words, reverted, {number}), [], [])
    if _is_by_applicants(outcome):
        story, listing = Story(market), _listing(market, number)
        story.let_others_in(listing)
        story.is_told = True
        story.let_in(listing)
        decision = _bring_in(story, outcome)
        here = (event for event in story.events if event.program == number)
        chain.events.extend(_without_repetition(here))
        if decision is not None:
            chain.decided.extend([decision, *seats_of(outcome, number)])
    else:
        chain.events.extend(seats_of(outcome, number))
    summary = _summary_of_program(words, outcome, number, chain)
    return _explanation(program, words, _with_more(summary, outcome, reverted, chain), chain)


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


# -- what happened ---------------------------------------------------------------------------------


def _is_by_applicants(outcome: Outcome) -> bool:
    """Whether applicants proposed: what programs propose is not told, only its reasons."""
    return outcome.method.proposing == Proposing.APPLICANTS


def _listing(market: Market, program: int) -> list[int]:
    """Return the single applicants who list a program."""
    entries = np.flatnonzero(market.applicants.items == program)
    owners = np.searchsorted(market.applicants.starts, entries, side="right") - 1
    listing: list[int] = owners.tolist()
    return listing


def _unit(outcome: Outcome, applicant: int) -> tuple[int, ...]:
    """Return the applicant, with the partner if there is one."""
    couple = int(outcome.market.couple_of[applicant])
    if couple < 0:
        return (applicant,)
    return applicant, int(outcome.market.couples.members[couple // 2, 1 - couple % 2])


def _wanted(outcome: Outcome, applicant: int) -> set[int]:
    """Return the programs of the list of an applicant, or of the couple."""
    market, couple = outcome.market, int(outcome.market.couple_of[applicant])
    lists = market.applicants.of(applicant) if couple < 0 else market.couples.of(couple // 2)
    return set(lists.ravel().tolist())


def _bring_in(story: Story, outcome: Outcome) -> Event | None:
    """Bring in the couples as the engine did, and check that it ends as it did there.

    Returns the event that the exact search decided, where it did; the story ends then where it
    begins to go in circles.
    """
    market, method = outcome.market, outcome.method
    orders = couple_orders(len(market.couples), method.seed, method.orders)
    replay = CouplesStory(story, method.own_seats)
    steps = replay.bring_in(orders[-1], step_limit(market)) if orders else 0
    assert abs(steps) == method.steps, "the replay takes the engine's steps"
    if method.verdict is Verdict.PROCESSED:
        assert np.array_equal(story.assignment(), outcome.assignment), "and ends where it does"
        return None
    is_circle = replay.circles_at is not None
    del story.events[len(story.events) if replay.circles_at is None else replay.circles_at :]
    return Event(StepKind.SEARCHED, None, words=searched(method, is_circle=is_circle))


def _concerning(events: Sequence[Event], own: tuple[int, ...]) -> Iterator[Event]:
    """Yield the events of applicants, and what followed from them."""
    related: set[int] = set()
    for number, event in enumerate(events):
        if event.applicant in own or event.cause in related:
            related.add(number)
    return _without_repetition(events[number] for number in sorted(related))


def _without_repetition(events: Iterator[Event]) -> Iterator[Event]:
    """Yield events without refusals that were told before, for the same reason."""
    told: set[Event] = set()
    for event in events:
        plain = event._replace(cause=None)
        if event.kind not in {StepKind.REFUSED, StepKind.NOT_RANKED} or plain not in told:
            told.add(plain)
            yield event


def _moves(words: Words, reverted: ReversionRun | None, programs: set[int]) -> list[Event]:
    """Return the seats of programs that moved before the match."""
    return [
        Event(StepKind.REVERTED, None, move.source, words=words.seats(move))
        for move in (() if reverted is None else reverted.moves)
        if move.source in programs or move.target in programs
    ]


# -- what is told ----------------------------------------------------------------------------------


def _explanation(about: str, words: Words, summary: str, chain: _Chain) -> Explanation:
    events = [*chain.before, *chain.events, *chain.decided]
    numbers = list(range(len(events)))
    if len(events) > MOST_STEPS:
        numbers = [*numbers[: MOST_STEPS - LAST_STEPS], *numbers[-LAST_STEPS:]]
    steps = tuple(_step(number + 1, events[number], words) for number in numbers)
    return Explanation(about, summary, steps, len(steps) == len(events))


def _step(number: int, event: Event, words: Words) -> Step:
    def person(applicant: int | None) -> str | None:
        return None if applicant is None else words.who(applicant)

    def key(program: int | None) -> str | None:
        return None if program is None else words.market.program_id(program)

    return Step(
        number,
        event.kind,
        person(event.applicant),
        key(event.program),
        event.choice,
        words.rank(event),
        person(event.by),
        person(event.partner),
        key(event.partner_program),
        words.of(event),
    )


def _with_more(
    summary: list[str], outcome: Outcome, reverted: ReversionRun | None, chain: _Chain
) -> str:
    """Return the sentences of a summary with what was done after, or before, the chain."""
    if chain.decided:
        summary.append(f"{DECIDED[outcome.method.verdict]}.")
    if reverted is not None:
        summary.append(reverted_summary(reverted))
    return " ".join(filter(None, summary))


def _summary_of_applicant(words: Words, outcome: Outcome, number: int, chain: _Chain) -> list[str]:
    own, who = _unit(outcome, number), words.who(number)
    rank, program = int(outcome.ranks()[number]), int(outcome.assignment[number])
    if len(own) > 1:
        text = [_summary_of_couple(words, outcome, own, rank)]
    elif program == NO_MATCH:
        text = [f"{who} has no match."]
    else:
        text = [f"{who} has choice {rank}, {words.program(program)}."]
    earlier = [
        event
        for event in chain.reasons
        if event.applicant in own and event.choice and (not rank or event.choice < rank)
    ]
    refused = {event.choice for event in earlier if event.kind in REFUSALS}
    unranked = {event.choice for event in earlier if event.kind is StepKind.NOT_RANKED} - refused
    above = " above it" if rank else ""
    if refused:
        many = _number_of(len(refused), "pair" if len(own) > 1 else "program")
        text.append(f"{many}{above} {_REFUSED[len(own)]}")
    if unranked:
        many = _number_of(len(unranked), "pair" if len(own) > 1 else "program")
        text.append(f"{many} {_UNRANKED[len(own)].format(who)}")
    moved = {event.applicant for event in chain.events if event.kind in LOSSES} - set(own)
    if moved and not chain.decided:
        text.append(f"Their coming in moved {len(moved)} others.")
    if len(own) > 1:
        text.append("They are matched as a couple, by their paired list only.")
    return text


_REFUSED: Final = {
    1: "preferred the applicants whom they hold.",
    2: "met a program that preferred the applicants whom it holds.",
}
_UNRANKED: Final = {1: "did not rank {}.", 2: "met a program that does not rank them."}
"""What is said of choices; by the number of those who ask together."""


def _summary_of_couple(words: Words, outcome: Outcome, own: tuple[int, ...], rank: int) -> str:
    names = " and ".join(words.who(one) for one in own)
    if not rank:
        return f"{names} have no match."
    pair = [
        words.program(None if outcome.assignment[one] == NO_MATCH else int(outcome.assignment[one]))
        for one in own
    ]
    return f"{names} have choice {rank}, the pair {' and '.join(pair)}."


def _number_of(count: int, what: str) -> str:
    return f"One {what}" if count == 1 else f"{count} {what}s"


def _summary_of_program(words: Words, outcome: Outcome, number: int, chain: _Chain) -> list[str]:
    market = outcome.market
    ranked = market.programs.of(number).tolist()
    seated = [r for r, one in enumerate(ranked, start=1) if outcome.assignment[one] == number]
    quota, name = int(market.quotas[number]), words.program(number)
    text = [f"{name} fills {len(seated)} of {quota} seats from {len(ranked)} ranked applicants."]
    is_plain = not len(market.couples)
    if seated:
        better = seated[-1] - len(seated)
        text.append(f"The last of them is at rank {seated[-1]} of its list.")
        if better:
            where = "have a program that they like better" if is_plain else "are not there"
            text.append(f"{better} above {where}.")
    if len(seated) < quota and is_plain and _is_by_applicants(outcome):
        text.append("Everybody else whom it ranks has a program that they like better.")
    elif len(seated) == quota and not chain.decided:
        refused = {event.applicant for event in chain.events if event.kind in REFUSALS}
        text.append(f"{len(refused)} who wanted in found it full.")
    return text
