"""Events of a match in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from simulation.market import Market
from simulation.outcome import Method, Verdict
from simulation.reversion import Move, ReversionRun
from simulation.story import Event, StepKind

NO_PROGRAM: Final = "no program"


@dataclass(frozen=True, slots=True)
class Words:
    """Puts events into words.

    Attributes:
        market: The market.
        names: What to call programs, by key.
    """

    market: Market
    names: Mapping[str, str]

    def program(self, program: int | None) -> str:
        """Return what to call a program."""
        if program is None:
            return NO_PROGRAM
        key = self.market.program_id(program)
        return self.names.get(key) or key

    def who(self, applicant: int | None) -> str:
        """Return what to call an applicant."""
        return "nobody" if applicant is None else self.market.applicant_id(applicant)

    def rank(self, event: Event) -> int | None:
        """Return the rank of the applicant in the program's list; None where it has none."""
        if event.program is None or event.place is None:
            return None
        return event.place - int(self.market.programs.starts[event.program]) + 1

    def of(self, event: Event) -> str:
        """Return an event in words."""
        return event.words or _WORDS[event.kind](self, event)

    def asks(self, event: Event) -> str:
        """Return who asks for what, in words."""
        who, program = self.who(event.applicant), self.program(event.program)
        if event.partner is not None:
            who = f"{who} and {self.who(event.partner)} ask"
            program = f"for the pair {program} and {self.program(event.partner_program)}"
        else:
            who = f"{who} asks"
        return f"{who} {program}" + (f", choice {event.choice}" if event.choice else "")

    def seats(self, move: Move) -> str:
        """Return seats that moved, in words."""
        seats = "An empty seat" if move.seats == 1 else f"{move.seats} empty seats"
        goes = "goes" if move.seats == 1 else "go"
        target = "" if move.target is None else f" to {self.program(move.target)}"
        pool = "" if move.pool is None else f" {'through' if target else 'into'} pool {move.pool}"
        return f"{seats} of {self.program(move.source)} {goes}{target}{pool}, in step {move.step}."


def _held(words: Words, event: Event) -> str:
    who, program, rank = words.who(event.applicant), words.program(event.program), words.rank(event)
    if event.choice is None:
        return f"{program} holds {who}, at rank {rank} of its list."
    if event.partner is None:
        return f"{words.asks(event)}, and is held: at rank {rank} of its list."
    return f"{words.asks(event)}: {program} holds {who}, at rank {rank} of its list."


def _refused(words: Words, event: Event) -> str:
    rank, by = words.rank(event), None if event.by is None else words.who(event.by)
    why = f"it likes all whom it holds better, the last of them {by}" if by else "it has no seat"
    if event.partner is None:
        return f"{words.asks(event)}, and is refused at rank {rank} of its list: {why}."
    who, program = words.who(event.applicant), words.program(event.program)
    if event.program == event.partner_program:
        why = "it would not keep both among its best"
    return f"{words.asks(event)}: {program} refuses {who} at rank {rank} of its list: {why}."


def _displaced(words: Words, event: Event) -> str:
    return (
        f"{words.program(event.program)} lets {words.who(event.applicant)} go, at rank"
        f" {words.rank(event)} of its list, because it likes {words.who(event.by)} better."
    )


def _not_ranked(words: Words, event: Event) -> str:
    if event.partner is None:
        return f"{words.asks(event)}, which does not rank them."
    who, program = words.who(event.applicant), words.program(event.program)
    return f"{words.asks(event)}: {program} does not rank {who}."


def _unmatched(words: Words, event: Event) -> str:
    if event.choice is not None:
        return (
            f"{words.asks(event)}: the pair has no program for {words.who(event.applicant)}, who"
            " stays without a match."
        )
    end = "the list"
    if event.partner is not None:
        end = f"the paired list with {words.who(event.partner)}"
    return f"{words.who(event.applicant)} is at the end of {end} and has no match."


def _left(words: Words, event: Event) -> str:
    better = "a pair" if event.partner is not None else "a program"
    return (
        f"{words.who(event.applicant)} leaves {words.program(event.program)} for {better} that they"
        " like better; it is looked at again."
    )


def _withdrawn(words: Words, event: Event) -> str:
    return (
        f"{words.who(event.applicant)} withdraws from {words.program(event.program)}, because the"
        f" partner {words.who(event.partner)} lost {words.program(event.partner_program)}."
    )


def _unstable(words: Words, event: Event) -> str:
    return (
        f"{words.asks(event)}, and would be taken: they block this matching, which is not stable."
    )


_WORDS: Final[Mapping[StepKind, Callable[[Words, Event], str]]] = {
    StepKind.HELD: _held,
    StepKind.REFUSED: _refused,
    StepKind.DISPLACED: _displaced,
    StepKind.NOT_RANKED: _not_ranked,
    StepKind.UNMATCHED: _unmatched,
    StepKind.LEFT: _left,
    StepKind.WITHDRAWN: _withdrawn,
    StepKind.UNSTABLE: _unstable,
}
"""What an event says that has no words of its own."""

DECIDED: Final[Mapping[Verdict, str]] = {
    Verdict.SEARCHED: "The exact search found a stable matching",
    Verdict.NONE_EXISTS: "It is proven that no stable matching exists; the one taken has few"
    " blocking pairs",
    Verdict.UNDECIDED: "The exact search ended at its limit; the matching taken is the best one"
    " seen",
}
"""What the exact search decided."""


def searched(method: Method, *, is_circle: bool) -> str:
    """Return in words that the exact search decided."""
    how = "goes in circles from here on" if is_circle else "does not come to an end"
    orders = "the only order" if method.orders == 1 else f"the last of {method.orders} orders"
    decided = DECIDED[method.verdict]
    return (
        f"Processing the couples one after the other {how}, in {orders} tried. {decided}. What"
        " follows are the reasons of that matching."
    )


def reverted_summary(run: ReversionRun) -> str:
    """Return in words that seats moved before the last match; empty where none did."""
    seats = sum(move.seats for move in run.moves)
    if not seats:
        return ""
    moved = "One empty seat had moved" if seats == 1 else f"{seats} empty seats had moved"
    rest = "" if run.is_settled else ", without coming to rest"
    return f"{moved} between programs before this match, in {run.steps} steps{rest}."
