"""Why a matching is as it is, whatever led to it: what keeps people from what they like better."""

from __future__ import annotations

from simulation.couples_story import CouplesStory
from simulation.market import NEVER
from simulation.outcome import Outcome, OwnSeats
from simulation.story import Event, StepKind, Story


def reasons_of(outcome: Outcome, applicant: int) -> list[Event]:
    """Return why an applicant has none of the choices above the one that they have."""
    story, has = Story(outcome.market), int(outcome.ranks()[applicant])
    story.seat(outcome)
    couple = int(outcome.market.couple_of[applicant]) // 2
    if couple >= 0:
        return _reasons_of_couple(story, outcome, couple, has)
    events: list[Event] = []
    for choice, (program, place) in enumerate(story.choices(applicant), start=1):
        if choice == has:
            return [*events, Event(StepKind.HELD, applicant, program, choice, place)]
        if place == NEVER or not story.takes(program, place):
            events.append(story.refuse(applicant, program, choice, place, None))
        else:
            events.append(Event(StepKind.UNSTABLE, applicant, program, choice, place))
    return [*events, Event(StepKind.UNMATCHED, applicant)]


def _reasons_of_couple(story: Story, outcome: Outcome, couple: int, has: int) -> list[Event]:
    replay = CouplesStory(story, outcome.method.own_seats)
    first, end = outcome.market.couples.starts[couple : couple + 2].tolist()
    at = replay.pair_at[couple] = first + has - 1 if has else end
    if outcome.method.own_seats == OwnSeats.FREE:
        replay.withdraw(couple)
    events: list[Event] = []
    for pair in range(first, at):
        refusal = replay.refusal(couple, pair, None)
        asked = replay.held(couple, pair, None)[0]
        events.append(asked._replace(kind=StepKind.UNSTABLE) if refusal is None else refusal)
    final = replay.held(couple, at, None) if has else replay.at_end(couple, None)
    return [*events, *final]


def seats_of(outcome: Outcome, program: int) -> list[Event]:
    """Return who sits in a program."""
    story = Story(outcome.market)
    story.seat(outcome)
    return [
        Event(StepKind.HELD, applicant, program, None, place)
        for place, applicant in story.held(program)
    ]
