"""The processing of couples, repeated in plain Python, event by event.

It does what `roth_peranson` does, in the same order, so that it ends where the engine does; each
event says which one led to it. Where the engine goes in circles, the state recurs: `circles_at`
tells where.
"""

from __future__ import annotations

from bisect import insort
from typing import Final

from simulation.market import NEVER, NO_MATCH, Int32
from simulation.outcome import OwnSeats
from simulation.story import Event, StepKind, Story

SIDES: Final = (0, 1)


class CouplesStory:
    """Brings couples into a stable matching of singles, and notes what happens.

    Attributes:
        pair_at: For each couple, the entry of the paired lists where it is; the end of its list for
            nowhere.
        circles_at: The number of events after which it goes in circles; None if it does not.
    """

    def __init__(self, story: Story, own_seats: OwnSeats) -> None:
        market = story.market
        self.pair_at: list[int] = market.couples.starts[1:].tolist()
        self.circles_at: int | None = None
        self._story = story
        self._is_free = own_seats == OwnSeats.FREE
        self._singles = len(market.applicants)
        self._starts: list[int] = market.couples.starts.tolist()
        self._pairs: list[list[int]] = market.couples.pairs.tolist()
        self._places: list[list[int]] = market.couple_positions.tolist()
        self._members: list[list[int]] = market.couples.members.tolist()
        self._couple_of: list[int] = market.couple_of.tolist()
        # Who asks next, and which programs were left: stacks, and what led to it.
        self._units: dict[int, int | None] = {}
        self._left: dict[int, int | None] = {}
        self._seeking: set[int] = set()
        self._signature = 0

    def bring_in(self, order: Int32, step_limit: int) -> int:
        """Bring couples in, one after the other, as `roth_peranson.settle` does.

        Returns:
            How many times somebody asked, or minus that number if the limit was reached.
        """
        steps = 0
        for couple in order.tolist():
            self._seek(self._singles + couple, None)
            seen: set[tuple[object, ...]] = set()
            while self._units or self._left:
                if steps >= step_limit:
                    return -steps
                if self._units:
                    steps += 1
                    self._look_for_circle(seen)
                    unit, cause = self._units.popitem()
                    if unit < self._singles:
                        self._settle_single(unit, cause)
                    else:
                        self._settle_couple(unit - self._singles, cause)
                else:
                    self._invite(*self._left.popitem())
        return steps

    def refusal(self, couple: int, pair: int, cause: int | None) -> Event | None:
        """Return the event that the programs of a pair do not take a couple; None if they do."""
        story, (one, two) = self._story, self._places[pair]
        programs, choice = self._pairs[pair], pair - self._starts[couple] + 1
        for side in SIDES:
            if self._places[pair][side] == NEVER:
                return self._of(StepKind.NOT_RANKED, couple, pair, side, choice, cause=cause)
        if programs[0] == programs[1]:
            held = story.held(programs[0])
            better = sum(place < max(one, two) and place not in (one, two) for place, _ in held)
            if better <= int(story.market.quotas[programs[0]]) - 2:
                return None
            side, by = int(two > one), story.last(programs[0])
            return self._of(StepKind.REFUSED, couple, pair, side, choice, by, cause)
        for side in SIDES:
            program, place = programs[side], self._places[pair][side]
            if program == NO_MATCH or (place, self._members[couple][side]) in story.held(program):
                continue
            if not story.takes(program, place):
                by = story.last(program)
                return self._of(StepKind.REFUSED, couple, pair, side, choice, by, cause)
        return None

    def held(self, couple: int, pair: int, cause: int | None) -> list[Event]:
        """Return the events that a pair holds a couple, one for each member."""
        choice = pair - self._starts[couple] + 1
        return [
            self._of(
                StepKind.UNMATCHED if self._pairs[pair][side] == NO_MATCH else StepKind.HELD,
                couple, pair, side, choice, cause=cause,
            )
            for side in SIDES
        ]  # fmt: skip

    def at_end(self, couple: int, cause: int | None) -> list[Event]:
        """Return the events that a couple is at the end of its list."""
        one, two = self._members[couple]
        return [
            Event(StepKind.UNMATCHED, who, partner=partner, cause=cause)
            for who, partner in ((one, two), (two, one))
        ]

    def withdraw(self, couple: int) -> None:
        """Give back the seats of a couple."""
        pair = self.pair_at[couple]
        if pair < self._starts[couple + 1]:
            for side in SIDES:
                if self._pairs[pair][side] != NO_MATCH:
                    seat = (self._places[pair][side], self._members[couple][side])
                    self._story.held(self._pairs[pair][side]).remove(seat)
        self._move(self._singles + couple, pair, self._starts[couple + 1])
        self.pair_at[couple] = self._starts[couple + 1]

    # -- as the kernels do -----------------------------------------------------------------------

    def _of(
        self,
        kind: StepKind,
        couple: int,
        pair: int,
        side: int,
        choice: int,
        by: int | None = None,
        cause: int | None = None,
    ) -> Event:
        """Return an event of one member of a couple at a pair."""
        program, place = self._pairs[pair][side], self._places[pair][side]
        other = self._pairs[pair][1 - side]
        return Event(
            kind,
            self._members[couple][side],
            None if program == NO_MATCH else program,
            choice,
            None if program == NO_MATCH or place == NEVER else place,
            by,
            self._members[couple][1 - side],
            None if other == NO_MATCH else other,
            cause,
        )

    def _move(self, unit: int, before: int, after: int) -> None:
        self._signature ^= hash((unit, before)) ^ hash((unit, after))

    def _look_for_circle(self, seen: set[tuple[object, ...]]) -> None:
        state = (self._signature, tuple(self._units), tuple(self._left))
        if self.circles_at is None and state in seen:
            self.circles_at = len(self._story.events)
        seen.add(state)

    def _call(self, unit: int, cause: int | None) -> None:
        self._units.setdefault(unit, cause)

    def _seek(self, unit: int, cause: int | None) -> None:
        """Have a unit ask that came in or lost its seat: what it is told is told in any case."""
        self._seeking.add(unit)
        self._call(unit, cause)

    def _is_seeking(self, unit: int) -> bool:
        """Whether a unit asks because it came in or lost its seat; it has asked then."""
        is_seeking = unit in self._seeking
        self._seeking.discard(unit)
        return is_seeking

    def _note_pair_left(self, pair: int, cause: int | None) -> None:
        for program in self._pairs[pair]:
            if program != NO_MATCH:
                self._left.setdefault(program, cause)

    def _displace(self, program: int, by: int, cause: int | None) -> None:
        """Turn out the last whom a program holds; of a couple, both."""
        story = self._story
        place, applicant = story.held(program)[-1]
        couple = self._couple_of[applicant] // 2
        if couple < 0:
            story.held(program).pop()
            choice, end = story.at[applicant], len(story.market.applicants.of(applicant))
            event = Event(
                StepKind.DISPLACED, applicant, program, choice + 1, place, by, cause=cause
            )
            self._move(applicant, choice, end)
            story.at[applicant] = end
            self._seek(applicant, story.note(event))
            return
        pair, side = self.pair_at[couple], self._couple_of[applicant] % 2
        choice = pair - self._starts[couple] + 1
        lost = story.note(self._of(StepKind.DISPLACED, couple, pair, side, choice, by, cause))
        if self._pairs[pair][1 - side] != NO_MATCH:
            story.note(self._of(StepKind.WITHDRAWN, couple, pair, 1 - side, choice, by, cause=lost))
        self._note_pair_left(pair, lost)
        self.withdraw(couple)
        self._seek(self._singles + couple, lost)

    def _take(self, program: int, place: int, applicant: int, cause: int | None) -> None:
        """Take a seat of a program that accepts; the last one it holds goes, if it is full."""
        if self._story.is_full(program):
            self._displace(program, applicant, cause)
        insort(self._story.held(program), (place, applicant))

    def _settle_single(self, applicant: int, cause: int | None) -> None:
        """Move a single applicant to the first entry that is better and open."""
        story = self._story
        choices, current = story.choices(applicant), story.at[applicant]
        is_seeking = self._is_seeking(applicant)
        refused: list[Event] = []
        for choice, (program, place) in enumerate(choices[:current]):
            if place == NEVER or not story.takes(program, place):
                refused.append(story.refuse(applicant, program, choice + 1, place, cause))
                continue
            self._move(applicant, current, choice)
            story.at[applicant] = choice
            for event in refused:
                story.note(event)
            asked = Event(StepKind.HELD, applicant, program, choice + 1, place, cause=cause)
            holding = story.note(asked)
            if current < len(choices):
                old, old_place = choices[current]
                story.held(old).remove((old_place, applicant))
                left = Event(
                    StepKind.LEFT, applicant, old, current + 1, old_place, cause=holding
                )  # fmt: skip
                self._left.setdefault(old, story.note(left))
            self._take(program, place, applicant, holding)
            return
        if is_seeking:
            for event in (*refused, Event(StepKind.UNMATCHED, applicant, cause=cause)):
                story.note(event)

    def _settle_couple(self, couple: int, cause: int | None) -> None:
        """Move a couple to the first pair that is better and open."""
        story, current = self._story, self.pair_at[couple]
        end, is_seeking = self._starts[couple + 1], self._is_seeking(self._singles + couple)
        if self._is_free:
            self.withdraw(couple)
        pair, refused = self._first_open(couple, current, cause)
        if pair == current:
            if is_seeking and current == end:
                for event in (*refused, *self.at_end(couple, cause)):
                    story.note(event)
            if self._is_free:
                self._sit(couple, pair, [None, None])
            return
        for event in refused:
            story.note(event)
        if not self._is_free:
            self.withdraw(couple)
        holding = [story.note(event) for event in self.held(couple, pair, cause)]
        if current < end:
            self._leave(couple, current, pair, holding[0])
        self._sit(couple, pair, holding)
        if current < end:
            self._note_pair_left(current, holding[0])
        self._call(self._singles + couple, holding[0])

    def _first_open(self, couple: int, current: int, cause: int | None) -> tuple[int, list[Event]]:
        """Return the first pair that would take a couple, up to where it is, and who refuses."""
        refused: list[Event] = []
        for pair in range(self._starts[couple], current):
            event = self.refusal(couple, pair, cause)
            if event is None:
                return pair, refused
            refused.append(event)
        return current, refused

    def _leave(self, couple: int, before: int, after: int, cause: int | None) -> None:
        """Note what a couple leaves for a better pair."""
        choice = before - self._starts[couple] + 1
        for side in SIDES:
            if self._pairs[before][side] not in (NO_MATCH, self._pairs[after][side]):
                self._story.note(self._of(StepKind.LEFT, couple, before, side, choice, cause=cause))

    def _sit(self, couple: int, pair: int, causes: list[int | None]) -> None:
        """Give a couple the seats of a pair; the end of the list is none."""
        self._move(self._singles + couple, self._starts[couple + 1], pair)
        self.pair_at[couple] = pair
        if pair < self._starts[couple + 1]:
            for side in SIDES:
                if self._pairs[pair][side] != NO_MATCH:
                    program, place = self._pairs[pair][side], self._places[pair][side]
                    self._take(program, place, self._members[couple][side], causes[side])

    def _invite(self, program: int, cause: int | None) -> None:
        """Let everybody ask again who may rather be at a program that somebody left."""
        story, market = self._story, self._story.market
        start = int(market.programs.starts[program])
        ranked = market.programs.of(program).tolist()
        held = {place for place, _ in story.held(program)}
        for place in range(start + len(ranked) - 1, start - 1, -1):
            applicant = ranked[place - start]
            if place in held:
                continue
            couple = self._couple_of[applicant] // 2
            if couple >= 0:
                if self.pair_at[couple] > self._starts[couple]:
                    self._call(self._singles + couple, cause)
                continue
            edge = int(market.edges[place]) - int(market.applicants.starts[applicant])
            if story.takes(program, place) and edge < story.at[applicant]:
                self._call(applicant, cause)
